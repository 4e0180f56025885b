"""From options to what is asked: the indexes by name, what comes from which, and the places with files.

Where no option names an index, pip's configuration does (``pip_config``).  How all this is written is in
``naming``; here names are looked up and paths found.
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.index.indexes import Indexes, IndexSpec
from resolver.index.urls import InvalidUrl, is_local, split_url
from resolver.naming import closest, file_url, split_index, split_pin
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from resolver.index.pip_config import FoundIndex
    from resolver.options import Options

__all__ = ["Chosen", "choose", "netrc_file", "origins", "settled"]


class Chosen:
    """What is asked: ``indexes``, and the URLs of ``places``.

    ``options`` are those that were given, with what pip is told about connections where pip names the index.
    """

    __slots__ = ("indexes", "options", "places")

    def __init__(self, indexes: Indexes, places: Sequence[str], options: Options) -> None:
        self.indexes = indexes
        self.places = tuple(places)
        self.options = options

    @property
    def is_local(self) -> bool:
        """Whether files of this machine are read."""
        return any(map(is_local, self.places)) or any(is_local(index.url) for index in self.indexes.all)


def choose(
    options: Options,
    environ: Mapping[str, str],
    directory: str | None,
    *,
    warn: Callable[[str], None],
    note: Callable[[str], None],
) -> Chosen:
    """Return what ``options`` mean on this machine.

    Raises ``InputError`` where no index is known, for a name that no index has, and for a folder that is not
    there.
    """
    found = _found(options, environ, directory, warn=warn)
    texts = list(options.extra_index_urls)
    if found is not None:
        if found.url is not None:
            note(f"the default index is {redacted(found.url)}, found in {found.origin}")
        texts += [*found.extra_urls, *([] if found.url is None else [found.url])]
    elif options.index_url is not None:
        texts.append(options.index_url)
    specs = [*_specs(texts, explicit=False), *_specs(options.explicit_indexes, explicit=True)]
    pins = _pins(options, [spec.name for spec in specs])
    if options.no_index:
        note("No index is asked (--no-index).")
        specs = []
    for spec in specs:
        _check_folder(spec)
    places = [_place(text) for text in options.find_links]
    places += [] if found is None else _existing(found, warn)
    unused = [each.name for each in specs if each.explicit and each.name not in pins.values()]
    if unused:
        warn(f"no package is to come from the index {', '.join(unused)}: name some with --index-package")
    return Chosen(Indexes(specs, pins), list(dict.fromkeys(places)), _as_pip(options, found))


def origins(chosen: Chosen) -> list[str]:
    """Return the origins that the user named: of all indexes, explicit ones too, and of places with files."""
    found = []
    for url in [*(index.url for index in chosen.indexes.all), *chosen.places]:
        try:
            found.append(split_url(url).origin)
        except InvalidUrl:
            continue  # of this machine, or not even a URL: the transport says so when it is asked
    return list(dict.fromkeys(found))


def settled(
    options: Options, environ: Mapping[str, str], directory: str | None, warn: Callable[[str], None]
) -> Options:
    """Return ``options`` with the indexes of this machine named: others may be configured otherwise."""
    found = None if options.replay is not None else _found(options, environ, directory, warn=warn)
    if found is None:
        return options
    return _as_pip(options, found).replace(
        index_url=found.url,
        no_index=found.url is None and not (options.extra_index_urls or found.extra_urls),
        extra_index_urls=(*options.extra_index_urls, *found.extra_urls),
        find_links=(*options.find_links, *found.find_links),
    )


def netrc_file(environ: Mapping[str, str]) -> str | None:
    """Return the netrc file of the user: what NETRC names, else the one in the home directory; None: none."""
    named = environ.get("NETRC")
    homes = [os.path.expanduser(path) for path in ("~/.netrc", "~/_netrc")]  # noqa: PTH111  # pathlib costs 5 ms
    return next((path for path in ([named] if named else homes) if os.path.isfile(path)), None)  # noqa: PTH113  # the same


def _found(
    options: Options, environ: Mapping[str, str], directory: str | None, *, warn: Callable[[str], None]
) -> FoundIndex | None:
    """Return what pip's configuration says; None where options leave nothing to ask it."""
    if options.index_url is not None or options.no_index:
        return None
    from resolver.index.pip_config import default_index  # noqa: PLC0415  # lazy: often given

    needed = not (options.find_links or options.extra_index_urls)
    found = default_index(environ, cache_dir=directory, needed=needed)
    for warning in found.warnings:
        warn(warning)
    return found


def _as_pip(options: Options, found: FoundIndex | None) -> Options:
    """Return ``options`` with what pip is told about connections, where they say nothing of their own."""
    if found is None or not found.transport:
        return options
    usual = type(options)()
    changes = {
        name: value
        for name, value in found.transport.items()
        if getattr(options, name) == getattr(usual, name)
    }
    return options.replace(**changes)


def _specs(texts: Sequence[str], *, explicit: bool) -> list[IndexSpec]:
    """Return the indexes that are written so, each once, with the name that it is given first."""
    named: dict[str, str] = {}
    for text in texts:
        name, url = split_index(text)
        named[url] = named.get(url) or name
    return [IndexSpec(name or redacted(url), url, explicit=explicit) for url, name in named.items()]


def _pins(options: Options, names: Sequence[str]) -> dict[str, str]:
    """Return the index of each package that comes from one only: one of ``names``."""
    pins = dict(map(split_pin, options.package_indexes))
    for package, name in pins.items():
        if name in names:
            continue
        known = f"; known are {', '.join(names)}" if names else ""
        raise InputError(
            f"--index-package {package}={redacted(name)}: no index has that name"
            f"{closest(name, names) or known}"
        )
    return pins


def _check_folder(spec: IndexSpec) -> None:
    if not is_local(spec.url):
        return
    from resolver.index.local import path_of  # noqa: PLC0415  # lazy: rarely wanted

    path = path_of(spec.url)
    if path is None or not os.path.isdir(path):  # noqa: PTH112  # pathlib costs 5 ms
        raise InputError(f"the index {spec.name} is no folder of this machine: {path or redacted(spec.url)}")


def _place(text: str) -> str:
    """Return the URL of a place, whose path may be written as one; that of a folder ends in a slash."""
    if "://" in text and not is_local(text):
        return text
    from resolver.index.local import path_of  # noqa: PLC0415  # lazy: rarely wanted

    path = path_of(text) if is_local(text) else os.path.abspath(os.path.expanduser(text))  # noqa: PTH100, PTH111  # pathlib costs 5 ms
    if path is not None and os.path.isdir(path):  # noqa: PTH112  # pathlib costs 5 ms
        return f"{file_url(path).rstrip('/')}/"
    if path is None or not os.path.exists(path):  # noqa: PTH110  # pathlib costs 5 ms
        raise InputError(f"--find-links {redacted(text)}: there is no such file or folder")
    return file_url(path) + (f"#{text.partition('#')[2]}" if is_local(text) and "#" in text else "")


def _existing(found: FoundIndex, warn: Callable[[str], None]) -> list[str]:
    """Return the places that pip is told of; one that is not there is passed over, as by pip."""
    places = []
    for text in found.find_links:
        try:
            places.append(_place(text))
        except InputError:
            warn(f"pip's configuration names a place with files that is not there: {redacted(text)}")
    return places
