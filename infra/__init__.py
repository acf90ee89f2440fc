"""The CDK app: wiring only."""
