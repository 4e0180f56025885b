"""What the command keeps of earlier output, and what it is told to upgrade.

Versions of before come from the files of ``--preference``, or else from the output file, which is about to be
replaced.  What they mean for a resolution is in ``earlier``, what such files look like in ``formats.locked``.
"""

from __future__ import annotations

import os

from resolver.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import BinaryIO

    from resolver.arguments import Arguments
    from resolver.formats.locked import Locked
    from resolver.model.requirement import Requirement
    from resolver.options import Options

__all__ = ["Previous", "with_groups"]

_LOCKS = (None, "requirements", "pylock", "json")
# The formats whose files have pins that can be kept.


class Previous:
    """What ``arguments`` say of earlier versions, read.

    ``options`` are those given, with preferences; ``constraints`` are the bounds of ``--upgrade-package``.
    ``warnings`` are sentences about what could not be read.  Raises ``InputError``.
    """

    __slots__ = ("_arguments", "_environ", "_stdin", "constraints", "options", "warnings")

    def __init__(
        self, options: Options, arguments: Arguments, stdin: BinaryIO | None, environ: Mapping[str, str]
    ) -> None:
        self._arguments = arguments
        self._stdin = stdin
        self._environ = environ
        self.warnings: list[str] = []
        self.options = options
        if options.upgrade_groups:
            from resolver.formats.reading import is_project  # noqa: PLC0415  # lazy: start-up time

            projects = list(filter(is_project, arguments.operands))
            self.options = with_groups(options, projects, stdin, environ)
        self.constraints = self._bounds()
        self.options = self._with_fixed(self.options)
        if not self.options.upgrade:
            self.options = self._with_preferences(self.options)

    def _bounds(self) -> list[Requirement]:
        if not self.options.upgrade_packages:
            return []
        from resolver.earlier import upgraded  # noqa: PLC0415  # lazy: start-up time

        return upgraded(self.options.upgrade_packages)

    def _with_preferences(self, options: Options) -> Options:
        found = [self._read(path) for path in self._arguments.texts("preference")]
        if not found:
            before = self._output()
            found = [] if before is None else [before]
        texts = [pin.text for each in found for pin in each.pins if pin.url is None]
        return options.replace(preferences=tuple(texts)) if texts else options

    def _with_fixed(self, options: Options) -> Options:
        """Return ``options`` with the packages that are there already."""
        texts: list[str] = []
        for path in self._arguments.texts("fixed"):
            found = self._read(path)
            for pin in found.pins:
                if not pin.version:
                    raise _unknown(pin.name, path, pin.line)
                marker = f" ; {pin.marker}" if pin.marker else ""
                texts.append(f"{pin.name}=={pin.version}{marker}")
            for text, line in found.others:
                raise _unknown(text, path, line)
        return options.replace(fixed=tuple(texts)) if texts else options

    def _read(self, path: str) -> Locked:
        from resolver.formats.locked import read  # noqa: PLC0415  # lazy: start-up time

        return read(path, stdin=self._stdin, environ=self._environ)

    def _output(self) -> Locked | None:
        """Return what the output file holds; None where there is none, or nothing that could be kept."""
        path = self._arguments.text("output_file")
        if path in (None, "-") or self._arguments.command != "resolve":
            return None
        if self._arguments.format not in _LOCKS or not os.path.isfile(str(path)):  # noqa: PTH113  # pathlib costs 5 ms
            return None
        try:
            return self._read(str(path))
        except InputError as error:
            self.warnings.append(
                f"no version of before is kept, since the output file cannot be read: {error}"
            )
            return None


def with_groups(
    options: Options, projects: Sequence[str], stdin: BinaryIO | None, environ: Mapping[str, str]
) -> Options:
    """Return ``options`` with what ``upgrade_groups`` name among what is to be upgraded.

    A group is of the first of ``projects`` where it does not say of which, else of the one that is here.
    Raises ``InputError``.
    """
    from resolver.formats.projects import Asking  # noqa: PLC0415  # lazy: start-up time

    placed = [
        f"{projects[0]}:{group}" if ":" not in group and projects else group
        for group in options.upgrade_groups
    ]
    asked = options.replace(groups=tuple(placed), extras=(), all_extras=False)
    files = Asking(asked, stdin, environ).files([])
    names = dict.fromkeys(each.name for file in files for each in file.requirements)
    return options.replace(upgrade_groups=(), upgrade_packages=(*options.upgrade_packages, *names))


def _unknown(what: str, path: str, line: int | None) -> InputError:
    said = f"what is fixed must be a pin (name==version), and {what} does not name a version"
    return InputError(said, file=path, line=line)
