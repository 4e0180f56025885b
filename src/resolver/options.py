"""What a caller can ask of a resolution: ``Options``, checked when made.

Each option of the library is declared once, as an annotated attribute with its default.  The spellings on the
command line, the variables and the help are in ``arguments``; how pip's configuration gives a default index
is in ``index.pip_config``.  Nothing here reads a file, a variable or a clock.

Spec: the signature of ``Options`` in docs/architecture.md; dates are RFC 3339, durations ISO 8601.
"""

from __future__ import annotations

from resolver.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar, dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_: object) -> Callable[[T], T]:
        """Stand in for ``typing.dataclass_transform``, whose import a warm run avoids."""
        return lambda decorator: decorator


__all__ = ["CHOICES", "Options", "names_anew", "redacted"]

CHOICES = {
    "index_strategy": ("first-index", "unsafe-first-match", "unsafe-best-match"),
    "prerelease": ("disallow", "allow", "if-necessary", "explicit"),
    "resolution": ("highest", "lowest", "lowest-direct"),
    "build": ("never", "allow"),
    "engine": ("pubgrub", "resolvelib"),
    "keyring_provider": ("disabled", "subprocess"),
}
"""The values of each option that is a choice, the default's among them."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
def _keyword_only(cls: type[T]) -> type[T]:
    """Give ``cls`` the constructor that its annotated attributes describe."""
    fields = frozenset(cls.__annotations__)

    def init(self: T, **given: object) -> None:
        for name, value in given.items():
            if name not in fields:
                raise TypeError(f"{cls.__name__} has no option {name!r}{_close(name, fields)}")
            self.__dict__[name] = _checked(name, value, getattr(cls, name))
        if isinstance(self, Options):
            _check_together(self)

    cls.__init__ = init  # type: ignore[method-assign,assignment]  # the generated signature is for callers
    return cls


class _Signature:
    """What ``help`` and shells show of the constructor, made when they ask: ``inspect`` costs 15 ms."""

    def __get__(self, _: object, owner: type) -> object:
        from inspect import Parameter, Signature  # noqa: PLC0415  # lazy: start-up time

        return Signature(
            [
                Parameter(name, Parameter.KEYWORD_ONLY, default=getattr(owner, name), annotation=annotation)
                for name, annotation in owner.__annotations__.items()
            ]
        )


@_keyword_only
class Options:
    """How to resolve: where packages come from, for which target, and which versions are wanted.

    Immutable and compared by value.  Sequences are kept as tuples.  Constraints, overrides and preferences
    are requirement strings.  Raises ``TypeError`` for an unknown name or a value of the wrong type, and
    ``InputError`` for a value that is out of range.

    >>> Options(python_version="3.12", resolution="lowest")
    Options(python_version='3.12', resolution='lowest')
    >>> Options().prerelease
    'if-necessary'
    """

    index_url: str | None = None
    extra_index_urls: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_index: bool = False
    index_strategy: str = "first-index"
    constraints: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    python_version: str | None = None
    python_platform: str | None = None
    python: str | None = None
    prerelease: str = "if-necessary"
    resolution: str = "highest"
    exclude_newer: str | None = None
    extras: tuple[str, ...] = ()
    all_extras: bool = False
    groups: tuple[str, ...] = ()
    no_deps: bool = False
    only_binary: tuple[str, ...] = ()
    no_binary: tuple[str, ...] = ()
    build: str = "never"
    upgrade: bool = False
    upgrade_packages: tuple[str, ...] = ()
    preferences: tuple[str, ...] = ()
    generate_hashes: bool = False
    cache_dir: str | None = None
    no_cache: bool = False
    refresh: bool = False
    offline: bool = False
    record: str | None = None
    replay: str | None = None
    engine: str = "pubgrub"
    timeout: float = 20.0
    retries: int = 3
    concurrency: int = 50
    deadline: float | None = None
    max_steps: int | None = None
    max_memory: float | None = None
    no_fixes: bool = False
    explicit_indexes: tuple[str, ...] = ()
    package_indexes: tuple[str, ...] = ()
    allow_urls: tuple[str, ...] = ()
    build_timeout: float = 600.0
    build_constraints: tuple[str, ...] = ()
    refresh_packages: tuple[str, ...] = ()
    proxy: str | None = None
    cert: str | None = None
    client_cert: str | None = None
    trusted_hosts: tuple[str, ...] = ()
    keyring_provider: str = "disabled"
    limits: tuple[str, ...] = ()
    only_deps: bool = False
    require_hashes: bool = False
    upgrade_groups: tuple[str, ...] = ()
    minimal: bool = False
    fixed: tuple[str, ...] = ()
    exclude_newer_packages: tuple[str, ...] = ()
    exclude_newer_indexes: tuple[str, ...] = ()
    prerelease_packages: tuple[str, ...] = ()
    prefer_binary: bool = False
    patches: tuple[str, ...] = ()
    python_implementation: str | None = None
    abis: tuple[str, ...] = ()

    def replace(self, **changes: object) -> Options:
        """Return the same options with ``changes`` made, checked as the constructor checks them.

        >>> Options(no_deps=True).replace(no_deps=False) == Options()
        True
        """
        return Options(**(self.__dict__ | changes))

    @property
    def indexes(self) -> tuple[str, ...]:
        """All indexes that are named, as they are written."""
        default = () if self.index_url is None else (self.index_url,)
        return (*self.extra_index_urls, *self.explicit_indexes, *default)

    def _values(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in type(self).__annotations__)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Options):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        shown = ((name, getattr(self, name)) for name in type(self).__annotations__)
        default = type(self).__dict__
        said = ", ".join(f"{name}={redacted(repr(v))}" for name, v in shown if v != default[name])
        return f"Options({said})"

    if not TYPE_CHECKING:  # the decorator tells type checkers that the class is frozen, and its signature
        __signature__ = _Signature()

        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(f"Options are immutable: make others with .replace({name}=...)")

        def __delattr__(self, name: str) -> None:
            raise AttributeError(f"Options are immutable: {name} cannot be deleted")


def names_anew(options: Options) -> frozenset[str]:
    """Return the normalised names of the packages about which the index is asked again."""
    if not options.refresh_packages:
        return frozenset()
    from resolver.model.names import normalise  # noqa: PLC0415  # lazy: start-up time

    return frozenset(map(normalise, options.refresh_packages))


def redacted(text: str) -> str:
    """Return ``text`` with user and password, and the query, of each URL in it replaced by ``****``.

    The query of a signed link is a credential, too.

    >>> redacted("see https://me:secret@index.example/simple/?token=abc#top")
    'see https://****@index.example/simple/?****#top'
    """
    if "@" not in text and "?" not in text:
        return text
    first, *others = text.split("://")
    return "://".join([first, *(_without_query(_without_login(rest)) for rest in others)])


def _end_of_url(rest: str) -> int:
    return next((at for at, c in enumerate(rest) if c in "\"'" or c.isspace()), len(rest))


def _without_query(rest: str) -> str:
    """Return what follows the ``://`` of a URL without what its query says."""
    end = _end_of_url(rest)
    fragment = rest.find("#", 0, end)
    end = end if fragment < 0 else fragment
    query = rest.find("?", 0, end)
    return rest if query < 0 or query + 1 == end else f"{rest[:query]}?****{rest[end:]}"


def _without_login(rest: str) -> str:
    """Return what follows the ``://`` of a URL without user and password."""
    end = _end_of_url(rest)
    slash = next((at for at, c in enumerate(rest[:end]) if c in "/?#"), end)
    port = rest[:slash].rpartition(":")[2]
    if "@" not in rest[:slash] and (":" not in rest[:slash] or port.isdigit()):
        return rest  # an @ behind the host is part of the path
    # Else a password with a slash in it ends at the last @.
    at = rest.rfind("@", 0, slash if "@" in rest[:slash] else end)
    return rest if at < 0 else f"****{rest[at:]}"


def _close(name: str, known: frozenset[str]) -> str:
    from difflib import get_close_matches  # noqa: PLC0415  # lazy: start-up time

    near = get_close_matches(name, sorted(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _checked(name: str, value: object, default: object) -> object:
    """Return ``value`` in the form in which it is kept, or raise what ``Options`` promises."""
    if isinstance(default, bool):
        return _of_type(name, value, bool, "True or False")
    if isinstance(default, tuple):
        texts = _texts(name, value)
        if name in ("extra_index_urls", "explicit_indexes", "package_indexes"):
            _check_indexes(name, texts)
        elif name == "find_links":
            _check_places(name, texts)
        elif name == "trusted_hosts":
            _check_hosts(name, texts)
        elif name in ("excludes", "only_binary", "no_binary", "refresh_packages", "allow_urls"):
            _check_names(name, texts)
        elif name == "abis":
            _check_abis(texts)
        elif name == "patches" and texts:
            _check_patches(texts)
        elif name in ("exclude_newer_packages", "exclude_newer_indexes", "prerelease_packages") and texts:
            _check_pairs(name, texts)
        elif name == "fixed" and texts:
            from resolver.earlier import read_fixed  # noqa: PLC0415  # lazy: rarely given

            read_fixed(texts)
        elif name == "upgrade_packages" and texts:
            from resolver.earlier import read_upgrades  # noqa: PLC0415  # lazy: rarely given

            read_upgrades(texts)
        if name == "limits" and texts:
            from resolver.limits import Limits  # noqa: PLC0415  # lazy: rarely given

            Limits(texts)
        return texts
    if name in CHOICES:
        text = _of_type(name, value, str, "a string")
        if text not in CHOICES[name]:
            raise InputError(f"{name} is {text!r}, not one of: {', '.join(CHOICES[name])}")
        return text
    if name in _LEAST:
        return None if value is None and default is None else _number(name, value, default)
    return None if value is None else _checked_text(name, value)


def _of_type(name: str, value: object, kind: type[T], words: str) -> T:
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be {words}, not {type(value).__name__}")
    return value


def _texts(name: str, value: object) -> tuple[str, ...]:
    """Return a sequence of strings as a tuple; one string is refused: its letters would be taken."""
    if not isinstance(value, (tuple, list)):
        from collections.abc import Iterable  # noqa: PLC0415  # lazy: start-up time

        if isinstance(value, str) or not isinstance(value, Iterable):
            raise TypeError(f"{name} must be a sequence of strings, not {type(value).__name__}")
    return tuple(_of_type(f"each of {name}", item, str, "a string") for item in value)


def _check_indexes(name: str, texts: tuple[str, ...]) -> None:
    """Raise unless each of ``texts`` names an index, or a package and its index."""
    from resolver.naming import check_url, split_index, split_pin  # noqa: PLC0415  # lazy: start-up time

    for text in texts:
        if name == "package_indexes":
            try:
                split_pin(text)
            except ValueError as error:
                raise InputError(f"{name} {redacted(text)!r}: {error}") from None
            continue
        called, url = split_index(text)
        if not called and name == "explicit_indexes":
            raise InputError(f"{name} {redacted(text)!r} has no name: write it as NAME=URL")
        check_url(name, url, redacted(text))


def _check_places(name: str, texts: tuple[str, ...]) -> None:
    """Raise unless each of ``texts`` is a path or a URL that may be read."""
    from resolver.naming import check_url  # noqa: PLC0415  # lazy: start-up time

    for text in texts:
        if not text or not text.isprintable():
            raise InputError(f"{name} {redacted(text)!r} is neither a path nor a URL")
        if "://" in text:
            check_url(name, text, redacted(text))


def _check_hosts(name: str, texts: tuple[str, ...]) -> None:
    from resolver.naming import split_host  # noqa: PLC0415  # lazy: start-up time

    for text in texts:
        try:
            split_host(text)
        except ValueError as error:
            raise InputError(f"{name} {redacted(text)!r}: {error}") from None


def _check_names(name: str, texts: tuple[str, ...]) -> None:
    """Raise unless each of ``texts`` is a package's name, or stands for all or none where that is allowed."""
    from resolver.model.names import InvalidName, normalise  # noqa: PLC0415  # lazy: start-up time

    for text in texts:
        if name in ("excludes", "refresh_packages") or text not in (":all:", ":none:"):
            try:
                normalise(text)
            except InvalidName as error:
                raise InputError(f"{name}: {error}") from None


def _check_abis(texts: tuple[str, ...]) -> None:
    for text in texts:
        if not (text.isascii() and text.isidentifier() and text == text.lower()):
            raise InputError(f"abis: {text!r} is no ABI tag such as cp312, cp313t or pypy310_pp73")


def _check_patches(texts: tuple[str, ...]) -> None:
    from resolver.patches import InvalidPatch, Patch  # noqa: PLC0415  # lazy: rarely given

    for text in texts:
        try:
            Patch.read(text)
        except InvalidPatch as error:
            raise InputError(f"patches: {error}", text=text, column=error.position + 1) from None


def _check_pairs(name: str, texts: tuple[str, ...]) -> None:
    """Raise unless each of ``texts`` says something of one package, or of one index."""
    from resolver.cutoffs import split_cutoff  # noqa: PLC0415  # lazy: rarely given
    from resolver.policy import split_mode  # noqa: PLC0415  # the same

    for text in texts:
        if name == "prerelease_packages":
            try:
                split_mode(text, CHOICES["prerelease"])
            except ValueError as error:
                raise InputError(f"{name} {text!r}: {error}") from None
        else:
            split_cutoff(name, text, 0.0)


_LEAST = {
    "timeout": 0,
    "build_timeout": 0,
    "retries": 0,
    "concurrency": 1,
    "deadline": 0,
    "max_steps": 0,
    "max_memory": 0,
}
# The least value of each option that is a number; times must be greater than it.


def _number(name: str, value: object, default: object) -> float:
    whole = isinstance(default, int)
    fits = isinstance(value, int) if whole else isinstance(value, int | float)
    if not fits or isinstance(value, bool):
        raise TypeError(f"{name} must be {'an integer' if whole else 'a number'}, not {type(value).__name__}")
    assert isinstance(value, int | float)
    least = _LEAST[name]
    if not (least <= value if whole else least < value < float("inf")):
        raise InputError(f"{name} is {value}, and must be {'at least' if whole else 'more than'} {least}")
    return value


def _checked_text(name: str, value: object) -> str:
    """Return text, or the text of a path, of an option that may be ``None``."""
    if name in ("python", "cache_dir", "record", "replay", "cert", "client_cert"):
        from os import fspath  # noqa: PLC0415  # loaded by the interpreter anyway

        try:
            value = fspath(value)  # type: ignore[call-overload]  # the point is to see whether it is one
        except TypeError:
            raise TypeError(f"{name} must be a path, not {type(value).__name__}") from None
    text = _of_type(name, value, str, "a string")
    if not text:
        raise InputError(f"{name} is empty")
    if name == "index_url":
        from resolver.naming import check_url, split_index  # noqa: PLC0415  # lazy: start-up time

        check_url(name, split_index(text)[1], redacted(text))
    elif name == "proxy":
        from resolver.naming import check_url  # noqa: PLC0415  # lazy: start-up time

        text = text if "://" in text else f"http://{text}"  # as pip and curl allow it to be written
        check_url(name, text, redacted(text), local=False)
    elif name == "exclude_newer":
        from resolver.cutoffs import instant  # noqa: PLC0415  # lazy: rarely given

        instant(text, 0.0)
    elif name == "python_version":
        if text.isdigit() and len(text) in (2, 3):  # pip's way
            text = f"{text[0]}.{text[1:]}"
        _check_python_version(text)
    return text


def _check_python_version(text: str) -> None:
    parts = text.removesuffix("t").split(".")
    if len(parts) not in (2, 3) or not all(p.isascii() and p.isdigit() and len(p) < 4 for p in parts):
        raise InputError(f"python_version is {text!r}: write it as 3.12, 3.12.4 or 3.13t")


def _check_together(options: Options) -> None:
    """Raise ``InputError`` for options that contradict one another."""
    if options.explicit_indexes or options.extra_index_urls or options.package_indexes:
        from resolver.naming import check_distinct  # noqa: PLC0415  # lazy: start-up time

        check_distinct(options.indexes, options.package_indexes)
    if options.exclude_newer_indexes:
        from resolver.cutoffs import check_indexes  # noqa: PLC0415  # lazy: rarely given

        check_indexes(options.exclude_newer_indexes, options.indexes, replaying=options.replay is not None)
    if options.only_deps and options.no_deps:
        raise InputError("the options only_deps and no_deps exclude each other: nothing would be left")
    if options.minimal and options.upgrade:
        raise InputError("the options minimal and upgrade exclude each other: one keeps what the other drops")
    if options.minimal and options.engine != "pubgrub":
        raise InputError("minimal takes a proof, which only the engine pubgrub gives")
    if options.record is not None and options.replay is not None:
        raise InputError("the options record and replay exclude each other")
