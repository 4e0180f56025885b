"""The page about logins, certificates and proxies names options, variables and tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

from resolver.settings import TABLE

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "authentication.md").read_text("utf-8")


def test_options_of_the_page_exist() -> None:
    """All that begin with two dashes, but for the one of keyring's."""
    flags = {flag for setting in TABLE for flag in (*setting.flags, *setting.hidden)}
    assert set(re.findall(r"(--[a-z][a-z-]+)", PAGE)) - flags == {"--mode"}


def test_variables_of_the_page_exist() -> None:
    """Those of options; the ones of named indexes are another matter."""
    variables = {setting.variable for setting in TABLE}
    named = set(re.findall(r"`(RESOLVER_[A-Z_]+)`", PAGE))
    assert named
    assert named - variables == set()


def test_options_about_connections_are_on_the_page() -> None:
    """Whoever looks for one finds it."""
    names = ("proxy", "cert", "client_cert", "trusted_host", "keyring_provider")
    flags = [setting.flags[0] for setting in TABLE if setting.name in names]
    assert len(flags) == len(names)
    assert [flag for flag in flags if flag not in PAGE] == []


def test_tests_that_the_page_relies_on_exist() -> None:
    """Each by its name, in some file of the tests."""
    tests = "".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = re.findall(r"`(test_[a-z_]+)`", PAGE)
    assert len(named) > 10
    assert [name for name in named if f"def {name}(" not in tests] == []
