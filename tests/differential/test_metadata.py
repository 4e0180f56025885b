"""METADATA is read as ``packaging.metadata.parse_email`` reads it: real files and made-up ones."""

from __future__ import annotations

import gzip
import json
from importlib.metadata import distributions
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.metadata import parse_email

from resolver.errors import MetadataInvalid
from resolver.index.metadata import parse_metadata
from support.corpora import CORPORA

if TYPE_CHECKING:
    from pathlib import Path

SNAPSHOT = sorted((CORPORA.parent / "index" / "snapshots" / "visible" / "packages").glob("*.json.gz"))


def ours(body: bytes) -> dict[str, object]:
    """Return what we read, with white space within texts made one space."""
    found = parse_metadata(body)
    return {
        "name": found.name,
        "version": found.version,
        "requires_python": found.requires_python and one_line(found.requires_python),
        "provides_extra": [one_line(text) for text in found.provides_extra],
        "requires_dist": [one_line(text) for text in found.requires_dist],
        "dynamic": [one_line(text) for text in found.dynamic],
    }


def theirs(body: bytes) -> dict[str, object]:
    """Return the same as ``packaging`` reads it; empty texts count as none."""
    raw, _ = parse_email(body)
    return {
        "name": raw["name"],
        "version": raw["version"],
        "requires_python": one_line(raw.get("requires_python", "")) or None,
        "provides_extra": [one_line(text) for text in raw.get("provides_extra", []) if text.strip()],
        "requires_dist": [one_line(text) for text in raw.get("requires_dist", []) if text.strip()],
        "dynamic": [one_line(text).lower() for text in raw.get("dynamic", []) if text.strip()],
    }


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", sorted({dist.name for dist in distributions()}))
def test_installed_metadata_is_read_alike(name: str) -> None:
    """What is installed beside the tests is as real as metadata gets."""
    (found, *_) = [dist for dist in distributions() if dist.name == name]
    text = found.read_text("METADATA") or found.read_text("PKG-INFO")
    assert text is not None
    assert ours(text.encode()) == theirs(text.encode())


@pytest.mark.skipif(not SNAPSHOT, reason="the shared snapshot is not here")
@pytest.mark.parametrize("part", range(4))
def test_recorded_metadata_is_read_alike(part: int) -> None:
    """Every other package of the snapshot, every block of it."""
    checked = 0
    for path in SNAPSHOT[part::8]:
        for block in blocks(path):
            assert ours(block) == theirs(block)
            checked += 1
    assert checked > 50


def blocks(path: Path) -> list[bytes]:
    """Return the metadata of a package file of the snapshot, one for each that differs."""
    found = json.loads(gzip.decompress(path.read_bytes()))["blocks"]
    return [f"{block}Version: 1.0\n\nA description\n".encode() for block in found]


FIELDS = st.sampled_from(
    [
        "Requires-Dist",
        "requires-dist",
        "REQUIRES-PYTHON",
        "Provides-Extra",
        "Dynamic",
        "Summary",
        "X-Other",
        "License",
    ]
)
VALUES = st.text("abc =<>;:,.[]()'\"0123é", max_size=20)
FOLDS = st.lists(st.builds("\n{}{}".format, st.sampled_from([" ", "\t", "     "]), VALUES), max_size=2).map(
    "".join
)
LINES = st.lists(st.builds("{}: {}{}\n".format, FIELDS, VALUES, FOLDS), max_size=8).map("".join)
ENDS = st.sampled_from(
    ["", "\n", "\nRequires-Dist: body\n", "not a header\nRequires-Dist: body\n", "\n\n\nbody"]
)


@given(LINES, ENDS, st.sampled_from(["\n", "\r\n", "\r"]))
def test_generated_metadata_is_read_alike(lines: str, end: str, newline: str) -> None:
    """Fields of any case, folded lines, all line ends; of two Requires-Python packaging takes none."""
    if lines.lower().count("requires-python:") > 1:
        return
    text = f"Metadata-Version: 2.1\nName: six\n{lines}Version: 1.0\n{end}".replace("\n", newline)
    assert ours(text.encode()) == theirs(text.encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    """Nothing but ``MetadataInvalid`` comes out of rubbish."""
    for text in (body, b"Name: six\nVersion: 1.0\n" + body):
        try:
            parse_metadata(text)
        except MetadataInvalid:
            continue
