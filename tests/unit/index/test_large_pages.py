"""Pages that are too large, or take too much memory for what they say."""

from __future__ import annotations

import pytest

from resolver.errors import LimitReached
from resolver.index.indexes import IndexSpec
from resolver.index.pages import find_listing
from resolver.index.simple import parse_html, parse_json
from resolver.index.transport import Response

URL = "https://index.example/simple/a/"


def many_files(count: int) -> bytes:
    files = ",".join(f'{{"filename":"a-{n}.zip","url":"a"}}' for n in range(count))
    return b'{"meta":{"api-version":"1.0"},"name":"a","files":[%s]}' % files.encode()


def test_page_of_too_many_files_is_a_limit() -> None:
    """As many as allowed are read; the message says which option allows more."""
    assert len(parse_json(many_files(3), url=URL, package="a", most=3).files) == 3
    for most in (2, 1):
        with pytest.raises(LimitReached, match=f"more than {most} files, .*--max page-files="):
            parse_json(many_files(3), url=URL, package="a", most=most)
    with pytest.raises(LimitReached, match=r"more than 2 links, .*--max page-files="):
        parse_html("<a href='b-1.zip'></a>" * 3, url=URL, package="a", most=2)


@pytest.mark.parametrize(
    "values",
    [b'"x":[%s1]' % (b"1," * 600_000), b'"x":[%s1' % (b"[" * 1_200_000), b'"x":{%s}' % (b'"":{},' * 300_000)],
)
def test_values_are_counted_before_a_large_page_is_decoded(values: bytes) -> None:
    """Else a page of a few megabytes would take gigabytes."""
    with pytest.raises(LimitReached, match="more than 600,000 values"):
        parse_json(b'{"files":[],%s}' % values, url=URL, package="a", most=30_000)


def test_long_text_of_a_huge_page_is_not_decoded() -> None:
    """In memory it would take four times as much."""
    body = b'{"files":[],"x":"\xf0\x9f\x98\x80%s"}' % (b"x" * (17 << 20))
    with pytest.raises(LimitReached, match="a text of more than 64 KiB"):
        parse_json(body, url=URL, package="a")


def test_huge_page_loses_entries_that_take_much_memory() -> None:
    """The others of it are read."""
    entry = '{"filename":"a-1.zip","url":"a"}'
    hashes = ",".join(f'"{n}":""' for n in range(17))
    odd = [
        f'{{"filename":"a-2.zip","url":"a","yanked":"{"y" * 1001}"}}',
        f'{{"filename":"a-3.zip","url":"{"u" * 4001}"}}',
        f'{{"filename":"a-4.zip","url":"a","hashes":{{{hashes}}}}}',
    ]
    padding = ",".join([f'"{"x" * 60_000}"'] * 300)
    body = f'{{"files":[{",".join([*odd, entry])}],"x":[{padding}]}}'
    found = parse_json(body.encode(), url=URL, package="a")
    assert ([file.filename for file in found.files], found.dropped) == (["a-1.zip"], 3)


@pytest.mark.parametrize(
    "page", ["<b>" * 600, "< " * 600, "<a b c d e f>" * 25 + "<b>" * 400, "<!-- -->" * 600]
)
def test_tags_and_attributes_of_html_are_counted(page: str) -> None:
    """As values of JSON are."""
    with pytest.raises(LimitReached, match="more than 500 tags and attributes"):
        parse_html(page, url=URL, package="a", most=25)


def test_tag_without_end_is_passed_over() -> None:
    """What stands behind a tag of more than 64 KiB is read."""
    page = f"<a href='b-1.zip'></a><a {'x ' * 40_000}><a href='b-2.zip'></a>"
    assert [file.filename for file in parse_html(page, url=URL, package="b").files] == ["b-1.zip", "b-2.zip"]


@pytest.mark.parametrize(("padding", "compact"), [(1000, False), (5 << 20, True)])
def test_files_of_a_large_page_are_not_held_one_by_one(*, padding: int, compact: bool) -> None:
    """Where no cache has made them compact: many such pages would else fill the memory."""
    steps = find_listing("a", [IndexSpec("index", "https://index.example/simple/")], "first-index")
    next(steps)
    body = many_files(3).replace(b'"name"', b'"x":"%s","name"' % (b"x" * padding))
    headers = {"content-type": "application/vnd.pypi.simple.v1+json"}
    with pytest.raises(StopIteration) as ended:
        steps.send(Response(URL, 200, headers, body))
    listing = ended.value.value
    assert (listing.is_compact, [file.filename for file in listing.files]) == (
        compact,
        ["a-0.zip", "a-1.zip", "a-2.zip"],
    )
