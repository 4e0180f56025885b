"""Names of packages: their normal form, and the table that turns them into small ints.

``normalise`` is the only place that knows what a legal name is and how spellings are brought together; the
same rule holds for extras.  ``NameTable`` gives every ``name`` and ``name[extra]`` of one resolution a dense
id, which is all that the solver sees.  What a requirement says about a name is in ``requirement``.

Spec: PEP 503 (normal form), PEP 685 (extras), and the core metadata rule for ``Name``: ASCII letters and
digits, with ``-``, ``_`` and ``.`` between them.
"""

from __future__ import annotations

__all__ = ["MAX_LENGTH", "InvalidName", "NameTable", "PackageId", "normalise"]

PackageId = int
"""The number of a package in a table.  No ``NewType``, which would be imported for nothing else."""

MAX_LENGTH = 128  # characters of a name that strangers may write
_SHOWN = 100  # characters of an illegal name that its message repeats


class InvalidName(ValueError):
    """A name of a package or extra that the packaging standards do not allow."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __str__(self) -> str:
        shown = self.name if len(self.name) <= _SHOWN else f"{self.name[:_SHOWN]}…"
        return (
            f"{shown!r} is not a valid name: ASCII letters and digits are allowed, "
            "and '-', '_' and '.' between them"
        )


def normalise(name: str) -> str:
    """Return the one spelling under which ``name``, of a package or an extra, is compared and shown.

    Raises ``InvalidName`` for what is not a legal name.

    >>> normalise("Foo._.Bar")
    'foo-bar'
    """
    if not name.isascii():
        raise InvalidName(name)
    if name.isalnum():
        return name.lower()
    dashed = name.lower().replace("_", "-").replace(".", "-")
    if not dashed.replace("-", "").isalnum() or dashed[0] == "-" or dashed[-1] == "-":
        raise InvalidName(name)
    while "--" in dashed:
        dashed = dashed.replace("--", "-")
    return dashed


class NameTable:
    """The packages of one resolution, numbered from 0 in the order in which they were first named.

    A package and each of its extras (``name[extra]``) have entries of their own; the entry of an extra
    knows that of its package, which is made at the same time and so has the smaller id.
    """

    __slots__ = ("_bases", "_extras", "_ids", "_names")

    def __init__(self) -> None:
        self._ids: dict[str, PackageId] = {}  # by every spelling seen
        self._names: list[str] = []
        self._bases: list[PackageId] = []
        self._extras: list[str | None] = []

    def __len__(self) -> int:
        return len(self._names)

    def copy(self) -> NameTable:
        """Return a table in which all names known by now have the same ids; it goes its own way then."""
        other = NameTable()
        other._ids = dict(self._ids)
        other._names = list(self._names)
        other._bases = list(self._bases)
        other._extras = list(self._extras)
        return other

    def intern(self, name: str) -> PackageId:
        """Return the id of ``name`` or ``name[extra]``, giving out the next free one the first time.

        Spelling does not matter: ``Foo.Bar`` and ``foo-bar`` get the same id.  Raises ``InvalidName``; the
        table is unchanged then.

        >>> table = NameTable()
        >>> table.intern("Foo.Bar[Fast]"), table.intern("foo-bar"), table.name(1)
        (1, 0, 'foo-bar[fast]')
        """
        known = self._ids.get(name)
        if known is not None:
            return known
        base, bracket, rest = name.partition("[")
        if not bracket:
            number = self._enter(normalise(base), None, None)
        elif rest.endswith("]"):
            base, extra = normalise(base), normalise(rest[:-1])
            number = self._enter(f"{base}[{extra}]", self.intern(base), extra)
        else:
            raise InvalidName(name)
        self._ids[name] = number
        return number

    def name(self, package: int) -> str:
        """Return the normal form of the name, with its ``[extra]`` where it has one."""
        return self._names[package]

    def base(self, package: int) -> PackageId:
        """Return the id of the package without extra; of a package that has none, its own."""
        return self._bases[package]

    def extra(self, package: int) -> str | None:
        """Return the normal form of the extra, or ``None`` for a package without one."""
        return self._extras[package]

    def _enter(self, normal: str, base: PackageId | None, extra: str | None) -> PackageId:
        """Return the id of a name in normal form; ``base`` is ``None`` where it is its own base."""
        known = self._ids.get(normal)
        if known is not None:
            return known
        number = len(self._names)
        self._ids[normal] = number
        self._names.append(normal)
        self._bases.append(number if base is None else base)
        self._extras.append(extra)
        return number
