"""The commands that look for no versions: what they do, from arguments to the result that is written.

``cli`` calls them, and says what went wrong; those that resolve are in ``commands``.
"""

from __future__ import annotations

import sys

from resolver.errors import InputError, OutputError
from resolver.output import OutputFile, write_result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from resolver.arguments import Arguments
    from resolver.console import Console, Streams
    from resolver.index.cleaning import Usage

__all__ = ["cache", "completion", "config", "diff"]


def cache(arguments: Arguments, streams: Streams, console: Console) -> None:
    """Run ``resolver cache dir|info|prune|clean``."""
    from resolver.index.cleaning import clean, usage  # noqa: PLC0415  # lazy: one of several
    from resolver.index.store import default_cache_dir  # noqa: PLC0415  # the same

    directory = arguments.text("cache_dir") or default_cache_dir(streams.environ, sys.platform)
    if directory is None:
        raise InputError("no home directory is known: say with --cache-dir where the cache is")
    match arguments.operands:
        case ("dir",):
            said = directory
        case ("info",):
            found = usage(directory)
            said = f"{directory}: {found.files} files, {found.size / 1e6:.1f} MB"
        case ("clean",):
            try:
                found = clean(directory)
            except OSError as error:
                reason = error.strerror or error
                raise OutputError(f"the cache {directory} cannot be removed: {reason}") from None
            said = _removed(found, directory)
        case ("prune",):
            said = _removed(_pruned(directory, arguments, console), directory)
        case _:
            raise InputError("say what to do with the cache: resolver cache dir, info, prune or clean")
    write_result(streams.stdout, f"{said}\n")


def completion(arguments: Arguments, streams: Streams) -> None:
    """Run ``resolver completion SHELL``."""
    from resolver.completing import script  # noqa: PLC0415  # lazy: argparse is used for this alone
    from resolver.manual import SHELLS  # noqa: PLC0415  # the same

    if len(arguments.operands) != 1:
        raise InputError(f"say which shell: resolver completion {', '.join(SHELLS)}")
    write_result(streams.stdout, script(arguments.operands[0]))


def diff(arguments: Arguments, streams: Streams, console: Console) -> int:
    """Run ``resolver diff OLD NEW``, and return its exit code."""
    from resolver.checking import WOULD_CHANGE  # noqa: PLC0415  # lazy: one of several
    from resolver.comparing import compare  # noqa: PLC0415  # the same

    output = None if arguments.output_file is None else OutputFile(arguments.output_file)
    colour = output is None and streams.has_colour(arguments.text("color"))
    text, differs = compare(arguments, streams, console, colour=colour)
    write_result(streams.stdout, text, output)
    return WOULD_CHANGE if differs and arguments.is_on("check") else 0


def config(arguments: Arguments, streams: Streams) -> None:
    """Run ``resolver config list|get KEY|explain [KEY]``."""
    from resolver.origins import told  # noqa: PLC0415  # lazy: one of several

    write_result(streams.stdout, told(arguments, streams.environ))


def _removed(found: Usage, directory: str) -> str:
    return f"Removed {found.files} files, {found.size / 1e6:.1f} MB, from {directory}"


def _pruned(directory: str, arguments: Arguments, console: Console) -> Usage:
    """Do the work of ``resolver cache prune``."""
    from time import time  # noqa: PLC0415  # lazy: one of several

    from resolver.index.pruning import MAX_SIZE, prune  # noqa: PLC0415  # the same
    from resolver.limits import byte_count  # noqa: PLC0415  # the same

    asked = arguments.text("max_size")
    max_size = MAX_SIZE if asked is None else byte_count(asked)
    if max_size is None:
        raise InputError(f"--max-size is {asked!r}, and must be a size such as 500M or 2GiB")
    try:
        return prune(
            directory,
            now=time(),
            max_size=max_size,
            removed=lambda path, why: console.note(f"removed {path}: {why}"),
        )
    except OSError as error:
        place = "" if error.filename in (None, directory) else f": {error.filename}"
        reason = error.strerror or error
        raise OutputError(f"the cache {directory} cannot be pruned: {reason}{place}") from None
