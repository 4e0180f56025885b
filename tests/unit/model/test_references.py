"""Direct references, taken apart: what is read of an address, what is refused, and what is never shown."""

from __future__ import annotations

import pickle

import pytest

from resolver.model.references import GIT, PATH, WEB, InvalidReference, Reference

DIGEST = "0" * 63 + "a"
OTHER = "1" * 64
COMMIT = "0123456789" * 4


def read(text: str, written: str = "") -> Reference:
    """Read an address as if it stood in a file in /home."""
    return Reference.read(text, "/home", written)


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("https://h.example/a-1-py3-none-any.whl", WEB, "https://h.example/a-1-py3-none-any.whl"),
        ("HTTPS://h.example/a-1.tar.gz#egg=a", WEB, "https://h.example/a-1.tar.gz"),
        ("http://h.example:81/a-1.zip?x=1", WEB, "http://h.example:81/a-1.zip?x=1"),
        (f"https://h.example/a.zip#sha256={DIGEST}", WEB, f"https://h.example/a.zip#sha256={DIGEST}"),
        (f"https://h.example/a.zip#sha256={DIGEST.upper()}&subdirectory=s/", WEB, f"https://h.example/a.zip#sha256={DIGEST}&subdirectory=s"),
        ("https://me:pw@h.example/a.zip", WEB, "https://h.example/a.zip"),
        ("./d", PATH, "file:///home/d"),
        ("../d/", PATH, "file:///d"),
        ("/x/y z", PATH, "file:///x/y%20z"),
        ("file:///x/y%20z", PATH, "file:///x/y%20z"),
        ("file:d", PATH, "file:///home/d"),
        ("file://localhost/d", PATH, "file:///d"),
        ("wheels/a-1-py3-none-any.whl", PATH, "file:///home/wheels/a-1-py3-none-any.whl"),
        (".", PATH, "file:///home"),
        ("git+https://h.example/a.git", GIT, "git+https://h.example/a.git"),
        ("git+https://h.example/a@feature/x", GIT, "git+https://h.example/a@feature/x"),
        ("git+https://tok:en@h.example/a@v1#egg=a&subdirectory=b", GIT, "git+https://h.example/a@v1#subdirectory=b"),
        ("git+ssh://git@h.example/a", GIT, "git+ssh://git@h.example/a"),
        ("git+ssh://git:pw@h.example:22/a", GIT, "git+ssh://git@h.example:22/a"),
        ("git+file:///srv/a.git@v1", GIT, "git+file:///srv/a.git@v1"),
        ("git+https://[::1]:8000/a", GIT, "git+https://[::1]:8000/a"),
    ],
)  # fmt: skip
def test_addresses_are_taken_apart(text: str, kind: str, said: str) -> None:
    found = read(text)
    assert (found.kind, found.said) == (kind, said)
    assert read(found.said).address == found.address


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("git+ssh://-oProxyCommand=touch%20x/a", "the host of the address is none"),
        ("git+ssh://-l@h.example/a", "the host of the address is none"),
        ("git+ssh://h.example$x/a", "the host of the address is none"),
        ("https://me:pass/word@h.example/a.zip", "the host of the address is none"),
        ("git+https://h.example/a@--upload-pack=x", "the revision behind the @"),
        ("git+https://h.example/a@-b", "the revision behind the @"),
        ("git+https://h.example/a@a..b", "the revision behind the @"),
        ("git+https://h.example/a@HEAD~1", "the revision behind the @"),
        ("git+https://h.example/a@x:y", "the revision behind the @"),
        ("git+https://h.example/a@", "the revision behind the @ is missing"),
        ("git+https://h.example/a@x y", "the revision behind the @"),
        ("git+https://h.example/", "no repository"),
        ("git+https:///a", "names no host"),
        ("git+ext::sh -c id", "not supported"),
        ("git+ext://sh/a", "not supported"),
        ("git+git://h.example/a", "not supported"),
        ("git+fd://17/a", "not supported"),
        ("ext::sh", "not supported"),
        ("hg+https://h.example/a", "not supported"),
        ("ftp://h.example/a.zip", "not supported"),
        ("git+file://h.example/a", "another machine"),
        ("file://h.example/a", "another machine"),
        ("file:///a%00b", "NUL"),
        ("https:///a.zip", "names no host"),
        ("https://h.example/a", "neither a wheel"),
        ("https://h.example/a.tar.bz2", "neither a wheel"),
        ("https://h.example/a.zip#md5=0", "a md5 digest protects from nothing"),
        ("https://h.example/a.zip#sha1=0", "a sha1 digest"),
        ("https://h.example/a.zip#sha256=0", "is no sha256 digest"),
        (f"git+https://h.example/a#sha256={DIGEST}", "only archives have hashes"),
        ("git+https://h.example/a#subdirectory=../b", "does not lie in the project"),
        ("git+https://h.example/a#subdirectory=/b", "does not lie in the project"),
        ("git+https://h.example/a#subdirectory=b%2F..%2F..", "does not lie in the project"),
        ("git+https://h.example/a#subdirectory=", "does not lie in the project"),
        ("https://h.example/a-1-py3-none-any.whl#subdirectory=b", "a wheel has no subdirectory"),
        ("git+https://h.example/a#egg=a>=1", "names no package"),
        ("git+https://h.example/a#egg=a[b", "names no package"),
        ("./" + "x" * 5000, "too long"),
    ],
)  # fmt: skip
def test_what_could_be_more_than_an_address_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidReference, match=r"\w") as caught:
        read(text)
    assert words in str(caught.value)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x1c", "\u00a0", "\n", "\t", "\u3000"])
def test_separators_in_revisions_are_refused(separator: str) -> None:
    """A reader that splits lines at one would see two revisions (CVE-2021-3572)."""
    with pytest.raises(InvalidReference):
        read(f"git+https://h.example/a@v1{separator}v2")


def test_credentials_are_kept_to_fetch_and_never_shown() -> None:
    for text in (
        "https://me:s3cret@h.example/a.zip",
        "git+https://s3cret@h.example/a",
        "git+ssh://git:s3cret@h.example/a",
    ):
        found = read(text)
        assert "s3cret" in found.location
        assert found.hides
        for shown in (found.said, found.address, found.url, found.key, found.of("a"), repr(found)):
            assert "s3cret" not in shown
        assert read(found.whole).location == found.location
    assert not read("git+ssh://git@h.example/a").hides


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("https://${U}:${P_1}@h.example/a.zip", "https://${U}:${P_1}@h.example/a.zip"),
        ("a @ https://me:${P}@h.example/a.zip", "https://me:${P}@h.example/a.zip"),
        ("https://${TOKEN}@h.example/a.zip", "https://${TOKEN}@h.example/a.zip"),
        ("https://me:x${P}@h.example/a.zip", "https://h.example/a.zip"),
        ("https://me:s3cret@h.example/${P}.zip", "https://h.example/a.zip"),
        ("https://${lower}@h.example/a.zip", "https://h.example/a.zip"),
    ],
)
def test_variables_stay_as_they_were_written(written: str, said: str) -> None:
    found = read("https://me:s3cret@h.example/a.zip", written)
    assert (found.said, found.hides) == (said, "@" not in said)
    assert found.location == "https://me:s3cret@h.example/a.zip"


def test_variable_in_a_query_is_shown_as_it_was_written() -> None:
    found = read("https://h.example/a.zip?t=s3cret", "https://h.example/a.zip?t=${T}#egg=a")
    assert found.said == "https://h.example/a.zip?t=${T}"


def test_pin_of_a_repository_names_the_commit() -> None:
    found = read("git+https://h.example/a@v1#subdirectory=b")
    pinned = f"git+https://h.example/a@{COMMIT}"
    assert found.pinned_as(pinned) == f"{pinned}#subdirectory=b"
    assert found.at(COMMIT).revision == COMMIT
    archive = read(f"https://h.example/a.zip#sha256={DIGEST}")
    assert archive.pinned_as("https://h.example/a.zip") == archive.said


def test_references_to_one_thing_can_be_joined() -> None:
    plain, hashed = read("https://h.example/a.zip"), read(f"https://h.example/a.zip#sha256={DIGEST}")
    joined = plain.joined(hashed)
    assert joined is not None
    assert joined.hashes == {"sha256": DIGEST}
    assert hashed.joined(read(f"https://h.example/a.zip#sha256={OTHER}")) is None
    assert plain.joined(read("https://h.example/b.zip")) is None
    one = plain.edited(allowed=(f"sha256:{DIGEST}",))
    assert one.joined(plain.edited(allowed=(f"sha256:{OTHER}",))) is None
    assert one.joined(hashed) is not None
    editable = read("./d").edited(editable=True)
    again = editable.joined(read("/home/d"))
    assert again is not None
    assert again.editable


def test_only_trees_are_editable_and_only_archives_have_hashes() -> None:
    with pytest.raises(InvalidReference, match="editable"):
        read("./a.zip").edited(editable=True)
    with pytest.raises(InvalidReference, match="only archives"):
        read("./a").edited(allowed=(f"sha256:{DIGEST}",))


def test_paths_are_known_by_how_they_were_written() -> None:
    """So that a recording made in one folder can be replayed in another."""
    assert read("./a/../d#subdirectory=b").of("x") == "x @ d#subdirectory=b"
    assert read("./a.zip").edited(allowed=(f"sha256:{DIGEST}",)).key.endswith(f" --hash=sha256:{DIGEST}")


def test_values_are_compared_and_pickled() -> None:
    found = read("git+https://me:pw@h.example/a@v1#egg=a")
    assert pickle.loads(pickle.dumps(found)) == found  # our own bytes
    assert hash(found) == hash(pickle.loads(pickle.dumps(found)))  # the same
    assert found != read("git+https://h.example/b")
    assert found != "git+https://h.example/a"
    assert found.is_tree
    assert not found.is_local_tree
