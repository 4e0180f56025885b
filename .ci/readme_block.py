"""Print the shell commands of the N-th fenced block of README.md: what newcomers copy is what CI runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"


def main(number: int) -> None:
    """Print block ``number``, counted from 1."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    sys.stdout.write(blocks[number - 1])


if __name__ == "__main__":
    main(int(sys.argv[1]))
