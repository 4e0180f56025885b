"""The page of the testing kit: its examples run, in a folder of their own, and pass."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.testing.facts import KEYS
from resolver.testing.outcomes import EXPECTATIONS
from support.kit import run

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
EXAMPLES = dict(re.findall(r"^`([\w./-]+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


def test_examples_pass(pytester: pytest.Pytester) -> None:
    """Each block that has the name of a file is that file."""
    for name, content in EXAMPLES.items():
        path = pytester.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    shutil.copytree(ROOT / "fixtures" / "recordings" / "web", pytester.path / "recordings" / "web")
    run(pytester).assert_outcomes(passed=10)


def test_comparison_is_shown_as_the_page_has_it(pytester: pytest.Pytester) -> None:
    """The block of what pytest says."""
    changed = EXAMPLES["test_world.py"].replace(
        'pins == {"app": "1.0", "lib": "2.0"}', 'pins == {"app": "2.0"}'
    )
    pytester.makepyfile(changed)
    result = run(pytester)
    result.assert_outcomes(passed=1, failed=1)
    shown = re.search(r"^```text\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    assert shown is not None
    result.stdout.fnmatch_lines(shown[1].splitlines(), consecutive=True)


def test_tables_name_all_keys() -> None:
    """Of versions and of expectations."""
    cells = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    named = {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}
    assert {*KEYS, *EXPECTATIONS} - named == set()
