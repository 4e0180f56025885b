"""The metadata of a file as it lies on disk: the fields that a resolution reads, each on a line.

The cache keeps this instead of the METADATA file, under the same rules.  The file is read once, when it
comes from the network and is what the listing promised.
"""

from __future__ import annotations

from resolver.errors import MetadataInvalid
from resolver.index.metadata import Metadata
from resolver.index.packing import join_lines, optional, read_optional, split_lines

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.index.transport import Response

__all__ = ["FORM", "MetadataForm", "read_metadata_form", "write_metadata_form"]

FORM = "metadata-2"


class MetadataForm:
    """What is kept of a METADATA file (``transport.Form``): what ``parse`` reads in it, if anything."""

    __slots__ = ("_parse",)

    name = FORM

    def __init__(self, parse: Callable[[Response], Metadata | None]) -> None:
        self._parse = parse

    def read(self, response: Response) -> Metadata | None:
        """Return the metadata; None for an answer that is none, or not what was promised."""
        try:
            return self._parse(response)
        except MetadataInvalid:
            return None

    def may_lie(self, value: object) -> bool:  # noqa: ARG002  # the port's signature
        """Return true: metadata is no secret."""
        return True

    def written(self, value: object) -> bytes:
        """Return metadata as bytes."""
        assert isinstance(value, Metadata)
        return write_metadata_form(value)


def write_metadata_form(metadata: Metadata) -> bytes:
    """Return all fields of ``metadata``."""
    return join_lines(
        [
            metadata.name,
            metadata.version,
            metadata.metadata_version,
            optional(metadata.requires_python),
            str(len(metadata.dynamic)),
            str(len(metadata.provides_extra)),
            str(len(metadata.licenses)),
            *metadata.dynamic,
            *metadata.provides_extra,
            *metadata.licenses,
            *metadata.requires_dist,
        ]
    )


def read_metadata_form(content: bytes) -> Metadata:
    """Return the metadata of which ``write_metadata_form`` made ``content``.

    Raises ``MetadataInvalid`` for what is none.
    """
    try:
        name, version, metadata_version, python, dynamic, extras, licences, *rest = split_lines(content)
        first, second = int(dynamic), int(dynamic) + int(extras)
        third = second + int(licences)
    except ValueError as error:
        raise MetadataInvalid(f"What the cache holds is no metadata: {error}.") from error
    requires_python = read_optional(python)
    return Metadata(
        name,
        version,
        requires_dist=tuple(rest[third:]),
        requires_python=requires_python if isinstance(requires_python, str) else None,
        provides_extra=tuple(rest[first:second]),
        dynamic=tuple(rest[:first]),
        metadata_version=metadata_version,
        licenses=tuple(rest[second:third]),
    )
