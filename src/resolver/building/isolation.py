"""The isolated environment of a build: an empty one, and wheels that are put into it.

Which wheels these are is resolved in ``builder``, which has fetched and checked them; nothing here looks for
packages.  ``venv`` of the interpreter makes the environment, ``installer`` puts wheels into it.

Specification: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from resolver.errors import MetadataInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from resolver.building.processes import Runner

__all__ = ["Isolated"]

_QUESTION = """
import json, sys, sysconfig
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump({"python": sys.executable, "schemes": sysconfig.get_paths()}, file)
"""


class Isolated:
    """An environment: its interpreter, where that puts what, and the folder with its programs."""

    __slots__ = ("_schemes", "python", "scripts")

    def __init__(self, python: str, schemes: Mapping[str, str]) -> None:
        self.python = python
        self.scripts = schemes["scripts"]
        self._schemes = dict(schemes)

    @classmethod
    def make(cls, folder: str, python: str, runner: Runner) -> Isolated:
        """Make an empty one in ``folder``, of the interpreter ``python``.  Raises as ``Runner.run`` does."""
        place = Path(folder)
        runner.run([python, "-I", "-m", "venv", "--without-pip", str(place)])
        (own,) = [
            path for path in (place / "bin" / "python", place / "Scripts" / "python.exe") if path.exists()
        ]
        answer = place / "paths.json"
        runner.run([str(own), "-I", "-c", _QUESTION, str(answer)])
        found = json.loads(answer.read_bytes())
        return cls(str(own), found["schemes"])

    def install(self, filename: str, body: bytes) -> None:
        """Put a wheel into it.  Raises ``MetadataInvalid`` for one that does not fit in."""
        from installer import install  # noqa: PLC0415  # of an extra
        from installer.destinations import SchemeDictionaryDestination  # noqa: PLC0415  # the same
        from installer.exceptions import InstallerError  # noqa: PLC0415  # the same
        from installer.sources import WheelFile  # noqa: PLC0415  # the same
        from installer.utils import get_launcher_kind  # noqa: PLC0415  # the same

        destination = SchemeDictionaryDestination(
            self._schemes | {"headers": str(Path(self._schemes["data"]) / "include")},
            interpreter=self.python,
            script_kind=get_launcher_kind(),
        )
        try:
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                archive.filename = filename
                install(WheelFile(archive), destination, additional_metadata={})
        except (InstallerError, zipfile.BadZipFile, ValueError, KeyError, OSError) as error:
            raise MetadataInvalid(f"{filename} cannot be installed: {error}") from error

    def environ(self, others: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that lead to its programs first, besides ``others``."""
        path = os.pathsep.join(filter(None, [self.scripts, others.get("PATH", "")]))
        return {**others, "PATH": path}
