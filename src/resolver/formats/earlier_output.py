"""Earlier output that is data, before anybody says what it means: lock files, and our JSON documents.

Whether a lock file is valid is for ``packaging`` to say.  What one requires is in ``lock_files``, which
versions it had in ``locked``, who required whom in ``recalled``.

Specifications: https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751),
docs/schema/resolution-1.json
"""

from __future__ import annotations

from resolver.errors import InputError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from packaging.pylock import Pylock, PylockValidationError

    from resolver.formats.documents import Document

__all__ = ["json_document", "pylock"]


def pylock(document: Document) -> Pylock:
    """Return the lock file that ``document`` is.  Raises ``InputError``, with the place of what is wrong."""
    from packaging.pylock import Pylock, PylockValidationError  # noqa: PLC0415  # lazy: start-up time

    try:
        return Pylock.from_dict(document.table)
    except RecursionError:
        raise InputError(
            "this lock file holds a marker that is nested too deeply", file=document.path
        ) from None
    except PylockValidationError as error:
        said = f"this is no valid lock file: {error}"
        place = _place(error)
        raise (document.error(said, place) if place else InputError(said, file=document.path)) from None


def _place(error: PylockValidationError) -> tuple[str | int, ...]:
    """Return the place that ``packaging`` calls ``packages[3].wheels[0].hashes``."""
    path: list[str | int] = []
    for word in (error.context or "").split("."):
        name, _, rest = word.partition("[")
        if name:
            path.append(name)
        path += [int(each) for each in rest.rstrip("]").split("][") if each.isdigit()]
    return tuple(path)


def json_document(text: str, path: str) -> dict[str, Any]:
    """Return the object that ``text`` is.  Raises ``InputError`` for what is no JSON, or no object."""
    import json  # noqa: PLC0415  # lazy: start-up time

    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"this is no JSON: {error.msg}", file=path, line=error.lineno) from None
    except RecursionError:
        raise InputError("this JSON is nested too deeply", file=path) from None
    except ValueError:  # numbers of thousands of digits
        raise InputError("this JSON holds a number that is too long", file=path) from None
    if not isinstance(document, dict):
        raise InputError("this JSON is not what resolver writes (--format json)", file=path)
    return document
