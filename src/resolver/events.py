"""What happens in a resolution, as small typed values for whoever listens (``on_event=``).

An event has a ``kind``, a word that never changes, and its facts as attributes; ``as_dict`` gives both in a
form that JSON can hold.  Kinds and attributes may be added, what is there stays.  When they are made is
decided in ``watching`` and where something is fetched; nothing is made where nobody listens.
"""

from __future__ import annotations

__all__ = [
    "Chosen",
    "Conflicted",
    "Event",
    "Fetched",
    "Finished",
    "Noted",
    "Progressed",
    "Rejected",
    "Retried",
    "Warned",
]


class Event:
    """Something that happened: not changed once made, equal where kind and facts are, picklable."""

    __slots__: tuple[str, ...] = ()

    kind = ""

    def as_dict(self) -> dict[str, object]:
        """Return the kind, under ``event``, and the facts, in their order.

        >>> Chosen("flask", "3.1.0").as_dict()
        {'event': 'chosen', 'package': 'flask', 'version': '3.1.0'}
        """
        return {"event": self.kind, **{name: getattr(self, name) for name in self.__slots__}}

    def __eq__(self, other: object) -> bool:
        return self.as_dict() == other.as_dict() if isinstance(other, Event) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self.as_dict().values()))

    def __repr__(self) -> str:
        facts = (f"{name}={getattr(self, name)!r}" for name in self.__slots__)
        return f"{type(self).__name__}({', '.join(facts)})"


class Progressed(Event):
    """How far it is: packages found, requests in flight, decisions, and the package looked at now, or ""."""

    __slots__ = ("packages", "fetching", "decisions", "package")  # noqa: RUF023  # the order of ``as_dict``

    kind = "progressed"

    def __init__(self, packages: int, fetching: int, decisions: int, package: str) -> None:
        self.packages = packages
        self.fetching = fetching
        self.decisions = decisions
        self.package = package


class Chosen(Event):
    """A version was chosen for a package (``name`` or ``name[extra]``); a conflict may take that back."""

    __slots__ = ("package", "version")

    kind = "chosen"

    def __init__(self, package: str, version: str) -> None:
        self.package = package
        self.version = version


class Rejected(Event):
    """Versions of a package, oldest first, cannot be used; ``reason`` says why, as part of a sentence."""

    __slots__ = ("package", "versions", "reason")  # noqa: RUF023  # the order of ``as_dict``

    kind = "rejected"

    def __init__(self, package: str, versions: tuple[str, ...], reason: str) -> None:
        self.package = package
        self.versions = versions
        self.reason = reason


class Conflicted(Event):
    """Choices contradict each other, and some are taken back.

    ``conflicts`` counts the conflicts up to now; ``package`` is the one that this was over, "" where that is
    not to be said of one.
    """

    __slots__ = ("conflicts", "package")

    kind = "conflicted"

    def __init__(self, conflicts: int, package: str) -> None:
        self.conflicts = conflicts
        self.package = package


class Fetched(Event):
    """Something was fetched, not found in a cache: a ``page``, ``metadata``, or a ``file`` or part of one.

    ``url`` is without credentials, ``bytes`` what came, decoded, ``seconds`` how long it took with all tries.
    ``status`` is that of HTTP, None where it came in another way.
    """

    __slots__ = ("what", "url", "status", "bytes", "seconds")  # noqa: RUF023  # the order of ``as_dict``

    kind = "fetched"

    def __init__(  # the word for a size in JSON
        self,
        what: str,
        url: str,
        status: int | None,
        bytes: int,  # noqa: A002  # as in ``Statistics``
        seconds: float,
    ) -> None:
        self.what = what
        self.url = url
        self.status = status
        self.bytes = bytes
        self.seconds = seconds


class Retried(Event):
    """A request failed and is sent again: for the ``tries``-th time so far, because of ``text``."""

    __slots__ = ("url", "tries", "text")  # noqa: RUF023  # the order of ``as_dict``

    kind = "retried"

    def __init__(self, url: str, tries: int, text: str) -> None:
        self.url = url
        self.tries = tries
        self.text = text


class Warned(Event):
    """Something is odd but did not stop the work; ``text`` is a sentence."""

    __slots__ = ("text",)

    kind = "warned"

    def __init__(self, text: str) -> None:
        self.text = text


class Noted(Event):
    """Something that those want to know who look closely; ``text`` is a sentence or a part of one."""

    __slots__ = ("text",)

    kind = "noted"

    def __init__(self, text: str) -> None:
        self.text = text


class Finished(Event):
    """The end: ``outcome`` is ``solved``, ``unsatisfiable`` or ``failed``; ``text`` says why, "" if solved.

    ``pins`` counts the packages of the answer.
    """

    __slots__ = ("outcome", "pins", "seconds", "text")

    kind = "finished"

    def __init__(self, outcome: str, *, pins: int, seconds: float, text: str) -> None:
        self.outcome = outcome
        self.pins = pins
        self.seconds = seconds
        self.text = text
