"""Markers: budgets, positions of errors, undefined values; agreement is in ``tests/differential``."""

from __future__ import annotations

import pickle

import pytest

from resolver.model.faults import InvalidMarker, UndefinedComparison, UndefinedVariable
from resolver.model.markers import MAX_COMPARISONS, MAX_DEPTH, Marker, end_of_marker, is_simple_marker


def test_depth_budget_is_kept_and_named() -> None:
    """As many levels as the budget has parse; one more is refused at its parenthesis."""
    comparison = "os_name == 'a'"
    deepest = f"{'(' * MAX_DEPTH}{comparison}{')' * MAX_DEPTH}"
    assert str(Marker(deepest)) == 'os_name == "a"'
    with pytest.raises(InvalidMarker, match="more than 64 levels of parentheses") as caught:
        Marker(f"({deepest})")
    assert caught.value.position == MAX_DEPTH


@pytest.mark.parametrize("opening", ["(" * 20_000, "(" * 20_000 + "os_name == 'a'" + ")" * 20_000])
def test_hostile_nesting_is_refused_without_recursion(opening: str) -> None:
    """Twenty thousand parentheses are an error like any other."""
    with pytest.raises(InvalidMarker, match="levels"):
        Marker(opening)


def test_size_budget_is_kept_and_named() -> None:
    """As many comparisons as the budget has parse and have a value; one more is refused."""
    largest = " or ".join(["os_name == 'a'"] * MAX_COMPARISONS)
    assert not Marker(largest).evaluate({"os_name": "b"})
    with pytest.raises(InvalidMarker, match="more than 10000 comparisons"):
        Marker(f"{largest} or os_name == 'b'")


def test_deepest_marker_has_a_value_and_a_text() -> None:
    """Evaluation and writing cope with all that the parser lets through."""
    text = "os_name == 'a'"
    for _ in range(MAX_DEPTH):
        text = f"({text}) and os_name == 'a' or os_name == 'b'"
    marker = Marker(text)
    assert marker.evaluate({"os_name": "a"})
    assert Marker(str(marker)) == marker


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 0, "Expected a marker variable or a quoted text."),
        ("os_name", 7, "Expected a marker operator"),
        ("os_name == ", 11, "Expected a marker variable or a quoted text."),
        ("os_name == 'a", 11, "The quotation is not closed."),
        ("os_name == 'a' and", 18, "Expected a marker variable"),
        ("os_name == 'a' xor", 15, "Expected 'and', 'or' or the end"),
        ("(os_name == 'a'", 15, "Expected 'and', 'or' or a closing parenthesis."),
        ("os_name == 'a')", 14, "Expected 'and', 'or' or the end"),
        ("os_name not 'a'", 12, "Expected 'in' after 'not'."),
        ("os_name notin 'a'", 8, "Expected a marker operator"),
        ("os_name == 'a\nb'", 13, "A quoted text cannot hold this character."),
        ("os_name == '\\'", 12, "A backslash stands before the end"),
        ("os_name == '\\x4'", 12, "The escape sequence is not complete."),
        ("os_name == '\\N{x}'", 12, "The escape sequence does not name a character."),
        ("os_name == '\\N'", 12, "The escape sequence does not name a character."),
    ],
)
def test_error_is_a_sentence_about_a_character(text: str, position: int, message: str) -> None:
    """The position is that of the character which cannot stand there."""
    with pytest.raises(InvalidMarker) as caught:
        Marker(text)
    assert position == caught.value.position
    assert caught.value.message.startswith(message)
    assert str(caught.value) == caught.value.message
    assert caught.value.message.endswith(".")


def test_comparison_without_a_verdict_leaves_the_whole_marker_without_one() -> None:
    """There is no short circuit, on either side."""
    variables = {"os_name": "posix", "python_version": "3.12"}
    for text in ("os_name ~= '2' or os_name == 'posix'", "os_name == 'nt' and os_name === 'posix'"):
        with pytest.raises(UndefinedComparison, match="neither true nor false"):
            Marker(text).evaluate(variables)
    with pytest.raises(UndefinedComparison):
        Marker("python_version ~= '3'").evaluate(variables)


def test_variable_without_a_value_is_named() -> None:
    """The error says which variable it is, and is one of the undefined comparisons."""
    with pytest.raises(UndefinedVariable, match="dependency_groups is not defined here"):
        Marker("'a' in dependency_groups").evaluate({})
    assert issubclass(UndefinedVariable, UndefinedComparison)


def test_set_can_only_stand_behind_in() -> None:
    """A set has no order and is not equal to a name."""
    variables = {"extras": {"Some.Extra"}}
    assert Marker("'some_extra' in extras").evaluate(variables)
    assert not Marker("'some_extra' not in extras").evaluate(variables)
    assert not Marker("'some_extra' == extras").evaluate(variables)
    with pytest.raises(UndefinedComparison, match="extras is a set"):
        Marker("extras == 'some-extra'").evaluate(variables)
    with pytest.raises(UndefinedComparison):
        Marker("'some-extra' ~= extras").evaluate(variables)


def test_literals_are_compared_with_each_other() -> None:
    """No variable is needed where none is named; one that is named in quotes is read, as packaging does."""
    assert Marker("'a' == 'a'").evaluate({})
    assert not Marker("'b' <= 'a'").evaluate({})
    assert Marker("'posix' == 'os_name'").evaluate({"os_name": "posix"})


def test_literal_with_both_quotes_is_written_so_that_it_reads_back() -> None:
    """What packaging cannot write has an escape."""
    marker = Marker("os_name == '\\x27\"\\\\'")
    assert str(marker) == 'os_name == "\'\\x22\\\\"'
    assert Marker(str(marker)) == marker
    assert marker.evaluate({"os_name": "'\"\\"})


def test_specifier_is_remembered_for_the_next_evaluation() -> None:
    """The second evaluation gives the right verdict for another environment."""
    marker = Marker("python_version >= '3.10'")
    assert [marker.evaluate({"python_version": version}) for version in ("3.9", "3.10", "3.9")] == [
        False,
        True,
        False,
    ]


def test_extra_may_be_spelled_in_any_way() -> None:
    """PEP 685 on both sides."""
    marker = Marker("extra == 'Some.Extra'")
    assert [marker.evaluate({}, extra) for extra in ("some_extra", "SOME--extra", "", "other")] == [
        True,
        True,
        False,
        False,
    ]


def test_marker_is_a_value() -> None:
    """Markers with one normal form are equal, hash alike, and survive pickling."""
    marker = Marker("os_name=='a'")
    assert marker == Marker(' (os_name == "a") ')
    assert hash(marker) == hash(Marker("os.name == 'a'"))
    assert marker != Marker("os_name == 'b'")
    assert marker != 'os_name == "a"'
    assert pickle.loads(pickle.dumps(marker)) == marker
    assert repr(marker) == "<Marker('os_name == \"a\"')>"


def test_marker_within_a_text_ends_where_it_ends() -> None:
    """The end is told, and what follows is not judged."""
    text = "name; os_name == 'a' # note"
    assert end_of_marker(text, 5) == text.index("#")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("extra == 'test'", True),
        ('python_version >= "3.8" and os.name == "posix"', True),
        ("python_version>='3.8'", False),
        ("(extra == 'test')", False),
        ("'a' == extra", False),
        ("extra == 'a' extra == 'b'", False),
        ("extra == 'a' and", False),
        ("extra 'a'", False),
        ("'a'", False),
        ("", False),
        ("extra == 'a\\x41'", False),
        ("extra == 'a\n'", False),
        (" or ".join(["extra == 'a'"] * 9), False),
    ],
)
def test_simple_markers_are_known_quickly(text: str, *, expected: bool) -> None:
    """Comparisons of a variable with a literal, joined; everything else takes the parser."""
    assert expected == is_simple_marker(text)


@pytest.mark.parametrize("literal", [r"a\nb", r"a\\b", r"a\x00", r"\u2028", r"\x1b[31m", r"\ud800"])
def test_normal_form_reads_back_on_one_line(literal: str) -> None:
    """Whatever a literal means: a line break in it could else begin a line of its own in a file."""
    written = str(Marker(f'os_name == "{literal}"'))
    assert written.isprintable()
    assert str(Marker(written)) == written
    assert Marker(written).evaluate({"os_name": eval(f'"{literal}"')})
