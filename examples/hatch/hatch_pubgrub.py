"""A plugin for Hatch: locks of its environments by this resolver, in the process of Hatch.

    [tool.hatch]
    locker = "pubgrub"

    [tool.hatch.envs.default]
    locked = true

`hatch env lock` then writes ``pylock.toml``.  What is locked already stays, unless ``--upgrade`` or
``--upgrade-package`` ask for more, and where there is no solution Hatch shows the proof.  The environment's
own pip installs the lock, which takes pip 26.1 or newer.
"""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

from hatch.env.lockers.interface import LockerInterface
from hatchling.plugin import hookimpl

from resolver import Options, ResolverError, resolve

if TYPE_CHECKING:
    from hatch.env.plugin.interface import EnvironmentInterface
    from hatch.utils.fs import Path

_INSTALLED = """
import json, sys
from importlib.metadata import distributions
print(json.dumps([sys.executable, {each.name: each.version for each in distributions()}]))
"""


class PubGrubLocker(LockerInterface):  # type: ignore[misc]  # Hatch is not there where types are checked
    """Locks environments; the methods are those of Hatch's ``LockerInterface``."""

    PLUGIN_NAME = "pubgrub"

    @classmethod
    def supports(cls, environment: EnvironmentInterface) -> bool:
        """Return true: whatever has an interpreter can be locked."""
        del environment
        return True

    @classmethod
    def generate(  # noqa: PLR0913  # Hatch's signature
        cls,
        environment: EnvironmentInterface,
        dependencies: list[str],
        output_path: Path,
        *,
        upgrade: bool = False,
        upgrade_packages: tuple[str, ...] = (),
        layered: bool = False,
        lock_extras: tuple[str, ...] = (),
        lock_groups: tuple[str, ...] = (),
    ) -> None:
        """Write what ``dependencies`` come to, for the interpreter of the environment."""
        if layered or lock_extras or lock_groups:  # Hatch asks for these where the installer is uv
            raise ValueError(
                "this locker takes the dependencies that Hatch has put together: set no installer"
            )
        if not dependencies:
            return
        text = _locked(environment, dependencies, output_path, upgrade=upgrade, packages=upgrade_packages)
        output_path.write_text(text, encoding="utf-8")

    @classmethod
    def in_sync(  # noqa: PLR0913  # Hatch's signature
        cls,
        environment: EnvironmentInterface,
        dependencies: list[str],
        output_path: Path,
        *,
        upgrade: bool = False,
        upgrade_packages: tuple[str, ...] = (),
        layered: bool = False,
        lock_extras: tuple[str, ...] = (),
        lock_groups: tuple[str, ...] = (),
    ) -> bool:
        """Tell whether ``generate`` would write what is there."""
        if layered or lock_extras or lock_groups or not output_path.is_file():
            return False
        text = _locked(environment, dependencies, output_path, upgrade=upgrade, packages=upgrade_packages)
        return bool(text == output_path.read_text(encoding="utf-8"))

    @classmethod
    def apply_lock(cls, environment: EnvironmentInterface, lock_path: Path) -> None:
        """Have the environment's pip install the lock as it is."""
        command = environment.construct_pip_install_command(["--no-deps", "-r", str(lock_path)])
        environment.platform.check_command(command)

    @classmethod
    def install_matches_lock(cls, environment: EnvironmentInterface, lock_path: Path) -> bool:
        """Tell whether every package of the lock is installed in its version."""
        _, installed = _interpreter(environment)
        return _pins(lock_path).items() <= installed.items()


def _locked(
    environment: EnvironmentInterface,
    dependencies: list[str],
    lock_path: Path,
    *,
    upgrade: bool,
    packages: tuple[str, ...],
) -> str:
    """Return the lock of ``dependencies``, which keeps what ``lock_path`` has where that may stay."""
    python, _ = _interpreter(environment)
    sources = environment.get_source_install_args(environment.dependencies_complex)
    options = Options(
        python=python,
        extra_index_urls=tuple(sources[1::2]),  # each after its --extra-index-url
        preferences=tuple(f"{name}=={version}" for name, version in _pins(lock_path).items()),
        upgrade=upgrade,
        upgrade_packages=packages,
        generate_hashes=True,
    )
    try:
        return resolve(dependencies, options).to_pylock(lock_path.parent)
    except ResolverError as error:
        environment.app.abort(str(error))
        raise


def _pins(lock_path: Path) -> dict[str, str]:
    """Return the versions in a lock, by package; nothing where there is none."""
    if not lock_path.is_file():
        return {}
    lock = tomllib.loads(lock_path.read_text(encoding="utf-8"))
    return {each["name"]: each["version"] for each in lock.get("packages", ()) if "version" in each}


def _interpreter(environment: EnvironmentInterface) -> tuple[str, dict[str, str]]:
    """Return the path of the environment's interpreter, and what is installed there."""
    with environment.command_context():
        said = environment.platform.check_command_output(["python", "-c", _INSTALLED])
    path, installed = json.loads(said)
    return path, {
        name.lower().replace("_", "-").replace(".", "-"): version for name, version in installed.items()
    }


@hookimpl  # type: ignore[untyped-decorator]  # as above
def hatch_register_locker() -> type[LockerInterface]:
    """Tell Hatch of the locker."""
    return PubGrubLocker
