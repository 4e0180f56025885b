"""``resolver diff OLD NEW``: what differs between two files with pins, of any kind.

What is compared is in ``formats.differences``, how files are read in ``formats.locked``.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.differences import changes, to_json, to_text
from resolver.formats.locked import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.arguments import Arguments
    from resolver.console import Console, Streams

__all__ = ["compare"]


def compare(arguments: Arguments, streams: Streams, console: Console, *, colour: bool) -> tuple[str, bool]:
    """Return the differences of the two files that are named, as text or JSON, and whether there are any."""
    if len(arguments.operands) != 2:  # the old and the new one
        raise InputError("name two files; try: resolver diff OLD NEW")
    if arguments.operands.count("-") > 1:
        raise InputError("only one of the two files can be read from standard input")
    stdin = getattr(streams.stdin, "buffer", None)
    old, new = (read(path, stdin=stdin, environ=streams.environ) for path in arguments.operands)
    for file in (old, new):
        for text, line in file.others:
            console.warning(f"{file.path}:{line}: {text} is no pin, and is not compared")
    found = changes(old.pins, new.pins)
    if not found:
        console.note("there is no difference")
    written = to_json(found) if arguments.text("format") == "json" else to_text(found, colour=colour)
    return written, bool(found)
