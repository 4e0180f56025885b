"""How fast the project is and what it costs: ``python -m benchmarks``, from a checkout.

What is measured is in a module a section, what is measured with in ``measuring``, ``processes`` and
``server``; ``report`` turns the results into the tables and plots of the documentation.  ``counts`` is a part
of the tests: it looks at what does not depend on the machine.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout."""

for _folder in (ROOT / "tests", ROOT / "src"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))
