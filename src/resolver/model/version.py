"""Versions: reading PEP 440 text, and the key that orders the results.

A version is compared, sorted, hashed and stored by its *key*: ``bytes`` whose order is the order of PEP 440
for every valid version.  Reading a text yields the key at once, and a ``Version`` object parses its parts
only when somebody looks at them.  Sets of versions are in ``specifiers``; which versions a user may get is
decided in ``policy``.

The key is a string of marks and numbers.  Marks are below 0x10, and a number begins with a byte that is not,
so whatever ends earlier sorts first::

    key      = [FF number(epoch)]                     left out for epoch 0: no number begins with FF
               number(segment)*                       the release without trailing zeros
               stage
               (01 text 00 | 02 number)*              the parts of the local version
    stage    = 01 number(dev)                         1.dev0
             | (02 | 03 | 04) number(pre) ending      1a0, 1b0, 1rc0
             | 05                                     1
             | 06 number(post) ending                 1.post0
    ending   = 01 number(dev) | 05 | 06 number(post) ending      06 only after a pre-release
    number   = one byte, 10 + n                       n < 200
             | D8 + size - 1, then n in size bytes    size <= 16
             | F0, size in four bytes, n              larger

A bound between versions is a prefix of a key and a mark that no key has there (``specifiers`` makes them).

Spec: https://packaging.python.org/en/latest/specifications/version-specifiers/ ; what counts as a version is
what packaging accepts (docs/decisions/0002-packaging-decides-pep-440.md).
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from resolver.model.release import Release

__all__ = [
    "MAX_LENGTH",
    "MAX_SEGMENTS",
    "InvalidVersion",
    "Version",
    "is_prerelease_key",
    "key_stage",
    "normal_version",
    "release_prefix",
    "scan",
    "version_key",
]

_DIGITS = "0123456789"
_SMALL = 200  # numbers below take one byte
_FINAL = b"\x05"
_PRE_MARKS = {"a": b"\x02", "b": b"\x03", "rc": b"\x04"}
# The words of a stage by their first letter, longer ones first, and their normal forms.
_PRE_WORDS = {
    "a": (("alpha", "a"), ("a", "a")),
    "b": (("beta", "b"), ("b", "b")),
    "c": (("c", "rc"),),
    "p": (("preview", "rc"), ("pre", "rc")),
    "r": (("rc", "rc"),),
}
_POST_WORDS = {"p": (("post", "post"),), "r": (("rev", "post"), ("r", "post"))}
_DEV_WORDS = {"d": (("dev", "dev"),)}
_SEPARATORS = ("-", "_", ".")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# The marks before the number of a stage and after it, for the words of the normal forms.
_STAGES = {
    "": (_FINAL, b""),
    "dev": (b"\x01", b""),
    "a": (b"\x02", _FINAL),
    "b": (b"\x03", _FINAL),
    "rc": (b"\x04", _FINAL),
    "post": (b"\x06", _FINAL),
}
_BYTES = tuple([bytes((0x10 + n,)) for n in range(_SMALL)])
_ZERO = _BYTES[0]
MAX_LENGTH = 256  # characters of a version that strangers may write ...
MAX_SEGMENTS = 64  # ... and segments of its release
_SHOWN = 100  # characters of a text that is no version that its message repeats


class InvalidVersion(ValueError):
    """A text that is not a version.  ``text`` is what was given, without the space around it."""

    def __init__(self, text: object) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        text = self.text
        shown = f"{text[:_SHOWN]}…" if isinstance(text, str) and len(text) > _SHOWN else text
        return f"{shown!r} is not a valid version"


class Version:
    """A version as PEP 440 defines it, in behaviour like ``packaging.version.Version``.

    Immutable by convention.  Compared and hashed by ``key``, so ``1.0`` equals ``1``; ``str`` gives the
    normal form, in which they differ.  Raises ``InvalidVersion`` for anything else than the text of a
    version.

    >>> Version("v1.0-ALPHA.1+Local"), Version("1.0") == Version("1"), Version("1.0rc1") < Version("1.0")
    (<Version('1.0a1+local')>, True, True)
    """

    __slots__ = ("_parts", "_release", "_text", "key")

    def __init__(self, text: str) -> None:
        if not isinstance(text, str):
            raise InvalidVersion(text)
        self.key = version_key(text)
        self._text = text
        self._parts: Parts | None = None
        self._release: Release | None = None

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.key == other.key

    def __lt__(self, other: Version) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.key < other.key

    def __le__(self, other: Version) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.key <= other.key

    def __gt__(self, other: Version) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.key > other.key

    def __ge__(self, other: Version) -> bool:
        if not isinstance(other, Version):
            return NotImplemented
        return self.key >= other.key

    def __str__(self) -> str:
        local = self.local
        return self.public if local is None else f"{self.public}+{local}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__}({str(self)!r})>"

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._text,)

    @property
    def epoch(self) -> int:
        """The epoch; 0 where the text has none."""
        return self._parsed()[0]

    @property
    def release(self) -> Release:
        """The release segment, equal to a tuple of ints; trailing zeros are kept."""
        if self._release is None:
            from resolver.model.release import Release  # noqa: PLC0415  # lazy: start-up time

            self._release = Release.of(self._parsed()[1])
        return self._release

    @property
    def pre(self) -> tuple[str, int] | None:
        """The pre-release as ``("a" | "b" | "rc", number)``."""
        return self._parsed()[2]

    @property
    def post(self) -> int | None:
        """The number of the post-release."""
        return self._parsed()[3]

    @property
    def dev(self) -> int | None:
        """The number of the development release."""
        return self._parsed()[4]

    @property
    def local(self) -> str | None:
        """The local version in normal form, without the ``+``."""
        local = self._parsed()[5]
        return None if local is None else ".".join(map(str, local))

    @property
    def public(self) -> str:
        """The normal form without the local version."""
        _epoch, _release, pre, post, dev, _local = self._parsed()
        text = self.base_version
        if pre is not None:
            text = f"{text}{pre[0]}{pre[1]}"
        if post is not None:
            text = f"{text}.post{post}"
        if dev is not None:
            text = f"{text}.dev{dev}"
        return text

    @property
    def base_version(self) -> str:
        """The normal form of epoch and release alone."""
        epoch, release, *_ = self._parsed()
        written = ".".join(map(str, release))
        return f"{epoch}!{written}" if epoch else written

    @property
    def major(self) -> int:
        """The first segment of the release."""
        return self.release[0]

    @property
    def minor(self) -> int:
        """The second segment of the release, 0 where there is none."""
        return self.release[1] if len(self.release) > 1 else 0

    @property
    def micro(self) -> int:
        """The third segment of the release, 0 where there is none."""
        return self.release[2] if len(self.release) > 2 else 0

    @property
    def is_prerelease(self) -> bool:
        """Whether it is an alpha, beta, release candidate or development release."""
        return is_prerelease_key(self.key)

    @property
    def is_postrelease(self) -> bool:
        """Whether it is a post-release (of a final release or of a pre-release)."""
        return self.post is not None

    @property
    def is_devrelease(self) -> bool:
        """Whether it is a development release."""
        return self.dev is not None

    def _parsed(self) -> Parts:
        """Return the parts, parsing the text the first time."""
        parts = self._parts
        if parts is None:
            parts = self._parts = scan(self._text.strip())
        return parts


def version_key(text: str) -> bytes:
    """Return the key of the version that ``text`` spells, without making an object.

    Raises ``InvalidVersion``.  About a microsecond for a final release of small segments, three for the
    other normal forms, less than ten for all else.

    >>> version_key("1.0") == version_key(" v1 ") < version_key("1.0.post1")
    True
    """
    try:
        # No segment in the table but "0" ends in 10, so that trailing zeros can be stripped as bytes.
        return b"".join([_SEGMENTS[segment] for segment in text.split(".")]).rstrip(_ZERO) + _FINAL
    except KeyError:
        return _simple_key(text) or _any_key(text)


def normal_version(text: str) -> str:
    """Return the normal form of the version that ``text`` spells, most of which are in it already.

    Raises ``InvalidVersion``.

    >>> normal_version("1.2.3"), normal_version("1.02-rc.1")
    ('1.2.3', '1.2rc1')
    """
    for segment in text.split("."):
        if segment not in _SEGMENTS:
            return str(Version(text))
    return text


def is_prerelease_key(key: bytes) -> bool:
    """Tell whether the version of ``key`` is a pre-release or a development release."""
    first, second = key_stage(key)
    return first < 5 or second == 1


def key_stage(key: bytes) -> tuple[int, int]:
    """Return the mark at which the stage of ``key`` begins and the one after its number.

    The second is 0 where nothing can follow: after a dev number and in final releases.
    """
    at = 0 if key[0] != 0xFF else _after(key, 1)
    while (first := key[at]) >= 0x10:
        at = at + 1 if first < 0xD8 else _after(key, at)
    if first in (1, 5):
        return first, 0
    return first, key[_after(key, at + 1)]


def release_prefix(epoch: int, release: Sequence[int]) -> bytes:
    """Return what the keys of all versions of this release begin with; a stage mark follows in each."""
    end = len(release)
    while end and not release[end - 1]:
        end -= 1
    numbers = b"".join([_BYTES[n] if n < _SMALL else _number(n) for n in release[:end]])
    return b"\xff" + _number(epoch) + numbers if epoch else numbers


def scan(text: str) -> tuple[int, list[int], tuple[str, int] | None, int | None, int | None, Local | None]:
    """Return epoch, release, pre, post, dev and local of ``text``, which has no space around it.

    Raises ``InvalidVersion``.
    """
    if not text.isascii():
        raise InvalidVersion(text)
    try:
        if text.replace(".", "").isdigit():
            return 0, [int(segment) for segment in text.split(".")], None, None, None, None
        public, plus, local = text.lower().partition("+")
        epoch, rest = _epoch(public.removeprefix("v"))
        release, rest = _release(rest)
        pre = post = dev = None
        if rest:
            pre, rest = _stage(rest, _PRE_WORDS)
            post, rest = _post(rest)
            dev, rest = _stage(rest, _DEV_WORDS)
        if not rest:
            return epoch, release, pre, post, dev and dev[1], _local(local) if plus else None
    except ValueError as error:  # of int(), which also refuses more than some 4,300 digits, or of _local
        raise InvalidVersion(text) from error
    raise InvalidVersion(text)


if TYPE_CHECKING:
    Words = Mapping[str, tuple[tuple[str, str], ...]]
    Local = tuple[int | str, ...]
    Parts = tuple[int, list[int], tuple[str, int] | None, int | None, int | None, Local | None]


def _epoch(text: str) -> tuple[int, str]:
    """Split ``text`` after its epoch."""
    epoch, mark, rest = text.partition("!")
    if not mark:
        return 0, text
    if not epoch.isdigit():
        raise ValueError(text)
    return int(epoch), rest


def _release(text: str) -> tuple[list[int], str]:
    """Split ``text`` after its release."""
    rest = text.lstrip("0123456789.")
    release = text[: len(text) - len(rest)]
    if rest and release.endswith("."):  # the dot of ".dev1"
        release, rest = release[:-1], f".{rest}"
    return [int(segment) for segment in release.split(".")], rest


def _stage(text: str, words: Words) -> tuple[tuple[str, int] | None, str]:
    """Split ``text`` after one of ``words`` and its number, each with an optional separator before it."""
    bare = text[1:] if text.startswith(_SEPARATORS) else text
    for word, normal in words.get(bare[:1], ()):
        if bare.startswith(word):
            bare = bare[len(word) :]
            if bare.startswith(_SEPARATORS):
                bare = bare[1:]
            rest = bare.lstrip(_DIGITS)
            return (normal, int(bare[: len(bare) - len(rest)] or 0)), rest
    return None, text


def _post(text: str) -> tuple[int | None, str]:
    """Split ``text`` after its post-release, which may be spelt ``-1``."""
    if text[:1] == "-" and text[1:2].isdigit():
        rest = text[1:].lstrip(_DIGITS)
        return int(text[1 : len(text) - len(rest)]), rest
    post, rest = _stage(text, _POST_WORDS)
    return None if post is None else post[1], rest


def _local(text: str) -> Local:
    """Return the parts of a local version; raises ``ValueError``."""
    parts = text.replace("-", ".").replace("_", ".").split(".")
    if not all(map(str.isalnum, parts)):
        raise ValueError(text)
    return tuple([int(part) if part.isdigit() else part for part in parts])


def _simple_key(text: str) -> bytes | None:
    """Return the key of a release, one stage word and a number, as in ``1.0rc1``; ``None`` for the rest."""
    head = text.rstrip(_DIGITS)
    release = head.rstrip(_LETTERS)
    word = head[len(release) :]
    release = release.removesuffix(".") if word else text
    if word not in _STAGES or not text.isascii() or not release.replace(".", "").isdigit():
        return None
    mark, ending = _STAGES[word]
    try:
        numbers = [_SEGMENTS.get(segment) or _number(int(segment)) for segment in release.split(".")]
        number = _number(int(text[len(head) :] or 0)) if word else b""
    except ValueError:  # an empty segment, or more digits than int() reads
        return None
    while numbers and numbers[-1] == _ZERO:
        numbers.pop()
    return b"".join(numbers) + mark + number + ending


def _any_key(text: str) -> bytes:
    """Return the key of any version text."""
    epoch, release, pre, post, dev, local = scan(text.strip())
    key = [release_prefix(epoch, release)]
    if pre is not None:
        key += _PRE_MARKS[pre[0]], _number(pre[1])
    if post is not None:
        key += b"\x06", _number(post)
    key += [_FINAL] if dev is None else [b"\x01", _number(dev)]
    for part in local or ():
        key += (b"\x02", _number(part)) if isinstance(part, int) else (b"\x01", part.encode(), b"\0")
    return b"".join(key)


def _number(n: int) -> bytes:
    """Return ``n`` in bytes whose order is that of numbers."""
    if n < _SMALL:
        return _BYTES[n]
    if 0xFF < n < 0x10000:  # years, and most of the rest
        return b"\xd9" + n.to_bytes(2, "big")
    size = (n.bit_length() + 7) // 8
    if size <= 16:
        return bytes((0xD7 + size,)) + n.to_bytes(size, "big")
    return b"\xf0" + size.to_bytes(4, "big") + n.to_bytes(size, "big")


def _after(key: bytes, at: int) -> int:
    """Return where the number that begins at ``at`` ends."""
    first = key[at]
    if first < 0xD8:
        return at + 1
    if first < 0xF0:
        return at + 1 + (first - 0xD7)
    return at + 5 + int.from_bytes(key[at + 1 : at + 5], "big")


# The segments met most: small numbers and, in calendar versions, years.  See ``version_key`` for the choice.
_SEGMENTS = {str(n): _number(n) for n in (*range(256), *range(2000, 2040))}
