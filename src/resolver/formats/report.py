"""Pins as pip's installation report, for programs that read what ``pip install --dry-run --report`` writes.

Of the metadata there is what a resolution reads: ``metadata_version``, ``name``, ``version``, ``dynamic``,
``requires_dist``, ``requires_python`` and ``provides_extra``.  Packages are sorted by name.

Spec: https://pip.pypa.io/en/stable/reference/installation-report/ (version 1), PEP 610 (``download_info``),
PEP 566 (metadata as JSON)
"""

from __future__ import annotations

import json

from resolver.formats.facts import Facts, Told, plain_url
from resolver.model.references import GIT, PATH
from resolver.model.requirement import InvalidRequirement, Requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.formats.answer import Answer, Pinned
    from resolver.formats.facts import Referred
    from resolver.model.distfile import DistFile

    Table = dict[str, object]

__all__ = ["write"]


_PIP = "26.3"
# The version of pip whose report this is like: programs look there for what they may expect.


def write(answer: Answer) -> str:
    """Return the report."""
    wanted = _wanted(answer)
    report = {
        "version": "1",
        "pip_version": _PIP,
        "install": [_item(pin, wanted) for pin in answer.pins],
        "environment": {name: answer.variables[name] for name in sorted(answer.variables)},
    }
    return f"{json.dumps(report, indent=2, ensure_ascii=False)}\n"


def _wanted(answer: Answer) -> dict[str, set[str]]:
    """Return the packages that the user asks for, with the extras that are asked for."""
    found: dict[str, set[str]] = {}
    for text, name, _ in answer.roots:
        extras = found.setdefault(name, set())
        try:
            extras.update(Requirement.parse(text).extras)
        except InvalidRequirement:  # an address without a name
            extras.update(*(pin.extras for pin in answer.pins if pin.name == name))
    return found


def _item(pin: Pinned, wanted: Mapping[str, set[str]]) -> Table:
    facts = Facts() if pin.look is None else pin.look.facts()
    item: Table = {
        "download_info": _download(pin),
        "is_direct": pin.url is not None,
        "is_yanked": bool(facts.yanked),
        "requested": pin.name in wanted,
    }
    if wanted.get(pin.name):
        item["requested_extras"] = sorted(wanted[pin.name])
    item["metadata"] = _metadata(pin)
    return item


def _download(pin: Pinned) -> Table:
    """Return where a package is to be had (PEP 610)."""
    if pin.referred is None:
        file = next(iter(pin.files), None)
        return {} if file is None else {"url": plain_url(file.url), "archive_info": _archive(file)}
    return _referred(pin, pin.referred)


def _referred(pin: Pinned, referred: Referred) -> Table:
    """Return the same of a package that comes from an address."""
    below: Table = {"subdirectory": referred.subdirectory} if referred.subdirectory else {}
    if referred.kind == GIT:
        asked = {"requested_revision": referred.revision} if referred.revision else {}
        vcs = {"vcs": "git", **asked, "commit_id": referred.commit}
        return {"url": referred.url, "vcs_info": vcs, **below}
    if referred.kind == PATH and not referred.filename:
        return {"url": referred.url, "dir_info": {"editable": True} if pin.editable else {}, **below}
    (file,) = pin.files
    return {"url": referred.url, "archive_info": _archive(file), **below}


def _archive(file: DistFile) -> Table:
    hashes = {name: file.hashes[name] for name in sorted(file.hashes)}
    if not hashes:
        return {}
    # The older form is what many programs read still.
    first = "sha256" if "sha256" in hashes else next(iter(hashes))
    return {"hashes": hashes, "hash": f"{first}={hashes[first]}"}


def _metadata(pin: Pinned) -> Table:
    """Return the metadata as JSON has it (PEP 566): what is not said has no key."""
    told = None if pin.look is None else pin.look.told()
    told = Told(pin.name, pin.version) if told is None else told
    every: Table = {
        "metadata_version": told.metadata_version,
        "name": told.name,
        "version": told.version,
        "dynamic": list(told.dynamic),
        "requires_dist": list(told.requires_dist),
        "requires_python": told.requires_python,
        "provides_extra": list(told.provides_extra),
    }
    return {name: value for name, value in every.items() if value}
