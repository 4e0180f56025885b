"""The documentation site: ``tox -e docs`` makes it of the Markdown pages in this folder.

The pages are plain Markdown that reads as well where it lies; the reference is made of docstrings.
"""

# ruff: noqa: INP001, A001  # Sphinx reads names of its own from this file, which is no part of a package

from __future__ import annotations

import resolver

project = "resolver"
author = "The resolver authors"
copyright = author
release = version = resolver.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["*.in.md"]
suppress_warnings = ["misc.highlighting_failure"]  # the block of layers has a name of its own
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
default_role = "code"
nitpicky = False  # annotations name types that are imported for type checkers only
html_theme = "furo"
html_title = f"resolver {release}"
html_copy_source = False
