"""The formats that show who requires what, as the command line asks for them: ``tree``, ``dot``, ``mermaid``.

What they look like is in ``formats``.
"""

from __future__ import annotations

from resolver.console import has_colour
from resolver.formats.graphs import graph_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

    from resolver.arguments import Arguments
    from resolver.console import Streams
    from resolver.formats.answer import Answer
    from resolver.formats.graphs import Graph

__all__ = ["drawn"]


def drawn(answer: Answer, arguments: Arguments, streams: Streams) -> str:
    """Return ``answer`` in the format that ``arguments`` name, a tree by default; raises ``InputError``."""
    number = arguments.text("depth")
    depth = None if number is None else int(number)
    graph = shown(
        graph_of(answer),
        invert=bool(arguments.count("invert")),
        packages=arguments.texts("package"),
        prune=arguments.texts("prune"),
        depth=depth,
    )
    match arguments.text("format"):
        case "dot":
            from resolver.formats.dot import write as write_dot  # noqa: PLC0415  # lazy: one of several

            return write_dot(graph)
        case "mermaid":
            from resolver.formats.mermaid import write as write_mermaid  # noqa: PLC0415  # the same

            return write_mermaid(graph)
        case _:
            return _tree(graph, depth, arguments, streams)


def _tree(graph: Graph, depth: int | None, arguments: Arguments, streams: Streams) -> str:
    from resolver.formats.tree import ASCII, BOX, write  # noqa: PLC0415  # lazy: one of several

    to_stdout = arguments.text("output_file") in (None, "-")
    stdout = streams.stdout if to_stdout else None
    return write(
        graph,
        depth=depth,
        dedupe=not arguments.count("no_dedupe"),
        lines=BOX if stdout is None or _can_show(stdout, "".join(BOX)) else ASCII,
        colour=stdout is not None and has_colour(arguments.text("color") or "auto", streams.environ, stdout),
    )


def _can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
