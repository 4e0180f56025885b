"""``python -m resolver``: the same command as ``resolver``."""

from __future__ import annotations

import sys

from resolver.cli import main

if __name__ == "__main__":
    sys.exit(main())
