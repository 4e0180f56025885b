"""Requirements agree with ``packaging``: what parses, the parts, the text, equality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import packaging.requirements
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.utils import canonicalize_name

from resolver.model.requirement import InvalidRequirement, Requirement

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

NAMES = ("a", "Foo", "foo.bar", "foo__bar", "Foo-Bar", "a_", "x1", "9")
EXTRAS = ("", "[]", "[a]", "[ B , c.d ]", "[a,A,b_]", " [x] ")
SPECIFIERS = (
    "",
    ">=1",
    " >= 1.0 ",
    "==1.*",
    "~=1.2",
    "<2,>1",
    ">1 , <2,",
    "(>=1,<2)",
    " ( ==1.0+local ) ",
    "()",
    "===foo",
    "===1.0",
    "!=1.0.*",
    ">=1.0a1",
    "> v1.0.post1",
    "==1!2.0",
    "~=1.0.dev3",
    ">=\n1",
)
URLS = ("@ https://index.example/a.zip", " @file:///a;b ", "@\tgit+ssh://git@index.example/a.git@v1 ", "@ x ")
MARKERS = (
    "",
    ";os_name == 'a'",
    "; python_version > \"3\" and extra == 'B'",
    " ;\t(os_name=='a')",
    ";'a' in os_name ",
)
PIECES = (
    "",
    " ",
    "\t",
    "\n",
    ",",
    ";",
    "(",
    ")",
    "[",
    "]",
    "@",
    "=",
    "<",
    "~",
    ".*",
    "+l",
    "é",
    "_",
    "-",
    ".",
    "0",
    "'",
)


@st.composite
def requirements(draw: DrawFn) -> str:
    """Return the text of a requirement."""
    name = draw(st.sampled_from(NAMES)) + draw(st.sampled_from(EXTRAS))
    if draw(st.booleans()):
        return name + draw(st.sampled_from(SPECIFIERS)) + draw(st.sampled_from(MARKERS))
    return name + draw(st.sampled_from(URLS)) + draw(st.sampled_from(MARKERS))


@st.composite
def damaged(draw: DrawFn) -> str:
    """Return a requirement with a piece cut out or replaced."""
    text = draw(requirements())
    at = draw(st.integers(0, len(text)))
    end = draw(st.integers(at, min(len(text), at + 2)))
    return f"{text[:at]}{draw(st.sampled_from(PIECES))}{text[end:]}"


def theirs(text: str) -> packaging.requirements.Requirement | None:
    """Return packaging's requirement, or None if the text is none."""
    try:
        return packaging.requirements.Requirement(text)
    except packaging.requirements.InvalidRequirement:
        return None


def ours(text: str) -> Requirement | None:
    """Return our requirement, or None if the text is none."""
    try:
        return Requirement.parse(text)
    except InvalidRequirement as error:
        if not 0 <= error.position <= len(text) or not error.message.endswith("."):
            raise
        return None


@given(text=requirements() | damaged() | damaged())
@settings(max_examples=150)
@example(text="a" * 3 + ">=" + "1" * 130)
@example(text="a>=" + ",>=".join(["1.0"] * 60))
@example(text="a===1,2")
@example(text="a===1);os_name=='a'")
@example(text="a=== ;os_name=='a'")
@example(text="a[b")
@example(text="a[b c]")
@example(text="a @ ")
@example(text="a @ b c")
@example(text="aé")
@example(text="a ②")
@example(text="a[②]")
@example(text="a>=②")
def test_same_texts_are_requirements_with_the_same_parts(text: str) -> None:
    """A text parses here exactly if it does there, into the same parts."""
    expected, actual = theirs(text), ours(text)
    assert (expected is None) == (actual is None)
    if expected is None or actual is None:
        return
    assert canonicalize_name(expected.name) == actual.name
    assert sorted({canonicalize_name(extra) for extra in expected.extras}) == list(actual.extras)
    assert expected.url == actual.url
    assert expected.specifier.contains("1.5", prereleases=True) == actual.specifiers.contains("1.5")
    assert str(expected) == str(actual)


@given(left=requirements(), right=requirements())
@example(left="foo>=1.0", right="Foo >= 1.0.0")
@example(left="foo[a.b]", right="foo[A_b]")
@example(left="foo; os_name=='a'", right='foo ; (os_name == "a")')
@example(left="foo @ u", right="foo")
@settings(max_examples=150)
def test_requirements_are_equal_when_theirs_are(left: str, right: str) -> None:
    """Equality is packaging's, and equal requirements have equal hashes."""
    one, two = theirs(left), theirs(right)
    mine, other = ours(left), ours(right)
    if one is None or two is None:
        assert mine is None or other is None
        return
    assert (one == two) == (mine == other)
    assert mine != other or hash(mine) == hash(other)


@pytest.mark.parametrize("name", ["a_", "a._"])
def test_names_that_only_packaging_allows_are_folded_as_it_does(name: str) -> None:
    """A name may end with an underscore, which becomes a dash."""
    assert canonicalize_name(name) == Requirement.parse(name).name
