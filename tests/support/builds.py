"""Which build the tests run on: some claims can only be made of plain Python."""

from __future__ import annotations

import pytest

import resolver

__all__ = ["IS_COMPILED", "plain_only"]

IS_COMPILED = resolver.__compiled__


def plain_only(reason: str) -> pytest.MarkDecorator:
    """Skip on a compiled build, for a reason."""
    return pytest.mark.skipif(IS_COMPILED, reason=f"compiled: {reason}")
