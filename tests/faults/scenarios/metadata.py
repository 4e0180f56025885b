"""What metadata and pages of a hostile index do to those who read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolver.limits import ADJUSTABLE, Limit
from support.fault_server import reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from support.scenarios import Outcome, Without
    from support.stage import Stage

OLDER = "a==0.9\n"
BOTH = "a==1.0\nb==1.0\n"
GOOD = "a==1.0\n"
PAGE = "/simple/a/"
BEGIN = b'{"meta":{"api-version":"1.1"},"name":"a",'


def release(text: bytes, *, asked: str = "a") -> Callable[[Stage], None]:
    """Return a set-up in which ``a`` 1.0 has ``text`` as its metadata, and 0.9 is as it ought to be."""

    def setup(stage: Stage) -> None:
        stage.package("a", "0.9")
        stage.package("a", text=text)
        stage.package("b")
        stage.requirements = [asked]

    return setup


def lines(*more: str, asked: str = "a") -> Callable[[Stage], None]:
    """Return such a set-up, in which the metadata has these lines."""
    return release(metadata("a", "1.0", (), *more), asked=asked)


def at_page(body: Callable[[], bytes]) -> Callable[[Stage], None]:
    """Return a set-up in which the page of ``a`` is ``body``, which is made then."""

    def setup(stage: Stage) -> None:
        stage.package("a")
        stage.script(PAGE, reply(200, body(), JSON))

    return setup


def lifted(*names: str, to: int = 1 << 40) -> Without:
    """Return what sets limits to another value, which takes them away."""
    changed = [
        Limit(each.name, each.kind, to if each.name in names else each.default, each.meaning)
        for each in ADJUSTABLE
    ]
    return (("resolver.limits.ADJUSTABLE", tuple(changed)),)


def rejected(name: str, row: str, text: bytes, without: Without) -> Scenario:
    """Return the scenario in which metadata rules out one version and the resolution goes on."""
    return Scenario(
        name, row=row, setup=release(text), expected=Expected(pins=OLDER, within=5), without=without
    )


def told(
    name: str, row: str, setup: Callable[[Stage], None], says: Sequence[str], without: Without
) -> Scenario:
    """Return the scenario in which the reason is told, since there is no other version."""

    def only(stage: Stage) -> None:
        setup(stage)
        stage.requirements = ["a==1.0"]

    return Scenario(
        f"{name}-told", row=row, setup=only, expected=Expected(code=1, says=says, within=5), without=without
    )


def _no_escapes(_stage: Stage, outcome: Outcome) -> None:
    assert "\x1b" not in outcome.done.stderr + outcome.done.stdout
    assert "\x07" not in outcome.done.stderr + outcome.done.stdout


def _hostile_words(stage: Stage) -> None:
    """A yank reason that would colour the terminal, ring, and write a line of ours."""
    stage.package("a", file={"yanked": "\x1b[31mred\x07\nerror: solved\r\x1b]0;title\x07"})


def _hash_with_a_line(stage: Stage) -> None:
    """A digest that would be a line of its own in the file that is written."""
    evil = {"sha256": "00\nevil==6.6", "sha512": "5" * 128}
    stage.package("a", file={"hashes": evil, "core-metadata": True})
    stage.arguments += ["--generate-hashes"]


def _conflicting(stage: Stage) -> None:
    """Versions that require another one of themselves, and a circle of packages."""
    stage.package("a", "0.9", requires=["b"])
    stage.package("a", requires=["a==0.9"])
    stage.package("b", requires=["c"])
    stage.package("c", requires=["a", "b"])


DEEP = "(" * 20_000 + "os_name == 'posix'" + ")" * 20_000
MANY = " and ".join(f"python_version != '{n}.1'" for n in range(20_000))
ORS = " or ".join(f"(extra == 'e{n}' and python_version > '3.{n % 9}')" for n in range(3000))
DIGITS = "9" * 100_000
HEAD = metadata("a", "1.0")

_ANY_METADATA = (("resolver.index.ladder.checked", lambda found, *_: found),)
_NO_CHECKS = (("resolver.index.metadata._check_lengths", lambda _: None),)


def _unread(_: object, text: str) -> object:
    """Stand in for the reader of requirements: what cannot be read asks for nothing."""
    from resolver.model.requirement import InvalidRequirement, Requirement

    try:
        return Requirement.repaired(text)
    except InvalidRequirement:
        return Requirement.parse("b")


UNREAD: Without = (("resolver.requiring.Reader._parse", _unread),)
"""A reader that passes over what it cannot read."""

SCENARIOS = [
    rejected("deep-marker", "deep marker nesting", HEAD + f"Requires-Dist: b; {DEEP}\n".encode(), UNREAD),
    told(
        "deep-marker",
        "deep marker nesting",
        lines(f"Requires-Dist: b; {DEEP}"),
        ("a 1.0", "more than 64 levels of parentheses"),
        (("resolver.model.markers.MAX_DEPTH", 10**6),),
    ),
    Scenario(
        "marker-of-20k-clauses",
        row="huge marker (20k clauses)",
        setup=lines(f"Requires-Dist: b; {MANY}"),
        expected=Expected(pins=OLDER, within=5),
        without=(
            ("resolver.index.metadata.MAX_LINE", 10**7),
            ("resolver.model.requirement.MAX_LENGTH", 10**7),
            ("resolver.model.markers.MAX_COMPARISONS", 10**6),
        ),
    ),
    Scenario(
        "marker-of-3000-alternatives",
        row="marker algebra blow-up",
        setup=lines(
            f"Requires-Dist: b; {ORS}", *(f"Provides-Extra: e{n}" for n in range(3000)), asked="a[e1,e2999]"
        ),
        expected=Expected(pins=BOTH, within=5, memory=256),
        without=(("resolver.model.markers.MAX_COMPARISONS", 2000),),
    ),
    rejected(
        "version-of-100k-digits",
        "100k-digit version, `int` limit",
        HEAD + f"Requires-Dist: b>={DIGITS}\n".encode(),
        UNREAD,
    ),
    rejected(
        "version-of-50k-segments",
        "100k-digit version, `int` limit",
        HEAD + f"Requires-Dist: b<={'1.' * 50_000}1\n".encode(),
        (("resolver.model.requirement._LONGEST", 10**6), ("resolver.model.requirement.MAX_SEGMENTS", 10**6)),
    ),
    rejected(
        "python-of-100k-digits",
        "100k-digit version, `int` limit",
        HEAD + f"Requires-Python: >={DIGITS}\n".encode(),
        _NO_CHECKS,
    ),
    rejected(
        "metadata-version-of-100k-digits",
        "100k-digit version, `int` limit",
        metadata("a", DIGITS),
        (*_NO_CHECKS, *_ANY_METADATA),
    ),
    Scenario(
        "50k-requirements",
        row="50k requirements/one name, 3k chained extras, self-conflict, cycles",
        setup=lines(*[f"Requires-Dist: b!={n}.5" for n in range(49_000)]),
        expected=Expected(pins=BOTH, within=10, memory=256),
        without=lifted("metadata-requirements", to=1000),
    ),
    Scenario(
        "more-than-50k-requirements",
        row="50k requirements/one name, 3k chained extras, self-conflict, cycles",
        setup=lines(*["Requires-Dist: b"] * 50_001),
        expected=Expected(pins=OLDER, within=5),
        without=lifted("metadata-requirements"),
    ),
    Scenario(
        "3k-chained-extras",
        row="50k requirements/one name, 3k chained extras, self-conflict, cycles",
        setup=lines(
            *(f"Requires-Dist: a[e{n + 1}]; extra == 'e{n}'" for n in range(3000)),
            *(f"Provides-Extra: e{n}" for n in range(3001)),
            asked="a[e0]",
        ),
        expected=Expected(pins=GOOD, within=4, memory=256),
        without=(("resolver.requiring._Lines.texts", lambda self, _: self._texts),),
    ),
    Scenario(
        "self-conflict-and-cycle",
        row="50k requirements/one name, 3k chained extras, self-conflict, cycles",
        setup=_conflicting,
        expected=Expected(pins="a==0.9\nb==1.0\nc==1.0\n", within=5),
        without=(("resolver.requiring.Reader.read", lambda *_: ()),),
    ),
    rejected(
        "nul",
        "NUL, invalid UTF-8, latin-1, empty, no Name",
        HEAD + b"Summary: b\0c\n",
        (("resolver.index.metadata._head", lambda body: body.decode()),),
    ),
    Scenario(
        "latin-1",
        row="NUL, invalid UTF-8, latin-1, empty, no Name",
        setup=release(HEAD + b"Summary: caf\xe9\nAuthor: \xff\xfe\nRequires-Dist: b\n"),
        expected=Expected(pins=BOTH),
        without=(("resolver.index.metadata._head", lambda body: body.decode("utf-8").partition("\n\n")[0]),),
    ),
    *(
        rejected(
            name,
            "NUL, invalid UTF-8, latin-1, empty, no Name",
            text,
            (
                ("resolver.index.metadata._first", lambda texts: texts[0] if texts else "a"),
                *_ANY_METADATA,
            ),
        )
        for name, text in (
            ("empty-metadata", b""),
            ("no-name", b"Metadata-Version: 2.1\nVersion: 1.0\n"),
            ("no-version", b"Metadata-Version: 2.1\nName: a\n"),
        )
    ),
    *(
        rejected(name, "Name/Version in sidecar differ from filename", text, _ANY_METADATA)
        for name, text in (("other-name", metadata("zzz", "1.0")), ("other-version", metadata("a", "7")))
    ),
    Scenario(
        "requires-in-body",
        row="Requires-Dist in body after blank line",
        setup=release(HEAD + b"\nRequires-Dist: nothing-of-this-name\n"),
        expected=Expected(pins=GOOD),
        without=(("resolver.index.metadata._head", lambda body: body.decode().replace("\n\n", "\n")),),
    ),
    rejected(
        "metadata-version-9",
        "unknown Metadata-Version 9.9",
        metadata("a", "1.0").replace(b"2.1", b"9.9"),
        (("resolver.index.metadata._check_version", lambda _: None),),
    ),
    Scenario(
        "terminal-escapes",
        row="yanked, quarantined, archived, deprecated",
        setup=_hostile_words,
        expected=Expected(
            code=1, says=("was yanked", r"\x1b[31mred\x07 error: solved \x1b]0;title\x07"), check=_no_escapes
        ),
        without=(
            ("resolver.policy._one_line", lambda text: text),
            ("resolver.console.printable", lambda text: text),
        ),
    ),
    Scenario(
        "hash-with-a-line",
        row="filename with `/`, `..`, `%2F..`, NUL, newline, 5k chars",
        setup=_hash_with_a_line,
        expected=Expected(pins=f"a==1.0 \\\n    --hash=sha512:{'5' * 128}\n"),
        without=(("resolver.formats.annotated._is_digest", bool),),
    ),
    Scenario(
        "page-of-many-files",
        row="endless/huge body",
        setup=at_page(lambda: BEGIN + b'"files":[' + b'{"filename":"a","url":"b"},' * 700_000 + b"{}]}"),
        expected=Expected(code=7, says=("--max page-files=",), memory=256, within=4, then=GOOD),
        without=lifted("page-files"),
    ),
    Scenario(
        "nested-json",
        row="endless/huge body",
        setup=at_page(lambda: BEGIN + b'"files":[],"x":' + b"[" * 200_000),
        expected=Expected(code=3, says=("is nested too deeply",), within=5, then=GOOD),
        without=(("resolver.index.simple.MetadataInvalid", KeyError),),
    ),
]
