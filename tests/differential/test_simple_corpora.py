"""Pages and tables of pip and uv are read as they read them.

Where the two differ, or we differ from both, the reason stands here:

- An address keeps no fragment: a hash is in ``hashes``, and nothing else there matters (uv; pip keeps it).
- Paths are percent-encoded once (pip; uv leaves them as written), so addresses are compared decoded.
- A file yanked without a reason is ``True`` (pip and uv have an empty text, which is easily taken for "no").
- An index that says ``false`` of metadata is remembered as such (uv; to pip it is as if it said nothing).
- A hash algorithm that nobody knows is ignored (pip; uv refuses the file).
- An unknown ``Requires-Python`` stays in the listing: ``catalog`` rejects the file, with the reason.
- Pages that list projects are no pages of a package: of these only the links are compared.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin

import pytest

from resolver.index import simple_html
from resolver.index.links import fragment_hash, quote_path, quote_url
from resolver.index.simple import parse_html, parse_json

if TYPE_CHECKING:
    from resolver.index.listing import Listing
    from resolver.model.distfile import DistFile
from support.corpora import cases, needs_corpora, rows

PAGES = [case for corpus in ("simple-api-pip", "simple-api-uv") for _, case in cases(corpus)]
DETAILS = [case for case in PAGES if case["page_kind"] == "detail"]
ROOTS = [case for case in PAGES if case["page_kind"] == "index"]

pytestmark = needs_corpora


def read(case: dict[str, Any]) -> Listing:
    """Read the page of a case as that of the package that it is about."""
    url = case["url"]
    package = Path(url.rstrip("/")).name
    if "json" in case["content_type"]:
        name = "holygrail" if package == "simple-x" else package
        return parse_json(case["body"].encode(), url=url, package=name)
    return parse_html(case["body"], url=url, package=package, content_type=case["content_type"])


def compared(file: DistFile, expected: dict[str, Any], base: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what we say of one file, and what the case says of the same."""
    ours: dict[str, Any] = {}
    theirs: dict[str, Any] = {}
    for key, value in expected.items():
        if key == "url":
            ours[key], theirs[key] = unquote(file.url), unquote(urljoin(base, value).partition("#")[0])
        elif key == "yanked":
            ours[key], theirs[key] = file.yanked, True if value == "" else value
        elif key == "core_metadata":
            ours[key], theirs[key] = file.core_metadata or None, value or None
        elif key == "hashes":
            ours[key], theirs[key] = dict(file.hashes), value
        elif key == "upload_time_utc_ms":
            assert file.upload_time is not None
            moment = datetime.fromisoformat(file.upload_time)
            ours[key], theirs[key] = int(moment.timestamp() * 1000), value
        elif key == "requires_python" and value is not None:
            ours[key], theirs[key] = (file.requires_python or "").rstrip(","), value
        else:
            ours[key], theirs[key] = getattr(file, key), value
    return ours, theirs


@pytest.mark.parametrize("case", DETAILS, ids=lambda case: case["id"])
def test_page_is_read_alike(case: dict[str, Any]) -> None:
    """Files, status, base and addresses are those that the case expects."""
    expected = case["expected"]
    assert expected["valid"]
    listing = read(case)
    base = expected.get("base", case["url"])
    if "files" in expected and expected.get("files_asserted", True):
        assert len(listing.files) == len(expected["files"])
        for file, told in zip(listing.files, expected["files"], strict=True):
            ours, theirs = compared(file, told, base)
            assert ours == theirs
    if "project_status" in expected:
        status = expected["project_status"]
        assert (listing.status, listing.status_reason) == (status["status"], status["reason"])
    if "resolved_urls" in expected:
        assert [file.url for file in listing.files] == expected["resolved_urls"]
    for version in expected.get("usable_versions", ()):
        assert any(f"-{version}." in file.filename for file in listing.files)


@pytest.mark.parametrize("case", ROOTS, ids=lambda case: case["id"])
def test_links_of_a_page_of_projects_are_read_alike(case: dict[str, Any]) -> None:
    hrefs = [attributes.get("href") for _, attributes in simple_html.tags(case["body"])]
    names = [href.rstrip("/").rpartition("/")[2].lower() for href in hrefs if href]
    assert sorted(names) == sorted(case["expected"]["projects"])


@pytest.mark.parametrize("row", rows("urls-pip/core-metadata-attribute"), ids=lambda row: row["id"])
def test_metadata_attribute_is_read_alike(row: dict[str, Any]) -> None:
    attribute = "" if row["attribute"] is None else f'data-core-metadata="{row["attribute"]}"'
    listing = parse_html(f'<a href="/six-1.0.tar.gz" {attribute}>', url="https://a.example/", package="six")
    assert listing.files[0].core_metadata == row["expected"]


@pytest.mark.parametrize("row", rows("urls-pip/url-hash-fragment"), ids=lambda row: row["id"])
def test_hash_of_a_fragment_is_read_alike(row: dict[str, Any]) -> None:
    expected = row["expected"]
    assert fragment_hash(row["url"].partition("#")[2]) == (None if expected is None else tuple(expected))


@pytest.mark.parametrize("row", rows("urls-pip/url-path-quote"), ids=lambda row: row["id"])
def test_path_is_quoted_alike(row: dict[str, Any]) -> None:
    assert quote_path(row["path"]) == row["expected"]


@pytest.mark.parametrize("row", rows("urls-pip/url-quote"), ids=lambda row: row["id"])
def test_address_is_quoted_alike(row: dict[str, Any]) -> None:
    assert quote_url(row["url"]) == row["expected"]
