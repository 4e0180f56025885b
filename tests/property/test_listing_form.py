"""Laws of listings and metadata on disk: they come back as they went, and rules read them alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.catalog import Candidates, read_listing
from resolver.cutoffs import Cutoffs
from resolver.errors import MetadataInvalid
from resolver.index.listing import Listing
from resolver.index.listing_form import read_listing_form, write_listing_form
from resolver.index.metadata import Metadata
from resolver.index.metadata_form import read_metadata_form, write_metadata_form
from resolver.index.packing import join_block, join_lines, split_block, split_lines
from resolver.model.distfile import DistFile
from resolver.model.environment import Environment
from resolver.model.requirement import Requirement
from resolver.rules import Rules
from support.plain_catalog import plain_candidates

if TYPE_CHECKING:
    from resolver.policy import Reason

words = st.one_of(
    st.text(max_size=8),
    st.text("\\\n\t\r\0n,=+-é\udc80", max_size=6),
)
hashes = st.dictionaries(st.one_of(st.just("sha256"), words), words, max_size=2)

# Names of package ``a``, and of things that are none; few versions, so that several files have the same.
versions = st.sampled_from(["1", "1.0", "1.1", "2rc1", "2", "2+local", "3.dev0", "10", "1!1", "none", ""])
tags = st.sampled_from(
    [
        "py3-none-any", "cp312-cp312-manylinux_2_17_x86_64", "cp312-cp312-win_amd64",
        "cp39-cp39-linux_x86_64", "cp312-cp39-linux_x86_64", "py2-none-any", "odd", "cp3..-none-any",
    ]
)  # fmt: skip
filenames = st.one_of(
    st.builds("a-{}-{}.whl".format, versions, tags),
    st.builds("a-{}-{}.whl".format, versions, tags),
    st.builds("a-{}.tar.gz".format, versions),
    st.builds("a-{}.zip".format, versions),
    st.sampled_from(["b-1.tar.gz", "a-1.egg", "a", ""]),
    words,
)
times = st.one_of(
    st.none(), st.builds("2024-0{}-01T00:00:00Z".format, st.integers(1, 9)), st.just("2024-05-01T00:00:00.5Z")
)


@st.composite
def files(draw: st.DrawFn) -> DistFile:
    """Return a file such as an index may list, whatever sense it makes."""
    filename = draw(filenames)
    folder = draw(st.sampled_from(["https://index.example/a/", "https://index.example/b", "", "https://é/"]))
    return DistFile(
        filename,
        draw(st.sampled_from([f"{folder}{filename}", f"{folder}x/{filename}?y", f"{folder}other"])),
        hashes=draw(hashes),
        size=draw(st.one_of(st.none(), st.integers(-5, 1 << 70))),
        requires_python=draw(st.sampled_from([None, None, ">=3.8", ">=3.13", "<3.11", "three", ">=3.8\n"])),
        yanked=draw(st.sampled_from([None, None, None, False, True, "broken", "a\nb"])),
        upload_time=draw(times),
        core_metadata=draw(st.one_of(st.sampled_from([None, True, False]), hashes)),
    )


listings = st.builds(
    Listing,
    st.just("a"),
    st.lists(files(), max_size=12),
    url=words,
    status=st.sampled_from(["active", "archived"]),
    status_reason=st.one_of(st.none(), words),
    dropped=st.integers(0, 9),
    drop_reasons=st.lists(words, max_size=3),
    plausible=st.booleans(),
    api_version=words,
)

LINUX = Environment.target("3.12", "linux")
environments = st.sampled_from(
    [LINUX, Environment.target("3.9", "linux"), Environment.target("3.12", "windows")]
)
pins = [Requirement.parse(text) for text in ("a==1", "a==2", "a==2rc1", "a>1", "b==1")]
rules = st.builds(
    Rules,
    prerelease=st.sampled_from(["disallow", "allow", "if-necessary", "explicit"]),
    prereleases=st.sampled_from([(), ("a=allow",), ("a=disallow",), (":all:=explicit", "b=allow")]),
    cutoffs=st.sampled_from(
        [None, Cutoffs("2024-05-01T00:00:00Z"), Cutoffs("2024-05-01T00:00:00Z", ["a=2024-07-31"])]
    ),
    only_binary=st.sampled_from([(), ("a",), (":all:",), ("b",)]),
    requirements=st.lists(st.sampled_from(pins), max_size=2),
    constraints=st.lists(st.sampled_from([Requirement.parse("a<2"), Requirement.parse("a!=1")]), max_size=2),
)


def said(listing: Listing) -> dict[str, Any]:
    """Return all that a listing says."""
    return {slot: getattr(listing, slot) for slot in Listing.__slots__ if slot[0] != "_"} | {
        "files": listing.files,
        "times": listing.upload_times(),
    }


def read(found: Candidates) -> dict[str, Any]:
    """Return all that candidates say."""
    public = ["name", "keys", "texts", "usable", "finals", "yanked", "rejections", "set_aside", "everything"]
    return {slot: getattr(found, slot) for slot in public} | {
        "files": list(found.files),
        "unfit": list(found.unfit),
    }


@given(listings)
def test_listing_comes_back_as_it_went(listing: Listing) -> None:
    """All of it, to the last odd character."""
    kept = read_listing_form(write_listing_form(listing))
    assert kept.upload_times() == listing.upload_times()
    assert [kept.file(number) for number in range(len(listing.files))] == listing.files
    assert said(kept) == said(listing)
    assert repr(kept) == repr(listing)


@given(listings, environments, rules)
def test_rules_read_a_kept_listing_as_they_read_the_page(
    listing: Listing, environment: Environment, rules: Rules
) -> None:
    """The same candidates, reasons, files and order of files."""
    kept = read_listing_form(write_listing_form(listing))
    assert read(read_listing(kept, environment, rules)) == read(read_listing(listing, environment, rules))


@given(listings, environments, rules)
def test_shapes_change_nothing(listing: Listing, environment: Environment, rules: Rules) -> None:
    """Looked at file by file, the rules say the same of each version."""
    found = read_listing(listing, environment, rules)
    plain, set_aside = plain_candidates("a", listing.files, environment, rules)
    assert found.keys == list(plain)
    assert found.texts == [each.text for each in plain.values()]
    assert [found.reason(number) for number in range(len(plain))] == [each.reason for each in plain.values()]
    assert list(found.files) == [[file for _, file in each.fitting] for each in plain.values()]
    assert list(found.unfit) == [each.unfit for each in plain.values()]
    for number, each in enumerate(plain.values()):
        assert found.usable >> number & 1 == (each.reason is None)
        assert found.yanked >> number & 1 == each.yanked
    assert found.set_aside == set_aside


@given(listings, environments, rules)
def test_first_file_is_the_first_of_the_list(
    listing: Listing, environment: Environment, rules: Rules
) -> None:
    """Whether the list is made or not."""
    found = read_listing(listing, environment, rules)
    for lists in (found.files, found.unfit):
        before = [lists.first(number) for number in range(len(lists))]
        assert before == [files[0] if files else None for files in lists]
        assert before == [lists.first(number) for number in range(len(lists))]


@given(listings, environments, rules)
def test_reasons_stand_in_the_order_of_the_oldest_versions(
    listing: Listing, environment: Environment, rules: Rules
) -> None:
    """Each once, whose masks share no version and leave the usable ones out."""
    found = read_listing(listing, environment, rules)
    seen: dict[Reason, int] = {}
    for reason, mask in found.rejections:
        assert reason not in seen
        assert mask & (found.usable | sum(seen.values())) == 0
        seen[reason] = mask
    assert found.usable | sum(seen.values()) == found.everything
    constraints = {"ExcludedByConstraint"}
    oldest = [mask & -mask for reason, mask in seen.items() if type(reason).__name__ not in constraints]
    assert oldest == sorted(oldest)


@given(st.builds(
    Metadata, words, words, requires_dist=st.lists(words, max_size=3).map(tuple),
    requires_python=st.one_of(st.none(), words), provides_extra=st.lists(words, max_size=3).map(tuple),
    dynamic=st.lists(words, max_size=2).map(tuple), metadata_version=words,
    licenses=st.lists(words, max_size=2).map(tuple),
))  # fmt: skip
def test_metadata_comes_back_as_it_went(metadata: Metadata) -> None:
    """All of it, to the last odd character."""
    assert read_metadata_form(write_metadata_form(metadata)) == metadata


@given(st.lists(words, min_size=1, max_size=5), st.sampled_from("\n\t"))
def test_lines_come_back_as_they_went(texts: list[str], separator: str) -> None:
    assert split_lines(join_lines(texts, separator), separator) == texts


@given(st.lists(st.binary(max_size=9), max_size=5))
def test_parts_of_a_block_come_back_as_they_went(parts: list[bytes]) -> None:
    assert split_block(join_block(parts)) == parts


@given(st.binary(max_size=60))
def test_what_is_no_listing_and_no_metadata_says_so(content: bytes) -> None:
    """With the error that has the page or the file asked for again."""
    with pytest.raises(MetadataInvalid):
        read_listing_form(content)
    with pytest.raises(MetadataInvalid):
        read_metadata_form(content.replace(b"\n", b""))
