"""METADATA files are read as far as a resolution needs them, and refused where nobody should trust them."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolver.errors import MetadataInvalid
from resolver.index.metadata import MAX_FIELD, MAX_LINE, Metadata, parse_metadata

PAGES = Path(__file__).resolve().parents[3] / "fixtures" / "pages"
LEAST = b"Metadata-Version: 2.1\nName: six\nVersion: 1.0\n"


def test_all_fields_are_read() -> None:
    body = (
        b"Metadata-Version: 2.2\nName: Six\nVersion: 1.0.0\nDynamic: Requires-Dist\nSummary: six\n"
        b"Requires-Python: >=3.8\nProvides-Extra: a\nRequires-Dist: attrs>=1 ; extra == 'a'\n"
        b"Provides-Extra: b\nRequires-Dist: idna\n\nRequires-Dist: body\n"
    )
    assert parse_metadata(body) == Metadata(
        "Six",
        "1.0.0",
        requires_dist=("attrs>=1 ; extra == 'a'", "idna"),
        requires_python=">=3.8",
        provides_extra=("a", "b"),
        dynamic=("requires-dist",),
        metadata_version="2.2",
    )


@pytest.mark.parametrize(
    ("lines", "licenses"),
    [
        ("", ()),
        ("License:\n", ()),
        ("License-Expression: MIT OR Apache-2.0\nClassifier: A :: B\n", ("MIT OR Apache-2.0",)),
        ("Classifier: Topic :: Scientific\n", ()),
        (
            "Classifier: License :: OSI Approved :: MIT License\nlicense: MIT\nClassifier: Topic :: x\n",
            ("MIT", "License :: OSI Approved :: MIT License"),
        ),
    ],
)
def test_what_is_said_of_the_licence_is_kept(lines: str, licenses: tuple[str, ...]) -> None:
    found = parse_metadata(f"Metadata-Version: 2.4\nName: a\nVersion: 1\n{lines}".encode())
    assert found.licenses == licenses


def test_of_a_whole_licence_the_beginning_is_kept() -> None:
    """That it is long is no fault."""
    text = "All rights\n  reserved. " * 5000
    (found,) = parse_metadata(
        f"Metadata-Version: 2.1\nName: a\nVersion: 1\nLicense: {text}\n".encode()
    ).licenses
    assert found.startswith("All rights")
    assert len(found) == 200


def test_folded_lines_and_line_ends_of_windows_are_read() -> None:
    """A field goes on where lines begin with a space; field names are of any case."""
    found = parse_metadata((PAGES / "folded.metadata").read_bytes())
    texts = [" ".join(text.split()) for text in found.requires_dist]
    assert (found.name, found.version, texts, found.requires_python) == (
        "folded",
        "1.0",
        ['six >=1.0; python_version < "3"', "attrs"],
        ">=3.8",
    )


def test_text_that_is_not_utf_8_is_latin_1() -> None:
    found = parse_metadata((PAGES / "latin1.metadata").read_bytes())
    assert found.requires_dist == ('six ; extra == "café"',)


@pytest.mark.parametrize(
    ("rest", "requirements"),
    [
        (b"Requires-Dist: a", ("a",)),
        (b"Requires-Dist: a\n", ("a",)),
        (b"Requires-Dist:\nRequires-Dist: \t \nRequires-Dist:a", ("a",)),
        (b"\nRequires-Dist: a", ()),
        (b"\r\nRequires-Dist: a", ()),
        (b"no field\nRequires-Dist: a", ()),
        (b"Requires-Dist\nRequires-Dist: a", ()),
        (b"X Y: z\nRequires-Dist: a", ()),
        ("Fäld: z\nRequires-Dist: a".encode(), ()),
        (b"X-Y: z\nRequires-Dist: a", ("a",)),
        (b"X-Y: z\rRequires-Dist: a", ("a",)),
        (b"X-Y: z\n Requires-Dist: a", ()),
        (b"Summary: \xe4\xb8\xad\nRequires-Dist: a", ("a",)),
    ],
)
def test_headers_end_where_they_end(rest: bytes, requirements: tuple[str, ...]) -> None:
    """At the first empty line, or the first line that is no header, as ``email.parser`` has it."""
    assert parse_metadata(LEAST + rest).requires_dist == requirements


def test_first_of_a_field_that_may_be_given_once_counts() -> None:
    found = parse_metadata(LEAST + b"Version: 2.0\nName: seven\nRequires-Python: >=3\nRequires-Python: <3\n")
    assert (found.name, found.version, found.requires_python) == ("six", "1.0", ">=3")


def test_byte_order_mark_is_no_text() -> None:
    assert parse_metadata(b"\xef\xbb\xbf" + LEAST).metadata_version == "2.1"


@pytest.mark.parametrize("version", ["1.0", "1.2", "2.6", "2.99", "UNKNOWN", "2", ""])
def test_known_major_version_is_read(version: str) -> None:
    found = parse_metadata(f"Name: six\nMetadata-Version: {version}\nVersion: 1.0\n".encode())
    assert found.metadata_version == (version or "1.0")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "has no field Name"),
        (b"\n" + LEAST, "has no field Name"),
        (b"Version: 1.0\n", "has no field Name"),
        (b"Name: six\n", "has no field Version"),
        (b"Name: six\nVersion: \n", "has no field Version"),
        (LEAST + b"Summary: \0\n", "holds a NUL"),
        (LEAST.replace(b"2.1", b"3.0"), r"is of version '3\.0' of the format"),
        (LEAST.replace(b"2.1", b"9" * 4000), "is of version '9{20}' of the format"),
        (LEAST + b"\n" + b"x" * (8 << 20), "8,388,608 bytes .--max metadata-bytes="),
        (LEAST + b"Requires-Dist: a\n" * 50_001, "50,000 .--max metadata-requirements="),
        (LEAST + b"Requires-Dist: " + b"a" * (MAX_LINE + 1), "longer than 256 KiB"),
        (LEAST + b"Requires-Dist: a\n" + b" b\n" * MAX_LINE, "longer than 256 KiB"),
        (LEAST + b"Requires-Python: " + b" " * 9 + b"3" * (MAX_FIELD + 1), "longer than 4 KiB"),
    ],
)
def test_metadata_that_nobody_should_trust_is_refused(body: bytes, message: str) -> None:
    with pytest.raises(MetadataInvalid, match=message):
        parse_metadata(body)


def test_nul_below_the_headers_is_harmless() -> None:
    assert parse_metadata(LEAST + b"\n\0").name == "six"


def test_long_description_as_a_field_is_passed_over() -> None:
    """Metadata 1.0 had the description among the fields."""
    body = LEAST + b"Description: x\n" + b"        y\n" * 50_000 + b"Requires-Dist: a\n"
    assert parse_metadata(body).requires_dist == ("a",)


def test_metadata_differs_where_a_field_differs() -> None:
    one, other = Metadata("six", "1.0"), Metadata("six", "1.0", dynamic=("version",))
    assert (
        one == Metadata("six", "1.0"),
        one == other,
        one == "six",
        hash(one) == hash(Metadata("six", "1.0")),
    ) == (
        True,
        False,
        False,
        True,
    )
    assert repr(one) == "Metadata('six', '1.0')"
