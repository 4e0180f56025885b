"""What an address can do to whoever follows it: in the metadata of others, and in the user's own files."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from resolver.policy import NotFollowed
from resolver.referring import Following, _read
from support.fault_server import reply
from support.scenarios import Expected, Scenario
from support.stage import SECRET, metadata, wheel

if TYPE_CHECKING:
    import pytest

    from resolver.model.requirement import Requirement
    from resolver.policy import Reason
    from support.scenarios import Outcome
    from support.stage import Stage

TRANSITIVE = "transitive `evil @ http://host`, `file:///etc/passwd`, `git+ssh://-oProxyCommand`"
OPTIONS = "CVE-2023-5752: option injection"
FILE_HASH = "file changed for same name+hash list"
SECRETS = "creds in logs, errors, lock, report, cache, `ps`, SBOM"
PATHS = "pylock: `path`/`url` escape, size/hash mismatch"

EVIL = "evil-1.0-py3-none-any.whl"
REFUSED = "direct references in metadata are refused"


def _evil() -> bytes:
    return wheel("evil", "1.0", metadata("evil", "1.0"))


def transitive_http(stage: Stage) -> None:
    """A package of the index wants something from another host."""
    other = stage.another()
    stage.script(f"/{EVIL}", reply(200, _evil()), server=other)
    stage.package("a", requires=[f"evil @ {other.url}/{EVIL}"])


def transitive_file(stage: Stage) -> None:
    """It wants something of this machine, and whoever runs us allows all that can be allowed."""
    (stage.home / EVIL).write_bytes(_evil())
    stage.package("a", requires=[f"evil @ {(stage.home / EVIL).as_uri()}"])
    stage.arguments += ["--allow-url", ":all:"]


def transitive_ssh(stage: Stage) -> None:
    """It has ssh run a program."""
    stage.package("a", requires=["evil @ git+ssh://-oProxyCommand=touch%20pwned/evil"])
    stage.arguments += ["--allow-url", ":all:"]


def transitive_git_file(stage: Stage) -> None:
    """It wants a repository of this machine."""
    _fake_git(stage)
    stage.package("a", requires=["evil @ git+file:///srv/evil"])
    stage.arguments += ["--allow-url", ":all:"]


def other_address(stage: Stage) -> None:
    """It wants from its own host what the user has from elsewhere."""
    stage.script(f"/elsewhere/{EVIL}", reply(200, _evil()))
    stage.package("a", requires=[f"evil @ {stage.server.url}/elsewhere/{EVIL}"])
    (stage.work / EVIL).write_bytes(_evil())
    stage.requirements = ["a", f"evil @ ./{EVIL}"]


def ssh_option(stage: Stage) -> None:
    """The host of an address is an option of ssh."""
    _fake_git(stage)
    stage.requirements = ["a @ git+ssh://-oProxyCommand=touch%20pwned/a"]


def git_option(stage: Stage) -> None:
    """The revision is an option of git."""
    _fake_git(stage)
    stage.requirements = ["a @ git+https://host.example/a@--upload-pack=touch"]


def git_transport(stage: Stage) -> None:
    """The address names a transport that runs programs."""
    _fake_git(stage)
    stage.requirements = ["a @ git+ext://touch/pwned"]


def git_login(stage: Stage) -> None:
    """All that git is given on its command line can be seen by others."""
    _fake_git(stage)
    stage.requirements = [f"a @ git+https://me:{SECRET}@host.example/a"]


def git_variables(stage: Stage) -> None:
    """Somebody has put settings of git into the variables."""
    _fake_git(stage)
    stage.environ["GIT_CONFIG_PARAMETERS"] = "'core.sshCommand=touch pwned'"
    stage.requirements = ["a @ git+https://host.example/a"]


def wrong_digest(stage: Stage) -> None:
    """The file is not the one that the user has seen."""
    path = stage.package("a")
    stage.requirements = [f"a @ {stage.server.url}{path}#sha256={'0' * 64}"]


def wrong_local_digest(stage: Stage) -> None:
    """The same, of a file on this machine, with the digest behind the requirement."""
    (stage.work / EVIL).write_bytes(_evil())
    stage.requirements = [f"./{EVIL} --hash=sha256:{'0' * 64}"]


def weak_digest(stage: Stage) -> None:
    """The only digest is one for which another file can be made."""
    path = stage.package("a")
    stage.requirements = [f"a @ {stage.server.url}{path}#md5={'0' * 32}"]


def two_addresses(stage: Stage) -> None:
    """Two files want a package from two places."""
    path = stage.package("a")
    (stage.work / "more.txt").write_text(f"a @ {stage.server.url}{path}\n", "utf-8")
    stage.requirements = [f"a @ {stage.server.url}/other{path}", "-r more.txt"]


def login(stage: Stage) -> None:
    """The address holds a password."""
    path = stage.package("a")
    stage.requirements = [f"a @ {stage.server.url.replace('://', f'://me:{SECRET}@')}{path}"]
    stage.arguments += ["-v", "--record", "recording"]


def escaping(stage: Stage) -> None:
    """The project is said to lie outside of what is named."""
    for name in ("project", "other"):
        (stage.work / name).mkdir()
        text = f'[project]\nname = "{name}"\nversion = "1"\n'
        (stage.work / name / "pyproject.toml").write_text(text, "utf-8")
    stage.requirements = ["other @ ./project#subdirectory=../other"]


def _fake_git(stage: Stage) -> None:
    """Put a git before the real one that writes down how it is called, and fails."""
    folder = stage.folder / "bin"
    folder.mkdir()
    program = folder / "git"
    log = stage.work / "git.log"
    note = f'{{ echo "$@"; env | grep ^GIT_CONFIG_P; }} >> {log}'
    program.write_text(f'#!/bin/sh\n{note}\ncase "$*" in *" init "*) exit 0;; esac\nexit 3\n', "utf-8")
    program.chmod(0o755)
    stage.environ["PATH"] = f"{folder}{os.pathsep}{os.environ['PATH']}"


def _nothing_run(stage: Stage, _: Outcome) -> None:
    assert not (stage.work / "git.log").exists()
    assert not (stage.work / "pwned").exists()


def _called_cleanly(stage: Stage, _: Outcome) -> None:
    called = (stage.work / "git.log").read_text("utf-8")
    assert "protocol.allow=never" in called
    assert "sshCommand" not in called


def _others_unasked(stage: Stage, _: Outcome) -> None:
    assert all(server.requests == [] for server in stage._servers[1:])


def _follow_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Follow whatever metadata refers to."""

    def reason(self: Following, _: str, requirement: Requirement) -> Reason | None:
        reference = _read(requirement)
        if reference is None or requirement.name in self._references:
            return None
        return NotFollowed(requirement.text, requirement.name, reference)

    monkeypatch.setattr(Following, "reason", reason)


def _follow_all_and_check_no_host(monkeypatch: pytest.MonkeyPatch) -> None:
    _follow_all(monkeypatch)
    monkeypatch.setattr("resolver.model.addresses._check_host", lambda *_: None)


_SHA256 = hashlib.sha256(_evil()).hexdigest()

SCENARIOS = [
    Scenario(
        "transitive-http",
        row=TRANSITIVE,
        setup=transitive_http,
        expected=Expected(code=1, says=(REFUSED, "--allow-url evil"), check=_others_unasked),
        without=_follow_all,
    ),
    Scenario(
        "transitive-file",
        row=TRANSITIVE,
        setup=transitive_file,
        expected=Expected(code=1, says=(REFUSED, "if you require evil from that address yourself")),
        without=_follow_all,
    ),
    Scenario(
        "transitive-ssh",
        row=TRANSITIVE,
        setup=transitive_ssh,
        expected=Expected(code=1, says=(REFUSED,), check=_nothing_run),
        without=_follow_all_and_check_no_host,
    ),
    Scenario(
        "transitive-git-file",
        row=TRANSITIVE,
        setup=transitive_git_file,
        expected=Expected(code=1, says=(REFUSED,), check=_nothing_run),
        without=_follow_all,
    ),
    Scenario(
        "transitive-other-address",
        row=TRANSITIVE,
        setup=other_address,
        expected=Expected(code=1, says=("but evil is to come from file:",), asked={f"/elsewhere/{EVIL}": 0}),
        without=_follow_all,
    ),
    Scenario(
        "git-ssh-option",
        row=OPTIONS,
        setup=ssh_option,
        expected=Expected(
            code=2, says=("requirements.txt:1: the host of the address is none",), check=_nothing_run
        ),
        without=(("resolver.model.addresses._check_host", lambda *_: None),),
    ),
    Scenario(
        "git-ref-option",
        row=OPTIONS,
        setup=git_option,
        expected=Expected(code=2, says=("the revision behind the @",), check=_nothing_run),
        without=(("resolver.model.addresses._check_revision", lambda _: None),),
    ),
    Scenario(
        "git-transport",
        row=OPTIONS,
        setup=git_transport,
        expected=Expected(code=2, says=("git over 'ext' is not supported",), check=_nothing_run),
        without=(("resolver.model.addresses._GIT_SCHEMES", ("ext", "https")),),
    ),
    Scenario(
        "git-login",
        row=SECRETS,
        setup=git_login,
        expected=Expected(code=3, says=("git cannot read git+https://host.example/a",)),
        without=(("resolver.index.vcs._without_login", lambda url, environ: (url, dict(environ))),),
    ),
    Scenario(
        "git-variables",
        row=OPTIONS,
        setup=git_variables,
        expected=Expected(code=3, check=_called_cleanly),
        without=(("resolver.index.vcs._may_pass", lambda _: True),),
    ),
    Scenario(
        "direct-digest",
        row=FILE_HASH,
        setup=wrong_digest,
        expected=Expected(
            code=4, says=("its sha256 is ", "0" * 64), asked={"/files/a-1.0-py3-none-any.whl": 2}
        ),
        without=(("resolver.index.direct_found.Subject.mismatch", lambda *_: None),),
    ),
    Scenario(
        "direct-local-digest",
        row=FILE_HASH,
        setup=wrong_local_digest,
        expected=Expected(code=4, says=(f"its sha256 is {_SHA256}", "0" * 64)),
        without=(("resolver.index.direct_found.Subject.mismatch", lambda *_: None),),
    ),
    Scenario(
        "direct-weak-digest",
        row=FILE_HASH,
        setup=weak_digest,
        expected=Expected(code=2, says=("a md5 digest protects from nothing",)),
        without=(("resolver.model.addresses._WEAK", ()),),
    ),
    Scenario(
        "direct-two-addresses",
        row=TRANSITIVE,
        setup=two_addresses,
        expected=Expected(code=2, says=("(", "requirements.txt:1)", "more.txt:1)", "choose one of them")),
        without=(("resolver.model.references.Reference.joined", lambda self, _: self),),
    ),
    Scenario(
        "direct-login",
        row=SECRETS,
        setup=login,
        expected=Expected(says=("the pin of a lacks the credentials",)),
        without=(("resolver.model.addresses._shown_login", lambda login, _: f"{login}@"),),
    ),
    Scenario(
        "direct-escape",
        row=PATHS,
        setup=escaping,
        expected=Expected(code=2, says=("does not lie in the project",)),
        without=(("resolver.model.addresses._subdirectory", lambda value: value),),
    ),
]
