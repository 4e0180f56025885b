"""Which known vulnerabilities requirements would bring in, and the smallest upgrade that avoids them.

What pip-audit does, without an environment and without pip: the requirements are resolved by metadata alone,
nothing is built or installed, and each package that would be installed is looked up in a folder of advisories
in OSV form.  Nobody is asked over the network but the index.

    python -m examples.audit.audit
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from resolver import Fetcher, MemoryFetcher, NoSolution, Options, Resolution, Version, resolve

ADVISORIES = Path(__file__).parent / "advisories"


class Dependency(NamedTuple):
    """What would be installed: ``url`` and ``sha256`` are those of the file that fits best."""

    name: str
    version: Version
    url: str
    sha256: str


class Advisory:
    """One advisory about one package.

    Spec: https://ossf.github.io/osv-schema/
    """

    def __init__(self, identifier: str, package: str, affected: dict[str, object]) -> None:
        self.identifier = identifier
        self.package = package
        self._versions = {Version(text) for text in _texts(affected.get("versions"))}
        self._spans = [span for events in _events(affected) for span in _spans(events)]

    def concerns(self, version: Version) -> bool:
        """Tell whether ``version`` is affected: it is named, or lies in one of the ranges."""
        return version in self._versions or any(
            since <= version and (until is None or version < until) for since, until in self._spans
        )

    def fixes(self) -> list[Version]:
        """Return the versions that it calls fixed, oldest first."""
        return sorted(until for _, until in self._spans if until is not None)


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []


def _events(affected: dict[str, object]) -> list[list[dict[str, str]]]:
    ranges = affected.get("ranges")
    return (
        [each["events"] for each in ranges if each["type"] == "ECOSYSTEM"] if isinstance(ranges, list) else []
    )


def _spans(events: list[dict[str, str]]) -> list[tuple[Version, Version | None]]:
    """Return the ranges that ``introduced`` and ``fixed`` events bound; one that is not fixed is open."""
    spans: list[tuple[Version, Version | None]] = []
    since: Version | None = None
    for event in events:
        if "introduced" in event:
            since = Version(event["introduced"])
        elif "fixed" in event and since is not None:
            spans.append((since, Version(event["fixed"])))
            since = None
    return [*spans, (since, None)] if since is not None else spans


def read_advisories(folder: Path) -> list[Advisory]:
    """Read a folder of OSV files, one advisory each; those about other ecosystems are left out."""
    found = []
    for path in sorted(folder.glob("*.json")):
        document = json.loads(path.read_text("utf-8"))
        for affected in document["affected"]:
            package = affected["package"]
            if package["ecosystem"] == "PyPI":
                found.append(Advisory(document["id"], package["name"], affected))
    return found


class Finding(NamedTuple):
    """A package that is vulnerable, by which advisories, and what would change it.

    ``upgrade`` has the packages whose versions change, and is empty where nothing helps.
    """

    dependency: Dependency
    advisories: list[str]
    upgrade: dict[str, Version]


class Auditor:
    """Audits requirements that are resolved with ``options``, by ``fetcher`` or from the index."""

    def __init__(
        self, advisories: list[Advisory], options: Options | None = None, fetcher: Fetcher | None = None
    ) -> None:
        self._advisories = advisories
        self._options = options or Options()
        self._fetcher = fetcher

    def audit(self, requirements: list[str]) -> list[Finding]:
        """Return what is vulnerable of all that ``requirements`` would install."""
        resolution = self._resolved(requirements)
        findings = []
        for dependency in dependencies(resolution):
            hits = self._hits(dependency.name, dependency.version)
            if hits:
                names = [advisory.identifier for advisory in hits]
                upgrade = self._upgrade(requirements, resolution, dependency)
                findings.append(Finding(dependency, names, upgrade))
        return findings

    def _hits(self, name: str, version: Version) -> list[Advisory]:
        return [each for each in self._advisories if each.package == name and each.concerns(version)]

    def _upgrade(
        self, requirements: list[str], now: Resolution, dependency: Dependency
    ) -> dict[str, Version]:
        """Return the fewest changes that get rid of what is wrong with ``dependency``.

        The nearest version that nothing is known against will do; that no fewer packages can change with it
        is proven (``minimal``).
        """
        name, version = dependency.name, dependency.version
        fixed = {fix for hit in self._hits(name, version) for fix in hit.fixes() if fix > version}
        for fix in sorted(fixed):
            if self._hits(name, fix):
                continue
            try:
                then = self._resolved(requirements, upgrade=f"{name}>={fix}", before=now)
            except NoSolution:
                continue
            return {
                pin.name: pin.version
                for pin in then.pins.values()
                if pin.name not in now.pins or now.pins[pin.name].version != pin.version
            }
        return {}

    def _resolved(
        self, requirements: list[str], *, upgrade: str | None = None, before: Resolution | None = None
    ) -> Resolution:
        """Return the answer; with ``upgrade`` that which changes the fewest versions of ``before``."""
        options = self._options
        if upgrade is not None and before is not None:
            options = options.replace(
                constraints=(*options.constraints, upgrade),
                preferences=tuple(f"{pin.name}=={pin.version}" for pin in before.pins.values()),
                minimal=True,
            )
        return resolve(requirements, options, fetcher=self._fetcher)


def dependencies(resolution: Resolution) -> list[Dependency]:
    """Return what an installer would fetch."""
    return [
        Dependency(pin.name, pin.version, pin.files[0].url, pin.files[0].hashes.get("sha256", ""))
        for pin in resolution.pins.values()
    ]


# -- what this example shows --------------------------------------------------------------------------------

WORLD = MemoryFetcher(
    {
        "web": {
            "1.0": {
                "requires": ["template>=2", "http<3"],
                "hashes": {"web-1.0-py3-none-any.whl": {"sha256": "5c"}},
            },
            "1.1": ["template>=2.1", "http>=3"],
        },
        "template": {"2.0": [], "2.0.1": [], "2.1": ["http>=3"]},
        "http": {"2.9": [], "3.0": []},
    }
)


def main() -> None:
    """Audit a project that is held back, and show what would help."""
    options = Options(python_version="3.12", python_platform="linux", resolution="lowest")
    auditor = Auditor(read_advisories(ADVISORIES), options, WORLD)
    web, template, http = dependencies(resolve(["web"], options, fetcher=WORLD))[::-1]
    assert (web.name, str(web.version), web.sha256) == ("web", "1.0", "5c")
    findings = {finding.dependency.name: finding for finding in auditor.audit(["web"])}
    for finding in findings.values():
        changes = ", ".join(f"{name} {version}" for name, version in finding.upgrade.items())
        print(f"{finding.dependency.name} {finding.dependency.version}: {', '.join(finding.advisories)}")
        print(f"    smallest upgrade: {changes or 'none helps'}")
    assert findings[template.name].upgrade == {"template": Version("2.0.1")}  # nothing else has to move
    assert findings[http.name].upgrade == {  # what pins it back moves too
        "http": Version("3.0"),
        "web": Version("1.1"),
        "template": Version("2.1"),
    }
    assert auditor.audit(["web>=1.1"]) == []


if __name__ == "__main__":
    main()
