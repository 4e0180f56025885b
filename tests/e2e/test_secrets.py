"""A random secret, planted wherever credentials can stand, is found nowhere after any command."""

from __future__ import annotations

import base64
import secrets
import sys
import traceback
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from resolver import Options, ResolverError, resolve
from support.command import SOURCE, Done, run_command, run_here, without_configuration
from support.fault_server import reply
from support.stage import JSON, Stage, page, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.fault_server import Asked, Reply

    Plant = Callable[[Stage, pytest.MonkeyPatch], None]

CORE = secrets.token_hex(12)
SECRET = f"p@:/ ss{CORE}"  # it must be quoted in a URL
QUOTED = quote(SECRET, safe="")
WORDS = f"word{CORE}"  # for files that know no quoting


def _forms() -> tuple[bytes, ...]:
    """Return how the middle of the secret can look: as it is, and in base64 at each of three places."""
    found = [CORE.encode()]
    for before in range(3):
        encoded = base64.b64encode(b"x" * before + CORE.encode())
        found += [encoded[4:-4], base64.urlsafe_b64encode(b"x" * before + CORE.encode())[4:-4]]
    return tuple(found)


FORMS = _forms()


def shows(content: bytes) -> bool:
    """Tell whether the secret can be read in ``content``."""
    return any(form in content for form in FORMS)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Return a stage with packages ``a`` and ``b``, and ``c`` that cannot be had with ``b``."""
    with staged(tmp_path) as found:
        without_configuration(found.home, monkeypatch)
        monkeypatch.chdir(found.work)
        found.package("a", requires=["b"])
        found.package("b")
        found.package("c", requires=["b>1"])
        found.requirements = ["a"]
        yield found


def guarded(stage: Stage) -> None:
    """Let the index answer to the secret only."""
    wanted = {
        f"Basic {base64.b64encode(f'{user}:{word}'.encode()).decode()}"
        for user, word in (("me", SECRET), ("me", WORDS), (WORDS, ""))
    }

    def answered(good: Reply | Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
        def answer(asked: Asked) -> Reply:
            if asked.headers.get("authorization") not in wanted:
                return reply(401)
            return good(asked) if callable(good) else good

        return answer

    for path, steps in list(stage.server._scripts.items()):
        stage.server.script(path, *map(answered, steps))


# Where it is planted: each leaves the index usable


def in_url(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """As the password in the URL of the index."""
    guarded(stage)
    stage.index = str(stage.index).replace("://", f"://me:{QUOTED}@")


def as_user(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """In the place of the user, as some services give tokens."""
    guarded(stage)
    stage.index = str(stage.index).replace("://", f"://{WORDS}@")


def in_named_url(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the URL of an index with a name, which a variable sets."""
    guarded(stage)
    monkeypatch.setenv("RESOLVER_EXTRA_INDEX_URL", str(stage.index).replace("://", f"://me:{QUOTED}@"))
    stage.index = f"none=file://{stage.home}"


def in_file(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """In the requirements file."""
    guarded(stage)
    url = str(stage.index).replace("://", f"://me:{QUOTED}@")
    stage.requirements = [f"--index-url {url}", *stage.requirements]
    stage.index = None


def in_netrc(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """In a netrc file."""
    guarded(stage)
    (stage.home / ".netrc").write_text(f"machine 127.0.0.1 login me password {WORDS}\n")


def in_keyring(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In what the command keyring says."""
    guarded(stage)
    (stage.home / "bin").mkdir()
    command = stage.home / "bin" / "keyring"
    command.write_text(f"#!{sys.executable} -S\nprint('me')\nprint({SECRET!r})\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", str(command.parent))
    stage.arguments += ["--keyring-provider", "subprocess"]


def in_variables(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the variables of a named index."""
    guarded(stage)
    stage.index = f"own={stage.index}"
    monkeypatch.setenv("RESOLVER_INDEX_OWN_USERNAME", "me")
    monkeypatch.setenv("RESOLVER_INDEX_OWN_PASSWORD", SECRET)


def in_pip(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """In pip's configuration."""
    guarded(stage)
    url = str(stage.index).replace("://", f"://me:{QUOTED}@")
    (stage.home / "pip.conf").write_text(f"[global]\nindex-url = {url}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(stage.home / "pip.conf"))
    stage.index = None


def in_proxy(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """In the URL of a proxy."""
    port = stage.server.port
    for path, steps in list(stage.server._scripts.items()):
        stage.server.script(f"http://127.0.0.1:{port}{path}", *steps)
    stage.arguments += ["--proxy", f"http://me:{QUOTED}@127.0.0.1:{port}"]


def in_links(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """In the queries of links to files, as stores of objects sign them."""
    for name in "abc":
        lines = []
        for line in stage.lines(name):
            path = str(line["url"])
            lines.append({**line, "url": f"{path}?signature={QUOTED}", "core-metadata": False})
            (good,) = stage.server._scripts[path]
            stage.script(f"{path}?signature={QUOTED}", good)
        body = page(name, lines)
        headers = {**JSON, "Cache-Control": "max-age=600"}
        stage.script(f"/simple/{name}/", reply(200, body, headers))


def in_place(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """In the URL of a page with files, which is signed, and wants a password besides."""
    links = "".join(f'<a href="/files/{name}-1.0-py3-none-any.whl">{name}</a>' for name in "abc")
    guarded(stage)
    stage.script(f"/links?signature={QUOTED}", reply(200, links.encode(), {"Content-Type": "text/html"}))
    place = stage.server.url.replace("://", f"://me:{QUOTED}@")
    stage.index = None
    stage.arguments += ["--no-index", "--find-links", f"{place}/links?signature={QUOTED}"]


def in_address(stage: Stage, _: pytest.MonkeyPatch) -> None:
    """In the address of a package."""
    url = stage.server.url.replace("://", f"://me:{QUOTED}@")
    stage.requirements += [f"b @ {url}/files/b-1.0-py3-none-any.whl"]


PLANTS = (
    in_url,
    as_user,
    in_named_url,
    in_file,
    in_netrc,
    in_keyring,
    in_variables,
    in_pip,
    in_proxy,
    in_links,
    in_place,
    in_address,
)


# What is run


def commands(stage: Stage) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield name, requirements and words of each command."""
    options = stage.words()[2:]
    source = str(stage.work / "requirements.txt")
    good, out = stage.requirements, str(stage.work / "out.txt")
    bare = [word for word in options if word not in ("--no-header", "--no-annotate")]
    yield "solved", good, ["resolve", source, *options]
    yield "warm", good, ["resolve", source, *bare, "-v"]
    yield "loud", good, ["resolve", source, *bare, "-vv", "--refresh"]
    yield "json", good, ["resolve", source, *bare, "--format", "json"]
    yield "hashes", good, ["resolve", source, *bare, "--generate-hashes", "-o", out]
    emitted = [f"--emit-{name}" for name in ("index-url", "find-links", "trusted-host", "index-annotation")]
    yield "emitted", good, ["resolve", source, *bare, *emitted]
    yield "report", good, ["resolve", source, *bare, "--format", "pip-report"]
    yield "lock", good, ["resolve", source, *bare, "-o", str(stage.work / "pylock.toml")]
    yield "record", good, ["resolve", source, *bare, "--record", str(stage.work / "record")]
    yield "offline", good, ["resolve", source, *bare, "--offline"]
    yield "why", good, ["why", "b", source, *bare]
    yield "why json", good, ["why", "b", source, *bare, "--format", "json"]
    yield "conflict", [*good, "c"], ["resolve", source, *bare, "-vv"]
    yield "conflict json", [*good, "c"], ["resolve", source, *bare, "--format", "json"]
    yield "missing", [*good, "missing"], ["resolve", source, *bare, "-vv"]
    many = [word for word in bare if word not in ("--format", "json")]
    yield "many", ["a", "c", "missing"], ["resolve-many", source, *many, "-vv", "--json-lines"]
    yield "plot", ["a"], ["resolve-many", source, *many, "--plot", str(stage.work / "plot.html")]
    yield "workers", ["a", "b"], ["resolve-many", source, *many, "--workers", "1"]
    yield "cache", good, ["cache", "info", "--cache-dir", str(stage.cache)]
    yield "prune", good, ["cache", "prune", "--cache-dir", str(stage.cache), "-v", "--max-size", "0"]


def run(stage: Stage, requirements: list[str], words: list[str]) -> Done:
    """Run one command."""
    settings = [line for line in stage.requirements if line.startswith("--")]
    lines = [line for line in requirements if line not in settings]
    head = [] if words[0] == "resolve-many" else settings
    (stage.work / "requirements.txt").write_text("".join(f"{line}\n" for line in [*head, *lines]))
    if words[0] == "resolve-many" and settings:
        words = [*words, *(part for line in settings for part in line.split(" ", 1))]
    return run_here(*words)


def leaks(stage: Stage, planted: set[Path]) -> list[str]:
    """Return the files that show the secret, by content or name, but for those in which it was planted."""
    return [
        str(path.relative_to(stage.folder))
        for path in stage.folder.rglob("*")
        if path.is_file() and path not in planted and shows(path.read_bytes() + str(path).encode())
    ]


def planted_files(stage: Stage) -> set[Path]:
    """Return the files in which the secret was planted."""
    names = (".netrc", "pip.conf", "bin/keyring")
    return {stage.work / "requirements.txt", *(stage.home / name for name in names)}


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
def test_secret_is_found_nowhere(stage: Stage, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(stage, monkeypatch)
    planted = planted_files(stage)
    for name, requirements, words in list(commands(stage)):
        done = run(stage, requirements, words)
        if name in ("solved", "warm", "json", "emitted", "report", "record", "why"):
            assert done.code == 0, (name, done)
        assert not shows((done.stdout + done.stderr).encode()), (name, done)
        assert leaks(stage, planted) == [], name


@pytest.mark.slow
@pytest.mark.parametrize("fault", [401, 403, 404, 407, 500, "garbage", "redirect", "break"])
@pytest.mark.parametrize(
    "plant", [in_url, in_netrc, in_proxy, in_links, in_address], ids=lambda p: p.__name__
)
def test_failures_do_not_show_the_secret(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, plant: Plant, fault: int | str
) -> None:
    """Whatever the index answers, and even if it sends the secret back."""
    plant(stage, monkeypatch)
    planted = planted_files(stage)
    back = {"Location": f"ftp://me:{QUOTED}@127.0.0.1/?{QUOTED}"}
    broken = {
        "garbage": reply(200, b"<html>", JSON),
        "redirect": reply(302, headers=back),
        "break": reply(200, b"half", JSON, length=1000, ending="close"),
    }
    answer = broken[fault] if isinstance(fault, str) else reply(fault, SECRET.encode())
    for path in list(stage.server._scripts):
        stage.script(path, answer)
    for words in (["-vv"], ["--format", "json"]):
        done = run(stage, stage.requirements, [*stage.words(), *words, "--retries", "0"])
        assert done.code != 0
        assert not shows((done.stdout + done.stderr).encode()), done
    assert leaks(stage, planted) == []


@pytest.mark.parametrize("plant", [in_url, as_user, in_proxy, in_links], ids=lambda plant: plant.__name__)
def test_values_of_the_library_do_not_show_the_secret(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, plant: Plant
) -> None:
    """Neither ``repr`` nor a traceback with all its causes."""
    plant(stage, monkeypatch)
    proxy = stage.arguments[1] if stage.arguments else None
    options = Options(index_url=stage.index, proxy=proxy, cache_dir=str(stage.cache), retries=0)
    found = resolve(["a"], options)
    said = [repr(options), found.to_requirements(indexes=True), found.to_json(), found.to_pip_report()]
    for requirements in (["a", "c"], ["missing"]):
        with pytest.raises(ResolverError) as caught:
            resolve(requirements, options)
        said += ["".join(traceback.format_exception(caught.value)), repr(caught.value)]
        said.append(repr(vars(caught.value)))
    for path in list(stage.server._scripts):
        stage.script(path, reply(500))
    with pytest.raises(ResolverError) as caught:
        resolve(["a"], options.replace(refresh=True))
    said += ["".join(traceback.format_exception(caught.value)), repr(vars(caught.value))]
    for text in said:
        assert not shows(text.encode()), text


@pytest.mark.slow
def test_processes_of_ours_are_not_told_the_secret_by_their_words(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``ps`` shows the words of a process to everybody."""
    in_netrc(stage, monkeypatch)
    log = stage.home / "seen"
    (stage.home / "sitecustomize.py").write_text(
        f"import os, sys\nopen({str(log)!r}, 'a').write(repr(sys.orig_argv) + '\\n')\n"
    )
    words = ["resolve-many", str(stage.requirements_file()), *stage.words()[2:], "--workers", "2"]
    words = [word for word in words if word not in ("--no-header", "--no-annotate")]
    path = f"{stage.home}:{SOURCE}"
    environ = {"PYTHONPATH": path, "RESOLVER_INDEX_OWN_PASSWORD": SECRET}
    done = run_command(*words, home=stage.home, cwd=stage.work, environ=environ)
    assert done.code == 0, done
    assert len(log.read_text().splitlines()) > 1  # workers have started
    assert not shows(log.read_bytes())
