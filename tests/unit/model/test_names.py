from __future__ import annotations

import pytest

from resolver.model.names import InvalidName, NameTable, PackageId, normalise
from support.corpora import needs_corpora, rows


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("requests", "requests"),
        ("Foo", "foo"),
        ("foo.bar", "foo-bar"),
        ("Foo._.Bar--2", "foo-bar-2"),
        ("a", "a"),
        ("7", "7"),
        ("zope.interface", "zope-interface"),
    ],
)
def test_spellings_of_a_name_have_one_normal_form(name: str, expected: str) -> None:
    assert expected == normalise(name)
    assert expected == normalise(expected)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-",
        "-a",
        "a-",
        ".a",
        "a_",
        "a b",
        "a\n",
        "a!b",
        "caf\u00e9",
        "a/b",
        "a[b]",
        "\u0131",
        "\u0661",
        "..",
        "a--",
    ],
)
def test_illegal_name_is_refused(name: str) -> None:
    with pytest.raises(InvalidName, match="is not a valid name") as caught:
        normalise(name)
    assert name == caught.value.name


def test_message_about_a_long_illegal_name_is_short() -> None:
    with pytest.raises(InvalidName) as caught:
        normalise("!" * 1_000_000)
    assert len(str(caught.value)) < 250


@needs_corpora
@pytest.mark.parametrize("table", ["filenames-uv/name-normalize", "filenames-packaging/name-normalize"])
def test_names_agree_with_the_tables(table: str) -> None:
    """``normalized`` null (uv) or ``valid`` false (packaging): not a legal name."""
    found = rows(table)
    assert found
    for row in found:
        if row["normalized"] is None or not row.get("valid", True):
            with pytest.raises(InvalidName):
                normalise(row["name"])
        else:
            assert row["normalized"] == normalise(row["name"]), row


def test_ids_are_dense_and_given_out_in_order() -> None:
    table = NameTable()
    assert [table.intern(name) for name in ("b", "a", "c")] == [0, 1, 2]
    assert [table.name(PackageId(number)) for number in range(len(table))] == ["b", "a", "c"]


def test_copy_has_the_same_ids_and_goes_its_own_way() -> None:
    table = NameTable()
    assert [table.intern(name) for name in ("a", "b[x]")] == [0, 2]
    copied = table.copy()
    assert [copied.intern(name) for name in ("b[x]", "A", "c")] == [2, 0, 3]
    assert (copied.name(2), copied.base(2), copied.extra(2)) == ("b[x]", 1, "x")
    assert (len(table), table.intern("d")) == (3, 3)


def test_spelling_does_not_matter_to_the_table() -> None:
    table = NameTable()
    assert len({table.intern(name) for name in ("Foo.Bar", "foo-bar", "foo__bar", "FOO-BAR", "Foo.Bar")}) == 1
    assert len(table) == 1


def test_extra_is_an_entry_of_its_own_that_knows_its_base() -> None:
    table = NameTable()
    extra = table.intern("Foo.Bar[Fast.IO]")
    base = table.intern("foo-bar")
    assert ("foo-bar[fast-io]", "fast-io", base) == (table.name(extra), table.extra(extra), table.base(extra))
    assert ("foo-bar", None, base) == (table.name(base), table.extra(base), table.base(base))
    assert extra == table.intern("foo_bar[fast_io]")
    assert len(table) == 2


@pytest.mark.parametrize("name", ["a[", "a[]", "[a]", "a[b", "a[b]c", "a[b][c]", "a[b,c]", "a]", "a[ b]", ""])
def test_table_is_unchanged_by_an_illegal_name(name: str) -> None:
    table = NameTable()
    with pytest.raises(InvalidName):
        table.intern(name)
    assert len(table) == 0
