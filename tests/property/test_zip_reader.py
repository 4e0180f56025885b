"""Laws of the wheel reader: it finds what ``zipfile`` finds, or refuses; ranges and the whole wheel agree."""

from __future__ import annotations

import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from resolver.errors import MetadataInvalid
from resolver.index.artifacts import WheelReader, read_wheel

FILENAME = "six-1.16.0-py3-none-any.whl"
PLACE = "six-1.16.0.dist-info/METADATA"

CONTENTS = st.one_of(st.binary(max_size=60), st.builds(bytes, st.sampled_from([0, 5, 40_000])))
OTHERS = st.dictionaries(st.text("abcé/.", min_size=1, max_size=12), CONTENTS, max_size=6)
METHODS = st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])


@st.composite
def wheels(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Draw a wheel that the standard library wrote, and its METADATA."""
    metadata = draw(CONTENTS)
    members = list(draw(OTHERS).items())
    members.insert(draw(st.integers(0, len(members))), (PLACE, metadata))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        for name, content in members:
            zipped.writestr(name, content, compress_type=draw(METHODS))
        zipped.comment = draw(st.text("abc", max_size=20)).encode()
    return stream.getvalue(), metadata


@given(wheels())
def test_valid_wheel_is_read_from_ranges_and_as_a_whole(wheel: tuple[bytes, bytes]) -> None:
    """Each range lies within the file, no byte is asked for twice at the same place, and three do."""
    body, metadata = wheel
    reader = WheelReader(FILENAME, len(body))
    asked = []
    while reader.wanted is not None:
        start, stop = reader.wanted
        assert 0 <= start < stop <= len(body)
        asked.append(reader.wanted)
        reader.feed(body[start:stop])
    assert (reader.metadata, read_wheel(body, FILENAME)) == (metadata, metadata)
    assert len(set(asked)) == len(asked) <= 3


@settings(max_examples=200)
@given(wheels(), st.data())
def test_damaged_wheel_is_refused_or_read_as_zipfile_reads_it(
    wheel: tuple[bytes, bytes], data: st.DataObject
) -> None:
    """Change a few bytes anywhere but in the middle of long members: no wrong content, no other error."""
    body = bytearray(wheel[0])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(-200, 120)) % len(body)
        body[at] = data.draw(st.integers(0, 255))
    try:
        found = read_wheel(bytes(body), FILENAME)
    except MetadataInvalid:
        return
    try:
        with zipfile.ZipFile(io.BytesIO(bytes(body))) as zipped:
            theirs = zipped.read(PLACE)
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return  # damage elsewhere, which METADATA does not suffer from
    assert found == theirs


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\5\6" + bytes(18), b"PK\5\6\0\0\0\0\1\0\1\0" + bytes(10)]),
)
def test_any_bytes_are_refused(body: bytes, end: bytes) -> None:
    """Rubbish is never a wheel, and ends in nothing but ``MetadataInvalid``."""
    refused = False
    try:
        read_wheel(body + end, FILENAME)
    except MetadataInvalid:
        refused = True
    assert refused
