"""One line of a requirements file taken apart."""

from __future__ import annotations

import pytest

from resolver.errors import InputError
from resolver.formats.lines import logical_lines
from resolver.formats.named import unnamed
from resolver.formats.statements import (
    FILE_OPTIONS,
    REQUIREMENT_OPTIONS,
    first_option,
    options_of,
)


def options(text: str, known: dict[str, str] = FILE_OPTIONS) -> list[tuple[str, str, int]]:
    """Return name, value and position of each option of a line."""
    line = next(iter(logical_lines(text, {})))
    found = options_of(line, "a.txt", first_option(line.text), known)
    return [(option.name, option.value, option.position) for option in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-r a.txt", [("requirement", "a.txt", 3)]),
        ("-ra.txt", [("requirement", "a.txt", 0)]),
        ("--requirement=a.txt", [("requirement", "a.txt", 0)]),
        ("--requirement  a.txt", [("requirement", "a.txt", 15)]),
        ("-i 'https://a b/'", [("index_url", "https://a b/", 4)]),
        ('-c "a b.txt"', [("constraint", "a b.txt", 4)]),
        (r"-c a\ b.txt", [("constraint", "a b.txt", 2)]),
        ("--pre --no-index", [("pre", "", 0), ("no_index", "", 6)]),
        ("-f a -f b", [("find_links", "a", 3), ("find_links", "b", 8)]),
        ("-f=a", [("find_links", "a", 0)]),
    ],
)
def test_options_in_all_spellings(text: str, expected: list[tuple[str, str, int]]) -> None:
    """With the position of the value, or of the flag that holds it."""
    assert options(text) == expected


@pytest.mark.parametrize(
    ("text", "words", "column"),
    [
        ("--bogus", "unknown option --bogus", 1),
        ("-x", "unknown option -x", 1),
        ("--pre=1", "--pre takes no value", 1),
        ("--index-url", "--index-url wants a value behind it", 1),
        ("--index-url=", "--index-url wants a value behind it", 1),
        ("-i", "-i wants a value behind it", 1),
        ("-i https://a/ b", "-i is followed by 'b', which does not belong to it", 15),
        ("--hash=sha256:0", "--hash belongs behind a requirement", 1),
        ("-c 'a", "a quotation mark is not closed", 1),
    ],
)
def test_wrong_options_are_input_errors(text: str, words: str, column: int) -> None:
    """With the place in the line."""
    with pytest.raises(InputError) as caught:
        options(text)
    assert (caught.value.message, caught.value.column) == (words, column)


def test_file_options_do_not_stand_behind_a_requirement() -> None:
    """There pip ignores them without a word."""
    with pytest.raises(InputError, match="must stand on a line of its own"):
        options("flask --pre", REQUIREMENT_OPTIONS)
    assert options("flask --hash=sha256:0 -C a=b", REQUIREMENT_OPTIONS) == [
        ("hash", "sha256:0", 6),
        ("config_settings", "a=b", 25),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("flask", None),
        ("flask[async]>=1; python_version > '3'", None),
        ("flask @ https://index.example/flask.zip", None),
        ("flask@https://index.example/flask.zip", None),
        ("flask @ file:///a/b.whl", None),
        ("a.whl@https://index.example/a.whl", None),
        ("a; extra == './b'", None),
        ("https://index.example/flask.zip", "a URL"),
        ("https://user:pw@index.example/flask.zip", "a URL"),
        ("git+ssh://git@host.example/a.git@v1", "a URL"),
        ("file:a.whl", "a URL"),
        (".", "a local path"),
        ("./a", "a local path"),
        ("./a@1[b]", "a local path"),
        ("../a ; os_name == 'posix'", "a local path"),
        ("/a", "a local path"),
        ("a/b", "a local path"),
        ("~/a", "a local path"),
        (r"C:\a", "a local path"),
        (r"a\b", "a local path"),
        ("a-1-py3-none-any.whl", "a local file"),
        ("A.ZIP", "a local file"),
        ("a-1.tar.gz[b]", "a local file"),
    ],
)
def test_urls_and_paths_are_told_from_names(text: str, expected: str | None) -> None:
    """The kind is what the message says."""
    assert unnamed(text) == expected
