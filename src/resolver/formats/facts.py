"""What is known of a pinned version beside its name and files: for those formats that say more.

Plain values, picklable, without credentials.  What takes a look at a page or at metadata stands behind a
``Look``, so that a list of pins costs none.
"""

from __future__ import annotations

from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol
else:
    # A class may not subclass ``typing.Protocol`` without ``import typing``, which a warm run avoids.
    Protocol = object

__all__ = ["Facts", "Known", "Look", "Referred", "Told", "plain_url"]


class Referred:
    """The address that a package comes from, where it comes from one.

    ``kind`` is one of ``model.references``: WEB, PATH, GIT.  ``url`` has neither fragment nor revision, and
    for GIT no ``git+``; ``place`` is a path as it was written, ``commit`` what ``revision`` was when it was
    looked up.  ``filename`` is that of the archive, "" for a tree.
    """

    __slots__ = ("commit", "filename", "kind", "place", "revision", "subdirectory", "url")

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        kind: str,
        url: str,
        *,
        place: str = "",
        revision: str = "",
        commit: str = "",
        subdirectory: str = "",
        filename: str = "",
    ) -> None:
        self.kind = kind
        self.url = url
        self.place = place
        self.revision = revision
        self.commit = commit
        self.subdirectory = subdirectory
        self.filename = filename


class Facts:
    """What a page says of a version.

    ``page`` is its URL, "" where it is not known which page the files are from; so many of the files, from
    the first one on, are ``fitting`` the target; ``yanked`` is the reason, or true where none is given.
    """

    __slots__ = ("fitting", "page", "yanked")

    def __init__(self, page: str = "", fitting: int = 0, *, yanked: bool | str = False) -> None:
        self.page = page
        self.fitting = fitting
        self.yanked = yanked

    def is_of_index(self, name: str) -> bool:
        """Tell whether the page is that of package ``name`` on an index, and no place with files."""
        return self.page.partition("?")[0].endswith(f"/{name}/")

    def index(self, name: str, known: Sequence[str] = ()) -> str:
        """Return the URL of the index that has the page of package ``name``, "" where no page is known.

        Of those ``known`` it is written as there.  Where the page is a place with files it is that.

        >>> Facts("https://index.example/simple/a/").index("a")
        'https://index.example/simple/'
        """
        page = self.page.partition("?")[0]
        if not self.is_of_index(name):
            return page.removesuffix("/") if page.startswith("file://") else page
        named = (url for url in known if f"{url.partition('?')[0].rstrip('/')}/{name}/" == page)
        return next(named, page.removesuffix(f"{name}/"))


class Told:
    """What the metadata of a version says, as far as it is read: texts as written."""

    __slots__ = (
        "dynamic",
        "metadata_version",
        "name",
        "provides_extra",
        "requires_dist",
        "requires_python",
        "version",
    )

    def __init__(  # noqa: PLR0913  # a record: each argument is a field
        self,
        name: str,
        version: str,
        *,
        metadata_version: str = "2.1",
        requires_dist: tuple[str, ...] = (),
        requires_python: str | None = None,
        provides_extra: tuple[str, ...] = (),
        dynamic: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.metadata_version = metadata_version
        self.requires_dist = requires_dist
        self.requires_python = requires_python
        self.provides_extra = provides_extra
        self.dynamic = dynamic


class Look(Protocol):
    """Finds out more about a pinned version, each time that it is asked.

    What has gone from the cache meanwhile is asked for again, which raises as a resolution does.
    """

    def facts(self) -> Facts:
        """Return what the page says."""

    def told(self) -> Told | None:
        """Return what the metadata says, None where that is not known."""


class Known:
    """A ``Look`` at what is known already."""

    __slots__ = ("_facts", "_told")

    def __init__(self, facts: Facts, told: Told | None = None) -> None:
        self._facts = facts
        self._told = told

    def facts(self) -> Facts:
        """Return what the page says."""
        return self._facts

    def told(self) -> Told | None:
        """Return what the metadata says."""
        return self._told


def plain_url(url: str) -> str:
    """Return the URL of a file without its secrets; the query of a signed link is one.

    >>> plain_url("https://me:secret@index.example/a.whl?token=1#sha256=0")
    'https://index.example/a.whl'
    """
    return redacted(url).partition("#")[0].partition("?")[0].replace("://****@", "://")
