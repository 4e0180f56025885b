"""Version texts for tests: odd and ordinary ones from a seed, and real ones where a snapshot is at hand."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

from support.corpora import CORPORA

if TYPE_CHECKING:
    from random import Random

__all__ = ["DENSE", "SPELLINGS", "made_specifier", "made_version", "mutated", "real_versions"]

_SEGMENTS = ["0", "0", "0", "1", "1", "2", "3", "10", "007", "199", "200", "255", "256", "2024", "65536"]
_HUGE = ["9" * 20, "9" * 40, "1" + "0" * 300]
_PRES = ["a", "b", "c", "rc", "alpha", "beta", "pre", "preview", "RC", "Alpha"]
_POSTS = ["-1", "-0", ".post1", "post", "-r4", ".rev", "_Post_2", ".post0", "-post300"]
_DEVS = [".dev", "dev0", ".dev1", "-DEV_2", ".dev300"]
_LOCALS = ["a", "A.1", "1", "5", "abc.5-x", "0", "00", "ab", "a.b", "ubuntu_20"]

#: Versions so close together that every rule about pre-, post-, development and local versions shows.
DENSE = [
    f"{release}{stage}{local}"
    for release in ("0", "1", "1.0.1", "1.1", "2", "1!1")
    for stage in (
        *(".dev0", ".dev1", "a1.dev1", "a1", "a1.post0.dev0", "a1.post0", "a1.post1", "a2", "rc1", ""),
        *(".post0.dev0", ".post0.dev1", ".post0", ".post1.dev0", ".post1", ".post2"),
    )
    for local in ("", "+5", "+x", "+x.1")
]

#: The same few versions, spelt as people do.
SPELLINGS = ["1.0", "v1", " 1.0.0", "1.0a", "1.0.ALPHA0", "1.0-1", "1.0.post1", "1_dev", "1.0+A-1", "1.0+a.1"]


def made_version(random: Random) -> str:
    """Return the text of a valid version, any part of which may be missing or oddly spelt."""
    pick = random.choice
    segments = [
        pick(_HUGE if random.random() < 0.02 else _SEGMENTS) for _ in range(pick([1, 2, 2, 3, 3, 4, 6]))
    ]
    text = pick(["", "", "", "", "v", "1!", "0!", "V300!"]) + ".".join(segments)
    if random.random() < 0.4:
        text += (
            pick(["", "", "-", "_", "."])
            + pick(_PRES)
            + pick(["", "-", ".", "_"])
            + pick(["", "0", "1", "300"])
        )
    if random.random() < 0.3:
        text += pick(_POSTS)
    if random.random() < 0.3:
        text += pick(_DEVS)
    if random.random() < 0.25:
        text += "+" + pick(_LOCALS)
    return f" {text}\n" if random.random() < 0.05 else text


def mutated(random: Random, text: str) -> str:
    """Return ``text`` with a character put in, left out or replaced; mostly not a version any more."""
    at = random.randrange(len(text) + 1)
    inserted: str = random.choice(
        [*".-_+!v1a*, ", "", "\N{LATIN SMALL LETTER E WITH ACUTE}", "\u0661", "\u00b2", "\u00a0"]
    )
    return text[:at] + inserted + text[at + random.randrange(2) :]


def made_specifier(random: Random) -> str:
    """Return a text of no to four clauses, mostly valid, about versions near those of ``DENSE``."""
    pick = random.choice
    clauses = []
    for _ in range(pick([0, 1, 1, 2, 2, 3, 4])):
        operator = pick(["~=", "==", "!=", "<=", ">=", "<", ">", "==="] * 6 + ["=", "", "=="])
        version = made_version(random).strip() if random.random() < 0.2 else pick(DENSE)
        if random.random() < 0.5:
            version = version.partition("+")[0]
        if random.random() < 0.15:
            version = version.partition("a")[0] + ".*"
        clauses.append(pick(["", " "]) + operator + pick(["", " "]) + version + pick(["", " "]))
    return pick([",", ",", ",,"]).join(clauses)


def real_versions(limit: int = 40) -> list[str]:
    """Return the distinct version texts in the file names of the ``limit`` largest recorded listings.

    None where there is no snapshot beside the corpora.
    """
    found: dict[str, None] = {}
    paths = sorted(CORPORA.parent.glob("index/snapshots/*/packages/*.json.gz"))
    paths.sort(key=lambda path: path.stat().st_size, reverse=True)
    for path in paths[:limit]:
        files: list[dict[str, str]] = json.loads(gzip.decompress(path.read_bytes()))["files"]
        for name in (file["filename"] for file in files):
            if name.endswith(".whl"):
                found[name.split("-")[1].replace("_", "-")] = None
            elif name.endswith(".tar.gz"):
                found[name.removesuffix(".tar.gz").rpartition("-")[2]] = None
    return list(found)
