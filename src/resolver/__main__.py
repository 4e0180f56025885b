"""``python -m resolver``: the same command as ``resolver``."""

from __future__ import annotations

import gc

if __name__ == "__main__":
    gc.disable()  # as ``process`` does: to look for garbage among what is imported takes a millisecond
    from resolver.cli import process

    process()
