"""A file of a package, as a listing describes it.

What its name says is read in ``filenames``.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DistFile"]


class DistFile:
    """One file of a listing, as the index describes it; equal where all of it is.

    ``hashes`` maps algorithms to hexadecimal digests; ``requires_python`` and ``upload_time`` are texts as
    written; ``yanked`` is the reason, or true where none is given; ``core_metadata`` is true, or the hashes
    of the metadata file, where the index serves it beside the file (PEP 658).
    """

    __slots__ = (
        "core_metadata",
        "filename",
        "hashes",
        "requires_python",
        "size",
        "upload_time",
        "url",
        "yanked",
    )

    def __init__(  # noqa: PLR0913  # the fields of PEP 691 and PEP 700
        self,
        filename: str,
        url: str,
        *,
        hashes: Mapping[str, str] | None = None,
        size: int | None = None,
        requires_python: str | None = None,
        yanked: bool | str | None = None,
        upload_time: str | None = None,
        core_metadata: bool | Mapping[str, str] | None = None,
    ) -> None:
        self.filename = filename
        self.url = url
        self.hashes: Mapping[str, str] = {} if hashes is None else hashes
        self.size = size
        self.requires_python = requires_python
        self.yanked = yanked
        self.upload_time = upload_time
        self.core_metadata = core_metadata

    @property
    def is_wheel(self) -> bool:
        """Whether the name is a wheel's; otherwise it is a source distribution or nothing usable."""
        return self.filename.endswith(".whl")

    @property
    def is_bare_source(self) -> bool:
        """Whether it has to be fetched whole to learn what it says: no wheel, and nothing beside it."""
        return not self.core_metadata and not self.is_wheel

    @property
    def metadata_is_promised(self) -> bool:
        """Whether the listing names a digest of the metadata, which then never changes."""
        return bool(self.core_metadata) and self.core_metadata is not True

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DistFile):
            return NotImplemented
        return all(getattr(self, field) == getattr(other, field) for field in self.__slots__)

    def __hash__(self) -> int:
        return hash((self.filename, self.url))

    def __repr__(self) -> str:
        return f"DistFile({self.filename!r}, {self.url!r})"
