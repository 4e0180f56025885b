"""Extras and groups of a project that exclude one another: ``conflicts`` in ``[tool.resolver]``.

``conflicts = [[{extra = "a"}, {group = "b"}], ...]``: of each list one may be asked for.  That is checked
before anything is resolved, also of what extras and groups include.
"""

from __future__ import annotations

from resolver.formats.documents import close

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from resolver.formats.documents import Document, Path

    Member = tuple[str, str]

__all__ = ["check_conflicts"]

_CONFLICTS: Path = ("tool", "resolver", "conflicts")


def check_conflicts(
    document: Document,
    asked: Container[Member],
    extras: Mapping[str, str],
    groups: Mapping[str, str],
    *,
    everything: bool = False,
) -> None:
    """Raise ``InputError`` where two of what is ``asked`` for (``("extra", "a")``) exclude each other."""
    sets = document.at(*_CONFLICTS)
    if sets is None:
        return
    if not isinstance(sets, list):
        raise document.error("conflicts must be a list of lists of extras and groups", _CONFLICTS)
    known = {"extra": extras, "group": groups}
    for number, members in enumerate(sets):
        place = (*_CONFLICTS, number)
        if not isinstance(members, list) or len(members) < 2:  # one cannot exclude itself
            raise document.error("a conflict must be a list of two or more extras and groups", place)
        read = [_member(document, each, (*place, at), known) for at, each in enumerate(members)]
        both = [f"the {kind} {name!r}" for kind, name in dict.fromkeys(read) if (kind, name) in asked]
        if len(both) > 1:
            said = f"{' and '.join(both)} exclude one another"
            instead = "name with --extra those that you want" if everything else "ask for one of them"
            raise document.error(f"{said}: {instead}", place)


def _member(document: Document, value: object, place: Path, known: Mapping[str, Mapping[str, str]]) -> Member:
    """Read ``{extra = "a"}`` or ``{group = "b"}``, which there must be."""
    from resolver.model.names import InvalidName, normalise  # noqa: PLC0415  # lazy: rarely wanted

    kind, name = next(iter(value.items())) if isinstance(value, dict) and len(value) == 1 else ("", "")
    if kind not in known or not isinstance(name, str):
        raise document.error('write it as {extra = "NAME"} or {group = "NAME"}', place)
    try:
        found = normalise(name)
    except InvalidName as error:
        raise document.error(str(error), place) from None
    if found not in known[kind]:
        raise document.error(f"there is no {kind} {name!r}{close(found, known[kind])}", place)
    return kind, found
