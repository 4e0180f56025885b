"""Options of pip, pip-tools and uv that resolve has under another name, or does not need, or does not have.

Scripts that call one of them port by changing the verb, so what such an option says must be done, be done
anyway, or be refused with what to write instead.  Other spellings of ours are in ``settings``.
Nothing here is looked at before an option is met that is none of ours.

Specification: docs/how-to/migrate.md
"""

from __future__ import annotations

from resolver.setting import FLAG, VALUE, Setting

__all__ = ["IDLE", "LOST", "MEANT", "REFUSED"]

MEANT = {
    "--dev": ("--group", "dev"),
    "--emit-options": (
        "--emit-index-url",
        "--emit-find-links",
        "--emit-trusted-host",
        "--emit-build-options",
    ),
    "--no-allow-unsafe": (
        *("--no-emit-package", "distribute"),
        *("--no-emit-package", "pip"),
        *("--no-emit-package", "setuptools"),
    ),
    "--no-emit-options": ("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host"),
    "--rebuild": ("--refresh",),
    "--report": ("--format", "pip-report", "--output-file"),
}
"""What options mean in words of ours; a value goes behind the last of these."""


def _rows(why: str, *spellings: str, only: tuple[str, ...] = ()) -> list[Setting]:
    """Return options about which there is the same to say; a value is wanted where one is shown."""
    choices = dict(zip(only, only, strict=True))
    return [
        Setting("", flag, VALUE if metavar else FLAG, why, metavar=metavar, choices=choices)
        for flag, _, metavar in (each.partition(" ") for each in spellings)
    ]


def _by_flag(*rows: list[Setting]) -> dict[str, Setting]:
    return {setting.flags[0]: setting for each in rows for setting in each}


IDLE = _by_flag(
    _rows("there is one algorithm (see --engine)", "--resolver NAME", only=("backtracking",)),
    _rows("every package is written", "--allow-unsafe"),
    _rows("versions of before are kept without --upgrade", "--no-upgrade"),
    _rows("hashes are those that the index gives", "--reuse-hashes", "--no-reuse-hashes"),
    _rows("the solver has no rounds (see --max-steps)", "--max-rounds N"),
    _rows("lines end as on Unix", "--newline KIND", only=("lf", "preserve", "native")),
    _rows("nobody is asked for anything", "--no-input", "--exists-action ACTION"),
    _rows("nothing is installed", "--dry-run", "--user", "--compile", "--no-compile"),
    _rows("nothing is installed", "--break-system-packages"),
    _rows("nothing is installed", "--no-warn-script-location", "--no-warn-conflicts", "--link-mode MODE"),
    _rows("nothing is installed", "--root-user-action ACTION", "--require-virtualenv"),
    _rows("what is installed is not looked at", "--force-reinstall", "--ignore-installed"),
    _rows("nobody looks for a newer version of this program", "--disable-pip-version-check"),
    _rows("progress is shown on terminals only (see --no-progress)", "--progress-bar KIND"),
    _rows("requests are repeated by --retries", "--resume-retries N"),
    _rows("nothing of builds is left", "--no-clean", "--src FOLDER"),
    _rows("builds are isolated", "--build-isolation"),
    _rows("there are no features to be turned on", "--use-feature NAME"),
    _rows("the running interpreter is taken (see --python)", "--system"),
    _rows("the running interpreter is taken (see --python)", "--managed-python", "--no-managed-python"),
    _rows("interpreters are not downloaded", "--no-python-downloads"),
    _rows("the authorities of the system are trusted", "--system-certs", "--native-tls"),
    _rows("tables of uv's are not read", "--no-sources", "--no-sources-package NAME"),
    _rows("one target is solved", "--fork-strategy NAME"),
    _rows("no group is included that --group does not name", "--no-default-groups", "--no-dev"),
    _rows("hashes are written with --generate-hashes only", "--no-hashes"),
    _rows("the project itself is not written", "--no-emit-project"),
)  # fmt: skip
"""Options that ask for what is so anyway, or are about something that is not done."""

LOST = _by_flag(
    _rows("builds are always isolated", "--no-build-isolation", "--no-build-isolation-package NAME"),
    _rows("builds take no settings here", "--config-settings VALUE", "--config-setting VALUE"),
    _rows("builds take no settings here", "--config-settings-package VALUE", "--global-option VALUE"),
    _rows("what builds require is not checked", "--check-build-dependencies"),
)
"""Options without which builds may fail, and nothing else."""

_TARGETS = "one target is solved at a time; name it by --python-version and --python-platform"
_PLACES = "nothing is installed, only pins are written"
_FOLDER = "change into the folder first"
_BUILDS = "what builds require is resolved by itself"
_HASHES = "leave the hashes out of the requirements"
_P = "uv calls --python so, and pip-compile --pre: write out what is meant"
_EDITABLE = "name the project as an operand, such as ./FOLDER/., or write -e into a requirements file"
_SETTINGS = "builds take no settings here"

REFUSED = {
    "--universal": _TARGETS,
    "--no-strip-markers": _TARGETS,
    "--emit-marker-expression": _TARGETS,
    "--torch-backend": "name the index: --index URL",
    "--excludes": "name each package: --exclude NAME",
    "--only-group": "leave out the sources, and write --group NAME, or --group FILE:NAME",
    "--no-group": "name the groups that are wanted: --group NAME",
    "--no-extra": "name the extras that are wanted: --extra NAME",
    "--frozen": "write --check to learn whether the output file would change",
    "--ignore-requires-python": "a --patch does that for one package: 'NAME: requires-python'",
    "--no-require-hashes": _HASHES,
    "--no-verify-hashes": _HASHES,
    "--require-build-hashes": "hashes of what builds require are not asked for",
    "--upgrade-strategy": "what is installed is not looked at; --preference names a file of pins to keep",
    "--use-deprecated": "nothing old is kept here",
    "--target": _PLACES,
    "--prefix": _PLACES,
    "--root": _PLACES,
    "--directory": _FOLDER,
    "--project": _FOLDER,
    "--isolated": "write --no-config, and unset variables that begin with RESOLVER_",
    "--no-proxy-env": "unset the variables HTTP_PROXY, HTTPS_PROXY and ALL_PROXY",
    "--log": "send stderr there; --log-format jsonl is for programs",
    "--debug": "write -vv",
    "--pip-args": "give these options to resolver itself",
    "--config": "write --config-file; files of pip-tools are not read",
    "--build-deps-for": _BUILDS,
    "--all-build-deps": _BUILDS,
    "--only-build-deps": _BUILDS,
    "--editable": _EDITABLE,
    "-e": _EDITABLE,
    "-p": _P,
    "-t": _PLACES,
    "-C": _SETTINGS,
}
"""What to do instead of giving an option, in words that follow its name."""
