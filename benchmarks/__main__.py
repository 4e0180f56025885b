"""``python -m benchmarks``: the words of the command, and which section does what they say."""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import ROOT, results
from benchmarks.measuring import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What is measured when nothing is named, in this order.
SECTIONS = ("micro", "solver", "listing", "warm", "cold", "many", "allocation", "growth")

#: What takes minutes, and is measured on request.
SLOW = ("others", "faults")

#: What measures nothing, or is for the eye.
OTHERS = ("report", "counts", "bridge", "installers", "parts")

_RECORDED = ROOT.parent / "shared" / "index" / "snapshots" / "visible"


def main(argv: Sequence[str] | None = None) -> int:
    """Do what ``argv`` says and return the exit status."""
    words = sys.argv[1:] if argv is None else list(argv)
    if words and words[0] in (*SECTIONS, *SLOW, *OTHERS):
        return _run(words[0], words[1:])
    parser = _parser("", "")
    parser.add_argument("--publish", action="store_true", help="have the documentation show these results")
    publish = parser.parse_args(words).publish
    words = [word for word in words if word != "--publish"] + (
        ["--out", str(results.RESULTS)] if publish else []
    )
    # A process each: what one has made and imported is nothing to the next.
    commands = [[sys.executable, "-m", "benchmarks", section, *words] for section in SECTIONS]
    status = max(subprocess.run(command, check=False).returncode for command in commands)
    return max(status, _run("report", [])) if publish else status


def _run(section: str, words: Sequence[str]) -> int:
    module = import_module(f"benchmarks.{section}")
    parser = _parser(section, module.__doc__ or "")
    module.add_options(parser)
    options = parser.parse_args(words)
    found = module.run(options)
    if isinstance(found, dict):
        results.write(options.out, section, {"measured": stamp([section, *words]), **found})
        return 0
    status: int = found
    return status


def _parser(section: str, about: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks {section}".strip(),
        description=about
        or f"Sections: {', '.join(SECTIONS)} (all of these by default); {', '.join((*SLOW, *OTHERS))}.",
        epilog=None if about else "python -m benchmarks SECTION --help says more.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    if section in OTHERS:
        return parser
    add = parser.add_argument
    add("--out", type=Path, default=ROOT / "build" / "benchmarks", help="folder for the results, as JSON")
    add(
        "--snapshot",
        type=Path,
        default=_RECORDED if _RECORDED.is_dir() else None,
        help="folder of recorded packages (default: that beside the checkout, else packages made by dice)",
    )
    add(
        "--peers",
        type=Path,
        action="append",
        default=[],
        help="folder of commands of peers: uv, nab, pip, ...",
    )
    add("--python", help="interpreter for which this project is installed (default: a new one)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
