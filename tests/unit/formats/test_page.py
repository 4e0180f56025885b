"""The page: whole in itself, closed to what strangers write, the same each time.

How it looks and works is tested in a browser (``tests/browser``).
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import resolver
from resolver.errors import NoSolution
from resolver.formats import page
from resolver.formats.answer import Answer, Fix, Pinned, Statistics
from resolver.model.distfile import DistFile
from support.answers import answer_of

STATIC = Path(resolver.__file__).parent / "formats" / "static"

FILE = DistFile(
    "app-1.5-py3-none-any.whl",
    "https://me:secret@index.example/app-1.5-py3-none-any.whl?token=secret",
    hashes={"sha256": "ab" * 32},
    size=1234,
    requires_python=">=3.8",
    upload_time="2024-02-28T12:00:00Z",
)
ANSWER = answer_of(
    ["app[fast]>=1,<2"],
    {"app[fast]==1.5": ["core>=1", "speed ; extra == 'fast'"], "core==1.2": ["app"], "speed==0.1": []},
    files={"app": [FILE]},
)
FACT = {"cause": "given", "text": "you require a<1 (r.txt:1)", "terms": []}
PROOF = {"text": "your requirements cannot be satisfied", "terms": [], "left": FACT, "right": FACT}
FIXES = [Fix("change `a<1` to `a`", ["a"], options=["--pre"])]
ERROR = NoSolution("because a<1 & b", derivation=PROOF, hints=["try <b>"], fixes=FIXES)


class Read(HTMLParser):
    """What a browser would find in a page: elements with attributes, and the text in scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in self.raw:
            self.open = [tag]
            self.raw[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        if self.open == [tag]:
            self.open = []

    def handle_data(self, data: str) -> None:
        if self.open:
            self.raw[self.open[0]][-1] += data

    @property
    def data(self) -> dict[str, Any]:
        """The data of the page."""
        scripts = [attributes for tag, attributes in self.elements if tag == "script"]
        at = next(number for number, each in enumerate(scripts) if each.get("id") == "data")
        found: dict[str, Any] = json.loads(self.raw["script"][at])
        return found


BOTH = [page.write(ANSWER, title="app.in"), page.conflict(ERROR, title="app.in")]


@pytest.mark.parametrize("text", BOTH)
def test_page_admits_what_stands_in_it_and_nothing_else(text: str) -> None:
    """Each style and script by its digest; no address leads anywhere, no attribute holds code or style."""
    read = Read(text)
    policies = [each["content"] for tag, each in read.elements if each.get("http-equiv")]
    scripts = [read.raw["script"][0], read.raw["script"][2]]
    digests = [f"'sha256-{b64encode(sha256(each.encode()).digest()).decode()}'" for each in scripts]
    style = b64encode(sha256(read.raw["style"][0].encode()).digest()).decode()
    expected = (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src {' '.join(digests)};"
        " img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert policies == [expected]
    for _, attributes in read.elements:
        assert "src" not in attributes
        assert (attributes.get("href") or "#").startswith(("#", "data:"))
        assert not any(name.startswith("on") or name == "style" for name in attributes)
    assert not re.search(
        r"url\((?!#)|@import|fetch\(|XMLHttpRequest|innerHTML|eval\(", "".join(scripts) + read.raw["style"][0]
    )
    assert read.raw["title"] == ["app.in"]


def test_data_is_what_the_answer_says() -> None:
    """Without credentials, and without what differs from run to run."""
    data = Read(BOTH[0]).data
    assert list(data) == ["status", "packages", "roots", "begin", "environment", "warnings", "statistics"]
    assert data["begin"] == ["app"]
    assert data["roots"] == [
        {"name": "app", "bound": ">=1,<2", "extras": ["fast"], "because": [], "origins": ["r.txt:1"]}
    ]
    assert data["packages"][0] == {
        "name": "app",
        "version": "1.5",
        "extras": ["fast"],
        "url": None,
        "requires": [
            {"name": "core", "bound": ">=1", "extras": [], "because": []},
            {"name": "speed", "bound": "", "extras": [], "because": ["fast"]},
        ],
        "constraints": [],
        "files": [
            {
                "filename": "app-1.5-py3-none-any.whl",
                "size": 1234,
                "hashes": {"sha256": "ab" * 32},
                "python": ">=3.8",
                "time": "2024-02-28T12:00:00Z",
            }
        ],
    }
    assert data["statistics"] == {"decisions": 3, "conflicts": 0, "candidates": 0}
    assert "secret" not in BOTH[0]


def test_constraints_are_told_apart_from_requirements() -> None:
    pins = [Pinned("a", "1", via=("c.txt:4", "r.txt:1", "b"))]
    found = Read(page.write(Answer(pins, {}, Statistics(), roots=[("a", "a", "r.txt:1")]))).data
    assert found["packages"][0]["constraints"] == ["c.txt:4"]


def test_conflict_page_has_the_whole_proof() -> None:
    data = Read(BOTH[1]).data
    assert list(data) == ["version", "status", "explanation", "derivation", "hints", "fixes"]
    assert data["explanation"] == "because a<1 & b"
    assert data["derivation"] == PROOF
    assert data["hints"] == ["try <b>"]
    assert data["fixes"][0]["options"] == ["--pre"]
    assert "<pre>because a&lt;1 &amp; b</pre>" in BOTH[1]


def test_the_same_answer_gives_the_same_page() -> None:
    assert page.write(ANSWER) == page.write(ANSWER)
    one, other = (
        page.conflict(NoSolution("no", statistics=Statistics(seconds=seconds))) for seconds in (1.0, 2.0)
    )
    assert one == other


HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "</title></style></table>",
    '"><img src=x onerror=alert(1)>',
    "&lt;b&gt;",
    "$title ${data} $$",
    "\u2028\u2029\x00\x1b[31m",
    "\\u003c\\",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_stranger_is_taken_for_html(text: str) -> None:
    """Wherever one can stand: the page has the same elements as with harmless text, and the data is whole."""
    file = DistFile(text, text, hashes={text: text}, requires_python=text, upload_time=text)
    url = f"https://host.example/{text}"

    def made(text: str) -> list[str]:
        pins = [
            Pinned(text, text, extras=frozenset({text}), url=url, files=(file,), via=(f"{text}:1",),
                   requires=((text, text, text),)),
        ]  # fmt: skip
        answer = Answer(pins, {text: text}, Statistics(), [text], roots=[(text, text, text)])
        proof = PROOF | {"text": text}
        error = NoSolution(text, derivation=proof, hints=[text], fixes=[Fix(text, [text], options=[text])])
        return [page.write(answer, title=text), page.conflict(error, title=text)]

    for harmless, hostile in zip(made("harmless"), made(text), strict=True):
        expected, found = Read(harmless), Read(hostile)
        assert [tag for tag, _ in found.elements] == [tag for tag, _ in expected.elements]
        assert found.raw["script"][0] == expected.raw["script"][0]
        assert found.raw["script"][2] == expected.raw["script"][2]
        assert json.dumps(found.data).count(json.dumps(text)[1:-1]) >= 3


def test_table_says_all_of_it_without_scripts() -> None:
    """For paper, and for who runs none."""
    table = BOTH[0].partition('<div class="table">')[2].partition("</div>")[0]
    rows = re.findall(r"<td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>", table)
    assert rows == [
        ("app[fast]", "1.5", "r.txt:1 ([fast] &gt;=1,&lt;2), core"),
        ("core", "1.2", "app (&gt;=1)"),
        ("speed", "0.1", "app"),
    ]


def test_answers_of_any_size_have_a_page() -> None:
    """None at all; one; and without environment, as what was read from a file may be."""
    empty = Read(page.write(Answer((), {}, Statistics()))).data
    assert empty["packages"] == []
    assert "1 package, 0 of them required directly" in page.write(
        Answer([Pinned("a", "1")], {}, Statistics())
    )


def test_all_files_of_the_folder_are_used() -> None:
    scripts = {f"{name}.js" for name in page._SCRIPTS}
    frames = {"page.html", "answer.html", "conflict.html", "page.css"}
    assert {path.name for path in STATIC.iterdir()} == scripts | frames
