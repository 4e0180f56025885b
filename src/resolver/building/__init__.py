"""Builds of projects for their metadata: the one place where code of packages is run, and only if allowed."""
