"""Options about connections, wherever they are given: command line, variable, file, pip's configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver import Options, resolve
from support.certificates import Certificates
from support.command import Done, failed, run_here, without_configuration
from support.fault_server import reply
from support.stage import JSON, Stage, page, staged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE, FAR = "/simple/a/", "http://index.example/simple/"
PROXY_LOGIN = "Basic bWU6d29yZA=="


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Return a stage for runs in this process."""
    with staged(tmp_path) as found:
        without_configuration(found.home, monkeypatch)
        monkeypatch.chdir(found.work)
        yield found


def ran(stage: Stage, *words: str) -> Done:
    """Run the command with ``words`` added."""
    return run_here(*stage.words(), *words)


# Proxies


@pytest.fixture
def proxied(stage: Stage) -> Stage:
    """Return a stage whose index only the server as a proxy knows."""
    stage.package("a")
    body = page("a", [{**stage.lines()[0], "url": f"{FAR}a-1.0-py3-none-any.whl", "core-metadata": False}])
    stage.script(f"{FAR}a/", reply(200, body, JSON))
    stage.script(f"{FAR}a-1.0-py3-none-any.whl", *stage.server._scripts[stage.lines()[0]["url"]])  # type: ignore[index]  # a path
    stage.index = FAR
    return stage


def proxy_of(stage: Stage) -> str:
    """Return the server as a proxy, with its login."""
    return stage.server.url.replace("://", "://me:word@")


def assert_proxied(stage: Stage, done: Done) -> None:
    """Assert that all went through the proxy, which got its login."""
    assert (done.code, done.stdout) == (0, "a==1.0\n"), done
    assert "word" not in done.stderr
    assert {asked.headers.get("proxy-authorization") for asked in stage.server.requests} == {PROXY_LOGIN}


def test_proxy_of_the_command_line(proxied: Stage) -> None:
    assert_proxied(proxied, ran(proxied, "-v", "--proxy", proxy_of(proxied)))


def test_proxy_without_scheme(proxied: Stage) -> None:
    assert_proxied(proxied, ran(proxied, "--proxy", proxy_of(proxied).removeprefix("http://")))


@pytest.mark.parametrize("variable", ["RESOLVER_PROXY", "HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_proxy_of_a_variable(proxied: Stage, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, proxy_of(proxied))
    assert_proxied(proxied, ran(proxied))


def test_proxy_of_pip(proxied: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts where the index is pip's too."""
    config = proxied.home / "pip.conf"
    config.write_text(f"[global]\nindex-url = {FAR}\nproxy = {proxy_of(proxied)}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    proxied.index = None
    assert_proxied(proxied, ran(proxied))


def test_proxy_in_the_library(proxied: Stage) -> None:
    options = Options(index_url=FAR, proxy=proxy_of(proxied), no_cache=True)
    assert list(resolve(["a"], options).pins) == ["a"]
    assert "word" not in repr(options)


@pytest.mark.parametrize("url", ["ftp://me:word@a.example", "me:word@:80", "me:word@a.example:x", "a b"])
def test_proxy_that_is_none_is_named_without_its_login(stage: Stage, url: str) -> None:
    said = failed(ran(stage, "--proxy", url), 2)
    assert said.startswith("--proxy ")
    assert "word" not in said


# TLS


@pytest.fixture
def secure(stage: Stage) -> Stage:
    """Return a stage whose index speaks TLS, with a certificate of an authority that nobody knows."""
    certificates = Certificates(stage.home)
    server = stage.another(certificates.server())
    stage.package("a", server=server)
    stage.index = f"{server.url}/simple/"
    return stage


def test_unknown_authority_is_refused(secure: Stage) -> None:
    said = failed(ran(secure), 3)
    assert "--cert" in said
    assert "--trusted-host 127.0.0.1" in said


def test_authority_of_an_option_or_a_variable_is_trusted(
    secure: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = str(secure.home / "authority.pem")
    assert ran(secure, "--cert", authority, "--no-cache").stdout == "a==1.0\n"
    for variable in ("RESOLVER_CERT", "SSL_CERT_FILE"):
        with monkeypatch.context() as patch:
            patch.setenv(variable, authority)
            assert ran(secure, "--no-cache").stdout == "a==1.0\n"
    found = resolve(["a"], Options(index_url=secure.index, cert=secure.home / "authority.pem", no_cache=True))  # type: ignore[arg-type]  # a path will do
    assert list(found.pins) == ["a"]


def test_authority_that_cannot_be_read_ends_the_run(secure: Stage) -> None:
    assert "There are no certificates of authorities" in failed(ran(secure, "--cert", "/nowhere.pem"), 3)


@pytest.mark.parametrize("how", ["--trusted-host", "--allow-insecure-host", "variable", "file", "pip"])
def test_trusted_host_is_believed(secure: Stage, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    words: list[str] = []
    if how == "variable":
        monkeypatch.setenv("RESOLVER_TRUSTED_HOST", "other.example 127.0.0.1")
    elif how == "file":
        secure.requirements = ["--trusted-host 127.0.0.1", "a"]
    elif how == "pip":
        monkeypatch.setenv("PIP_INDEX_URL", str(secure.index))
        monkeypatch.setenv("PIP_TRUSTED_HOST", "other.example 127.0.0.1")
        secure.index = None
    else:
        words = [how, "127.0.0.1"]
    done = ran(secure, *words)
    assert (done.code, done.stdout, done.stderr) == (0, "a==1.0\n", "")


def test_trusted_host_that_is_none_is_an_error(stage: Stage) -> None:
    assert failed(ran(stage, "--trusted-host", "a.example/x"), 2).startswith("--trusted-host 'a.example/x'")
    stage.requirements = ["a", "--trusted-host a:b"]
    assert "requirements.txt:2" in failed(ran(stage), 2)


def test_index_that_wants_a_certificate_gets_it(stage: Stage) -> None:
    certificates = Certificates(stage.home)
    server = stage.another(certificates.server(asks=True))
    stage.package("a", server=server)
    stage.index = f"{server.url}/simple/"
    trusting = ("--cert", str(certificates.authority), "--retries", "0")
    assert "--client-cert" in failed(ran(stage, *trusting), 3)
    assert ran(stage, *trusting, "--client-cert", str(certificates.client)).stdout == "a==1.0\n"


# Asking again about one package


@pytest.fixture
def kept(stage: Stage) -> Stage:
    """Return a stage whose pages of a and b lie in the cache, and in notes, and are fresh."""
    for name in ("a", "b"):
        stage.package(name)
        body = page(name, stage.lines(name))
        stage.script(f"/simple/{name}/", reply(200, body, {**JSON, "Cache-Control": "max-age=600"}))
    stage.requirements = ["a", "b"]
    for _ in range(2):
        assert ran(stage).stdout == "a==1.0\nb==1.0\n"
    stage.server.requests.clear()
    assert ran(stage).stdout == "a==1.0\nb==1.0\n"
    assert stage.server.requests == []
    return stage


def assert_asked_about_a(stage: Stage) -> None:
    """Assert that page and metadata of ``a`` were asked for once each, and nothing else."""
    asked = [request.path for request in stage.server.requests]
    assert asked == [PAGE, f"{stage.lines()[0]['url']}.metadata"]


def test_one_package_is_asked_for_again(kept: Stage) -> None:
    assert ran(kept, "--refresh-package", "A").stdout == "a==1.0\nb==1.0\n"
    assert_asked_about_a(kept)
    kept.server.requests.clear()
    assert ran(kept).stdout == "a==1.0\nb==1.0\n"  # what was asked is kept again
    assert kept.server.requests == []


def test_new_version_is_seen_after_asking_again(kept: Stage) -> None:
    kept.package("a", "2.0")
    assert ran(kept).stdout == "a==1.0\nb==1.0\n"
    assert ran(kept, "--refresh-package", "b").stdout == "a==1.0\nb==1.0\n"
    assert ran(kept, "--refresh-package", "a").stdout == "a==2.0\nb==1.0\n"


def test_one_package_is_asked_for_again_by_the_library(kept: Stage) -> None:
    options = Options(index_url=kept.index, cache_dir=str(kept.cache), refresh_packages=["a"])  # type: ignore[arg-type]  # a list will do
    assert list(resolve(["a", "b"], options).pins) == ["a", "b"]
    assert_asked_about_a(kept)


def test_one_package_is_asked_for_again_for_many_lines(kept: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESOLVER_REFRESH_PACKAGE", "a")
    words = ["resolve-many", *kept.words()[1:]]
    done = run_here(*[word for word in words if word not in ("--no-header", "--no-annotate")])
    assert done.code == 0, done
    assert_asked_about_a(kept)


def test_nothing_is_asked_for_again_offline(kept: Stage) -> None:
    assert ran(kept, "--refresh-package", "a", "--offline").stdout == "a==1.0\nb==1.0\n"
    assert kept.server.requests == []


def test_places_with_files_are_read_again_for_a_package(stage: Stage) -> None:
    """They may have files of any package."""
    path = stage.package("a")
    anchor = f'<a href="{path}">a-1.0-py3-none-any.whl</a>'
    headers = {"Content-Type": "text/html", "Cache-Control": "max-age=600"}
    stage.script("/links/", reply(200, anchor.encode(), headers))
    stage.index = None
    words = ("--no-index", "--find-links", f"{stage.server.url}/links/")
    for _ in range(2):
        assert ran(stage, *words).stdout == "a==1.0\n"
    assert stage.asked("/links/") == 1
    assert ran(stage, *words, "--refresh-package", "a").stdout == "a==1.0\n"
    assert stage.asked("/links/") == 2
