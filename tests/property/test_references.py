"""Whatever is written as an address is refused with a sentence, or means the same when it is read again."""

from __future__ import annotations

import pickle
from contextlib import suppress

from hypothesis import example, given
from hypothesis import strategies as st

from resolver.errors import MetadataInvalid
from resolver.formats.named import InvalidUserRequirement, user_requirement
from resolver.index.trees import project_metadata
from resolver.model.references import GIT, InvalidReference, Reference

SECRET = "s3cret"

PIECES = st.sampled_from(
    [
        *("https://", "http://", "file:", "file://", "git+https://", "git+ssh://", "git+file://", "ext::"),
        *(f"me:{SECRET}@", f"{SECRET}@", "git@", "-o", "host.example", "[::1]", ":80", ":", "//", "/", "@"),
        *("..", "./", "a-1-py3-none-any.whl", "a-1.tar.gz", ".zip", "?q=1", "#", "&", "=", "egg=a", "[x]"),
        *("subdirectory=b", f"sha256={'0' * 64}", "md5=0", "%2e%2e", "%00", " ", ";", "\u2028", "é", "\0"),
        *("v1", "HEAD~1", "--upload-pack=x", "${TOKEN}", "a @ ", "\\", "C:", "~"),
    ]
)
ADDRESSES = st.lists(PIECES, max_size=9).map("".join) | st.text(max_size=40)


@given(ADDRESSES)
@example(f"git+https://{SECRET}@host.example/a@v1")
@example(f"https://host.example/me:{SECRET}@a-1.tar.gz")
def test_addresses_are_refused_or_mean_the_same_again(text: str) -> None:
    try:
        found = Reference.read(text, "/home")
    except InvalidReference:
        return
    assert found.said.isprintable()
    again = Reference.read(found.said, "/")
    assert (again.address, again.hashes, again.kind) == (found.address, found.hashes, found.kind)
    assert pickle.loads(pickle.dumps(found)) == found  # our own bytes
    assert found.joined(again) is not None
    whole = Reference.read(found.whole, "/")
    assert (whole.location, whole.address) == (found.location, found.address)
    if found.kind == GIT:
        for word in (found.location.partition("://")[2], found.revision):
            assert not word.startswith("-")
            assert not any(c.isspace() for c in found.revision)


@given(ADDRESSES)
def test_what_stands_before_a_host_is_not_shown(text: str) -> None:
    """But in a path, where it is no password to whoever reads addresses."""
    for scheme in ("https://", "git+https://"):
        try:
            found = Reference.read(f"{scheme}me:{SECRET}@host.example/{text}.zip", "/home")
        except InvalidReference:
            continue
        assert found.said.partition("://")[2].partition("/")[0] == "host.example"
        assert found.hides


@given(ADDRESSES)
def test_requirements_of_users_are_refused_or_read(text: str) -> None:
    try:
        found = user_requirement(text)
    except InvalidUserRequirement:
        return
    if found.reference is not None:
        assert user_requirement(found.text).text == found.text


@given(
    st.text(max_size=60)
    | st.lists(
        st.sampled_from(
            [
                "[project]\n",
                'name="a"\n',
                'version="1"\n',
                'dependencies=["b"]\n',
                "dependencies=1\n",
                'dynamic=["version"]\n',
                "[project.optional-dependencies]\n",
                'x=["c; a"]\n',
                "[",
                '"',
            ]
        )
    ).map("".join)
)
def test_project_files_are_refused_or_read(text: str) -> None:
    with suppress(MetadataInvalid):
        found = project_metadata(text.encode("utf-8", "surrogatepass"), "pyproject.toml")
        assert found is None or (found.name, found.version) == ("a", "1")
