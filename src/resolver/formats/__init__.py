"""Text to model and back: requirements files in, pins and JSON out."""
