"""What indexes, and pages that are none, can do to a choice of files; and several indexes at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from resolver import noting, offers, shelf
from resolver.errors import IndexUnavailable
from resolver.index import indexes, pages, simple
from support.command import run_here
from support.fault_server import reply
from support.scenarios import Expected, Scenario
from support.stage import JSON, page

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    import pytest

    from resolver.index.listing import Listing
    from resolver.index.transport import Request, Response
    from support.fault_server import FaultServer
    from support.scenarios import Outcome
    from support.stage import Stage

    Search = Generator[Request, Response, Listing | None]

GOOD = "a==1.0\n"
PAGE = "/simple/a/"
HTML = {"Content-Type": "text/html"}
LOGIN = b"<!DOCTYPE html><html><body><form action='/login'><input name='user'></form></body></html>"

_ODD = ("\0", "\n", "/../../x", "%2F..%2F..%2Fx", "\\..\\x", "\u202e", "x" * 5000)


# Pages that are none


def sends(body: bytes, headers: Mapping[str, str]) -> Callable[[Stage], None]:
    """Return a set-up in which the page is this."""

    def setup(stage: Stage) -> None:
        stage.package("a")
        stage.script(PAGE, reply(200, body, headers))

    return setup


def as_text(stage: Stage) -> None:
    """The page is right, but its type is that of mere text."""
    stage.package("a")
    stage.script(
        PAGE, reply(200, b'<a href="/files/a-1.0-py3-none-any.whl">a</a>', {"Content-Type": "text/plain"})
    )


def of_version(version: str) -> Callable[[Stage], None]:
    """Return a set-up in which the index speaks another version of the API."""

    def setup(stage: Stage) -> None:
        stage.package("a", requires=["b"])
        stage.package("b")
        for name in ("a", "b"):
            stage.script(f"/simple/{name}/", reply(200, page(name, stage.lines(name), version), JSON))

    return setup


def plausible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take any page in HTML for one of an index."""
    parse = simple.parse_html

    def parsed(*given: object, **more: object) -> Listing:
        found = parse(*given, **more)  # type: ignore[arg-type]  # what pages gives
        found.plausible = True
        return found

    monkeypatch.setattr(simple, "parse_html", parsed)


def only_html(stage: Stage) -> None:
    """An index that knows HTML only: with a base, odd attributes, entities, attributes without values."""
    stage.package("a")
    stage.package("a", "2.0")
    stage.package("a", "3.0")
    body = b"""<!DOCTYPE html><html><head><BASE HREF="/files/"><title>a &lt; b</title></head><body>
    <!-- <a href="a-9.0-py3-none-any.whl">a</a> -->
    <A  Class=x
      HREF = 'a-1.0-py3-none-any.whl' data-requires-python="&gt;=3" data-dist-info-metadata=true>a</A>
    <a href="a-2.0-py3-none-any.whl" data-yanked>a</a>
    <a href=a-3.0-py3-none-any.whl data-requires-python="&lt;3">a</a></body></html>"""
    stage.script(PAGE, reply(200, body, HTML))


def yanked_in_html(stage: Stage) -> None:
    """Only the version that was yanked would do."""
    only_html(stage)
    stage.requirements = ["a>1"]


def without_base(monkeypatch: pytest.MonkeyPatch) -> None:
    """Resolve links against the page, whatever it says."""
    links = simple._html_links
    monkeypatch.setattr(simple, "_html_links", lambda _, url: links("", url))


# Names of files


def wrong_name(stage: Stage) -> None:
    """On the page there is a file of another project, too."""
    stage.package("a")
    stage.package("evil", "9.0")
    stage.script(PAGE, reply(200, page("a", [*stage.lines("a"), *stage.lines("evil")]), JSON))


def only_wrong_names(stage: Stage) -> None:
    """On the page there are files of another project only."""
    stage.package("evil", "9.0")
    stage.script(PAGE, reply(200, page("a", stage.lines("evil")), JSON))


def of_any_name(filename: str, name: str) -> tuple[str, str]:
    """Stand in for ``split_wheel`` where it looks at no name."""
    del name
    return filename.split("-")[1], "py3-none-any"


def odd_names(stage: Stage) -> None:
    """Newer files have names that are more than names, in the part that nobody reads."""
    stage.package("a")
    lines = [
        {**stage.lines("a")[0], "filename": f"a-9.{number}-1{odd}-py3-none-any.whl", "url": "/files/x"}
        for number, odd in enumerate(_ODD)
    ]
    links = "".join(
        f'<a href="/files/a-8.0-1{odd}-py3-none-any.whl">a</a>' for odd in ("%2F..%2Fx", "%252F", "%00")
    )
    stage.package("b")
    stage.requirements = ["a", "b"]
    stage.script(PAGE, reply(200, page("a", [*lines, *stage.lines("a")]), JSON))
    good = '<a href="/files/b-1.0-py3-none-any.whl">b</a>'
    stage.script("/simple/b/", reply(200, (links + good).encode(), HTML))


# What an index says of packages


def with_status(status: str, reason: str = "moved to b") -> Callable[[Stage], None]:
    """Return a set-up in which the package is marked; of a quarantined one there are no files."""

    def setup(stage: Stage) -> None:
        stage.package("a")
        files = [] if status == "quarantined" else stage.lines()
        said = {"status": status, "reason": reason}
        whole = {**json.loads(page("a", files, "1.4")), "project-status": said}
        headers = {**JSON, "Cache-Control": "max-age=600"}
        stage.script(PAGE, reply(200, json.dumps(whole).encode(), headers))
        stage.requirements = ["a", "a>0"]

    return setup


def warned_again(stage: Stage, outcome: Outcome) -> None:
    """A warm run says the same, by what was noted: the page is not asked for, nor read."""
    assert outcome.done.stderr.count("a is ") == 1
    shelf._remembered.clear()  # as in another process
    again = run_here(*stage.words())
    assert (again.stdout, again.stderr) == (outcome.done.stdout, outcome.done.stderr)
    assert stage.asked(PAGE) == 1


def unnoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Note nothing of what the index says of a package."""
    write = noting.write_note
    monkeypatch.setattr(offers, "write_note", lambda **given: write(**{**given, "state": ()}))


def yanked(pin: str) -> Callable[[Stage], None]:
    """Return a set-up in which the newest version was yanked."""

    def setup(stage: Stage) -> None:
        stage.package("a")
        stage.package("a", "2.0", file={"yanked": "breaks\x1b[31m everything\nerror: no"})
        stage.requirements = [pin]

    return setup


def young(stage: Stage) -> None:
    """Of the newer versions one is too young, and of one it is not known when it was uploaded."""
    stage.package("a", file={"upload-time": "2024-01-01T00:00:00Z"})
    stage.package("a", "2.0", file={"upload-time": "2024-06-01T00:00:00Z"})
    stage.package("a", "3.0")
    stage.arguments += ["--exclude-newer", "2024-03-01"]


# Several indexes


def confused(stage: Stage) -> None:
    """A stranger has put a newer version of a private package on the public index."""
    private = _private(stage)
    stage.package("a", server=private)
    stage.package("a", "99.0")


def _private(stage: Stage) -> FaultServer:
    server = stage.another()
    stage.arguments += ["--index", f"mine={server.url}/simple/"]
    return server


def best_match(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the newest of all."""
    find = pages.find_listing
    monkeypatch.setattr(
        pages,
        "find_listing",
        lambda package, asked, _, *more, **others: find(package, asked, "unsafe-best-match", *more, **others),
    )


def refused(status: int) -> Callable[[Stage], None]:
    """Return a set-up in which the first index refuses what the second one has."""

    def setup(stage: Stage) -> None:
        private = _private(stage)
        stage.package("a")
        stage.script(PAGE, reply(status), server=private)

    return setup


def falling_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take an index that fails for one that does not know the package."""
    ask = pages._page

    def asked(*given: object) -> Search:
        try:
            return (yield from ask(*given))  # type: ignore[arg-type]  # what pages gives
        except IndexUnavailable:
            return None

    monkeypatch.setattr(pages, "_page", asked)


def unknown(stage: Stage) -> None:
    """No index has the package."""
    _private(stage)


def pinned(stage: Stage) -> None:
    """A private package that another one needs comes from an explicit index; a public one has a newer one."""
    private = stage.another()
    stage.package("a", requires=["b-secret"])
    stage.package("b-secret", "99.0")
    stage.package("b-secret", server=private, filename="b_secret-1.0-py3-none-any.whl")
    stage.arguments += ["--explicit-index", f"mine={private.url}/simple/", "--index-package", "B.Secret=mine"]


def told_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask every index for every package."""
    monkeypatch.setattr(indexes.Indexes, "of", lambda self, _: self.all)


def _asked_in_all(path: str, count: int) -> Callable[[Stage, Outcome], None]:
    def check(stage: Stage, _: Outcome) -> None:
        assert stage.asked(path) == count

    return check


def _scenarios() -> Sequence[Scenario]:
    portal = "captive portal 200 text/html"
    versions = "api-version 2.0 / 1.9"
    names = "filename with `/`, `..`, `%2F..`, NUL, newline, 5k chars"
    states = "yanked, quarantined, archived, deprecated"
    refusals = "401/403"
    return [
        Scenario(
            "html200",
            row=portal,
            setup=sends(LOGIN, HTML),
            expected=Expected(
                code=3,
                says=("does not answer as a package index", "login page"),
                asked={PAGE: 2},
                then=GOOD,
            ),
            without=plausible,
        ),
        Scenario(
            "html-named-json",
            row=portal,
            setup=sends(LOGIN, JSON),
            expected=Expected(code=3, says=("HTML under the name of JSON, such as a login page",), then=GOOD),
            without=(("resolver.index.pages._JSON", "application/json"),),
        ),
        Scenario(
            "wrong-content-type",
            row="wrong Content-Type",
            setup=as_text,
            expected=Expected(code=3, says=("content of type 'text/plain'",), then=GOOD),
            without=(("resolver.index.pages._HTML", ("text/html", "text/plain")),),
        ),
        Scenario(
            "api-version-2",
            row=versions,
            setup=of_version("2.0"),
            expected=Expected(code=3, says=("version '2.0' of the simple API",), then="a==1.0\nb==1.0\n"),
            without=(("resolver.index.simple._check_version", lambda *_: None),),
        ),
        Scenario(
            "api-version-1.9",
            row=versions,
            setup=of_version("1.9"),
            expected=Expected(
                pins="a==1.0\nb==1.0\n",
                check=lambda _, outcome: _once(outcome, "version 1.9 of the simple API"),
            ),
            without=(("resolver.index.listing.NEWEST_MINOR", 9),),
        ),
        Scenario(
            "html-only",
            row="HTML fallback",
            setup=only_html,
            expected=Expected(pins=GOOD, asked={"/files/a-1.0-py3-none-any.whl.metadata": 1}),
            without=without_base,
        ),
        Scenario(
            "html-bare-yanked",
            row="HTML fallback",
            setup=yanked_in_html,
            expected=Expected(code=1, says=("a 2.0 would fit, but was yanked",)),
            without=(("resolver.judging.yanked", lambda *_, **__: None),),
        ),
        Scenario(
            "wrongname",
            row="file for another project listed",
            setup=wrong_name,
            expected=Expected(pins=GOOD, asked={"/files/evil-9.0-py3-none-any.whl.metadata": 0}),
            without=(("resolver.index.summary.split_wheel", of_any_name),),
        ),
        Scenario(
            "wrongname-only",
            row="file for another project listed",
            setup=only_wrong_names,
            expected=Expected(code=1, says=("none with a name that can be that of one: evil-9.0-py3",)),
            without=(("resolver.index.summary.split_wheel", of_any_name),),
        ),
        Scenario(
            "travname",
            row=names,
            setup=odd_names,
            expected=Expected(pins="a==1.0\nb==1.0\n", asked={"/files/x": 0, "/files/x.metadata": 0}),
            without=(("resolver.model.filenames._check_characters", lambda _: None),),
        ),
        *(
            Scenario(
                f"status-{status}",
                row=states,
                setup=with_status(status),
                expected=Expected(pins=GOOD, says=(f": a is {status}: ", "(moved to b)"), check=warned_again),
                without=(("resolver.selection._STATUSES", {}),),
            )
            for status in ("archived", "deprecated")
        ),
        Scenario(
            "status-quarantined",
            row=states,
            setup=with_status("quarantined"),
            expected=Expected(code=1, says=("hint: a is quarantined: ", "(moved to b)")),
            without=(("resolver.explanation.hints._nothing_listed", lambda _: iter(())),),
        ),
        Scenario(
            "status-noted",
            row=states,
            setup=with_status("archived"),
            expected=Expected(pins=GOOD, check=warned_again),
            without=unnoted,
        ),
        Scenario(
            "yanked",
            row=states,
            setup=yanked("a>=2"),
            expected=Expected(code=1, says=("was yanked (breaks",), silent=("\x1b", "\nerror: no")),
            without=(("resolver.judging.yanked", lambda *_, **__: None),),
        ),
        Scenario(
            "yanked-pinned",
            row=states,
            setup=yanked("a==2.0"),
            expected=Expected(
                pins="a==2.0\n", says=("warning: a==2.0 was yanked (breaks",), silent=("\x1b", "\nerror")
            ),
            without=(("resolver.selection.Yanked", _Unsaid),),
        ),
        Scenario(
            "exclude-newer",
            row="typosquat/slopsquat, fresh release",
            setup=young,
            expected=Expected(pins=GOOD),
            without=(("resolver.judging.too_new", lambda *_: False),),
        ),
        Scenario(
            "dependency-confusion",
            row="dependency confusion",
            setup=confused,
            expected=Expected(pins=GOOD, asked={PAGE: 0}),
            without=best_match,
        ),
        Scenario(
            "private-name",
            row="private name leaks to public index",
            setup=pinned,
            expected=Expected(pins="a==1.0\nb-secret==1.0\n", asked={"/simple/b-secret/": 0}),
            without=told_to_all,
        ),
        *(
            Scenario(
                f"first-index-{status}",
                row=refusals,
                setup=refused(status),
                expected=Expected(
                    code=3,
                    says=("refuses access to http://127.0.0.1:", f"(status {status})"),
                    asked={PAGE: 0},
                ),
                without=falling_through,
            )
            for status in (401, 403)
        ),
        Scenario(
            "first-index-500",
            row="500/502/504/520/408 always",
            setup=refused(500),
            expected=Expected(code=3, says=("status 500",), asked={PAGE: 0}),
            without=falling_through,
        ),
        Scenario(
            "not-found",
            row="404 page",
            setup=unknown,
            expected=Expected(
                code=1, says=("which does not exist (not found on index mine, http://", "searched in order)")
            ),
            without=(("resolver.index.statuses._ANSWERS", frozenset({304, 410, 416})),),
        ),
    ]


def _once(outcome: Outcome, text: str) -> None:
    assert outcome.done.stderr.count(text) == 1


class _Unsaid:
    """Stands in for ``Yanked`` where nothing is cleaned."""

    def __init__(self, why: str) -> None:
        self._why = why

    def says(self, *, many: bool) -> str:
        """Say why as the index says it."""
        del many
        return f"was yanked ({self._why})"


SCENARIOS = _scenarios()
