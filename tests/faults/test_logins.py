"""Logins from netrc files, the command ``keyring`` and variables: when they are sent, and to whom."""

from __future__ import annotations

import os
import stat
import sys
from base64 import b64encode
from typing import TYPE_CHECKING

import pytest

from resolver import Options, resolve
from resolver.index import credentials
from support.command import Done, failed, run_here, without_configuration
from support.fault_server import reply
from support.stage import JSON, Stage, page, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.fault_server import Asked, FaultServer, Reply

PAGE = "/simple/a/"
GOOD = "a==1.0\n"
LOGIN = "me:s3cr3t"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """Return a stage with a good index, for runs in this process."""
    with staged(tmp_path) as found:
        without_configuration(found.home, monkeypatch)
        monkeypatch.delenv("NETRC", raising=False)
        monkeypatch.chdir(found.work)
        found.package("a")
        yield found


def header(login: str) -> str:
    """Return the header that carries ``user:password``."""
    return f"Basic {b64encode(login.encode()).decode()}"


def lock(stage: Stage, login: str = LOGIN, server: FaultServer | None = None) -> None:
    """Let the server answer to ``login`` only."""
    server = server or stage.server

    def guarded(good: Reply | Callable[[Asked], Reply]) -> Callable[[Asked], Reply]:
        def answer(asked: Asked) -> Reply:
            if asked.headers.get("authorization") != header(login):
                return reply(401)
            return good(asked) if callable(good) else good

        return answer

    for path, steps in list(server._scripts.items()):
        server.script(path, *map(guarded, steps))


def sent(server: FaultServer) -> list[str | None]:
    """Return the logins that the server was sent, in order, without repetitions."""
    return list(dict.fromkeys(asked.headers.get("authorization") for asked in server.requests))


def netrc(stage: Stage, *lines: str, name: str = ".netrc") -> Path:
    """Write a netrc file into the home directory."""
    file = stage.home / name
    file.write_text("".join(f"{line}\n" for line in lines))
    return file


def ran(stage: Stage, *words: str) -> Done:
    """Run the command with ``words`` added."""
    done = run_here(*stage.words(), *words)
    assert "s3cr3t" not in done.stdout + done.stderr
    return done


# netrc


@pytest.mark.parametrize("name", [".netrc", "_netrc", "elsewhere"])
def test_netrc_is_looked_at_when_the_index_wants_a_login(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = netrc(
        stage, "machine other.example login a password b", "machine 127.0.0.1 login me password s3cr3t"
    )
    if name != ".netrc":
        file = file.rename(stage.home / name)
    if name == "elsewhere":
        monkeypatch.setenv("NETRC", str(file))
    lock(stage)
    assert ran(stage).stdout == GOOD
    assert sent(stage.server) == [None, header(LOGIN)]  # without it first


def test_netrc_is_not_sent_to_an_index_that_wants_none(stage: Stage) -> None:
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    assert ran(stage).stdout == GOOD
    assert sent(stage.server) == [None]


def test_what_was_answered_to_a_netrc_login_is_used_without_asking(stage: Stage) -> None:
    """Also by another process; but not where the file has another login by then."""
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    fresh = {**JSON, "Cache-Control": "max-age=600"}
    stage.script(PAGE, reply(200, page("a", stage.lines()), fresh))
    lock(stage)
    assert ran(stage).stdout == GOOD
    count = len(stage.server.requests)
    assert ran(stage).stdout == GOOD
    for note in (stage.cache).rglob("*note*"):
        assert note.exists()
    assert len(stage.server.requests) == count
    netrc(stage, "machine 127.0.0.1 login other password s3cr3t2")
    assert "status 401" in failed(ran(stage), 3)


def test_netrc_is_for_the_ports_of_indexes_only(stage: Stage) -> None:
    """Netrc knows none: what is at another port of the host may be somebody else's."""
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    other = stage.another()
    path = stage.package("a", server=other)
    lock(stage, server=other)
    line = {**stage.lines("a", other)[0], "url": f"{other.url}{path}"}
    stage.script(PAGE, reply(200, page("a", [line]), JSON))
    assert ran(stage).code != 0
    assert sent(other) == [None]


def test_redirect_does_not_bring_a_login_back(stage: Stage) -> None:
    """Neither to another port nor, by way of it, to the index itself."""
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    other = stage.another()
    stage.script("/back/", reply(200, page("a", stage.lines()), JSON))
    lock(stage)
    stage.script(
        PAGE,
        lambda asked: (
            reply(302, headers={"Location": f"{other.url}/a/"})
            if "authorization" in asked.headers
            else reply(401)
        ),
    )
    stage.script("/a/", reply(302, headers={"Location": f"{stage.server.url}/back/"}), server=other)
    assert ran(stage).code == 3
    assert sent(other) == [None]
    back = [asked for asked in stage.server.requests if asked.path == "/back/"]
    assert {asked.headers.get("authorization") for asked in back} == {None}


def test_login_that_another_server_wants_is_not_looked_for(stage: Stage) -> None:
    """The index redirects to a server that answers 401: the login is the index's, and it has not asked."""
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    other = stage.another()
    stage.script("/a/", reply(401), server=other)
    stage.script(PAGE, reply(302, headers={"Location": f"{other.url}/a/"}))
    assert ran(stage).code == 3
    assert sent(stage.server) == sent(other) == [None]


def test_user_of_the_url_chooses_the_login(stage: Stage) -> None:
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    stage.index = str(stage.index).replace("://", "://you@")
    lock(stage)
    assert "status 401" in failed(ran(stage), 3)
    assert sent(stage.server) == [header("you:")]
    stage.server.requests.clear()
    stage.index = str(stage.index).replace("you@", "me@")
    assert ran(stage).stdout == GOOD
    assert sent(stage.server) == [header("me:"), header(LOGIN)]


def test_password_of_the_url_is_the_only_one(stage: Stage) -> None:
    """It is sent at once, and no other is looked for if it is wrong."""
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    stage.index = str(stage.index).replace("://", "://me:wrong@")
    lock(stage)
    assert "status 401" in failed(ran(stage), 3)
    assert sent(stage.server) == [header("me:wrong")]


@pytest.mark.parametrize("content", [b"machine 127.0.0.1 s3cr3t", b"\xff s3cr3t"])
def test_netrc_that_cannot_be_read_is_warned_of_once(stage: Stage, content: bytes) -> None:
    """What is in it is not shown."""
    (stage.home / ".netrc").write_bytes(content)
    done = ran(stage)
    assert done.stdout == GOOD
    assert done.stderr.count("The netrc file ") == 1
    assert "no login is taken from it" in done.stderr


def test_netrc_in_the_library(stage: Stage) -> None:
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    lock(stage)
    assert list(resolve(["a"], Options(index_url=stage.index, no_cache=True)).pins) == ["a"]


# keyring


def keyring(stage: Stage, monkeypatch: pytest.MonkeyPatch, body: str) -> Path:
    """Put a command ``keyring`` on the path, which notes its words and then does ``body``."""
    folder = stage.home / "bin"
    folder.mkdir(exist_ok=True)
    command, log = folder / "keyring", stage.home / "asked"
    begin = f"import os, sys, time\nopen({str(log)!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
    command.write_text(f"#!{sys.executable} -S\n{begin}{body}\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder))
    return log


ASKED = ("--keyring-provider", "subprocess")


def test_keyring_is_not_asked_unless_the_user_wants_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    log = keyring(stage, monkeypatch, "print('me\\ns3cr3t')")
    lock(stage)
    assert "--keyring-provider subprocess" in failed(ran(stage), 3)
    assert not log.exists()


def test_keyring_is_not_asked_unless_the_index_wants_a_login(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = keyring(stage, monkeypatch, "print('me\\ns3cr3t')")
    assert ran(stage, *ASKED).stdout == GOOD
    assert not log.exists()


def test_keyring_is_asked_once_and_never_imported(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    log = keyring(stage, monkeypatch, "print('me\\ns3cr3t')")
    stage.requirements = ["a", "b", "c"]
    for name in ("b", "c"):
        stage.package(name)
    lock(stage)
    assert ran(stage, *ASKED).stdout == "a==1.0\nb==1.0\nc==1.0\n"
    assert log.read_text() == f"get --mode creds {stage.index}\n"
    assert sent(stage.server) == [None, header(LOGIN)]
    assert "keyring" not in sys.modules


def test_keyring_is_asked_for_the_user_of_the_url_and_then_for_the_host(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = keyring(stage, monkeypatch, "print('s3cr3t') if '/' not in sys.argv[2] else sys.exit(1)")
    plain, host = str(stage.index), f"127.0.0.1:{stage.server.port}"
    stage.index = plain.replace("://", "://me@")
    lock(stage)
    assert ran(stage, *ASKED).stdout == GOOD
    assert log.read_text() == f"get {plain} me\nget {host} me\n"


def test_netrc_comes_before_keyring(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc(stage, "machine 127.0.0.1 login me password wrong")
    keyring(stage, monkeypatch, "print('me\\ns3cr3t')")
    lock(stage)
    assert ran(stage, *ASKED).stdout == GOOD
    assert sent(stage.server) == [None, header("me:wrong"), header(LOGIN)]


def test_keyring_that_knows_nothing_is_no_failure(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(stage, monkeypatch, "sys.exit(1)")
    lock(stage)
    done = ran(stage, *ASKED)
    assert "status 401" in failed(done, 3)
    assert "keyring cannot" not in done.stderr


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (None, "cannot be run"),
        ("time.sleep(60)", "did not answer within 0.3 seconds"),
        ("os.fork() or time.sleep(60)", "did not answer within 0.3 seconds"),
        ("print('s3cr3t', file=sys.stderr); sys.exit(1)", "failed (exit status 1)"),
        ("print('me\\ns3cr3t'); sys.exit(2)", "failed (exit status 2)"),
        ("print('me\\ns3cr3t\\x07')", "failed (exit status 0)"),
    ],
)
def test_keyring_that_fails_is_one_warning(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, body: str | None, said: str
) -> None:
    monkeypatch.setattr(credentials, "_KEYRING_TIMEOUT", 0.3)
    if body is None:
        monkeypatch.setenv("PATH", str(stage.home))
    else:
        keyring(stage, monkeypatch, body)
    stage.requirements = ["a", "b"]
    stage.package("b")
    lock(stage)
    done = ran(stage, *ASKED)
    assert done.code == 3
    assert done.stderr.count("The command keyring ") == 1
    assert f"The command keyring {said}: no login is taken from it." in done.stderr


def test_keyring_sees_no_logins_of_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(stage, monkeypatch, "print('me'); print('s3cr3t' if 'RESOLVER_X' not in os.environ else 'no')")
    monkeypatch.setenv("RESOLVER_X", "secret")
    lock(stage)
    done = ran(stage, *ASKED)
    assert done.stdout == GOOD, done


def test_answers_to_one_login_are_not_for_another(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even as notes: whom the keyring will name is not known before the index asks."""
    keyring(stage, monkeypatch, "print('me\\ns3cr3t')")
    stage.script(PAGE, reply(200, page("a", stage.lines()), {**JSON, "Cache-Control": "max-age=600"}))
    lock(stage)
    assert ran(stage, *ASKED).stdout == GOOD
    keyring(stage, monkeypatch, "print('you\\ns3cr3t')")
    assert "status 401" in failed(ran(stage, *ASKED), 3)


# Variables


def test_variables_have_the_logins_of_named_indexes(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lock(stage)
    words = ("--index-url", f"my-own.1={stage.index}")
    stage.index = None
    monkeypatch.setenv("RESOLVER_INDEX_MY_OWN_1_USERNAME", "me")
    monkeypatch.setenv("RESOLVER_INDEX_MY_OWN_1_PASSWORD", "s3cr3t")
    assert ran(stage, *words).stdout == GOOD
    assert sent(stage.server) == [header(LOGIN)]


@pytest.mark.parametrize(
    ("url_login", "user", "password", "expected"),
    [
        ("", "me", "", "me:"),
        ("", "", "s3cr3t", ":s3cr3t"),
        ("", "me", "s3cr3t/@:", "me:s3cr3t/@:"),
        ("me@", "", "s3cr3t", "me:s3cr3t"),
        ("me@", "me", "s3cr3t", "me:s3cr3t"),
        ("you@", "me", "s3cr3t", "you:"),
        ("me:other@", "me", "s3cr3t", "me:other"),
    ],
)
def test_url_of_an_index_wins_over_variables(  # noqa: PLR0913, PLR0917  # columns
    stage: Stage, monkeypatch: pytest.MonkeyPatch, url_login: str, user: str, password: str, expected: str
) -> None:
    monkeypatch.setenv("RESOLVER_INDEX_OWN_USERNAME", user)
    monkeypatch.setenv("RESOLVER_INDEX_OWN_PASSWORD", password)
    words = ("--index", f"own={str(stage.index).replace('://', f'://{url_login}')}")
    assert ran(stage, *words).stdout == GOOD
    assert sent(stage.server) == [header(expected)]


def test_variables_of_other_indexes_mean_nothing(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESOLVER_INDEX_OTHER_PASSWORD", "s3cr3t")
    folder = stage.home / "index"
    folder.mkdir()
    local = f"other=file://{folder}"
    assert ran(stage, "--extra-index-url", local, "--index", f"own={stage.index}").stdout == GOOD
    assert sent(stage.server) == [None]


def test_library_reads_no_variables_of_logins(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RESOLVER_INDEX_OWN_PASSWORD", "s3cr3t")
    resolve(["a"], Options(index_url=f"own={stage.index}", cache_dir=str(stage.cache)))
    assert sent(stage.server) == [None]


def test_this_process_has_no_netrc_of_its_own(stage: Stage) -> None:
    """What the tests above find is what they wrote."""
    assert os.environ["HOME"] == str(stage.home)


def test_page_that_is_confirmed_to_a_login_need_not_be_read_again(stage: Stage) -> None:
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    body, headers = page("a", stage.lines()), {**JSON, "ETag": '"1"', "Cache-Control": "no-cache"}
    stage.script(
        PAGE,
        lambda asked: (
            reply(304, headers=headers) if "if-none-match" in asked.headers else reply(200, body, headers)
        ),
    )
    lock(stage)
    for _ in range(3):
        assert ran(stage).stdout == GOOD
    assert sent(stage.server) == [None, header(LOGIN)]
    assert stage.asked(f"{stage.lines()[0]['url']}.metadata") == 1  # the login was known by then


def test_place_on_this_machine_beside_an_index_that_wants_a_login(stage: Stage) -> None:
    """It has no origin for which a login could be looked for."""
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    lock(stage)
    folder = stage.home / "wheels"
    folder.mkdir()
    assert ran(stage, "--find-links", str(folder)).stdout == GOOD


def test_server_that_fails_after_it_wanted_a_login_is_told_as_that(stage: Stage) -> None:
    netrc(stage, "machine 127.0.0.1 login me password s3cr3t")
    stage.script(PAGE, reply(401), reply(500))
    assert "status 500" in failed(ran(stage, "--retries", "0"), 3)


@pytest.mark.parametrize(("status", "hint"), [(407, "The proxy on the way"), (403, "netrc")])
def test_statuses_about_logins_say_what_to_do(stage: Stage, status: int, hint: str) -> None:
    stage.script(PAGE, reply(status))
    assert hint in failed(ran(stage), 3)
