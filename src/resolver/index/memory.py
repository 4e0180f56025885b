"""An index in memory: a ``Fetcher`` of plain dictionaries, for tests and for callers who know all there is.

Each version has a wheel, as far as its facts say nothing else, and no file exists: an answer names files at
addresses where nothing is.
"""

from __future__ import annotations

from resolver.index.metadata import Metadata
from resolver.model.distfile import DistFile
from resolver.model.names import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import TypedDict

    class Facts(TypedDict, total=False):
        """What there is to know of a version; nothing of it has to be said."""

        requires: Sequence[str]
        extras: Mapping[str, Sequence[str]]
        requires_python: str
        yanked: bool | str
        wheel: bool
        wheel_tags: Sequence[str]
        sdist: bool
        upload_time: str
        hashes: Mapping[str, Mapping[str, str]]


__all__ = ["MemoryFetcher", "requires_dist"]

_PLACE = "https://memory.invalid"  # RFC 6761: nothing is ever there


class MemoryFetcher:
    """Serves ``packages``: name -> version -> what it requires, or facts.

    Facts, all optional: ``requires`` (requirements), ``extras`` (extra -> requirements),
    ``requires_python``, ``yanked`` (true, or why), ``wheel`` (default true), ``wheel_tags`` (default
    py3-none-any), ``sdist`` (default false), ``upload_time``, ``hashes`` (file name -> algorithm -> digest).
    ``asked`` lists what was asked for, in order: names, and ``name==version`` for metadata.

    >>> from resolver import resolve
    >>> index = MemoryFetcher({"app": {"1": ["lib>1"]}, "lib": {"2": [], "3": {"yanked": "bad"}}})
    >>> {name: str(pin.version) for name, pin in resolve(["app"], fetcher=index).pins.items()}
    {'app': '1', 'lib': '2'}
    """

    def __init__(self, packages: Mapping[str, Mapping[str, Facts | Sequence[str]]]) -> None:
        self.asked: list[str] = []
        self._packages: dict[str, dict[str, Facts]] = {}
        for name, versions in packages.items():
            known = self._packages.setdefault(normalise(name), {})
            for version, facts in versions.items():
                known[version] = facts if isinstance(facts, dict) else {"requires": facts}
        self._versions: dict[str, str] = {}

    def files(self, name: str) -> list[DistFile] | None:
        """Return the files of all versions of ``name``."""
        self.asked.append(name)
        versions = self._packages.get(name)
        if versions is None:
            return None
        return [file for version, facts in versions.items() for file in self._files(name, version, facts)]

    def metadata(self, name: str, file: DistFile) -> Metadata:
        """Return what the facts say of the version of ``file``."""
        version = self._versions[file.filename]
        self.asked.append(f"{name}=={version}")
        facts = self._packages[name][version]
        extras = facts.get("extras", {})
        return Metadata(
            name,
            version,
            requires_dist=tuple(requires_dist(facts.get("requires", ()), extras)),
            requires_python=facts.get("requires_python"),
            provides_extra=tuple(extras),
        )

    def _files(self, name: str, version: str, facts: Facts) -> list[DistFile]:
        stem = f"{name.replace('-', '_')}-{version.replace('-', '_')}"
        tags = facts.get("wheel_tags", ("py3-none-any",)) if facts.get("wheel", True) else ()
        names = [f"{stem}-{tag}.whl" for tag in tags]
        if facts.get("sdist", False):
            names.append(f"{stem}.tar.gz")
        self._versions |= dict.fromkeys(names, version)
        return [
            DistFile(
                filename,
                f"{_PLACE}/{filename}",
                hashes=facts.get("hashes", {}).get(filename),
                requires_python=facts.get("requires_python"),
                yanked=facts.get("yanked") or None,
                upload_time=facts.get("upload_time"),
            )
            for filename in names
        ]


def requires_dist(requires: Sequence[str], extras: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the lines of metadata that say what a version requires, those of its extras last."""
    return [*requires, *(_with_extra(text, extra) for extra, texts in extras.items() for text in texts)]


def _with_extra(requirement: str, extra: str) -> str:
    text, _, marker = requirement.partition(";")
    condition = f"({marker.strip()}) and " if marker.strip() else ""
    return f"{text.strip()} ; {condition}extra == '{extra}'"
