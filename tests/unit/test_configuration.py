"""Configuration files: which are found, what they may say, who wins, and what is said against mistakes."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.arguments import Arguments, parse
from resolver.config_files import ConfigFile, find
from resolver.configuration import KEYS
from resolver.errors import InputError
from resolver.options import Options
from resolver.setting import COUNT, FLAG, REPEAT
from resolver.settings import TABLE
from resolver.toml_lines import lines_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of a user's, below the system's configuration."""
    folder = tmp_path / "home" / "project" / "part"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return tmp_path / "home"


def write(path: Path, text: str) -> Path:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def said(home: Path, *words: str, **environ: str) -> Arguments:
    """Return what the words of ``resolve``, the variables and the files say."""
    named = {f"RESOLVER_{name}": value for name, value in environ.items()}
    places = {"HOME": str(home), "XDG_CONFIG_DIRS": str(home.parent / "xdg")}
    return parse(["resolve", "a.in", *words], places | named, files=find)


def refusal(home: Path, text: str, name: str = "resolver.toml") -> str:
    """Return what is said against a project's file."""
    path = write(home / "project" / name, text)
    with pytest.raises(InputError) as caught:
        said(home)
    assert str(caught.value).startswith(str(path))
    return str(caught.value).removeprefix(f"{path}:")


def test_without_a_file_nothing_is_set(home: Path) -> None:
    """A ``pyproject.toml`` without the table does not count, whatever else it says of resolvers."""
    write(
        home / "project" / "pyproject.toml", '[project]\nname = "resolver"\n[tool.pubgrub-resolver]\nx = 1\n'
    )
    assert said(home).options() == {}


@pytest.mark.parametrize(
    "text",
    [
        '[tool.resolver]\nresolution = "lowest"\n',
        '[tool . "resolver"]\nresolution = "lowest"\n',
        '[tool]\nresolver.resolution = "lowest"\n',
        'tool.resolver.resolution = "lowest"\n',
        'tool = { resolver = { resolution = "lowest" } }\n',
    ],
)
def test_the_table_of_pyproject_in_every_spelling(home: Path, text: str) -> None:
    """It is found from the working directory upwards."""
    write(home / "project" / "pyproject.toml", text)
    assert said(home).options() == {"resolution": "lowest"}


@pytest.mark.skipif(os.name == "nt", reason="a folder in use cannot be removed")
def test_a_working_directory_that_is_gone_has_no_project(home: Path) -> None:
    """What the user has set holds all the same."""
    write(home / "project" / "resolver.toml", "retries = 1\n")
    write(home / ".config" / "resolver" / "resolver.toml", "retries = 2\n")
    (home / "project" / "part").rmdir()
    assert said(home).options() == {"retries": 2}


def test_the_nearest_file_of_the_project_counts_alone(home: Path) -> None:
    """As with uv: files further up are not looked at."""
    write(home / "resolver.toml", 'no-deps = true\nresolution = "lowest"\n')
    write(home / "project" / "resolver.toml", 'resolution = "lowest-direct"\n')
    write(home / "project" / "part" / "pyproject.toml", "[project]\n")
    assert said(home).options() == {"resolution": "lowest-direct"}


def test_resolver_toml_wins_over_the_pyproject_beside_it(home: Path) -> None:
    """A warning says so, but only where that has something to say."""
    own = write(home / "project" / "resolver.toml", 'resolution = "lowest"\n')
    project = write(home / "project" / "pyproject.toml", "[tool.resolver]\nno-deps = true\n")
    found = said(home)
    assert found.options() == {"resolution": "lowest"}
    assert found.warnings == (f"{own} counts, and not [tool.resolver] in {project}",)
    write(project, "[project]\n")
    assert said(home).warnings == ()


def test_who_wins(home: Path) -> None:
    """The command line, then variables, then the files of the project, the user and the system."""
    xdg = home.parent / "xdg"
    write(
        xdg / "resolver" / "resolver.toml", 'resolution = "highest"\nretries = 1\npython-version = "3.11"\n'
    )
    write(home / ".config" / "resolver" / "resolver.toml", 'resolution = "lowest"\nretries = 2\n')
    assert said(home).options() == {"python_version": "3.11", "resolution": "lowest", "retries": 2}
    write(home / "project" / "resolver.toml", "retries = 3\n")
    assert said(home).options()["retries"] == 3
    assert said(home, RETRIES="4").options()["retries"] == 4
    assert said(home, "--retries=5", RETRIES="4").options()["retries"] == 5


def test_the_user_folder_of_xdg_and_of_windows(home: Path) -> None:
    """As the variables of the platform say."""
    path = write(home / "xdg" / "resolver" / "resolver.toml", "no-deps = true\n")
    warnings: list[str] = []
    for environ, platform in (
        ({"XDG_CONFIG_HOME": str(home / "xdg"), "XDG_CONFIG_DIRS": "/nowhere"}, "linux"),
        ({"APPDATA": str(home / "xdg")}, "win32"),
        ({"PROGRAMDATA": str(home / "xdg")}, "win32"),
    ):
        found = find(environ, None, none=False, warn=warnings.append, platform=platform)
        assert [file.path for file in found] == [str(path)]
    assert find({}, None, none=False, warn=warnings.append, platform="win32") == []
    assert warnings == []


def test_a_list_replaces_the_list_of_a_weaker_place(home: Path) -> None:
    """What counts stands in one place."""
    write(home / ".config" / "resolver" / "resolver.toml", 'exclude = ["a", "b"]\n')
    write(home / "project" / "resolver.toml", 'exclude = ["c"]\n')
    assert said(home).options() == {"excludes": ("c",)}
    assert said(home, "--exclude", "d").options() == {"excludes": ("d",)}


def test_a_flag_can_be_taken_back(home: Path) -> None:
    """By a stronger file, and by a variable."""
    write(home / ".config" / "resolver" / "resolver.toml", "no-deps = true\nno-fixes = true\n")
    write(home / "project" / "resolver.toml", "no-deps = false\n")
    assert said(home).options() == {"no_fixes": True}
    assert said(home, NO_FIXES="0").options() == {}


def test_an_opposite_can_be_taken_back(home: Path) -> None:
    """What takes a flag back is that flag where it is said not to hold."""
    write(home / ".config" / "resolver" / "resolver.toml", "annotate = false\n")
    assert said(home).is_on("no_annotate")
    assert not said(home, "--annotate").is_on("no_annotate")
    assert not said(home, ANNOTATE="1").is_on("no_annotate")
    assert said(home, "--no-config", ANNOTATE="0").is_on("no_annotate")
    write(home / "project" / "resolver.toml", "annotate = true\n")
    assert not said(home).is_on("no_annotate")


def test_a_file_can_be_named_and_all_can_be_left_out(home: Path) -> None:
    """By option or variable; the named one counts alone."""
    write(home / "project" / "resolver.toml", "no-deps = true\n")
    other = str(write(home / "other.toml", "retries = 7\n"))
    project = str(write(home / "pyproject.toml", "[tool.resolver]\nretries = 8\n"))
    assert said(home, "--config-file", other).options() == {"retries": 7}
    assert said(home, CONFIG_FILE=project).options() == {"retries": 8}
    assert said(home, "--no-config").options() == said(home, NO_CONFIG="1").options() == {}
    assert said(home, "--no-config", "--config-file", other).options() == {"retries": 7}
    with pytest.raises(InputError, match=r"^nowhere\.toml: there is no such file$"):
        said(home, "--config-file", "nowhere.toml")


def test_a_file_that_cannot_be_read_is_named(home: Path) -> None:
    """A folder of that name, here."""
    (home / "project" / "resolver.toml").mkdir()
    with pytest.raises(InputError, match=r"resolver\.toml: the configuration cannot be read: .*; --no-"):
        said(home)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_a_pipe_of_that_name_is_not_waited_for(home: Path) -> None:
    """Anybody could put one into a folder above."""
    os.mkfifo(home / "project" / "resolver.toml")
    assert said(home).options() == {}


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="there are no owners")
def test_a_strangers_file_in_a_shared_folder_is_not_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as one in the folder for temporary files, above somebody's work; it can be named."""
    path = write(home / "resolver.toml", "no-deps = true\n")
    home.chmod(0o1777)
    assert said(home).options() == {"no_deps": True}
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1 or 1)
    if path.stat().st_uid == 0:
        os.chown(path, 12345, -1)
    found = said(home)
    assert found.options() == {}
    assert found.warnings[0].startswith(f"{path} is not read: it is somebody else's")
    assert said(home, "--config-file", str(path)).options() == {"no_deps": True}
    home.chmod(0o755)
    assert said(home).options() == {"no_deps": True}


def test_values_of_every_kind(home: Path) -> None:
    """Dates without quotes, tables of names, paths relative to the file, and two spellings of a list."""
    write(
        home / "project" / "resolver.toml",
        """\
exclude-newer = 2024-02-28
timeout = 3
verbose = 2
no-color = true
pre = false
constraints = ["c.txt", "/abs.txt", "../up.txt"]
group = ["test", "other/pyproject.toml:docs"]
find-links = ["wheels", "https://files.example/"]
cert = "cert.pem"
index-package = { torch = "mine" }
exclude-newer-package = { a = false, b = 2024-02-29 }
max = { page = "10MB" }
only-binary = ["a"]
no-build = true
""",
    )
    found = said(home)
    assert found.options() == {
        "exclude_newer": "2024-02-28",
        "timeout": 3.0,
        "groups": ("test", "../other/pyproject.toml:docs"),
        "find_links": ("../wheels", "https://files.example/"),
        "cert": "../cert.pem",
        "package_indexes": ("torch=mine",),
        "exclude_newer_packages": ("a=false", "b=2024-02-29"),
        "limits": ("page=10MB",),
        "only_binary": ("a", ":all:"),
    }
    assert (found.count("verbose"), found.text("color")) == (2, "never")
    assert found.texts("constraint") == ("../c.txt", "/abs.txt", "../../up.txt")


def test_the_file_that_the_page_shows(home: Path) -> None:
    """docs/configuration.md: what it sets can be used."""
    from resolver.inputs import gather

    page = (ROOT / "docs" / "configuration.md").read_text("utf-8")
    write(home / "project" / "pyproject.toml", page.partition("```toml\n")[2].partition("```")[0])
    write(home / "project" / "constraints.txt", "")
    write(home / "project" / "part" / "a.in", "")
    options = gather(said(home), None, {}).options
    assert (options.resolution, options.package_indexes, options.limits, options.timeout) == (
        "lowest-direct",
        ("torch=wheels",),
        ("page-bytes=50MB",),
        30.0,
    )
    assert options.index_url == "main=https://packages.example/simple"


def test_paths_of_files_elsewhere_are_absolute(home: Path) -> None:
    """Of the user's own file, whose folder is not above the working directory."""
    folder = home / ".config" / "resolver"
    write(folder / "resolver.toml", 'cache-dir = "cache"\npython = "bin/python"\n')
    assert said(home).options() == {"cache_dir": f"{folder}/cache", "python": f"{folder}/bin/python"}


def test_what_runs_programs_is_set_by_the_user(home: Path) -> None:
    """In the own file, or in one that is named; a project can only forbid it."""
    own = write(home / ".config" / "resolver" / "resolver.toml", 'build = "allow"\npython = "python3"\n')
    assert said(home).options() == {"build": "allow", "python": "python3"}
    write(home / "project" / "resolver.toml", 'build = "never"\n')
    assert said(home).options() == {"build": "never", "python": "python3"}
    assert said(home, "--config-file", str(own)).options() == {"build": "allow", "python": "python3"}


def test_indexes_are_written_as_uvs(home: Path) -> None:
    """By name, the default one, and those for named packages only."""
    write(
        home / "project" / "pyproject.toml",
        """\
[[tool.resolver.index]]
url = "https://plain.example/simple"
[[tool.resolver.index]]
name = "mine"
url = "https://mine.example/simple"
explicit = true
[[tool.resolver.index]]
name = "main"
url = "https://main.example/simple"
default = true
[[tool.resolver.index]]
name = "other"
url = "https://other.example/simple"
exclude-newer = 2024-02-28
""",
    )
    assert said(home).options() == {
        "index_url": "main=https://main.example/simple",
        "extra_index_urls": ("https://plain.example/simple", "other=https://other.example/simple"),
        "explicit_indexes": ("mine=https://mine.example/simple",),
        "exclude_newer_indexes": ("other=2024-02-28",),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resolution =\n", "1: this is not TOML: Invalid value"),
        ('a = "', " this is not TOML: Unterminated string"),
        ("\n\nresolutoin = 'lowest'\n", "3: unknown key resolutoin; did you mean resolution?"),
        ("zzzzzz = 1\n", "1: unknown key zzzzzz"),
        ('output-file = "a"\n', "1: output-file is said with each call, on the command line or by a var"),
        ("resolution = 1\n", "1: resolution must be a string"),
        ('resolution = ""\n', "1: resolution is empty"),
        ("resolution = 'newest'\n", "1: resolution is 'newest', not one of: highest, lowest, lowest-direct"),
        ('no-deps = "yes"\n', "1: no-deps must be true or false"),
        ("verbose = 4\n", "1: verbose must be a number from 0 to 3"),
        ("verbose = true\n", "1: verbose must be a number from 0 to 3"),
        ("retries = 1.5\n", "1: retries must be an integer"),
        ("timeout = true\n", "1: timeout must be a number"),
        ('exclude = "a"\n', "1: exclude must be a list of strings"),
        ('exclude = ["a",\n1]\n', "2: exclude must be a list of strings"),
        ("index-package = 1\n", "1: index-package must be a list of strings, or a table of PACKAGE=NAME"),
        ("index-package = { a = [] }\n", "1: the values of index-package must be strings"),
        ("pre = true\n\nprerelease = 'allow'\n", "3: prerelease and pre set the same: leave one out"),
        ("index = 1\n", "1: index must be an array of tables: [[index]]"),
        ('[[index]]\nname = "a"\n', "1: the index has no url"),
        ('build = "allow"\n', "1: build makes programs run, and so a project cannot set it: say --build"),
        ('python = "bin/python"\n', "1: python makes programs run, and so a project cannot set it"),
        ("[[index]]\nurl = 1\n", "2: url must be a string"),
        ('[[index]]\nurl = "https://a/"\n\nexplicit = 1\n', "4: explicit must be true or false"),
        ('[[index]]\nurl = "https://a/"\nexplicit = true\n', "1: an index must have a name to be explicit"),
        ('[[index]]\nurl = "https://a/"\nnmae = "b"\n', "3: unknown key nmae; did you mean name?"),
        (
            '[[index]]\nurl = "https://a/"\nexclude-newer = 2024-01-01\n',
            "3: an index must have a name for exclude-newer",
        ),
        (
            '[[index]]\nname = "a"\nurl = "https://a/"\ndefault = true\nexplicit = true\n',
            "1: an index is either explicit or the default",
        ),
        (
            '[[index]]\nurl = "https://a/"\ndefault = true\n[[index]]\nurl = "https://b/"\ndefault = true\n',
            "4: another index is the default already",
        ),
        (
            'index-url = "https://a/"\n[[index]]\nurl = "https://b/"\ndefault = true\n',
            "2: index and index-url set the same: leave one out",
        ),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_line(home: Path, text: str, expected: str) -> None:
    assert refusal(home, text).startswith(expected)


def test_bytes_that_are_no_text_are_told_with_their_line(home: Path) -> None:
    path = home / "project" / "resolver.toml"
    path.write_bytes(b"# \n# \xff\n")
    with pytest.raises(InputError, match=r"resolver\.toml:2: this is not UTF-8"):
        said(home)


def test_a_value_that_is_out_of_range_is_blamed_on_its_line(home: Path) -> None:
    """What only ``Options`` checks, as for the command line."""
    from resolver.inputs import gather

    write(home / "project" / "part" / "a.in", "")
    path = write(home / "project" / "resolver.toml", '# \nproxy = "ftp://x"\n')
    with pytest.raises(InputError) as caught:
        gather(said(home), None, {})
    assert str(caught.value).startswith(f"{path}:2: proxy ")
    write(path, 'exclude = [\n  "a",\n  "b c",\n]\n')
    with pytest.raises(InputError) as caught:
        gather(said(home), None, {})
    assert str(caught.value).startswith(f"{path}:3: exclude: 'b c' is not a valid name")
    write(path, '[[index]]\nurl = "https://a/"\n[[index]]\nname = "b"\nurl = "b"\n')
    with pytest.raises(InputError) as caught:
        gather(said(home), None, {})
    assert str(caught.value).startswith(f"{path}:5: index 'b=b' does not begin with https://")
    path.unlink()
    with pytest.raises(InputError, match=r"^the variable RESOLVER_PROXY "):
        gather(said(home, PROXY="ftp://x"), None, {})


def test_what_the_table_of_tools_may_be(home: Path) -> None:
    """Another thing of that name is refused, tables of other readers are left to them."""
    assert refusal(home, "tool.resolver = 1\n", "pyproject.toml") == " tool.resolver must be a table"
    path = write(home / "project" / "pyproject.toml", '[tool.resolver.workspace]\nmembers = ["a"]\n')
    found = said(home)
    assert found.options() == {}
    table = found.tables["workspace"]
    assert table.value == {"members": ["a"]}
    assert str(table.error("it is odd", "members")) == f"{path}:2: it is odd"


def test_settings_of_other_commands_mean_nothing(home: Path) -> None:
    """As with variables."""
    write(home / "project" / "resolver.toml", "jobs = 3\n")
    assert said(home).text("jobs") is None


def test_every_option_is_a_key_but_those_of_a_call() -> None:
    """So that a new one is thought about."""
    told = {setting.name for setting in KEYS.values()}
    assert {setting.name for setting in TABLE} - told == {
        "help", "version", "requirement", "config_file", "no_config", "output_file", "format", "check",
        "invert", "package", "depth", "prune", "no_dedupe",
    }  # fmt: skip


@given(st.data())
def test_what_a_file_sets_is_what_the_command_line_would_set(data: st.DataObject) -> None:
    """For every key, whatever its kind."""
    from resolver.configuration import Configuration

    key = data.draw(st.sampled_from(sorted(KEYS)))
    setting = KEYS[key]
    text, words = "", []
    if setting.kind in (FLAG, COUNT):
        text, words = ("true" if setting.kind == FLAG else "1"), [f"--{key}"]
    elif setting.kind == REPEAT:
        text, words = '["x=y", "/z=w"]', [f"--{key}=x=y", f"--{key}=/z=w"]
    else:
        value = "7" if setting.number is not None else next(iter(setting.choices), "/x")
        text, words = (value if setting.number is not None else f'"{value}"'), [f"--{key}={value}"]
    from resolver.words import Words

    found = Configuration(ConfigFile("named", "resolver.toml", f"{key} = {text}\n".encode())).given
    expected = Words(["resolve", *words]).given
    assert {name: each.values for name, each in found.items()} == {
        name: each.values for name, each in expected.items()
    }


_SIMPLE = st.one_of(
    st.booleans(),
    st.integers(-3, 10**20),
    st.floats(),
    st.sampled_from(["", "a", "a=b", "https://a/", "P3D", ":all:", "../x", "\x7f", "~"]),
    st.dates().map(lambda day: Raw(day.isoformat())),
    st.datetimes().map(lambda moment: Raw(moment.isoformat())),
    st.times().map(lambda time: Raw(time.isoformat())),
)
_ANYTHING = st.recursive(
    _SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "url", "x"]), inner),
    max_leaves=5,
)


class Raw(str):
    """A value of TOML as it is written."""

    __slots__ = ()


def toml(value: object) -> str:
    """Write a value as TOML."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, float):
        return {"Infinity": "inf", "-Infinity": "-inf", "NaN": "nan"}.get(json.dumps(value), repr(value))
    return json.dumps(value)


@given(st.dictionaries(st.sampled_from([*KEYS, "index", "workspace", "foo"]), _ANYTHING, max_size=3))
def test_whatever_a_file_says_it_is_used_or_refused(table: dict[str, object]) -> None:
    """Law: nothing else than ``InputError``, with the file."""
    text = "".join(f"{key} = {toml(value)}\n" for key, value in table.items())
    found = outcome(text)
    if isinstance(found, InputError):  # what is about two options at once is about none of both
        assert str(found).startswith(("resolver.toml:", "the options "))


def outcome(text: str) -> InputError | Options:
    """Return the options that a file gives, or what is said against it."""
    files = [ConfigFile("named", "resolver.toml", text.encode())]
    try:
        found = parse(["resolve", "a.in"], {}, files=lambda *_, **__: files)
        try:
            return Options(**found.options())  # type: ignore[arg-type]  # checked at run time
        except InputError as error:
            return found.blamed(error)
    except InputError as error:
        return error


def test_tables_inside_of_an_array_are_those_of_its_last_table() -> None:
    """As TOML has it."""
    found = lines_of("[[a]]\n[a.b]\nc = 1\n[[a]]\n[[a.b]]\nc = 1 # end")
    assert {path: found[path] for path in (("a", 0, "b", "c"), ("a", 1, "b", 0, "c"))} == {
        ("a", 0, "b", "c"): 3,
        ("a", 1, "b", 0, "c"): 6,
    }


_KEYS = st.sampled_from(["a", "b", '"c d"', "'e'"])
_VALUES = st.sampled_from(
    ["1", '"""\n[x]\n\\""" """', "'''\n[[y]]\n''''", '[1, # ]\n "]",\n]', '{ k = "}" }', "'#'", '"\\""']
)


@given(st.lists(st.tuples(st.booleans(), _KEYS, _KEYS, _VALUES), max_size=6))
def test_lines_are_those_of_the_keys(rows: list[tuple[bool, str, str, str]]) -> None:
    """Whatever values look like: the key stands on its line, and each key that tomllib knows has one."""
    text = ""
    for number, (is_array, header, key, value) in enumerate(rows):
        opened = f"[[array.{header}]]" if is_array else f"[t{number}.{header}]"
        text += f"\n{opened} # [\n{key}.k = {value}\n"
    lines = text.split("\n")
    found = lines_of(text)
    for path, line in found.items():
        if "k" in path[:-1]:
            continue  # inside of a value
        bare = str(path[-1]) if not isinstance(path[-1], int) else "[["
        assert bare in lines[line - 1]
    assert _paths(tomllib.loads(text), depth=4) <= found.keys()


def _paths(value: Any, path: tuple[str | int, ...] = (), *, depth: int) -> set[tuple[str | int, ...]]:
    """Return the paths of tables and keys, without what stands inside of values."""
    found = set()
    if isinstance(value, dict) and path[-1:] != ("k",):
        for key, each in value.items():
            found |= {(*path, key)} | _paths(each, (*path, key), depth=depth)
    elif isinstance(value, list) and path[-1:] != ("k",):
        for number, each in enumerate(value):
            found |= {(*path, number)} | _paths(each, (*path, number), depth=depth)
    return found
