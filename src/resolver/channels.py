"""What goes into a resolution and comes out of it beside the question and the answer.

One value for all who drive a resolution (``engines``, ``session``, ``run``, ``bridge``), so that a further
channel is declared here and used where it matters, and nowhere else.  This module is on the way of a warm
run, so it imports nothing before somebody listens.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.events import Event
    from resolver.formats.answer import Progress
    from resolver.index.ports import Fetcher, Transport
    from resolver.index.source import Source
    from resolver.vetting import Considered

__all__ = ["SILENT", "Channels"]


class Channels:
    """Who hears of a resolution, and who else has a say in it.  Not changed once made.

    Listings and metadata come from ``source`` where it is given, or from what ``fetcher`` brings, else from
    where the options say; what these name is fetched by ``transport``, if there is one.
    ``progress`` is called often and must be cheap; ``warn`` gets sentences about what did not stop the work,
    ``note`` what those want to know who ask, ``began`` what takes long, when it begins; with it ``progress``
    is called while something is waited for, too.  ``emit`` gets all of that and more as events.
    ``cancelled`` is asked often whether the answer is still wanted.  ``files`` says that somebody will look
    at the files of pins; without it they are read when looked at, and fetched where the cache has been
    emptied by then; ``metadata`` says so of what their metadata says.  ``reject`` may say something against
    candidates (``vetting``).
    """

    __slots__ = (
        "began",
        "cancelled",
        "emit",
        "fetcher",
        "files",
        "metadata",
        "note",
        "progress",
        "reject",
        "source",
        "transport",
        "warn",
    )

    def __init__(  # noqa: PLR0913  # one parameter a channel
        self,
        *,
        source: Source | None = None,
        fetcher: Fetcher | None = None,
        transport: Transport | None = None,
        progress: Callable[[Progress], None] | None = None,
        warn: Callable[[str], None] | None = None,
        note: Callable[[str], None] | None = None,
        began: Callable[[str], None] | None = None,
        emit: Callable[[Event], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        reject: Callable[[Considered], str | None] | None = None,
        files: bool = False,
        metadata: bool = False,
    ) -> None:
        self.source = source
        self.fetcher = fetcher
        self.transport = transport
        self.progress = progress
        self.warn = warn or _ignore
        self.note = note or _ignore
        self.began = began
        self.emit = emit
        self.cancelled = cancelled
        self.reject = reject
        self.files = files
        self.metadata = metadata
        if emit is not None:
            self._tell_as_events(emit)

    def until(self, cancelled: Callable[[], bool]) -> Channels:
        """Return the same, but for when the answer is not wanted any more."""
        other = Channels()
        for name in self.__slots__:
            setattr(other, name, getattr(self, name))
        other.cancelled = cancelled
        return other

    def _tell_as_events(self, emit: Callable[[Event], None]) -> None:
        """Have ``emit`` hear of all that the other channels hear of."""
        from resolver.events import Noted, Progressed, Warned  # noqa: PLC0415  # lazy: seldom wanted

        progress, warn, note = self.progress, self.warn, self.note

        def progressed(state: Progress) -> None:
            if progress is not None:
                progress(state)
            emit(Progressed(state.packages, state.fetching, state.decisions, state.package))

        def warned(text: str) -> None:
            warn(text)
            emit(Warned(text))

        def noted(text: str) -> None:
            note(text)
            emit(Noted(text))

        self.progress, self.warn, self.note = progressed, warned, noted


def _ignore(_: str) -> None:
    """Do nothing with a sentence that nobody asked for."""


SILENT = Channels()
"""Nobody hears of it, and nobody else has a say."""
