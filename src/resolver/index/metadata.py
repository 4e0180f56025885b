"""Core metadata: the few fields of a METADATA file that a resolution reads.

``parse_metadata`` is a scan over the header lines; the requirement texts are kept as written and parsed in
``model.requirement`` where a candidate is looked at.  How the bytes are come by is in ``client`` and
``artifacts``.

Specification: https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

__all__ = ["Metadata"]


class Metadata:
    """What one distribution says about itself; texts as written, unfolded and stripped.

    ``name`` and ``version`` are those of the file, not compared with anything.  ``dynamic`` holds field names
    in lower case (PEP 643).  Equal when all fields are equal.
    """

    __slots__ = (
        "dynamic",
        "metadata_version",
        "name",
        "provides_extra",
        "requires_dist",
        "requires_python",
        "version",
    )

    def __init__(  # noqa: PLR0913  # one parameter a field of the file
        self,
        name: str,
        version: str,
        *,
        requires_dist: tuple[str, ...] = (),
        requires_python: str | None = None,
        provides_extra: tuple[str, ...] = (),
        dynamic: tuple[str, ...] = (),
        metadata_version: str = "2.1",
    ) -> None:
        self.name = name
        self.version = version
        self.requires_dist = requires_dist
        self.requires_python = requires_python
        self.provides_extra = provides_extra
        self.dynamic = dynamic
        self.metadata_version = metadata_version

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Metadata):
            return NotImplemented
        return all(getattr(self, slot) == getattr(other, slot) for slot in self.__slots__)

    def __hash__(self) -> int:
        return hash((self.name, self.version, self.requires_dist))

    def __repr__(self) -> str:
        return f"Metadata({self.name!r}, {self.version!r})"
