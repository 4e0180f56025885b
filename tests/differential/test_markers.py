"""Markers agree with ``packaging``: what parses, the normal form, and the value.

Two differences are meant (the docstring of ``resolver.model.markers``) and left out here: comparisons of two
literals, and literals with both kinds of quotes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import packaging.markers
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from resolver.model.faults import InvalidMarker, UndefinedComparison, UndefinedVariable
from resolver.model.markers import Marker, end_of_marker, is_simple_marker

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

# Escapes that mean nothing are kept as they are, and Python warns of them.
pytestmark = pytest.mark.filterwarnings(
    "ignore:invalid escape sequence", "ignore:invalid octal escape sequence", r"ignore:.*is an invalid escape"
)

VARIABLES = (
    "implementation_name",
    "implementation_version",
    "os.name",
    "os_name",
    "platform.machine",
    "platform_python_implementation",
    "platform_release",
    "platform_system",
    "platform.version",
    "python_full_version",
    "python_implementation",
    "python_version",
    "sys.platform",
    "extra",
)
OPERATORS = ("<", "<=", "==", "!=", ">=", ">", "~=", "===", "in", "not in", "not\t in")
VALUES = (
    "",
    "*",
    "1",
    "3.11",
    "3.11.*",
    "3.11.4",
    "3.8,<4",
    "=3.11",
    " 3.11 ",
    "3.11.0a1",
    "3.11+local",
    "2.7 3.11 3.12",
    "v3",
    "5.15.0-91-generic",
    "linux",
    "Linux",
    "posix",
    "win",
    "CPython",
    "Some.Extra",
    "some__extra",
    "é",
    "a'b",
    'a"b',
    "\\x41",
    "\\\\",
    "\\N{DIGIT ONE}",
    "\\101",
    "\\q",
)
ENVIRONMENT = {
    "implementation_name": "cpython",
    "implementation_version": "3.11.4",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_release": "5.15.0-91-generic",
    "platform_system": "Linux",
    "platform_version": "#1 SMP",
    "python_full_version": "3.11.4",
    "python_version": "3.11",
    "sys_platform": "linux",
}


@st.composite
def literals(draw: DrawFn) -> str:
    """Return a quoted value."""
    value = draw(st.sampled_from(VALUES))
    quote = "'" if '"' in value else '"' if "'" in value else draw(st.sampled_from("'\""))
    return f"{quote}{value}{quote}"


@st.composite
def comparisons(draw: DrawFn) -> str:
    """Return a comparison with a variable on one side or both."""
    sides = [draw(st.sampled_from(VARIABLES)), draw(literals() | st.sampled_from(VARIABLES))]
    left, right = draw(st.permutations(sides))
    operator = draw(st.sampled_from(OPERATORS))
    blank = (
        " "
        if operator[-1].isalpha() and not left.endswith(("'", '"'))
        else draw(st.sampled_from(("", " ", "\t ")))
    )
    behind = " " if operator[-1].isalpha() and not right.startswith(("'", '"')) else blank
    return f"{left}{blank}{operator}{behind}{right}"


def _joined(markers: SearchStrategy[str]) -> SearchStrategy[str]:
    joined = st.builds("{} {} {}".format, markers, st.sampled_from(("and", "or")), markers)
    return joined | st.builds("({})".format, markers) | st.builds("( {} ) and {}".format, markers, markers)


MARKERS = st.recursive(comparisons(), _joined, max_leaves=6)


@st.composite
def damaged(draw: DrawFn) -> str:
    """Return a marker with a piece cut out, doubled or replaced."""
    text = draw(MARKERS)
    at = draw(st.integers(0, len(text)))
    end = draw(st.integers(at, min(len(text), at + 3)))
    piece = draw(
        st.sampled_from(("", " ", "\n", "(", ")", "'", '"', "\\", "and", "é", "_", ".", "=", "\0", "or("))
    )
    return f"{text[:at]}{piece}{text[end:]}"


def theirs(text: str) -> packaging.markers.Marker | None:
    """Return packaging's marker, or None if the text is none."""
    try:
        return packaging.markers.Marker(text)
    except packaging.markers.InvalidMarker:
        return None


def ours(text: str) -> Marker | None:
    """Return our marker, or None if the text is none."""
    try:
        return Marker(text)
    except InvalidMarker as error:
        if not 0 <= error.position <= len(text):
            raise
        return None


def normal_form(marker: packaging.markers.Marker) -> str | None:
    """Return what packaging writes, or None if it cannot, or writes what reads as another text."""
    try:
        written = str(marker)
    except ValueError:  # both kinds of quotes
        return None
    return written if written.isprintable() and "\\" not in written else None


@given(text=MARKERS | damaged())
@settings(max_examples=200)
@example(text="os_name=='posix'and(python_version>'3')or extra=='a.B'")
@example(text="((os_name == 'a'))")
@example(text="(os_name == 'a' or os_name == 'b') and (os_name == 'c')")
@example(text="os_name == 'a\\\nb'")
@example(text="os_name == '\\N{nonsense}'")
@example(text="os_name == '\\N{LATIN CAPITAL LETTER A WITH MACRON AND GRAVE}'")
@example(text="os_name == '\\U00110000'")
@example(text="os_name == '\\U0001F600\\u00e9\\x4'")
@example(text="os_name == '\ud800'")
@example(text="os_name == '\\777\\8\\0'")
@example(text="os_name == '\\'")
@example(text="")
@example(text="()")
def test_same_texts_are_markers_with_the_same_normal_form(text: str) -> None:
    """A text parses here exactly if it does there, and is written the same."""
    expected, actual = theirs(text), ours(text)
    assert (expected is None) == (actual is None)
    if expected is not None:
        form = normal_form(expected)
        assert form is None or form == str(actual)


@given(text=MARKERS | damaged())
def test_simple_markers_are_markers(text: str) -> None:
    """The quick check accepts nothing that the parser refuses."""
    if is_simple_marker(text):
        assert end_of_marker(text, 0) == len(text)


@given(
    text=MARKERS,
    extra=st.sampled_from(("", "some-extra", "Some_Extra", "other")),
    full_version=st.sampled_from(("3.11.4", "3.11.0a1", "3.13.0a1+", "3.11", "strange")),
    release=st.sampled_from(("5.15.0-91-generic", "6.1", "", "1.0+local")),
)
@settings(max_examples=200)
def test_markers_have_the_same_value(text: str, extra: str, full_version: str, release: str) -> None:
    """Evaluation for core metadata gives the same verdict, or none in both."""
    environment = ENVIRONMENT | {"python_full_version": full_version, "platform_release": release}
    expected: bool | None
    try:
        expected = packaging.markers.Marker(text).evaluate({**environment, "extra": extra})
    except packaging.markers.UndefinedComparison:
        expected = None
    actual: bool | None
    try:
        actual = Marker(text).evaluate(environment, extra)
    except UndefinedComparison:
        actual = None
    assert expected == actual


@pytest.mark.parametrize("variable", ["extras", "dependency_groups"])
@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("reverse", [False, True])
def test_sets_have_the_same_value(variable: str, operator: str, *, reverse: bool) -> None:
    """Set-valued variables are compared as in a lock file."""
    sides = ['"Some.Extra"', variable]
    left, right = reversed(sides) if reverse else sides
    text = f"{left} {operator} {right}"
    environment = {variable: {"some-extra", "b"}}
    expected: bool | None
    try:
        expected = packaging.markers.Marker(text).evaluate(environment, context="lock_file")
    except packaging.markers.UndefinedComparison:
        expected = None
    actual: bool | None
    try:
        actual = Marker(text).evaluate({**ENVIRONMENT, **environment})
    except UndefinedComparison:
        actual = None
    assert expected == actual


def test_undefined_variables_are_undefined_in_both() -> None:
    """A variable of lock files has no value in metadata."""
    text = '"a" in extras'
    with pytest.raises(packaging.markers.UndefinedEnvironmentName):
        packaging.markers.Marker(text).evaluate({})
    with pytest.raises(UndefinedVariable, match="extras is not defined"):
        Marker(text).evaluate(ENVIRONMENT)
