"""Direct references: one distribution given by its address instead of by name and versions.

``Reference.read`` takes an address apart and refuses what could be more than an address: schemes that are not
on the list, words that a program could take for an option, revisions that could be taken for several.  A path
becomes absolute, which needs no look at the disk.  Who may refer to what is decided in ``posing`` and
``problem``; the bytes are fetched in ``index``; which package it is, where nothing says so, is found out in
``formats.named``.

Specification: https://packaging.python.org/en/latest/specifications/version-specifiers/#direct-references
and https://pip.pypa.io/en/stable/topics/vcs-support/ (the form of ``git+``)
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["GIT", "PATH", "WEB", "InvalidReference", "Reference"]

WEB, PATH, GIT = "web", "path", "git"
"""What an address leads to: an archive over http, something on this machine, a tree in a git repository."""

_HASHES = {"sha256": 64, "sha384": 96, "sha512": 128}
_WEAK = ("md5", "sha1", "sha224")
_ARCHIVES = (".whl", ".tar.gz", ".zip")
_GIT_SCHEMES = ("https", "http", "ssh", "file")
_OTHER_SYSTEMS = ("hg", "svn", "bzr")
_LONGEST = 4096
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_HEX = frozenset("0123456789abcdef")
_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]")
# https://git-scm.com/docs/git-check-ref-format, and what makes an expression of a revision.
_NOT_IN_REVISIONS = frozenset("~^:?*[\\{}\"'`$;&|<>()")


class InvalidReference(ValueError):
    """An address that is none, or must not be used; the message is a sentence without a full stop."""


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

    def __init__(self, kind: str, location: str, url: str, *, filename: str = "") -> None:
        self.kind = kind
        self.location = location
        self.url = url
        self.filename = filename
        self.hides = False
        self.editable = False
        self.revision = self.subdirectory = self.egg = self.place = ""
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
        address, _, fragment = text.partition("#")
        scheme, colon, rest = address.partition(":")
        scheme = scheme.lower()
        if scheme in ("http", "https") and rest.startswith("//"):
            found = _web(f"{scheme}:{rest}", written)
        elif scheme.startswith("git+"):
            found = _git(scheme[len("git+") :], rest, written)
        elif scheme == "file":
            found = _path(_unquoted(_local(rest)), folder)
        elif rest.startswith("//") or scheme.partition("+")[0] in _OTHER_SYSTEMS or "::" in address:
            raise InvalidReference(f"addresses that begin with {scheme[:20]!r} are not supported{_INSTEAD}")
        else:
            found = _path(address if colon or address else ".", folder)
        found._read_fragment(fragment)  # noqa: SLF001  # an object of this class
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
        found = cls("", "", "")
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

    def _read_fragment(self, fragment: str) -> None:
        hashes: dict[str, str] = {}
        weak = ""
        for part in fragment.split("&"):
            key, _, value = part.partition("=")
            if key == "egg":
                self.egg = _egg(value)
            elif key == "subdirectory":
                self.subdirectory = _subdirectory(value)
            elif key in _HASHES:
                hashes[key] = _digest(key, value)
            elif key in _WEAK:
                weak = key
        if weak and not hashes:
            raise InvalidReference(f"a {weak} digest protects from nothing: give one of sha256")
        if hashes and self.is_tree:
            raise InvalidReference("only archives have hashes, and this is a folder or a repository")
        if self.subdirectory and self.is_wheel:
            raise InvalidReference("a wheel has no subdirectory")
        self.hashes = hashes


_INSTEAD = ": use https, git+https, git+ssh, or a path"


def _web(address: str, written: str) -> Reference:
    scheme, _, rest = address.partition("://")
    authority, slash, path = rest.partition("/")
    login, _, host = authority.rpartition("@")
    _check_host(host, "")
    filename = _unquoted(path.partition("?")[0].rpartition("/")[2])
    if not filename.lower().endswith(_ARCHIVES):
        raise InvalidReference(
            "the address names neither a wheel (.whl) nor a source distribution (.tar.gz, .zip)"
        )
    shown = _shown_login(login, written)
    query = written.partition("?")[2].partition("#")[0].partition(" ")[0]
    if "${" in query:  # the value of a variable is shown nowhere
        path = f"{path.partition('?')[0]}?{query}"
    found = Reference(WEB, address, f"{scheme}://{shown}{host}{slash}{path}", filename=filename)
    found.hides = bool(login) and not shown
    return found


def _git(scheme: str, rest: str, written: str) -> Reference:
    if scheme not in _GIT_SCHEMES or not rest.startswith("//"):
        raise InvalidReference(
            f"git over {scheme[:20]!r} is not supported: use git+https://, git+ssh:// or git+file://"
        )
    authority, slash, path = rest[2:].partition("/")
    path, at, revision = path.rpartition("@")
    if not at:
        path, revision = revision, ""
    elif not revision:
        raise InvalidReference("the revision behind the @ is missing")
    _check_revision(revision)
    login, _, host = authority.rpartition("@")
    if scheme == "file":
        if authority not in ("", "localhost"):
            raise InvalidReference("a file: address cannot name another machine")
        host = ""
    else:
        _check_host(host, login)
    if not path or path.startswith("-"):
        raise InvalidReference("the address names no repository")
    # The user of ssh ("git") is no secret; that of https may be a token.
    user = login.partition(":")[0]
    shown = f"{user}@" if scheme == "ssh" and user else _shown_login(login, written)
    url = f"git+{scheme}://{shown}{host}{slash}{path}"
    found = Reference(GIT, f"{scheme}://{authority}{slash}{path}", url)
    found.hides = bool(login) and (not shown or (scheme == "ssh" and ":" in login))
    found.revision = revision
    return found


def _path(path: str, folder: str) -> Reference:
    from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

    if "\0" in path:
        raise InvalidReference("the path holds a NUL character")
    whole = os.path.normpath(os.path.join(folder, path))  # noqa: PTH118  # pathlib costs 5 ms
    filename = os.path.basename(whole) if whole.lower().endswith(_ARCHIVES) else ""  # noqa: PTH119  # the same
    found = Reference(PATH, whole, f"file://{quote(whole)}", filename=filename)
    found.place = os.path.normpath(path)
    return found


def _local(rest: str) -> str:
    """Return the path of a ``file:`` address without its scheme."""
    if not rest.startswith("//"):
        return rest
    host, slash, path = rest[2:].partition("/")
    if host not in ("", "localhost"):
        raise InvalidReference("a file: address cannot name another machine: write file:/// and the path")
    return f"{slash}{path}"


def _unquoted(text: str) -> str:
    """Decode what is percent-encoded, once."""
    if "%" not in text:
        return text
    from urllib.parse import unquote  # noqa: PLC0415  # lazy: start-up time

    return unquote(text)


def _check_host(host: str, login: str) -> None:
    """Refuse what is no host, or what a program that is given it could take for an option."""
    if not host or host.startswith(":"):
        raise InvalidReference("the address names no host")
    # A port that is no number may be a password, cut off by a slash in it.
    port = host.rpartition("]")[2].partition(":")[2]
    is_odd = not _HOST.issuperset(host) or not (port.isdigit() or not port)
    if is_odd or host.startswith("-") or login.startswith("-"):
        raise InvalidReference("the host of the address is none")


def _check_revision(revision: str) -> None:
    """Refuse what git could take for an option, an expression, or more than one revision."""
    odd = any(c.isspace() or not c.isprintable() or c in _NOT_IN_REVISIONS for c in revision)
    if odd or revision.startswith(("-", "/", ".")) or ".." in revision or "@{" in revision:
        raise InvalidReference("the revision behind the @ is not the name of a branch, a tag or a commit")


def _shown_login(login: str, written: str) -> str:
    """Return what may be shown of a login, with its @: what was written as variables."""
    if not login or "${" not in written:
        return ""
    rest = written.partition("://")[2]
    told = rest.partition("/")[0].rpartition("@")[0]
    user, colon, password = told.partition(":")
    is_safe = _is_variable(password) and (_is_variable(user) or user.isalnum()) if colon else False
    return f"{told}@" if is_safe or (not colon and _is_variable(user)) else ""


def _is_variable(text: str) -> bool:
    inner = text[2:-1]
    return text[:2] == "${" and text[-1:] == "}" and inner.replace("_", "A").isalnum() and inner.isupper()


def _egg(value: str) -> str:
    """Return the name of ``name[extras]``."""
    name, bracket, rest = value.partition("[")
    is_whole = not bracket or rest.find("]") == len(rest) - 1
    if name.strip(_NAME) or not (is_whole and name[:1].isalnum() and name[-1:].isalnum()):
        raise InvalidReference(f"egg={value[:60]} names no package: write 'name @ ' before the address")
    return name


def _subdirectory(value: str) -> str:
    path = _unquoted(value).strip("/")
    if not path or value.startswith("/") or "\\" in path or ".." in path.split("/"):
        raise InvalidReference(f"the subdirectory {value[:60]!a} does not lie in the project")
    return path


def _digest(algorithm: str, digest: str) -> str:
    digest = digest.lower()
    if len(digest) != _HASHES[algorithm] or not _HEX.issuperset(digest):
        raise InvalidReference(
            f"{digest[:20]!a} is no {algorithm} digest, which has {_HASHES[algorithm]} digits"
        )
    return digest
