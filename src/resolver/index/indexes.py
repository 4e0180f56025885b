"""What an index is called and where its pages are, and which indexes are asked for which package.

How they are asked, and what counts as an answer, is in ``pages``; how users write all this is in ``naming``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["STRATEGIES", "IndexSpec", "Indexes"]

STRATEGIES = ("first-index", "unsafe-first-match", "unsafe-best-match")


class IndexSpec:
    """An index: the ``name`` by which messages call it, and the ``url`` below which its pages are.

    An ``explicit`` one is asked only for packages that are to come from it.
    """

    __slots__ = ("explicit", "name", "url")

    def __init__(self, name: str, url: str, *, explicit: bool = False) -> None:
        self.name = name
        self.url = url
        self.explicit = explicit

    def page(self, package: str) -> str:
        """Return the URL of the page of ``package`` (a normalised name)."""
        return f"{self.url.rstrip('/')}/{package}/"


class Indexes:
    """The indexes in the order in which they are asked, and the ``pins`` of packages to one by its name."""

    __slots__ = ("_all", "_ordinary", "_pins")

    def __init__(self, indexes: Sequence[IndexSpec], pins: Mapping[str, str] | None = None) -> None:
        self._all = tuple(indexes)
        self._ordinary = tuple(index for index in indexes if not index.explicit)
        self._pins = dict(pins or {})

    @property
    def all(self) -> Sequence[IndexSpec]:
        """Return all of them."""
        return self._all

    def pinned(self, package: str) -> bool:
        """Tell whether ``package`` comes from one index only."""
        return package in self._pins

    def of(self, package: str) -> Sequence[IndexSpec]:
        """Return those that may be told the name of ``package``, in order."""
        pin = self._pins.get(package)
        return self._ordinary if pin is None else [each for each in self._all if each.name == pin]

    def said(self) -> object:
        """Return all that answers depend on, as a value whose ``repr`` tells one from another."""
        return [(each.url, each.explicit, each.name) for each in self._all], sorted(self._pins.items())
