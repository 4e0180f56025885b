"""Requirements as a user writes them: PEP 508, or an address alone, of which the package must be found out.

``user_requirement`` reads what may stand in a requirements file or in a list of strings.  An address becomes
a ``Reference``; credentials stay there and are not part of the requirement's text.  Which package an address
is of is said before it (``name @``), by its fragment (``egg=``), by the name of the archive, or by the
project file of a folder; what would have to be fetched or built to know is an error.

Spec: https://pip.pypa.io/en/stable/cli/pip_install/#argument-handling (paths, URLs, extras behind them)
"""

from __future__ import annotations

import os

from resolver.model.faults import FaultyText
from resolver.model.filenames import InvalidFilename, parse_sdist, parse_wheel
from resolver.model.names import InvalidName, normalise
from resolver.model.references import InvalidReference, Reference
from resolver.model.requirement import InvalidRequirement, Requirement

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.model.requirement import Origin

__all__ = ["InvalidUserRequirement", "hash_fault", "split_hashes", "unnamed", "user_requirement"]

_ARCHIVES = (".whl", ".zip", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tar.zst")
_LARGEST = 1 << 20  # bytes of a project file
_ALGORITHMS = ("sha256", "sha384", "sha512")


class InvalidUserRequirement(FaultyText):
    """A text of the user's that cannot be used."""


def hash_fault(value: str) -> str:
    """Return what is wrong with the value of a ``--hash``, "" if nothing is.

    >>> hash_fault(f"sha256:{'0' * 64}"), hash_fault("md5:0")[:38]
    ('', 'md5 protects from nothing: give the ha')
    """
    algorithm, _, digest = value.partition(":")
    if algorithm in ("md5", "sha1", "sha224"):
        return f"{algorithm} protects from nothing: give the hash as sha256:..."
    if algorithm not in _ALGORITHMS or not digest:
        return "write the hash as sha256:..., sha384:... or sha512:..."
    return ""


def split_hashes(text: str) -> tuple[str, tuple[str, ...]]:
    """Split the digests off that stand behind a requirement.  Raises ``InvalidUserRequirement``.

    >>> split_hashes(f"a==1 --hash=sha256:{'0' * 64}")[0]
    'a==1'
    """
    start = text.find(" --hash")
    if start < 0:
        return text, ()
    found: list[str] = []
    words = text[start:].replace("--hash ", "--hash=").split()
    for word in words:
        flag, _, value = word.partition("=")
        fault = hash_fault(value) if flag == "--hash" else f"{word!r} does not belong behind a requirement"
        if fault:
            raise InvalidUserRequirement(fault, max(text.find(value or word, start), 0))
        found.append(value.lower())
    return text[:start].rstrip(), tuple(found)


def user_requirement(
    text: str,
    origin: Origin | None = None,
    *,
    written: str = "",
    editable: bool = False,
    allowed: tuple[str, ...] = (),
) -> Requirement:
    """Read a requirement of the user's; relative paths start at the working directory, as pip has it.

    ``written`` is the text before variables were filled in, ``allowed`` are the digests that stand behind the
    requirement.  Raises ``InvalidUserRequirement``.  Reads the project file of a folder without a name.

    >>> user_requirement("https://host.example/a_b-1-py3-none-any.whl").text
    'a-b @ https://host.example/a_b-1-py3-none-any.whl'
    """
    if not allowed:
        text, allowed = split_hashes(text)
    if unnamed(text) is not None or (editable and not _is_named(text)):
        address, extras, marker = _split(text)
        reference = _reference(text, address, written, editable=editable, allowed=allowed)
        name = _name_of(text, reference)
    else:
        try:
            plain = Requirement.parse(text, origin)
        except InvalidRequirement as error:
            raise InvalidUserRequirement(error.message, error.position) from None
        if plain.url is None:
            if editable:
                raise InvalidUserRequirement("an editable requirement is a path or a repository", 0)
            plain.hashes = allowed
            return plain
        reference = _reference(text, plain.url, written, editable=editable, allowed=allowed)
        name, extras, marker = plain.name, f"[{','.join(plain.extras)}]" if plain.extras else "", plain.marker
        _check_name(text, name, reference)
    extras = extras.replace(" ", "")
    whole = f"{name}{extras} @ {reference.said}{' ; ' if marker else ''}{marker}"
    try:
        found = Requirement.parse(whole, origin)
    except InvalidRequirement as error:
        raise InvalidUserRequirement(error.message, 0) from None
    found.reference, found.hashes = reference, allowed
    return found


def unnamed(text: str) -> str | None:
    """Say what ``text`` is if it is a URL, a path or a file instead of a requirement that names a package.

    >>> unnamed("./wheels/a-1-py3-none-any.whl"), unnamed("git+https://host.example/a"), unnamed("a>=1")
    ('a local path', 'a URL', None)
    """
    head = text.split(";", 1)[0].strip()
    scheme, _, rest = head.partition(":")
    if all(c.isalnum() or c in "+-." for c in scheme) and (rest.startswith("//") or scheme == "file"):
        return "a URL"
    name = head.split("@", 1)[0]
    if name.startswith((".", "~/")) or "/" in name or "\\" in name:
        return "a local path"
    archive = head.split("[", 1)[0].rstrip().lower().endswith(_ARCHIVES)
    return "a local file" if archive and name == head else None


def _is_named(text: str) -> bool:
    """Tell whether ``text`` is ``name @ address``."""
    name, at, _ = text.partition("@")
    return bool(at) and name.endswith((" ", "\t", "]")) and "/" not in name


def _split(text: str) -> tuple[str, str, str]:
    """Return address, extras in brackets, and marker; the semicolon of a URL needs a blank before it."""
    is_url = unnamed(text) == "a URL"
    address, _, marker = text.partition(" ;" if is_url else ";")
    if is_url and "; " in address:
        address, _, marker = text.partition("; ")
    address, marker = address.strip(), marker.strip()
    place, hash_sign, fragment = address.partition("#")
    for part in fragment.split("&"):  # egg=name[extra], as pip had it
        if part.startswith("egg=") and part.endswith("]") and "[" in part:
            return address, part[part.index("[") :], marker
    if place.endswith("]") and "[" in place.rpartition("/")[2]:
        start = place.rindex("[")
        return f"{place[:start].rstrip()}{hash_sign}{fragment}", place[start:], marker
    return address, "", marker


def _reference(
    text: str, address: str, written: str, *, editable: bool, allowed: tuple[str, ...]
) -> Reference:
    try:
        found = Reference.read(address, os.getcwd(), written)  # noqa: PTH109  # pathlib costs 5 ms
        return found.edited(editable=editable, allowed=allowed)
    except InvalidReference as error:
        raise InvalidUserRequirement(str(error), max(text.find(address), 0)) from None


def _name_of(text: str, reference: Reference) -> str:
    """Return the name of the package that an address alone is of."""
    name = _told_name(reference)
    if name is None and reference.is_local_tree:
        name = _project_name(reference)
    if name is None:
        raise InvalidUserRequirement(
            "the address does not say which package it is of: write 'name @ ' before it", 0
        )
    try:
        name = normalise(name)
    except InvalidName as error:
        raise InvalidUserRequirement(str(error), 0) from None
    _check_name(text, name, reference)
    return name


def _check_name(text: str, name: str, reference: Reference) -> None:
    """Refuse an address that is of another package than it is said to be."""
    told = _told_name(reference)
    if told is not None and _normal(told) != _normal(name) and (reference.is_wheel or reference.egg):
        raise InvalidUserRequirement(
            f"the address is of the package {told!r}, not of {name!r}", max(text.find("@"), 0)
        )


def _told_name(reference: Reference) -> str | None:
    """Return what the address itself says; the names of source archives are often those of tags."""
    if reference.egg:
        return reference.egg
    try:
        if reference.is_wheel:
            return parse_wheel(reference.filename).name
        return parse_sdist(reference.filename).name if reference.filename else None
    except InvalidFilename as error:
        if reference.is_wheel:
            raise InvalidUserRequirement(str(error), 0) from None
        return None


def _normal(name: str) -> str:
    try:
        return normalise(name)
    except InvalidName:
        return name


def _project_name(reference: Reference) -> str | None:
    """Return the name that the project file of a folder gives; it may not be dynamic (PEP 621)."""
    import tomllib  # noqa: PLC0415  # lazy: rarely wanted

    folder = os.path.join(reference.location, reference.subdirectory)  # noqa: PTH118  # pathlib costs 5 ms
    if not os.path.isdir(folder):  # noqa: PTH112  # the same
        raise InvalidUserRequirement(f"there is no folder {folder}", 0)
    try:
        with open(os.path.join(folder, "pyproject.toml"), "rb") as file:  # noqa: PTH118, PTH123  # the same
            project = tomllib.loads(file.read(_LARGEST).decode()).get("project")
    except FileNotFoundError:
        if not any(os.path.isfile(os.path.join(folder, name)) for name in ("setup.py", "setup.cfg")):  # noqa: PTH113, PTH118  # the same
            raise InvalidUserRequirement(
                f"there is neither pyproject.toml nor setup.py in {folder}", 0
            ) from None
        return None
    except (OSError, ValueError) as error:
        raise InvalidUserRequirement(f"{folder}/pyproject.toml cannot be read: {error}", 0) from None
    name = project.get("name") if isinstance(project, dict) else None
    return name if isinstance(name, str) else None
