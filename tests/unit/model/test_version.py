from __future__ import annotations

import copy
import itertools
import pickle
import subprocess
import sys

import pytest

from resolver.model.release import Release2
from resolver.model.version import (
    _SEGMENTS,
    InvalidVersion,
    Version,
    is_prerelease_key,
    key_stage,
    scan,
    version_key,
)
from support.builds import IS_COMPILED

#: In order, no two equal; every rule of PEP 440 about order has a pair here.
ASCENDING = [
    *("0.dev0", "0a0", "0", "0.post0.dev0", "0.post0", "0.0.1"),
    *("1.dev0", "1.dev0+a", "1.dev1", "1.dev200", "1.dev300", "1a0.dev1", "1a0", "1a0+x", "1a0.post0.dev1"),
    *(
        "1a0.post0",
        "1a0.post0+x",
        "1a1.dev0",
        "1a1",
        "1b0",
        "1rc0.dev5",
        "1rc0",
        "1rc199",
        "1rc200",
        "1rc256",
    ),
    *("1", "1+0a", "1+a", "1+a.a", "1+a.0", "1+ab", "1+b", "1+0", "1+0.a", "1+5", "1+5.0", "1+200", "1+1000"),
    *(
        "1.post0.dev0",
        "1.post0.dev1",
        "1.post0",
        "1.post0+a",
        "1.post1",
        "1.post1000",
        "1.0.0.1",
        "1.0.1.dev0",
    ),
    *(
        "1.0.1",
        "1.1.dev0",
        "1.1",
        "1.199",
        "1.200",
        "1.255",
        "1.256",
        "1.65535",
        "1.65536",
        f"1.{2**128 - 1}",
    ),
    *(f"1.{2**128}", f"1.{2**2048}", "2.dev0", "2", "199", "200", "2024.1", "20240101", f"{10**50}"),
    *("1!0.dev0", "1!0", "1!1", "2!0", "200!0", "300!0"),
]


def test_keys_order_all_pairs_of_the_list() -> None:
    keys = [version_key(text) for text in ASCENDING]
    for (i, low), (j, high) in itertools.combinations(enumerate(keys), 2):
        assert low < high, (ASCENDING[i], ASCENDING[j])


def test_versions_compare_as_their_keys() -> None:
    low, high = Version("1.0rc1"), Version("1.0")
    assert low < high
    assert low <= high
    assert high > low
    assert high >= low
    assert low != high
    assert high == Version("v1.0.0")
    assert hash(high) == hash(Version("1"))
    assert not high < Version("1")
    assert high <= Version("1")


@pytest.mark.parametrize("other", ["1.0", 1, None, (1, 0)])
def test_version_is_not_compared_with_other_types(other: object) -> None:
    version = Version("1.0")
    assert version != other
    assert version.__eq__(other) is NotImplemented  # what it says to Python
    for compare in (version.__lt__, version.__le__, version.__gt__, version.__ge__):
        if IS_COMPILED:  # a wrong type does not get past any signature
            with pytest.raises(TypeError, match="Version object expected"):
                compare(other)  # type: ignore[arg-type]  # a wrong type on purpose
        else:
            assert compare(other) is NotImplemented  # type: ignore[arg-type]  # a wrong type on purpose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0", "1.0"),
        ("v1.0", "1.0"),
        (" \t1.0\n", "1.0"),
        ("\N{NO-BREAK SPACE}1.0", "1.0"),
        ("01.002", "1.2"),
        ("1.0.ALPHA1", "1.0a1"),
        ("1.0c", "1.0rc0"),
        ("1.0-preview_3", "1.0rc3"),
        ("1.0.a.", "1.0a0"),
        ("1.0-1", "1.0.post1"),
        ("1.0r2", "1.0.post2"),
        ("1.0.Rev-3", "1.0.post3"),
        ("1.0apost1dev", "1.0a0.post1.dev0"),
        ("1.0a--1", "1.0a0.post1"),
        ("1_dev", "1.dev0"),
        ("0!1", "1"),
        ("V007!1", "7!1"),
        ("1+Ubuntu_20-04.A", "1+ubuntu.20.4.a"),
        ("1!2.3.4rc5.post6.dev7+8.nine", "1!2.3.4rc5.post6.dev7+8.nine"),
    ],
)
def test_odd_spelling_is_read_and_shown_in_normal_form(text: str, expected: str) -> None:
    assert expected == str(Version(text))
    assert version_key(expected) == version_key(text)


INVALID = [
    *(
        "",
        " ",
        ".",
        "..",
        "1.",
        ".1",
        "1..2",
        "a",
        "v",
        "vv1",
        "1x",
        "1.0x",
        "1.x",
        "1_0",
        "1,0",
        "1 .0",
        "1. 0",
        "+1",
    ),
    *(
        "-1",
        "1!",
        "!1",
        "1!!1",
        "a!1",
        "1!v1",
        "1+",
        "1+a+b",
        "1+a..b",
        "1+.a",
        "1+a.",
        "1+\u00e9",
        "1++",
        "1.0+a b",
    ),
    *(
        "1.0.-1",
        "1--1",
        "1-1-1",
        "1.0..a",
        "1.0a1a1",
        "1.dev1.post1",
        "1.post1.a1",
        "1.dev1.2",
    ),
    *(
        "\u0661.0",
        "1.\u00b2",
        "1.0po\u017ft1",
        "1.0rev\u0131ew",
        "1.0a\u0661",
        "1.*",
        "1.0.*",
        "french toast",
    ),
]


@pytest.mark.parametrize("text", INVALID)
def test_text_that_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(InvalidVersion, match="is not a valid version") as caught:
        Version(text)
    assert text.strip() == caught.value.text
    with pytest.raises(InvalidVersion):
        version_key(text)


@pytest.mark.parametrize("text", [None, 1, 1.0, b"1.0", ["1"], Version("1")])
def test_what_is_no_text_is_refused(text: object) -> None:
    with pytest.raises(TypeError if IS_COMPILED else InvalidVersion):
        Version(text)  # type: ignore[arg-type]  # a wrong type on purpose


@pytest.mark.parametrize(
    "template",
    ["{}", "1.{}", "{}!1", "1a{}", "1.post{}", "1-{}", "1.dev{}", "1+{}", "1.0a1.post{}", "1.0.{}rc1"],
)
def test_number_beyond_the_limit_of_int_is_refused_as_a_version(template: str) -> None:
    """``int`` itself would raise another ``ValueError``, which nobody expects here."""
    digits = sys.get_int_max_str_digits()
    assert version_key(template.format("9" * digits))
    with pytest.raises(InvalidVersion) as caught:
        Version(template.format("9" * (digits + 1)))
    assert len(str(caught.value)) < 200


def test_all_parts_are_read() -> None:
    version = Version("1!2.3.0.4rc5.post6.dev7+8.nine")
    assert version.epoch == 1
    assert version.release == (2, 3, 0, 4)
    assert version.pre == ("rc", 5)
    assert version.post == 6
    assert version.dev == 7
    assert version.local == "8.nine"
    assert version.public == "1!2.3.0.4rc5.post6.dev7"
    assert version.base_version == "1!2.3.0.4"
    assert (version.major, version.minor, version.micro) == (2, 3, 0)
    assert version.is_prerelease
    assert version.is_postrelease
    assert version.is_devrelease


def test_missing_parts_are_none() -> None:
    version = Version("1.0")
    assert version.epoch == 0
    assert [version.pre, version.post, version.dev, version.local] == [None] * 4
    assert isinstance(version.release, Release2)
    assert (version.major, version.minor, version.micro) == (1, 0, 0)
    assert Version("7").minor == 0
    assert not version.is_prerelease
    assert not version.is_postrelease
    assert not version.is_devrelease


def test_version_shows_as_its_normal_form() -> None:
    assert repr(Version("v1.0-alpha1")) == "<Version('1.0a1')>"


def test_version_survives_pickle_and_copy() -> None:
    version = Version("1.0.0-1")
    for twin in (pickle.loads(pickle.dumps(version)), copy.copy(version), copy.deepcopy(version)):
        assert version == twin
        assert str(version) == str(twin)


@pytest.mark.parametrize("text", ASCENDING)
def test_key_tells_pre_releases_apart(text: str) -> None:
    _epoch, _release, pre, _post, dev, _local = scan(text)
    assert (pre is not None or dev is not None) == is_prerelease_key(version_key(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.0.1", (5, 0)),
        ("1.dev300", (1, 0)),
        ("300!5.5a5", (2, 5)),
        ("1b1.dev5", (3, 1)),
        ("1rc300.post5", (4, 6)),
        ("1.post5", (6, 5)),
        (f"1.post{2**300}.dev1", (6, 1)),
    ],
)
def test_stage_is_found_behind_numbers_of_all_sizes(text: str, expected: tuple[int, int]) -> None:
    assert expected == key_stage(version_key(text))


def test_only_zero_ends_in_the_byte_of_zero_in_the_table() -> None:
    """Otherwise stripping trailing zeros would cut a number."""
    assert [text for text, number in _SEGMENTS.items() if number.endswith(b"\x10")] == ["0"]
    assert version_key("272.0") == version_key("272")
    assert version_key("1.272") != version_key("1.1")


def test_long_text_is_read_in_linear_time() -> None:
    """Each would take minutes if it took the square of its length."""
    for text in ("1." * 300_000 + "1", "1+" + "a." * 300_000 + "a", "1." + "0." * 300_000 + "1rc1"):
        assert is_prerelease_key(version_key(text)) == text.endswith("rc1")
    with pytest.raises(InvalidVersion):
        version_key("1" + "-" * 1_000_000)


def test_reading_versions_and_specifiers_loads_no_heavy_module() -> None:
    """Neither text takes a regular expression; a warm command must not pay for loading them."""
    script = """if True:
        import sys
        before = set(sys.modules)
        from resolver.model.specifiers import Specifiers
        from resolver.model.version import Version, version_key
        for text in ("1.2.3", "2024.1.4", "1.0rc1", "v1.0-post.1+local"):
            version_key(text), str(Version(text))
        for text in (">=1.2,<2", "~=1.4.2", "!=1.5.*", "==1.0+x", ">=1.0rc1", "===foo"):
            wanted = Specifiers(text)
            wanted.mask([version_key("1.2")], ["1.2"]), wanted.contains("1.2"), str(wanted)
        heavy = {"re", "typing", "packaging", "enum", "functools", "collections", "collections.abc", "attrs"}
        print(sorted(heavy & (set(sys.modules) - before)))
    """
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"
