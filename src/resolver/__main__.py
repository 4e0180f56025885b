"""Where the command begins: ``python -m resolver``, and the script ``resolver``, which is the same.

Only signals are seen to here, before anything else is imported: who is interrupted then wants no traceback.
"""

from __future__ import annotations

import gc

from resolver.signals import Signals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

__all__ = ["process"]


def process() -> NoReturn:
    """Be the process of the command; see ``cli.process``."""
    gc.disable()  # as ``cli`` does: to look for garbage among what is imported takes a millisecond
    signals = Signals()
    signals.listen()
    from resolver import cli  # noqa: PLC0415  # now that signals are seen to

    cli.process(signals)


if __name__ == "__main__":
    process()
