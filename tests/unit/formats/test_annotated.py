"""Pins as text: annotations in uv's split style, hashes as pip writes them, the header."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.errors import OutputError
from resolver.formats.annotated import Style, hashes_of, write
from resolver.formats.answer import Answer, Pinned, Progress, Statistics
from resolver.formats.facts import Facts, Known, Referred
from resolver.formats.requirements_txt import read
from resolver.model.distfile import DistFile


def file(name: str, **hashes: str) -> DistFile:
    """Return a file with these hashes."""
    return DistFile(name, f"https://index.example/{name}", hashes=hashes)


def answer(*pins: Pinned) -> Answer:
    """Return an answer with these pins."""
    return Answer(pins, {}, Statistics())


def test_pins_are_sorted_and_annotated() -> None:
    """One source on the line, several below it, origins first, a file once."""
    text = write(
        answer(
            Pinned("b", "2", via=("a.in:1", "a.in:7", "c.txt:1", "o.txt:2", "-:3", "zlib", "a")),
            Pinned("a", "1.0", via=("b",), extras=frozenset({"x"})),
            Pinned("c", "3"),
        ),
        shown={"c.txt": "-c c.txt", "o.txt": "--override o.txt"},
    )
    assert text.splitlines() == [
        "a==1.0",
        "    # via b",
        "b==2",
        "    # via",
        "    #   -c c.txt",
        "    #   --override o.txt",
        "    #   -r -",
        "    #   -r a.in",
        "    #   a",
        "    #   zlib",
        "c==3",
    ]


def test_annotations_can_be_left_out() -> None:
    """Then there are pins only."""
    assert write(answer(Pinned("a", "1", via=("b",))), Style(annotate=False)) == "a==1\n"


def test_a_pin_by_url_is_written_as_one() -> None:
    """Its version does not say where it comes from."""
    pin = Pinned("a", "1", url="https://index.example/a.whl")
    assert write(answer(pin)) == "a @ https://index.example/a.whl\n"


def test_a_line_says_who_wants_a_pin_behind_it() -> None:
    """At a column of its own; packages come before origins here, as in uv's style ``line``."""
    text = write(
        answer(
            Pinned("a", "1", via=("a.in:1", "zlib", "b")),
            Pinned("b-with-a-long-name", "2.0.0.0", via=("a.in:2",)),
            Pinned("c", "3", via=("a",), files=(file("y", sha256="2"),)),
            Pinned("d", "4"),
        ),
        Style(line=True),
        shown={"a.in:2": "app (pyproject.toml:dev)"},
    )
    assert text.splitlines() == [
        "a==1                      # via b, zlib, -r a.in",
        "b-with-a-long-name==2.0.0.0  # via app (pyproject.toml:dev)",
        "c==3                      # via a",
        "d==4",
    ]


def test_a_line_below_hashes_stands_alone() -> None:
    """They end with a line of their own."""
    pin = Pinned("c", "3", via=("a.in:1", "a"), files=(file("y", sha256="2"),))
    assert write(answer(pin), Style(line=True, hashes=True)).splitlines() == [
        "c==3 \\",
        "    --hash=sha256:2",
        "    # via a, -r a.in",
    ]


def test_origins_come_before_packages_whatever_they_are_called() -> None:
    """A project is named like a package, and is none here; projects are sorted by their files."""
    pin = Pinned("a", "1", via=("a.toml:3", "a.toml:9", "p.toml:3", "z.in:1", "b"))
    shown = {"p.toml": "my-app (p.toml)", "a.toml": "zoo (a.toml)", "a.toml:9": "zoo (a.toml:dev)"}
    assert write(answer(pin), shown=shown).splitlines() == [
        "a==1",
        "    # via",
        "    #   -r z.in",
        "    #   zoo (a.toml)",
        "    #   my-app (p.toml)",
        "    #   zoo (a.toml:dev)",
        "    #   b",
    ]


def test_extras_are_shown_where_they_are_asked_for() -> None:
    """What they require is pinned anyhow."""
    url = "https://index.example/b.zip"
    text = write(
        answer(
            Pinned("a", "1.0", extras=frozenset({"y", "x"})),
            Pinned("b", "2", extras=frozenset({"z"}), url=url),
            Pinned("c", "3", extras=frozenset({"z"}), url="git+https://host.example/c@1", editable=True),
        ),
        Style(extras=True),
    )
    assert text.splitlines() == [
        "-e git+https://host.example/c@1#egg=c[z]",
        "a[x,y]==1.0",
        f"b[z] @ {url}",
    ]


def test_paths_are_written_as_they_were() -> None:
    """Relative ones hold elsewhere too; what would be read as something else is written as a URL."""

    def pin(name: str, place: str, *, editable: bool = False, fragment: str = "") -> Pinned:
        url = f"file:///home/{name}{fragment}"
        referred = Referred("path", f"file:///home/{name}", place=place)
        extras = frozenset({"x"})
        return Pinned(name, "1", url=url, referred=referred, editable=editable, extras=extras)

    text = write(
        answer(
            pin("a", "/home/a"),
            pin("b", "../b"),
            pin("bb", "b", fragment="#subdirectory=s"),
            pin("c", "c", editable=True),
            pin("d", "my d"),
            pin("e", ".", editable=True),
        ),
        Style(extras=True),
    )
    assert text.splitlines() == [
        "-e ./c[x]",
        "-e .[x]",
        "a[x] @ file:///home/a",
        "../b[x]",
        "bb[x] @ file:///home/bb#subdirectory=s",
        "d[x] @ file:///home/d",
    ]


def test_packages_that_are_left_out_are_named_at_the_end() -> None:
    """In the order in which they are said, if they are there at all, and where annotations are wanted."""
    pins = answer(Pinned("a", "1", via=("b",)), Pinned("b", "2"), Pinned("c", "3"))
    style = Style(omitted=("z", "c", "a"))
    assert write(pins, style).splitlines() == [
        "b==2",
        "",
        "# The following packages were excluded from the output:",
        "# c",
        "# a",
    ]
    assert write(pins, Style(annotate=False, omitted=("z", "c", "a"))) == "b==2\n"


def test_indexes_are_named_below_the_pin() -> None:
    """As they are known, if they are; nothing is said of what comes from an address."""

    def pin(name: str, page: str, **more: str) -> Pinned:
        return Pinned(name, "1", look=Known(Facts(page)), via=("z",), **more)  # type: ignore[arg-type]  # mypy takes each for any

    pins = answer(
        pin("a", "https://index.example/simple/a/"),
        pin("b", "https://other.example/simple/b/?x=1"),
        pin("c", ""),
        pin("d", "https://files.example/wheels.html"),
        pin("e", "https://index.example/simple/e/", url="https://host.example/e.zip"),
        Pinned("f", "1"),
    )
    assert write(pins, Style(indexes=["https://index.example/simple"])).splitlines() == [
        "a==1",
        "    # via z",
        "    # from https://index.example/simple",
        "b==1",
        "    # via z",
        "    # from https://other.example/simple/",
        "c==1",
        "    # via z",
        "d==1",
        "    # via z",
        "    # from https://files.example/wheels.html",
        "e @ https://host.example/e.zip",
        "    # via z",
        "f==1",
    ]
    line = write(answer(pin("a", "https://index.example/simple/a/")), Style(line=True, indexes=()))
    assert line.splitlines() == [
        "a==1                      # via z",
        "    # from https://index.example/simple/",
    ]


def test_options_stand_above_the_pins() -> None:
    """An empty line divides them from what follows."""
    text = write(answer(Pinned("a", "1")), command=["resolver"], options=["--no-index"])
    assert text.splitlines()[1:] == ["#    resolver", "--no-index", "", "a==1"]


def test_hashes_follow_the_pin() -> None:
    """Sorted, each file once, above the annotation."""
    pin = Pinned(
        "a", "1", via=("b",), files=(file("y", sha256="2"), file("x", sha256="1"), file("z", sha256="1"))
    )
    assert write(answer(pin), Style(hashes=True)).splitlines() == [
        "a==1 \\",
        "    --hash=sha256:1 \\",
        "    --hash=sha256:2",
        "    # via b",
    ]


def test_hashes_that_an_index_does_not_give_are_an_error() -> None:
    """Pip would refuse the file for the sake of the others; trees cannot have any."""
    tree = Pinned("t", "1", url="git+https://host.example/t@1")
    pins = answer(Pinned("a", "1", files=(file("y", md5="2"),)), Pinned("b", "1"), tree)
    with pytest.raises(OutputError, match=r"the index gives none for a, b$"):
        write(pins, Style(hashes=True))
    assert write(answer(tree), Style(hashes=True)) == "t @ git+https://host.example/t@1\n"


def test_the_best_hash_of_each_file_is_used() -> None:
    """MD5 is not accepted by pip; a file without a usable hash has none."""
    pin = Pinned("a", "1", files=(file("x", md5="0", sha512="5", sha384="3"), file("y", md5="0")))
    assert hashes_of(pin) == ["sha512:5"]


def test_the_header_names_the_command() -> None:
    """Quoted for a shell, on one line whatever the words are."""
    text = write(answer(), command=["resolver", "resolve", "a b.txt", "x\ny", "it's"])
    assert text.splitlines() == [
        "# This file was autogenerated by resolver via the following command:",
        "#    resolver resolve 'a b.txt' 'x\N{REPLACEMENT CHARACTER}y' 'it'\"'\"'s'",
    ]


def test_file_names_stay_inside_their_comment() -> None:
    """A line break in a name would make a requirement of what follows."""
    assert "evil" not in write(answer(Pinned("a", "1", via=("x\nevil:1",)))).split()


NAMES = st.text("abcxyz019", min_size=1, max_size=5)
VERSIONS = st.lists(st.integers(0, 99), min_size=1, max_size=3).map(lambda parts: ".".join(map(str, parts)))
PINS = st.dictionaries(NAMES, st.tuples(VERSIONS, st.lists(NAMES)), max_size=5)


@given(PINS)
def test_what_is_written_can_be_read(pins: dict[str, tuple[str, list[str]]]) -> None:
    """Law: reading the output gives the pins, whatever comments stand between them."""
    text = write(
        answer(*(Pinned(name, version, via=tuple(via)) for name, (version, via) in pins.items())),
        command=["resolver", "resolve", "a.in"],
    )
    found = read("-", stdin=io.BytesIO(text.encode()), environ={}).requirements
    assert {r.name: r.specifiers.pin for r in found} == {name: version for name, (version, _) in pins.items()}


def test_values_say_what_they_are() -> None:
    """In logs and failing tests."""
    assert repr(Pinned("a", "1")) == "Pinned('a', '1')"
    assert repr(answer(Pinned("a", "1"))) == "Answer(1 pins)"
    assert repr(Statistics(bytes=3)).startswith("Statistics(bytes=3, ")
    assert Progress(1, 2, 3, "a").package == "a"


@pytest.mark.parametrize("digest", ["0\nevil==6.6", "0 --hash=sha256:1", "0\u2028evil", "", "\u0663", "0\\"])
def test_what_is_no_digest_is_not_written(digest: str) -> None:
    """An index could else write lines of its own into the requirements file."""
    pin = Pinned(
        "a", "1", files=(file("a-1.zip", sha256=digest, sha512="5"), file("a-1.tar.gz", sha256=digest))
    )
    assert hashes_of(pin) == ["sha512:5"]
