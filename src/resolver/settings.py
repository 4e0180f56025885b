"""Every option of the command line, as data.

What a row says is in ``setting``, what options mean for a resolution in ``options``; arguments are read
by this table in ``arguments``, and help is written from it in ``usage``.
"""

from __future__ import annotations

from resolver.options import CHOICES
from resolver.setting import COUNT, FLAG, OFF, REPEAT, VALUE, Setting

__all__ = ["COMMANDS", "FORMATS", "FORMATS_OF", "TABLE"]

COMMANDS = {
    "resolve": "find versions of all packages that requirements files ask for",
    "resolve-many": "do so for each line of a file by itself",
    "tree": "show who requires what",
    "why": "say who wants a package, and why it is not newer",
    "diff": "tell what differs between two lists of pins",
    "outdated": "tell which pins are behind what they could be, and what holds them back",
    "config": "say what the options are set to, where, and what that overrides",
    "cache": "say where the cache is, how large it is, make it smaller, or empty it",
    "completion": "write a script that makes a shell complete the words of this command",
    "help": "show the help of a command",
}
"""The commands, each with what it does."""


def _same(*values: str, **spellings: str) -> dict[str, str]:
    return dict(zip(values, values, strict=True)) | spellings


def _opposites(*pairs: tuple[str, str]) -> list[Setting]:
    """Return options that take back a flag; help does not show them."""
    return [
        Setting(
            "",
            f"--{name}",
            FLAG,
            f"take back --{flag}",
            implies=(flag.replace("-", "_"), OFF),
            commands=_PINS,
        )
        for name, flag in pairs
    ]


FORMATS = ("requirements", "pylock", "json", "pip-report", "tree", "dot", "mermaid", "html", "cyclonedx")
FORMATS_OF = {
    "tree": ("tree", "dot", "mermaid", "html"),
    "why": ("requirements", "json"),
    "diff": ("requirements", "json"),
    "outdated": ("requirements", "json"),
    "config": ("requirements", "json"),
}
"""The formats of commands that do not have all of them, the default first."""

INDEX, TARGET, VERSIONS = "Where packages come from", "The target", "Which versions"
ASKED, BEFORE = "What is asked for", "The versions of before"
OUTPUT, NETWORK, LIMITS, MESSAGES = "Output", "Cache and network", "Limits", "Messages"
LINES, FILES = "The lines", "Configuration"
_PINS, _MANY, _ONE, _CACHE, _TREE = "resolve", "resolve-many", "resolve why tree", "cache", "tree"
_ANY = "resolve why tree diff outdated"

TABLE = (
    Setting(
        INDEX,
        "--index-url -i --default-index",
        VALUE,
        "the package index (default: the one that pip uses)",
        metavar="URL",
        hidden="--pypi-url",
    ),
    Setting(
        INDEX,
        "--extra-index-url --index",
        REPEAT,
        "a further index, asked before it; it may be given a name: NAME=URL",
        metavar="URL",
    ),
    Setting(
        INDEX,
        "--explicit-index",
        REPEAT,
        "an index for those packages only that --index-package names",
        metavar="NAME=URL",
    ),
    Setting(
        INDEX,
        "--index-package",
        REPEAT,
        "take PACKAGE from the index of this name only, and tell no other of it",
        metavar="PACKAGE=NAME",
    ),
    Setting(
        INDEX,
        "--index-strategy",
        VALUE,
        "which indexes a package may come from",
        choices=_same(*CHOICES["index_strategy"]),
    ),
    Setting(INDEX, "--find-links -f", REPEAT, "a folder or page with files", metavar="PLACE"),
    Setting(INDEX, "--no-index", FLAG, "use no index"),
    Setting(
        INDEX,
        "--only-binary",
        REPEAT,
        "use wheels only, of NAME or of :all:",
        metavar="NAME",
        hidden="--no-build-package",
    ),
    Setting(
        INDEX, "--no-build", FLAG, "use wheels only (--only-binary :all:)", implies=("only_binary", ":all:")
    ),
    Setting(
        INDEX,
        "--no-binary",
        REPEAT,
        "use no wheels of NAME",
        metavar="NAME",
        hidden="--no-binary-package",
    ),
    Setting(INDEX, "--prefer-binary", FLAG, "prefer older versions with wheels to newer ones without"),
    Setting(
        INDEX,
        "--build",
        VALUE,
        "whether source distributions may be built to read their metadata",
        choices=_same(*CHOICES["build"]),
    ),
    Setting(
        INDEX,
        "--build-constraint -b",
        REPEAT,
        "a file of bounds for what builds require",
        metavar="FILE",
        hidden="--build-constraints",
    ),
    Setting(
        INDEX,
        "--build-timeout",
        VALUE,
        "give up a build after so long",
        metavar="SECONDS",
        number=float,
    ),
    Setting(
        INDEX,
        "--allow-url",
        REPEAT,
        "let packages of an index require NAME, or :all:, by URL",
        metavar="NAME",
    ),
    Setting(TARGET, "--python-version", VALUE, "resolve for this version of Python", metavar="3.12[.4][t]"),
    Setting(
        TARGET,
        "--python-platform",
        VALUE,
        "resolve for this platform: linux, macos, windows, x86_64-manylinux_2_28, win_amd64, ...",
        metavar="PLATFORM",
        hidden="--platform",
    ),
    Setting(
        TARGET,
        "--python",
        VALUE,
        "resolve for this interpreter, environment or build-details.json (default: the running interpreter)",
        metavar="PATH",
    ),
    Setting(
        TARGET,
        "--python-implementation",
        VALUE,
        "resolve for this implementation of Python: cpython, pypy, ...",
        metavar="NAME",
        hidden="--implementation",
    ),
    Setting(TARGET, "--abi", REPEAT, "use wheels for this ABI, such as cp312 or abi3", metavar="ABI"),
    Setting(
        VERSIONS,
        "--constraint -c",
        REPEAT,
        "a file of bounds for packages that are wanted anyway",
        metavar="FILE",
        hidden="--constraints",
    ),
    Setting(
        VERSIONS,
        "--override",
        REPEAT,
        "a file of requirements that replace all others on the same package",
        metavar="FILE",
        hidden="--overrides",
    ),
    Setting(VERSIONS, "--exclude", REPEAT, "drop every requirement on NAME", metavar="NAME"),
    Setting(
        VERSIONS,
        "--resolution",
        VALUE,
        "which versions to prefer",
        choices=_same(*CHOICES["resolution"]),
    ),
    Setting(
        VERSIONS,
        "--prerelease",
        VALUE,
        "when pre-releases may be used",
        choices=_same(*CHOICES["prerelease"]),
    ),
    Setting(
        VERSIONS, "--pre", FLAG, "use pre-releases (--prerelease allow)", implies=("prerelease", "allow")
    ),
    Setting(
        VERSIONS,
        "--exclude-newer",
        VALUE,
        "use only what was uploaded by 2024-02-28 (to the end of that day, in UTC), by 2024-02-28T12:00:00Z,"
        " or P3D or '3 days' ago",
        metavar="WHEN",
        hidden="--uploaded-prior-to",
    ),
    Setting(
        VERSIONS,
        "--exclude-newer-package",
        REPEAT,
        "the same for one package; WHEN may be false, too",
        metavar="NAME=WHEN",
    ),
    Setting(
        VERSIONS,
        "--exclude-newer-index",
        REPEAT,
        "the same for all packages of one index; WHEN may be false, too",
        metavar="INDEX=WHEN",
    ),
    Setting(
        VERSIONS,
        "--prerelease-package",
        REPEAT,
        "the same as --prerelease for one package",
        metavar="NAME=MODE",
    ),
    Setting(
        VERSIONS,
        "--patch",
        REPEAT,
        "a file of changes to what packages say that they require",
        metavar="FILE",
        hidden="--patches",
    ),
    Setting(ASKED, "--extra", REPEAT, "include this extra of the project", metavar="NAME"),
    Setting(ASKED, "--all-extras", FLAG, "include all extras of the project"),
    Setting(ASKED, "--group", REPEAT, "include this dependency group", metavar="NAME"),
    Setting(ASKED, "--no-deps", FLAG, "leave out dependencies", hidden="--no-dependencies"),
    Setting(ASKED, "--only-deps", FLAG, "leave out what is asked for, and take its dependencies"),
    Setting(ASKED, "--require-hashes", FLAG, "use only files whose hashes are given"),
    Setting(ASKED, "--allow-remote-files", FLAG, "read requirements files from URLs, too"),
    Setting(BEFORE, "--upgrade -U", FLAG, "do not keep the versions of the output file", header=False),
    Setting(
        BEFORE,
        "--upgrade-package -P",
        REPEAT,
        "do not keep the version of this package; a bound can be given as well: NAME<2",
        metavar="NAME",
        header=False,
    ),
    Setting(
        BEFORE,
        "--upgrade-group",
        REPEAT,
        "do not keep the versions of what this dependency group names",
        metavar="NAME",
        header=False,
    ),
    Setting(
        BEFORE, "--minimal", FLAG, "change as few versions of before as possible, and no more", header=False
    ),
    Setting(
        BEFORE,
        "--preference",
        REPEAT,
        "a file of versions to keep where that is possible (default: the output file)",
        metavar="FILE",
        hidden="--preferences",
    ),
    Setting(
        BEFORE,
        "--fixed",
        REPEAT,
        "a file of packages that are there already, and stay as they are",
        metavar="FILE",
    ),
    Setting(
        VERSIONS,
        "--engine",
        VALUE,
        "the resolution algorithm",
        choices=_same(*CHOICES["engine"]),
        commands=_ONE,
    ),
    Setting(
        LINES,
        "--limit",
        VALUE,
        "take the first N lines only",
        metavar="N",
        number=int,
        least=1,
        commands=_MANY,
    ),
    Setting(
        LINES,
        "--latest-version",
        FLAG,
        "take a bare name for its newest version that may be used",
        commands=_MANY,
    ),
    Setting(LINES, "--fail-fast", FLAG, "stop at the first line that does not succeed", commands=_MANY),
    Setting(
        LINES,
        "--jobs",
        VALUE,
        "lines under way at a time in one process, while something must be waited for (default: 50)",
        metavar="N",
        number=int,
        least=1,
        commands=_MANY,
    ),
    Setting(
        LINES,
        "--workers",
        VALUE,
        "work in N processes of this machine",
        metavar="N",
        number=int,
        least=1,
        commands=_MANY,
    ),
    Setting(
        LINES,
        "--dask",
        VALUE,
        "work on the dask cluster whose scheduler is there",
        metavar="ADDRESS",
        commands=_MANY,
    ),
    Setting(OUTPUT, "--json-lines", FLAG, "write a JSON document for each line", commands=_MANY),
    Setting(
        OUTPUT,
        "--plot",
        VALUE,
        "draw how long the lines took, into an .svg or .html file",
        metavar="FILE",
        commands=_MANY,
    ),
    Setting(
        OUTPUT,
        "--output-file -o",
        VALUE,
        "write here instead of stdout",
        metavar="FILE",
        hidden="--output",
        commands=_ANY,
    ),
    Setting(
        OUTPUT,
        "--format",
        VALUE,
        "how to write the result",
        choices=_same(*FORMATS) | {"requirements.txt": "requirements", "pylock.toml": "pylock"},
        commands=_ANY,
    ),
    Setting(
        OUTPUT, "--generate-hashes", FLAG, "write the hashes of all files of each version", commands=_ONE
    ),
    Setting(OUTPUT, "--no-annotate", FLAG, "do not write who wants each package", commands=_ONE),
    Setting(
        OUTPUT,
        "--annotation-style",
        VALUE,
        "write who wants each package on lines of their own, or behind it",
        choices=_same("split", "line"),
        commands=_PINS,
    ),
    Setting(OUTPUT, "--no-header", FLAG, "do not write the command on top", commands=_ONE),
    Setting(
        OUTPUT,
        "--custom-compile-command",
        VALUE,
        "write this as the command on top",
        metavar="TEXT",
        header=False,
        commands=_PINS,
    ),
    Setting(
        OUTPUT,
        "--no-strip-extras",
        FLAG,
        "write the extras of each package, though what they require is written anyhow",
        commands=_PINS,
    ),
    Setting(
        OUTPUT,
        "--no-emit-package",
        REPEAT,
        "leave this package out of the result, and its dependencies in",
        metavar="NAME",
        hidden="--unsafe-package",
        commands=_PINS,
    ),
    Setting(
        OUTPUT, "--emit-index-url", FLAG, "write the URLs of indexes, without logins, on top", commands=_PINS
    ),
    Setting(OUTPUT, "--emit-find-links", FLAG, "write the places with files on top", commands=_PINS),
    Setting(
        OUTPUT, "--emit-build-options", FLAG, "write --no-binary and --only-binary on top", commands=_PINS
    ),
    Setting(OUTPUT, "--emit-trusted-host", FLAG, "write the trusted hosts on top", commands=_PINS),
    Setting(OUTPUT, "--emit-index-annotation", FLAG, "write below each package its index", commands=_PINS),
    *_opposites(
        ("annotate", "no-annotate"),
        ("header", "no-header"),
        ("strip-extras", "no-strip-extras"),
        ("no-emit-index-url", "emit-index-url"),
        ("no-emit-find-links", "emit-find-links"),
        ("no-emit-trusted-host", "emit-trusted-host"),
    ),
    Setting(OUTPUT, "--invert", FLAG, "show below each package what requires it", commands=_TREE),
    Setting(
        OUTPUT,
        "--package",
        REPEAT,
        "begin at this package, and show nothing else",
        metavar="NAME",
        commands=_TREE,
    ),
    Setting(
        OUTPUT,
        "--depth",
        VALUE,
        "go no further than N requirements away from where it begins",
        metavar="N",
        number=int,
        least=0,
        commands=_TREE,
    ),
    Setting(
        OUTPUT,
        "--prune",
        REPEAT,
        "leave out this package, and what only it leads to",
        metavar="NAME",
        commands=_TREE,
    ),
    Setting(
        OUTPUT,
        "--no-dedupe",
        FLAG,
        "show what several packages require below each of them",
        commands=_TREE,
    ),
    Setting(
        OUTPUT,
        "--check",
        FLAG,
        "write nothing, and tell by exit code 6 that the output file would change, and how",
        hidden="--locked",
        header=False,
        commands="resolve tree diff outdated",
    ),
    Setting(NETWORK, "--cache-dir", VALUE, "where to keep what was fetched", metavar="DIR", header=False),
    Setting(
        NETWORK,
        "--max-size",
        VALUE,
        "what prune leaves at most, such as 500M or 2GiB (default: 1G)",
        metavar="SIZE",
        header=False,
        commands=_CACHE,
    ),
    Setting(
        NETWORK, "--no-cache", FLAG, "use no cache, and leave none", hidden="--no-cache-dir -n", header=False
    ),
    Setting(NETWORK, "--refresh", FLAG, "ask the index again about all that is cached", header=False),
    Setting(
        NETWORK,
        "--refresh-package",
        REPEAT,
        "ask the index again about this package",
        metavar="NAME",
        header=False,
    ),
    Setting(NETWORK, "--offline", FLAG, "use the cache only", header=False),
    Setting(NETWORK, "--record", VALUE, "record all that indexes answer", metavar="DIR", header=False),
    Setting(NETWORK, "--replay", VALUE, "resolve from a recording only", metavar="DIR", header=False),
    Setting(
        NETWORK,
        "--timeout",
        VALUE,
        "give up a request that is silent for so long",
        metavar="SECONDS",
        hidden="--default-timeout",
        number=float,
        header=False,
    ),
    Setting(
        NETWORK, "--retries", VALUE, "how often to retry a request", metavar="N", number=int, header=False
    ),
    Setting(NETWORK, "--concurrency", VALUE, "requests at a time", metavar="N", number=int, header=False),
    Setting(NETWORK, "--proxy", VALUE, "send all requests through this proxy", metavar="URL", header=False),
    Setting(
        NETWORK,
        "--cert",
        VALUE,
        "trust the authorities in this file or folder, and no others",
        metavar="PATH",
        header=False,
    ),
    Setting(
        NETWORK,
        "--client-cert",
        VALUE,
        "a certificate with its key, for servers that want to see one",
        metavar="PATH",
        header=False,
    ),
    Setting(
        NETWORK,
        "--trusted-host",
        REPEAT,
        "accept any certificate of this host, and plain http",
        metavar="HOST[:PORT]",
        hidden="--allow-insecure-host",
        header=False,
    ),
    Setting(
        NETWORK,
        "--keyring-provider",
        VALUE,
        "whether to ask the command keyring for logins",
        choices=_same(*CHOICES["keyring_provider"]),
        header=False,
    ),
    Setting(
        LIMITS, "--deadline", VALUE, "give up after so long", metavar="SECONDS", number=float, header=False
    ),
    Setting(
        LIMITS,
        "--max",
        REPEAT,
        "set a limit for what indexes send: NAME is one of those below",
        metavar="NAME=VALUE",
        header=False,
    ),
    Setting(
        LIMITS,
        "--max-steps",
        VALUE,
        "give up after so many steps of the solver (decisions, conflicts and what follows from them)",
        metavar="N",
        number=int,
        header=False,
    ),
    Setting(
        LIMITS,
        "--max-memory",
        VALUE,
        "give up when the process has taken so much memory",
        metavar="MB",
        number=float,
        header=False,
    ),
    Setting(
        LIMITS,
        "--no-fixes",
        FLAG,
        "do not look for changes that would help where there is no solution",
        header=False,
        commands=f"{_ONE} outdated",
    ),
    Setting(FILES, "--config-file", VALUE, "read this configuration file, and no other", metavar="FILE"),
    Setting(FILES, "--no-config", FLAG, "read no configuration file"),
    Setting("", "--only-final", REPEAT, "", metavar="NAME", implies=("prerelease_package", "disallow")),
    Setting("", "--all-releases", REPEAT, "", metavar="NAME", implies=("prerelease_package", "allow")),
    Setting(
        "",
        "--requirement -r",
        REPEAT,
        "the same as an operand",
        hidden="--requirements --requirements-from-script",
    ),
    Setting(MESSAGES, "--quiet -q", COUNT, "say errors only (-qq: nothing)", header=False),
    Setting(MESSAGES, "--verbose -v", COUNT, "say more (-vv: with tracebacks)", header=False),
    Setting(
        MESSAGES,
        "--color",
        VALUE,
        "when to colour messages",
        choices=_same("auto", "always", "never"),
        header=False,
    ),
    Setting(MESSAGES, "--no-color", FLAG, "do not colour messages", implies=("color", "never"), header=False),
    Setting(
        MESSAGES,
        "--log-format",
        VALUE,
        "how to say what goes on: as text, or as a JSON object a line",
        choices=_same("text", "jsonl"),
        header=False,
    ),
    Setting(MESSAGES, "--no-progress", FLAG, "show no progress", header=False),
    Setting(MESSAGES, "--version -V", FLAG, "say which version this is", header=False),
    Setting(MESSAGES, "--help -h", FLAG, "show this help", header=False),
)
"""All options, in the order in which help shows them."""
