"""From arguments to what is to be resolved: files are read, and what they set is joined with the options.

The command line and the variables win over the files; among the files two different default indexes are an
error.  What the words of the command line mean is in ``arguments``, what a file says in ``formats``.
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.formats.requirements_txt import read
from resolver.options import Options, redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import BinaryIO

    from resolver.arguments import Arguments
    from resolver.formats.requirements_txt import Entry, Fetch, PythonDemand, RequirementsFile
    from resolver.model.requirement import Requirement

__all__ = ["Inputs", "gather"]


class Inputs:
    """What is to be resolved, and how; ``warnings`` and ``notes`` are sentences about what was read.

    ``shown`` are the words by which pins name origins (``RequirementsFile.shown``), ``pythons`` are what
    sources demand of the target.
    """

    __slots__ = (
        "constraint_files",
        "constraints",
        "notes",
        "options",
        "override_files",
        "overrides",
        "pythons",
        "requirements",
        "shown",
        "warnings",
    )

    def __init__(self, options: Options) -> None:
        self.options = options
        self.requirements: list[Requirement] = []
        self.constraints: list[Requirement] = []
        self.constraint_files: set[str] = set()
        self.override_files: set[str] = set()
        self.overrides: list[Requirement] = []
        self.warnings: list[str] = []
        self.notes: list[str] = []
        self.shown: dict[str, str] = {}
        self.pythons: list[PythonDemand] = []


def gather(
    arguments: Arguments,
    stdin: BinaryIO | None,
    environ: Mapping[str, str],
    fetching: Callable[[Options], Fetch] | None = None,
) -> Inputs:
    """Read all sources that the command names.  Raises ``InputError``.

    Where they may come from the network, ``fetching`` gives what brings them there.
    """
    inputs = Inputs(_options(arguments))
    allowed = fetching is not None and arguments.count("allow_remote_files")
    fetch = fetching(inputs.options) if fetching is not None and allowed else None
    files = _sources(inputs, arguments, stdin, environ, fetch)
    files += [
        read(path, stdin=stdin, environ=environ, constraint=True, fetch=fetch)
        for path in arguments.texts("constraint")
    ]
    for file in files:
        _raise_refusal(file)
        inputs.requirements += file.requirements
        inputs.constraints += file.constraints
        inputs.constraint_files |= file.constraint_files
        inputs.warnings += file.warnings
        inputs.pythons += file.pythons
        inputs.shown |= file.shown
    _take_options(inputs, arguments, files)
    _take_logins(inputs, environ)
    _take_texts(inputs, arguments, stdin, environ, fetch)
    if any(map(arguments.texts, _ABOUT_BEFORE)):
        _take_previous(inputs, arguments, stdin, environ)
    return inputs


_ABOUT_BEFORE = ("output_file", "preference", "upgrade_package", "upgrade_group", "fixed")
# The options that have to do with earlier output.


def _take_previous(
    inputs: Inputs, arguments: Arguments, stdin: BinaryIO | None, environ: Mapping[str, str]
) -> None:
    """Join what earlier output says, as far as it counts."""
    from resolver.previous import Previous  # noqa: PLC0415  # lazy: start-up time

    previous = Previous(inputs.options, arguments, stdin, environ)
    inputs.options = previous.options
    inputs.constraints += previous.constraints
    inputs.warnings += previous.warnings


def _sources(
    inputs: Inputs,
    arguments: Arguments,
    stdin: BinaryIO | None,
    environ: Mapping[str, str],
    fetch: Fetch | None,
) -> list[RequirementsFile]:
    """Read the sources proper, and what ``--group`` and ``--extra`` ask for."""
    options = inputs.options
    words = arguments.operands or _default_sources(arguments)
    asked = options.extras or options.all_extras or options.groups
    if words and not asked and all(_is_plain(word, arguments) for word in words):
        return [read(word, stdin=stdin, environ=environ, fetch=fetch) for word in words]
    from resolver.formats.projects import Asking  # noqa: PLC0415  # lazy: start-up time

    inputs.options = options.replace(extras=(), all_extras=False, groups=())
    return Asking(options, stdin, environ, fetch).files(words, arguments.files)


def _is_plain(word: str, arguments: Arguments) -> bool:
    """Tell whether an operand is a requirements file, as nearly all are."""
    if word.lower().endswith(_NOT_PLAIN):
        return False
    return word == "-" or word in arguments.files or os.path.isfile(word)  # noqa: PTH113  # pathlib costs 5 ms


def _default_sources(arguments: Arguments) -> tuple[str, ...]:
    """Return what ``why``, ``tree`` and ``outdated`` read where no SOURCE is given; others must be told."""
    if arguments.texts("group"):
        return ()
    if arguments.command not in ("why", "tree", "outdated"):
        raise InputError(f"no SOURCE is given; try: resolver {arguments.command} requirements.txt")
    for path in ("requirements.txt", "pyproject.toml"):
        if os.path.isfile(path):  # noqa: PTH113  # pathlib costs 5 ms
            return (path,)
    raise InputError(
        "no SOURCE is given, and there is neither requirements.txt nor pyproject.toml here;"
        f" try: {' '.join(['resolver', arguments.command, *filter(None, [arguments.package])])} FILE"
    )


def _options(arguments: Arguments) -> Options:
    """Return the options that were given; what is wrong with one is said of the place that set it."""
    given = arguments.options()
    try:
        return Options(**given)  # type: ignore[arg-type]  # checked at run time, by the constructor
    except InputError as error:
        raise arguments.blamed(error) from None


_NOT_PLAIN = (".toml", ".py", ".cfg", ".lock", ".json", ".whl", ".tar.gz", ".tgz", ".zip")
# How the names of sources end that are no requirements files.


def _raise_refusal(file: RequirementsFile) -> None:
    if file.refusals:
        raise file.refusals[0]


def _take_options(inputs: Inputs, arguments: Arguments, files: list[RequirementsFile]) -> None:
    """Join what the files set with the options given, which win."""
    options = inputs.options
    changes: dict[str, object] = {}
    index_url = None
    for url in (file.options.index_url for file in files if file.options.index_url is not None):
        if index_url not in (None, url):
            raise InputError("the files name different index URLs: choose one with --index-url")
        index_url = url
    if index_url is not None and options.index_url is None:
        changes["index_url"] = index_url
        inputs.notes.append(f"The requirements files name the index {redacted(index_url)}.")
    extra = [url for file in files for url in file.options.extra_index_urls]
    if extra:
        changes["extra_index_urls"] = tuple(dict.fromkeys([*options.extra_index_urls, *extra]))
    places = [place for file in files for place in file.options.find_links]
    if places:
        changes["find_links"] = tuple(dict.fromkeys([*options.find_links, *places]))
    if any(file.options.no_index for file in files):
        changes["no_index"] = True  # as in pip, wherever an index was named: it is said for safety
    hosts = [host for file in files for host in file.options.trusted_hosts]
    if hosts:
        changes["trusted_hosts"] = tuple(dict.fromkeys([*options.trusted_hosts, *hosts]))
    wheels = [name for file in files for name in file.options.only_binary]
    if wheels:
        # Those of the command come last: a ":none:" among them takes back what stands before it.
        changes["only_binary"] = (*wheels, *options.only_binary)
    sources = [name for file in files for name in file.options.no_binary]
    if sources:
        changes["no_binary"] = (*sources, *options.no_binary)
    if any(file.options.require_hashes for file in files):
        changes["require_hashes"] = True
    if any(file.options.pre for file in files) and not arguments.count("prerelease"):
        changes["prerelease"] = "allow"
    modes = [text for file in files for text in file.options.prereleases]
    if modes:
        changes["prerelease_packages"] = (*modes, *options.prerelease_packages)
    if any(file.options.prefer_binary for file in files):
        changes["prefer_binary"] = True
    if changes:
        inputs.options = options.replace(**changes)


_USERNAME, _PASSWORD = "_USERNAME", "_PASSWORD"


def _take_logins(inputs: Inputs, environ: Mapping[str, str]) -> None:
    """Put the logins that variables have for named indexes into the URLs of these.

    The variables of the index ``my-own`` are RESOLVER_INDEX_MY_OWN_USERNAME and ..._PASSWORD.  What a URL
    says itself wins.
    """
    if not any(name.endswith((_USERNAME, _PASSWORD)) for name in environ):
        return
    options = inputs.options
    inputs.options = options.replace(
        index_url=None if options.index_url is None else _with_login(options.index_url, environ),
        extra_index_urls=tuple(_with_login(each, environ) for each in options.extra_index_urls),
        explicit_indexes=tuple(_with_login(each, environ) for each in options.explicit_indexes),
    )


def _with_login(index: str, environ: Mapping[str, str]) -> str:
    """Return ``NAME=URL`` with the login of the variables for NAME."""
    from resolver.index.credentials import userinfo  # noqa: PLC0415  # lazy: start-up time
    from resolver.index.urls import split_url, with_userinfo  # noqa: PLC0415  # the same
    from resolver.naming import split_index  # noqa: PLC0415  # the same

    name, url = split_index(index)
    if not name or not url.lower().startswith(("http://", "https://")):
        return index
    stem = f"RESOLVER_INDEX_{''.join(c if c.isalnum() else '_' for c in name.upper())}"
    user, password = (environ.get(f"{stem}{end}", "") for end in (_USERNAME, _PASSWORD))
    given, colon, _ = split_url(url).userinfo.partition(":")
    user = userinfo(user, "").removesuffix(":")
    if colon or not (user or password) or (given and user and given != user):
        return index
    login = (given or user) + (userinfo("", password) if password else "")
    return f"{name}={with_userinfo(url, login)}"


def _take_texts(
    inputs: Inputs,
    arguments: Arguments,
    stdin: BinaryIO | None,
    environ: Mapping[str, str],
    fetch: Fetch | None,
) -> None:
    """Read the files of options that are requirement strings in the library."""
    for name, field in (("override", "overrides"), ("build_constraint", "build_constraints")):
        texts: list[str] = []
        for path in arguments.texts(name):
            file = read(path, stdin=stdin, environ=environ, fetch=fetch)
            _raise_refusal(file)
            _refuse_hashes(name, file)
            texts += [_whole(entry) for entry in file.entries if not entry.constraint]
            if name == "override":
                inputs.overrides += file.requirements
        if texts:
            inputs.options = inputs.options.replace(**{field: tuple(texts)})
    inputs.override_files.update(arguments.texts("override"))
    stated = arguments.tables.get("dependency-metadata")
    if stated is not None or arguments.texts("patch"):
        from resolver.formats.patch_files import patches_of, read_patches  # noqa: PLC0415  # lazy: rarely wanted

        texts = [] if stated is None else patches_of(stated)
        for path in arguments.texts("patch"):
            texts += read_patches(path, stdin=stdin, environ=environ)
        inputs.options = inputs.options.replace(patches=tuple(texts))


def _refuse_hashes(name: str, file: RequirementsFile) -> None:
    for entry in file.entries if name == "build_constraint" else ():
        if entry.hashes:
            origin = entry.requirement.origin
            raise InputError(
                "hashes of what builds require are not checked: leave them out",
                file=origin.file if origin else None,
                line=origin.line if origin else None,
                text=entry.requirement.text,
            )


def _whole(entry: Entry) -> str:
    """Return an override as it can be read again, with credentials and hashes where it has some."""
    requirement = entry.requirement
    reference = requirement.reference
    text = requirement.text
    if reference is not None:
        text = text.replace(reference.said, reference.whole)
    return " ".join([text, *(f"--hash={each}" for each in entry.hashes)])
