"""A caller's say in which candidates are used, by both engines."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from resolvelib import BaseReporter, Resolver

from resolver import IndexProvider, MemoryFetcher, PubGrubResolver, engines
from resolver.channels import Channels
from resolver.engines import resolve, resolve_async, solve
from resolver.errors import InternalError, NoSolution
from resolver.events import Event, Rejected
from resolver.index.store import RecordStore
from resolver.options import Options
from resolver.session import why
from support.loopback import Loopback
from support.memory import MemorySource
from support.readings import parsed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from resolver.vetting import Considered

    Reject = Callable[[Considered], str | None]

BOTH = pytest.mark.parametrize("engine", ["pubgrub", "resolvelib"])
LINUX = Options(python_version="3.12", python_platform="linux")
PACKAGES: dict[str, dict[str, dict[str, Any]]] = {
    "a": {"1": {"requires": ["b"]}, "2": {"requires": ["b"]}, "3": {"requires": ["c"]}},
    "b": {"1": {}, "2": {"sdist": True}},
    "c": {"1": {}},
}


def chosen(reject: Reject, *requirements: str, patient: bool = True, **given: Any) -> dict[str, str]:
    """Return the pins."""
    channels = Channels(source=MemorySource(PACKAGES, patient=patient), reject=reject)
    found = solve(parsed("app.in", requirements), [], LINUX.replace(**given), channels)
    return {pin.name: pin.version for pin in found.pins}


@BOTH
@pytest.mark.parametrize("patient", [True, False])
def test_candidate_that_the_caller_rejects_is_passed_over(engine: str, *, patient: bool) -> None:
    """Before its metadata is looked at, or because of that."""

    def reject(candidate: Considered) -> str | None:
        if candidate.name == "c":
            return "not on the list"
        if candidate.metadata is not None and "b" in candidate.metadata.requires_dist:
            return "wants b" if candidate.version.major == 2 else None
        return None

    assert chosen(reject, "a", patient=patient, engine=engine) == {"a": "1", "b": "2"}


@BOTH
def test_caller_is_asked_once_before_and_once_after_metadata_is_known(engine: str) -> None:
    """Of what is looked at, and of nothing else; extras are no candidates of their own."""
    asked: list[tuple[str, str, bool, list[str]]] = []

    def reject(candidate: Considered) -> str | None:
        files = [file.filename for file in candidate.files]
        asked.append((candidate.name, str(candidate.version), candidate.metadata is not None, files))
        return "too new" if str(candidate.version) == "3" else None

    assert chosen(reject, "a[x]", "b", engine=engine) == {"a": "2", "b": "2"}
    assert len({each[:3] for each in asked}) == len(asked)
    assert sorted(each[:3] for each in asked) == [
        ("a", "2", False),
        ("a", "2", True),
        ("a", "3", False),
        ("b", "2", False),
        ("b", "2", True),
    ]
    assert ["b-2-py3-none-any.whl", "b-2.tar.gz"] in [files for *_, files in asked]


def test_what_the_caller_says_is_the_reason_that_is_told() -> None:
    """In text, in the derivation, in fixes (which are tried under the same eyes) and by ``why``."""

    def reject(candidate: Considered) -> str | None:
        return "licence GPL-3.0." if candidate.name == "a" and candidate.version.major > 1 else None

    with pytest.raises(NoSolution) as caught:
        chosen(reject, "a>1", "b")
    assert caught.value.explanation == (
        "Because you require a>1 (app.in:1) and a 2 to 3 are rejected: licence GPL-3.0,"
        " your requirements cannot be satisfied."
    )
    assert '"rejected-by-caller"' in repr(caught.value.derivation).replace("'", '"')
    assert [fix.change for fix in caught.value.fixes] == ["change `a>1` to `a>=1` (app.in:1)"]
    channels = Channels(source=MemorySource(PACKAGES), reject=reject)
    reasons = why("a", parsed("app.in", ["a"]), [], LINUX, channels)
    assert reasons.newer is not None
    assert "rejected: licence GPL-3.0" in str(reasons.newer.explanation)


@BOTH
def test_engine_that_gives_no_proof_names_the_reason_too(engine: str) -> None:
    with pytest.raises(NoSolution, match="is rejected: unwanted"):
        chosen(lambda _: "unwanted", "c", engine=engine)
    with pytest.raises(NoSolution, match="is rejected by the caller"):
        chosen(lambda _: "", "c", engine=engine)


@BOTH
def test_what_the_caller_raises_comes_back_with_the_name_of_the_candidate(engine: str) -> None:
    def reject(_: Considered) -> str | None:
        raise LookupError("no such licence")

    with pytest.raises(LookupError, match="no such licence") as caught:
        chosen(reject, "c", engine=engine)
    assert caught.value.__notes__ == ["raised by reject() for c 1"]
    assert caught.traceback[-1].name == "reject"


def test_what_is_considered_can_be_printed() -> None:
    seen: list[str] = []
    chosen(lambda candidate: seen.append(repr(candidate)), "c")
    assert seen == ["Considered('c', '1')"] * 2


def test_what_is_neither_a_sentence_nor_nothing_is_refused() -> None:
    with pytest.raises(TypeError, match=r"reject\(\) must return None or a string, not bool"):
        chosen(lambda _: True, "c")  # type: ignore[arg-type,return-value]  # the point


def test_solution_that_the_caller_rejects_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check does not rely on the search."""
    monkeypatch.setattr("resolver.problem.PythonProblem._objection", lambda *_: None)
    with pytest.raises(InternalError, match="c is pinned to 1, which is rejected: unwanted"):
        chosen(lambda candidate: "unwanted" if candidate.metadata else None, "c")


def test_nothing_of_it_is_kept_for_the_next_resolution(tmp_path: Path) -> None:
    """Neither in notes on disk nor in this process; licences are known from the cache, too."""
    with Loopback() as loopback:
        loopback.add("a", "1")
        loopback.add("a", "2")
        options = LINUX.replace(index_url=loopback.index, cache_dir=str(tmp_path))
        assert RecordStore(str(tmp_path)) is not None
        seen: list[tuple[str, ...]] = []

        def reject(candidate: Considered) -> str | None:
            if candidate.metadata is not None:
                seen.append(candidate.metadata.licenses)
            return "too new" if candidate.metadata and candidate.version.major == 2 else None

        for _ in range(2):
            assert str(resolve(["a"], options, reject=reject).pins["a"].version) == "1"
            assert str(resolve(["a"], options).pins["a"].version) == "2"
        found = asyncio.run(resolve_async(["a"], options, reject=reject))
        assert str(found.pins["a"].version) == "1"
        assert seen == [("MIT",)] * 6
    assert engines.resolve is resolve


@pytest.mark.parametrize("kind", [Resolver, PubGrubResolver])
def test_provider_for_resolvelib_asks_too(kind: type[Any]) -> None:
    """Whoever resolves over it."""
    fetcher = MemoryFetcher({"a": {"1": [], "2": []}})
    with IndexProvider(
        LINUX, fetcher=fetcher, reject=lambda c: "no" if str(c.version) == "2" else None
    ) as it:
        result = kind(it, BaseReporter()).resolve(["a"])
    assert {name: str(candidate.version) for name, candidate in result.mapping.items()} == {"a": "1"}


def test_events_tell_what_was_rejected_and_why() -> None:
    """Each candidate once, also where its metadata decided."""
    events: list[Event] = []

    def reject(candidate: Considered) -> str | None:
        if candidate.version.major == 3:
            return "too new"
        return "too large" if candidate.metadata and candidate.version.major == 2 else None

    fetcher = MemoryFetcher({"a": {"1": [], "2": [], "3": []}})
    resolve(["a"], LINUX, fetcher=fetcher, reject=reject, on_event=events.append)
    assert [(each.versions, each.reason) for each in events if isinstance(each, Rejected)] == [
        (("3",), "is rejected: too new"),
        (("2",), "is rejected: too large"),
    ]
