"""The scanner of index pages finds the tags that ``html.parser`` finds, on pages that both understand."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from resolver.index.simple_html import tags

NAMES = st.sampled_from(["href", "HREF", "data-yanked", "data-requires-python", "rel", "data-core-metadata"])
TEXTS = st.text("abc012<>&;=-/ é\n\t#.", max_size=12)
QUOTED = st.builds(
    lambda text, quote: quote + text.replace("&", "&amp;") + quote, TEXTS, st.sampled_from("'\"")
)
BARE = st.text("abc012;-/#.é", min_size=1, max_size=12)
VALUES = st.one_of(st.just(""), st.builds("={}".format, QUOTED | BARE), st.builds(" = {}".format, QUOTED))
ATTRIBUTES = st.lists(st.builds("{}{}".format, NAMES, VALUES), max_size=4).map(" ".join)
ELEMENTS = st.sampled_from(["a", "A", "meta", "base", "p", "abbr"])
TAGS = st.builds("<{} {} >".format, ELEMENTS, ATTRIBUTES)
OTHERS = st.sampled_from(
    ["<!DOCTYPE html>", "<!-- <a href=x> -->", "</a>", "</p >", "<br/>", "text", "\n",
     "&lt;a href=y>", "1 < 2", "<script>'<a href=z>'</script>", "<style><a></style>"]
)  # fmt: skip
PAGES = st.lists(TAGS | OTHERS, max_size=8).map("".join)


class Oracle(HTMLParser):
    """Collects start tags as ``tags`` yields them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the first of two attributes of one name, as the HTML standard demands."""
        if tag in {"a", "base", "meta"}:
            self.found.append((tag, dict(reversed(attrs))))


@given(PAGES)
def test_tags_are_those_of_html_parser(page: str) -> None:
    """For every page: the same tags, in the same order, with the same attributes."""
    oracle = Oracle()
    oracle.feed(page)
    oracle.close()
    assert list(tags(page)) == oracle.found


@given(st.text("<>/!-='\"& abA\n?;#1", max_size=40))
def test_any_text_is_a_page(page: str) -> None:
    """Whatever comes is read to its end, and names are in lower case."""
    for name, attributes in tags(page):
        assert name in {"a", "base", "meta"}
        assert [key.lower() for key in attributes] == list(attributes)
