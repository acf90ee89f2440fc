"""One capability of the platform a file."""
