"""``python -m tests.fuzz``: run the targets for a while, and say what was tried and what was found."""

from __future__ import annotations

import argparse
import resource
import sys
import time
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "src"))

from .mutating import mutated

atheris = import_module("atheris") if "--atheris" in sys.argv else None  # need not be installed
with atheris.instrument_imports(include=["resolver"]) if atheris else nullcontext():
    from .targets import TARGETS

SLOW = 1.0  # seconds an input may take
MEMORY = 256.0  # megabytes the process may have, with all that it has imported


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each target (default: 10)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--atheris", action="store_true", help="let atheris choose the inputs of one target")
    parser.add_argument("--save", type=Path, default=Path("fuzz-found"), help="a folder for inputs that fail")
    parser.add_argument("targets", nargs="*", help=", ".join(TARGETS))
    given = parser.parse_args()
    names = given.targets or list(TARGETS)
    if given.atheris:
        return _by_atheris(names[0], given.seconds)
    return sum(_by_chance(name, given.seconds, given.seed, given.save) for name in names) and 1


def _by_chance(name: str, seconds: float, seed: int, folder: Path) -> int:
    """Change seeds at random for ``seconds``; return how many inputs broke the law."""
    target, random = TARGETS[name], Random(f"{name} {seed}")
    end = time.monotonic() + seconds
    tried, found, slowest = 0, 0, 0.0
    while (begun := time.monotonic()) < end:
        content = mutated(target.seeds, random)
        tried += 1
        try:
            target.check(content)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is what is looked for
            found += 1
            folder.mkdir(exist_ok=True)
            (folder / f"{name}-{found}").write_bytes(content)
            _say(f"{name}: {type(error).__name__}: {str(error)[:200]!a} ({content[:80]!r})")
        took = time.monotonic() - begun
        slowest = max(slowest, took)
        if took > SLOW:
            found += 1
            _say(f"{name}: an input of {len(content)} bytes took {took:.1f} s ({content[:80]!r})")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if memory > MEMORY:
        found += 1
    _say(f"{name}: {tried} inputs, {found} faults, slowest {slowest:.3f} s, peak {memory:.0f} MB")
    return found


def _by_atheris(name: str, seconds: float) -> int:
    """Let atheris, which sees what is covered, choose the inputs; it stops at the first fault."""
    assert atheris is not None
    seeds = Path(f"fuzz-seeds-{name}")
    seeds.mkdir(exist_ok=True)
    for number, content in enumerate(TARGETS[name].seeds):
        (seeds / str(number)).write_bytes(content)
    limits = [f"-max_total_time={int(seconds)}", "-timeout=2", "-rss_limit_mb=1024", "-max_len=20000"]
    atheris.Setup([sys.argv[0], *limits, str(seeds)], TARGETS[name].check)
    atheris.Fuzz()
    return 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
