"""Projects as sources: dependencies, extras, groups, and what is wrong with them, with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.dependency_groups import CyclicDependencyGroup, DependencyGroupResolver

from resolver.errors import InputError
from resolver.formats.documents import Document
from resolver.formats.pyproject import Project, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable

PROJECT = """\
[project]
name = "My_Project"
version = "1.5"
dependencies = [
  "flask >=2",  # the web
  "my.project[Fast]; os_name == 'posix'",
]

[project.optional-dependencies]
fast = [
  "ujson; python_version > '3'",
  "cython",
]
All_of-it = ["my-project[fast]", "my-project[all-of-it]>=1", "rich"]

[dependency-groups]
test = ["pytest", {include-group = "Lint"}]
lint = ["ruff"]
own = ["my-project[fast]"]
"""


def read(text: str) -> Project:
    """Return the project of a file ``pyproject.toml`` with this text."""
    return Project(Document.read("pyproject.toml", text.encode()))


def asked(
    text: str,
    extras: Iterable[str] = (),
    groups: Iterable[str] = (),
    *,
    all_extras: bool = False,
    project: bool = True,
) -> list[str]:
    """Return what is wanted of a project, as ``LINE text``."""
    wanted = Wanted(extras=extras, groups=groups, all_extras=all_extras, project=project)
    return [
        f"{each.origin.line} {each.text}"
        for each, _ in read(text).requirements(wanted)
        if each.origin is not None
    ]


def wrong(text: str, extras: Iterable[str] = (), groups: Iterable[str] = ()) -> list[str]:
    """Return the lines of the error that reading a project ends with."""
    with pytest.raises(InputError) as caught:
        asked(text, extras, groups, project=not groups)
    return str(caught.value).split("\n")


def test_dependencies_and_what_the_project_asks_of_itself() -> None:
    """Its own extra is put in the place of its name, under both markers, with the line where it stands."""
    assert asked(PROJECT) == [
        "5 flask >=2",
        "11 ujson ; (python_version > '3') and (os_name == 'posix')",
        "12 cython ; os_name == 'posix'",
    ]


def test_extras_are_named_in_any_spelling_and_may_name_one_another() -> None:
    """An extra that names itself adds nothing by that."""
    assert asked(PROJECT, ["all-of-it"])[3:] == ["11 ujson; python_version > '3'", "12 cython", "14 rich"]
    assert set(asked(PROJECT, all_extras=True)) == set(asked(PROJECT, ["fast", "all-of-it"]))


def test_groups_stand_for_themselves() -> None:
    """With what they include; one that names the project asks for what that depends on."""
    assert asked(PROJECT, groups=["test"], project=False) == ["17 pytest", "18 ruff"]
    assert asked(PROJECT, groups=["own"], project=False) == [*asked(PROJECT), *asked(PROJECT, ["fast"])[3:]]


def test_pins_name_project_and_group() -> None:
    """As uv does."""
    wanted = Wanted(groups=["lint"])
    labels = {label for _, label in read(PROJECT).requirements(wanted)}
    assert labels == {"my-project (pyproject.toml)", "my-project (pyproject.toml:lint)"}
    alone = read('[dependency-groups]\na = ["b"]\n')
    assert alone.requirements(Wanted(groups=["a"], project=False))[0][1] == "(pyproject.toml:a)"


def test_what_was_used_is_told() -> None:
    """Extras and groups that were asked for, and those that these led to."""
    project = read(PROJECT)
    project.requirements(Wanted(groups=["test"]))
    assert project.used == [("extra", "fast"), ("group", "test"), ("group", "lint")]


def test_addresses_are_read() -> None:
    """As in requirements files."""
    text = '[project]\nname = "a"\ndependencies = ["b @ https://host.example/b-1.zip"]\n'
    ((found, _),) = read(text).requirements(Wanted())
    assert found.reference is not None
    marked = (
        '[project]\nname = "a"\ndependencies = ["a[x]; os_name == \'nt\'"]\n[project.optional-dependencies]\n'
    )
    marked += "x = [\"b @ https://host.example/b-1.zip ; python_version > '3'\"]\n"
    ((found, _),) = read(marked).requirements(Wanted())
    assert found.reference is not None
    assert found.marker == "(python_version > '3') and (os_name == 'nt')"


HEAD = '[project]\nname = "a"\nversion = "1"\n'


@pytest.mark.parametrize(
    ("text", "line", "said", "column"),
    [
        (f'{HEAD}dependencies = ["b", "c=>1"]\n', 4, "'=>1' is not a version specifier.", 24),
        (f"{HEAD}dependencies = ['''\nc=>1''']\n", 4, "", 17),
        (f'{HEAD}dependencies = ["\\u0063=>1"]\n', 4, "'=>1' is not a version specifier.", 17),
        (f"{HEAD}dependencies = [1]\n", 4, "a requirement must be a string", 17),
        (f'{HEAD}dependencies = "b"\n', 4, "project.dependencies must be a list of requirements", 17),
        (f'{HEAD}dependencies = ["b @ git+svn://x"]\n', 4, "", None),
        (f'{HEAD}dependencies = ["./b"]\n', 4, "", 18),
        (f'{HEAD}dependencies = ["a[x]"]\n', 4, "the project a has no extra 'x'", 18),
        (f'{HEAD}dependencies = ["a==2"]\n', 4, "the project a itself has version 1", 18),
        (f'{HEAD}dependencies = ["a @ https://host.example/a-1.zip"]\n', 4, "the project a cannot come", 18),
        ('[project]\nname = "a"\nversion = "no one"\ndependencies = ["a>1"]\n', 3, "", 12),
        (f'{HEAD}dynamic = ["dependencies"]\n', 4, "the dependencies of a are dynamic", 11),
        (f'{HEAD}dynamic = "dependencies"\n', 4, "project.dynamic must be a list of strings", 12),
        (f'{HEAD}requires-python = "3"\n', 4, "", 20),
        (f"{HEAD}requires-python = 3\n", 4, "project.requires-python must be a string", 19),
        ('[project]\nversion = "1"\n', 1, "the name of the project is missing", 1),
        ("[project]\nname = 1\n", 2, "the name of the project must be a string", 8),
        ('[project]\nname = "-"\n', 2, "'-' is not a valid name", 9),
        ("project = 1\n", 1, "project must be a table", 11),
        (f"{HEAD}[project.optional-dependencies]\nb-c = []\nB_C = []\n", 6, "extra 'B_C' is the", 7),
        ("[a\n", 1, "this is not TOML: ", 3),
        ('a = "\n', 1, "this is not TOML: ", 6),
    ],
)  # fmt: skip
def test_mistakes_are_shown_where_they_are(text: str, line: int, said: str, column: int | None) -> None:
    """With file, line and a caret."""
    first, *shown = wrong(text)
    assert first.startswith(f"pyproject.toml:{line}: {said}")
    assert shown[0].strip() == text.split("\n")[line - 1].strip()
    assert column is None or shown[1].index("^") - 3 == column


@pytest.mark.parametrize(
    ("groups", "said"),
    [
        (
            'a = [{include-group = "b"}]\nb = ["x", {include-group = "A"}]',
            "3: dependency groups include one another: a -> b -> a",
        ),
        ('a = [{include-group = "c"}]', "2: there is no dependency group 'c'; there is a"),
        ('a = [{include-group = "b", x = 1}]', '2: a table in a group must be {include-group = "NAME"}'),
        ("a = [{include-group = 1}]", '2: a table in a group must be {include-group = "NAME"}'),
        ("a = [1]", "2: a requirement must be a string"),
        ("a = 1", "2: dependency-groups.a must be a list of requirements"),
        ("a = []\nA = []", "3: dependency group 'A' is the same as 'a': names are compared in normal form"),
    ],
)  # fmt: skip
def test_groups_that_cannot_be_read(groups: str, said: str) -> None:
    """Are errors with the line, cycles with the chain."""
    assert wrong(f"[dependency-groups]\n{groups}\n", groups=["a"])[0] == f"pyproject.toml:{said}"


def test_what_there_is_not_is_said_with_what_there_is() -> None:
    """And with what was probably meant."""
    project = read(PROJECT)
    assert project.unknown_extra("fats").message.endswith("has no extra 'fats'; did you mean 'fast'?")
    assert project.unknown_group("testing").message.endswith("group 'testing'; did you mean 'test'?")
    assert project.unknown_extra("zzz").line == 9
    assert read(HEAD).unknown_extra("b").message == "the project a has no extra 'b'"
    assert read(HEAD).unknown_group("b").line is None
    dynamic = read(f'{HEAD}dynamic = ["optional-dependencies"]\n')
    assert "are dynamic" in dynamic.unknown_extra("b").message
    with pytest.raises(InputError, match="are dynamic"):
        dynamic.requirements(Wanted(all_extras=True))


def test_files_without_a_project_are_errors() -> None:
    """And poetry's own tables are named."""
    assert wrong("[tool.x]\n") == [
        "pyproject.toml: there is no table [project], and so nothing that could be resolved without --group"
    ]
    assert "only poetry understands" in wrong("[tool.poetry.dependencies]\na = '*'\n")[0]


def test_bytes_that_are_no_text_are_an_error() -> None:
    """TOML is UTF-8; a byte order mark does no harm."""
    with pytest.raises(InputError, match=r"^pyproject\.toml:2: this is not UTF-8"):
        Document.read("pyproject.toml", b"a = 1\nb = '\xff'\n")
    assert Document.read("pyproject.toml", b"\xef\xbb\xbfa = 1\n").table == {"a": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [("a = " + "[" * 5000, "nested too deeply"), ("a = " + "9" * 5000, "a number that is too long")],
)
def test_documents_that_are_too_much_for_python(text: str, said: str) -> None:
    """Are errors as others are."""
    with pytest.raises(InputError, match=said):
        read(text)


def test_passwords_are_not_shown() -> None:
    """Columns do not hold in the line without them."""
    text = f'{HEAD}dependencies = ["b @ https://me:secret@host.example/b.zip>1"]\n'
    said = "\n".join(wrong(f"{text}"))
    assert "secret" not in said


GROUPS = st.dictionaries(
    st.sampled_from("abcd"),
    st.lists(
        st.sampled_from(["x", "y>=1"]) | st.sampled_from("abcd").map(lambda name: {"include-group": name}),
        max_size=3,
    ),
    min_size=1,
)


@given(GROUPS)
def test_groups_are_those_of_packaging(groups: dict[str, list[str | dict[str, str]]]) -> None:
    """Which is our oracle for includes, their order, and cycles."""
    text = "[dependency-groups]\n"
    for name, items in groups.items():
        said = [
            each if isinstance(each, str) else f"{{include-group = '{each['include-group']}'}}"
            for each in items
        ]
        text += f"{name} = [{', '.join(each if '{' in each else repr(each) for each in said)}]\n"
    theirs = DependencyGroupResolver(groups)
    for name in groups:
        try:
            expected = [str(each) for each in theirs.resolve(name)]
        except* CyclicDependencyGroup:
            expected = ["cycle"]
        except* LookupError:
            expected = ["unknown"]
        try:
            found = [str(each) for each, _ in read(text).requirements(Wanted(groups=[name], project=False))]
        except InputError as error:
            found = ["cycle" if "include one another" in error.message else "unknown"]
        assert found == expected or {*found, *expected} == {"cycle", "unknown"}
