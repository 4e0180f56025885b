"""Another interpreter, asked what it is: a subprocess that prints its marker variables and tags.

It may be named by its path, by the folder of its environment, or by a file that describes it, which is read
in ``build_details``.

The interpreter runs isolated (no user site, no environment variables of Python's, no ``.pth`` files), and
imports nothing but its standard library and our own ``packaging``.  What its answer means is in
``model.environment``; a running interpreter needs none of this.
"""

from __future__ import annotations

import os

from resolver.errors import InputError
from resolver.model.environment import VARIABLES, Host

__all__ = ["ask_interpreter", "executable_of", "host_of"]

_TIMEOUT = 20.0  # seconds: a cold start from a network drive is slow, an answer that never comes is wrong

_QUESTION = """
import json, sys
sys.path.append(sys.argv[1])
from packaging.markers import default_environment
from packaging.tags import sys_tags
print(json.dumps({"variables": default_environment(), "tags": [str(tag) for tag in sys_tags()]}))
"""


_PLACES = ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe", "build-details.json")
# Where an environment, or an installation, has its interpreter, or what describes that.


def host_of(path: str) -> Host:
    """Return what the interpreter is that ``path`` leads to.  Raises ``InputError``."""
    path = _inside(path)
    if _describes(path):
        from resolver.index.build_details import read_build_details  # noqa: PLC0415  # lazy: rarely wanted

        return read_build_details(path)
    return ask_interpreter(path)


def executable_of(path: str) -> str | None:
    """Return the interpreter that ``path`` leads to; None where that is only described."""
    inside = _inside(path)
    if _describes(inside):
        return None
    return path if inside == path else os.path.abspath(inside)  # noqa: PTH100  # pathlib costs 5 ms


def _describes(path: str) -> bool:
    return path.lower().endswith(".json")


def _inside(path: str) -> str:
    """Return what there is in the folder ``path``, or it itself where it is none."""
    if os.path.isdir(path):  # noqa: PTH112  # pathlib costs 5 ms
        inside = [os.path.join(path, *place.split("/")) for place in _PLACES]  # noqa: PTH118  # the same
        found = next(filter(os.path.isfile, inside), None)
        if found is None:
            raise InputError(
                f"There is no interpreter in the folder {path}: {', '.join(_PLACES)} are not there."
            )
        return found
    return path


def ask_interpreter(path: str, *, timeout: float = _TIMEOUT) -> Host:
    """Return what the interpreter at ``path`` (or of this name on the search path) says of itself.

    Waits up to ``timeout`` seconds.  Raises ``InputError``, which names the path, where there is none, it
    fails or says something else.
    """
    import subprocess  # noqa: PLC0415  # lazy: start-up time
    from pathlib import Path  # noqa: PLC0415  # lazy: start-up time

    import packaging  # noqa: PLC0415  # lazy: start-up time

    library = str(Path(packaging.__file__).parent.parent)
    try:
        answer = subprocess.run(  # noqa: S603  # running what the user named is the purpose
            [path, "-I", "-S", "-c", _QUESTION, library],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        raise InputError(f"The interpreter {path} did not answer within {timeout:g} seconds.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"The interpreter {path} cannot be started: {reason}.") from None
    if answer.returncode != 0:
        *_, reason = ["no reason given", *answer.stderr.decode("utf-8", "replace").split("\n")[-2:-1]]
        raise InputError(f"The interpreter {path} failed with exit code {answer.returncode}: {reason}.")
    host = _read(answer.stdout)
    if host is None:
        raise InputError(f"{path} did not answer as a Python interpreter does.")
    return host


def _read(answer: bytes) -> Host | None:
    import json  # noqa: PLC0415  # lazy: start-up time

    try:
        found: object = json.loads(answer)
    except ValueError:
        return None
    match found:
        case {"variables": dict(variables), "tags": [_, *_] as tags}:
            texts = [variables.get(name) for name in VARIABLES]
            known = {name: text for name, text in zip(VARIABLES, texts, strict=True) if isinstance(text, str)}
            names = [tag for tag in tags if isinstance(tag, str) and tag.count("-") == 2]
            if len(known) == len(VARIABLES) and len(names) == len(tags):
                return Host.of_tags(known, names)
    return None
