"""JSON pages as typed records, decoded by msgspec (the only import of it on the way of a page).

``simple`` imports this module at the first page, for msgspec takes 33 ms to load.  Here bytes become records
and nothing is judged.  Keys that a resolution does not read (``gpg-sig``, ``provenance``, ``versions``) are
skipped by the decoder.

Specification: PEP 691 (JSON), PEP 700 (size, upload time), PEP 714 (core-metadata), PEP 792 (status)
"""

from __future__ import annotations

import msgspec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["File", "Meta", "Page", "Status", "decode"]

_NULL = msgspec.Raw(b"null")


class Meta(msgspec.Struct, gc=False):
    """The ``meta`` object; the version is a text by PEP 629, and a number where servers are careless."""

    api_version: str | int | float | None = msgspec.field(name="api-version", default=None)
    last_serial: object = msgspec.field(name="_last-serial", default=None)  # PyPI's: grows with each change


class Status(msgspec.Struct, gc=False):
    """The ``project-status`` object (PEP 792)."""

    status: str | None = None
    reason: str | None = None


class File(msgspec.Struct, rename="kebab", gc=False):
    """An entry of ``files``; ``core-metadata`` has older spellings, read by a method."""

    filename: str
    url: str
    hashes: dict[str, str] | None = None
    requires_python: str | None = None
    size: int | None = None
    upload_time: str | None = None
    yanked: bool | str | None = None
    core_metadata: bool | dict[str, str] | None = None
    dist_info_metadata: msgspec.Raw = _NULL
    data_dist_info_metadata: msgspec.Raw = _NULL

    def older_core_metadata(self) -> bool | dict[str, str] | None:
        """Return what the older spellings say; nothing where it is of the wrong type.

        Most entries have all of them: not to decode these saves a sixth of the time of a page.
        """
        for raw in (self.dist_info_metadata, self.data_dist_info_metadata):
            if raw is not _NULL:
                try:
                    return msgspec.json.decode(raw, type=bool | dict[str, str] | None)
                except ValueError:
                    continue
        return None


class Page(msgspec.Struct, rename="kebab", gc=False):
    """A page of which every key has the type that it should have."""

    files: list[File] | None = None
    meta: Meta | None = None
    name: str | None = None
    project_status: Status | None = None


class _LoosePage(msgspec.Struct, rename="kebab", gc=False):
    files: list[msgspec.Raw] | None = None
    meta: Meta | None = None
    name: str | None = None
    project_status: msgspec.Raw = _NULL


def decode(body: bytes) -> tuple[Page, Sequence[str]]:
    """Return the page, and for each entry that had to be left out the reason.

    Raises ``ValueError`` for what is no JSON or no page at all, ``RecursionError`` for deep nesting.
    """
    try:
        return msgspec.json.decode(body, type=Page), ()
    except msgspec.ValidationError:
        return _decode_entries(msgspec.json.decode(body, type=_LoosePage))


def _decode_entries(page: _LoosePage) -> tuple[Page, Sequence[str]]:
    """Decode entry by entry: one bad entry costs one file."""
    found, dropped = [], []
    decoder = msgspec.json.Decoder(File)
    for number, raw in enumerate(page.files or ()):
        try:
            found.append(decoder.decode(raw))
        except ValueError as error:
            dropped.append(f"entry {number}: {error}")
    try:
        status = msgspec.json.decode(page.project_status, type=Status | None)
    except ValueError:
        status = None
    files = None if page.files is None else found
    return Page(files, page.meta, page.name, status), dropped
