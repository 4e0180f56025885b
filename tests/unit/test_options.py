"""Options: what is accepted, what is refused in which words, and that they behave as a value."""

from __future__ import annotations

import inspect
import pickle
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.cutoffs import instant
from resolver.errors import InputError
from resolver.options import CHOICES, Options, redacted

# The "Library" contract, name for name.
CONTRACT: dict[str, object] = {
    "index_url": None,
    "extra_index_urls": (),
    "find_links": (),
    "no_index": False,
    "index_strategy": "first-index",
    "constraints": (),
    "overrides": (),
    "excludes": (),
    "python_version": None,
    "python_platform": None,
    "python": None,
    "prerelease": "if-necessary",
    "resolution": "highest",
    "exclude_newer": None,
    "extras": (),
    "all_extras": False,
    "groups": (),
    "no_deps": False,
    "only_binary": (),
    "no_binary": (),
    "build": "never",
    "upgrade": False,
    "upgrade_packages": (),
    "preferences": (),
    "generate_hashes": False,
    "cache_dir": None,
    "no_cache": False,
    "refresh": False,
    "offline": False,
    "record": None,
    "replay": None,
    "engine": "pubgrub",
    "timeout": 20.0,
    "retries": 3,
    "concurrency": 50,
    "deadline": None,
    # Beyond the contract:
    "max_steps": None,
    "max_memory": None,
    "no_fixes": False,
    "explicit_indexes": (),
    "package_indexes": (),
    "allow_urls": (),
    "build_timeout": 600.0,
    "build_constraints": (),
    "refresh_packages": (),
    "proxy": None,
    "cert": None,
    "client_cert": None,
    "trusted_hosts": (),
    "keyring_provider": "disabled",
    "limits": (),
    "only_deps": False,
    "require_hashes": False,
    "upgrade_groups": (),
    "minimal": False,
    "fixed": (),
    "exclude_newer_packages": (),
    "exclude_newer_indexes": (),
    "prerelease_packages": (),
    "prefer_binary": False,
    "patches": (),
    "python_implementation": None,
    "abis": (),
}


def test_fields_and_defaults_are_those_of_the_contract() -> None:
    """Every option is there, in order, with its default; nothing else is."""
    assert list(Options.__annotations__) == list(CONTRACT)
    assert {name: getattr(Options(), name) for name in CONTRACT} == CONTRACT


def test_every_default_may_be_given_explicitly() -> None:
    """Saying what holds anyway is no request for a feature that is missing."""
    assert Options(**CONTRACT) == Options()  # type: ignore[arg-type]  # a table of all fields


def test_choices_hold_their_defaults() -> None:
    """A choice whose default is not among its values could not be given explicitly."""
    assert [name for name, values in CHOICES.items() if CONTRACT[name] not in values] == []


def test_sequences_become_tuples() -> None:
    """A list given is not shared with the caller."""
    given_list = ["a<2"]
    options = Options(constraints=given_list)  # type: ignore[arg-type]  # lists are welcome at run time
    given_list.append("b<3")
    assert options.constraints == ("a<2",)


def test_paths_become_text() -> None:
    """``pathlib`` paths are taken where a path is meant."""
    assert Options(cache_dir=Path("a") / "b").cache_dir == str(Path("a") / "b")  # type: ignore[arg-type]  # as above


def test_equal_options_hash_alike_and_pickle() -> None:
    """They are values."""
    one, other = Options(timeout=5.0, excludes=("a",)), Options(excludes=("a",), timeout=5)
    assert one == other
    assert hash(one) == hash(other)
    assert pickle.loads(pickle.dumps(one)) == one
    assert one != Options()
    assert one != "options"


def test_options_cannot_be_changed() -> None:
    """Neither set nor deleted; ``replace`` makes others."""
    options = Options(no_deps=True)
    with pytest.raises(AttributeError, match="replace"):
        options.no_deps = False  # type: ignore[misc]  # the point of the test
    with pytest.raises(AttributeError, match="cannot be deleted"):
        del options.no_deps
    assert options.replace(timeout=1.0) == Options(no_deps=True, timeout=1.0)
    assert options.no_deps


def test_repr_shows_what_differs_and_no_password() -> None:
    """It ends up in logs."""
    options = Options(index_url="https://me:secret@index.example/simple/", no_cache=True)
    assert repr(options) == "Options(index_url='https://****@index.example/simple/', no_cache=True)"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"prereleases": "allow"}, "did you mean 'prerelease'"),
        ({"zzz": 1}, "has no option 'zzz'"),
        ({"constraints": "a<2"}, "constraints must be a sequence of strings, not str"),
        ({"constraints": 1}, "constraints must be a sequence of strings, not int"),
        ({"constraints": [1]}, "each of constraints must be a string, not int"),
        ({"no_deps": 1}, "no_deps must be True or False, not int"),
        ({"prerelease": None}, "prerelease must be a string, not NoneType"),
        ({"index_url": 1}, "index_url must be a string, not int"),
        ({"cache_dir": 1}, "cache_dir must be a path, not int"),
        ({"cache_dir": b"a"}, "cache_dir must be a string, not bytes"),
        ({"timeout": "1"}, "timeout must be a number, not str"),
        ({"timeout": None}, "timeout must be a number, not NoneType"),
        ({"retries": 1.5}, "retries must be an integer, not float"),
        ({"retries": True}, "retries must be an integer, not bool"),
    ],
)
def test_wrong_names_and_types_are_type_errors(given: dict[str, object], words: str) -> None:
    """A programming error, with the name of the option."""
    with pytest.raises(TypeError, match=words):
        Options(**given)  # type: ignore[arg-type]  # the point of the test


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"prerelease": "foo"}, "prerelease is 'foo', not one of: disallow, allow, if-necessary, explicit"),
        ({"timeout": -1}, "timeout is -1, and must be more than 0"),
        ({"timeout": float("nan")}, "timeout is nan"),
        ({"timeout": float("inf")}, "timeout is inf"),
        ({"deadline": 0}, "deadline is 0, and must be more than 0"),
        ({"retries": -1}, "retries is -1, and must be at least 0"),
        ({"concurrency": 0}, "concurrency is 0, and must be at least 1"),
        ({"index_url": "index.example"}, "index_url 'index.example' does not begin with https://"),
        ({"index_url": "file://srv"}, "is no file of this machine"),
        ({"index_url": "file://host/srv"}, "is no file of this machine"),
        ({"index_url": "https://"}, "is no URL"),
        ({"index_url": "https://:80/"}, "is no URL"),
        ({"index_url": "https://a b/"}, "is no URL"),
        ({"index_url": "https://a:99999/"}, "'99999' is no port"),
        ({"index_url": "https://a:x/"}, "'x' is no port"),
        ({"index_url": "https://[::1/"}, "lacks a closing bracket"),
        ({"index_url": "https://[::1]:70000/"}, "'70000' is no port"),
        ({"index_url": "https://a\nb/"}, "is no URL"),
        ({"extra_index_urls": ["x"]}, "extra_index_urls 'x' does not begin"),
        ({"python_version": "3"}, "write it as 3.12, 3.12.4 or 3.13t"),
        ({"python_version": "3.x"}, "write it as 3.12, 3.12.4 or 3.13t"),
        ({"python_version": "3.12.4.1"}, "write it as 3.12, 3.12.4 or 3.13t"),
        ({"python_platform": ""}, "python_platform is empty"),
        ({"exclude_newer": "yesterday"}, "is no date"),
        ({"record": "a", "replay": "b"}, "the options record and replay exclude each other"),
        ({"build_timeout": 0}, "build_timeout is 0, and must be more than 0"),
        ({"find_links": ["ftp://a/b"]}, "does not begin with https://"),
        ({"find_links": ["a\nb"]}, "is neither a path nor a URL"),
    ],
)
def test_impossible_values_are_input_errors(given: dict[str, object], words: str) -> None:
    """The message names the option and what it should be."""
    with pytest.raises(InputError) as caught:
        Options(**given)  # type: ignore[arg-type]  # a table of many types
    assert words in str(caught.value)


NOW = 1_700_000_000.0  # 2023-11-14T22:13:20Z


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0999-01-01", "0999-01-02T00:00:00Z"),
        ("2024-02-28", "2024-02-29T00:00:00Z"),
        ("2023-12-31", "2024-01-01T00:00:00Z"),
        ("2024-02-28T12:00:00Z", "2024-02-28T12:00:00Z"),
        ("2024-02-28T12:00:00.250Z", "2024-02-28T12:00:00.25Z"),
        ("2024-02-28 12:00:00-01:00", "2024-02-28T13:00:00Z"),
        ("P3D", "2023-11-11T22:13:20Z"),
        ("P1W", "2023-11-07T22:13:20Z"),
        ("p1dt12h", "2023-11-13T10:13:20Z"),
        ("PT30M10S", "2023-11-14T21:43:10Z"),
        ("3 days", "2023-11-11T22:13:20Z"),
        ("1 Week", "2023-11-07T22:13:20Z"),
        ("36 hours", "2023-11-13T10:13:20Z"),
    ],
)
def test_cutoff_is_an_instant_in_utc(text: str, expected: str) -> None:
    """A date ends with its day, a duration is counted back from now."""
    assert instant(text, NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "P",
        "PT",
        "P3",
        "P1Y",
        "P1M",
        "P-1D",
        "PD",
        "3 months",
        "x days",
        "3 days ago",
        "2024-13-01",
        "2024-02-28T12:00:00",
        "P99999999999D",
        "9999-12-31",
        "\N{ARABIC-INDIC DIGIT THREE} days",
    ],
)
def test_what_is_no_time_is_an_input_error(text: str) -> None:
    """Years and months have no fixed length; a time without a zone is not one instant."""
    with pytest.raises(InputError, match="exclude_newer"):
        instant(text, NOW)


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  # hypothesis wants naive bounds
def test_cutoff_keeps_the_order_of_time(moment: datetime) -> None:
    """An instant in whatever notation is the same text, so that text order is time order."""
    assert datetime.fromisoformat(instant(moment.isoformat(), NOW)) == moment


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://index.example/simple/", "https://index.example/simple/"),
        ("https://u@index.example/", "https://****@index.example/"),
        ("https://u:p@index.example/a@b", "https://****@index.example/a@b"),
        ("https://u:p@x@index.example/", "https://****@index.example/"),
        ("https://u:p/q@index.example/", "https://****@index.example/"),
        ("git+https://host.example/a@v1", "git+https://host.example/a@v1"),
        ("http://localhost:80/a@b", "http://localhost:80/a@b"),
        ("'https://u:p@a/' and http://v:q@b/", "'https://****@a/' and http://****@b/"),
        ("me@host.example", "me@host.example"),
    ],
)
def test_redacted_takes_out_logins_only(text: str, expected: str) -> None:
    """Of every URL in a text; an ``@`` in a path stays."""
    assert redacted(text) == expected


@given(st.text(alphabet="ab:/@?#' .1", max_size=30), st.text(alphabet="secrt", min_size=4, max_size=8))
def test_a_password_never_shows(around: str, password: str) -> None:
    """Law: whatever surrounds it, the password of a URL is gone."""
    assert password not in redacted(f"{around} https://user:{password}@index.example/ {around}")


def test_shells_show_the_options_and_their_defaults() -> None:
    """As the constructor takes them."""
    parameters = inspect.signature(Options).parameters
    assert {name: parameter.default for name, parameter in parameters.items()} == CONTRACT
    assert {parameter.kind for parameter in parameters.values()} == {inspect.Parameter.KEYWORD_ONLY}
