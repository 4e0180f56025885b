"""What a JSON page says, as whoever reads it is given it, and how much memory reading one may take.

``simple_json`` makes these records by msgspec, ``plain_json`` where there is none; what they mean is in
``simple``.

Specification: PEP 691 (JSON), PEP 700 (size, upload time), PEP 714 (core-metadata), PEP 792 (status)
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    CoreMetadata = bool | dict[str, str] | None

    class File(Protocol):
        """An entry of ``files``, of which every value has the type that it should have."""

        filename: str
        url: str
        hashes: dict[str, str] | None
        requires_python: str | None
        size: int | None
        upload_time: str | None
        yanked: bool | str | None
        core_metadata: CoreMetadata

        def older_core_metadata(self) -> CoreMetadata:
            """Return what the older spellings of ``core-metadata`` say; None where that is of no use."""

    class Meta(Protocol):
        """The ``meta`` object; the version is a text by PEP 629, and a number where servers are careless."""

        api_version: str | int | float | None
        last_serial: object

    class Status(Protocol):
        """The ``project-status`` object."""

        status: str | None
        reason: str | None

    class Page(Protocol):
        """A page of which every key has the type that it should have."""

        @property
        def files(self) -> Sequence[File] | None:
            """The entries."""

        @property
        def meta(self) -> Meta | None:
            """What the page says of itself."""

        name: str | None

        @property
        def project_status(self) -> Status | None:
            """What the index says of the project."""


__all__ = ["count_of_values", "has_long_text"]

_LONG_TEXT = re.compile(rb'(?:[^"]{0,65535}")*+[^"]{65536}')


def count_of_values(body: bytes) -> int:
    """Return a number that the values in ``body`` do not exceed: each follows a comma or a bracket.

    Cost: some 0.1 ms a megabyte.
    """
    return body.count(b",") + body.count(b"[") + body.count(b"{") + 1


def has_long_text(body: bytes) -> bool:
    """Return whether 64 KiB of ``body`` are without a quote, so one text.

    A text may take four times as much memory when it is decoded.  Cost: some
    milliseconds a megabyte, where most are texts.
    """
    return _LONG_TEXT.match(body) is not None
