"""File names are read as ``packaging`` reads them, where they hold only what they may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import packaging.utils
from hypothesis import example, given, settings
from hypothesis import strategies as st
from packaging.tags import Tag
from packaging.version import Version

from resolver.model.filenames import InvalidFilename, parse_sdist, parse_wheel, split_sdist, split_wheel

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn

NAMES = ("a", "Foo", "foo_bar", "foo.bar", "foo__bar", "a1", "9", "", "_", "f!oo")
VERSIONS = ("1", "1.0", "1.0.post1", "2.0rc1", "1!2.0", "1.0+local.1", "x", "", "1.0_1", "v1")
BUILDS = ("", "", "1-", "20240101-", "1a-", "b1-", "1.b-", "-")
TAGS = (
    "py3-none-any",
    "py2.py3-none-any",
    "cp312-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64",
    "cp312-cp312-win_amd64",
    "py3-none-",
    "py3.-none-any",
    "3-none-any",
    "py3-none",
    "py3-none-any.any",
    "Py3-None-Any",
)
# What only we refuse: see the docstring of resolver.model.distfile.
LEGAL = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+!")


@st.composite
def wheels(draw: DrawFn) -> str:
    """Return the name of a wheel, more or less."""
    parts = [draw(st.sampled_from(part)) for part in (NAMES, VERSIONS, BUILDS, TAGS)]
    name, version, build, tags = parts
    return f"{name}-{version}-{build}{tags}{draw(st.sampled_from(('.whl', '.whl', '.whl', '.zip')))}"


@st.composite
def sdists(draw: DrawFn) -> str:
    """Return the name of a source distribution, more or less."""
    name, version = draw(st.sampled_from(NAMES)), draw(st.sampled_from(VERSIONS))
    dash = draw(st.sampled_from(("-", "-", "-", "")))
    return f"{name}{dash}{version}{draw(st.sampled_from(('.tar.gz', '.zip', '.tar.bz2', '')))}"


def _is_strange(name: str) -> bool:
    """Whether a name is none by the core metadata rule, which packaging does not ask of file names."""
    return not name or not (name[0].isalnum() and name[-1].isalnum()) or "!" in name


@given(filename=wheels())
@settings(max_examples=200)
@example(filename="foo-1.0-200-py3-none-any-junk.whl")
@example(filename="foo-1.0-py3-none-any-junk.whl")
def test_wheels_have_the_same_parts(filename: str) -> None:
    """A name is a wheel's here exactly if it is one there; the parts are the same."""
    try:
        name, version, build, tags = packaging.utils.parse_wheel_filename(filename)
    except packaging.utils.InvalidWheelFilename:
        name = None
    try:
        actual = parse_wheel(filename)
    except InvalidFilename:
        assert name is None or _is_strange(name)
        return
    assert name == actual.name
    assert version == Version(actual.version)
    assert build == actual.build
    pythons, abis, platforms = (part.split(".") for part in actual.tags.split("-"))
    assert tags == {Tag(p, a, l) for p in pythons for a in abis for l in platforms}  # noqa: E741  # short
    assert split_wheel(filename, actual.name) == (actual.version, actual.tags)


@given(filename=sdists())
@settings(max_examples=100)
def test_source_distributions_have_the_same_parts(filename: str) -> None:
    """A name is a source distribution's here exactly if it is one there; the parts are the same."""
    try:
        name, version = packaging.utils.parse_sdist_filename(filename)
    except packaging.utils.InvalidSdistFilename:
        name = None
    try:
        actual = parse_sdist(filename)
    except InvalidFilename:
        assert name is None or _is_strange(name)
        return
    assert name == actual.name
    assert version == Version(actual.version)
    assert split_sdist(filename, actual.name) == actual.version


@given(filename=wheels() | sdists() | st.text(max_size=40), name=st.sampled_from(("a", "foo", "foo-bar")))
def test_splitting_never_fails_otherwise_and_gives_only_legal_characters(filename: str, name: str) -> None:
    """Whatever the name, it is refused with the one error or gives parts that are safe to use."""
    found: list[str] = []
    try:
        found += split_wheel(filename, name)
    except InvalidFilename as error:
        found.append(type(error).__name__)
    try:
        found.append(split_sdist(filename, name))
    except InvalidFilename as error:
        found.append(type(error).__name__)
    assert all(set(part) <= LEGAL for part in found)
