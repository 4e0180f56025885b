"""``python -m resolver``: the same command as ``resolver``."""

from __future__ import annotations

from resolver.cli import process

if __name__ == "__main__":
    process()
