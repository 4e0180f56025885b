"""The files that an index lists for one package, as whoever resolves is given them.

A listing is made of files by ``simple`` and ``replay``, or of what the cache holds by ``listing_form``; then
a file is made when somebody looks at it.  Either way the rules see its ``summary``.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from resolver.index.summary import Summary
    from resolver.model.distfile import DistFile
else:
    # A class may not subclass ``typing.Protocol`` without ``import typing``, which a warm run avoids.
    Protocol = object

__all__ = ["NEWEST_MINOR", "NOWHERE", "Listing", "Shelf"]

NOWHERE = ""
"""The only place of a package that is absent because there was nowhere to look for it."""

NEWEST_MINOR = 4
"""Of the versions of the simple API, 1.4 is the newest of which it is known what it means (PEP 792)."""


class Shelf(Protocol):
    """The files of a listing where they lie together, to be taken out by number."""

    summary: Summary

    def __len__(self) -> int:
        """Return how many files there are."""

    def file(self, number: int) -> DistFile:
        """Return a file, made anew at each call."""

    def upload_times(self) -> Sequence[str | None]:
        """Return when each file was uploaded."""


class Listing:
    """The files that an index lists for one package, in the order of the page.

    ``name`` is the normalised name asked for; ``url`` the page (without credentials), "" if there is none.
    ``absent``: no index knows the package, and ``places`` are the pages that were looked for; else they are
    the page of each file, where there are several.
    ``status`` is the project status (PEP 792), ``active`` unless the page says otherwise.
    ``dropped`` counts entries of the page that could not be used, ``drop_reasons`` says why for the first.
    ``plausible`` is false for an HTML page without a link and without an index's ``meta`` element: a login
    page, perhaps.  ``api_version`` is what the page claims, "" if nothing; a minor version may be newer than
    what we know.  ``serial`` is the number of the last change that the page knows of, 0 if it does not say;
    it is not kept with the listing.  ``index`` is what the index is called that lists the files, and
    ``indexes`` where several do, one a file; "" is none.  The files come from ``shelf`` where it is given.
    """

    __slots__ = (
        "_files",
        "_indexes",
        "_shelf",
        "_summary",
        "absent",
        "api_version",
        "drop_reasons",
        "dropped",
        "index",
        "name",
        "places",
        "plausible",
        "serial",
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
        shelf: Shelf | None = None,
        index: str = "",
        indexes: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.url = url
        self.status = status
        self.status_reason = status_reason
        self.absent = absent
        self.places = tuple(places)
        self.dropped = dropped
        self.drop_reasons = tuple(drop_reasons)
        self.plausible = plausible
        self.api_version = api_version
        self.serial = 0
        self.index = index
        self._indexes = tuple(indexes)
        self._shelf = shelf
        self._files = list(files) if shelf is None else None
        self._summary = None if shelf is None else shelf.summary

    @property
    def files(self) -> list[DistFile]:
        """Return all files.  Cost: where they lie on a shelf, linear in them, the first time."""
        if self._files is None:
            assert self._shelf is not None
            self._files = [self._shelf.file(number) for number in range(len(self._shelf))]
        return self._files

    @property
    def summary(self) -> Summary:
        """Return what rules look at.  Cost: where it was not kept, linear in the files, the first time."""
        if self._summary is None:
            from resolver.index.summary import summarise  # noqa: PLC0415  # lazy: start-up time

            self._summary = summarise(self.name, self.files)
        return self._summary

    @property
    def is_compact(self) -> bool:
        """Whether the files lie on a shelf, and none was made of it."""
        return self._files is None

    def rest_on(self, shelf: Shelf) -> None:
        """Hold the files as they lie on ``shelf``, which has the same ones; made ones are let go."""
        self._shelf = shelf
        self._files = None

    def file(self, number: int) -> DistFile:
        """Return one of ``files``, without looking at the others."""
        if self._files is None:
            assert self._shelf is not None
            return self._shelf.file(number)
        return self._files[number]

    @property
    def state(self) -> tuple[str, ...]:
        """Return what users should hear of the package and its page, () where that is nothing.

        Else the status, the reason for it or "", and the version of the API where that is newer than what is
        known here, or "".
        """
        newer = self.api_version if _minor(self.api_version) > NEWEST_MINOR else ""
        if self.status == "active" and not newer:
            return ()
        return self.status, self.status_reason or "", newer

    def upload_times(self) -> Sequence[str | None]:
        """Return when each of ``files`` was uploaded, as the index writes it."""
        if self._files is None:
            assert self._shelf is not None
            return self._shelf.upload_times()
        return [file.upload_time for file in self._files]

    @property
    def is_merged(self) -> bool:
        """Whether the files are of several pages."""
        return bool(self._indexes)

    def index_of(self, number: int) -> str:
        """Return what the index is called that lists the file of this number, "" if none does."""
        return self._indexes[number] if self._indexes else self.index

    def __repr__(self) -> str:
        count = len(self._shelf if self._files is None and self._shelf is not None else self.files)
        return f"Listing({self.name!r}, {count} files)"


def _minor(version: str) -> int:
    digits = version.partition(".")[2].partition(".")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
