"""JSON pages as typed records where there is no msgspec, as in a browser: by the standard library.

The same records as in ``simple_json``, and the same entries left out; why, is told in other words.
"""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Never, TypeVar

    from resolver.index.json_page import CoreMetadata

    Value = TypeVar("Value")

__all__ = ["File", "Meta", "Page", "Status", "decode"]


class Meta:
    """The ``meta`` object."""

    __slots__ = ("api_version", "last_serial")

    def __init__(self, found: dict[str, object]) -> None:
        version = found.get("api-version")
        if isinstance(version, bool) or not isinstance(version, (str, int, float, type(None))):
            raise ValueError("api-version is of another type")  # noqa: TRY004  # as a decoder says it
        self.api_version = version
        self.last_serial = found.get("_last-serial")


class Status:
    """The ``project-status`` object."""

    __slots__ = ("reason", "status")

    def __init__(self, found: dict[str, object]) -> None:
        self.status = _of(found, "status", str)
        self.reason = _of(found, "reason", str)


class File:
    """An entry of ``files``."""

    __slots__ = (
        "_older",
        "core_metadata",
        "filename",
        "hashes",
        "requires_python",
        "size",
        "upload_time",
        "url",
        "yanked",
    )

    def __init__(self, found: dict[str, object]) -> None:
        self.filename = _there(found, "filename")
        self.url = _there(found, "url")
        self.hashes = _texts(found.get("hashes"), "hashes")
        self.requires_python: str | None = _of(found, "requires-python", str)
        size = found.get("size")
        if isinstance(size, float) and size.is_integer():  # as careless servers write it
            found["size"] = int(size)
        self.size: int | None = _of(found, "size", int)
        self.upload_time: str | None = _of(found, "upload-time", str)
        yanked = found.get("yanked")
        self.yanked = yanked if isinstance(yanked, bool) else _of(found, "yanked", str)
        self.core_metadata = _core(found.get("core-metadata"))
        self._older = (found.get("dist-info-metadata"), found.get("data-dist-info-metadata"))

    def older_core_metadata(self) -> CoreMetadata:
        """Return what the older spellings of ``core-metadata`` say; None where that is of no use."""
        for value in self._older:
            if value is not None:
                try:
                    return _core(value)
                except ValueError:
                    continue
        return None


class Page:
    """A page of which every key has the type that it should have."""

    __slots__ = ("files", "meta", "name", "project_status")

    def __init__(self, found: dict[str, object], files: list[File] | None) -> None:
        self.files = files
        meta = found.get("meta")
        self.meta = None if meta is None else Meta(_mapping(meta, "meta"))
        self.name: str | None = _of(found, "name", str)
        status = found.get("project-status")
        try:
            self.project_status = None if status is None else Status(_mapping(status, "project-status"))
        except ValueError:
            self.project_status = None


def decode(body: bytes) -> tuple[Page, Sequence[str]]:
    """Return the page, and for each entry that had to be left out the reason.

    Raises ``ValueError`` for what is no JSON or no page at all, ``RecursionError`` for deep nesting.
    """
    found = _mapping(json.loads(body.decode(), parse_constant=_refuse), "the page")
    entries = found.get("files")
    if entries is None:
        return Page(found, None), ()
    if not isinstance(entries, list):
        raise ValueError("files is no list")  # noqa: TRY004  # as a decoder says it
    files: list[File] = []
    dropped: list[str] = []
    for number, entry in enumerate(entries):
        try:
            files.append(File(_mapping(entry, "it")))
        except ValueError as error:
            dropped.append(f"entry {number}: {error}")
    return Page(found, files), dropped


def _refuse(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON")


def _mapping(value: object, what: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")  # noqa: TRY004  # as a decoder says it
    return value


def _there(found: dict[str, object], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str):
        raise ValueError(f"{key} is no text")  # noqa: TRY004  # as a decoder says it
    return value


def _of(found: dict[str, object], key: str, kind: type[Value]) -> Value | None:
    """Return what stands under ``key``, which is of that kind, if anything does."""
    value = found.get(key)
    if value is None:
        return None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{key} is of another type")  # noqa: TRY004  # as a decoder says it
    return value


def _texts(value: object, key: str) -> dict[str, str] | None:
    if value is None:
        return None
    found = _mapping(value, key)
    texts = {name: text for name, text in found.items() if isinstance(text, str)}
    if len(texts) < len(found):
        raise ValueError(f"{key} has a value that is no text")
    return texts


def _core(value: object) -> CoreMetadata:
    return value if isinstance(value, bool) else _texts(value, "core-metadata")
