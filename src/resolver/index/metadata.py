"""Core metadata: the few fields of a METADATA file that a resolution reads.

``parse_metadata`` is a scan over the header lines; the requirement texts are kept as written and parsed in
``model.requirement`` where a candidate is looked at.  How the bytes are come by is in ``client`` and
``artifacts``; whether they are about the right package is checked by ``client``.

The lines are found as ``email.parser`` finds them, which the specification names as the format: a field name
is of any case, a line that begins with a space goes on with the field above it, and the first line that is
neither ends the headers.  Of a field that may be given once the first one counts.

Specification: https://packaging.python.org/en/latest/specifications/core-metadata/
"""

from __future__ import annotations

from resolver.errors import MetadataInvalid
from resolver.limits import DEFAULT, Limits, lifting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MAX_FIELD", "MAX_LINE", "MAX_SIZE", "Metadata", "parse_metadata"]

MAX_SIZE = DEFAULT.metadata_bytes
MAX_LINE = 256 * 1024  # of a requirement; any other field says what it has to in
MAX_FIELD = 4 * 1024
_LICENCE = 200
_CLASSIFIER = " :: "
_CHARACTERS = 20  # of a requirement, on the average

# The fields by their usual spelling and in lower case: the place that they have in ``_scan``'s answer.
_FIELDS = (
    "Metadata-Version",
    "Name",
    "Version",
    "Dynamic",
    "Requires-Python",
    "Provides-Extra",
    "License-Expression",
    "Requires-Dist",
)
_PLACES = {name: place for place, field in enumerate(_FIELDS) for name in (field, field.lower())}
# Of the licence one field or the other speaks (PEP 639), and classifiers, which are told by how they begin.
_PLACES |= dict.fromkeys(("License", "license", "Classifier", "classifier"), _PLACES["License-Expression"])
_ELSEWHERE = -1
# Listed so that they are passed over quickly; a field that is not is passed over too.
_PLACES |= dict.fromkeys(
    (
        "Author",
        "Author-email",
        "Description-Content-Type",
        "Home-page",
        "Keywords",
        "License-File",
        "Maintainer-email",
        "Platform",
        "Project-URL",
        "Summary",
    ),
    _ELSEWHERE,
)
_CURRENT_MAJOR = 2
_KNOWN = ("1.", "2.")


class Metadata:
    """What one distribution says about itself; texts as written, unfolded and stripped.

    ``name`` and ``version`` are those of the file, not compared with anything.  ``dynamic`` holds field names
    in lower case (PEP 643).  ``licenses`` are the texts about the licence: the expression (PEP 639), or
    the beginning of the field License, then the classifiers.  Equal when all fields are equal.  Besides,
    ``is_private`` says that who sent it wants it written down nowhere.
    """

    __slots__ = (
        "dynamic",
        "is_private",
        "licenses",
        "metadata_version",
        "name",
        "provides_extra",
        "requires_dist",
        "requires_python",
        "version",
    )

    def __init__(  # noqa: PLR0913  # one parameter a field of the file
        self,
        name: str,
        version: str,
        *,
        requires_dist: tuple[str, ...] = (),
        requires_python: str | None = None,
        provides_extra: tuple[str, ...] = (),
        dynamic: tuple[str, ...] = (),
        metadata_version: str = "2.1",
        licenses: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.version = version
        self.requires_dist = requires_dist
        self.requires_python = requires_python
        self.provides_extra = provides_extra
        self.dynamic = dynamic
        self.metadata_version = metadata_version
        self.licenses = licenses
        self.is_private = False

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Metadata):
            return NotImplemented
        fields = (slot for slot in self.__slots__ if slot != "is_private")
        return all(getattr(self, slot) == getattr(other, slot) for slot in fields)

    def __hash__(self) -> int:
        return hash((self.name, self.version, self.requires_dist))

    def __repr__(self) -> str:
        return f"Metadata({self.name!r}, {self.version!r})"


def parse_metadata(body: bytes, limits: Limits = DEFAULT) -> Metadata:
    """Read a METADATA file; what stands below the first empty line is not looked at.

    Text that is not UTF-8 is taken for Latin-1.  Raises ``MetadataInvalid`` for what no resolution should
    trust: a file beyond ``limits`` and those above, with a NUL, without name or version, or of a newer major
    version of the format (which the specification forbids to guess at).  Cost: linear in the headers.
    """
    if len(body) > limits.metadata_bytes:
        raise MetadataInvalid(
            f"The metadata is larger than the limit of {limits.metadata_bytes:,} bytes"
            f" ({lifting('metadata-bytes')})."
        )
    texts = _scan(_head(body).split("\n"))
    versions, names, own_versions, dynamic, pythons, extras, licences, requirements = texts
    if len(body) > MAX_FIELD:
        _check_lengths((versions, names, own_versions, dynamic, pythons, extras, requirements))
    most = _CHARACTERS * limits.metadata_requirements
    if len(requirements) > limits.metadata_requirements:
        raise MetadataInvalid(
            f"The metadata has more lines Requires-Dist than the limit of {limits.metadata_requirements:,}"
            f" ({lifting('metadata-requirements')})."
        )
    if len(body) > most and sum(map(len, requirements)) > most:
        raise MetadataInvalid(
            f"The requirements in the metadata have more than {most:,} characters in all"
            f" ({lifting('metadata-requirements')})."
        )
    name, version = _first(names), _first(own_versions)
    if name is None or version is None:
        raise MetadataInvalid(f"The metadata has no field {'Version' if name else 'Name'}.")
    metadata_version = _first(versions) or "1.0"
    if not metadata_version.startswith(_KNOWN):
        _check_version(metadata_version)
    return Metadata(
        name,
        version,
        requires_dist=tuple(filter(None, requirements)),
        requires_python=_first(pythons),
        provides_extra=tuple(filter(None, extras)),
        dynamic=tuple([text.lower() for text in dynamic if text]),
        metadata_version=metadata_version,
        licenses=_licences(licences) if licences else (),
    )


def _licences(texts: list[str]) -> tuple[str, ...]:
    """Return what is said about the licence; the field License may hold all of it, which nobody compares."""
    classifiers = [text for text in texts if _CLASSIFIER in text[:_LICENCE]]
    said = next((text for text in texts if text and text not in classifiers), None)
    own = [] if said is None else [said[:_LICENCE]]
    return (*own, *(text[:_LICENCE] for text in classifiers if text.startswith("License ::")))


def _check_lengths(texts: tuple[list[str], ...]) -> None:
    *others, requirements = texts
    for fields, most in ((requirements, MAX_LINE), *((each, MAX_FIELD) for each in others)):
        if fields and max(map(len, fields)) > most:
            raise MetadataInvalid(f"A field of the metadata is longer than {most // 1024} KiB.")


def _head(body: bytes) -> str:
    """Return the headers as text, one on each line, with lines split as ``email.parser`` splits them."""
    end = body.find(b"\n\n")
    head = body if end < 0 else body[:end]
    if b"\r" in head:
        head = body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").partition(b"\n\n")[0]
    if b"\0" in head:
        raise MetadataInvalid("The metadata holds a NUL character.")
    try:
        text = head.decode()
    except UnicodeDecodeError:
        text = head.decode("latin-1")
    if "\n " in text or "\n\t" in text:
        text = text.replace("\n\t", "\n ").replace("\n ", " ")  # RFC 5322, 2.2.3: unfolding
    return text.removeprefix("\ufeff")


def _scan(lines: Sequence[str]) -> tuple[list[str], ...]:
    """Return the texts of each field of ``_FIELDS``."""
    found: tuple[list[str], ...] = ([], [], [], [], [], [], [], [])
    for line in lines:
        name, colon, text = line.partition(":")
        place = _PLACES.get(name)
        if place is None:
            if not _is_field_name(name):
                break
            place = _PLACES.get(name.lower(), _ELSEWHERE)
        if not colon:
            break
        if place >= 0:
            found[place].append(text.strip())
    return found


def _first(texts: list[str]) -> str | None:
    """Return the first text; an empty one says as little as none."""
    return texts[0] or None if texts else None


def _is_field_name(name: str) -> bool:
    """RFC 5322, 2.2: printable ASCII without spaces (and, says ``email.parser``, perhaps nothing at all)."""
    return name.isascii() and name.isprintable() and " " not in name


def _check_version(text: str) -> None:
    major = text.partition(".")[0]
    if major.isdecimal() and (len(major) > 4 or int(major) > _CURRENT_MAJOR):
        raise MetadataInvalid(
            f"The metadata is of version {text[:20]!a} of the format, and only versions up to "
            f"{_CURRENT_MAJOR}.x are known. A newer resolver may be able to read it."
        )
