"""Pages of the simple API become listings, however odd they are."""

from __future__ import annotations

import json
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from resolver.errors import MetadataInvalid
from resolver.index import simple_html
from resolver.index.links import (
    LinkResolver,
    UnusableLink,
    filename_of,
    fragment_hash,
    quote_url,
    without_userinfo,
)
from resolver.index.listing import Listing
from resolver.index.simple import parse_html, parse_json
from resolver.model.distfile import DistFile

PAGES = Path(__file__).resolve().parents[3] / "fixtures" / "pages"
EXPECTED = sorted(PAGES.glob("*.expected.json"))
URL = "https://index.example/simple/six/"


def facts(listing: Listing) -> dict[str, Any]:
    """Return all that a listing says."""
    said = [slot for slot in Listing.__slots__ if slot[0] != "_" and slot != "drop_reasons"]
    found = {slot: getattr(listing, slot) for slot in said}
    return found | {"files": [file_facts(file) for file in listing.files]}


def file_facts(file: DistFile) -> dict[str, Any]:
    """Return all that a file of a listing says."""
    return {slot: getattr(file, slot) for slot in DistFile.__slots__}


def page(**keys: object) -> bytes:
    """Return a JSON page of ``six`` with these keys."""
    return json.dumps({"meta": {"api-version": "1.0"}, "name": "six", "files": []} | keys).encode()


@pytest.mark.parametrize("expectation", EXPECTED, ids=lambda path: path.name.partition(".expected")[0])
def test_page_is_read_as_expected(expectation: Path) -> None:
    """Each page of fixtures/pages gives the listing beside it, no more and no less."""
    expected = json.loads(expectation.read_text(encoding="utf-8"))
    source = expectation.with_name(expectation.name.removesuffix(".expected.json"))
    url, package = expected.pop("url"), expected.pop("package")
    if source.suffix == ".html":
        content_type = expected.pop("content_type")
        listing = parse_html(source.read_bytes(), url=url, package=package, content_type=content_type)
    else:
        listing = parse_json(source.read_bytes(), url=url, package=package)
    blank = facts(Listing(package, url=URL))
    expected["files"] = [file_facts(DistFile(**file)) for file in expected["files"]]
    assert facts(listing) == blank | expected


def test_expectations_are_found() -> None:
    assert len(EXPECTED) == 5


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "cannot be read as JSON"),
        (b"<html>", "cannot be read as JSON"),
        (b"[1, 2]", "cannot be read as JSON"),
        (b'{"files": ', "cannot be read as JSON"),
        (b'{"files": [{"filename": "\xff", "url": ""}]}', "cannot be read as JSON"),
        (b'{"files": {}}', "cannot be read as JSON"),
        (b'{"files": [], "x": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"message": "not found"}', "lists no files"),
        (page(meta={"api-version": "2.0"}), "version '2.0' of the simple API"),
        (page(meta={"api-version": 2}), "version '2' of the simple API"),
        (page(meta={"api-version": "beta"}), "version 'beta' of the simple API"),
        (page(name="seven"), "is about 'seven', not about six"),
        (page(name=""), "is about '', not about six"),
    ],
)
def test_unusable_json_page_is_refused(body: bytes, message: str) -> None:
    """The message names the page, without the credentials in its address."""
    with pytest.raises(MetadataInvalid, match=message) as caught:
        parse_json(body, url="https://me:secret@index.example/simple/six/", package="six")
    assert ("https://index.example/simple/six/" in str(caught.value), "secret" in str(caught.value)) == (
        True,
        False,
    )


@pytest.mark.parametrize("meta", [{}, {"api-version": "1.0"}, {"api-version": "1.99"}, {"api-version": 1.1}])
def test_page_of_major_version_1_is_accepted(meta: dict[str, object]) -> None:
    assert parse_json(page(meta=meta), url=URL, package="six").files == []


def test_json_page_may_begin_with_a_byte_order_mark() -> None:
    assert parse_json(b"\xef\xbb\xbf" + page(), url=URL, package="six").name == "six"


def test_json_page_without_name_and_meta_is_believed() -> None:
    assert parse_json(b'{"files": []}', url=URL, package="six").api_version == ""


def test_status_of_a_project_is_kept() -> None:
    body = page(**{"project-status": {"status": "quarantined", "reason": "malware"}})
    listing = parse_json(body, url=URL, package="six")
    assert (listing.status, listing.status_reason) == ("quarantined", "malware")


def test_first_reasons_for_dropping_are_kept() -> None:
    """A page with a million bad entries does not fill the memory with sentences."""
    files = [{"filename": f"six-{number}.tar.gz", "url": "ftp://index.example/"} for number in range(20)]
    listing = parse_json(page(files=[*files, {"filename": "six-1.0.tar.gz"}]), url=URL, package="six")
    assert (listing.dropped, len(listing.drop_reasons)) == (21, 5)
    assert listing.drop_reasons[0] == "entry 20: Object missing required field `url`"
    assert listing.drop_reasons[1] == (
        "'six-0.tar.gz' has an address that is neither http nor https ('ftp://index.example/')"
    )


def test_html_page_of_another_major_version_is_refused() -> None:
    text = '<meta name="pypi:repository-version" content="2.0"><a href="six-1.0.tar.gz">'
    with pytest.raises(MetadataInvalid, match=r"version '2\.0' of the simple API"):
        parse_html(text, url=URL, package="six")


def test_empty_html_page_of_an_index_is_plausible() -> None:
    text = '<meta name="pypi:repository-version" content="1.0">'
    assert parse_html(text, url=URL, package="six").plausible


def test_unusable_base_is_ignored() -> None:
    text = '<base href="ftp://index.example/"><a href="six-1.0.tar.gz">'
    assert parse_html(text, url=URL, package="six").files[0].url == f"{URL}six-1.0.tar.gz"


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ('<a href="x" data-yanked="é">'.encode(), "text/html", "é"),
        ('<a href="x" data-yanked="é">'.encode("latin-1"), "text/html; charset=ISO-8859-1", "é"),
        ('<a href="x" data-yanked="ж">'.encode("koi8-r"), 'text/html; charset="koi8-r"', "ж"),
        ('<a href="x" data-yanked="é">'.encode("utf-16-le"), "text/html; charset=utf-16le", "é"),
        ('\ufeff<a href="x" data-yanked="é">'.encode("utf-16-be"), "text/html", "é"),
        ('\ufeff<a href="x" data-yanked="é">'.encode(), "text/html; charset=latin-1", "é"),
        ('<a href="x" data-yanked="é">'.encode(), "text/html; charset=punycode", "é"),
        ('<a href="x" data-yanked="é">'.encode(), "text/html; charset=iso-8859-99", "é"),
        ('<meta charset=utf-16><a href="x" data-yanked="é">'.encode(), "text/html", "é"),
        (b'<a href="x" data-yanked="\xe9">', "text/html", "\ufffd"),
    ],
)
def test_charset_is_found(body: bytes, content_type: str, reason: str) -> None:
    """By mark, then by Content-Type, then by meta element; what is not known is UTF-8."""
    assert parse_html(body, url=URL, package="six", content_type=content_type).files[0].yanked == reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a &lt b", "a < b"),
        ("&#62;=3&#x2e;8", ">=3.8"),
        ("a=1&lt=2&copy2", "a=1&lt=2&copy2"),  # no semicolon, and a letter, digit or "=" behind
        ("&amp;amp;", "&amp;"),
        ("&nothing; & &;", "&nothing; & &;"),
    ],
)
def test_attribute_is_unescaped_once(text: str, expected: str) -> None:
    """As the HTML standard says for attributes."""
    assert list(simple_html.tags(f'<a title="{text}">')) == [("a", {"title": expected})]


@pytest.mark.parametrize(
    "text",
    [
        "<a href=x", "<a ", "<a href='", "<!-- <a href=x>", "<script><a href=x>", "<script", "</a",
        "<?xml <a", "<abbr><base-line><A-tag>", "<", "<>", "< a href=x>", "</>", "<!", "<title><a></titles>",
    ],
)  # fmt: skip
def test_no_anchor_is_found_where_there_is_none(text: str) -> None:
    assert list(simple_html.tags(text)) == []


@pytest.mark.parametrize(
    "piece",
    ["<a '", '<a "', "<!--", "<!--->", "<!-- --!>", "<", "</a", "<a", "<a ", "<a b=", "&", "<script>",
     "<title></titl", "<a =", "<!", "<a href='&" + "a" * 50 + "'>", "'>\"", "<a b='"],
)  # fmt: skip
def test_hostile_html_takes_linear_time(piece: str) -> None:
    """200 kB of what makes scanners look far ahead are read in a moment, even while coverage is measured."""
    text = piece * (200_000 // len(piece))
    start = process_time()
    sum(1 for _ in simple_html.tags(text))
    assert process_time() - start < 3


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("six.whl", "https://index.example/simple/six/six.whl"),
        ("a/b/six.whl", "https://index.example/simple/six/a/b/six.whl"),
        ("../six.whl", "https://index.example/simple/six.whl"),
        ("../../../six.whl", "https://index.example/six.whl"),
        ("/six.whl", "https://index.example/six.whl"),
        ("//cdn.example/six.whl", "https://cdn.example/six.whl"),
        ("/a/../six.whl", "https://index.example/six.whl"),
        ("a/./six.whl", "https://index.example/simple/six/a/six.whl"),
        ("./six.whl", "https://index.example/simple/six/six.whl"),
        (" six.whl\n", "https://index.example/simple/six/six.whl"),
        ("http://cdn.example:8080/six.whl", "http://cdn.example:8080/six.whl"),
        ("HTTPS://cdn.example/six.whl", "https://cdn.example/six.whl"),
        ("https://cdn.example/a/../six.whl", "https://cdn.example/a/../six.whl"),
        ("six-1.0+cpu.whl", "https://index.example/simple/six/six-1.0%2Bcpu.whl"),
        ("sïx.whl", "https://index.example/simple/six/s%C3%AFx.whl"),
        ("%e9.whl", "https://index.example/simple/six/%E9.whl"),
        ("..", "https://index.example/simple/"),
        ("", "https://index.example/simple/six/"),
    ],
)
def test_link_is_resolved(href: str, address: str) -> None:
    """The quick ways and the slow one agree with RFC 3986; absolute addresses stay as they are."""
    assert LinkResolver(URL).resolve(href) == address


def test_links_of_a_local_page_may_be_local() -> None:
    assert LinkResolver("file:///links/page.html").resolve("six.whl") == "file:///links/six.whl"


@pytest.mark.parametrize(
    "href", ["mailto:x", "ftp://index.example/x", "file:///x", "http://[x/", "git+https://x/y"]
)
def test_link_that_is_no_web_address_is_refused(href: str) -> None:
    with pytest.raises(UnusableLink):
        LinkResolver(URL).resolve(href)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://me:secret@index.example/a@b", "https://index.example/a@b"),
        ("https://index.example?a@b", "https://index.example?a@b"),
        ("file:///home/a@b", "file:///home/a@b"),
        ("a@b", "a@b"),
    ],
)
def test_credentials_are_taken_off(url: str, expected: str) -> None:
    assert without_userinfo(url) == expected


def test_file_name_is_decoded_once() -> None:
    assert filename_of("https://index.example/%252e%2Fsix.whl?a=/b#/c") == "%2e/six.whl"


def test_text_without_scheme_is_quoted_as_a_path() -> None:
    assert quote_url("/a b?c d") == "/a%20b?c d"


def test_fragment_names_one_known_hash() -> None:
    assert fragment_hash("egg=six&sha500=1&md5=2&sha256=3") == ("md5", "2")


def test_listings_are_shown_by_name() -> None:
    assert repr(Listing("six")) == "Listing('six', 0 files)"
