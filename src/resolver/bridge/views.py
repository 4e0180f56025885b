"""The mappings that a provider is handed: by identifier, each access a fresh iterator.

Spec: resolvelib's ``AbstractProvider``, parameters of ``find_matches`` and ``get_preference``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolver.bridge.pins import Package, Pins, Wanted

__all__ = ["ByIdentifier", "Nothing", "Requirements"]

T = TypeVar("T")


class ByIdentifier(Mapping[object, Iterator[T]], Generic[T]):
    """Something about each package that requirements are in force on."""

    __slots__ = ("_known", "_of", "_pins")

    def __init__(
        self, pins: Pins, known: Mapping[object, Package], of: Callable[[Package], Iterator[T]]
    ) -> None:
        self._pins = pins
        self._known = known
        self._of = of

    def __getitem__(self, key: object) -> Iterator[T]:
        package = self._known[key]
        if not package.active:
            raise KeyError(key)
        return self._of(package)

    def __contains__(self, key: object) -> bool:
        package = self._known.get(key)
        return package is not None and bool(package.active)

    def __iter__(self) -> Iterator[object]:
        return iter([package.key for package in self._pins.named])

    def __len__(self) -> int:
        return len(self._pins.named)


class Nothing(ByIdentifier[object]):
    """No candidate is excluded beforehand, be the package known already or not."""

    __slots__ = ()

    def __init__(self, pins: Pins, known: Mapping[object, Package]) -> None:
        super().__init__(pins, known, lambda _: iter(()))

    def __getitem__(self, key: object) -> Iterator[object]:
        return iter(())


class Requirements(Mapping[object, Iterator[object]]):
    """The requirements by which candidates of ``package`` are looked for.

    On itself they are ``wanted``; on others those in force, or those that ``others`` has.  ``seen`` notes
    which others were looked at, and what was found: the answer depends on these as well.
    """

    __slots__ = ("_known", "_others", "_package", "_pins", "_wanted", "seen")

    def __init__(
        self,
        package: Package,
        wanted: Sequence[Wanted],
        pins: Pins,
        known: Mapping[object, Package],
        others: Mapping[object, Sequence[Wanted]],
    ) -> None:
        self._package = package
        self._wanted = wanted
        self._pins = pins
        self._known = known
        self._others = others
        self.seen: dict[object, Sequence[Wanted]] = {}

    def _on(self, key: object) -> Sequence[Wanted]:
        if key == self._package.key:
            return self._wanted
        found = self.seen.get(key)
        if found is None:
            package = self._known.get(key)
            found = self._others.get(key)
            if found is None:
                found = list(package.active) if package is not None else ()
            self.seen[key] = found
        return found

    def __getitem__(self, key: object) -> Iterator[object]:
        wanted = self._on(key)
        if not wanted:
            raise KeyError(key)
        return iter([each.information.requirement for each in wanted])

    def __contains__(self, key: object) -> bool:
        return bool(self._on(key))

    def __iter__(self) -> Iterator[object]:
        keys = dict.fromkeys([package.key for package in self._pins.named])
        keys[self._package.key] = None
        return iter([key for key in keys if self._on(key)])

    def __len__(self) -> int:
        return sum(1 for _ in self)
