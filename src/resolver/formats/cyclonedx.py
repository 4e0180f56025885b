"""An answer as a software bill of materials: CycloneDX 1.6, as JSON.

A component a package, with a package URL; its files, with digests, are references of the kind "distribution",
since a digest of the component itself would have to be that of one file.  What requires what is the graph of
dependencies, which begins at a component that stands for what was resolved.  The same answer gives the same
document: its serial number is made of what it says, and it has no time unless one is given.

Spec: https://cyclonedx.org/docs/1.6/json/ and https://github.com/package-url/purl-spec (type ``pypi``).
"""

from __future__ import annotations

import sys

from resolver.formats.graphs import graph_of
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.formats.answer import Answer, Pinned
    from resolver.formats.graphs import Graph
    from resolver.model.distfile import DistFile

__all__ = ["write"]

_ROOT = "root"  # no package URL is that
_NAMESPACE = "https://cyclonedx.org/"
_ALGORITHMS = {
    "md5": ("MD5", 32),
    "sha1": ("SHA-1", 40),
    "sha256": ("SHA-256", 64),
    "sha384": ("SHA-384", 96),
    "sha512": ("SHA-512", 128),
}
# By the names of indexes: theirs, and how many digits a digest has.


def write(answer: Answer, *, title: str = "requirements", timestamp: str | None = None) -> str:
    """Return the document; ``title`` names what was resolved, ``timestamp`` (RFC 3339) says when.

    >>> import json
    >>> from resolver.formats.answer import Answer, Pinned, Statistics
    >>> bom = json.loads(write(Answer([Pinned("a", "1+x")], {}, Statistics())))
    >>> bom["components"][0]["purl"], bom["dependencies"][0]
    ('pkg:pypi/a@1%2Bx', {'ref': 'root', 'dependsOn': ['pkg:pypi/a@1%2Bx']})
    """
    import json  # noqa: PLC0415  # lazy: start-up time
    from uuid import NAMESPACE_URL, uuid5  # noqa: PLC0415  # the same

    purls = {pin.name: _purl(pin) for pin in answer.everything}
    body = {
        "metadata": _metadata(answer, title, timestamp),
        "components": [_component(pin, purls[pin.name]) for pin in answer.everything],
        "dependencies": _dependencies(graph_of(answer), purls),
    }
    serial = uuid5(NAMESPACE_URL, _NAMESPACE + json.dumps(body, sort_keys=True))
    document = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        **body,
    }
    return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n"


def _metadata(answer: Answer, title: str, timestamp: str | None) -> Mapping[str, object]:
    # The package is loaded, as this module is in it; importing it would close a circle.
    version = str(sys.modules["resolver"].__version__)
    tool = {"type": "application", "name": "resolver", "version": version}
    return {
        **({} if timestamp is None else {"timestamp": timestamp}),
        "tools": {"components": [tool]},
        "component": {"type": "application", "bom-ref": _ROOT, "name": title},
        "properties": [
            {"name": f"resolver:environment:{name}", "value": answer.variables[name]}
            for name in sorted(answer.variables)
        ],
    }


def _component(pin: Pinned, purl: str) -> Mapping[str, object]:
    found: dict[str, object] = {
        "type": "library",
        "bom-ref": purl,
        "name": pin.name,
        "version": pin.version,
        "purl": purl,
    }
    references = [_reference(file) for file in pin.files]
    if pin.url is not None and not references:
        kind = "vcs" if _is_repository(pin.url) else "distribution"
        references = [{"type": kind, "url": _address(pin.url)}]
    if references:
        found["externalReferences"] = references
    if pin.extras:
        # The taxonomy of CycloneDX for Python has this name.
        named = "cdx:python:package:required-extra"
        found["properties"] = [{"name": named, "value": extra} for extra in sorted(pin.extras)]
    return found


def _reference(file: DistFile) -> dict[str, object]:
    hashes = [
        {"alg": _ALGORITHMS[name][0], "content": digest}
        for name, digest in sorted(file.hashes.items())
        if name in _ALGORITHMS and _is_digest(digest, _ALGORITHMS[name][1])
    ]
    found: dict[str, object] = {
        "type": "distribution",
        "url": _address(file.url),
        "comment": file.filename,
    }
    return found | ({"hashes": hashes} if hashes else {})


def _is_digest(text: str, digits: int) -> bool:
    return len(text) == digits and all(c in "0123456789abcdefABCDEF" for c in text)


def _is_repository(url: str) -> bool:
    return url.partition("://")[0].partition("+")[0] in ("git", "hg", "bzr", "svn")


def _address(url: str) -> str:
    """Return a URL without credentials, and with everything escaped that an IRI must not have."""
    from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

    return quote(redacted(url).partition("?")[0], safe=":/?#[]@!$&'()*+,;=%~")


def _purl(pin: Pinned) -> str:
    from urllib.parse import quote  # noqa: PLC0415  # lazy: start-up time

    purl = f"pkg:pypi/{quote(pin.name, safe='')}@{quote(pin.version, safe='')}"
    if pin.url is None:
        return purl
    qualifier = "vcs_url" if _is_repository(pin.url) else "download_url"
    return f"{purl}?{qualifier}={quote(redacted(pin.url), safe=':/')}"


def _dependencies(graph: Graph, purls: Mapping[str, str]) -> list[Mapping[str, object]]:
    """Return who depends on whom; first of all, what was resolved."""
    return [
        {"ref": _ROOT, "dependsOn": sorted(purls[name] for name in graph.roots)},
        *(
            {"ref": purls[name], "dependsOn": sorted(purls[edge.child] for edge in graph.edges[name])}
            for name in graph.nodes
        ),
    ]
