"""Resolving each line of a file by itself: ``resolver resolve-many``."""
