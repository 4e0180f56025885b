"""``pylock.toml`` as a source: what it locked becomes exact requirements, with the hashes of its files.

``packaging`` says whether it is valid.  What counts for which extras and groups is decided here, and for
which target where all requirements are; that the target is one of the file's is checked with what projects
demand.  Keeping versions of an earlier answer is something else (``locked``, ``earlier``).

Spec: https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751)
"""

from __future__ import annotations

import os
import re

from resolver.errors import InputError
from resolver.formats.documents import close
from resolver.formats.earlier_output import pylock
from resolver.formats.requirements_txt import Entry, PythonDemand, RequirementsFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.pylock import Package

    from resolver.formats.documents import Document, Path
    from resolver.formats.pyproject import Wanted

__all__ = ["LockFile"]

_ALGORITHMS = ("sha256", "sha384", "sha512")
_MEMBERSHIP = re.compile(r"""(['"])([^'"]*)\1\s+(not\s+in|in)\s+(extras|dependency_groups)""")
_ALWAYS, _NEVER = "python_version >= '0'", "python_version < '0'"


class LockFile:
    """A lock file that is valid; ``extras`` and ``groups`` are those that it was made for."""

    __slots__ = ("_document", "_lock", "extras", "groups")

    def __init__(self, document: Document) -> None:
        """Raise ``InputError`` for what is no lock file."""
        self._document = document
        self._lock = pylock(document)
        self.extras = frozenset(map(str, self._lock.extras or ()))
        self.groups = frozenset(map(str, self._lock.dependency_groups or ()))

    def as_file(self, wanted: Wanted) -> RequirementsFile:
        """Return what is locked, for the extras and groups that are ``wanted``.

        Where all have hashes these must be those of the files; else they count for those that have them.
        """
        lock = self._lock
        chosen = {
            "extras": self.extras if wanted.all_extras else frozenset(wanted.extras),
            "dependency_groups": frozenset(wanted.groups or lock.default_groups or ()),
        }
        found = RequirementsFile()
        complete = all(package.wheels or package.sdist or package.archive for package in lock.packages)
        for number, package in enumerate(lock.packages):
            self._add(package, ("packages", number), chosen, found, complete=complete)
        if lock.requires_python is not None:
            error = self._document.error("", ("requires-python",))
            found.pythons.append(PythonDemand(str(lock.requires_python), error, strict=True))
        if lock.environments:
            error = self._document.error("", ("environments",))
            markers = tuple(map(str, lock.environments))
            found.pythons.append(PythonDemand("", error, strict=True, markers=markers))
        return found

    def unknown_extra(self, extra: str) -> InputError:
        """Return the error about an extra that there is not."""
        said = f"this lock file was not made for the extra {extra!r}{close(extra, self.extras)}"
        return InputError(said, file=self._document.path)

    def unknown_group(self, group: str) -> InputError:
        """Return the error about a group that there is not."""
        said = f"this lock file was not made for the group {group!r}{close(group, self.groups)}"
        return InputError(said, file=self._document.path)

    def _add(
        self,
        package: Package,
        place: Path,
        chosen: dict[str, frozenset[str]],
        found: RequirementsFile,
        *,
        complete: bool,
    ) -> None:
        marker = "" if package.marker is None else _chosen(str(package.marker), chosen)
        text = self._text(package, place) + (f" ; {marker}" if marker else "")
        requirement = self._document.requirement(text, (*place, "name"))
        hashes = _hashes(package)
        if requirement.reference is not None:
            # An archive has its hashes in its address; a folder or a repository has none.
            if package.directory is not None and package.directory.editable:
                requirement.reference = requirement.reference.edited(editable=True)
            found.entries.append(Entry(requirement, (), constraint=False))
            return
        if complete:
            requirement.hashes = hashes
        found.entries.append(Entry(requirement, requirement.hashes, constraint=False))
        if hashes and not complete:
            bound = self._document.requirement(text, (*place, "name"))
            bound.hashes = hashes
            found.entries.append(Entry(bound, hashes, constraint=True))

    def _text(self, package: Package, place: Path) -> str:
        """Return the requirement that a package of the file is, without marker."""
        if package.vcs is not None:
            vcs = package.vcs
            url = vcs.url or f"file://{self._beside(vcs.path or '')}"
            return f"{package.name} @ {vcs.type}+{url}@{vcs.commit_id}{_fragment(vcs.subdirectory, {})}"
        if package.directory is not None:
            folder = self._beside(package.directory.path)
            return f"{package.name} @ file://{folder}{_fragment(package.directory.subdirectory, {})}"
        if package.archive is not None:
            archive = package.archive
            url = archive.url or f"file://{self._beside(archive.path or '')}"
            return f"{package.name} @ {url}{_fragment(archive.subdirectory, archive.hashes)}"
        if package.version is None:
            raise self._document.error(f"{package.name} has no version here, and no address", place)
        return f"{package.name}=={package.version}"

    def _beside(self, path: str) -> str:
        """Return a path of the file as a path of this machine, quoted for URLs; it begins beside the file."""
        from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

        folder = os.path.dirname(os.path.abspath(self._document.path))  # noqa: PTH100, PTH120  # pathlib costs 5 ms
        return quote(os.path.normpath(os.path.join(folder, path)))  # noqa: PTH118  # the same


def _hashes(package: Package) -> tuple[str, ...]:
    digests = [each.hashes for each in package.wheels or ()]
    if package.sdist is not None:
        digests.append(package.sdist.hashes)
    return tuple(
        sorted({f"{name}:{each[name].lower()}" for each in digests for name in _ALGORITHMS if name in each})
    )


def _fragment(subdirectory: str | None, hashes: Mapping[str, str]) -> str:
    parts = [f"subdirectory={subdirectory}"] if subdirectory else []
    parts += [f"{name}={hashes[name]}" for name in _ALGORITHMS if name in hashes][:1]
    return f"#{'&'.join(parts)}" if parts else ""


def _chosen(marker: str, chosen: dict[str, frozenset[str]]) -> str:
    """Return ``marker`` with what it asks about extras and groups answered.

    >>> _chosen("'a' in extras and os_name == 'nt'", {"extras": frozenset("a")})
    "python_version >= '0' and os_name == 'nt'"
    """

    def answer(found: re.Match[str]) -> str:
        inside = found[2] in chosen[found[4]]
        return _ALWAYS if inside == (found[3] == "in") else _NEVER

    return _MEMBERSHIP.sub(answer, marker)
