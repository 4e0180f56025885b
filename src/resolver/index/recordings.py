"""The files of a recording: what an index said, as text that is made to be kept and compared.

A recording is a folder, of which this module alone knows the format (its number is 1)::

    recording.json         {"format": 1, "asked": [...], "packages": [names, sorted]}
    packages/<name>.json   one file a package, <name> is the normalised name

A package file is JSON, laid out so that each file of the listing and each line of metadata has a line::

    {
    "name": "six",
    "page": "/simple/six/",
    "base": "/files/",
    "files": [
    {"filename":"six-1.16.0-py2.py3-none-any.whl","sha256":"8abb...","size":11053,"requires-python":">=2.7"},
    ...
    ],
    "metadata": [
    {"files": {
    "six-1.16.0-py2.py3-none-any.whl":"1.16.0"
    },
    "fields": [
    "Metadata-Version: 2.1",
    "Name: six"
    ]}
    ]
    }

Of the page only its path is kept, and it is given back below ``https://index.example``: neither hosts nor
credentials nor the clock enter a recording.  The address of a file is ``base``, then ``path`` (if any), then
its quoted name; or ``url`` as a whole where that does not do.  It begins with a slash where the file is on
the page's own host, or on the machine that recorded, where ``/local/`` stands for its folder; only addresses
of files on other hosts name a host, for nothing else could lead there.
Queries (they may be signatures) and fragments are left out.
A package that comes from an address and not from an index has ``<name>@<digest of the address>`` in the place
of its name, in the list and as the name of its file.

Files are in the order of the page.  Of their hashes only sha256 is kept where there is one.  Of METADATA the
fields that can change a resolution are kept; files whose fields agree in all but the version share a block.
``failures`` are files whose metadata could not be used, with what was said about it.  A package that no index
knows has ``"absent": true`` and ``places``, the paths of the pages that were looked for.  ``index`` is the
name that the user gave to the index that answered, ``indexes`` are those of the files where several did.

Absent keys have their defaults (``null``, false, empty).  Equal answers make equal bytes.
"""

from __future__ import annotations

import hashlib
import re
from typing import TypeVar

import msgspec

from resolver.errors import BuildFailed, BuildRefused, IndexUnavailable, MetadataInvalid
from resolver.index.links import quote_path, without_userinfo
from resolver.index.listing import Listing
from resolver.index.metadata import Metadata, parse_metadata
from resolver.index.urls import is_local
from resolver.model.distfile import DistFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = [
    "FORMAT",
    "Found",
    "damaged",
    "dump_manifest",
    "dump_package",
    "load_manifest",
    "load_package",
    "slot",
]

Found = Metadata | MetadataInvalid | BuildRefused
"""What is recorded of the metadata of one file: itself, or how it could not be used."""

_ACTIVE = "active"
_ORIGIN = "https://index.example"
_LOCAL = "/local/"
_FAILURES: dict[str, type[MetadataInvalid | BuildRefused]] = {
    "MetadataInvalid": MetadataInvalid,
    "BuildFailed": BuildFailed,
    "BuildRefused": BuildRefused,
}

FORMAT = 1


class _Manifest(msgspec.Struct, forbid_unknown_fields=True):
    """The content of ``recording.json``."""

    format: int
    asked: list[str] = []
    packages: list[str] = []


class _File(msgspec.Struct, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """A file of a listing; the names are those of PEP 691 where it has one."""

    filename: str
    path: str = ""
    url: str | None = None
    sha256: str | None = None
    hashes: dict[str, str] = {}
    size: int | None = None
    requires_python: str | None = None
    upload_time: str | None = None
    yanked: bool | str | None = None
    core_metadata: bool = False


class _Block(msgspec.Struct, forbid_unknown_fields=True):
    """Header lines without ``Version``, and the files that have them, each with its version."""

    files: dict[str, str]
    fields: list[str]


class _Failure(msgspec.Struct, forbid_unknown_fields=True):
    """Why the metadata of a file could not be used: the name of an exception and its message."""

    filename: str
    error: str
    message: str


class _Package(msgspec.Struct, rename="kebab", omit_defaults=True, forbid_unknown_fields=True):
    """The content of a package file."""

    name: str
    absent: bool = False
    places: list[str] = []
    page: str = ""
    status: str = _ACTIVE
    status_reason: str | None = None
    dropped: int = 0
    drop_reasons: list[str] = []
    base: str = ""
    files: list[_File] = []
    metadata: list[_Block] = []
    failures: list[_Failure] = []
    index: str = ""
    indexes: list[str] = []


_LAID_OUT = ("files", "metadata", "failures")


def slot(name: str) -> str:
    """Return what stands for ``name`` in a recording: of an address a digest, since it may be a secret."""
    package, at, _ = name.partition(" @ ")
    return f"{package}@{hashlib.sha256(name.encode()).hexdigest()[:16]}" if at else package


def dump_manifest(names: Sequence[str], asked: Sequence[str]) -> bytes:
    """Return the bytes of ``recording.json`` for the packages ``names``."""
    return _object(
        [
            ("format", _line(FORMAT)),
            ("asked", _array([_line(text) for text in asked])),
            ("packages", _array([_line(name) for name in names])),
        ]
    ).encode()


def dump_package(listing: Listing, found: Mapping[str, Found]) -> bytes:
    """Return the bytes of a package file: ``listing``, and what was found of its files by their names."""
    package = _recorded(listing, found)
    given = msgspec.to_builtins(package)  # in the order of the fields, without defaults
    entries = [(key, _line(value)) for key, value in given.items() if key not in _LAID_OUT]
    lists = (
        ("files", [_line(file) for file in package.files]),
        ("metadata", [_block(block) for block in package.metadata]),
        ("failures", [_line(failure) for failure in package.failures]),
    )
    entries += [(key, _array(lines)) for key, lines in lists if lines]
    return _object(entries).encode()


def _block(block: _Block) -> str:
    files = ",\n".join(f"{_line(name)}:{_line(version)}" for name, version in block.files.items())
    fields = _array([_line(field) for field in block.fields])
    return f'{{"files": {{\n{files}\n}},\n"fields": {fields}}}'


def _object(entries: list[tuple[str, str]]) -> str:
    return "{\n" + ",\n".join(f'"{key}": {text}' for key, text in entries) + "\n}\n"


def _array(lines: list[str]) -> str:
    return "[\n" + ",\n".join(lines) + "\n]" if lines else "[]"


def _line(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _recorded(listing: Listing, found: Mapping[str, Found]) -> _Package:
    """Return ``listing`` and the metadata of its files as a recording holds them."""
    origin, page = _split_origin(listing.url)
    addresses = [_relative(file.url, origin) for file in listing.files]
    folders = [_folder(file, address) for file, address in zip(listing.files, addresses, strict=True)]
    base = _common_folder(folder for folder in folders if folder is not None)
    files = [
        _recorded_file(file, address, None if folder is None else folder[len(base) :])
        for file, address, folder in zip(listing.files, addresses, folders, strict=True)
    ]
    places = {file.filename: place for place, file in enumerate(listing.files)}
    in_order = sorted(found, key=lambda filename: (places.get(filename, len(places)), filename))
    blocks: dict[tuple[str, ...], dict[str, str]] = {}
    failures = []
    for filename in in_order:
        metadata = found[filename]
        if isinstance(metadata, Metadata):
            blocks.setdefault(_fields(metadata), {})[filename] = metadata.version
        else:
            message = str(metadata).replace(origin, _ORIGIN) if origin else str(metadata)
            failures.append(_Failure(filename, type(metadata).__name__, message))
    return _Package(
        listing.name,
        absent=listing.absent,
        places=[_split_origin(place)[1] for place in listing.places],
        page=page,
        # msgspec leaves out what is the very object, and a text from the cache is only equal to it.
        status=_ACTIVE if listing.status == _ACTIVE else listing.status,
        status_reason=listing.status_reason,
        dropped=listing.dropped,
        drop_reasons=list(listing.drop_reasons),
        base=base,
        files=files,
        metadata=[_Block(versions, list(fields)) for fields, versions in blocks.items()],
        failures=failures,
        index=_given(listing.index),
        indexes=[_given(listing.index_of(at)) for at in range(len(files))] if listing.is_merged else [],
    )


def _given(index: str) -> str:
    """Return what an index is called by the user; where it has only its URL, that is not kept."""
    return "" if "://" in index else index


def _split_origin(url: str) -> tuple[str, str]:
    """Return scheme and host of ``url``, and its path without query and fragment.

    Files of this machine are all in one folder.
    """
    if is_local(url):
        return "file://", f"{_LOCAL}{url.rpartition('/')[2]}"
    plain = without_userinfo(url).partition("#")[0].partition("?")[0]
    start = plain.find("://") + 3
    slash = plain.find("/", start) if start > 2 else 0
    return (plain, "/") if slash < 0 else (plain[:slash], plain[slash:])


def _relative(url: str, origin: str) -> str:
    """Return the address to be kept: without what could be secret, and without ``origin``."""
    own, path = _split_origin(url)
    return path if own == origin or is_local(url) else own + path


def _folder(file: DistFile, address: str) -> str | None:
    """Return ``address`` without the file name, if that is what it ends with."""
    name = quote_path(file.filename)
    return address[: -len(name)] if address.endswith(f"/{name}") else None


def _common_folder(folders: Iterable[str]) -> str:
    common: str | None = None
    for folder in folders:
        if common is None:
            common = folder
        while not folder.startswith(common):
            common = common[: common.rfind("/", 0, -1) + 1]
    return common or ""


def _recorded_file(file: DistFile, address: str, path: str | None) -> _File:
    sha256 = file.hashes.get("sha256")
    return _File(
        file.filename,
        path=path or "",
        url=address if path is None else None,
        sha256=sha256,
        hashes=dict(file.hashes) if sha256 is None else {},
        size=file.size,
        requires_python=file.requires_python,
        upload_time=file.upload_time,
        yanked=file.yanked or None,
        core_metadata=bool(file.core_metadata),
    )


def _fields(metadata: Metadata) -> tuple[str, ...]:
    """Return the header lines of ``metadata`` but for its version."""
    fields = (
        ("Metadata-Version", (metadata.metadata_version,)),
        ("Name", (metadata.name,)),
        ("Dynamic", metadata.dynamic),
        ("Requires-Python", () if metadata.requires_python is None else (metadata.requires_python,)),
        ("Provides-Extra", metadata.provides_extra),
        ("License-Expression", tuple(each for each in metadata.licenses if not _is_classifier(each))),
        ("Classifier", tuple(filter(_is_classifier, metadata.licenses))),
        ("Requires-Dist", metadata.requires_dist),
    )
    return tuple(f"{name}: {' '.join(text.splitlines())}" for name, texts in fields for text in texts)


def _is_classifier(licence: str) -> bool:
    return licence.startswith("License ::")


def load_manifest(body: bytes, place: str) -> frozenset[str]:
    """Return the names of the packages in the ``recording.json`` at ``place``.

    Raises ``IndexUnavailable``, naming file and line: it is damaged or of another format.
    """
    given = _decode(body, place, _Numbered).format
    if given != FORMAT:
        raise IndexUnavailable(
            f"{place}: the recording is of format {given}, and only format {FORMAT} can be read. Use the "
            "resolver that it was made with or a newer one, or record again."
        )
    return frozenset(_decode(body, place, _Manifest).packages)


def load_package(body: bytes, place: str, name: str) -> tuple[Listing, dict[str, Found]]:
    """Read the file of the package ``name`` at ``place``: what ``dump_package`` was given.

    Raises ``IndexUnavailable``, naming file and line: it is damaged.
    """
    package = _decode(body, place, _Package)
    if package.name != name:
        raise damaged(place, f"it is about {package.name[:100]!a}")
    found: dict[str, Found] = {}
    for block in package.metadata:
        found.update(_block_metadata(block, place))
    for failure in package.failures:
        if failure.error not in _FAILURES:
            raise damaged(place, f"it knows a failure {failure.error[:50]!a}")
        found[failure.filename] = _FAILURES[failure.error](failure.message)
    return _listing(package), found


def _block_metadata(block: _Block, place: str) -> Iterator[tuple[str, Metadata]]:
    shared = "\n".join(block.fields)
    for filename, version in block.files.items():
        try:
            yield filename, parse_metadata(f"{shared}\nVersion: {version}\n".encode())
        except MetadataInvalid as error:
            raise damaged(place, f"the metadata of {filename[:100]!a}: {error}") from error


def _listing(package: _Package) -> Listing:
    return Listing(
        package.name,
        [_file(file, package.base) for file in package.files],
        url=_absolute(package.page) if package.page else "",
        status=package.status,
        status_reason=package.status_reason,
        absent=package.absent,
        places=[_absolute(place) for place in package.places],
        dropped=package.dropped,
        drop_reasons=package.drop_reasons,
        index=package.index,
        indexes=package.indexes,
    )


def _file(file: _File, base: str) -> DistFile:
    address = file.url if file.url is not None else f"{base}{file.path}{quote_path(file.filename)}"
    return DistFile(
        file.filename,
        _absolute(address),
        hashes=file.hashes if file.sha256 is None else {"sha256": file.sha256},
        size=file.size,
        requires_python=file.requires_python,
        yanked=file.yanked,
        upload_time=file.upload_time,
        core_metadata=file.core_metadata or None,
    )


def _absolute(address: str) -> str:
    return _ORIGIN + address if address.startswith("/") else address


class _Numbered(msgspec.Struct):
    format: int


_AnyKind = TypeVar("_AnyKind", _Manifest, _Package, _Numbered)


def _decode(body: bytes, place: str, kind: type[_AnyKind]) -> _AnyKind:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise damaged(place, str(error), _line_of(body, str(error))) from error
    except (ValueError, RecursionError) as error:
        raise damaged(place, str(error), _line_of_syntax(body, str(error))) from error


def _line_of_syntax(body: bytes, message: str) -> int | None:
    """Return the line of what is no UTF-8 or, by the byte that ``message`` names, no JSON."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return body.count(b"\n", 0, error.start) + 1
    at = re.search(r"\(byte (\d+)\)", message)
    return None if at is None else body.count(b"\n", 0, int(at[1])) + 1


def _line_of(body: bytes, message: str) -> int | None:
    """Return the line of an entry of ``files``, counted as they are laid out; ``None``: it is not known."""
    entry = re.search(r"\$\.files\[(\d+)\]", message)
    start = body.find(b'\n"files": [\n')
    return None if entry is None or start < 0 else body.count(b"\n", 0, start + 2) + 2 + int(entry[1])


def damaged(place: str, what: str, line: int | None = None) -> IndexUnavailable:
    """Return the error that says that the file of a recording at ``place`` cannot be used."""
    where = place if line is None else f"{place}:{line}"
    return IndexUnavailable(
        f"{where}: the recording is damaged ({what}). Restore this file, or record again."
    )
