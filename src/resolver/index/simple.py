"""Simple pages: JSON or HTML in, a ``Listing`` out.

No page is fetched here and no file judged: ``client`` brings the bytes, ``catalog`` reads file names and
decides what fits.

Specification: https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from resolver.model.distfile import DistFile

__all__ = ["Listing"]


class Listing:
    """The files that an index lists for one package, in the order of the page.

    ``name`` is the normalised name asked for; ``url`` the page (without credentials), "" if there is none.
    ``absent``: no index knows the package, and ``places`` are the pages that were looked for.
    ``status`` is the project status (PEP 792), ``active`` unless the page says otherwise.
    ``dropped`` counts entries of the page that could not be used, ``drop_reasons`` says why for the first few.
    ``plausible`` is false for an HTML page without a link and without an index's ``meta`` element: a login
    page, perhaps.  ``api_version`` is what the page claims, "" if nothing.
    """

    __slots__ = (
        "absent",
        "api_version",
        "drop_reasons",
        "dropped",
        "files",
        "name",
        "places",
        "plausible",
        "status",
        "status_reason",
        "url",
    )

    def __init__(  # noqa: PLR0913  # one parameter a fact
        self,
        name: str,
        files: Sequence[DistFile] = (),
        *,
        url: str = "",
        status: str = "active",
        status_reason: str | None = None,
        absent: bool = False,
        places: Sequence[str] = (),
        dropped: int = 0,
        drop_reasons: Sequence[str] = (),
        plausible: bool = True,
        api_version: str = "",
    ) -> None:
        self.name = name
        self.files = list(files)
        self.url = url
        self.status = status
        self.status_reason = status_reason
        self.absent = absent
        self.places = tuple(places)
        self.dropped = dropped
        self.drop_reasons = tuple(drop_reasons)
        self.plausible = plausible
        self.api_version = api_version

    def __repr__(self) -> str:
        return f"Listing({self.name!r}, {len(self.files)} files)"
