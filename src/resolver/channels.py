"""What goes into a resolution and comes out of it beside the question and the answer.

One value for all who drive a resolution (``engines``, ``session``, ``run``, ``bridge``), so that a further
channel is declared here and used where it matters, and nowhere else.  This module is on the way of a warm
run, so it imports nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.formats.answer import Progress
    from resolver.index.source import Source

__all__ = ["SILENT", "Channels"]


class Channels:
    """Who hears of a resolution, and who else has a say in it.  Not changed once made.

    Listings and metadata come from ``source`` where it is given, else from where the options say.
    ``progress`` is called often and must be cheap; ``warn`` gets sentences about what did not stop the work,
    ``note`` what those want to know who ask.  ``files`` says that somebody will look at the files of pins;
    without it they are read when looked at, and fetched where the cache has been emptied by then.
    """

    __slots__ = ("files", "note", "progress", "source", "warn")

    def __init__(
        self,
        *,
        source: Source | None = None,
        progress: Callable[[Progress], None] | None = None,
        warn: Callable[[str], None] | None = None,
        note: Callable[[str], None] | None = None,
        files: bool = False,
    ) -> None:
        self.source = source
        self.progress = progress
        self.warn = warn or _ignore
        self.note = note or _ignore
        self.files = files


def _ignore(_: str) -> None:
    """Do nothing with a sentence that nobody asked for."""


SILENT = Channels()
"""Nobody hears of it, and nobody else has a say."""
