"""What options add to a requirements file: index options above the pins, indexes below, packages left out.

Whatever is written comes without credentials: results are committed and published.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.index.urls import InvalidUrl, bare
from resolver.naming import split_index
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from resolver.arguments import Arguments
    from resolver.console import Console
    from resolver.formats.annotated import Style
    from resolver.formats.answer import Answer
    from resolver.inputs import Inputs
    from resolver.options import Options

__all__ = ["emit", "index_urls", "name_overrides", "published"]


def emit(style: Style, arguments: Arguments, options: Options, console: Console) -> list[str]:
    """Set in ``style`` what ``arguments`` ask for, and return the lines that stand above the pins."""
    if arguments.count("no_emit_package"):
        style.omitted = _names(arguments.texts("no_emit_package"))
    options = _settled(options, console)
    if arguments.is_on("emit_index_annotation"):
        style.indexes = _published(options)
    lines: list[str] = []
    if arguments.is_on("emit_index_url"):
        lines += _index_lines(options, console)
    if arguments.is_on("emit_find_links"):
        lines += _lines("--find-links", options.find_links, console)
    if arguments.is_on("emit_trusted_host"):
        lines += [f"--trusted-host {host}" for host in dict.fromkeys(options.trusted_hosts)]
    if arguments.is_on("emit_build_options"):
        lines += _choices("--no-binary", options.no_binary)
        lines += _choices("--only-binary", options.only_binary)
    return lines


def index_urls(options: Options, console: Console) -> list[str]:
    """Return the URLs of the indexes that packages come from, without logins."""
    return _published(_settled(options, console))


def name_overrides(answer: Answer, inputs: Inputs) -> None:
    """Name the files of overrides among those who want the pins that they are about.

    In the library overrides are strings, which have no origin.
    """
    from resolver.sources import environment_of  # noqa: PLC0415  # loaded by now

    environment = environment_of(inputs.options)
    origins: dict[str, set[str]] = {}
    for override in inputs.overrides:
        if override.origin is not None and environment.holds(override.marker):
            origins.setdefault(override.name, set()).add(str(override.origin))
    for pin in answer.pins:
        named = origins.get(pin.name)
        if named:
            before = [each for each in pin.via if ":" in each]  # the name of a package has none
            packages = [each for each in pin.via if ":" not in each]
            pin.via = (*sorted({*before, *named}), *packages)


def published(text: str) -> str | None:
    """Return a URL or a path as it may be published: without credentials; None: it holds others.

    >>> published("https://me:secret@index.example/simple"), published("https://index.example/?token=1")
    ('https://index.example/simple', None)
    >>> published("./wheels")
    './wheels'
    """
    if "://" not in text:
        return text
    try:
        plain = bare(text) if text[:7].lower() != "file://" else text
    except InvalidUrl:
        return None
    return plain if redacted(plain) == plain else None


def _names(texts: Iterable[str]) -> list[str]:
    from resolver.model.names import InvalidName, normalise  # noqa: PLC0415  # lazy: rarely wanted

    try:
        return list(dict.fromkeys(map(normalise, texts)))
    except InvalidName as error:
        raise InputError(f"--no-emit-package: {error}") from None


def _settled(options: Options, console: Console) -> Options:
    """Return ``options`` with the indexes that the configuration of this machine names."""
    from os import environ  # noqa: PLC0415  # loaded by now

    from resolver.index.configuring import settled  # noqa: PLC0415  # the same
    from resolver.sources import trusted_directory  # noqa: PLC0415  # the same

    return settled(options, environ, trusted_directory(options), console.warning)


def _indexes(options: Options) -> Iterator[str]:
    """Yield the URLs of the indexes that any package may come from, the default one first."""
    if options.index_url is not None:
        yield split_index(options.index_url)[1]
    for text in options.extra_index_urls:
        yield split_index(text)[1]


def _published(options: Options) -> list[str]:
    explicit = (split_index(text)[1] for text in options.explicit_indexes)
    urls = map(published, [*_indexes(options), *explicit])
    return [url for url in urls if url is not None]


def _index_lines(options: Options, console: Console) -> list[str]:
    if options.no_index:
        return ["--no-index"]
    if options.explicit_indexes or options.package_indexes:
        console.warning(
            "--emit-index-url: a requirements file cannot say which packages come from which index; indexes"
            " that are asked for some packages only are left out"
        )
    urls = list(_indexes(options))
    default = urls[:1] if options.index_url is not None else []
    return [
        *_lines("--index-url", default, console),
        *_lines("--extra-index-url", urls[len(default) :], console),
    ]


def _lines(flag: str, texts: Sequence[str], console: Console) -> Iterator[str]:
    """Yield ``texts`` as options; one that has a secret in another place than a login is left out."""
    for text in dict.fromkeys(texts):
        plain = published(text)
        if plain is None or not plain.isprintable():
            console.warning(f"{flag} {redacted(text)} is left out of the result: it holds a secret")
        else:
            yield f"{flag} {plain}"


def _choices(flag: str, names: Sequence[str]) -> list[str]:
    """Return the names as options; ``:all:`` says all, and ``:none:`` takes back what stands before it."""
    names = list(names)
    if ":none:" in names:
        names = names[len(names) - names[::-1].index(":none:") :]
    if ":all:" in names:
        names = [":all:"]
    return [f"{flag} {name}" for name in dict.fromkeys(names)]
