"""Markers: conditions on the environment that stand behind the semicolon of a requirement.

A marker is read by hand (no regular expressions, which cost start-up time) and agrees with ``packaging`` in
what it accepts, in its normal form and in its value for core metadata.  Which environment it is asked about
is decided in ``environment``; the requirement around it is read in ``requirement``.

Markers come from strangers, so two budgets hold, ``MAX_DEPTH`` levels of parentheses and ``MAX_COMPARISONS``
comparisons; the error says which was used up.  Time is linear in the text.

A marker may have no value: ``UndefinedComparison`` (``os_name ~= "2"``: what is not a version has no order)
and its child ``UndefinedVariable`` (``extras`` outside a lock file) say why.  As in ``packaging`` there is no
short circuit: one undefined comparison leaves the whole marker without a value, wherever it stands.

Two differences, both where ``packaging`` has no answer: two literals are compared with each other
(``packaging`` looks the right one up as if it named a variable, and fails unless it does), and a literal
that holds both kinds of quotes, a backslash or a control character is written with escapes (what
``packaging`` writes reads as another text, or not at all).

Spec: https://packaging.python.org/en/latest/specifications/dependency-specifiers/
"""

from __future__ import annotations

from resolver.model.faults import InvalidMarker, UndefinedComparison, UndefinedVariable
from resolver.model.literals import InvalidLiteral, literal_value
from resolver.model.specifiers import InvalidSpecifier, Specifiers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

__all__ = [
    "MAX_COMPARISONS",
    "MAX_DEPTH",
    "InvalidMarker",
    "Marker",
    "UndefinedComparison",
    "UndefinedVariable",
    "end_of_marker",
    "is_simple_marker",
]

MAX_DEPTH = 64
MAX_COMPARISONS = 10_000

# As written -> the key of the environment.  The dotted ones are the spelling of PEP 345;
# python_implementation is what setuptools once wrote.
_VARIABLES = {
    "dependency_groups": "dependency_groups",
    "extra": "extra",
    "extras": "extras",
    "implementation_name": "implementation_name",
    "implementation_version": "implementation_version",
    "os.name": "os_name",
    "os_name": "os_name",
    "platform.machine": "platform_machine",
    "platform.python_implementation": "platform_python_implementation",
    "platform.version": "platform_version",
    "platform_machine": "platform_machine",
    "platform_python_implementation": "platform_python_implementation",
    "platform_release": "platform_release",
    "platform_system": "platform_system",
    "platform_version": "platform_version",
    "python_full_version": "python_full_version",
    "python_implementation": "platform_python_implementation",
    "python_version": "python_version",
    "sys.platform": "sys_platform",
    "sys_platform": "sys_platform",
}

_SETS = ("extras", "dependency_groups")

# What is compared as versions, where both sides are.
_VERSIONS = ("implementation_version", "platform_release", "python_full_version", "python_version")

_SYMBOLS = ("===", "==", "~=", "!=", "<=", ">=", "<", ">")  # longest first

_FEW = 8  # comparisons
_COMPARISONS = frozenset(_SYMBOLS)
_JOINTS = (["and"], ["or"])


class Marker:
    """A parsed marker; equal, and hashing alike, where the normal form is the same.

    Raises ``InvalidMarker``.

    >>> str(Marker("os_name=='posix' and (extra == 'Some.Extra')"))
    'os_name == "posix" and extra == "some-extra"'
    """

    __slots__ = ("_alternatives",)

    def __init__(self, text: str) -> None:
        self._alternatives, end = _parse(text, 0)
        if end < len(text):
            raise InvalidMarker("Expected 'and', 'or' or the end of the marker.", end)

    def evaluate(self, variables: Mapping[str, str | AbstractSet[str]], extra: str = "") -> bool:
        """Return whether the marker holds, for one extra (in any spelling) or for none.

        Everything but ``extra`` comes from ``variables``, where ``extras`` and ``dependency_groups``, if
        present, are sets.  Raises ``UndefinedComparison`` or its child ``UndefinedVariable``.
        """
        return _evaluate(self._alternatives, variables, _fold(extra))

    @property
    def extras(self) -> frozenset[str] | None:
        """The extras, in normal form, for which its value may differ from that for none; None: any may.

        >>> sorted(Marker("extra == 'B' or (os_name == 'a' and extra != 'c')").extras)
        ['b', 'c']
        """
        found: set[str] = set()
        groups = [self._alternatives]
        while groups:
            for conditions in groups.pop():
                for condition in conditions:
                    if not isinstance(condition, _Comparison):
                        groups.append(condition)
                    elif condition.variable == "extra":
                        if condition.operator in ("in", "not in"):
                            return None
                        found.add(condition.right if condition.left_varies else condition.left)
        return None if "" in found else frozenset(found)

    def __str__(self) -> str:
        return _write(self._alternatives)

    def __repr__(self) -> str:
        return f"<Marker({str(self)!r})>"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, Marker) else NotImplemented

    def __hash__(self) -> int:
        return hash(str(self))

    def __reduce__(self) -> tuple[type[Marker], tuple[str]]:
        return Marker, (str(self),)


def end_of_marker(text: str, start: int) -> int:
    """Return the offset behind the marker that begins at ``start``.

    Blanks on both sides belong to it; what follows it is for the caller to judge.  Raises ``InvalidMarker``,
    with the position in ``text``.
    """
    return _parse(text, start)[1]


def is_simple_marker(text: str) -> bool:
    """Whether ``text`` is a few comparisons of a variable with a literal, joined by ``and`` and ``or``.

    Such a text is a marker, and most markers are such texts: this is a quick check, not a rule.
    """
    if not text.isprintable() or "\\" in text:
        return False
    pieces = text.split('"' if '"' in text else "'")
    if pieces.pop() or not 0 < len(pieces) <= 2 * _FEW or len(pieces) % 2:
        return False
    for at in range(0, len(pieces), 2):
        words = pieces[at].split()
        if at and words[:1] not in _JOINTS:
            return False
        if len(words) - 2 != (at > 0) or words[-2] not in _VARIABLES or words[-1] not in _COMPARISONS:
            return False
    return True


class _Comparison:
    """``left operator right``.

    ``variable`` is the side that names one: the left if both do, the right if neither does.
    """

    __slots__ = ("left", "left_varies", "operator", "right", "right_varies", "specifier", "variable")

    def __init__(self, left: tuple[str, bool], operator: str, right: tuple[str, bool]) -> None:
        self.left, self.left_varies = left
        self.operator = operator
        self.right, self.right_varies = right
        self.variable = self.left if self.left_varies else self.right
        self.specifier: Specifiers | None = None
        if self.variable == "extra" or (self.variable in _SETS and not self.left_varies):
            # PEP 685: names of extras are compared in normal form.
            if self.right_varies:
                self.left = self.left if self.left_varies else _fold(self.left)
            else:
                self.right = _fold(self.right)

    def __str__(self) -> str:
        left = self.left if self.left_varies else _quoted(self.left)
        right = self.right if self.right_varies else _quoted(self.right)
        return f"{left} {self.operator} {right}"


# A parsed marker: alternatives (joined by "or") of conditions (joined by "and").
if TYPE_CHECKING:
    _Alternatives = list[list["_Comparison | _Alternatives"]]


def _fold(name: str) -> str:
    """Return the PEP 503 form of what need not be a valid name."""
    name = name.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


# Values


def _evaluate(
    alternatives: _Alternatives, variables: Mapping[str, str | AbstractSet[str]], extra: str
) -> bool:
    verdict = False
    for conditions in alternatives:
        holds = True
        for condition in conditions:
            if isinstance(condition, _Comparison):
                holds &= _compare(condition, variables, extra)
            else:
                holds &= _evaluate(condition, variables, extra)  # at most MAX_DEPTH deep
        verdict |= holds
    return verdict


def _compare(comparison: _Comparison, variables: Mapping[str, str | AbstractSet[str]], extra: str) -> bool:
    variable = comparison.variable
    value = extra if variable == "extra" else variables.get(variable)
    if value is None:
        if comparison.left_varies or comparison.right_varies:
            raise UndefinedVariable(
                f"{variable} is not defined here, so {comparison} is neither true nor false."
            )
        value = variable
    if not isinstance(value, str):
        return _compare_set(comparison, {_fold(name) for name in value})
    if variable == "python_full_version" and value.endswith("+"):
        value += "local"  # an untagged build of Python calls itself 3.13.0a1+, which is no version
    if variable in _VERSIONS:
        verdict = _compare_versions(comparison, value)
        if verdict is not None:
            return verdict
    left, right = (value, comparison.right) if comparison.left_varies else (comparison.left, value)
    match comparison.operator:
        case "==" | "<=" | ">=":
            return left == right
        case "!=":
            return left != right
        case "<" | ">":
            return False  # texts have no order
        case "in":
            return left in right
        case "not in":
            return left not in right
    raise _undefined(comparison)


def _compare_set(comparison: _Comparison, names: set[str]) -> bool:
    if comparison.left_varies:
        raise UndefinedComparison(
            f"{comparison} has no value: {comparison.variable} is a set, which can only stand behind 'in'."
        )
    match comparison.operator:
        case "in":
            return comparison.left in names
        case "not in":
            return comparison.left not in names
        case "!=":
            return True  # a name is not a set
        case "===" | "~=":
            raise _undefined(comparison)
    return False


def _compare_versions(comparison: _Comparison, value: str) -> bool | None:
    """Return the verdict of PEP 440, or None where operator and right side are not one specifier."""
    left, right = (value, comparison.right) if comparison.left_varies else (comparison.left, value)
    text = f"{comparison.operator}{right}"
    if text.startswith("==="):
        wanted = text[3:].strip()
        return None if _ends_specifier(wanted) else left.lower() == wanted.lower()
    specifier = comparison.specifier
    if specifier is None:
        if "," in right or comparison.operator in ("in", "not in"):
            return None
        try:
            specifier = Specifiers(text)
        except InvalidSpecifier:
            return None
        if comparison.left_varies:
            comparison.specifier = specifier
    return specifier.contains(left, prereleases=True)


def _ends_specifier(text: str) -> bool:
    """Whether ``text`` holds what no ``===`` clause can."""
    return any(character.isspace() or character in ";)" for character in text)


def _undefined(comparison: _Comparison) -> UndefinedComparison:
    return UndefinedComparison(
        f"{comparison} is neither true nor false: {comparison.operator} only compares versions."
    )


# The normal form


def _write(alternatives: _Alternatives) -> str:
    return " or ".join(
        " and ".join(
            str(condition) if isinstance(condition, _Comparison) else f"({_write(condition)})"
            for condition in conditions
        )
        for conditions in alternatives
    )


def _quoted(literal: str) -> str:
    if "\\" not in literal and literal.isprintable():
        if '"' not in literal:
            return f'"{literal}"'
        if "'" not in literal:
            return f"'{literal}'"
    # Written as it is, it would be read as another text, or be two lines.
    return '"' + "".join(map(_escaped, literal)) + '"'


def _escaped(character: str) -> str:
    if character.isprintable() and character not in '"\\':
        return character
    if character == "\\":
        return "\\\\"
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\U{number:08x}"


# Reading


def _parse(text: str, start: int) -> tuple[_Alternatives, int]:
    """Read alternatives of conditions; parentheses go to a list of open groups, not to the call stack."""
    open_groups: list[tuple[_Alternatives, int]] = []
    alternatives: _Alternatives = [[]]
    comparisons = 0
    at = start
    while True:
        at = _skip_blanks(text, at)
        if text.startswith("(", at):
            if len(open_groups) == MAX_DEPTH:
                raise InvalidMarker(f"The marker has more than {MAX_DEPTH} levels of parentheses.", at)
            open_groups.append((alternatives, at))
            alternatives = [[]]
            at += 1
            continue
        if comparisons == MAX_COMPARISONS:
            raise InvalidMarker(f"The marker has more than {MAX_COMPARISONS} comparisons.", at)
        comparisons += 1
        comparison, at = _parse_comparison(text, at)
        alternatives[-1].append(comparison)
        at = _skip_blanks(text, at)
        while open_groups and text.startswith(")", at):
            group = alternatives
            alternatives, _ = open_groups.pop()
            alternatives[-1].append(_only_comparison(group) or group)
            at = _skip_blanks(text, at + 1)
        end = _word_end(text, at)
        joint = text[at:end]
        if joint == "or":
            alternatives.append([])
        elif joint != "and":
            break
        at = end
    if open_groups:
        raise InvalidMarker("Expected 'and', 'or' or a closing parenthesis.", at)
    return _unwrapped(alternatives), at


def _only_comparison(group: _Alternatives) -> _Comparison | _Alternatives | None:
    """Return the one condition of a group that has one: its parentheses mean nothing."""
    return group[0][0] if len(group) == 1 and len(group[0]) == 1 else None


def _unwrapped(alternatives: _Alternatives) -> _Alternatives:
    only = _only_comparison(alternatives)
    return alternatives if only is None or isinstance(only, _Comparison) else only


def _parse_comparison(text: str, at: int) -> tuple[_Comparison, int]:
    left, at = _parse_operand(text, at)
    operator, at = _parse_operator(text, _skip_blanks(text, at))
    right, at = _parse_operand(text, _skip_blanks(text, at))
    return _Comparison(left, operator, right), at


def _parse_operand(text: str, at: int) -> tuple[tuple[str, bool], int]:
    """Return the name of a variable or the value of a literal, and whether it is a variable."""
    quote = text[at : at + 1]
    if quote in ("'", '"'):
        end = text.find(quote, at + 1)
        if end < 0:
            raise InvalidMarker("The quotation is not closed.", at)
        try:
            return (literal_value(text, at + 1, end), False), end + 1
        except InvalidLiteral as error:
            raise InvalidMarker(error.message, error.position) from None
    end = at
    while end < len(text) and (text[end].isalnum() or text[end] in "_."):
        end += 1
    variable = _VARIABLES.get(text[at:end])
    if variable is None:
        raise InvalidMarker("Expected a marker variable or a quoted text.", at)
    return (variable, True), end


def _parse_operator(text: str, at: int) -> tuple[str, int]:
    for symbol in _SYMBOLS:
        if text.startswith(symbol, at):
            return symbol, at + len(symbol)
    end = _word_end(text, at)
    word = text[at:end]
    if word == "in":
        return "in", end
    if word == "not":
        at = _skip_blanks(text, end)
        end = _word_end(text, at)
        if text[at:end] == "in" and text[at - 1] in " \t":
            return "not in", end
        raise InvalidMarker("Expected 'in' after 'not'.", at)
    raise InvalidMarker("Expected a marker operator, one of <=, <, !=, ==, >=, >, ~=, ===, in, not in.", at)


def _skip_blanks(text: str, at: int) -> int:
    while text.startswith((" ", "\t"), at):
        at += 1
    return at


def _word_end(text: str, at: int) -> int:
    while at < len(text) and (text[at].isalnum() or text[at] == "_"):
        at += 1
    return at
