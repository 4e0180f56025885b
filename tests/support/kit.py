"""Runs of pytest within a test, with the plugin of the testing kit and nothing that this run has."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["run"]


def run(pytester: pytest.Pytester, *words: str) -> pytest.RunResult:
    """Run what is in the folder of ``pytester``; the plugin is there whether or not it is installed."""
    plugin = ("-p", "no:resolver", "-p", "resolver.testing.plugin")
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *plugin, *words)
