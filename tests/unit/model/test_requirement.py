"""Requirements: parts, positions of errors, repairs, limits; agreement is in ``tests/differential``."""

from __future__ import annotations

import pickle

import pytest

from resolver.model.requirement import InvalidRequirement, Origin, Requirement
from resolver.model.specifiers import MAX_LENGTH, Specifiers


def test_parts_are_normal_and_the_text_is_as_written() -> None:
    """Name and extras are in normal form, the rest is the text's."""
    text = " Some.Name [B, a_a, A-a] (>=1, <2) ; os_name == 'posix' "
    wanted = Requirement.parse(text, Origin("reqs/base.txt", 3))
    assert wanted.text == text
    assert wanted.name == "some-name"
    assert wanted.extras == ("a-a", "b")
    assert wanted.specifiers == Specifiers(">=1,<2")
    assert wanted.specifiers is wanted.specifiers
    assert wanted.marker == "os_name == 'posix'"
    assert wanted.url is None
    assert wanted.repairs == ()
    assert str(wanted.origin) == "reqs/base.txt:3"
    assert str(wanted) == 'Some.Name[A-a,B,a_a]<2,>=1; os_name == "posix"'
    assert repr(wanted) == f"<Requirement({str(wanted)!r})>"


def test_direct_reference_keeps_its_url() -> None:
    """A URL goes up to a blank, whatever it holds."""
    wanted = Requirement.parse("name[x]@https://index.example/a;b/c-1.zip#sha256=0 ; extra == 'y'")
    assert (wanted.url, wanted.marker) == ("https://index.example/a;b/c-1.zip#sha256=0", "extra == 'y'")
    assert str(wanted.specifiers) == ""
    assert str(wanted) == 'name[x] @ https://index.example/a;b/c-1.zip#sha256=0 ; extra == "y"'


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "Expected a package name at the start of a requirement."),
        ("  _a", 2, "Expected a package name"),
        ("a- >=1", 1, "A package name cannot end with '-'."),
        ("./a", 0, "A URL or a path needs a name before it"),
        (" https://index.example/a.zip", 1, "A URL or a path needs a name before it"),
        ("git+https://index.example/a", 0, "A URL or a path needs a name before it"),
        ("a 1", 2, "Expected a version specifier, ';' or the end after the name."),
        ("a[", 2, "Expected an extra or ']'."),
        ("a[b", 3, "Expected ',' or ']' after the extra."),
        ("a[b c]", 4, "Expected ',' or ']' after the extra."),
        ("a[b,]", 4, "Expected an extra after ','."),
        ("a[b.]", 3, "An extra cannot end with '.'."),
        ("a (>=1", 6, "The parenthesis is not closed."),
        ("a (>=1) <2", 8, "Expected ';' or the end after the parenthesis."),
        ("a>=1,,<2", 5, "Expected a version specifier after ','."),
        ("a>=1 <2", 5, "Expected ',', ';' or the end after the version."),
        ("a>=1.0.x", 6, "Expected ',', ';' or the end after the version."),
        ("a>=1, >=2.*", 9, "'.*' can only follow a plain version behind '==' or '!='."),
        ("a>1+b", 3, "A local version can only be compared with '==' or '!='."),
        ("a=1", 1, "'=1' is not a version specifier."),
        ("a>=1; ", 6, "Expected a marker variable or a quoted text."),
        ("a; os_name == 'b' c", 18, "Expected 'and', 'or' or the end of the requirement."),
        ("a @ ", 4, "Expected a URL after '@'."),
        ("a @ b c", 6, "Expected ';' or the end after the URL."),
        (
            "a @ b; os_name == 'c'",
            7,
            "Expected ';' or the end after the URL. The semicolon before it belongs",
        ),
    ],
)
def test_error_is_a_sentence_about_a_character(text: str, position: int, message: str) -> None:
    """A caret in column ``position + 1`` stands under the character at fault."""
    with pytest.raises(InvalidRequirement) as caught:
        Requirement.parse(text)
    assert position == caught.value.position
    assert caught.value.message.startswith(message)
    assert caught.value.message.endswith(".")
    assert str(caught.value) == caught.value.message
    assert caught.value.text == text


def test_long_text_is_refused_strictly_and_for_repair() -> None:
    """The length is bounded, whatever the text holds."""
    for text in ("a" * (MAX_LENGTH + 1), "a" + ">=1<2" * MAX_LENGTH):
        with pytest.raises(InvalidRequirement, match="longer than 262144 characters"):
            Requirement.parse(text)
        with pytest.raises(InvalidRequirement):
            Requirement.repaired(text)


@pytest.mark.parametrize(
    "character", ["a", "1", ".", "(", "[", ",", ">", "=", "*", ";", "@", "\\", "é", "!", "~"]
)
def test_hostile_text_takes_no_time(character: str) -> None:
    """A text at the limit, of one character, is read, not repaired, and refused, in linear time."""
    with pytest.raises(InvalidRequirement):
        Requirement.repaired(f"a>=1{character * (MAX_LENGTH - 4)}")


@pytest.mark.parametrize("character", ["'", '"', " ", "\t"])
def test_long_padding_is_read_past(character: str) -> None:
    """Blanks mean nothing, and quotes are removed, at any length."""
    assert Requirement.repaired(f"a>=1{character * (MAX_LENGTH - 4)}") == Requirement.parse("a>=1")


def test_good_text_is_not_repaired() -> None:
    """Repairs are for what cannot be read."""
    assert Requirement.repaired("a3>=1.0; python_version >= '3'").repairs == ()


@pytest.mark.parametrize(
    ("text", "meant", "repairs"),
    [
        ("a3>=1<2", "a3>=1,<2", ("missing comma inserted",)),
        ("a (>=1<2)", "a>=1,<2", ("missing comma inserted",)),
        ("'a' >=1\"; os_name == 'x'", "a>=1; os_name == 'x'", ("stray quotes removed",)),
        ('a ">=1"', "a>=1", ("stray quotes removed",)),
        ("a>=1.*, <2'", "a>=1,<2", ("wildcard removed behind an ordering operator", "stray quotes removed")),
    ],
)
def test_repairs_are_named_and_the_text_is_kept(text: str, meant: str, repairs: tuple[str, ...]) -> None:
    """The requirement is the one that was meant, its text the one that was written."""
    actual = Requirement.repaired(text)
    assert Requirement.parse(meant) == actual
    assert text == actual.text
    assert repairs == actual.repairs
    assert str(actual) == str(Requirement.parse(meant))


@pytest.mark.parametrize("text", ["a @ b c", "a>=1; os_name = 'b'", "a>=x", "?", "a 'b'"])
def test_what_cannot_be_repaired_has_the_error_of_the_text_as_it_is(text: str) -> None:
    """The error is that of strict reading."""
    with pytest.raises(InvalidRequirement) as strict:
        Requirement.parse(text)
    with pytest.raises(InvalidRequirement) as caught:
        Requirement.repaired(text)
    assert strict.value.args == caught.value.args


def test_requirement_is_a_value() -> None:
    """Equal ones hash alike; where they stand does not matter; they survive pickling."""
    one = Requirement.parse("A.b>=1.0;os_name=='x'", Origin("a", 1))
    two = Requirement.parse('a-B >= 1 ; (os_name == "x")')
    assert one == two
    assert hash(one) == hash(two)
    assert one != Requirement.parse("a-b>=1")
    assert one != "a-b>=1"
    copy = pickle.loads(pickle.dumps(one))
    assert (copy, copy.text, copy.origin) == (one, one.text, one.origin)


def test_origin_is_a_value() -> None:
    """Origins are equal where file and line are."""
    assert Origin("a", 1) == Origin("a", 1)
    assert Origin("a", 1) != Origin("a", 2)
    assert Origin("a", 1) != "a:1"
    assert hash(Origin("a", 1)) == hash(Origin("a", 1))
    assert repr(Origin("a", 1)) == "Origin('a', 1)"
