"""What a caller may put in the place of the network: a ``Transport`` or a ``Fetcher`` of its own.

A ``Transport`` brings the bytes for a URL, as a browser or a session with logins does: indexes, pages,
caches, the ways to metadata and all limits stay what they are.  A ``Fetcher`` brings the files of a package
and their metadata, from wherever it has them: a lock file, a database, a test.  What either brings is checked
like anything that a stranger sends.  ``carried`` and ``fetched`` are between them and the ports within.

Methods may be ``async def`` or plain.  Plain ones are called where the work is done, one at a time: with a
plain ``Fetcher`` no event loop is needed.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping
    from typing import Protocol

    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile

    Reply = tuple[int, Mapping[str, str], bytes]
    Files = Iterable[DistFile] | None
    Said = bytes | str | Metadata
else:
    # A class may not subclass ``typing.Protocol`` without ``import typing``, which a warm run avoids.
    Protocol = object

__all__ = ["Fetcher", "Transport"]


class Transport(Protocol):
    """Brings the answer to a GET.  Whoever made it closes it."""

    def fetch(self, url: str, headers: Mapping[str, str], /) -> Reply | Awaitable[Reply]:
        """Return status, headers and body of the answer that ``url`` gives to a request with ``headers``.

        The body is whole and decoded (any ``Content-Encoding`` undone); header names may be of any case.  A
        redirect (301, 302, 303, 307, 308) is best returned as it is: it is followed by the rules that hold
        for all.  What is raised counts as a failure that another try may heal, a ``ResolverError`` as final.
        How long a server may be silent is up to the transport; ``Options.deadline`` holds all the same.
        """


class Fetcher(Protocol):
    """Brings the files of packages, and their metadata.  Names are normalised (PEP 503)."""

    def files(self, name: str, /) -> Files | Awaitable[Files]:
        """Return the files of package ``name``, in any order; None where there is no such package.

        Asked at most once for each package.  Whatever is raised ends the resolution; what is no
        ``ResolverError`` does so as the cause of an ``IndexUnavailable``.
        """

    def metadata(self, name: str, file: DistFile, /) -> Said | Awaitable[Said]:
        """Return what the METADATA file in ``file`` says: its content, or a ``Metadata``.

        ``file`` is one that ``files(name)`` gave, the same object; it is asked about at most once.  Raise
        ``MetadataInvalid`` for a file that cannot be used, and the resolution goes on without it, or
        ``BuildRefused`` for a source distribution that would have to be built to know.  Anything else is as
        for ``files``.
        """
