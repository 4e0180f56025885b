"""The comment block of scripts (PEP 723)."""

from __future__ import annotations

import pytest

from resolver.errors import InputError
from resolver.formats.scripts import Script

SCRIPT = """\
#!/usr/bin/env python
# /// other
# x = 1
# ///

# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "requests<3",
#
#   "rich", # /// is no end here
# ]
# ///
# a comment behind it

print("# /// script")
"""


def wrong(text: str) -> str:
    """Return the error that reading a script ends with."""
    with pytest.raises(InputError) as caught:
        Script("s.py", text.encode()).requirements()
    return str(caught.value)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_what_the_block_says(ending: str) -> None:
    """With the lines of the script."""
    script = Script("s.py", SCRIPT.replace("\n", ending).encode())
    assert [str(each.origin) for each in script.requirements()] == ["s.py:9", "s.py:11"]
    assert [each.text for each in script.requirements()] == ["requests<3", "rich"]
    assert script.requires_python == ">=3.11"


def test_a_block_ends_with_the_last_line_that_may_end_it() -> None:
    """As the specification's expression has it."""
    text = '# /// script\n# dependencies = ["""\n# ///\n#\n# """]\n# ///\n'
    assert "dependencies" in Script("s.py", text.encode()).document.table


def test_a_script_may_require_nothing() -> None:
    """Then it has no dependencies, but a block it must have."""
    assert Script("s.py", b"# /// script\n# ///\n").requirements() == []
    assert wrong("import os\n").startswith("s.py: this script does not say what it requires")
    assert wrong("# /// script\n# a = 1\n\n# ///\n").startswith(
        "s.py:1: the block of script metadata is not closed"
    )
    twice = "# /// script\n# ///\n\n# /// script\n# ///\n"
    assert wrong(twice).startswith("s.py:4: there is more than one block")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('dependencies = ["a", "b=>1"]', "'=>1' is not a version specifier.\n    # {}\n{}^"),
        ("dependencies = 1", "dependencies must be a list of requirements\n    # {}\n{}^"),
        ("requires-python = 3", "requires-python must be a string\n    # {}\n{}^"),
        ("requires-python = '3'", "'3' is not a version specifier\n    # {}\n{}^"),
    ],
)
def test_mistakes_are_shown_in_the_script(line: str, said: str) -> None:
    """With the line as it stands there, and a caret."""
    column = line.index("=>") if "=>" in line else line.index("= ") + 2 + ("'" in line)
    expected = said.format(line, " " * (4 + 2 + column))
    found = (
        wrong(f"import this\n# /// script\n# {line}\n# ///\n").replace(".\n", "\n").replace(": '3'", ": '3'")
    )
    assert found.startswith("s.py:3: ")
    assert found.endswith(expected.partition("\n")[2])
