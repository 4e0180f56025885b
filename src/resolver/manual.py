"""What help says of each command beyond its options: how it is written, what it does, and examples.

Options are in ``settings``; help is laid out in ``usage``.  A test runs all examples.
"""

from __future__ import annotations

from resolver.settings import COMMANDS

__all__ = ["ABOUT", "AFTERWARDS", "EXAMPLES", "FIRST_WORDS", "SHELLS", "SOURCES", "SYNOPSIS"]

SHELLS = ("bash", "zsh", "fish", "tcsh")

ABOUT = {
    "": "Find versions of Python packages that fit together.",
    "resolve": "Find versions of all packages that SOURCE asks for, and write them as a requirements file.",
    "resolve-many": "Resolve each requirement of SOURCE by itself, and say of each how that went.",
    "tree": "Show which packages SOURCE comes to, each below what requires it.  Earlier output, which is JSON"
    " or pylock.toml, is shown as it is.",
    "why": "Say who asks for PACKAGE, and why no newer version of it was chosen.",
    "diff": "Tell what differs between two files with pins, each a requirements file, pylock.toml, what"
    " --format json wrote, or - for standard input.  With --check exit code 6 says that something differs.",
    "outdated": "Tell which pins are behind: those of the file that -o or --preference names, or of SOURCE"
    " itself.  The allowed version is what an upgrade of all would give.  With --check exit code 6 says that"
    " one of them can be upgraded.",
    "config": "Say which options are set (list), what one of them is (get KEY), or also where it was set and"
    " what that overrides (explain, or explain KEY).  KEY is the long option without its hyphens in front."
    "  All options of other commands can be given, to see what they would change.",
    "cache": "Say where the cache is (dir), how large it is (info), remove what is of no use any more and"
    " what is oldest beyond a size (prune), or empty it (clean).",
    "completion": "Write a script that makes a shell complete the words of this command.  It takes shtab"
    " (pip install 'pubgrub-resolver[completion]').",
    "help": "Show the help of COMMAND.",
}
SYNOPSIS = {
    "": "resolver COMMAND [OPTION...]",
    "resolve": "resolver resolve SOURCE... [OPTION...]",
    "resolve-many": "resolver resolve-many SOURCE... [OPTION...]",
    "tree": "resolver tree [SOURCE...] [OPTION...]",
    "why": "resolver why PACKAGE [SOURCE...] [OPTION...]",
    "diff": "resolver diff OLD NEW [OPTION...]",
    "outdated": "resolver outdated [SOURCE...] [-o FILE] [OPTION...]",
    "config": "resolver config list|get KEY|explain [KEY] [OPTION...]",
    "cache": "resolver cache dir|info|prune|clean [--cache-dir DIR]",
    "completion": f"resolver completion {'|'.join(SHELLS)}",
    "help": "resolver help [COMMAND]",
}
_SOURCE = (
    "SOURCE is a requirements file, a pyproject.toml, a script with a block of PEP 723, a requirement such as"
    " 'flask<3', or - for standard input"
)
SOURCES = {
    "resolve": f"{_SOURCE}.",
    "resolve-many": f"{_SOURCE}.",
    "tree": f"{_SOURCE} (default: requirements.txt, else pyproject.toml).",
    "why": f"{_SOURCE} (default: requirements.txt, else pyproject.toml).",
    "outdated": f"{_SOURCE} (default: requirements.txt, else pyproject.toml).",
}
"""What the commands that resolve read."""

FIRST_WORDS = {
    "config": ("list", "get", "explain"),
    "cache": ("dir", "info", "prune", "clean"),
    "completion": SHELLS,
    "help": tuple(COMMANDS),
}
"""What the first word behind a command can be, where it is one of a few."""

EXAMPLES = {
    "resolve": (
        "resolver resolve requirements.in -o requirements.txt",
        "resolver resolve pyproject.toml --all-extras --python-version 3.12 --python-platform macos",
        "resolver resolve 'client<2' --resolution lowest-direct --format json",
    ),
    "resolve-many": (
        "resolver resolve-many requirements.in",
        "resolver resolve-many requirements.in --json-lines --jobs 10",
    ),
    "tree": ("resolver tree requirements.in", "resolver tree requirements.in --invert --package idna"),
    "why": ("resolver why idna requirements.in",),
    "diff": ("resolver diff before.txt requirements.txt",),
    "outdated": (
        "resolver outdated requirements.in -o requirements.txt",
        "resolver outdated requirements.txt --format json",
    ),
    "config": ("resolver config list", "resolver config explain index-url"),
    "cache": ("resolver cache info", "resolver cache prune --max-size 500M"),
    "completion": ("resolver completion bash",),
}

AFTERWARDS = (
    "Each option can be set by a variable as well, such as RESOLVER_INDEX_URL for --index-url, and most by"
    " [tool.resolver] in pyproject.toml; the command line wins, and resolver config explain says what counts."
    "  Exit codes: 0 solved, 1 no solution, 2 usage or input, 3 index or network, 4 refused for"
    " safety, 5 build, 6 --check: the file would change, 7 a limit was hit, 70 a bug."
)
