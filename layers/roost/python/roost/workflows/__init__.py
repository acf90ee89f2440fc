"""What one step of a pipeline does, written against the ports."""
