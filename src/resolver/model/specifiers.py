"""Specifiers: which versions a requirement admits.

A text such as ``>=1.2,!=1.5.*`` is read once, clause by clause, into bounds on version keys (``version``);
the clauses together are a few sorted intervals of keys, and *every* question is answered from these:
``contains`` and ``filter`` for versions somebody holds, ``mask`` for the sorted candidates of a package.
``===`` alone compares text and is kept beside the intervals.  Bounds follow from the layout of keys: all
that begins with the key of a version are that version and its local versions, and a mark that no key has in
that place lies before or after all of a kind.  Which pre-releases a user gets is decided in ``policy``.

Spec: https://packaging.python.org/en/latest/specifications/version-specifiers/#version-specifiers ; where it
leaves something open, packaging decides (docs/decisions/0002-packaging-decides-pep-440.md).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from resolver.model.version import (
    InvalidVersion,
    Version,
    is_prerelease_key,
    key_stage,
    release_prefix,
    scan,
    version_key,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TypeVar

    Item = TypeVar("Item", str, Version, "str | Version")

__all__ = ["MAX_LENGTH", "Clause", "InvalidSpecifier", "Specifiers"]

MAX_LENGTH = 1 << 18  # characters: what is longer is not repaired, and no requirement

_TWO = frozenset({"~=", "==", "!=", "<=", ">="})
_FIRST = b""  # before the key of every version
_LAST = b"\xff\xff"  # after the key of every version: no number begins with FF
_SHOWN = 100  # characters of a clause that its message repeats


class InvalidSpecifier(ValueError):
    """A text that is not a list of version specifiers.

    ``text`` is the clause at fault and ``position`` its place (from 0) in the text that was read.
    """

    def __init__(self, text: str, position: int = 0) -> None:
        super().__init__(text, position)
        self.text = text
        self.position = position

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= _SHOWN else f"{self.text[:_SHOWN]}…"
        return f"{shown!r} is not a valid version specifier"


class Clause:
    """One operator with its version.

    ``version`` is the text as written, without space around it.  Clauses are equal if they have the same
    operator and equal versions (for ``~=`` of equally many segments; for ``===`` and ``.*`` the same text).
    """

    __slots__ = ("bounds", "key", "operator", "version")

    def __init__(self, text: str) -> None:
        text = text.strip()
        self.operator = _operator(text)
        self.version = text[len(self.operator) :].lstrip()
        self.key: bytes | None = None  # of the version, if it is one (it need not be for === and .*)
        try:
            self.bounds = self._read()
        except InvalidVersion as error:
            raise InvalidSpecifier(text) from error

    def __hash__(self) -> int:
        return hash(self._identity())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Clause):
            return NotImplemented
        return self._identity() == other._identity()

    def __str__(self) -> str:
        return f"{self.operator}{self.version}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({str(self)!r})>"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self),)

    @property
    def names_prerelease(self) -> bool:
        """Whether the clause asks for a pre-release by naming one (excluding one does not)."""
        return self.operator != "!=" and self.key is not None and is_prerelease_key(self.key)

    def _read(self) -> Bounds:
        """Return the bounds, setting ``key``; raises ``InvalidVersion``."""
        operator, version = self.operator, self.version
        if operator == "===":
            # packaging: anything but space, and what may follow a specifier in a requirement
            if any(character in ";)" or character.isspace() for character in version):
                raise InvalidVersion(version)
            self.key = _key_or_none(version)
            return _FIRST, _LAST, False
        if operator in ("==", "!=") and version.endswith(".*"):
            return *_wildcard(version), operator == "!="
        self.key = key = version_key(version)
        if operator in ("==", "!="):
            # Without a local version in the clause, those of candidates are ignored.
            return key, key + (b"\0" if "+" in version else b"\x03"), operator == "!="
        if "+" in version:
            raise InvalidVersion(version)
        return *(_compatible(version, key) if operator == "~=" else _ray(operator, key)), False

    def _identity(self) -> tuple[object, ...]:
        """Return what clauses are compared by."""
        if self.key is None or self.operator == "===":
            return self.operator, self.version
        return self.operator, self.key, len(scan(self.version)[1]) if self.operator == "~=" else 0


class Specifiers:
    """The clauses of a requirement, all of which must hold; without clauses everything is admitted.

    In behaviour like ``packaging.specifiers.SpecifierSet``, but a value: it has no setting of its own for
    pre-releases, does not equal a ``str``, and neither ``len`` nor iteration depends on what was asked
    before.  ``text`` is as written.  Raises ``InvalidSpecifier``.

    >>> wanted = Specifiers(">= 1.2, != 1.5.*")
    >>> str(wanted), "1.5.3" in wanted, list(wanted.filter(["1.1", "1.2", "1.6", "2.0rc1"]))
    ('!=1.5.*,>=1.2', False, ['1.2', '1.6'])
    """

    __slots__ = ("_clauses", "_exact", "_intervals", "text")

    def __init__(self, text: str = "") -> None:
        self.text = text
        self._clauses = _split(text)
        self._exact = _exact(self._clauses) if "===" in text else None
        self._intervals = _intersection(self._clauses)

    def __len__(self) -> int:
        return len(self._clauses)

    def __iter__(self) -> Iterator[Clause]:
        return iter(self._clauses)

    def __contains__(self, version: str | Version) -> bool:
        return self.contains(version)

    def __and__(self, other: Specifiers | str) -> Specifiers:
        if isinstance(other, str):
            other = Specifiers(other)
        elif not isinstance(other, Specifiers):
            return NotImplemented
        return Specifiers(",".join(text for text in (self.text, other.text) if text))

    def __hash__(self) -> int:
        return hash(self._canonical())

    def __eq__(self, other: object) -> bool:
        return self._canonical() == other._canonical() if isinstance(other, Specifiers) else NotImplemented

    def __str__(self) -> str:
        return ",".join(map(str, self._canonical()))

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({str(self)!r})>"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.text,)

    @property
    def names_prerelease(self) -> bool:
        """Whether a clause asks for a pre-release by naming one, as in ``>=2.0rc1`` or ``==1.0.dev3``."""
        return any(clause.names_prerelease for clause in self._clauses)

    @property
    def prereleases(self) -> bool | None:
        """``True`` where pre-releases are asked for, else ``None``: the default rule of ``filter``."""
        return True if self.names_prerelease else None

    @property
    def pin(self) -> str | None:
        """The version text of the first ``==`` clause without ``.*`` or ``===`` clause, if there is one."""
        for clause in self._clauses:
            if clause.operator in {"==", "==="} and not clause.version.endswith(".*"):
                return clause.version
        return None

    def mask(self, keys: Sequence[bytes], texts: Sequence[str]) -> int:
        """Return an int with bit *i* set where candidate *i* lies in the set, pre-releases included.

        ``keys`` are the keys of the candidates, sorted; ``texts`` their versions as written on the index,
        for ``===``, which looks at every one of them.  Otherwise the cost is two bisections an interval.
        """
        mask = end = 0
        for low, high in self._intervals:
            start = bisect_left(keys, low, end)
            end = bisect_left(keys, high, start)
            mask |= (1 << end) - (1 << start)
        if self._exact is not None:
            mask &= sum(1 << i for i, text in enumerate(texts) if {text.lower()} == self._exact)
        return mask

    def contains(
        self,
        version: str | Version,
        prereleases: bool | None = None,  # noqa: FBT001  # the signature of packaging
        *,
        installed: bool = False,
    ) -> bool:
        """Tell whether ``version`` is admitted.

        A pre-release is refused only with ``prereleases=False``, and then not if it is ``installed``: with
        nothing else to choose from, the default rule admits it.  A text that is not a version is admitted
        by ``===`` alone, and by a set without clauses.
        """
        key = _key_or_none(version)
        if prereleases is False and not installed and key is not None and is_prerelease_key(key):
            return False
        return self._admits(version, key)

    def filter(
        self,
        versions: Iterable[Item],
        prereleases: bool | None = None,  # noqa: FBT001  # the signature of packaging
    ) -> Iterator[Item]:
        """Return those of ``versions`` that are admitted, in their order.

        Pre-releases are kept with ``prereleases=True``, dropped with ``False``; with ``None`` they are kept
        if a clause names one or no final release is admitted.
        """
        keyed = [(version, _key_or_none(version)) for version in versions]
        admitted = [(version, key) for version, key in keyed if self._admits(version, key)]
        if prereleases is None:
            finals = (key is not None and not is_prerelease_key(key) for _, key in admitted)
            prereleases = self.names_prerelease or not any(finals)
        return iter(
            [version for version, key in admitted if prereleases or key is None or not is_prerelease_key(key)]
        )

    def _admits(self, version: str | Version, key: bytes | None) -> bool:
        """Tell whether ``version`` lies in the set; ``key`` is ``None`` for text that is not a version."""
        if key is None:
            inside = self._intervals == [(_FIRST, _LAST)]  # no clause but === asks for versions
        else:
            at = bisect_right(self._intervals, (key, _LAST)) - 1
            inside = at >= 0 and key < self._intervals[at][1]
        return inside and (self._exact is None or {str(version).lower()} == self._exact)

    def _canonical(self) -> tuple[Clause, ...]:
        """Return the clauses sorted by text, equal ones once."""
        return tuple(dict.fromkeys(sorted(self._clauses, key=str)))


if TYPE_CHECKING:
    Interval = tuple[bytes, bytes]  # the keys from the first (included) to the second (excluded)
    Bounds = tuple[bytes, bytes, bool]  # an interval; True: all keys but these


def _split(text: str) -> tuple[Clause, ...]:
    """Return the clauses between the commas of ``text``; empty ones are left out, as packaging does."""
    clauses = []
    parts = text.split(",")
    for i, part in enumerate(parts):
        if stripped := part.strip():
            try:
                clauses.append(Clause(stripped))
            except InvalidSpecifier as error:
                position = sum(map(len, parts[:i])) + i + part.index(stripped)
                raise InvalidSpecifier(stripped, position) from error.__cause__
    return tuple(clauses)


def _exact(clauses: tuple[Clause, ...]) -> frozenset[str] | None:
    """Return the texts that a version must be, in lower case; ``None`` where none is named by ``===``."""
    texts = frozenset([clause.version.lower() for clause in clauses if clause.operator == "==="])
    return texts or None


def _operator(text: str) -> str:
    """Return the operator that ``text`` begins with; raises ``InvalidSpecifier``."""
    two = text[:2]
    if two in _TWO:
        return "===" if text.startswith("===") else two
    if two[:1] in ("<", ">"):
        return two[0]
    raise InvalidSpecifier(text)


def _ray(operator: str, key: bytes) -> Interval:
    """Return the bounds of an ordering operator."""
    if operator == ">=":
        return key, _LAST
    if operator == "<=":
        return _FIRST, key + b"\x03"  # local versions included
    first, second = key_stage(key)
    if operator == ">":
        # The post-releases (mark 06) of a final or pre-release are not greater; nor are local versions.
        final = first == 5 or (first < 5 and second == 5)
        return (key[:-1] + b"\x07" if final else key + b"\x03"), _LAST
    # The pre-releases of a final or post-release are not less; their marks stand where its 05 is.
    return _FIRST, key if first < 5 or second == 1 else key[:-1]


def _compatible(version: str, key: bytes) -> Interval:
    """Return the bounds of ``~=``: from the version to the next release in its last segment but one."""
    epoch, release, *_stages = scan(version)
    if len(release) < 2:
        raise InvalidVersion(version)
    return key, _next(epoch, release[:-1])


def _wildcard(version: str) -> Interval:
    """Return the bounds of ``1.2.*``: the development releases of 1.2 to those of 1.3."""
    epoch, release, *stages = scan(version[:-2])
    if any(stage is not None for stage in stages):
        raise InvalidVersion(version)
    return release_prefix(epoch, release), _next(epoch, release)


def _next(epoch: int, release: list[int]) -> bytes:
    """Return the bound below all versions of the release that counts one more in its last segment."""
    return release_prefix(epoch, [*release[:-1], release[-1] + 1])


def _intersection(clauses: tuple[Clause, ...]) -> list[Interval]:
    """Return the sorted, disjoint intervals in which all clauses hold (but for ``===``)."""
    low, high = _FIRST, _LAST
    holes = []
    for clause in clauses:
        start, end, outside = clause.bounds
        if outside:
            holes.append((start, end))
            continue
        low = max(low, start)
        high = min(high, end)
    intervals = []
    for start, end in sorted(holes):
        if start > low and low < high:
            intervals.append((low, min(start, high)))
        low = max(low, end)
    if low < high:
        intervals.append((low, high))
    return intervals


def _key_or_none(version: str | Version) -> bytes | None:
    """Return the key of ``version``, ``None`` if it is not one."""
    if isinstance(version, Version):
        return version.key
    try:
        return version_key(version)
    except InvalidVersion:
        return None
