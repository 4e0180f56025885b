"""What is fuzzed: each target takes bytes, and holds a reader to the law.

The law: whatever the bytes are, the reader returns a value or raises the error that its contract names, and
where ``packaging`` reads the same, what we accept it accepts too and reads alike.  Stricter we may be, by the
rules of ``docs/limits.md`` and those named below.  Time and memory are measured by whoever runs a target.
"""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from packaging.markers import InvalidMarker as TheirInvalidMarker
from packaging.markers import Marker as TheirMarker
from packaging.requirements import InvalidRequirement as TheirInvalidRequirement
from packaging.requirements import Requirement as TheirRequirement
from packaging.specifiers import InvalidSpecifier as TheirInvalidSpecifier
from packaging.specifiers import SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion as TheirInvalidVersion
from packaging.version import Version as TheirVersion

from resolver.errors import InputError, LimitReached, MetadataInvalid, ResolverError
from resolver.formats.documents import Document
from resolver.formats.lock_files import LockFile
from resolver.formats.pyproject import Project, Wanted
from resolver.formats.requirements_txt import read
from resolver.formats.scripts import Script
from resolver.formats.setup_cfg import SetupFile
from resolver.index.artifacts import read_wheel
from resolver.index.decompress import BodyDecoder, CorruptBody
from resolver.index.http1 import AnswerReader, NotPlain
from resolver.index.listing_form import read_listing_form, write_listing_form
from resolver.index.metadata import parse_metadata
from resolver.index.metadata_form import read_metadata_form, write_metadata_form
from resolver.index.sdists import read_sdist
from resolver.index.simple import parse_html, parse_json
from resolver.index.urls import InvalidUrl, quoted, redacted, redirect_target, split_url
from resolver.model.environment import Environment
from resolver.model.faults import InvalidMarker, UndefinedComparison
from resolver.model.filenames import InvalidFilename, parse_sdist, parse_wheel
from resolver.model.markers import Marker
from resolver.model.repairs import repaired_specifiers
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.model.specifiers import InvalidSpecifier, Specifiers
from resolver.model.version import InvalidVersion, Version
from resolver.noting import Note
from resolver.policy import Reason
from resolver.requiring import Reader
from resolver.toml_lines import places_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["TARGETS", "Target"]

PROJECT = b"""\
[project]
name = "a-b"
version = "1"
requires-python = ">=3.9"
dependencies = ["c[d] >=1 ; os_name == 'nt'", 'A_B[x]']
[project.optional-dependencies]
x = ["e @ https://host.example/e-1.zip", "a.b[y]"]
"y" = []
[dependency-groups]
g = [{include-group = "h"}, "f"]
h = [] # none
[tool.resolver]
conflicts = [[{extra = "x"}, {group = "g"}]]
[[tool."o.t".her]]
k.l = 1979-05-27 07:32:00
"""
LOCK_FILE = f"""\
lock-version = "1.0"
created-by = "me"
extras = ["x"]
environments = ["os_name == 'posix'"]
[[packages]]
name = "a"
version = "1"
marker = "'x' in extras and 'd' not in dependency_groups"
wheels = [{{url = "https://host.example/a-1-py3-none-any.whl", hashes = {{sha256 = "{"0" * 64}"}}}}]
[[packages]]
name = "b"
[packages.vcs]
type = "git"
url = "https://host.example/b.git"
commit-id = "{"1" * 40}"
""".encode()
SCRIPT = b"# /// script\n# requires-python = '>=3.9'\n# dependencies = ['a']\n# ///\n"
SETUP = b"[options]\ninstall_requires =\n  a>1\n[options.extras_require]\nx = b ; os_name == 'nt'\n"
PAGES = Path(__file__).resolve().parents[2] / "fixtures" / "pages"
URL = "https://index.example/simple/six/"
DEEP = 200  # brackets: what is nested deeper may have no place
DIGITS = 4000  # Python reads some more
LINUX = Environment.target("3.12", "linux")


class Target(NamedTuple):
    """``check`` takes any bytes and raises where the law is broken; ``seeds`` are inputs to begin with."""

    check: Callable[[bytes], None]
    seeds: Sequence[bytes]


def text_of(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def version(content: bytes) -> None:
    """As ``packaging``, but for numbers of thousands of digits, which neither reads the same everywhere."""
    text = text_of(content)
    try:
        ours = Version(text)
    except InvalidVersion:
        with contextlib.suppress(TheirInvalidVersion, ValueError):
            assert len(str(TheirVersion(text))) > 4000, f"packaging reads {text!r}"
        return
    theirs = TheirVersion(text)
    assert (str(ours), ours.public) == (str(theirs), theirs.public)
    assert ours.release.segments == theirs.release
    assert Version(str(ours)) == ours


def specifiers(content: bytes) -> None:
    text = text_of(content)
    with contextlib.suppress(InvalidSpecifier):
        repaired_specifiers(text)
    try:
        ours = Specifiers(text)
    except InvalidSpecifier:
        with contextlib.suppress(TheirInvalidSpecifier, ValueError):
            assert len(str(SpecifierSet(text))) > 4000, f"packaging reads {text!r}"
        return
    if max(map(len, text.split("."))) > DIGITS:
        return  # ``packaging`` fails on numbers of more digits than Python reads
    theirs = SpecifierSet(text)
    versions = ["0", "0.9", "1.0", "1.0.post1", "1.1", "2.0rc1", "2.0", "2024.1"]
    assert list(ours.filter(versions)) == list(theirs.filter(versions)), text


def marker(content: bytes) -> None:
    """As ``packaging``, but for the budgets of depth and size."""
    text = text_of(content)
    try:
        ours = Marker(text)
    except InvalidMarker as error:
        if "more than" not in error.message:
            with contextlib.suppress(TheirInvalidMarker, RecursionError):
                TheirMarker(text)
                raise AssertionError(f"packaging reads {text!r}") from None
        return
    with contextlib.suppress(RecursionError):
        theirs = TheirMarker(text)
        assert str(Marker(str(ours))) == str(ours)
        with contextlib.suppress(ValueError):  # both kinds of quotes
            plain = str(theirs)
            if plain.isprintable() and "\\" not in plain:
                assert str(ours) == plain
    with contextlib.suppress(UndefinedComparison):
        ours.evaluate(LINUX.variables, "a")
    assert ours.extras is None or all(isinstance(extra, str) for extra in ours.extras)


def requirement(content: bytes) -> None:
    """As ``packaging``, but for the limits; what is repaired is at least typed."""
    text = text_of(content)
    with contextlib.suppress(InvalidRequirement):
        Requirement.repaired(text)
    try:
        ours = Requirement.parse(text)
    except InvalidRequirement as error:
        strange = any(c.isspace() and c not in " \t" for c in text)  # we take no other blanks than these
        if not strange and "more than" not in error.message and "longer than" not in error.message:
            with contextlib.suppress(TheirInvalidRequirement, RecursionError, ValueError):
                TheirRequirement(text)
                raise AssertionError(f"packaging reads {text!r}") from None
        return
    with contextlib.suppress(RecursionError):
        theirs = TheirRequirement(text)
        assert (ours.url or None) == theirs.url
        assert len(ours.extras) <= len(theirs.extras)
        assert ours.specifiers == Specifiers(str(theirs.specifier))
    assert Requirement.restored(ours.stored()) == ours


def filename(content: bytes) -> None:
    """Stricter than ``packaging``: what is accepted, it accepts, with the same name and version."""
    text = text_of(content)
    with contextlib.suppress(InvalidFilename):
        wheel = parse_wheel(text)
        try:
            name, release, build, _ = parse_wheel_filename(text)
        except InvalidWheelFilename as error:
            raise AssertionError(f"packaging refuses {text!r}") from error
        assert (wheel.name, Version(wheel.version).key, wheel.build) == (
            name,
            Version(str(release)).key,
            build,
        )
    with contextlib.suppress(InvalidFilename):
        sdist = parse_sdist(text)
        try:
            name, release = parse_sdist_filename(text)
        except InvalidSdistFilename as error:
            raise AssertionError(f"packaging refuses {text!r}") from error
        assert (sdist.name, Version(sdist.version).key) == (name, Version(str(release)).key)


def metadata(content: bytes) -> None:
    with contextlib.suppress(MetadataInvalid):
        found = parse_metadata(content)
        assert read_metadata_form(write_metadata_form(found)) == found
        reader = Reader(LINUX)
        for extra in ("", "a", *sorted(reader.extras(found))[:3]):
            read_lines = reader.read(found, extra)
            if isinstance(read_lines, Reason):
                assert read_lines.says(many=False).isprintable()


def page_json(content: bytes) -> None:
    with contextlib.suppress(MetadataInvalid, LimitReached):
        _check_listing(parse_json(content, url=URL, package="six"))


def page_html(content: bytes) -> None:
    with contextlib.suppress(MetadataInvalid, LimitReached):
        _check_listing(parse_html(content, url=URL, package="six"))


def _check_listing(listing: object) -> None:
    from resolver.index.listing import Listing

    assert isinstance(listing, Listing)
    kept = read_listing_form(write_listing_form(listing))
    assert [file.filename for file in kept.files] == [file.filename for file in listing.files]
    assert [file.url for file in kept.files] == [file.url for file in listing.files]
    assert kept.summary.keys == listing.summary.keys
    assert list(kept.summary.order) == list(listing.summary.order)


def wheel(content: bytes) -> None:
    with contextlib.suppress(MetadataInvalid):
        read_wheel(content, "six-1.16.0-py3-none-any.whl")


def sdist(content: bytes) -> None:
    for name in ("six-1.16.0.tar.gz", "six-1.16.0.zip"):
        with contextlib.suppress(MetadataInvalid):
            read_sdist(content, name)


def kept(content: bytes) -> None:
    """Read what the cache holds, without the checksum before it: it only fails as what is none."""
    with contextlib.suppress(MetadataInvalid):
        read_metadata_form(content)
    with contextlib.suppress(MetadataInvalid):
        listing = read_listing_form(content)
        with contextlib.suppress(ValueError, IndexError):
            listing.summary.traits_of(0)
    with contextlib.suppress(ValueError, IndexError):
        note = Note(content)
        note.keys()
        note.texts()


def requirements_file(content: bytes) -> None:
    with contextlib.suppress(InputError):
        read("-", stdin=io.BytesIO(content), environ={})


def project(content: bytes) -> None:
    """Every table and value has a place, and what is asked for is read or refused."""
    with contextlib.suppress(InputError):
        document = Document.read("pyproject.toml", content)
        if content.count(b"[") + content.count(b"{") + content.count(b".") < DEEP:
            assert _paths(document.table) <= places_of(content.decode().removeprefix("\ufeff")).keys()
        found = Project(document)
        groups = list(found.groups)
        found.requirements(Wanted(all_extras=True, groups=groups, project=found.name is not None))


def _paths(value: object, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    """Return the paths of all that is in a table or array."""
    if isinstance(value, dict):
        inside = [((*path, key), each) for key, each in value.items()]
    else:
        inside = [((*path, at), each) for at, each in enumerate(value if isinstance(value, list) else ())]
    return {at for at, _ in inside}.union(*(_paths(each, at) for at, each in inside))


def script(content: bytes) -> None:
    with contextlib.suppress(InputError):
        Script("script.py", content).requirements()


def lock_file(content: bytes) -> None:
    with contextlib.suppress(InputError):
        LockFile(Document.read("pylock.toml", content)).as_file(Wanted(all_extras=True))


def setup_file(content: bytes) -> None:
    with contextlib.suppress(InputError):
        SetupFile("setup.cfg", content).as_file(Wanted(all_extras=True))


def url(content: bytes) -> None:
    text = text_of(content)
    assert redacted(text).isprintable()
    with contextlib.suppress(InvalidUrl):
        address = split_url(text)
        assert split_url(address.url).origin == address.origin
        quoted(text)
    with contextlib.suppress(ResolverError, InvalidUrl):
        assert redirect_target(URL, text).startswith("https://")


def answer(content: bytes) -> None:
    reader = AnswerReader(1 << 20)
    with contextlib.suppress(NotPlain):
        for at in range(0, len(content), 7):
            if reader.feed(content[at : at + 7]):
                break


def body(content: bytes) -> None:
    for encoding in ("gzip", "deflate"):
        with contextlib.suppress(CorruptBody, LimitReached):
            decoder = BodyDecoder(encoding, limit=1 << 22, url=URL)
            decoder.feed(content)
            assert len(decoder.finish()) <= 1 << 22


def _pages(pattern: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(PAGES.glob(pattern)) if ".expected" not in path.name]


def _wheel() -> bytes:
    import zipfile

    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "six-1.16.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\n"
        )
        archive.writestr("six.py", "x = 1\n" * 9)
    return stream.getvalue()


def _sdist() -> bytes:
    import tarfile

    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        content = b"Metadata-Version: 2.2\nName: six\nVersion: 1.16.0\n"
        member = tarfile.TarInfo("six-1.16.0/PKG-INFO")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def _deflated() -> list[bytes]:
    import gzip
    import zlib

    return [gzip.compress(b"abc" * 99), zlib.compress(b"abc" * 99), gzip.compress(b"a") * 2]


METADATA = (
    b"Metadata-Version: 2.1\nName: six\nVersion: 1.16.0\nRequires-Python: >=3.7\nProvides-Extra: a\n"
    b"Requires-Dist: b[c] (>=1,<2); extra == 'a' and python_version < '3.9'\nRequires-Dist: d @ https://e/f\n\nx\n"
)
MARKERS = [
    b"python_version >= '3.8' and (os_name == 'nt' or extra == \"a\")",
    b"'linux' in sys_platform or platform_release ~= '5.1'",
    b"extra not in 'a b' and os_name === 'x'",
]

TARGETS = {
    "version": Target(version, [b"1.0", b"1!2.3rc4.post5.dev6+local.7", b"v1.0-alpha_1", b"2024.1-1"]),
    "specifiers": Target(
        specifiers, [b">=1.0,<2", b"~=1.4.2,!=1.4.5.*", b"===1.0", b"==1.0+a", b">1.0.post1"]
    ),
    "marker": Target(marker, MARKERS),
    "requirement": Target(
        requirement,
        [b"a[b,c]>=1,<2 ; " + MARKERS[0], b"a @ https://x/y.whl ; os_name == 'a'", b"a (>=1.9.*)", b"a>=1<2"],
    ),
    "filename": Target(
        filename,
        [b"six-1.16.0-1a-py2.py3-none-any.whl", b"six-1.16.0.tar.gz", b"a_b-1.0+c-cp312-abi3-linux.whl"],
    ),
    "metadata": Target(metadata, [METADATA, *_pages("*.metadata")]),
    "page-json": Target(page_json, _pages("*.json")),
    "page-html": Target(page_html, _pages("*.html")),
    "wheel": Target(wheel, [_wheel()]),
    "sdist": Target(sdist, [_sdist(), _wheel()]),
    "kept": Target(
        kept,
        [
            write_metadata_form(parse_metadata(METADATA)),
            write_listing_form(
                parse_json(
                    b'{"files":[{"filename":"six-1.0.tar.gz","url":"a"},'
                    b'{"filename":"six-1.0-py3-none-any.whl","url":"b","hashes":{"sha256":"00"}}]}',
                    url=URL,
                    package="six",
                )
            ),
        ],
    ),
    "requirements-file": Target(
        requirements_file,
        [b"a>=1 \\\n  --hash=sha256:00 # c\n-c x\n--index-url https://a/\n${HOME}\n", b"\xff\xfea\0"],
    ),
    "project": Target(project, [PROJECT]),
    "script": Target(script, [SCRIPT]),
    "lock-file": Target(lock_file, [LOCK_FILE]),
    "setup-file": Target(setup_file, [SETUP]),
    "url": Target(
        url, [b"https://me:pw@index.example:8080/a%20b/?c#d", b"//x/../y", b"http://[::1]/", b"file:///a"]
    ),
    "answer": Target(
        answer,
        [
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        ],
    ),
    "body": Target(body, _deflated()),
}
