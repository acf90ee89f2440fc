"""Implementations of the ports: one AWS service, engine or library a file."""
