"""What each option is set to, where, and what that overrides: the command ``config``.

The places are those of ``arguments``, below them pip's configuration, which names the default index, and
then the defaults.  Secrets are not shown.
"""

from __future__ import annotations

import json
import sys

from resolver.arguments import field_of
from resolver.configuration import KEYS
from resolver.errors import InputError
from resolver.index.store import default_cache_dir
from resolver.options import Options, redacted
from resolver.setting import COUNT, FLAG, OFF, REPEAT
from resolver.settings import TABLE
from resolver.words import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from resolver.arguments import Arguments
    from resolver.setting import Given, Setting

    Value = bool | int | float | str | list[str] | None

__all__ = ["Place", "Told", "told"]

_UNTOLD = ("help", "version", "requirement")
_ADDED = ("extra_index_url", "find_links")  # what pip is told of these comes on top of what we are told
_DEFAULTS = {"color": "auto", "format": "requirements", "log_format": "text"}


class Place:
    """A value in one place.

    ``kind`` is "command line", "variable", "file", "pip" or "default"; ``where`` says more.
    """

    __slots__ = ("file", "kind", "line", "value", "where")

    def __init__(
        self, value: Value, kind: str, where: str, *, file: str | None = None, line: int | None = None
    ) -> None:
        self.value = value
        self.kind = kind
        self.where = where
        self.file = file
        self.line = line

    def as_data(self) -> dict[str, object]:
        """Return it as it stands in the JSON."""
        return {
            "value": self.value,
            "kind": self.kind,
            "where": self.where,
            "file": self.file,
            "line": self.line,
        }


class Told:
    """One option: ``places`` from the strongest, which counts, to the default."""

    __slots__ = ("key", "places", "setting")

    def __init__(self, setting: Setting, places: list[Place]) -> None:
        self.setting = setting
        self.key = setting.name.replace("_", "-")
        self.places = places

    @property
    def added(self) -> Place | None:
        """What pip's configuration adds to the value."""
        mixes = self.setting.name in _ADDED and len(self.places) > 1
        return next((place for place in self.places[1:] if place.kind == "pip"), None) if mixes else None

    @property
    def overridden(self) -> list[Place]:
        """The places that do not count, without a default that says nothing."""
        below = [place for place in self.places[1:] if place is not self.added]
        return [place for place in below if place.kind != "default" or place.value]


def told(arguments: Arguments, environ: Mapping[str, str]) -> str:
    """Return what ``config`` answers.  Raises ``InputError`` for other words than it knows."""
    known = _all(arguments, environ)
    as_json = arguments.text("format") == "json"
    match arguments.operands:
        case ("list",):
            found = [each for each in known if each.places[0].kind != "default"]
            text = "".join(f"{_line(each)}  # {each.places[0].where}\n" for each in found)
        case ("get", key):
            found = [_of_key(known, key)]
            text = "".join(f"{line}\n" for line in _bare(found[0].places[0].value))
        case ("explain", key):
            found = [_of_key(known, key)]
            text = _explained(found[0])
        case ("explain",):
            found = known
            text = "\n".join(map(_explained, known))
        case _:
            raise InputError("say what to tell: resolver config list, get KEY or explain [KEY]")
    return _json(found) if as_json else text


def _all(arguments: Arguments, environ: Mapping[str, str]) -> list[Told]:
    below = _of_pip(arguments, environ)
    return [
        Told(setting, list(_places(setting, arguments, environ, below)))
        for setting in TABLE
        if setting.name not in _UNTOLD and setting.implies is None
    ]


def _of_key(known: list[Told], key: str) -> Told:
    """Return the option of a key, which may be spelt as any long option."""
    setting = KEYS.get(key)
    if setting is not None and setting.implies is not None:
        raise InputError(f"{key} sets {setting.meant('')[0].replace('_', '-')}: ask for that")
    name = setting.name if setting is not None else key.replace("-", "_")
    for each in known:
        if each.setting.name == name:
            return each
    raise InputError(f"{key} is no option{close(key, [each.key for each in known])}")


def _places(
    setting: Setting, arguments: Arguments, environ: Mapping[str, str], below: Mapping[str, Place]
) -> Iterator[Place]:
    """Yield where the option is set, the strongest first."""
    for number, level in enumerate(arguments.levels):
        given = level.get(setting.name)
        if given is None or (number == 0 and setting.name == "format"):  # how to tell it is not what is told
            continue
        if given.file is not None and given.line is not None:
            line = given.line("")
            yield Place(_value(setting, given), "file", f"{given.file}:{line}", file=given.file, line=line)
        elif number == 0:
            yield Place(_value(setting, given), "command line", f"the command line ({given.source})")
        else:
            yield Place(_value(setting, given), "variable", given.source)
    if setting.name in below:
        yield below[setting.name]
    yield Place(_default(setting, environ), "default", "the default")


def _of_pip(arguments: Arguments, environ: Mapping[str, str]) -> dict[str, Place]:
    """Return what pip's configuration says, by the name of the setting, where it counts."""
    if arguments.text("index_url") or arguments.count("no_index"):
        return {}
    from resolver.index.pip_config import default_index  # noqa: PLC0415  # lazy: often an index is named

    found = default_index(environ, needed=False)
    values: dict[str, Value] = {"index_url": found.url and redacted(found.url)}
    values["extra_index_url"] = [redacted(url) for url in found.extra_urls]
    values["find_links"] = [redacted(place) for place in found.find_links]
    for field, value in found.transport.items():
        name = "trusted_host" if field == "trusted_hosts" else field
        values[name] = list(value) if isinstance(value, tuple) else _shown(value)
    return {
        name: Place(value, "pip", found.origin if name == "index_url" else "pip's configuration")
        for name, value in values.items()
        if value
    }


def _value(setting: Setting, given: Given) -> Value:
    values = [_hidden(setting, value) for value in given.values]
    if setting.kind == FLAG:
        return bool(values) and values[-1] != OFF
    if setting.kind == COUNT:
        return len(values)
    if setting.kind == REPEAT:
        return values
    return values[-1] if setting.number is None else setting.number(values[-1])


def _shown(value: object) -> Value:
    return value if isinstance(value, int | float) else redacted(str(value))


def _hidden(setting: Setting, value: str) -> str:
    """Return ``value`` without secrets; a proxy may be written without its scheme."""
    if setting.name == "proxy" and "://" not in value:
        return redacted(f"http://{value}").removeprefix("http://")
    return redacted(value)


def _default(setting: Setting, environ: Mapping[str, str]) -> Value:
    if setting.name == "cache_dir":
        return default_cache_dir(environ, sys.platform)
    if setting.kind in (FLAG, COUNT):
        return False if setting.kind == FLAG else 0
    if setting.kind == REPEAT:
        return []
    value: Value = getattr(Options, field_of(setting), _DEFAULTS.get(setting.name))
    return value


def _line(told: Told) -> str:
    """Return the option as a line of TOML."""
    value = told.places[0].value
    return f"{told.key} = {_toml(value)}" if value is not None else f"# {told.key} has no value"


def _toml(value: Value) -> str:
    """Return a value as TOML has it, which for these is what JSON has; nothing for what has no value."""
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)


def _bare(value: Value) -> list[str]:
    """Return a value as lines for a script."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value if isinstance(value, str) else _toml(value)]


def _explained(told: Told) -> str:
    choices = list(dict.fromkeys(told.setting.choices.values()))
    said = told.setting.help + (f": {', '.join(choices)}" if choices else "")
    lines = [_line(told), f"  {said}", f"  {_by(told.places[0])}"]
    if told.added is not None:
        lines.append(f"  and {_toml(told.added.value)} from {told.added.where}")
    lines += [f"  instead of {_toml(place.value)}, {_by(place)}" for place in told.overridden]
    return "".join(f"{line}\n" for line in lines)


def _by(place: Place) -> str:
    return "the default" if place.kind == "default" else f"set by {place.where}"


def _json(found: list[Told]) -> str:
    """Return the options as docs/schema/config-1.json describes them."""
    settings = [
        {
            "key": each.key,
            **each.places[0].as_data(),
            "added": None if each.added is None else each.added.as_data(),
            "overrides": [place.as_data() for place in each.overridden],
        }
        for each in found
    ]
    return json.dumps({"version": 1, "settings": settings}, indent=2, ensure_ascii=False) + "\n"
