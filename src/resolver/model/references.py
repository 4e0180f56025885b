"""Direct references: one distribution given by its address instead of by name and versions.

``Reference.read`` takes an address apart and refuses what could be more than one (``addresses``).  Who may
refer to what is decided in ``referring``; the bytes are fetched in ``index``; which package it is, where
nothing says so, is found out in ``formats.named``.

Specification: https://packaging.python.org/en/latest/specifications/version-specifiers/#direct-references
and https://pip.pypa.io/en/stable/topics/vcs-support/ (the form of ``git+``)
"""

from __future__ import annotations

from resolver.model.addresses import (
    GIT,
    PATH,
    WEB,
    Address,
    InvalidReference,
    read_address,
    read_fragment,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GIT", "PATH", "WEB", "InvalidReference", "Reference"]

_LONGEST = 4096


class Reference:
    """An address, taken apart.

    ``kind`` is WEB, PATH or GIT.  ``location`` is what to fetch: a URL without fragment, for GIT without
    ``git+`` and revision, for PATH an absolute path; it may hold credentials.  ``url`` is the address as
    pins show it: without credentials, or with variables (``${TOKEN}``) where it was written so, and without
    fragment and revision.  ``revision`` is the branch, tag or commit, "" for none; ``subdirectory`` where in
    the archive or tree the project lies.  ``hashes`` maps algorithms to digests that the archive must have,
    ``allowed`` are further ones of which it must have one ("sha256:00..."), if there are any.  ``egg`` is the
    name that the fragment gives, ``filename`` that of the archive, "" for a tree, ``place`` a path as it was
    written.  ``hides`` says that credentials were left out of ``url``.
    """

    __slots__ = (
        "allowed",
        "editable",
        "egg",
        "filename",
        "hashes",
        "hides",
        "kind",
        "location",
        "place",
        "revision",
        "subdirectory",
        "url",
    )

    def __init__(self, address: Address) -> None:
        self.kind = address.kind
        self.location = address.location
        self.url = address.url
        self.filename = address.filename
        self.hides = address.hides
        self.revision = address.revision
        self.place = address.place
        self.editable = False
        self.subdirectory = self.egg = ""
        self.hashes: Mapping[str, str] = {}
        self.allowed: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str, folder: str, written: str = "") -> Reference:
        """Take the address ``text`` apart; a relative path starts at ``folder``.

        ``written`` is the address before variables were filled in, if that is known.  Raises
        ``InvalidReference``.

        >>> Reference.read("git+https://me:pw@host.example/a.git@v1#subdirectory=b", "/").address
        'git+https://host.example/a.git@v1#subdirectory=b'
        >>> Reference.read("./wheels/a-1-py3-none-any.whl", "/home").address
        'file:///home/wheels/a-1-py3-none-any.whl'
        """
        if len(text) > _LONGEST or not text.isprintable():
            raise InvalidReference("the address is too long, or holds characters that cannot be shown")
        address, _, behind = text.partition("#")
        found = cls(read_address(address, folder, written))
        fragment = read_fragment(behind)
        if fragment.hashes and found.is_tree:
            raise InvalidReference("only archives have hashes, and this is a folder or a repository")
        if fragment.subdirectory and found.is_wheel:
            raise InvalidReference("a wheel has no subdirectory")
        found.egg, found.subdirectory, found.hashes = fragment.egg, fragment.subdirectory, fragment.hashes
        return found

    @property
    def address(self) -> str:
        """What tells the reference from others: where it leads to, without credentials and hashes."""
        return self._written(self.revision, {})

    @property
    def said(self) -> str:
        """The reference as a requirement shows it: all of it but credentials."""
        return self._written(self.revision, self.hashes)

    @property
    def key(self) -> str:
        """What tells the reference, with all that is asked of it, from others; a path as it was written."""
        rest = "".join(f" --hash={each}" for each in self.allowed)
        if not self.place:
            return self.said + rest
        return f"{self.place}{self.said.removeprefix(self.url)}{rest}"

    def of(self, name: str) -> str:
        """Return by what a source is asked for the package ``name`` that comes from here."""
        return f"{name} @ {self.key}"

    def at(self, commit: str) -> Reference:
        """Return the same tree at ``commit``."""
        found = self._copy()
        found.revision = commit
        return found

    def pinned_as(self, url: str) -> str:
        """Return the reference as a pin shows it, by the ``url`` of the file that it led to."""
        commit = url.rpartition("@")[2] if self.kind == GIT else ""
        return self._written(commit or self.revision, self.hashes)

    @property
    def whole(self) -> str:
        """The reference with its credentials: not to be shown, but to be read again."""
        scheme = "git+" if self.kind == GIT else ""
        place = self.url if self.kind == PATH else f"{scheme}{self.location}"
        return f"{place}{self.said.removeprefix(self.url)}"

    @property
    def is_tree(self) -> bool:
        """Whether it leads to a folder and not to an archive."""
        return not self.filename

    @property
    def is_local_tree(self) -> bool:
        """Whether it leads to a folder on this machine."""
        return self.kind == PATH and not self.filename

    @property
    def is_wheel(self) -> bool:
        """Whether the archive is a wheel."""
        return self.filename.endswith(".whl")

    def joined(self, other: Reference) -> Reference | None:
        """Return one reference that asks for what both ask for; None where they lead to different things."""
        if self.address != other.address or any(
            self.hashes[each] != other.hashes[each] for each in self.hashes.keys() & other.hashes.keys()
        ):
            return None
        if self.allowed and other.allowed and self.allowed != other.allowed:
            return None
        found = self._copy()
        found.hashes = {**self.hashes, **other.hashes}
        found.allowed = self.allowed or other.allowed
        found.editable = self.editable or other.editable
        found.hides = self.hides or other.hides
        return found

    def edited(self, *, editable: bool = False, allowed: tuple[str, ...] = ()) -> Reference:
        """Return the same reference with what stands beside the address.  Raises ``InvalidReference``."""
        if editable and not self.is_tree:
            raise InvalidReference("only a folder or a repository can be editable, and this is an archive")
        if editable and self.kind == WEB:
            raise InvalidReference("only a folder or a repository can be editable")
        if allowed and self.is_tree:
            raise InvalidReference("only archives have hashes, and this is a folder or a repository")
        found = self._copy()
        found.editable, found.allowed = editable, allowed
        return found

    def stored(self) -> tuple[object, ...]:
        """Return all fields, for ``restored``."""
        return tuple(getattr(self, field) for field in self.__slots__)

    @classmethod
    def restored(cls, fields: tuple[object, ...]) -> Reference:
        """Return the reference that ``stored`` these fields."""
        found = cls(Address("", "", ""))
        for field, value in zip(cls.__slots__, fields, strict=True):
            setattr(found, field, value)
        return found

    def __eq__(self, other: object) -> bool:
        return self.stored() == other.stored() if isinstance(other, Reference) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.address)

    def __reduce__(self) -> tuple[object, ...]:
        return Reference.restored, (self.stored(),)

    def __repr__(self) -> str:
        return f"Reference({self.said!r})"

    def _copy(self) -> Reference:
        return Reference.restored(self.stored())

    def _written(self, revision: str, hashes: Mapping[str, str]) -> str:
        parts = [f"{algorithm}={digest}" for algorithm, digest in hashes.items()]
        if self.subdirectory:
            parts.append(f"subdirectory={self.subdirectory}")
        return f"{self.url}{'@' if revision else ''}{revision}{'#' if parts else ''}{'&'.join(parts)}"
