"""Lock files as sources (PEP 751), and setup.cfg."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.errors import InputError
from resolver.formats.documents import Document
from resolver.formats.lock_files import LockFile
from resolver.formats.pyproject import Wanted
from resolver.formats.setup_cfg import SetupFile

if TYPE_CHECKING:
    from pathlib import Path

SHA = "a" * 64
HEAD = 'lock-version = "1.0"\ncreated-by = "me"\n'
HASHES = f'{{sha256 = "{SHA}", md5 = "0"}}'
WHEEL = f'wheels = [{{url = "https://host.example/W-1-py3-none-any.whl", hashes = {HASHES}}}]'
LOCK = f"""\
{HEAD}requires-python = ">=3.9"
environments = ["os_name == 'posix'"]
extras = ["x"]
dependency-groups = ["dev", "doc"]
default-groups = ["dev"]

[[packages]]
name = "a"
version = "1"
{WHEEL.replace("W", "a")}

[[packages]]
name = "b"
version = "1"
marker = "'x' in extras or 'dev' not in dependency_groups and os_name == 'posix'"
{WHEEL.replace("W", "b")}
"""


def read(text: str, path: str = "pylock.toml") -> LockFile:
    """Return the lock file with this text."""
    return LockFile(Document.read(path, text.encode()))


def wrong(text: str) -> str:
    """Return the error that reading a lock file ends with."""
    with pytest.raises(InputError) as caught:
        read(text).as_file(Wanted())
    return str(caught.value)


def test_packages_become_pins_with_hashes() -> None:
    """With line, and markers without what was chosen."""
    found = read(LOCK).as_file(Wanted(extras=["x"])).requirements
    assert [(str(each.origin), each.text, each.hashes) for each in found] == [
        ("pylock.toml:10", "a==1", (f"sha256:{SHA}",)),
        (
            "pylock.toml:15",
            "b==1 ; python_version >= '0' or python_version < '0' and os_name == \"posix\"",
            (f"sha256:{SHA}",),
        ),
    ]


def test_default_groups_count_where_none_is_named() -> None:
    """As the specification has it."""
    lock = read(LOCK)
    markers = [
        lock.as_file(Wanted(groups=groups)).requirements[1].marker for groups in ((), ["doc"], ["dev"])
    ]
    assert markers[0] == markers[2] != markers[1]
    assert lock.as_file(Wanted(all_extras=True)).requirements[1].marker.startswith("python_version >= '0' or")
    assert lock.unknown_extra("y").message == "this lock file was not made for the extra 'y'; there is x"
    assert "there are dev, doc" in lock.unknown_group("zzz").message


def test_demands_on_the_target_are_kept() -> None:
    """Both are strict."""
    demands = read(LOCK).as_file(Wanted()).pythons
    assert [(each.specifier, each.markers, each.error.line, each.strict) for each in demands] == [
        (">=3.9", (), 3, True),
        ("", ('os_name == "posix"',), 4, True),
    ]


def test_what_comes_from_addresses(tmp_path: Path) -> None:
    """Paths begin beside the file; where one package has no hashes the others' count all the same."""
    (tmp_path / "d").mkdir()
    text = f"""\
{HEAD}[[packages]]
name = "c"
[packages.vcs]
type = "git"
url = "https://host.example/c.git"
commit-id = "{"1" * 40}"
subdirectory = "s"
[[packages]]
name = "d"
[packages.directory]
path = "./d"
editable = true
[[packages]]
name = "e"
[packages.archive]
path = "e-1.zip"
hashes = {{ md5 = "0", sha256 = "{SHA}" }}
[[packages]]
name = "f"
version = "1"
{WHEEL.replace("W", "f")}
"""
    found = read(text, str(tmp_path / "pylock.toml")).as_file(Wanted())
    assert [each.text for each in found.requirements] == [
        f"c @ git+https://host.example/c.git@{'1' * 40}#subdirectory=s",
        f"d @ file://{tmp_path}/d",
        f"e @ file://{tmp_path}/e-1.zip#sha256={SHA}",
        "f==1",
    ]
    assert [each.hashes for each in found.requirements] == [(), (), (), ()]
    references = [each.reference for each in found.requirements]
    assert [each is not None and each.editable for each in references] == [False, True, False, False]
    assert [(each.text, each.hashes) for each in found.constraints] == [("f==1", (f"sha256:{SHA}",))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('lock-version = "9.0"\n', "pylock.toml:1: this is no valid lock file: "),
        (f'{HEAD}[[packages]]\nname = "a"\nversion = 1\n', "pylock.toml:5: this is no valid lock file: "),
        (
            f'{HEAD}[[packages]]\nname = "a"\n{WHEEL.replace("W", "a")}\n',
            "pylock.toml:3: a has no version here",
        ),
        ("", "pylock.toml:1: this is no valid lock file: "),
    ],
)
def test_what_is_no_lock_file(text: str, said: str) -> None:
    """Is told by packaging, with its line."""
    assert wrong(text).startswith(said)


SETUP = """\
[metadata]
name = mine
[options]
python_requires = >=3.9
install_requires =
    flask>=2
    # a comment
    rich ; os_name == 'posix'
[options.extras_require]
Fast = ujson
slow:
    attrs
"""


def setup(text: str, **wanted: object) -> list[str]:
    """Return what is wanted of a setup.cfg, as ``LINE text``."""
    file = SetupFile("setup.cfg", text.encode()).as_file(Wanted(**wanted))  # type: ignore[arg-type]  # of tests
    return [f"{each.origin.line} {each.text}" for each in file.requirements if each.origin]


def test_static_setup_files() -> None:
    """With extras; what is wrong has its line."""
    assert setup(SETUP) == ["6 flask>=2", "8 rich ; os_name == 'posix'"]
    assert setup(SETUP, extras=["fast"])[2:] == ["10 ujson"]
    assert setup(SETUP, all_extras=True)[2:] == ["10 ujson", "12 attrs"]
    file = SetupFile("setup.cfg", SETUP.encode())
    assert [(each.specifier, each.error.line) for each in file.as_file(Wanted()).pythons] == [(">=3.9", 4)]
    assert "did you mean 'fast'?" in file.unknown_extra("fats").message
    assert "only a pyproject.toml has groups" in file.unknown_group("x").message
    assert setup("[metadata]\nname = a\n") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[options]\ninstall_requires = file: r.txt\n", "setup.cfg:2: 'file: r.txt' only setuptools"),
        ("[options]\ninstall_requires = a=>1\n", "setup.cfg:2: '=>1' is not"),
        ("[options]\npython_requires = 3\n", "setup.cfg:2: "),
        ("[options]\nwhat\n", "setup.cfg:2: this is neither"),
        ("[options.extras_require]\n- = a\n", "setup.cfg:2: '-' is not a valid name"),
    ],
)
def test_setup_files_that_cannot_be_read(text: str, said: str) -> None:
    """With the line."""
    with pytest.raises(InputError) as caught:
        setup(text)
    assert str(caught.value).startswith(said)
