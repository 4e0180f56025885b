"""From the answer to text, in the format and style that the command line asks for.

What a format looks like is in ``formats``; what stands above the pins of a requirements file because of
options is made in ``emitting``.
"""

from __future__ import annotations

from resolver.settings import FORMATS_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from resolver.arguments import Arguments
    from resolver.console import Console, Streams
    from resolver.formats.answer import Answer, Pinned
    from resolver.inputs import Inputs

__all__ = ["prepare", "rendered"]

_WITH_FILES = ("json", "html", "pylock", "pip-report", "cyclonedx")
_WITH_METADATA = ("pip-report",)
_WITH_DIGESTS = ("pylock", "pip-report")
# Of archives by URL and files of this machine, too, which nobody else gives.


def prepare(arguments: Arguments, inputs: Inputs, console: Console) -> tuple[bool, bool]:
    """Return whether the format that is asked for needs what pages and what metadata say of the pins."""
    kind = _format(arguments)
    if kind == "pylock":
        _check_name(arguments.output_file, console)
    if kind in _WITH_DIGESTS and not inputs.options.generate_hashes:
        inputs.options = inputs.options.replace(generate_hashes=True)
    files = inputs.options.generate_hashes or arguments.is_on("emit_index_annotation")
    return files or kind in _WITH_FILES, kind in _WITH_METADATA


def _check_name(path: str | None, console: Console) -> None:
    from resolver.file_names import has_good_name  # noqa: PLC0415  # lazy: one of several

    if path is not None and not has_good_name(path):
        console.warning(
            f"{path} is no name for a lock file: installers look for pylock.toml or pylock.NAME.toml"
        )


def _format(arguments: Arguments) -> str:
    """Return the format to write."""
    asked = arguments.format
    if arguments.command == "tree":
        return asked if asked in FORMATS_OF["tree"] else "tree"
    return asked or "requirements"


def rendered(answer: Answer, arguments: Arguments, inputs: Inputs, streams: Streams, console: Console) -> str:
    """Return ``answer`` in the format that ``arguments`` name."""
    if inputs.override_files:
        from resolver.emitting import name_overrides  # noqa: PLC0415  # lazy: start-up time

        name_overrides(answer, inputs)
    match _format(arguments):
        case "tree" | "dot" | "mermaid" | "html":
            return _drawn(answer, arguments, streams)
        case "cyclonedx":
            from resolver.drawing import cyclonedx  # noqa: PLC0415  # lazy: start-up time

            return cyclonedx(answer, arguments, streams.environ)
        case "json":
            from resolver.formats.views import solved  # noqa: PLC0415  # lazy: start-up time

            return solved(answer)
        case "pylock":
            return _pylock(answer, arguments, inputs, console)
        case "pip-report":
            from resolver.formats.report import write as write_report  # noqa: PLC0415  # lazy: start-up time

            return write_report(answer)
        case _:
            return _requirements(answer, arguments, inputs, console)


def _drawn(answer: Answer, arguments: Arguments, streams: Streams) -> str:
    from resolver.drawing import drawn  # noqa: PLC0415  # lazy: start-up time

    return drawn(answer, arguments, streams)


def _requirements(answer: Answer, arguments: Arguments, inputs: Inputs, console: Console) -> str:
    """Return a requirements file."""
    from resolver.formats.annotated import Style, write  # noqa: PLC0415  # lazy: start-up time

    style = Style(
        annotate=not arguments.is_on("no_annotate"),
        line=arguments.text("annotation_style") == "line",
        hashes=inputs.options.generate_hashes,
        extras=arguments.is_on("no_strip_extras"),
    )
    if style.hashes:
        _check_hashes(answer.pins, console)
    options: list[str] = []
    if any(map(arguments.count, _EMITTED)):
        from resolver.emitting import emit  # noqa: PLC0415  # lazy: start-up time

        options = emit(style, arguments, inputs.options, console)
    return write(
        answer,
        style,
        command=[] if arguments.is_on("no_header") else _command(arguments),
        options=options,
        shown=_shown(inputs),
    )


def _pylock(answer: Answer, arguments: Arguments, inputs: Inputs, console: Console) -> str:
    """Return a lock file, for the folder that it will lie in."""
    import os  # noqa: PLC0415  # loaded by now

    from resolver.emitting import index_urls  # noqa: PLC0415  # lazy: start-up time
    from resolver.formats.annotated import header  # noqa: PLC0415  # the same
    from resolver.formats.pylock import write as write_pylock  # noqa: PLC0415  # the same

    folder = os.path.dirname(arguments.output_file or "")  # noqa: PTH120  # pathlib costs 5 ms
    words = [] if arguments.is_on("no_header") else _command(arguments)
    return write_pylock(
        answer,
        folder=os.path.abspath(folder),  # noqa: PTH100  # the same
        header="".join(f"{line}\n" for line in header(words)),
        indexes=index_urls(inputs.options, console),
    )


_EMITTED = (
    "emit_index_url",
    "emit_find_links",
    "emit_build_options",
    "emit_trusted_host",
    "emit_index_annotation",
    "no_emit_package",
)


def _command(arguments: Arguments) -> list[str]:
    """Return the words of the command that the header names."""
    from resolver.options import redacted  # noqa: PLC0415  # loaded by now

    own = arguments.text("custom_compile_command")
    if own is not None:
        return own.split(" ")
    return ["resolver", *(redacted(word) for word in arguments.words)]


def _shown(inputs: Inputs) -> dict[str, str]:
    """Return how origins in files are shown that are not simply required."""
    overrides = {file: f"--override {file}" for file in inputs.override_files}
    return overrides | {file: f"-c {file}" for file in inputs.constraint_files} | inputs.shown


def _check_hashes(pins: Iterable[Pinned], console: Console) -> None:
    """Warn of what can have no hashes."""
    from resolver.formats.annotated import hashes_of  # noqa: PLC0415  # loaded by now

    without = [pin.name for pin in pins if pin.url is not None and not hashes_of(pin)]
    if without:
        console.warning(
            f"{', '.join(without)} cannot have hashes: pip installs no folder and no"
            " repository from a file with hashes"
        )
