"""Changed questions: which changes make an input solvable, and why a package is not newer."""
