"""The default index, where nothing names one: found as the user's pip would find it.

In this order: the variable ``RESOLVER_INDEX_URL``; pip's variables and configuration files, read as ``pip
install`` reads them; the index that the installed pip (or the one that Python brings along) goes to by
itself.  No index is named in this package.  Options and requirements files come before all of this: who
calls has looked there first.

Spec: https://pip.pypa.io/en/stable/topics/configuration/ (places, precedence, section names)
"""

from __future__ import annotations

import os
import sys

from resolver.errors import InputError
from resolver.options import Options, redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["FoundIndex", "built_in_index", "configuration_files", "default_index"]


class FoundIndex:
    """An index URL, further ones, and where they were found; ``warnings`` say what was not taken over.

    ``find_links`` are places with files.  There is no ``url`` where pip is told to use no index.
    ``transport`` has the fields of ``Options`` about connections that pip is told.
    """

    __slots__ = ("extra_urls", "find_links", "origin", "transport", "url", "warnings")

    def __init__(  # noqa: PLR0913  # one parameter a fact
        self,
        url: str | None,
        extra_urls: tuple[str, ...] = (),
        *,
        origin: str,
        find_links: tuple[str, ...] = (),
        warnings: tuple[str, ...] = (),
        transport: Mapping[str, object] | None = None,
    ) -> None:
        self.url = url
        self.extra_urls = extra_urls
        self.origin = origin
        self.warnings = warnings
        self.transport = dict(transport or {})
        self.find_links = find_links

    def __repr__(self) -> str:
        shown = None if self.url is None else redacted(self.url)
        return f"FoundIndex({shown!r}, origin={self.origin!r})"


class _Value:
    """A value of pip's configuration and where it stands."""

    __slots__ = ("origin", "text")

    def __init__(self, text: str, origin: str) -> None:
        self.text = text
        self.origin = origin


def default_index(
    environ: Mapping[str, str],
    *,
    files: Sequence[str] | None = None,
    cache_dir: str | None = None,
    places: Iterable[str] | None = None,
    needed: bool = True,
) -> FoundIndex:
    """Return the index to use where neither an option nor a requirements file names one.

    ``files`` are pip's configuration files, weakest first (those of this machine where not given), ``places``
    the folders and archives in which pip itself is looked for.  In ``cache_dir`` it is remembered which index
    pip goes to, so that the next run need not look.  Raises ``InputError`` where an index is ``needed`` and
    pip is told to use none, where none is found, and where the index is no URL; what else pip would look at
    is only warned of.
    """
    own = environ.get("RESOLVER_INDEX_URL")
    if own:
        _check_url(own, "the variable RESOLVER_INDEX_URL")
        return FoundIndex(own, origin="the variable RESOLVER_INDEX_URL")
    values = _pip_values(environ, configuration_files(environ) if files is None else files)
    links = tuple(values["find-links"].text.split()) if "find-links" in values else ()
    transport, warnings = _transport(values)
    if _is_true(values.get("no-index")):
        origin = values["no-index"].origin
        if needed and not links:
            raise InputError(f"{origin} says no-index: name an index with --index-url or RESOLVER_INDEX_URL")
        return FoundIndex(None, origin=origin, warnings=warnings, find_links=links, transport=transport)
    extra, more = _extra_urls(values)
    url, origin = _index_url(values, places, cache_dir)
    return FoundIndex(
        url,
        extra,
        origin=origin,
        warnings=more + warnings,
        find_links=links,
        transport=transport,
    )


def _index_url(
    values: Mapping[str, _Value], places: Iterable[str] | None, cache_dir: str | None
) -> tuple[str, str]:
    """Return the index that pip goes to, and where that is said.  Raises ``InputError``."""
    url = values.get("index-url")
    if url is not None:
        _check_url(url.text.strip(), url.origin)
        return url.text.strip(), url.origin
    built_in = built_in_index(_pip_places() if places is None else places, cache_dir)
    if built_in is None:
        raise InputError(
            "no package index is known: name one with --index-url, RESOLVER_INDEX_URL or pip's configuration"
        )
    return built_in, "pip's own default"


def configuration_files(
    environ: Mapping[str, str], *, platform: str = sys.platform, prefix: str = sys.prefix
) -> list[str]:
    """Return the places of pip's configuration files, weakest first, whether or not they exist.

    ``PIP_CONFIG_FILE`` is the strongest; where it exists the user's own files are not read, and where it is
    the null device none is.
    """
    named = environ.get("PIP_CONFIG_FILE")
    if named == os.devnull:
        return []
    files = _global_files(environ, platform)
    if not (named and os.path.exists(named)):  # noqa: PTH110  # pathlib costs 5 ms
        files += _user_files(environ, platform)
    files.append(_join(prefix, "pip.ini" if platform == "win32" else "pip.conf"))
    return [*files, named] if named else files


def _join(*parts: str) -> str:
    return os.path.join(*parts)  # noqa: PTH118  # pathlib costs 5 ms


def _global_files(environ: Mapping[str, str], platform: str) -> list[str]:
    if platform == "win32":
        return [_join(environ.get("PROGRAMDATA", "C:\\ProgramData"), "pip", "pip.ini")]
    if platform == "darwin":
        return ["/Library/Application Support/pip/pip.conf"]
    folders = (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)
    return [*(_join(folder, "pip", "pip.conf") for folder in folders if folder), "/etc/pip.conf"]


def _user_files(environ: Mapping[str, str], platform: str) -> list[str]:
    """Return the user's files, the old place first; none without a home."""
    if platform == "win32":
        home, roaming = environ.get("USERPROFILE"), environ.get("APPDATA")
        files = [_join(home, "pip", "pip.ini")] if home else []
        return [*files, _join(roaming, "pip", "pip.ini")] if roaming else files
    home = environ.get("HOME")
    if not home:
        return []
    folder = environ.get("XDG_CONFIG_HOME") or _join(home, ".config")
    library = _join(home, "Library", "Application Support", "pip")
    if platform == "darwin" and os.path.isdir(library):  # noqa: PTH112  # pathlib costs 5 ms
        return [_join(home, ".pip", "pip.conf"), _join(library, "pip.conf")]
    return [_join(home, ".pip", "pip.conf"), _join(folder, "pip", "pip.conf")]


def _pip_values(environ: Mapping[str, str], files: Iterable[str]) -> dict[str, _Value]:
    """Return the values that hold for ``pip install``: variables over [install] over [global]."""
    found: dict[str, dict[str, _Value]] = {"global": {}, "install": {}}
    for path in files:
        for section, name, text in _read_file(path):
            if section in found and text.strip():
                found[section][name] = _Value(text, f"pip's configuration {path}")
    values = found["global"] | found["install"]
    for variable, text in environ.items():
        if variable.startswith("PIP_") and text.strip():
            values[_normalised(variable[4:])] = _Value(text, f"the variable {variable}")
    return values


_MENTIONED = (
    b"index",
    b"find-links",
    b"find_links",
    b"cert",
    b"trusted-host",
    b"trusted_host",
    b"proxy",
    b"timeout",
    b"retries",
)


def _read_file(path: str) -> Iterator[tuple[str, str, str]]:
    """Yield section, normalised name and value of a configuration file; nothing if there is none.

    A file that does not mention what we look for is not parsed: ``configparser`` costs 5 ms to import.
    """
    try:
        with open(path, "rb") as file:  # noqa: PTH123  # pathlib costs 5 ms
            content = file.read()
    except OSError:
        return
    if not any(word in content.lower() for word in _MENTIONED):
        return
    from configparser import Error, RawConfigParser  # noqa: PLC0415  # lazy: start-up time

    parser = RawConfigParser()
    try:
        parser.read_string(content.decode(), path)
    except (Error, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"pip's configuration cannot be read: {reason}", file=path) from None
    for section in parser.sections():
        for name, text in parser.items(section):
            yield section, _normalised(name), text


def _normalised(name: str) -> str:
    return name.lower().replace("_", "-").removeprefix("--")


def _is_true(value: _Value | None) -> bool:
    return value is not None and value.text.strip().lower() in ("1", "true", "yes", "on", "y", "t")


def _check_url(url: str, origin: str) -> None:
    if not _is_url(url):
        raise InputError(
            f"{origin} names the index {redacted(url)!r}, which does not begin with https://, http:// or file://:"
            " name another with --index-url"
        )


def _is_url(url: str) -> bool:
    return url.lower().startswith(("https://", "http://", "file:///", "file://localhost/"))


def _extra_urls(values: Mapping[str, _Value]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the further indexes that can be asked, and warnings about those that cannot."""
    value = values.get("extra-index-url")
    urls = value.text.split() if value is not None else []
    usable = tuple(url for url in urls if _is_url(url))
    if value is None or len(usable) == len(urls):
        return usable, ()
    others = ", ".join(redacted(url) for url in urls if url not in usable)
    return usable, (f"{value.origin} names indexes that are no URLs and are not used: {others}",)


_TRANSPORT = {
    "cert": "cert",
    "client-cert": "client_cert",
    "proxy": "proxy",
    "trusted-host": "trusted_hosts",
    "timeout": "timeout",
    "default-timeout": "timeout",
    "retries": "retries",
}
# The fields of ``Options`` for what pip calls otherwise.


def _transport(values: Mapping[str, _Value]) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return what pip is told about connections, and warnings about what makes no sense."""
    found: dict[str, object] = {}
    warnings = []
    for name, field in _TRANSPORT.items():
        if name not in values:
            continue
        value = values[name]
        try:
            Options(**{field: _read_setting(field, value.text.strip())})  # type: ignore[arg-type]  # it checks
        except (InputError, ValueError):
            shown = redacted(f"http://{value.text.strip()}").removeprefix("http://")
            warnings.append(f"{value.origin} sets {name} to {shown!r}, which cannot be used")
        else:
            found[field] = _read_setting(field, value.text.strip())
    return found, tuple(warnings)


def _read_setting(field: str, text: str) -> object:
    if field in ("cert", "client_cert"):
        return os.path.expanduser(text)  # noqa: PTH111  # pathlib costs 5 ms
    if field == "trusted_hosts":
        return tuple(text.split())
    if field in ("timeout", "retries"):
        return float(text) if field == "timeout" else int(text)
    return text


def built_in_index(places: Iterable[str], cache_dir: str | None) -> str | None:
    """Return the index that pip goes to by itself, as its own source says; None: there is no pip.

    ``places`` are folders and wheels that may hold the package ``pip``, the first that does is asked.  The
    answer is remembered in ``cache_dir`` for as long as that pip stays the same.
    """
    from importlib.machinery import PathFinder  # noqa: PLC0415  # lazy: only where nothing else is said

    for place in places:
        folder = _join(place, "pip", "_internal", "models")
        state = _state(place, folder)
        if state is None:
            continue
        url = _remembered(cache_dir, state)
        if url is not None:
            return url
        spec = PathFinder.find_spec("index", [folder])
        url = _simple_url(spec) if spec is not None else None
        if url is not None:
            _remember(cache_dir, state, url)
            return url
    return None


def _pip_places() -> Iterator[str]:
    """Yield where pip may be: the import path, then the wheel that Python keeps for new environments."""
    yield from (place for place in sys.path if os.path.isabs(place))  # noqa: PTH117  # pathlib costs 5 ms
    try:
        import ensurepip  # noqa: PLC0415  # lazy: only where there is no pip
        from sysconfig import get_config_var  # noqa: PLC0415  # the same
    except ImportError:
        return
    bundled = _join(os.path.dirname(ensurepip.__file__), "_bundled")  # noqa: PTH120  # pathlib costs 5 ms
    for folder in (bundled, get_config_var("WHEEL_PKG_DIR")):
        try:
            names = sorted(os.listdir(folder)) if folder else []  # noqa: PTH208  # pathlib costs 5 ms
        except OSError:
            continue
        yield from (_join(folder, name) for name in names if name.startswith("pip-"))


def _state(place: str, folder: str) -> str | None:
    """Return what changes when the pip in ``place`` changes; None: there is none."""
    path = place if place.endswith(".whl") else _join(folder, "index.py")
    try:
        status = os.stat(path)  # noqa: PTH116  # pathlib costs 5 ms
    except OSError:
        return None
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def _simple_url(spec: object) -> str | None:
    """Run pip's module that knows its index, on its own: importing all of pip would cost 30 ms.

    pip promises nothing about its inside, so whatever goes wrong means that this pip cannot tell.
    """
    from importlib.util import module_from_spec  # noqa: PLC0415  # lazy: only where nothing else is said

    try:
        module = module_from_spec(spec)  # type: ignore[arg-type]  # a ModuleSpec: PathFinder made it
        spec.loader.exec_module(module)  # type: ignore[attr-defined]  # the same
        url = module.PyPI.simple_url
    except Exception:  # noqa: BLE001  # another program's code: any failure is the same answer
        return None
    return url if isinstance(url, str) and url.startswith("https://") else None


_MEMORY = "pip-default-index"


def _remembered(cache_dir: str | None, state: str) -> str | None:
    if cache_dir is None:
        return None
    from resolver.index.placing import beginning  # noqa: PLC0415  # lazy: an index is often named

    try:
        lines = beginning(_join(cache_dir, _MEMORY), 4096).decode().split("\n")
    except (OSError, ValueError):
        return None
    whole = len(lines) == len(("state", "url", "sum", "")) and lines[2] == _sum(lines[0], lines[1])
    return lines[1] if whole and lines[0] == state else None


def _remember(cache_dir: str | None, state: str, url: str) -> None:
    """Write the answer down for the next run; where that fails, the next run looks again."""
    if cache_dir is None:
        return
    from resolver.index.placing import make_root, put  # noqa: PLC0415  # lazy: most runs only read

    try:
        make_root(cache_dir)
        put(_join(cache_dir, _MEMORY), f"{state}\n{url}\n{_sum(state, url)}\n".encode())
    except (OSError, ValueError):
        return


def _sum(state: str, url: str) -> str:
    from binascii import crc32  # noqa: PLC0415  # built in

    return f"{crc32(f'{state} {url}'.encode()):08x}"
