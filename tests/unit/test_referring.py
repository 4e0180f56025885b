"""Who may refer to an address: the user, the user's folders, and whom an option allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver import NoSolution, Options, resolve
from resolver.errors import InputError
from resolver.formats.named import user_requirement
from resolver.model.references import Reference
from resolver.model.requirement import Requirement
from resolver.policy import DirectReference, NotFollowed, OtherReference
from resolver.referring import Following, referred
from resolver.sources import environment_of
from support.loopback import Loopback, project, wheel

if TYPE_CHECKING:
    from pathlib import Path

LINUX = environment_of(Options(python_version="3.12", python_platform="linux"))
URL = "https://h.example/a-1.zip"


def read(*texts: str) -> list[Requirement]:
    """Read requirements of the user's."""
    return [user_requirement(text) for text in texts]


def test_packages_with_an_address_are_found() -> None:
    """Where the marker holds, nothing excludes them, and no override stands in their place."""
    found = referred(
        read(f"a @ {URL}", f"b @ {URL} ; os_name == 'nt'", f"c @ {URL}", f"d @ {URL}", "e"),
        read(f"e @ {URL}"),
        read("c==1", f"f @ {URL}x.zip"),
        LINUX,
        {"d"},
    )
    assert {name: each.url for name, each in found.items()} == {"a": URL, "e": URL, "f": f"{URL}x.zip"}


def test_what_two_lines_ask_for_is_joined() -> None:
    digest = "0" * 64
    found = referred(read(f"a @ {URL}", f"a[x] @ {URL}#sha256={digest}"), (), (), LINUX)
    assert found["a"].hashes == {"sha256": digest}
    with pytest.raises(InputError, match=f"a is to come from {URL} and from {URL}x.zip"):
        referred(read(f"a @ {URL}"), read(f"a @ {URL}x.zip"), (), LINUX)


@pytest.mark.parametrize(
    ("parent", "text", "allowed", "kind"),
    [
        ("index", "b @ https://h.example/b.zip", (), DirectReference),
        ("index", "b @ https://h.example/b.zip", ("c",), DirectReference),
        ("index", "b @ https://h.example/b.zip", ("b",), NotFollowed),
        ("index", "b @ http://h.example/b.zip", (":all:",), NotFollowed),
        ("index", "b @ git+https://h.example/b", (":all:",), NotFollowed),
        ("index", "b @ git+http://h.example/b", (":all:",), DirectReference),
        ("index", "b @ git+ssh://h.example/b", (":all:",), DirectReference),
        ("index", "b @ git+file:///b", (":all:",), DirectReference),
        ("index", "b @ file:///b", (":all:",), DirectReference),
        ("index", "b @ file:b", (":all:",), DirectReference),
        ("index", "b @ git+ssh://-o/b", (":all:",), DirectReference),
        ("tree", "b @ file:///b", (), NotFollowed),
        ("tree", "b @ git+ssh://h.example/b", (), NotFollowed),
        ("tree", "b @ git+ssh://-o/b", (), DirectReference),
        ("repository", "b @ https://h.example/b.zip", (), DirectReference),
        ("repository", "b @ file:///b", (":all:",), DirectReference),
        ("archive", "b @ https://h.example/b.zip", (), DirectReference),
        ("here", "b @ https://h.example/b.zip", (), DirectReference),
        ("index", f"known @ {URL}", (), None),
        ("index", "known @ https://h.example/other.zip", (":all:",), OtherReference),
        ("tree", "known @ https://h.example/other.zip", (), OtherReference),
    ],
)
def test_who_may_refer_to_what(
    parent: str, text: str, allowed: tuple[str, ...], kind: type[object] | None
) -> None:
    addresses = {
        "tree": "./tree",
        "repository": "git+https://h.example/r",
        "archive": "https://h.example/x-1.zip",
        "here": "./x-1.zip",
        "known": URL,
    }
    references = {name: Reference.read(each, "/home") for name, each in addresses.items()}
    found = Following(references, allowed).reason(parent, Requirement.parse(text))
    assert (None if found is None else type(found)) is kind


def test_option_is_named_where_it_would_help() -> None:
    following = Following({})
    for text, helps in (("b @ https://h.example/b.zip", True), ("b @ file:///b", False)):
        found = following.reason("index", Requirement.parse(text))
        assert isinstance(found, DirectReference)
        assert (found.package, found.option) == ("b", helps)


def test_credentials_of_metadata_are_not_repeated() -> None:
    found = Following({}).reason("index", Requirement.parse("b @ https://me:s3cret@h.example/b.zip"))
    assert found is not None
    assert "s3cret" not in found.says(many=False)


def test_library_takes_addresses_and_refuses_the_same(tmp_path: Path) -> None:
    """As strings, and in options."""
    folder = tmp_path
    project(folder / "tree", "tree", "1", ["a"])
    with Loopback() as index:
        url = index.put("a-1-py3-none-any.whl", wheel("a", "1"))
        index.add("b", "1", [f"a @ {url}"])
        options = Options(index_url=index.index, no_cache=True, constraints=(f"a @ {url}",))
        pins = resolve([str(folder / "tree"), "b"], options).pins
        assert {name: pin.url for name, pin in pins.items()} == {
            "a": url,
            "b": None,
            "tree": (folder / "tree").as_uri(),
        }
        with pytest.raises(NoSolution, match="direct references in metadata are refused"):
            resolve(["b"], options.replace(constraints=()))
        found = resolve(["b"], options.replace(constraints=(), allow_urls=("A",)))
        assert found.pins["a"].url == url
