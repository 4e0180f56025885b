"""Which files the digests admit that the user gave.

The digest of a file is the one that its index promises; of a file of this machine it is taken.  A file of
which that is not known is not admitted.  The rule is applied in ``judging``; that files from addresses have
their digests is checked where they are read, in ``index``, and what must have digests in ``hashing``.

Spec: https://pip.pypa.io/en/stable/topics/secure-installs/#hash-checking-mode
"""

from __future__ import annotations

from resolver.policy import HashUnknown, OtherHash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.model.distfile import DistFile
    from resolver.model.requirement import Requirement
    from resolver.policy import Reason

__all__ = ["ALGORITHMS", "Digests", "digests_of"]

ALGORITHMS = ("sha256", "sha384", "sha512")
"""Those that protect from anything; md5 and sha1 do not."""


class Digests:
    """What the user's digests admit; ``required`` says whether the mode is on.

    Of several lines about one package only digests count that all have which have any, as in pip.
    """

    __slots__ = ("_admitted", "_places", "required")

    def __init__(self, requirements: Iterable[Requirement], *, required: bool) -> None:
        self.required = required
        self._admitted: dict[str, frozenset[str]] = {}
        self._places: dict[str, str] = {}
        for each in requirements:
            if each.hashes and each.reference is None:
                given = frozenset(each.hashes)
                self._admitted[each.name] = given & self._admitted.get(each.name, given)
                self._places.setdefault(each.name, f" ({each.origin})" if each.origin else "")

    def names(self, name: str) -> bool:
        """Tell whether there are digests for package ``name``."""
        return name in self._admitted

    def reason(self, name: str, file: DistFile) -> Reason | None:
        """Return why a file of package ``name`` is not admitted, None if it is."""
        wanted = self._admitted.get(name)
        if wanted is None:
            return None
        found = digests_of(file)
        if not found.isdisjoint(wanted):
            return None
        kinds = {each.partition(":")[0] for each in wanted}
        known = any(each.partition(":")[0] in kinds for each in found)
        return (OtherHash if known or not wanted else HashUnknown)(self._places[name])


def digests_of(file: DistFile) -> frozenset[str]:
    """Return what is known of the digests of a file, as ``algorithm:digest``."""
    from resolver.index.local import hashed  # noqa: PLC0415  # lazy: rarely wanted

    hashes = hashed(file).hashes
    return frozenset(f"{each}:{hashes[each].lower()}" for each in ALGORITHMS if each in hashes)
