"""Names of files: what is split off quickly, what is refused, and the record of a file."""

from __future__ import annotations

import pickle

import pytest

from resolver.model.distfile import DistFile
from resolver.model.filenames import (
    MAX_LENGTH,
    InvalidFilename,
    SdistName,
    UnsupportedFile,
    WheelName,
    parse_sdist,
    parse_wheel,
    split_sdist,
    split_wheel,
)


@pytest.mark.parametrize(
    ("filename", "name", "expected"),
    [
        ("foo-1.0-py3-none-any.whl", "foo", ("1.0", "py3-none-any")),
        ("Foo.Bar-1.0-py3-none-any.whl", "foo-bar", ("1.0", "py3-none-any")),
        ("foo_bar-1.0-py2.py3-none-any.whl", "foo-bar", ("1.0", "py2.py3-none-any")),
        ("foo-1.0-1-py3-none-any.whl", "foo", ("1.0", "py3-none-any")),
        ("foo-1.0-20240101a-cp312-cp312-win_amd64.whl", "foo", ("1.0", "cp312-cp312-win_amd64")),
        ("foo-1.0+local.1-py3-none-any.whl", "foo", ("1.0+local.1", "py3-none-any")),
        ("foo-1!1.0-py3-none-any.whl", "foo", ("1!1.0", "py3-none-any")),
    ],
)
def test_wheel_of_the_package_is_split(filename: str, name: str, expected: tuple[str, str]) -> None:
    """Version and tags are slices of the name, with or without a build number."""
    assert expected == split_wheel(filename, name)


@pytest.mark.parametrize(
    "filename",
    [
        "bar-1.0-py3-none-any.whl",
        "bar-1.0-1-py3-none-any.whl",
        "foo__bar-1.0-py3-none-any.whl",
        "foo-1.0-any.whl",
        "foo.whl",
        "foo-1.0-x-py3-none-any.whl",
        "foo-1.0-py3-none-any.whl.txt",
        "foo-1.0-py3-none-any.WHL",
        "-1.0-py3-none-any.whl",
        "",
    ],
)
def test_wheel_of_another_package_or_shape_is_refused(filename: str) -> None:
    """What is not a wheel of the package says so."""
    with pytest.raises(InvalidFilename):
        split_wheel(filename, "foo")


@pytest.mark.parametrize(
    "filename", ["foo-1.0-py3-none-any-gpu.whl", "foo-1.0-7-cp312-abi3-win32-x8664v3.whl"]
)
def test_wheel_variant_is_reported_as_its_own_kind(filename: str) -> None:
    """PEP 825: a sixth part behind the tags is a variant label."""
    with pytest.raises(UnsupportedFile, match="wheel variants") as caught:
        split_wheel(filename, "foo")
    assert filename == caught.value.filename
    with pytest.raises(UnsupportedFile):
        parse_wheel(filename)


HOSTILE = [
    "foo-1.0/../x-py3-none-any.whl",
    "foo-1.0\\x-py3-none-any.whl",
    "../foo-1.0.tar.gz",
    "/etc/foo-1.0.zip",
    "foo-1.0%2F..-py3-none-any.whl",
    "foo-1.0\n-py3-none-any.whl",
    "foo-1.0\0.tar.gz",
    "foo-1.0 .tar.gz",
    "foo-1.0é.tar.gz",
    "foo-1.0\ud800.tar.gz",
    f"foo-1.0-py3-none-{'a' * MAX_LENGTH}.whl",
    f"foo-{'1' * MAX_LENGTH}.tar.gz",
    "C:foo-1.0.zip",
]


@pytest.mark.parametrize("filename", HOSTILE)
def test_name_that_could_be_more_than_a_name_is_refused_everywhere(filename: str) -> None:
    """Separators, control characters, what is not ASCII, and very long names; the message is printable."""
    for read in (parse_wheel, parse_sdist):
        with pytest.raises(InvalidFilename) as caught:
            read(filename)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300
    for split in (split_wheel, split_sdist):
        with pytest.raises(InvalidFilename):
            split(filename, "foo")


@pytest.mark.parametrize(
    ("filename", "name", "expected"),
    [
        ("foo-1.0.tar.gz", "foo", "1.0"),
        ("foo-bar-1.0.tar.gz", "foo-bar", "1.0"),
        ("Foo_Bar-1.0.zip", "foo-bar", "1.0"),
        ("foo__bar-1.0.zip", "foo-bar", "1.0"),
        ("foo-1.0-1.tar.gz", "foo", "1.0-1"),
        ("foo-1.0-beta.tar.gz", "foo", "1.0-beta"),
        ("foo-2-1.0.tar.gz", "foo-2", "1.0"),
        ("foo-bar-1.0.tar.gz", "foo", "bar-1.0"),
    ],
)
def test_source_distribution_is_split_behind_the_known_name(filename: str, name: str, expected: str) -> None:
    """Dashes in the name or in the version are no riddle; whether it is a version is for the reader."""
    assert expected == split_sdist(filename, name)


@pytest.mark.parametrize("ending", [".tar.bz2", ".tgz", ".exe", ".egg", ".tar.xz", ".rpm", ".tar.Z"])
def test_archive_of_an_old_kind_is_reported_as_its_own_kind(ending: str) -> None:
    """PEP 527 and PEP 625 leave .tar.gz and .zip."""
    with pytest.raises(UnsupportedFile, match="archives and wheels are supported"):
        split_sdist(f"foo-1.0{ending}", "foo")
    with pytest.raises(UnsupportedFile):
        parse_sdist(f"foo-1.0{ending}")


@pytest.mark.parametrize(
    "filename", ["foo-1.0.txt", "foo.tar.gz", "bar-1.0.tar.gz", "1.0.zip", ".zip", "-1.0.zip"]
)
def test_source_distribution_of_another_package_or_shape_is_refused(filename: str) -> None:
    """What is not a source distribution of the package says so."""
    with pytest.raises(InvalidFilename) as caught:
        split_sdist(filename, "foo")
    assert not isinstance(caught.value, UnsupportedFile)


@pytest.mark.parametrize(
    ("filename", "reason"),
    [
        ("foo-1.0-py3-none-any.zip", "does not end in .whl"),
        ("foo-1.x-py3-none-any.whl", "'1.x' is not a version"),
        ("foo-1.0-py3-none-any..whl", "one of its tags is empty"),
        ("foo-1.0-none-any.whl", "five parts"),
        ("foo-1.0-py!3-none-any.whl", "its tags hold more than"),
        ("foo-1.0-.py3-none-any.whl", "one of its tags is empty"),
        ("foo_-1.0-py3-none-any.whl", "does not start with a package name"),
        ("foo-1.0-2-3-none-any.whl", "does not name a Python interpreter"),
    ],
)
def test_reason_says_what_is_wrong_with_a_wheel(filename: str, reason: str) -> None:
    """Each flaw has its own words."""
    with pytest.raises(InvalidFilename, match=reason):
        parse_wheel(filename)


def test_parsed_names_show_their_parts() -> None:
    """The names have readable representations."""
    assert repr(WheelName("foo", "1.0", (1, "a"), "py3-none-any")) == repr(
        parse_wheel("foo-1.0-1a-py3-none-any.whl")
    )
    assert repr(SdistName("foo", "1.0")) == repr(parse_sdist("foo-1.0.zip"))


def test_file_is_a_value() -> None:
    """Files are equal where all fields are, survive pickling, and know whether they are wheels."""
    file = DistFile("a-1-py3-none-any.whl", "https://index.example/a", hashes={"sha256": "0"}, yanked="bad")
    other = DistFile("a-1-py3-none-any.whl", "https://index.example/a", hashes={"sha256": "0"})
    assert pickle.loads(pickle.dumps(file)) == file
    assert file != other
    assert hash(file) == hash(other)
    assert file != "a-1-py3-none-any.whl"
    assert file.is_wheel
    assert not DistFile("a-1.zip", "").is_wheel
    assert DistFile("a-1.zip", "").hashes == {}
    assert repr(file) == "DistFile('a-1-py3-none-any.whl', 'https://index.example/a')"
