"""The hooks of a project's build backend (PEP 517), called by ``build`` in a process of their own.

What a backend answers is data of a stranger: it is checked for its kind and size before it is looked at.
Which interpreter the hooks run in, and for how long, is in ``isolation`` and ``processes``.

Specification: https://packaging.python.org/en/latest/specifications/pyproject-toml/ and PEP 517.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.building.processes import Stopped, TookTooLong
from resolver.errors import BuildFailed, MetadataInvalid
from resolver.index.artifacts import read_wheel
from resolver.index.metadata import Metadata, parse_metadata
from resolver.limits import DEFAULT, Limits, lifting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import TypeVar

    from build import ProjectBuilder

    from resolver.building.isolation import Isolated
    from resolver.building.processes import Runner

    Answer = TypeVar("Answer")

__all__ = ["Project", "failed"]

_LARGEST_PROJECT = 1 << 20  # bytes of a pyproject.toml
_LARGEST_ANSWER = 8 << 20
_MOST_REQUIREMENTS = 1_000
_SHOWN = 300  # characters of output in a message


class Project:
    """A source tree: what its build requires, and the metadata of what would be built."""

    def __init__(self, tree: str, what: str, limits: Limits = DEFAULT) -> None:
        """Look at ``tree``; ``what`` names it in messages.  Raises ``BuildFailed`` for no project."""
        self._limits = limits
        self._tree = tree
        self._what = what
        self._builder = self._opened("python", _never)
        self.requires: tuple[str, ...] = _texts(self._builder.build_system_requires, what)
        self._runner: Runner | None = None

    def use(self, isolated: Isolated, runner: Runner) -> None:
        """Call hooks in ``isolated``, by ``runner``."""

        def run(
            command: Sequence[str], cwd: str | None = None, extra_environ: Mapping[str, str] | None = None
        ) -> None:
            runner.run(command, cwd, extra_environ)
            _tidy(Path(command[-1]) / "output.json")

        self._runner = runner
        self._builder = self._opened(isolated.python, run)

    def more_requires(self) -> tuple[str, ...]:
        """Ask the backend what else the build requires."""
        hook = "get_requires_for_build_wheel"
        return _texts(self._called(hook, lambda: self._builder.get_requires_for_build("wheel")), self._what)

    def metadata(self, folder: str) -> Metadata:
        """Ask the backend for metadata, or have it build a wheel; ``folder`` is for what it writes."""
        limits = self._limits
        found = self._called(
            "prepare_metadata_for_build_wheel", lambda: self._builder.prepare("wheel", folder)
        )
        try:
            if found is not None:
                body = _read(Path(found) / "METADATA", limits.metadata_bytes, lifting("metadata-bytes"))
                return parse_metadata(body, limits)
            wheel = Path(self._called("build_wheel", lambda: self._builder.build("wheel", folder)))
            body = _read(wheel, limits.archive_bytes, lifting("archive-bytes"))
            return parse_metadata(read_wheel(body, wheel.name, limits), limits)
        except MetadataInvalid as error:
            raise BuildFailed(f"building {self._what} gave nothing usable: {error}") from error
        except OSError as error:
            raise BuildFailed(
                f"building {self._what} gave nothing that is there: {error.strerror}"
            ) from error

    def _opened(self, python: str, runner: Callable[..., None]) -> ProjectBuilder:
        from build import BuildException, ProjectBuilder  # noqa: PLC0415  # of an extra

        settings = Path(self._tree) / "pyproject.toml"
        try:
            if settings.is_file() and settings.stat().st_size > _LARGEST_PROJECT:
                raise BuildFailed(f"{self._what} has a pyproject.toml of more than 1 MiB")
            return ProjectBuilder(self._tree, python, runner)
        except (BuildException, ValueError, OSError, RecursionError) as error:
            raise BuildFailed(f"{self._what} is no project that can be built: {error}") from error

    def _called(self, hook: str, call: Callable[[], Answer]) -> Answer:
        from build import BuildBackendException, BuildException  # noqa: PLC0415  # of an extra

        try:
            return call()
        except BuildBackendException as error:
            raise failed(f"the hook {hook} of {self._what}", error.exception, self._runner) from error
        except (BuildException, TypeError) as error:
            raise BuildFailed(f"the hook {hook} of {self._what} answers nonsense: {error}") from error


def failed(what: str, error: BaseException, runner: Runner | None) -> BuildFailed:
    """Return what to raise where ``what`` met ``error``.  Raises ``Stopped`` if it is that."""
    from pyproject_hooks import BackendUnavailable, UnsupportedOperation  # noqa: PLC0415  # of an extra

    said = "" if runner is None else runner.said
    if isinstance(error, Stopped):
        raise error
    if isinstance(error, TookTooLong):
        why = "took too long (--build-timeout)"
    elif isinstance(error, subprocess.CalledProcessError):
        code = error.returncode
        why = f"failed with exit code {code}" if code >= 0 else f"was killed by signal {-code}"
    elif isinstance(error, UnsupportedOperation):
        why = "says that it does not support this"
    elif isinstance(error, BackendUnavailable):
        why, said = "failed: the backend cannot be imported", (error.traceback or "").strip()
    else:
        why = f"failed: {error!r}"
        said = ""
    shown = " / ".join(said.split("\n")[-3:])[-_SHOWN:]
    return BuildFailed(f"{what} {why}" + (f", having said: {shown}" if shown else ""), output=said)


def _tidy(answer: Path) -> None:
    """Leave of a hook's answer what is to be read: nothing huge, and no warnings to be shown."""
    content = json.loads(_read(answer, _LARGEST_ANSWER, ""))
    if isinstance(content, dict) and content.pop("warnings", None):
        answer.write_text(json.dumps(content), "utf-8")


def _read(path: Path, limit: int, lift: str) -> bytes:
    with path.open("rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        how = f" ({lift})" if lift else ""
        raise MetadataInvalid(f"{path.name} is larger than {limit:,} bytes{how}.")
    return content


def _texts(given: object, what: str) -> tuple[str, ...]:
    """Return requirements, sorted."""
    if not isinstance(given, (set, list)) or len(given) > _MOST_REQUIREMENTS:
        raise BuildFailed(f"{what} has no list of build requirements, or one without end")
    if not all(isinstance(each, str) for each in given):
        raise BuildFailed(f"{what} has a build requirement that is no text")
    return tuple(sorted(given))


def _never(*_: object, **__: object) -> None:
    """Run nothing: a project that is only looked at has no interpreter yet."""
    raise AssertionError("no hook may be called here")
