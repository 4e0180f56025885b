"""Laws: what is written as requirements or as a lock file is read back as the pins that it was made of."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.pylock import Pylock

from resolver.formats import annotated, pylock
from resolver.formats.answer import Answer, Pinned, Statistics
from resolver.formats.facts import Facts, Known
from resolver.formats.requirements_txt import read
from resolver.model.distfile import DistFile

if TYPE_CHECKING:
    from pathlib import Path

NAMES = st.from_regex(r"[a-z]([a-z0-9-]{0,4}[a-z0-9])?", fullmatch=True).filter(lambda name: "--" not in name)
VERSIONS = st.from_regex(r"[1-9]{1,2}(\.[0-9]){0,2}(a1|rc2|\.post3|\.dev4)?(\+l\.1)?", fullmatch=True)
DIGESTS = st.sampled_from("0123456789abcdef").map(lambda digit: digit * 64)
ORIGINS = st.text(max_size=6).map(lambda name: f"{name}.in:3")
TIMES = st.none() | st.datetimes().map(lambda time: f"{time.isoformat()}Z") | st.text(max_size=3)


@st.composite
def files(draw: st.DrawFn, name: str, version: str) -> list[DistFile]:
    """Draw files of a version, at least one, below addresses of any text."""
    stem = f"{name.replace('-', '_')}-{version}"
    ends = st.sampled_from(["-py3-none-any.whl", "-1-cp312-cp312-linux_x86_64.whl", ".tar.gz", ".zip"])
    return [
        DistFile(
            f"{stem}{end}",
            f"https://files.example/{draw(st.text(max_size=4))}/{stem}{end}",
            hashes={"sha256": draw(DIGESTS)},
            size=draw(st.none() | st.integers(0, 1 << 40)),
            upload_time=draw(TIMES),
        )
        for end in draw(st.lists(ends, min_size=1, unique=True))
    ]


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Draw pins of an index."""
    pins = []
    for name in draw(st.lists(NAMES, unique=True, max_size=4)):
        version = draw(VERSIONS)
        own = draw(files(name, version))
        facts = Facts(f"https://index.example/{draw(st.text(max_size=4))}/{name}/", draw(st.integers(1, 3)))
        pins.append(
            Pinned(
                name,
                version,
                files=own,
                extras=draw(st.frozensets(NAMES, max_size=2)),
                via=tuple(draw(st.lists(NAMES | ORIGINS, max_size=3))),
                look=Known(facts),
            )
        )
    return Answer(pins, {"sys_platform": "linux"}, Statistics())


STYLES = st.builds(
    annotated.Style,
    annotate=st.booleans(),
    line=st.booleans(),
    hashes=st.booleans(),
    extras=st.booleans(),
    indexes=st.none() | st.just(()),
    omitted=st.lists(NAMES, max_size=2),
)


@pytest.mark.slow
@given(answers(), STYLES, st.dictionaries(st.text(max_size=6).map("{}.in".format), st.text(max_size=6)))
def test_requirements_are_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    answer: Answer,
    style: annotated.Style,
    shown: dict[str, str],
) -> None:
    """Whatever files are called, and whatever is written beside the pins."""
    folder: Path = tmp_path_factory.getbasetemp()
    path = folder / "pins.txt"
    path.write_bytes(annotated.write(answer, style, command=["a\nb"], shown=shown).encode("utf-8", "replace"))
    found = {each.requirement.name: each for each in read(str(path), environ={}).entries}
    expected = {pin.name: pin for pin in answer.pins if pin.name not in style.omitted}
    assert found.keys() == expected.keys()
    for name, entry in found.items():
        pin = expected[name]
        assert entry.requirement.specifier_text == f"=={pin.version}"
        assert entry.requirement.extras == (tuple(sorted(pin.extras)) if style.extras else ())
        assert sorted(entry.hashes) == (annotated.hashes_of(pin) if style.hashes else [])


@pytest.mark.slow
@given(answers())
def test_lock_files_are_valid_and_read_back(answer: Answer) -> None:
    """By packaging: the pins, and of each the files that fit, with one source distribution at most."""
    table = tomllib.loads(pylock.write(answer, folder="/"))
    found = Pylock.from_dict(table)
    found.validate()
    assert [(each.name, str(each.version)) for each in found.packages] == [
        (pin.name, pin.version) for pin in answer.pins
    ]
    for package, pin in zip(found.packages, answer.pins, strict=True):
        assert pin.look is not None
        fitting = list(pin.files)[: pin.look.facts().fitting]
        assert len(package.wheels or ()) == sum(file.is_wheel for file in fitting)
        assert (package.sdist is not None) == any(not file.is_wheel for file in fitting)
        digests = [wheel.hashes["sha256"] for wheel in package.wheels or ()]
        digests += [package.sdist.hashes["sha256"]] if package.sdist is not None else []
        assert {*digests} <= {file.hashes["sha256"] for file in fitting}
