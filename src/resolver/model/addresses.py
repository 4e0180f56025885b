"""Addresses of distributions, taken apart; what is none, or could be more than one, is refused.

Nothing is looked up: a path becomes absolute, a host stays a name.  What stands beside an address, and what
references are compared by, is in ``references``.

Specification: https://packaging.python.org/en/latest/specifications/version-specifiers/#direct-references
and https://pip.pypa.io/en/stable/topics/vcs-support/ (the form of ``git+``)
"""

from __future__ import annotations

import os

__all__ = ["GIT", "PATH", "WEB", "Address", "Fragment", "InvalidReference", "read_address", "read_fragment"]

WEB, PATH, GIT = "web", "path", "git"
"""What an address leads to: an archive over http, something on this machine, a tree in a git repository."""

_HASHES = {"sha256": 64, "sha384": 96, "sha512": 128}
_WEAK = ("md5", "sha1", "sha224")
_ARCHIVES = (".whl", ".tar.gz", ".zip")
_GIT_SCHEMES = ("https", "http", "ssh", "file")
_OTHER_SYSTEMS = ("hg", "svn", "bzr")
_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_HEX = frozenset("0123456789abcdef")
_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]")
# https://git-scm.com/docs/git-check-ref-format, and what makes an expression of a revision.
_NOT_IN_REVISIONS = frozenset("~^:?*[\\{}\"'`$;&|<>()")


class InvalidReference(ValueError):
    """An address that is none, or must not be used; the message is a sentence without a full stop."""


class Address:
    """An address without its fragment: the fields are those of ``references.Reference``."""

    __slots__ = ("filename", "hides", "kind", "location", "place", "revision", "url")

    def __init__(self, kind: str, location: str, url: str, *, filename: str = "") -> None:
        self.kind = kind
        self.location = location
        self.url = url
        self.filename = filename
        self.revision = self.place = ""
        self.hides = False


class Fragment:
    """What stands behind the hash sign of an address."""

    __slots__ = ("egg", "hashes", "subdirectory")

    def __init__(self, egg: str, subdirectory: str, hashes: dict[str, str]) -> None:
        self.egg = egg
        self.subdirectory = subdirectory
        self.hashes = hashes


def read_address(address: str, folder: str, written: str) -> Address:
    """Take an address without fragment apart; a relative path starts at ``folder``.

    ``written`` is the address before variables were filled in, "" where none were.  Raises
    ``InvalidReference``.
    """
    scheme, colon, rest = address.partition(":")
    scheme = scheme.lower()
    if scheme in ("http", "https") and rest.startswith("//"):
        return _web(f"{scheme}:{rest}", written)
    if scheme.startswith("git+"):
        return _git(scheme[len("git+") :], rest, written)
    if scheme == "file":
        return _path(_unquoted(_local(rest)), folder)
    if rest.startswith("//") or scheme.partition("+")[0] in _OTHER_SYSTEMS or "::" in address:
        raise InvalidReference(f"addresses that begin with {scheme[:20]!r} are not supported{_INSTEAD}")
    return _path(address if colon or address else ".", folder)


def read_fragment(fragment: str) -> Fragment:
    """Read the parts of a fragment that mean something.  Raises ``InvalidReference``."""
    hashes: dict[str, str] = {}
    egg = subdirectory = weak = ""
    for part in fragment.split("&"):
        key, _, value = part.partition("=")
        if key == "egg":
            egg = _egg(value)
        elif key == "subdirectory":
            subdirectory = _subdirectory(value)
        elif key in _HASHES:
            hashes[key] = _digest(key, value)
        elif key in _WEAK:
            weak = key
    if weak and not hashes:
        raise InvalidReference(f"a {weak} digest protects from nothing: give one of sha256")
    return Fragment(egg, subdirectory, hashes)


_INSTEAD = ": use https, git+https, git+ssh, or a path"


def _web(address: str, written: str) -> Address:
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
    found = Address(WEB, address, f"{scheme}://{shown}{host}{slash}{path}", filename=filename)
    found.hides = bool(login) and not shown
    return found


def _git(scheme: str, rest: str, written: str) -> Address:
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
    found = Address(GIT, f"{scheme}://{authority}{slash}{path}", url)
    found.hides = bool(login) and (not shown or (scheme == "ssh" and ":" in login))
    found.revision = revision
    return found


def _path(path: str, folder: str) -> Address:
    from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

    if "\0" in path:
        raise InvalidReference("the path holds a NUL character")
    whole = os.path.normpath(os.path.join(folder, path))  # noqa: PTH118  # pathlib costs 5 ms
    filename = os.path.basename(whole) if whole.lower().endswith(_ARCHIVES) else ""  # noqa: PTH119  # the same
    found = Address(PATH, whole, f"file://{quote(whole)}", filename=filename)
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
