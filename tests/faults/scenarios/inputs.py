"""What a requirements file can do to whoever reads it."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

from resolver.formats import requirements_txt
from resolver.formats.lines import logical_lines
from support.fault_server import reply
from support.scenarios import Expected, Scenario

if TYPE_CHECKING:
    import pytest

    from support.scenarios import Outcome
    from support.stage import Stage

FILES = "requirements.txt: recursive -r, remote -r, env-var expansion, BOM/encodings"


def recursive(stage: Stage) -> None:
    """Two files include one another."""
    stage.package("a")
    stage.requirements = ["a", "-r other.txt"]
    _write(stage, "other.txt", "-r requirements.txt\n")


def laughs(stage: Stage) -> None:
    """Sixteen small files, each with the next one twice, stand for 65,536."""
    stage.package("a")
    stage.requirements = ["-r 0.txt"]
    for number in range(16):
        _write(stage, f"{number}.txt", f"-r {number + 1}.txt\n-r {number + 1}.txt\n")
    _write(stage, "16.txt", "a\n")


def remote(stage: Stage) -> None:
    """A file is to be read from a server."""
    stage.package("a")
    url = stage.script("/requirements.txt", reply(200, b"a\n"))
    stage.requirements = [f"-r {url}"]


def spying(stage: Stage) -> None:
    """A file from a server names an index that would be told a variable."""
    stage.package("a")
    text = f"--extra-index-url {stage.server.url}/${{A_TOKEN}}/\na\n"
    stage.requirements = [f"-r {stage.script('/requirements.txt', reply(200, text.encode()))}"]
    stage.environ["A_TOKEN"] = "betrayed"
    stage.arguments += ["--allow-remote-files"]


def other_file(stage: Stage) -> None:
    """The index has another file than the one whose hash the user has noted."""
    stage.package("a")
    stage.requirements = [f"a==1.0 --hash=sha256:{'0' * 64}"]


def utf_16(stage: Stage) -> None:
    """An included file is as some editors write it."""
    stage.package("a")
    stage.requirements = ["-r other.txt"]
    (stage.work / "other.txt").write_bytes("a==1.0\n".encode("utf-16"))


def endless(stage: Stage) -> None:
    """An included file has no end."""
    stage.package("a")
    stage.requirements = ["-r /dev/zero"]


def _write(stage: Stage, name: str, text: str) -> None:
    (stage.work / name).write_text(text, encoding="utf-8")


def _nothing_asked(stage: Stage, _: Outcome) -> None:
    assert stage.server.requests == []


def _fetching(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have files that are named by URL fetched."""

    def fetched(url: str, _: object) -> bytes:
        with urllib.request.urlopen(url) as answer:
            return bytes(answer.read())

    monkeypatch.setattr(requirements_txt, "_fetched", fetched)


def _not_betrayed(stage: Stage, _: Outcome) -> None:
    assert not [asked for asked in stage.server.requests if "betrayed" in asked.path]


def _filling_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fill variables in everywhere."""
    read = logical_lines
    monkeypatch.setattr(
        requirements_txt, "logical_lines", lambda text, _: read(text, {"A_TOKEN": "betrayed"})
    )


_NAMES = iter(range(1 << 60))

SCENARIOS = [
    Scenario(
        "recursive-requirements",
        row=FILES,
        setup=recursive,
        expected=Expected(
            code=2,
            says=("requirements files include one another: ", "/other.txt -> "),
            check=_nothing_asked,
        ),
        without=(
            ("resolver.formats.requirements_txt.real_path", lambda _: str(next(_NAMES))),
            ("resolver.formats.requirements_txt._MOST_FILES", 500),  # else it takes many seconds
        ),
    ),
    Scenario(
        "laughing-requirements",
        row=FILES,
        setup=laughs,
        expected=Expected(code=2, says=("more than 10000 files are included",), check=_nothing_asked),
        without=(("resolver.formats.requirements_txt._MOST_FILES", 20_000),),
    ),
    Scenario(
        "remote-requirements",
        row=FILES,
        setup=remote,
        expected=Expected(code=2, says=("only where --allow-remote-files allows it",), check=_nothing_asked),
        without=_fetching,
    ),
    Scenario(
        "spying-requirements",
        row=FILES,
        setup=spying,
        expected=Expected(pins="a==1.0\n", check=_not_betrayed),
        without=_filling_in,
    ),
    Scenario(
        "other-hash-than-noted",
        row="file changed for same name+hash list",
        setup=other_file,
        expected=Expected(
            code=4,
            says=("a 1.0 has no file with a hash that is given for it",),
            asked={"/files/a-1.0-py3-none-any.whl": 0},
        ),
        without=(("resolver.digests.Digests.names", lambda *_: False),),
    ),
    Scenario(
        "utf-16-requirements",
        row=FILES,
        setup=utf_16,
        expected=Expected(pins="a==1.0\n"),
        without=(("resolver.formats.requirements_txt.decode", lambda content, _: content.decode("latin-1")),),
    ),
    Scenario(
        "endless-requirements",
        row=FILES,
        setup=endless,
        expected=Expected(code=2, says=("larger than 64 MiB",), memory=400),
        without=(("resolver.formats.lines._LARGEST", 1 << 40),),
    ),
]
