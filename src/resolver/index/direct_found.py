"""What a reference is to lead to, and did: the package, the one file of its listing, and what does not fit.

How archives are read is in ``direct_archives``, how folders and commits are in ``direct_trees``.
"""

from __future__ import annotations

from resolver.errors import BuildRefused, HashMismatch, InputError, MetadataInvalid
from resolver.index.listing import Listing
from resolver.index.urls import redacted
from resolver.limits import DEFAULT, Limits
from resolver.model.distfile import DistFile
from resolver.model.filenames import InvalidFilename, parse_sdist, parse_wheel
from resolver.model.names import InvalidName, normalise
from resolver.model.references import PATH
from resolver.model.version import InvalidVersion, normal_version, version_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from resolver.index.metadata import Metadata
    from resolver.index.source import Builds
    from resolver.index.store import RecordStore
    from resolver.index.transport import Transport
    from resolver.model.references import Reference

__all__ = ["Direct", "Found", "Reader", "Subject"]


class Direct:
    """Where what references lead to is read, and how.

    ``store`` keeps what was read of commits; ``builds`` makes metadata that cannot be read, None: building is
    off.  With ``hashing`` digests of all archives are wanted.  ``with_login`` adds the credentials that a
    user has given for the origin of an address.
    """

    __slots__ = ("builds", "hashing", "limits", "offline", "store", "transport", "with_login")

    def __init__(  # noqa: PLR0913  # one parameter a part
        self,
        transport: Transport,
        store: RecordStore | None = None,
        *,
        builds: Builds | None = None,
        hashing: bool = False,
        offline: bool = False,
        limits: Limits = DEFAULT,
        with_login: Callable[[str], str] = str,
    ) -> None:
        self.transport = transport
        self.store = store
        self.builds = builds
        self.hashing = hashing
        self.offline = offline
        self.limits = limits
        self.with_login = with_login


class Found:
    """What a reference leads to: one file, and its metadata."""

    __slots__ = ("listing", "metadata")

    def __init__(self, name: str, file: DistFile, metadata: Metadata) -> None:
        self.listing = Listing(name, [file])
        self.metadata = metadata


class Subject:
    """Package ``name``, which is to come from where ``reference`` leads to."""

    __slots__ = ("name", "reference")

    def __init__(self, name: str, reference: Reference) -> None:
        self.name = name
        self.reference = reference

    def found(self, metadata: Metadata, body: bytes = b"", *, commit: str = "") -> Found:
        """Return metadata with the file that it is of, if it is of the package that was wanted."""
        reference = self.reference
        try:
            is_same = normalise(metadata.name) == self.name
            filename = self._filename(metadata.version)
            if reference.is_wheel:
                is_same &= version_key(parse_wheel(filename).version) == version_key(metadata.version)
        except (InvalidName, InvalidVersion) as error:
            raise self._unusable(f"what it says of itself cannot be used: {error}") from error
        if not is_same:
            raise self._unusable(f"it is {metadata.name[:100]!a} {metadata.version[:100]!a}")
        hashes = dict(reference.hashes)
        if body:
            import hashlib  # noqa: PLC0415  # lazy: start-up time

            hashes.setdefault("sha256", hashlib.sha256(body).hexdigest())
        file = DistFile(
            filename,
            f"{reference.url}{'@' if commit else ''}{commit}",
            hashes=hashes,
            size=len(body) or None,
            requires_python=metadata.requires_python,
            core_metadata=True,
        )
        return Found(self.name, file, metadata)

    def _filename(self, version: str) -> str:
        """Return the name of a wheel, or of a source distribution of which everybody reads the version."""
        filename = self.reference.filename
        if self.reference.is_wheel:
            return filename
        if filename:
            try:
                told = parse_sdist(filename)
                if told.name == self.name and version_key(told.version) == version_key(version):
                    return filename
            except InvalidFilename:
                pass
        return f"{self.name.replace('-', '_')}-{normal_version(version)}.tar.gz"

    def mismatch(self, body: bytes) -> HashMismatch | None:
        """Return the error for a body that is not what the reference says."""
        import hashlib  # noqa: PLC0415  # lazy: start-up time

        reference = self.reference
        for algorithm, expected in reference.hashes.items():
            actual = hashlib.new(algorithm, body).hexdigest()
            if actual != expected:
                return self._unlike(algorithm, actual, expected)
        for each in reference.allowed:
            algorithm, _, expected = each.partition(":")
            if hashlib.new(algorithm, body).hexdigest() == expected.lower():
                return None
        if not reference.allowed:
            return None
        actual = hashlib.new("sha256", body).hexdigest()
        return self._unlike("sha256", actual, " or ".join(reference.allowed))

    def _unlike(self, algorithm: str, actual: str, expected: str) -> HashMismatch:
        place = redacted(self.reference.url)
        return HashMismatch(
            f"{place} is not the file that {self.name} is to come from: its {algorithm} is {actual}, not "
            f"{expected}.",
            url=place,
            expected=expected,
            actual=actual,
        )

    def _unusable(self, why: str) -> InputError | MetadataInvalid:
        said = f"{self.name} is to come from {self.reference.url}, but {why}"
        return InputError(said) if self.reference.kind == PATH else MetadataInvalid(f"{said}.")

    def needs_build(self) -> BuildRefused:
        """Return the error for what only a build could tell."""
        what = "archive" if self.reference.filename else "project"
        return BuildRefused(
            f"{self.name} is to come from {redacted(self.reference.url)}, and this {what} does not say"
            " which version it is and what it requires in a form that can be read (static metadata), so it"
            " would have to be built: --build allow runs its code."
        )


class Reader:
    """Reads what ``subject`` is to come from, with the means of ``direct``."""

    __slots__ = ("_direct", "_reference", "_subject")

    def __init__(self, subject: Subject, direct: Direct) -> None:
        self._subject = subject
        self._reference = subject.reference
        self._direct = direct
