"""Roost: a serverless MLOps platform on AWS."""

__version__ = "0.1.0"
