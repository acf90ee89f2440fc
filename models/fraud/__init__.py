"""Card fraud detection on the transactions of the Reproducible Machine Learning handbook."""
