"""Pure rules of the platform: no AWS, no environment, no clock, no files."""
