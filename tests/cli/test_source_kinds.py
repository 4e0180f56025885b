"""Sources of all kinds by the whole command: projects, groups, scripts, requirements as arguments."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from resolver import Options, resolve, resolve_project, resolve_project_async
from resolver.errors import InputError
from support.command import Done, failed, run_here, succeeded
from support.loopback import Loopback, empty_index, sha256, wheel

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = """\
[project]
name = "mine"
requires-python = ">=3.8"
dependencies = ["a", "mine[x]"]
[project.optional-dependencies]
x = ["b"]
y = ["c"]
[dependency-groups]
test = ["d", {include-group = "lint"}]
lint = ["c<2"]
"""


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """Return an index with a to d in two versions; the working directory has a project."""
    with empty_index(tmp_path, monkeypatch) as found:
        Path("pyproject.toml").write_text(PROJECT, "utf-8")
        for name in "abcd":
            found.add(name, "1")
            found.add(name, "2")
        yield found


def run(index: Loopback, *words: str, command: str = "resolve") -> Done:
    """Run the command at this index."""
    return run_here(command, *words, "-i", index.index, "--retries", "0")


def pins(done: Done) -> list[str]:
    """Return the lines of a solution that are no comments."""
    return [line for line in succeeded(done).splitlines() if not line.lstrip().startswith("#")]


def test_project_with_extras_and_groups(index: Loopback) -> None:
    """Pins name project and group as uv does; the project itself is not asked of the index."""
    done = run(index, "pyproject.toml", "--extra", "Y", "--group", "test", "--no-header")
    assert succeeded(done).splitlines() == [
        "a==2",
        "    # via mine (pyproject.toml)",
        "b==2",
        "    # via mine (pyproject.toml)",
        "c==1",
        "    # via",
        "    #   mine (pyproject.toml)",
        "    #   mine (pyproject.toml:test)",
        "d==2",
        "    # via mine (pyproject.toml:test)",
    ]
    assert not any("mine" in path for path in index.paths())
    assert pins(run(index, "pyproject.toml", "--all-extras")) == ["a==2", "b==2", "c==2"]


@pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="there are no names for open pipes")
def test_a_pipe_is_a_file_of_requirements(index: Loopback) -> None:
    """As a shell makes one of <(command), which pip and uv read as well."""
    reading, writing = os.pipe()
    os.write(writing, b"a<2\n")
    os.close(writing)
    try:
        assert pins(run(index, f"/dev/fd/{reading}")) == ["a==1"]
    finally:
        os.close(reading)


def test_each_group_that_asks_is_named(index: Loopback) -> None:
    """Where one includes the other, as uv does."""
    done = run(index, "--group", "test", "--group", "lint", "--no-header")
    assert succeeded(done).splitlines()[:4] == [
        "c==1",
        "    # via",
        "    #   mine (pyproject.toml:lint)",
        "    #   mine (pyproject.toml:test)",
    ]


def test_groups_alone(index: Loopback) -> None:
    """Of the project here, or of the file that is named."""
    assert pins(run(index, "--group", "lint")) == ["c==1"]
    Path("other").mkdir()
    Path("other/pyproject.toml").write_text('[dependency-groups]\nall = ["a<2"]\n', "utf-8")
    done = run(index, "--group", "other/pyproject.toml:all", "--group", "lint", "--no-header")
    assert succeeded(done).splitlines()[:2] == ["a==1", "    # via (other/pyproject.toml:all)"]
    assert pins(done) == ["a==1", "c==1"]


def test_several_sources_together(index: Loopback) -> None:
    """Each extra and group is one of some project among them."""
    Path("r.txt").write_text("d<2\n", "utf-8")
    Path("two.toml").write_text('[project]\nname = "two"\n[dependency-groups]\nmore = ["c"]\n', "utf-8")
    done = run(index, "r.txt", "pyproject.toml", "two.toml", "a<2", "--group", "more", "--extra", "y")
    assert pins(done) == ["a==1", "b==2", "c==2", "d==1"]


def test_what_is_not_there_is_said_with_what_was_meant(index: Loopback) -> None:
    """Extras and groups that no source has, and extras without a project."""
    said = failed(run(index, "pyproject.toml", "--extra", "z"), 2)
    assert "pyproject.toml:5: the project mine has no extra 'z'" in said
    said = failed(run(index, "pyproject.toml", "--group", "tests"), 2)
    assert "there is no dependency group 'tests'; did you mean 'test'?" in said
    assert "--extra asks for extras of a project" in failed(run(index, "a", "--extra", "x"), 2)
    assert "--all-extras asks" in failed(run(index, "a", "--all-extras"), 2)
    assert "--group: '-' is not a valid name" in failed(run(index, "--group", "-"), 2)
    Path("empty.toml").write_text("", "utf-8")
    assert "there is no table [project]" in failed(run(index, "empty.toml"), 2)


def test_places_that_only_uv_knows_are_warned_of(index: Loopback) -> None:
    """A private package may be asked of a public index."""
    Path("pyproject.toml").write_text(f"{PROJECT}[tool.uv.sources]\nA = {{ workspace = true }}\n", "utf-8")
    done = run(index, "pyproject.toml")
    assert "warning: pyproject.toml:12: tables of uv's are not read, so A comes from an index" in done.stderr


def test_script_with_metadata(index: Loopback) -> None:
    """A Python that it is not for is an error; of a project it is a warning."""
    Path("s.py").write_text(
        '# /// script\n# requires-python = ">=3.9"\n# dependencies = ["a"]\n# ///\n', "utf-8"
    )
    assert pins(run(index, "s.py")) == ["a==2"]
    said = failed(run(index, "s.py", "--python-version", "3.8"), 2)
    assert "s.py:2: Python >=3.9 is wanted, and the target is Python 3.8.0" in said
    done = run(index, "pyproject.toml", "--python-version", "3.7")
    assert "warning: pyproject.toml:3: Python >=3.8 is wanted" in done.stderr
    assert done.code == 0


def test_requirements_as_arguments(index: Loopback) -> None:
    """What is no file is a requirement; folders and archives too, where they are written as paths."""
    done = run(index, "a<2", "b ; python_version > '3'", "--no-header")
    assert succeeded(done).splitlines() == ["a==1", "    # via (argument)", "b==2", "    # via (argument)"]
    Path("e-3-py3-none-any.whl").write_bytes(wheel("e", "3", ["a<2"]))
    assert pins(run(index, "./e-3-py3-none-any.whl"))[0] == "a==1"
    assert pins(run(index, "e-3-py3-none-any.whl"))[0] == "a==1"
    Path("a").write_text("d\n", "utf-8")
    assert pins(run(index, "a")) == ["d==2"]


def test_what_is_neither_file_nor_requirement(index: Loopback) -> None:
    """The error says both."""
    said = failed(run(index, "a=>1"), 2)
    assert "a=>1: there is no such file, and as a requirement it cannot be read: '=>1' is not" in said
    assert "no.txt: there is no such file" in failed(run(index, "no.txt"), 2)
    assert "for the package of this name write 'discord.py>=0'" in failed(run(index, "discord.py"), 2)
    assert "a: there is no such file" in failed(run(index, "-r", "a"), 2)
    Path("folder/sub").mkdir(parents=True)
    assert "./folder/sub for itself" in failed(run(index, "folder/sub"), 2)
    assert "names no host" in failed(run(index, "https:///x.zip"), 2)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("setup.py", "only when it is run"),
        ("uv.lock", "with uv export"),
        ("other.json", "is not what resolver writes"),
    ],
)
def test_files_that_cannot_be_read(index: Loopback, name: str, said: str) -> None:
    """Say why, and what to do instead."""
    Path(name).write_text("{}", "utf-8")
    assert said in failed(run(index, name), 2)


def lock(index: Loopback, *names: str, marker: str = "") -> str:
    """Return a lock file with version 1 of packages."""
    text = 'lock-version = "1.0"\ncreated-by = "me"\nextras = ["x"]\nenvironments = ["os_name != \'none\'"]\n'
    for name in names:
        filename = f"{name}-1-py3-none-any.whl"
        value = sha256(index.files[f"/files/{filename}"])
        text += f'[[packages]]\nname = "{name}"\nversion = "1"\n'
        text += f'marker = "{marker}"\n' if marker else ""
        text += f'wheels = [{{url = "https://none.example/{filename}", hashes = {{sha256 = "{value}"}}}}]\n'
    return text


def test_lock_files_are_exact_requirements(index: Loopback) -> None:
    """With hashes, so that nothing else comes in; extras and the target decide what counts."""
    Path("pylock.toml").write_text(lock(index, "a", "b"), "utf-8")
    done = run(index, "pylock.toml", "--no-header")
    assert succeeded(done).splitlines() == [
        "a==1",
        "    # via -r pylock.toml",
        "b==1",
        "    # via -r pylock.toml",
    ]
    assert "hashes are required" in failed(run(index, "pylock.toml", "c==1"), 4)
    Path("pylock.x.toml").write_text(lock(index, "a", marker="'x' in extras"), "utf-8")
    assert pins(run(index, "pylock.x.toml")) == []
    assert pins(run(index, "pylock.x.toml", "--extra", "x")) == ["a==1"]
    assert "was not made for the extra 'y'" in failed(run(index, "pylock.x.toml", "--extra", "y"), 2)
    assert "was not made for the group 'y'" in failed(run(index, "pylock.x.toml", "--group", "y"), 2)
    text = lock(index, "a").replace("!= 'none'", "== 'none'")
    Path("pylock.toml").write_text(text, "utf-8")
    assert "pylock.toml:4: the target is none of those" in failed(run(index, "pylock.toml"), 2)


def test_earlier_json_is_exact_requirements(index: Loopback) -> None:
    """With the hashes of its files."""
    Path("o.json").write_text(succeeded(run(index, "a<2", "--format", "json")), "utf-8")
    assert pins(run(index, "o.json")) == ["a==1"]
    assert "hashes are required" in failed(run(index, "o.json", "c==1"), 4)
    Path("o.json").write_text("a==1\n", "utf-8")
    assert "no JSON of resolver's" in failed(run(index, "o.json"), 2)


def test_static_setup_cfg(index: Loopback) -> None:
    """With its extras."""
    Path("setup.cfg").write_text(
        "[options]\ninstall_requires = a\n[options.extras_require]\nx = b\n", "utf-8"
    )
    assert pins(run(index, "setup.cfg", "--extra", "x")) == ["a==2", "b==2"]
    assert "only a pyproject.toml has groups" in failed(run(index, "setup.cfg", "--group", "x"), 2)


def test_other_names_are_requirements_files(index: Loopback) -> None:
    """Whatever they end in."""
    for name in ("web.lock", "other.cfg", "requirements"):
        Path(name).write_text("a<2\n", "utf-8")
        assert pins(run(index, name)) == ["a==1"]


def test_other_commands_take_the_same_sources(index: Loopback) -> None:
    """``why`` and ``resolve-many``."""
    assert "pyproject.toml:6" in succeeded(run(index, "b", "pyproject.toml", command="why"))
    done = run(index, "pyproject.toml", "--extra", "y", command="resolve-many")
    assert done.code == 0
    assert len(done.stdout.splitlines()) == 3


def test_json_has_file_and_line(index: Loopback) -> None:
    """Not the words of the comments."""
    found = json.loads(succeeded(run(index, "pyproject.toml", "c", "--format", "json")))
    assert {pin["name"]: pin["via"] for pin in found["pins"]} == {
        "a": ["pyproject.toml:4"],
        "b": ["pyproject.toml:6"],
        "c": ["argument:2"],
    }


def test_library_resolves_projects(index: Loopback) -> None:
    """With the extras and groups of the options, which ``resolve`` refuses."""
    options = Options(index_url=index.index, extras=("y",), groups=("lint",))
    found = resolve_project("pyproject.toml", options)
    assert {name: str(pin.version) for name, pin in found.pins.items()} == {"a": "2", "b": "2", "c": "1"}
    assert found.pins["a"].via == ("pyproject.toml:4",)
    assert (
        asyncio.run(resolve_project_async(Path("pyproject.toml"), options)).pins.keys() == found.pins.keys()
    )
    plain = Options(index_url=index.index, groups=("pyproject.toml:lint",))
    assert resolve_project(None, plain).pins.keys() == {"c"}
    for asked in (Options(extras=("y",)), Options(all_extras=True), Options(groups=("lint",))):
        with pytest.raises(InputError, match="resolve_project"):
            resolve(["a"], asked.replace(index_url=index.index))
