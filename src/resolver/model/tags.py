"""Compatibility tags: which wheels fit a target, and which of those that fit is best.

A target is a Python (implementation, version, ABIs) and a list of platform tags, best first.  ``Tags`` ranks
compressed tag sets against it, in the order of ``packaging.tags``, but without making its thousand tags: the
order is that of (python, abi) pairs, then platforms, and both are short.

What users call platforms and implementations is in ``targets``.  The running interpreter and others that
exist are asked by ``environment`` and ``index.interpreter``.

Specification: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = [
    "Tags",
    "default_abis",
    "glibc_platforms",
]


class Tags:
    """The wheels that a target accepts, with an order.

    ``pairs`` are the (python, abi) tags, best first, that go with one of ``platforms`` (best first);
    ``pure`` are those that go with ``any``, which come last.
    """

    __slots__ = ("_abis", "_pairs", "_platforms", "_pure", "_pythons", "abis", "platforms")

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]],
        platforms: Iterable[str],
        pure: Iterable[tuple[str, str]],
        *,
        abis: Sequence[str] = (),
    ) -> None:
        self.abis = tuple(abis)
        self.platforms = tuple(dict.fromkeys(platforms))
        self._platforms = {platform: at for at, platform in enumerate(self.platforms)}
        self._pairs = {pair: at * len(self.platforms) for at, pair in enumerate(dict.fromkeys(pairs))}
        first = len(self._pairs) * len(self.platforms)
        self._pure = {pair: first + at for at, pair in enumerate(dict.fromkeys(pure))}
        self._pythons = {python for python, _ in (*self._pairs, *self._pure)}
        self._abis = {abi for _, abi in (*self._pairs, *self._pure)}

    def __reduce__(self) -> tuple[object, ...]:
        return _unpickled, (list(self._pairs), self.platforms, list(self._pure), self.abis)

    @classmethod
    def of_python(
        cls, implementation: str, version: tuple[int, int], abis: Sequence[str], platforms: Sequence[str]
    ) -> Tags:
        """Return what an interpreter accepts; ``abis`` are its own, best first, without abi3 and none."""
        major, minor = version
        short = {"cpython": "cp", "pypy": "pp"}.get(implementation, implementation)
        python = f"{short}{major}{minor}"
        generic = [f"py{major}{minor}", f"py{major}", *(f"py{major}{n}" for n in range(minor - 1, -1, -1))]
        pairs = [(python, abi) for abi in abis]
        pure = [(name, "none") for name in generic]
        if short == "cp":
            stable = _stable_abi(version, abis)
            pairs += [(python, stable), (python, "none")]
            pairs += [(f"cp{major}{n}", stable) for n in range(minor - 1, 1, -1)]
            pure.insert(0, (python, "none"))
            if not stable:
                pairs = [pair for pair in pairs if pair[1]]
        else:
            pairs.append((python, "none"))
            if short == "pp":
                pure.insert(0, ("pp3", "none"))
        return cls([*pairs, *((name, "none") for name in generic)], platforms, pure, abis=abis)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The pairs that go with platforms, the best first."""
        return list(self._pairs)

    @property
    def said(self) -> str:
        """What is accepted, in what order, as a text: equal where nothing differs."""
        return repr((list(self._pairs), list(self.platforms), list(self._pure)))

    def rank(self, tags: str) -> int | None:
        """Return the rank of a compressed tag set, 0 being the best, or None if no tag of it fits.

        What is not a tag set fits nothing.

        >>> tags = Tags.of_python("cpython", (3, 12), ["cp312"], ["linux_x86_64"])
        >>> tags.rank("cp312-cp312-linux_x86_64"), tags.rank("py2-none-any")
        (0, None)
        """
        first = tags[: tags.find("-")].lower()
        if "." not in first and first not in self._pythons:
            return None  # as for most wheels: nothing else needs to be read
        parts = _read(tags)
        if parts is None:
            return None
        pythons, abis, platforms = parts
        return min(self._ranks(pythons, abis, platforms), default=None)

    def _ranks(self, pythons: list[str], abis: list[str], platforms: list[str]) -> Iterator[int]:
        places = [self._platforms[platform] for platform in platforms if platform in self._platforms]
        place = min(places, default=None)
        pure = "any" in platforms
        for pair in ((python, abi) for python in pythons for abi in abis):
            if place is not None and pair in self._pairs:
                yield self._pairs[pair] + place
            if pure and pair in self._pure:
                yield self._pure[pair]

    def why_unfit(self, tags: str) -> str:
        """Return which part of a tag set that has no rank rules it out: the last one it gets to.

        One of ``"python"``, ``"abi"``, ``"platform"``; ``"malformed"`` for what is not a tag set.
        """
        parts = _read(tags)
        if parts is None:
            return "malformed"
        pythons, abis, _ = parts
        if not self._pythons.intersection(pythons):
            return "python"
        pairs = ((python, abi) for python in pythons for abi in abis)
        return "platform" if any(pair in self._pairs or pair in self._pure for pair in pairs) else "abi"


def _unpickled(
    pairs: list[tuple[str, str]], platforms: Sequence[str], pure: list[tuple[str, str]], abis: Sequence[str]
) -> Tags:
    return Tags(pairs, platforms, pure, abis=abis)


def default_abis(
    version: tuple[int, int], *, free_threaded: bool = False, implementation: str = "cpython"
) -> list[str]:
    """Return the ABIs of an ordinary build; none where there is no rule by which they could be known."""
    if implementation == "pypy" and version >= (3, 7):
        return [f"pypy{version[0]}{version[1]}_pp73"]  # as in all releases 7.3.x
    if implementation != "cpython":
        return []
    # Before 3.8 the ABI said that pymalloc was used, as it is by default.
    flag = "m" if version < (3, 8) else "t" if free_threaded and version >= (3, 13) else ""
    return [f"cp{version[0]}{version[1]}{flag}"]


def glibc_platforms(machine: str, minor: int) -> list[str]:
    """Return the platform tags of a Linux with glibc 2.``minor``, best first (PEP 600)."""
    platforms = [f"linux_{machine}"]
    oldest = 5 if machine in ("x86_64", "i686") else 17
    legacy = {17: "manylinux2014", 12: "manylinux2010", 5: "manylinux1"}
    for level in range(minor, oldest - 1, -1):
        platforms.append(f"manylinux_2_{level}_{machine}")
        if level in legacy:
            platforms.append(f"{legacy[level]}_{machine}")
    return platforms


def _stable_abi(version: tuple[int, int], abis: Sequence[str]) -> str:
    """Return the stable ABI: PEP 384 for ordinary builds from 3.2 on, PEP 803 for free-threaded ones."""
    if version < (3, 2):
        return ""
    return "abi3t" if any("t" in abi.lstrip("cp0123456789") for abi in abis[:1]) else "abi3"


def _read(tags: str) -> tuple[list[str], list[str], list[str]] | None:
    """Return the members of the three parts of a compressed tag set, or None where it is none."""
    parts = [part.split(".") for part in tags.lower().split("-")]
    if len(parts) != 3 or any("" in part for part in parts):
        return None
    pythons, abis, platforms = parts
    return (pythons, abis, platforms) if all(python.isidentifier() for python in pythons) else None
