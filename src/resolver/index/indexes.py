"""What an index is called and where its pages are, and the orders in which several can be asked."""

from __future__ import annotations

__all__ = ["STRATEGIES", "IndexSpec"]

STRATEGIES = ("first-index", "unsafe-first-match", "unsafe-best-match")


class IndexSpec:
    """An index: the ``name`` by which messages call it, and the ``url`` below which its pages are."""

    __slots__ = ("name", "url")

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url

    def page(self, package: str) -> str:
        """Return the URL of the page of ``package`` (a normalised name)."""
        return f"{self.url.rstrip('/')}/{package}/"
