"""Requirements: what a line such as ``name[extra]>=1,<2; python_version > "3.8"`` says.

``Requirement.parse`` accepts what ``packaging`` accepts (docs/decisions/0003-packaging-decides-pep-508.md),
and says of everything else what is wrong at which character.  ``Requirement.repaired`` is for the metadata of
index packages, where what cannot be read may be known to mean something (``repairs``).

Metadata holds many more requirements than a resolution looks at, most of them for extras.  So reading one
only makes sure that it could be read in full: the specifiers become an object when they are asked for, and
the marker stays text, which ``environment`` evaluates.  Options that follow a requirement in a file are a
matter of ``formats``.

Specification: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
"""

from __future__ import annotations

from resolver.model.faults import InvalidMarker
from resolver.model.names import InvalidName, normalise
from resolver.model.specifiers import MAX_LENGTH, InvalidSpecifier, Specifiers
from resolver.model.version import MAX_LENGTH as MAX_VERSION
from resolver.model.version import MAX_SEGMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolver.model.references import Reference

__all__ = ["InvalidRequirement", "Origin", "Requirement"]

_BLANKS = " \t"
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_OPERATORS = frozenset({"==", ">=", "<=", "!=", "~=", "<", ">"})
_SHORT = 120  # characters: far from the limits of versions
_NAMELESS = "A URL or a path needs a name before it, as in 'name @ https://...'."
_LONGEST = MAX_VERSION + len("===  ")
_TOO_LONG = f"A version has more than {MAX_VERSION} characters or {MAX_SEGMENTS} segments."
_SHOWN = 100  # where a clause is longer, its message does not look for the character at fault


class InvalidRequirement(ValueError):
    """A text that is not a requirement.

    ``message`` is a sentence, ``position`` the offset (from 0) in ``text`` of the character it is about.
    """

    def __init__(self, message: str, position: int, text: str) -> None:
        super().__init__(message, position, text)
        self.message = message
        self.position = position
        self.text = text

    def __str__(self) -> str:
        return self.message


class Origin:
    """Where a requirement stands: a file and a line, from 1; 0 where there is no line to tell."""

    __slots__ = ("file", "line")

    def __init__(self, file: str, line: int) -> None:
        self.file = file
        self.line = line

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def __repr__(self) -> str:
        return f"Origin({self.file!r}, {self.line!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Origin):
            return NotImplemented
        return (self.file, self.line) == (other.file, other.line)

    def __hash__(self) -> int:
        return hash((self.file, self.line))

    def __reduce__(self) -> tuple[object, ...]:
        return Origin, (self.file, self.line)


class Requirement:
    """A requirement: a package, and what of it is admitted, when.

    ``name`` and ``extras`` (sorted) are in normal form; ``text`` is all as written; ``marker`` is the text
    behind the semicolon, ``""`` without one; ``url`` is that of a direct reference, else None; ``repairs`` is
    what ``repaired`` had to do, in words.  ``reference`` is the URL taken apart where it is one of the user's
    own (``formats.named``), ``hashes`` are the digests that stand behind it (``sha256:...``).  Two are equal,
    as in ``packaging``, if name, extras, specifiers, URL and the normal form of the marker are.
    """

    __slots__ = (
        "_read_from",
        "_specifier_text",
        "_specifiers",
        "extras",
        "hashes",
        "marker",
        "name",
        "origin",
        "reference",
        "repairs",
        "text",
        "url",
    )

    def __init__(self, text: str, parts: _Parts, origin: Origin | None = None) -> None:
        self.text = self._read_from = text
        self.origin = origin
        self.name, self.extras, self._specifier_text, self.url, self.marker = parts
        self.repairs: tuple[str, ...] = ()
        self.reference: Reference | None = None
        self.hashes: tuple[str, ...] = ()
        self._specifiers: Specifiers | None = None

    @classmethod
    def parse(cls, text: str, origin: Origin | None = None) -> Requirement:
        """Read a requirement.  Raises ``InvalidRequirement``; cost linear in the text.

        >>> wanted = Requirement.parse("Some_Name [Fast] >= 1.0 ; os_name == 'posix'")
        >>> wanted.name, wanted.extras, str(wanted.specifiers), wanted.marker
        ('some-name', ('fast',), '>=1.0', "os_name == 'posix'")
        """
        name, extras, specifiers, url, marker = _read(text)
        normal = tuple(sorted({_normal(extra) for extra in extras})) if extras else ()
        return cls(text, (_normal(name), normal, specifiers, url, marker), origin)

    @classmethod
    def repaired(cls, text: str) -> Requirement:
        """Read a requirement of an index package, repairing what is known to mean something.

        Raises ``InvalidRequirement`` (of the text as it is) where no repair helps.

        >>> Requirement.repaired("torch (>=1.9.*)").repairs
        ('wildcard removed behind an ordering operator',)
        """
        try:
            return cls.parse(text)
        except InvalidRequirement as error:
            for better, applied in _repaired(text):
                try:
                    found = cls.parse(better)
                except InvalidRequirement:
                    continue
                found.text = text
                found.repairs = applied
                return found
            raise error from None

    @classmethod
    def restored(
        cls,
        fields: list[str],
        origin: Origin | None = None,
        reference: Reference | None = None,
        hashes: tuple[str, ...] = (),
    ) -> Requirement:
        """Return the requirement of which ``stored`` gave these fields; nothing of it is checked again."""
        text, name, extras, specifiers, url, marker, read_from, *repairs = fields
        split = tuple(extras.split(",")) if extras else ()
        found = cls(text, (name, split, specifiers, url or None, marker), origin)
        found.reference, found.hashes = reference, hashes
        if repairs:
            found._read_from = read_from or text
            found.repairs = tuple(repairs)
        return found

    def stored(self) -> list[str]:
        """Return what the text of the requirement says, as texts without line breaks.

        >>> Requirement.restored(Requirement.parse("a[b] >1").stored())
        <Requirement('a[b]>1')>
        """
        read_from = "" if self._read_from == self.text else self._read_from
        extras = ",".join(self.extras)
        fixed = [self.text, self.name, extras, self._specifier_text, self.url or "", self.marker, read_from]
        return [*fixed, *self.repairs]

    @property
    def specifier_text(self) -> str:
        """The specifiers as written; equal texts admit the same versions."""
        return self._specifier_text

    @property
    def specifiers(self) -> Specifiers:
        """The versions that are admitted; made at the first call."""
        if self._specifiers is None:
            self._specifiers = Specifiers(self._specifier_text)
        return self._specifiers

    def __str__(self) -> str:
        name, extras, _, _, _ = _read(self._read_from)
        chosen = f"[{','.join(sorted(set(extras)))}]" if extras else ""
        url = f" @ {self.url}" if self.url else ""
        marker = f"; {_normal_marker(self.marker)}" if self.marker else ""
        return f"{name}{chosen}{self.specifiers}{url}{' ' if url and marker else ''}{marker}"

    def __repr__(self) -> str:
        return f"<Requirement({str(self)!r})>"

    def __eq__(self, other: object) -> bool:
        return self._identity() == other._identity() if isinstance(other, Requirement) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity())

    def __reduce__(self) -> tuple[object, ...]:
        return Requirement.restored, (self.stored(), self.origin, self.reference, self.hashes)

    def _identity(self) -> tuple[object, ...]:
        marker = _normal_marker(self.marker) if self.marker else ""
        return self.name, self.extras, self.specifiers, self.url, marker


if TYPE_CHECKING:
    # Name, extras, specifiers, URL and marker without the blanks around them: all as written, or name and
    # extras in normal form.
    _Written = tuple[str, list[str], str, str | None, str]
    _Parts = tuple[str, tuple[str, ...], str, str | None, str]


def _read(text: str) -> _Written:
    """Take ``text`` apart, checking all of it.  What is yet to be read is always a suffix of ``text``."""
    if len(text) > MAX_LENGTH:
        raise InvalidRequirement(f"A requirement is longer than {MAX_LENGTH} characters.", 0, text)
    rest = text.lstrip(_BLANKS)
    after = rest.lstrip(_NAME_CHARACTERS)
    name = rest[: len(rest) - len(after)]
    if not _is_identifier(name):
        raise _no_name(text, rest, name)
    rest = after.lstrip(_BLANKS)
    if not rest:
        return name, [], "", None, ""
    extras: list[str] = []
    if rest[0] == "[":
        extras, rest = _read_extras(text, rest)
    if rest[:1] == "@":
        url, marker = _read_url(text, rest[1:].lstrip(_BLANKS))
        return name, extras, "", url, marker
    specifiers, semicolon, marker = rest.partition(";")
    specifiers = specifiers.rstrip(_BLANKS)
    if specifiers[:1] == "(":
        specifiers = _within_parentheses(text, rest, specifiers)
    if specifiers and not _are_simple(specifiers):
        _check_specifiers(text, len(text) - len(rest) + rest.find(specifiers), specifiers)
    return name, extras, specifiers, None, _read_marker(text, marker) if semicolon else ""


def _is_identifier(name: str) -> bool:
    """Whether ``name``, of legal characters, begins and ends as ``packaging`` wants it."""
    return name.isalnum() or (name[:1].isalnum() and (name[-1].isalnum() or name[-1] == "_"))


def _read_extras(text: str, rest: str) -> tuple[list[str], str]:
    """Read ``[one, two]`` and the blanks behind it."""
    end = rest.find("]")
    inside = rest[1:end] if end > 0 else rest[1:]
    if inside.isalnum() and inside.isascii() and end > 0:
        return [inside], rest[end + 1 :].lstrip(_BLANKS)
    extras = [extra.strip(_BLANKS) for extra in inside.split(",")]
    if extras == [""]:
        extras = []
    if end < 0 or not all(_is_identifier(extra) and not extra.strip(_NAME_CHARACTERS) for extra in extras):
        raise _no_extra(text, rest)
    return extras, rest[end + 1 :].lstrip(_BLANKS)


def _read_url(text: str, rest: str) -> tuple[str, str]:
    """Read a URL, which ends at a blank, and the marker behind it."""
    if not rest:
        raise InvalidRequirement("Expected a URL after '@'.", len(text), text)
    blank = min((at for at in (rest.find(" "), rest.find("\t")) if at >= 0), default=len(rest))
    behind = rest[blank:].lstrip(_BLANKS)
    if not behind:
        return rest[:blank], ""
    if behind[0] != ";":
        hint = (
            " The semicolon before it belongs to the URL unless a blank precedes it."
            if rest[blank - 1] == ";"
            else ""
        )
        raise InvalidRequirement(
            f"Expected ';' or the end after the URL.{hint}", len(text) - len(behind), text
        )
    return rest[:blank], _read_marker(text, behind[1:])


def _read_marker(text: str, rest: str) -> str:
    """Return the marker that ``rest`` is, checked."""
    from resolver.model.markers import end_of_marker, is_simple_marker  # noqa: PLC0415  # lazy: start-up time

    marker = rest.strip(_BLANKS)
    if is_simple_marker(marker):
        return marker
    try:
        end = end_of_marker(text, len(text) - len(rest))
    except InvalidMarker as error:
        raise InvalidRequirement(error.message, error.position, text) from None
    if end < len(text):
        raise InvalidRequirement("Expected 'and', 'or' or the end of the requirement.", end, text)
    return marker


def _within_parentheses(text: str, rest: str, specifiers: str) -> str:
    close = specifiers.find(")")
    start = len(text) - len(rest)
    if close < 0:
        raise InvalidRequirement("The parenthesis is not closed.", start + len(specifiers), text)
    if close + 1 < len(specifiers):
        behind = specifiers[close + 1 :].lstrip(_BLANKS)
        position = start + len(specifiers) - len(behind)
        raise InvalidRequirement("Expected ';' or the end after the parenthesis.", position, text)
    return specifiers[1:close].strip(_BLANKS)


def _are_simple(specifiers: str) -> bool:
    """Whether all clauses are an operator and numbers, as nearly all are: these need no closer look."""
    if len(specifiers) > _SHORT or not specifiers.isascii():
        return False
    for clause in specifiers.split(","):
        version = clause.lstrip(" <>=!~")
        operator = clause[: len(clause) - len(version)].strip(" ")
        version = version.rstrip(" ")
        if operator not in _OPERATORS or not version.replace(".", "").isdigit() or ".." in f".{version}.":
            return False
        if operator == "~=" and "." not in version:
            return False
    return True


def _check_specifiers(text: str, start: int, specifiers: str) -> None:
    """Check clauses that are not simple, of which ``start`` is the place in ``text``."""
    if specifiers[:1] not in "<>=!~":
        raise _no_operator(text, start)
    clauses = specifiers.split(",")
    if len(clauses) > 1 and not clauses[-1].strip(_BLANKS):
        clauses.pop()  # packaging allows one comma at the end
    for clause in clauses:
        stripped = clause.strip(_BLANKS)
        at = start + len(clause) - len(clause.lstrip(_BLANKS))
        if not stripped:
            raise InvalidRequirement("Expected a version specifier after ','.", at, text)
        if len(stripped) > _LONGEST or stripped.count(".") > MAX_SEGMENTS:
            raise InvalidRequirement(_TOO_LONG, at, text)
        if not _is_specifier(stripped):
            raise _no_specifier(text, at, stripped)
        start += len(clause) + 1


def _is_specifier(clause: str) -> bool:
    clause = clause.strip(_BLANKS)
    if clause.strip() != clause:
        return False  # Specifiers allows any white space around it
    try:
        Specifiers(clause)
    except InvalidSpecifier:
        return False
    return True


# Errors: what is wrong, and where


def _no_name(text: str, rest: str, name: str) -> InvalidRequirement:
    position = len(text) - len(rest)
    if rest[:1] in ("/", ".", "\\"):
        return InvalidRequirement(_NAMELESS, position, text)
    if not name[:1].isalnum():
        return InvalidRequirement("Expected a package name at the start of a requirement.", position, text)
    end = position + len(name) - 1
    return InvalidRequirement(f"A package name cannot end with {text[end]!r}.", end, text)


def _no_operator(text: str, start: int) -> InvalidRequirement:
    """Say that what follows the name, at ``start``, is nothing that may."""
    if "://" in text:
        return InvalidRequirement(_NAMELESS, len(text) - len(text.lstrip(_BLANKS)), text)
    return InvalidRequirement("Expected a version specifier, ';' or the end after the name.", start, text)


def _no_extra(text: str, rest: str) -> InvalidRequirement:
    """Say what is wrong with ``rest``, which begins with a bracket."""
    at = len(text) - len(rest) + 1
    wanted = "an extra or ']'"
    while True:
        at = _past(text, at, _BLANKS)
        end = _past(text, at, _NAME_CHARACTERS)
        if not _is_identifier(text[at:end]):
            if text[at:end][:1].isalnum():
                return InvalidRequirement(f"An extra cannot end with {text[end - 1]!r}.", end - 1, text)
            return InvalidRequirement(f"Expected {wanted}.", at, text)
        at = _past(text, end, _BLANKS)
        if text[at : at + 1] != ",":
            return InvalidRequirement("Expected ',' or ']' after the extra.", at, text)
        at += 1
        wanted = "an extra after ','"


def _past(text: str, at: int, characters: str) -> int:
    """Return where the ``characters`` that stand at ``at`` end."""
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def _no_specifier(text: str, at: int, clause: str) -> InvalidRequirement:
    """Find the character up to which ``clause``, which stands at ``at``, could be read."""
    lengths = range(min(len(clause), _SHOWN) - 1, 1, -1)
    good = next((length for length in lengths if _is_specifier(clause[:length])), 0)
    behind = clause[good:]
    if not good:
        message = f"{clause[:_SHOWN]!r} is not a version specifier."
    elif behind.startswith(".*"):
        message = "'.*' can only follow a plain version behind '==' or '!='."
    elif behind.startswith("+"):
        message = "A local version can only be compared with '==' or '!='."
    else:
        message = "Expected ',', ';' or the end after the version."
    return InvalidRequirement(message, at + good, text)


# Repairs


def _repaired(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield ``text`` with its specifiers repaired, less and more."""
    from resolver.model.repairs import repairs  # noqa: PLC0415  # lazy: rarely wanted

    head, semicolon, marker = text.partition(";")
    if len(text) > MAX_LENGTH or "@" in head:
        return
    start = min((at for at in map(head.find, "<>=!~") if at >= 0), default=len(head))
    before, specifiers = head[:start], head[start:]
    applied: tuple[str, ...] = ()
    for better, applied in repairs(specifiers):
        specifiers = better
        yield f"{before}{better}{semicolon}{marker}", applied
    bare = before.replace("'", "").replace('"', "")
    if bare != before:
        words = "stray quotes removed"
        applied = applied if words in applied else (*applied, words)
        yield f"{bare}{specifiers}{semicolon}{marker}", applied


def _normal_marker(marker: str) -> str:
    from resolver.model.markers import Marker  # noqa: PLC0415  # lazy: start-up time

    return str(Marker(marker))


def _normal(name: str) -> str:
    """Return the normal form of a name that ``packaging`` accepts: it may end with an underscore."""
    try:
        return normalise(name)
    except InvalidName:
        return f"{normalise(name.rstrip('_-.'))}-"
