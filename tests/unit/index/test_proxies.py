"""Which proxy is used for what, by option, variables and their exceptions."""

from __future__ import annotations

import os

import pytest

from resolver.index.proxies import Proxies, is_exempt
from resolver.index.urls import split_url


def chosen(url: str, proxies: Proxies | None = None) -> str | None:
    """Return the URL of the proxy for ``url``, by the variables if no other is given."""
    found = (proxies or Proxies.of_this_machine()).between(split_url(url))
    return None if found is None else found.url


@pytest.fixture(autouse=True)
def _without_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_variables_of_both_spellings_choose(
    monkeypatch: pytest.MonkeyPatch, scheme: str, *, lower: bool
) -> None:
    name = f"{scheme}_proxy" if lower else f"{scheme}_proxy".upper()
    monkeypatch.setenv(name, "proxy.example:3128")
    monkeypatch.setenv("all_proxy" if lower else "ALL_PROXY", "http://all.example")
    other = "http" if scheme == "https" else "https"
    assert chosen(f"{scheme}://index.example/") == "http://proxy.example:3128/"
    assert chosen(f"{other}://index.example/") == "http://all.example/"


def test_lower_case_counts_first_even_if_it_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://upper.example")
    monkeypatch.setenv("https_proxy", "http://lower.example")
    assert chosen("https://index.example/") == "http://lower.example/"
    monkeypatch.setenv("https_proxy", "")
    assert chosen("https://index.example/") is None


def test_variable_that_a_request_could_set_means_nothing_in_a_cgi_script(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A web server hands the header ``Proxy`` of a request on as HTTP_PROXY (httpoxy)."""
    monkeypatch.setenv("HTTP_PROXY", "http://attacker.example")
    assert chosen("http://index.example/") == "http://attacker.example/"
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    assert chosen("http://index.example/") is None
    monkeypatch.setenv("http_proxy", "http://proxy.example")
    assert chosen("http://index.example/") == "http://proxy.example/"


def test_no_proxy_exempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example")
    monkeypatch.setenv("NO_PROXY", "near.example, 10.0.0.0/8")
    assert chosen("https://index.near.example/") is None
    assert chosen("http://10.200.3.4:8080/") is None
    assert chosen("https://index.example/") == "http://proxy.example/"
    monkeypatch.setenv("no_proxy", "")
    assert chosen("https://index.near.example/") == "http://proxy.example/"


def test_proxy_that_an_option_names_is_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("HTTPS_PROXY", "http://other.example")
    proxies = Proxies.named("http://proxy.example:3128")
    for url in ("http://index.example/", "https://127.0.0.1/"):
        assert chosen(url, proxies) == "http://proxy.example:3128/"


@pytest.mark.parametrize(
    ("place", "exempt", "expected"),
    [
        ("a.example:443", "", False),
        ("a.example:443", "*", True),
        ("a.example:443", "b.example,*", True),
        ("a.example:443", "a.example", True),
        ("a.example:443", "A.Example.", True),
        ("b.a.example:443", "a.example", True),
        ("b.a.example:443", ".a.example", True),
        ("b.a.example:443", "*.a.example", True),
        ("a.example:443", ".a.example", True),
        ("ba.example:443", "a.example", False),
        ("a.example:443", "b.a.example", False),
        ("a.example:443", "a.example:443", True),
        ("a.example:8443", "a.example:443", False),
        ("a.example:443", "b.example a.example", True),
        ("127.0.0.1:80", "127.0.0.1", True),
        ("127.0.0.1:80", "127.0.0.0/8", True),
        ("128.0.0.1:80", "127.0.0.0/8", False),
        ("a.example:80", "127.0.0.0/8", False),
        ("127.0.0.1:80", "no network/8", False),
        ("1.2.3:80", "0.0.0.0/0", False),
        ("[::1]:80", "::1", True),
        ("[::1]:80", "[::1]:80", True),
        ("[::1]:80", "[::1]:81", False),
        ("[fd00::7]:80", "fd00::/8", True),
        ("[fe00::7]:80", "fd00::/8", False),
        ("127.0.0.1:80", "fd00::/8", False),
        ("a.example:443", ",. ,", False),
    ],
)
def test_places_without_proxy(place: str, exempt: str, *, expected: bool) -> None:
    assert is_exempt(place, exempt) is expected
