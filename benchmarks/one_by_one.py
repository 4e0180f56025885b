"""The program that ``allocation`` runs: all packages one by one in this process, under given conditions.

    python -m benchmarks.one_by_one WORDS

WORDS is JSON: ``command`` (the words of ``resolver``), ``collector`` (``own``: as the command does it;
``on``, ``off``, ``frozen``, or a threshold), ``count`` (``no``, ``blocks`` or ``lines``).  Prints JSON.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import ROOT
from benchmarks.hook import Hook

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN = 20


def set_collector(mode: str) -> None:
    """Set the collector, and leave nothing to those who would set it otherwise."""
    if mode == "own":
        return
    if mode == "off":
        gc.disable()
    elif mode == "frozen":
        gc.freeze()
    elif mode != "on":
        gc.set_threshold(int(mode))

    def ignored(*_: object) -> None:
        """Do nothing."""

    for name in ("disable", "enable", "freeze", "set_threshold"):
        setattr(gc, name, ignored)


def work(words: Sequence[str]) -> None:
    """Run the command; what it says is not for here."""
    from resolver.arguments import COMMANDS  # noqa: PLC0415  # after the collector was set
    from resolver.cli import main  # noqa: PLC0415  # the same

    if words[0] not in COMMANDS:
        _loop(words)
        return
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        main(words)


def peak() -> float:
    """Return the most memory that this program has held, in MiB.

    On Linux by the memory itself: what ``getrusage`` says includes what started this process.
    """
    if sys.platform == "linux":
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / (1 << 10)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _loop(words: Sequence[str]) -> None:
    """Do what the command is to do, by the library."""
    from resolver.engines import solve  # noqa: PLC0415  # after the collector was set
    from resolver.errors import ResolverError  # noqa: PLC0415  # the same
    from resolver.options import Options  # noqa: PLC0415  # the same
    from resolver.posing import read_requirements  # noqa: PLC0415  # the same
    from resolver.sources import open_source  # noqa: PLC0415  # the same

    gc.disable()
    told = dict(zip(words[2::2], words[3::2], strict=False))
    options = Options(
        index_url=told["--index-url"],
        cache_dir=told["--cache-dir"],
        python_version=told["--python-version"],
        only_binary=(":all:",),
        no_fixes=True,
    )
    source = open_source(options).source
    for name in Path(words[1]).read_text(encoding="utf-8").split():
        try:
            if source.listing_now(name) is None:
                solve(read_requirements([name]), [], options)
            else:
                solve(read_requirements([name]), [], options, source=source)
        except ResolverError:
            continue


def main() -> None:
    """Work under the conditions that are given, and say what it took."""
    told: dict[str, Any] = json.loads(sys.argv[1])
    set_collector(told["collector"])
    hook = Hook.compiled() if told["count"] != "no" else None
    found: dict[str, Any] = {}
    start = time.process_time()
    if hook is None:
        work(told["command"])
    else:
        made = hook.count(lambda: work(told["command"]), by_line=told["count"] == "lines")
        found = {"blocks": made.blocks, "bytes": made.size}
        files: Counter[str] = Counter()
        for site in made.sites:
            files[_short(site.file)] += site.blocks
        found["files"] = dict(files.most_common(_SHOWN))
        most = sorted(made.sites, key=lambda site: -site.blocks)[:_SHOWN]
        found["lines"] = [[f"{_short(s.file)}:{s.line}", s.function, s.blocks, s.size] for s in most]
    found["seconds"] = time.process_time() - start
    found["peak"] = round(peak(), 1)
    print(json.dumps(found))


def _short(path: str) -> str:
    for folder in (ROOT / "src" / "resolver", ROOT):
        if Path(path).is_relative_to(folder):
            return str(Path(path).relative_to(folder))
    return path if path.startswith("<") else f"Python's {Path(path).name}"


if __name__ == "__main__":
    main()
