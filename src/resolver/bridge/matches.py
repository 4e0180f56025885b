"""What ``find_matches`` returned, looked at no further than needed.

Spec: resolvelib's ``AbstractProvider.find_matches`` and ``Matches``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["Matches"]

T = TypeVar("T")


class Matches(Generic[T]):
    """Candidates found for requirements, best first; as often to be iterated as one likes.

    ``others`` are the requirements on other packages that were looked at when they were searched for.
    ``is_lazy`` says that looking further may cost something.
    """

    __slots__ = ("_known", "_rest", "is_lazy", "others")

    def __init__(
        self,
        found: Iterable[object] | Callable[[], Iterable[object]],
        others: Mapping[object, Sequence[T]],
    ) -> None:
        # Sequences may refuse to be measured and indexed (pip's do); lists do not.
        self.others = others
        self.is_lazy = not isinstance(found, (list, tuple))
        self._known: list[object] = []
        self._rest: Iterator[object] | None = None
        if isinstance(found, (list, tuple)):
            self._known = list(found)
        else:
            self._rest = iter(found() if callable(found) else found)

    def __iter__(self) -> Iterator[object]:
        known = self._known
        at = 0
        while True:
            while at < len(known):
                yield known[at]
                at += 1
            if self._rest is None:
                return
            try:
                known.append(next(self._rest))
            except StopIteration:
                self._rest = None

    def __bool__(self) -> bool:
        return next((True for _ in self), False)
