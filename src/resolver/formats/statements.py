"""The grammar of one line of a requirements file: a requirement with options behind it, or options alone.

Pure functions over a ``Line``; what the options do is in ``requirements_txt``.  As in pip, the first word
that begins with a hyphen ends the requirement, and the options are split as a shell splits words.

Spec: https://pip.pypa.io/en/stable/reference/requirements-file-format/ (Supported options)
"""

from __future__ import annotations

from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resolver.formats.lines import Line

__all__ = ["FILE_OPTIONS", "REQUIREMENT_OPTIONS", "Option", "first_option", "may_refer", "options_of"]

FILE_OPTIONS = {
    "--index-url": "index_url",
    "--pypi-url": "index_url",
    "-i": "index_url",
    "--extra-index-url": "extra_index_urls",
    "--find-links": "find_links",
    "-f": "find_links",
    "--only-binary": "only_binary",
    "--no-binary": "no_binary",
    "--trusted-host": "trusted_hosts",
    "--no-index": "no_index",
    "--pre": "pre",
    "--require-hashes": "require_hashes",
    "--prefer-binary": "prefer_binary",
    "--requirement": "requirement",
    "-r": "requirement",
    "--constraint": "constraint",
    "-c": "constraint",
    "--editable": "editable",
    "-e": "editable",
    "--use-feature": "use_feature",
    "--all-releases": "all_releases",
    "--only-final": "only_final",
}
"""The options that stand on a line of their own, each with the name of what it sets."""

REQUIREMENT_OPTIONS = {
    "--hash": "hash",
    "--config-settings": "config_settings",
    "--config-setting": "config_settings",
    "-C": "config_settings",
    "--global-option": "global_option",
}
"""The options that stand behind a requirement."""

_ARCHIVES = (".whl", ".zip", ".gz", ".tgz", ".tar", ".bz2", ".tbz", ".xz", ".txz", ".zst")
_FLAGS = frozenset({"no_index", "pre", "require_hashes", "prefer_binary"})


class Option:
    """An option as written: its flag, the name of what it sets, its value, and where the value stands."""

    __slots__ = ("flag", "name", "position", "value")

    def __init__(self, flag: str, name: str, value: str, position: int) -> None:
        self.flag = flag
        self.name = name
        self.value = value
        self.position = position


def first_option(text: str) -> int:
    """Return where the first word that begins with a hyphen stands, or the length of ``text``.

    >>> first_option("flask --hash=sha256:0"), first_option("flask"), first_option("-r a.txt")
    (6, 5, 0)
    """
    if text.startswith("-"):
        return 0
    marks = (at for at in range(1, len(text)) if text[at] == "-" and text[at - 1] in " \t")
    return next(marks, len(text))


def may_refer(text: str) -> bool:
    """Tell whether a requirement may be an address, or have one: only such are looked at more closely.

    >>> may_refer("a>=1"), may_refer("a @ https://host.example/a-1.zip"), may_refer("a-1-py3-none-any.whl")
    (False, True, True)
    """
    if "@" in text or "/" in text or "\\" in text or text[:1] == ".":
        return True
    head = text.partition(";")[0].partition("[")[0].rstrip().lower()
    return head.startswith("file:") or head.endswith(_ARCHIVES)


def options_of(line: Line, path: str, start: int, known: Mapping[str, str]) -> Iterator[Option]:
    """Yield the options of ``line`` from ``start`` on, in order.

    Raises ``InputError`` for what is not in ``known``, for missing values, and for words that belong to no
    option.
    """
    words = iter(_words(line, path, start))
    before = ""
    for word, place in words:
        flag, equals, value = word.partition("=")
        if not flag.startswith("--") and len(flag) > len("-x") and flag[:2] in known:
            flag, equals, value = word[:2], "=", word[2:]
        if flag not in known:
            raise line.error(_unknown(flag, known, before), path, place)
        name, position = known[flag], place
        if name in _FLAGS:
            if equals:
                raise line.error(f"{flag} takes no value", path, place)
        elif not equals:
            value, position = next(words, ("", place))
        if not value and name not in _FLAGS:
            raise line.error(f"{flag} wants a value behind it", path, place)
        before = flag
        yield Option(flag, name, value, position)


def _unknown(word: str, known: Mapping[str, str], before: str) -> str:
    if not word.startswith("-"):
        return f"{before} is followed by {redacted(word)!r}, which does not belong to it"
    if known is REQUIREMENT_OPTIONS and word in FILE_OPTIONS:
        return f"{word} must stand on a line of its own, not behind a requirement"
    if word in REQUIREMENT_OPTIONS:
        return f"{word} belongs behind a requirement"
    return f"unknown option {word}"


def _words(line: Line, path: str, start: int) -> Iterator[tuple[str, int]]:
    """Split the line from ``start`` on as a shell would; yield each word with its position."""
    text = line.text
    options = text[start:]
    words = options.split()
    if any(mark in options for mark in "'\"\\"):
        import shlex  # noqa: PLC0415  # lazy: start-up time

        try:
            words = shlex.split(options)
        except ValueError:
            raise line.error("a quotation mark is not closed", path, start) from None
    position = start
    for word in words:
        # Where a quoted word is not found as it stands, its place is that of the word before.
        position = max(text.find(word, position), position)
        yield word, position
        position += len(word)
