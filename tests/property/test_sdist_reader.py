"""Laws of the reader of source distributions: it finds what unpacking would leave, or refuses."""

from __future__ import annotations

import io
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import MetadataInvalid
from resolver.index.metadata import parse_metadata
from resolver.index.sdists import read_sdist
from support.archives import info, squeezed, zipped

NAMES = st.lists(
    st.sampled_from(["a", "PKG-INFO", "é", "b" * 120, "x y", "setup.py"]), min_size=1, max_size=4
)
FORMS = st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
KINDS = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE])
SIZES = st.sampled_from([0, 1, 511, 512, 513, 70_000])


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """Draw a tar archive that the standard library wrote."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=draw(FORMS)) as archive:
        paths = draw(st.lists(NAMES, max_size=5, unique_by=tuple))
        for parts in [*(["a-1.0", *each] for each in paths), ["a-1.0", "PKG-INFO"]]:
            member = tarfile.TarInfo("/".join(parts))
            member.mtime = draw(st.integers(0, 1 << 40))
            content = b""
            if parts == ["a-1.0", "PKG-INFO"]:
                content = info(f"Requires-Dist: {draw(st.sampled_from('bcd'))}")
            else:
                member.type = draw(KINDS)
                if member.type == tarfile.REGTYPE:
                    content = bytes(draw(SIZES))
                elif member.type == tarfile.SYMTYPE:
                    member.linkname = "a"
            member.size = len(content)
            try:
                archive.addfile(member, io.BytesIO(content))
            except ValueError:  # a name or a time that this form has no room for
                continue
    return buffer.getvalue()


@given(archives())
def test_archive_of_the_standard_library_is_read_as_it_unpacks_it(content: bytes) -> None:
    """Where several members have the name of PKG-INFO it is refused."""
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        named = [each for each in archive if each.name == "a-1.0/PKG-INFO"]
        file = archive.extractfile(named[-1]) if named and named[-1].isfile() else None
        theirs = None if file is None else parse_metadata(file.read())
    try:
        found = read_sdist(squeezed(content), "a-1.0.tar.gz")
    except MetadataInvalid:
        assert len(named) != 1 or theirs is None
        return
    assert found == theirs


@given(st.binary(max_size=2000), st.booleans())
def test_any_bytes_are_refused(body: bytes, packed: bool) -> None:  # noqa: FBT001  # hypothesis gives it
    """Rubbish is never a source distribution, and ends in nothing but ``MetadataInvalid``."""
    refused = 0
    for name in ("a-1.0.tar.gz", "a-1.0.zip"):
        try:
            read_sdist(squeezed(body) if packed else body, name)
        except MetadataInvalid:
            refused += 1
    assert refused == 2


@given(st.dictionaries(st.text("ab/.-PKGINFO1", min_size=1, max_size=14), st.just(b"x"), max_size=4))
def test_zip_archive_is_read_or_refused(files: dict[str, bytes]) -> None:
    """Other members do no harm unless they could be taken for PKG-INFO."""
    body = zipped({**files, "a-1.0/PKG-INFO": info("Requires-Dist: b")})
    try:
        found = read_sdist(body, "a-1.0.zip")
    except MetadataInvalid:
        assert any("PKG-INFO" in name for name in files)
        return
    assert found.requires_dist == ("b",)
