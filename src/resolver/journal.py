"""What is said while the command works, as JSON: one object a line (``--log-format jsonl``).

Each has ``time`` (RFC 3339, UTC), ``level`` and ``event``; docs/schema/log-1.json has all of them.  What is
said at all is decided in ``console``; this module is imported only where the format is asked for.

Spec: https://jsonlines.org
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

from resolver.errors import InputError
from resolver.options import redacted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TextIO

    from resolver.errors import Fix
    from resolver.events import Event
    from resolver.formats.answer import Progress

__all__ = ["VERSION", "Journal", "about_error", "about_fix"]

VERSION = 1
"""That of the schema."""

_LEVELS = {"error": "error", "warning": "warning", "note": "debug", "traceback": "debug", "rejected": "debug"}
_FACTS = ("file", "line", "column", "package", "url", "status", "option", "expected", "actual")
# Attributes of errors that say where something is wrong.


class Journal:
    """Writes events to ``stream``; nobody reading it is no error."""

    __slots__ = ("_clock", "_state", "_stream")

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.time) -> None:
        self._stream = stream
        self._clock = clock
        self._state: dict[str, object] = {}

    def write(self, event: str, **facts: object) -> None:
        """Write one event; facts that are None are left out."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        entry: dict[str, object] = {
            "time": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": _LEVELS.get(event, "info"),
            "event": event,
        }
        entry |= {name: value for name, value in facts.items() if value is not None}
        try:
            self._stream.write(json.dumps(entry) + "\n")
            self._stream.flush()
        except (OSError, ValueError):
            return  # as in ``console``

    def write_progress(self, state: Progress, steps: Mapping[str, int]) -> None:
        """Write how far a resolution is, if anything has changed."""
        facts: dict[str, object] = {
            "packages": state.packages,
            "fetching": state.fetching,
            "decisions": state.decisions,
            "package": state.package or None,
            **steps,
        }
        if facts != self._state:
            self._state = facts
            self.write("progress", **facts)

    def write_event(self, event: Event) -> None:
        """Write an event of a resolution; a sentence in it is called as in messages."""
        facts = event.as_dict()
        kind = str(facts.pop("event"))
        if "text" in facts:
            facts["message"] = facts.pop("text")
        self.write(kind, **facts)


def about_error(error: Exception) -> dict[str, object]:
    """Return the facts of an error: its kind, its exit code, and where something is wrong."""
    facts: dict[str, object] = {"kind": type(error).__name__, "code": getattr(error, "exit_code", None)}
    for name in _FACTS:
        value = getattr(error, name, None)
        if value not in (None, ""):
            facts[name] = redacted(value) if isinstance(value, str) else value
    if isinstance(error, InputError):
        facts["message"] = redacted(error.message)
    return facts


def about_fix(fix: Fix) -> Mapping[str, object]:
    """Return what a fix changes."""
    return {"requirements": list(fix.requirements), "options": list(fix.options)}
