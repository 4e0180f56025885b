"""A caller's say in which candidates may be used: ``resolve(..., reject=callable)``.

The callable is given a ``Considered`` and returns None, or a sentence that becomes the reason in
explanations.  Here it is asked, at most once about the same thing in one resolution; when that is, is in
``problem``.  What it says is kept nowhere beyond that.
"""

from __future__ import annotations

from resolver.model.version import Version
from resolver.policy import RejectedByCaller

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from resolver.index.metadata import Metadata
    from resolver.model.distfile import DistFile

    Reject = Callable[["Considered"], str | None]

__all__ = ["Considered", "Vetting"]


class Considered:
    """A candidate that is about to be used.

    ``name`` is normalised; ``files`` are those that fit the target, the best first, each with ``filename``,
    ``url``, ``hashes``, ``size``, ``upload_time``, ``yanked`` and ``requires_python`` as the index has them.
    ``metadata`` is None at first, so that a candidate can be rejected before anything of it is fetched; one
    that was not comes a second time when its metadata is known: ``requires_dist``, ``requires_python``,
    ``provides_extra`` and ``licenses``, the texts that it has about its licence.
    """

    __slots__ = ("files", "metadata", "name", "version")

    def __init__(
        self, name: str, version: Version, files: tuple[DistFile, ...], metadata: Metadata | None = None
    ) -> None:
        self.name = name
        self.version = version
        self.files = files
        self.metadata = metadata

    def __repr__(self) -> str:
        return f"Considered({self.name!r}, {str(self.version)!r})"


class Vetting:
    """What the callable ``reject`` has said so far in one resolution."""

    __slots__ = ("_reject", "_said")

    def __init__(self, reject: Reject) -> None:
        self._reject = reject
        self._said: dict[tuple[str, str, str, bool], RejectedByCaller | None] = {}

    def objection(
        self, name: str, version: str, files: Sequence[DistFile], metadata: Metadata | None = None
    ) -> RejectedByCaller | None:
        """Return what there is against a candidate, of which ``files`` fit; None: nothing.

        What the callable raises is raised, with a note that names the candidate; so is ``TypeError`` where
        it returns neither None nor a string.
        """
        key = (name, version, files[0].filename, metadata is None)
        if key not in self._said:
            considered = Considered(name, Version(version), tuple(files), metadata)
            try:
                said = self._asked(considered)
            except Exception as error:
                error.add_note(f"raised by reject() for {name} {considered.version}")
                raise
            self._said[key] = None if said is None else RejectedByCaller(said.strip().rstrip("."))
        return self._said[key]

    def _asked(self, considered: Considered) -> str | None:
        said = self._reject(considered)
        if said is not None and not isinstance(said, str):
            raise TypeError(f"reject() must return None or a string, not {type(said).__name__}")
        return said
