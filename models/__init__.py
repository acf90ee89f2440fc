"""Model projects: one folder a model."""
