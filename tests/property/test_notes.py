"""Laws of notes as bytes: they come back as they went, what is none is noticed, and how long they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.index.freshness import fresh_span, is_fresh
from resolver.index.listing import Listing
from resolver.index.packing import join_block, join_lines, pack_numbers, split_block
from resolver.model.distfile import DistFile
from resolver.model.requirement import InvalidRequirement, Requirement
from resolver.model.version import version_key
from resolver.noting import Note, write_note
from resolver.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSIONS = ["0.9", "1.0", "1.1rc1", "1.1", "1.1.post1", "1!2", "2.0+local.1", "2.0.dev3", "3", "10.0.0.0.1"]

# Requirement lines as metadata has them: plain, odd, repaired, or such that they tempt who joins lines.
LINES = [
    "b", "b>=1", "B.c[x]", "b[z,Y,x]>=1,<2", "b ; python_version >= '3.8'", "b>=1.*", "b (>=1.9.*)",
    "b>'1'", "b; extra == 'x'", "b ~= 1.0 , != 1.5", "b===some-thing", "b==1.0+l.1", "b @ https://é.example/b",
    "b[x] @ https://h.example/b.whl#sha256=00 ; os_name == 'nt'", "b\t>=1", "b ;\tos_name == 'a\\tb'",
    "b; os_name == 'a\\\\n\udc80'", "b; os_name == '\u2028\x1c\x85'", "b @ https://h.example/a,b|c%0A",
    "b >= 1 ; platform_version == '#1 SMP'", "b_", "b<1,>0,", "b@https://h.example/x\\y",
]  # fmt: skip


def requirement(text: str) -> Requirement | None:
    """Return what a line says, if it says something."""
    try:
        return Requirement.repaired(text)
    except InvalidRequirement:
        return None


REQUIREMENTS: list[Requirement] = [each for each in map(requirement, LINES) if each is not None]

markers = st.text("abé\\\n\t #\udc80\u2028", max_size=6)
requirements: st.SearchStrategy[Requirement] = st.one_of(
    st.sampled_from(REQUIREMENTS),
    markers.map(lambda text: requirement(f"b>1; os_name != '{text}'")).filter(
        lambda found: found is not None
    ),
)
extras = st.sampled_from(["", "", "x", "y-z", "all.more"])
specifiers = st.one_of(st.sampled_from(["", ">=1", "==1.*, <2", "===a b"]), st.text(max_size=5))


def known(found: Requirement) -> tuple[object, ...]:
    """Return all that there is to know of a requirement."""
    return (
        found.text, found.name, found.extras, found.specifier_text, str(found.specifiers), found.url,
        found.marker, found.repairs, str(found), found.origin, hash(found),
    )  # fmt: skip


def test_there_are_odd_lines_among_the_examples() -> None:
    """So that the laws below say something: repairs, tabs, URLs, extras, markers."""
    assert len(REQUIREMENTS) > 18
    assert any(each.repairs for each in REQUIREMENTS)
    assert any("\t" in each.text for each in REQUIREMENTS)
    assert any(each.url for each in REQUIREMENTS)
    assert any(len(each.extras) > 1 for each in REQUIREMENTS)


@given(requirements)
def test_requirement_is_restored_as_it_was(found: Requirement) -> None:
    """Also in what it compares equal to, how it is shown, and what it admits."""
    again = Requirement.restored(found.stored())
    assert known(again) == known(found)
    assert again == found
    assert again.specifiers.mask([version_key("1")], ["1"]) == found.specifiers.mask(
        [version_key("1")], ["1"]
    )


class Written:
    """What a note was made of."""

    def __init__(self, draw: st.DrawFn) -> None:
        versions = draw(st.lists(st.sampled_from(VERSIONS), unique=True))
        self.keys = sorted(map(version_key, versions))
        self.texts = sorted(versions, key=version_key)
        masks = st.integers(0, (1 << len(versions)) - 1)
        self.fitting, self.only_yanked, self.finals = draw(masks), draw(masks), draw(masks)
        self.yanks = draw(st.booleans())
        self.set_aside = draw(st.integers(0, 1000))
        words = st.sampled_from(["", "archived", "a\nb\t", "ü", "1.9"])
        self.state = draw(st.just(()) | st.tuples(words, words, words))
        self.masks = draw(st.dictionaries(specifiers, masks, max_size=4))
        self.required: dict[tuple[int, str], tuple[Requirement, ...]] = {}
        self.standing: dict[int, DistFile] = {}
        if versions:
            candidates = st.integers(0, len(versions) - 1)
            lines = st.lists(requirements, max_size=3).map(tuple)
            self.required = draw(st.dictionaries(st.tuples(candidates, extras), lines, max_size=6))
            self.standing = draw(st.dictionaries(candidates, files, max_size=len(versions)))
        self.provided = {key: draw(st.booleans()) for key in self.required}

    def bytes(self) -> bytes:
        """Return the note."""
        return write_note(**vars(self))


files = st.builds(
    DistFile,
    st.sampled_from(["b-1-py3-none-any.whl", "b-1.tar.gz", "ü\n\t.whl"]),
    st.just("https://index.example/b"),
    yanked=st.sampled_from([None, True, False, "", "broken", "a\nb"]),
    requires_python=st.sampled_from([None, "", ">=3.8", "three\n"]),
)
written = st.composite(Written)()


@given(written)
def test_note_comes_back_as_it_went(made: Written) -> None:
    """Keys, versions, masks, requirements, extras and standing files; and of what was not noted, nothing."""
    note = Note(made.bytes())
    assert (note.count, note.set_aside, note.yanks) == (len(made.keys), made.set_aside, made.yanks)
    assert note.state == made.state
    assert (note.fitting, note.only_yanked, note.finals) == (made.fitting, made.only_yanked, made.finals)
    assert (note.keys(), note.texts()) == (made.keys, made.texts)
    assert [note.text(number) for number in range(note.count)] == made.texts
    assert note.masks() == made.masks
    assert {text: note.mask(text) for text in made.masks} == made.masks
    assert note.mask("<9999") is None
    plain = {
        key: lines
        for key, lines in made.required.items()
        if key[0] in made.standing and not any("\t" in each.text for each in lines)
    }
    for key, lines in made.required.items():
        found = note.required(*key)
        assert (found is None) == (key not in plain), key
        if found is not None:
            assert list(map(known, found)) == list(map(known, lines))
    assert sorted(note.candidates()) == sorted(candidate for candidate, extra in plain if not extra)
    assert set(note.extras()) == {key for key in plain if key[1]}
    assert all(note.provides(*key) == made.provided[key] for key in plain if key[1])
    assert note.provides(len(made.keys), "x") is None
    assert note.required(len(made.keys), "") is None


@given(written)
def test_standing_file_is_noted_with_what_rules_look_at(made: Written) -> None:
    note = Note(made.bytes())
    for candidate in range(len(made.keys)):
        found, file = note.standing(candidate), made.standing.get(candidate)
        assert (found is not None) == (candidate in set(note.candidates()))
        if found is not None:
            assert file is not None
            assert (found.filename, found.yanked) == (file.filename, file.yanked)
            assert found.requires_python == file.requires_python
            assert (found.url, found.hashes) == ("", {})


@given(written)
def test_note_of_a_noted_offer_says_the_same(made: Written) -> None:
    """Nothing is lost where notes are read, added to and written again."""
    note = Note(made.bytes())
    again = Note(Offer.noted("b", note).note())
    for what in ("count", "set_aside", "yanks", "fitting", "only_yanked", "finals"):
        assert getattr(again, what) == getattr(note, what)
    assert (again.keys(), again.texts(), again.masks()) == (note.keys(), note.texts(), note.masks())
    assert list(again.candidates()) == list(note.candidates())
    # What an extra adds is kept with the candidate: alone it is worth nothing.
    kept = {key for key in note.extras() if key[0] in set(note.candidates())}
    assert set(again.extras()) == kept
    for key in [*kept, *((each, "") for each in note.candidates())]:
        assert list(map(known, again.required(*key) or ())) == list(map(known, note.required(*key) or ()))
        assert again.provides(*key) == note.provides(*key)


@given(st.one_of(st.binary(max_size=200), st.lists(st.binary(max_size=9), max_size=16).map(join_block)))
def test_bytes_that_are_no_note_are_noticed(content: bytes) -> None:
    """By exceptions that who reads notes expects."""
    with pytest.raises((ValueError, IndexError)):
        Note(content)


@given(written, st.data())
def test_note_that_was_cut_off_or_goes_on_is_none(made: Written, data: st.DataObject) -> None:
    content = made.bytes()
    end = data.draw(st.integers(0, len(content) - 1))
    for other in (content[:end], content + content[: end + 1]):
        with pytest.raises((ValueError, IndexError)):
            Note(other)


@given(written)
def test_note_from_a_machine_with_the_other_order_of_bytes_is_none(made: Written) -> None:
    """A cache may lie where machines of both kinds see it."""
    parts = split_block(made.bytes())
    numbers = [len(parts), *map(len, parts)]
    swapped = b"".join(number.to_bytes(4, "big") for number in numbers)
    assert pack_numbers(numbers) != swapped
    with pytest.raises((ValueError, IndexError)):
        Note(b"".join((swapped, *parts)))


# How long


values = st.sampled_from(
    ["max-age=0", "max-age=5", "max-age=70", 'max-age="30"', "max-age=-1", "max-age=1e3",
     "max-age=99999999999", "MAX-AGE=40", "no-cache", "no-cache=x", "no-store", "immutable", "private",
     "max-age", "", "s-maxage=9"]
)  # fmt: skip
ages = st.sampled_from([None, "0", "4", " 7 ", "69", "-3", "x", "99999999999", ""])


@st.composite
def headers(draw: st.DrawFn) -> Mapping[str, str]:
    """Return what says how long an answer holds."""
    found = {"cache-control": ", ".join(draw(st.lists(values, max_size=3)))}
    age = draw(ages)
    return found if age is None else {**found, "age": age}


def may_be_used(status: int, said: Mapping[str, str], since: int) -> bool:
    """Say the rules as they are written down, for an answer stored ``since`` seconds ago."""
    directives = [each.strip().lower() for each in said["cache-control"].split(",")]
    if any(each == "no-cache" or each.startswith("no-cache=") for each in directives):
        return False
    limits = [number(each[8:].strip('"')) for each in directives if each.startswith("max-age=")]
    limits += [0 for each in directives if each == "max-age"]
    never_changes = "immutable" in directives
    if since < 0 and not never_changes:
        return False
    if status == 404:
        limits.append(60)
    elif never_changes and not limits:
        return True
    return max(since, 0) + number(said.get("age", "0").strip()) < min(limits, default=0)


def number(text: str) -> int:
    """Return a number of seconds; nonsense counts as none, more than 31 bits as that."""
    return min(int(text), 1 << 31) if text.isascii() and text.isdigit() else 0


@given(st.sampled_from([200, 206, 404, 410]), headers(), st.integers(-5, 100))
def test_span_is_when_the_rules_allow_it(status: int, said: Mapping[str, str], later: int) -> None:
    """The rules of HTTP, said for one moment, hold in the span and nowhere else."""
    expected = may_be_used(404 if status == 410 else status, said, later)
    assert is_fresh(status, said, stored=1000.0, now=1000.0 + later) == expected
    since, until = fresh_span(status, said, stored=1000.0)
    assert (since <= 1000.0 + later < until) == expected


@given(st.floats(allow_nan=False), st.sampled_from([200, 404]), headers())
def test_span_survives_being_written_down(stored: float, status: int, said: Mapping[str, str]) -> None:
    """As ``Notebook`` writes it: no rounding, and no trouble with times that have no end."""
    span = fresh_span(status, said, stored=stored)
    assert tuple(map(float, map(repr, span))) == span
    assert join_lines([*map(repr, span)]).count(b"\n") == 1


def test_offer_of_a_listing_notes_what_was_asked() -> None:
    """Also the mask of a specifier, and with it the versions."""
    file = DistFile("b-1-py3-none-any.whl", "https://index.example/b", yanked="broken")
    listing = Listing("b", [file])
    offer = Offer.of("b", listing.summary, fitting=1, only_yanked=1)
    assert offer.mask(Requirement.parse("b>1")) == 0
    note = Note(offer.note())
    assert (note.texts(), note.mask(">1"), note.yanks, note.only_yanked) == (["1"], 0, True, 1)
    assert not offer.learnt
