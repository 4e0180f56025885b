"""The formats that show who requires what, as the command line asks for them.

They are the tree, DOT, Mermaid, pages (also of a proof) and CycloneDX; what they look like is in ``formats``.
"""

from __future__ import annotations

from resolver.errors import InputError
from resolver.formats.graphs import graph_of, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import TextIO

    from resolver.arguments import Arguments
    from resolver.console import Streams
    from resolver.errors import NoSolution
    from resolver.formats.answer import Answer
    from resolver.formats.graphs import Graph

__all__ = ["conflict_page", "cyclonedx", "drawn", "earlier"]


def drawn(answer: Answer, arguments: Arguments, streams: Streams) -> str:
    """Return ``answer`` in the format that ``arguments`` name, a tree by default; raises ``InputError``."""
    if arguments.format == "html":
        return _page(answer, arguments)
    number = arguments.text("depth")
    depth = None if number is None else int(number)
    graph = shown(
        graph_of(answer),
        invert=arguments.is_on("invert"),
        packages=arguments.texts("package"),
        prune=arguments.texts("prune"),
        depth=depth,
    )
    match arguments.format:
        case "dot":
            from resolver.formats.dot import write as write_dot  # noqa: PLC0415  # lazy: one of several

            return write_dot(graph)
        case "mermaid":
            from resolver.formats.mermaid import write as write_mermaid  # noqa: PLC0415  # the same

            return write_mermaid(graph)
        case _:
            return _tree(graph, depth, arguments, streams)


def earlier(arguments: Arguments) -> Answer | None:
    """Return the answer that the only SOURCE holds, where that is earlier output."""
    from resolver.formats.recalled import is_recalled, recall  # noqa: PLC0415  # lazy: start-up time

    if len(arguments.operands) != 1 or not is_recalled(arguments.operands[0]):
        return None
    return recall(arguments.operands[0])


def conflict_page(error: NoSolution, arguments: Arguments) -> str:
    """Return the proof as a page."""
    from resolver.formats.page import conflict  # noqa: PLC0415  # lazy: one of several

    return conflict(error, title=_title(arguments))


def cyclonedx(answer: Answer, arguments: Arguments, environ: Mapping[str, str]) -> str:
    """Return the bill of materials; it has a time where SOURCE_DATE_EPOCH gives one.

    Spec: https://reproducible-builds.org/specs/source-date-epoch/
    """
    from resolver.formats.cyclonedx import write  # noqa: PLC0415  # lazy: one of several

    epoch = environ.get("SOURCE_DATE_EPOCH")
    return write(answer, title=_title(arguments), timestamp=None if not epoch else _moment(epoch))


def _moment(epoch: str) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415  # lazy: start-up time

    try:
        return datetime.fromtimestamp(int(epoch), UTC).replace(tzinfo=None).isoformat() + "Z"
    except (ValueError, OverflowError, OSError):
        raise InputError(f"SOURCE_DATE_EPOCH is {epoch!r}, and must be seconds since 1970") from None


def _page(answer: Answer, arguments: Arguments) -> str:
    from resolver.formats.page import write  # noqa: PLC0415  # lazy: one of several

    for name in ("invert", "package", "depth", "prune", "no_dedupe"):
        if arguments.count(name):
            flag = f"--{name.replace('_', '-')}"
            raise InputError(f"{flag} is of no use with --format html: the page shows all parts on demand")
    return write(answer, title=_title(arguments))


def _title(arguments: Arguments) -> str:
    """Return the names of what was resolved, without folders."""
    names = [each.replace("\\", "/").rpartition("/")[2] for each in arguments.operands if each != "-"]
    return ", ".join(dict.fromkeys(names)) or "Resolution"


def _tree(graph: Graph, depth: int | None, arguments: Arguments, streams: Streams) -> str:
    from resolver.formats.tree import ASCII, BOX, write  # noqa: PLC0415  # lazy: one of several

    stdout = streams.stdout if arguments.output_file is None else None
    return write(
        graph,
        depth=depth,
        dedupe=not arguments.is_on("no_dedupe"),
        lines=BOX if stdout is None or _can_show(stdout, "".join(BOX)) else ASCII,
        colour=stdout is not None and streams.has_colour(arguments.text("color")),
    )


def _can_show(stream: TextIO, text: str) -> bool:
    try:
        text.encode(getattr(stream, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
