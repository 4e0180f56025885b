"""Files with patches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver.config_files import ConfigFile
from resolver.configuration import Configuration
from resolver.errors import InputError
from resolver.formats.patch_files import patches_of, read_patches

if TYPE_CHECKING:
    from pathlib import Path

    from resolver.configuration import Table


def test_patches_are_read_line_by_line(tmp_path: Path) -> None:
    """With comments, joined lines and variables, as requirements files have them."""
    path = tmp_path / "patches.txt"
    path.write_text("# why\ncelery<5: vine<5  # too new\n\nfoo: \\\n  + bar>=${MIN}\n", "utf-8")
    assert read_patches(str(path), environ={"MIN": "3"}) == ["celery<5: vine<5", "foo:   + bar>=3"]


def test_wrong_line_is_shown_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "patches.txt"
    path.write_text("a: b\n  foo: bar baz\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_patches(str(path), environ={})
    error = caught.value
    assert (error.file, error.line, error.column) == (str(path), 2, 12)
    assert str(error).endswith("\n      foo: bar baz\n               ^")


def test_file_that_is_not_there_is_named() -> None:
    with pytest.raises(InputError, match=r"none\.txt: there is no such file"):
        read_patches("none.txt", environ={})


def table(text: str, tmp_path: Path) -> Table:
    """Return the table of a configuration file."""
    path = tmp_path / "resolver.toml"
    return Configuration(ConfigFile("project", str(path), text.encode())).tables["dependency-metadata"]


def test_whole_metadata_is_stated_as_uv_has_it(tmp_path: Path) -> None:
    found = table(
        """
[[dependency-metadata]]
name = "chumpy"
version = "0.70"
requires-dist = ["numpy>=1.8.1", "six ; extra == 'x'"]
requires-python = ">=3.6"
[[dependency-metadata]]
name = "simple"
version = "<2"
[[dependency-metadata]]
name = "any"
requires-dist = []
""",
        tmp_path,
    )
    assert patches_of(found) == [
        "chumpy==0.70: = numpy>=1.8.1",
        "chumpy==0.70: = six ; extra == 'x'",
        "chumpy==0.70: requires-python >=3.6",
        "simple<2: =",
        "any: =",
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("dependency-metadata = 'a'", 1, "write it as"),
        ("[[dependency-metadata]]\nname = 'a'\nrequires = []", 3, "requires is none of: name, version"),
        ("[[dependency-metadata]]\nversion = '1'", 1, "name, version and requires-python are strings"),
        ("[[dependency-metadata]]\nname = 'a'\nrequires-dist = 'b'", 1, "requires-dist is a list"),
        ("[[dependency-metadata]]\nname = 'a'\nrequires-dist = ['b c']", 1, "'a: = b c': "),
    ],
)
def test_what_states_no_metadata_is_named_with_its_line(
    text: str, line: int, said: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError) as caught:
        patches_of(table(text, tmp_path))
    assert caught.value.line == line
    assert said in caught.value.message
