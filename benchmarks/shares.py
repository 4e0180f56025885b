"""What the processor was busy with, by samples: Python's allocator, its garbage collector, objects, the rest.

``perf`` looks at the program ten thousand times a second (a clock of the kernel's, user mode only).  Each
sample counts for the C function that it hit, and that for a kind by its name.  What the compiler has put into
another function counts for that: lists of free tuples and frames, for example, are part of the functions
that make and end these.  So ``allocator`` is what getting and giving back blocks costs, ``collector`` the
search for cycles and the lists that it needs, and ``objects`` making and ending objects apart from that,
which is shown beside them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["KINDS", "kind_of", "shares"]

KINDS = ("allocator", "collector", "objects", "bytecode", "rest")

_FREQUENCY = 9973

_ALLOCATOR = re.compile(
    r"_?Py(Object|Mem)_\w*(Malloc|Calloc|Realloc|Free)|_PyObject_GC_(New|NewVar|Link|Resize)|PyObject_GC_Del"
    r"|_PyObject_Arena\w*|_?PyMem_\w+|pymalloc_\w+|new_arena|allocate_from_new_pool|insert_to_\w*pool|arena_map\w*"
    r"|(__libc_)?(malloc|calloc|realloc|free|cfree)|_int_\w+|malloc_consolidate|unlink_chunk|sysmalloc|systrim"
    r"|tcache_\w+|_?mi_\w+|je_\w+|do_rallocx|\w*_?arena_(bin|cache|slab|tcache|malloc|dalloc|ralloc)\w*|\w*tcache\w*"
    r"|(__)?m(un|re)?map|(__)?s?brk|madvise"
)
_COLLECTOR = re.compile(
    r"gc_\w+|visit_\w+|\w+_traverse|(subtract|update)_refs|move_\w+|untrack_\w+|deduce_unreachable"
    r"|_?PyObject_GC_(Un)?Track|PyObject_GC_IsTracked|handle_weakrefs|finalize_garbage|delete_garbage"
    r"|_?PyGC_\w+|_Py(Tuple|Dict)_MaybeUntrack|collect_\w+"
)
_OBJECTS = re.compile(
    r"\w*[dD]ealloc\w*|_Py_NewReference|_?PyType_(GenericAlloc|AllocNoTrack)|tuple_alloc|\w+_clear|_PyFrame_Clear"
    r"|_?Py(Tuple|List|Dict|Unicode|Bytes|Set|Long|Function|Cell|Float|Method|Slice)_(New\w*|From\w+)"
    r"|PyUnicode_New|new_(dict|keys_object|values|tuple)|free_(keys_object|values)|_PyObject_Init\w*"
    r"|object_(new|init)|type_call|_PyLong_New|dict_new|list_new"
)
_SUFFIX = re.compile(r"(\.(part|isra|constprop|cold|lto_priv|llvm)\b.*|@.*|\+0x\w+)$")


def kind_of(symbol: str) -> str:
    """Return the kind of a C function.

    >>> kind_of("_PyObject_Malloc"), kind_of("gc_collect_main"), kind_of("tupledealloc.part.0")
    ('allocator', 'collector', 'objects')
    """
    name = _SUFFIX.sub("", symbol)
    if name.startswith("_PyEval_EvalFrame"):
        return "bytecode"
    for kind, names in (("allocator", _ALLOCATOR), ("collector", _COLLECTOR), ("objects", _OBJECTS)):
        if names.fullmatch(name):
            return kind
    return "rest"


def shares(command: Sequence[str], environ: Mapping[str, str], rounds: int) -> dict[str, float] | None:
    """Return the share of each kind in the samples of so many runs of ``command``; None without ``perf``."""
    if shutil.which("perf") is None:
        return None
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        samples = str(Path(folder, "samples"))
        record = ["perf", "record", "-q", "-F", str(_FREQUENCY), "-e", "cpu-clock:u", "-o", samples, "--"]
        for _ in range(rounds):
            # The command may fail at one of many lines, which is not for here.
            subprocess.run([*record, *command], env=environ, capture_output=True, check=False)
            script = ["perf", "script", "-i", samples, "-F", "ip,sym"]
            told = subprocess.run(script, capture_output=True, text=True, check=False)
            if told.returncode:
                return None
            for line in told.stdout.splitlines():
                _, _, symbol = line.strip().partition(" ")
                found[kind_of(symbol.strip())] += 1
    total = sum(found.values())
    return {kind: round(found[kind] / total, 4) for kind in KINDS} if total else None
