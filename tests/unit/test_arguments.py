"""The command line: every spelling, every refusal, and the variables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolver.arguments import Arguments, parse, setting_of
from resolver.errors import InputError
from resolver.options import CHOICES, Options
from resolver.settings import TABLE
from resolver.usage import usage


def resolve(*words: str, **environ: str) -> Arguments:
    """Parse ``resolver resolve`` with these words and RESOLVER_ variables."""
    return parse(["resolve", *words], {f"RESOLVER_{name}": value for name, value in environ.items()})


def refusal(*words: str, **environ: str) -> str:
    """Return what is said against these words and variables."""
    with pytest.raises(InputError) as caught:
        resolve(*words, **environ)
    return caught.value.message


def refused(*words: str) -> str:
    """Return what is said against a whole command line."""
    with pytest.raises(InputError) as caught:
        parse(words, {})
    return caught.value.message


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--index-url", "https://a/"], {"index_url": "https://a/"}),
        (["--index-url=https://a/"], {"index_url": "https://a/"}),
        (["--default-index", "https://a/"], {"index_url": "https://a/"}),
        (["--pypi-url", "https://a/"], {"index_url": "https://a/"}),
        (["-i", "https://a/"], {"index_url": "https://a/"}),
        (["-ihttps://a/"], {"index_url": "https://a/"}),
        (["-i=https://a/"], {"index_url": "https://a/"}),
        (["-qvihttps://a/"], {"index_url": "https://a/"}),
        (["-qi", "https://a/"], {"index_url": "https://a/"}),
        (["-i", "https://a/", "-i", "https://a/"], {"index_url": "https://a/"}),
        (["--index", "https://a/", "--index=https://b/"], {"extra_index_urls": ("https://a/", "https://b/")}),
        (["--index", "mine=https://a/?x=y"], {"extra_index_urls": ("mine=https://a/?x=y",)}),
        (["--index", "https://a/?x=y"], {"extra_index_urls": ("https://a/?x=y",)}),
        (["--only-binary", "a,b", "--only-binary=c"], {"only_binary": ("a", "b", "c")}),
        (["--no-binary", "a,:all:", "--no-binary=:none:"], {"no_binary": ("a", ":all:", ":none:")}),
        (["--no-build"], {"only_binary": (":all:",)}),
        (["--pre"], {"prerelease": "allow"}),
        (["--prerelease", "explicit"], {"prerelease": "explicit"}),
        (["--pre", "--prerelease", "disallow"], {"prerelease": "disallow"}),
        (["--no-deps", "--no-dependencies"], {"no_deps": True}),
        (["--no-cache-dir"], {"no_cache": True}),
        (["-n"], {"no_cache": True}),
        (["--timeout", "2.5", "--retries=1"], {"timeout": 2.5, "retries": 1}),
        (["--default-timeout=3"], {"timeout": 3.0}),
        (["--uploaded-prior-to", "3 days"], {"exclude_newer": "3 days"}),
        (["--exclude", "a", "--exclude", "b"], {"excludes": ("a", "b")}),
        (["--build", "allow", "--build-timeout", "2.5"], {"build": "allow", "build_timeout": 2.5}),
        (["--build", "never", "--engine", "pubgrub"], {"build": "never", "engine": "pubgrub"}),
        (["--python", "/bin/python3"], {"python": "/bin/python3"}),
        (["--python-version", "3.12", "--concurrency", "7"], {"python_version": "3.12", "concurrency": 7}),
        (["-c", "a.txt", "--override=b.txt", "-o", "-"], {}),
    ],
)  # fmt: skip
def test_options_in_all_spellings(words: list[str], expected: dict[str, object]) -> None:
    """Pip's and uv's included; what they give can be given to ``Options``."""
    found = resolve("a.in", *words).options()
    assert found == expected
    Options(**found)  # type: ignore[arg-type]  # a table of many types


def test_operands_and_options_mix() -> None:
    """A lone hyphen is an operand, two hyphens end the options, -r is the operand of pip's users."""
    found = resolve("a.in", "--pre", "-", "-r", "b.in", "--requirement=c.in", "--", "--pre", "-x")
    assert found.operands == ("a.in", "-", "b.in", "c.in", "--pre", "-x")
    assert found.command == "resolve"


def test_options_may_stand_before_the_command() -> None:
    """As with most commands that have commands."""
    found = parse(["-v", "--color", "never", "resolve", "a.in"], {})
    assert (found.command, found.operands, found.count("verbose"), found.text("color")) == (
        "resolve",
        ("a.in",),
        1,
        "never",
    )


def test_values_by_name() -> None:
    """Counts, the last value, all values, and nothing where nothing was given."""
    found = resolve("-qq", "-v", "-c", "a", "-c", "b", "--no-color", "--format=requirements.txt")
    assert [found.count(name) for name in ("quiet", "verbose", "offline")] == [2, 1, 0]
    assert found.texts("constraint") == ("a", "b")
    assert found.text("output_file") is None
    assert found.text("color") == "never"
    assert found.text("format") == "requirements"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--indx-url", "a"], "unknown option --indx-url; did you mean --index-url?"),
        (["--zzzzzzz"], "unknown option --zzzzzzz; see resolver --help"),
        (["--index"], "--index wants a value: URL"),
        (["--resol", "lowest"], "unknown option --resol"),
        (["-x"], "unknown option -x"),
        (["-qx"], "unknown option -x in -qx"),
        (["--pre=1"], "--pre takes no value"),
        (["--color"], "--color wants a value: auto or always or never"),
        (["--color="], "the value of --color is empty"),
        (["-o", "--pre"], "-o wants a value; if --pre is meant, write -o=--pre"),
        (["--color", "red"], "--color is 'red', not one of: auto, always, never"),
        (
            ["--color", "allways"],
            "--color is 'allways', not one of: auto, always, never; did you mean 'always'?",
        ),
        (["--prerelease=foo"], "--prerelease is 'foo', not one of: disallow, allow, if-necessary, explicit"),
        (["--timeout", "soon"], "--timeout is 'soon', and must be a number"),
        (["--format", "yaml"], "--format is 'yaml', not one of: requirements, pylock, json"),
        (["--bogus"], "unknown option --bogus; see resolver --help"),
        (["--retries", "1.5"], "--retries is '1.5', and must be an integer"),
    ],
)
def test_mistakes_are_named(words: list[str], expected: str) -> None:
    """With what was probably meant; abbreviations are not guessed."""
    assert refusal(*words).startswith(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], "no command is given; try: resolver resolve requirements.txt"),
        (["a.txt"], "'a.txt' is no command; did you mean: resolver resolve a.txt"),
        (["-"], "'-' is no command; did you mean: resolver resolve -"),
        (["resolv"], "'resolv' is no command; did you mean resolve?"),
    ],
)
def test_commands_that_are_none(words: list[str], expected: str) -> None:
    """A file in the place of a command is the likeliest mistake."""
    with pytest.raises(InputError) as caught:
        parse(words, {})
    assert caught.value.message == expected


def test_help_and_version_need_nothing_else() -> None:
    """Not even a command, or a sound environment."""
    assert parse(["--help"], {"RESOLVER_COLOR": "red"}).count("help") == 1
    assert parse(["resolve", "-h", "--format", "tree"], {}).count("help") == 1
    assert parse(["-V"], {}).count("version") == 1


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"INDEX_URL": "https://a/"}, {"index_url": "https://a/"}),
        ({"EXTRA_INDEX_URL": "https://a/ https://b/"}, {"extra_index_urls": ("https://a/", "https://b/")}),
        ({"OFFLINE": "1"}, {"offline": True}),
        ({"OFFLINE": "yes", "NO_DEPS": "TRUE"}, {"offline": True, "no_deps": True}),
        ({"OFFLINE": "0", "NO_DEPS": ""}, {}),
        ({"PRE": "1"}, {"prerelease": "allow"}),
        ({"NO_BUILD": "1"}, {"only_binary": (":all:",)}),
        ({"TIMEOUT": "3"}, {"timeout": 3.0}),
        ({"CACHE_DIR": "/a b"}, {"cache_dir": "/a b"}),
        ({"CORPORA": "x", "HELP": "1", "VERSION": "1"}, {}),
    ],
)
def test_variables_set_options(environ: dict[str, str], expected: dict[str, object]) -> None:
    """RESOLVER_ and the name of the option; an empty variable is none."""
    found = resolve("a.in", **environ)
    assert found.options() == expected
    assert not found.count("help")


def test_the_command_line_wins_over_variables() -> None:
    """Also where another spelling sets the same."""
    found = resolve("--pre", "--index", "https://c/", PRERELEASE="disallow", EXTRA_INDEX_URL="https://d/")
    assert found.options() == {"prerelease": "allow", "extra_index_urls": ("https://c/",)}


def test_counting_variables() -> None:
    """RESOLVER_VERBOSE=2 is -vv."""
    assert resolve(VERBOSE="2").count("verbose") == 2
    assert resolve(VERBOSE="true").count("verbose") == 1


def test_mistakes_in_variables_name_the_variable() -> None:
    """The user did not type them just now."""
    assert refusal(OFFLINE="maybe") == "the variable RESOLVER_OFFLINE is 'maybe': write 1 or 0"
    assert refusal(COLOR="red").startswith("the variable RESOLVER_COLOR is 'red', not one of")
    assert refusal(RETRIES="x") == "the variable RESOLVER_RETRIES is 'x', and must be an integer"


def test_options_of_other_commands_are_mistakes_and_their_variables_mean_nothing() -> None:
    """Who types one wants it; a variable is set for all commands."""
    assert refused("resolve", "a", "--jobs", "3") == "--jobs is an option of resolve-many, not of resolve"
    assert (
        refused("resolve-many", "a", "-oa")
        == "-o is an option of resolve and why and tree and diff and outdated, not of resolve-many"
    )
    assert parse(["resolve-many", "a"], {"RESOLVER_FORMAT": "y", "RESOLVER_LIMIT": "4"}).text("limit") == "4"
    assert resolve("a", JOBS="x").count("jobs") == 0


@pytest.mark.parametrize("flag", ["--jobs", "--limit", "--workers"])
def test_counts_are_at_least_one(flag: str) -> None:
    """Nothing else would make sense."""
    assert refused("resolve-many", "a", flag, "0") == f"{flag} is 0, and must be at least 1"
    assert refused("resolve-many", "a", flag, "x") == f"{flag} is 'x', and must be an integer"
    assert parse(["resolve-many", "a", flag, "1"], {}).text(flag.removeprefix("--")) == "1"


def test_the_header_has_what_can_change_the_result() -> None:
    """Not the cache, the network, or how much is said."""
    found = resolve(
        "a.in", "-qv", "--pre", "--cache-dir", "x", "-ihttps://a/", "--timeout=3", "-qo", "out", "--", "-b"
    )
    assert found.words == ("resolve", "a.in", "--pre", "-ihttps://a/", "-qo", "out", "--", "-b")


def test_the_table_is_sound() -> None:
    """No flag twice; every field of ``Options`` that a command line can set has an option."""
    flags = [flag for setting in TABLE for flag in (*setting.flags, *setting.hidden)]
    assert sorted(flags) == sorted(set(flags))
    assert [name for name in Options.__annotations__ if setting_of(name) is None] == []
    assert [
        setting.name for setting in TABLE if setting.kind not in ("flag", "count", "value", "repeat")
    ] == []
    for setting in TABLE:
        if setting.name in CHOICES:
            assert tuple(setting.choices) == CHOICES[setting.name]


@given(
    st.lists(
        st.sampled_from(
            ["-q", "-v", "--pre", "-o", "a", "-", "--", "--no-deps", "-ca", "--color=never", "-i", ""]
        )
    )
)
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    """Law: no command line ends in another error than ``InputError``."""
    try:
        found = parse(["resolve", *words], {})
    except InputError:
        return
    assert set(found.operands) <= set(words)


@pytest.mark.parametrize("command", ["", "resolve", "resolve-many", "cache", "unknown"])
@pytest.mark.parametrize("width", [60, 80, 110])
def test_help_fits_its_width(command: str, width: int) -> None:
    """No line is longer, none has blanks at its end."""
    lines = usage(command, width).splitlines()
    assert [line for line in lines if len(line) > width or line != line.rstrip()] == []
    assert lines[0].startswith("Usage: resolver ")


@pytest.mark.parametrize("command", ["resolve", "resolve-many"])
def test_help_shows_each_option(command: str) -> None:
    """By its flags, hidden spellings not at all."""
    text = usage(command, 100)
    for setting in TABLE:
        shown = bool(setting.group) and setting.serves(command)
        if setting.name not in ("build", "engine", "keyring_provider"):
            assert any(f"{setting.flags[0]}{end}" in text for end in (" ", ",", "\n")) == shown
        assert not any(f"{flag} " in text for flag in setting.hidden if len(flag) > len("-x"))
    if command == "resolve":
        formats = "requirements, pylock, json, pip-report, tree, dot, mermaid, html, cyclonedx"
        assert formats in " ".join(text.split())
    assert "highest, lowest, lowest-direct (default: highest)" in " ".join(text.split())


def test_pips_options_for_pre_releases_are_read_in_their_order() -> None:
    """Each name by itself, as ``--prerelease-package`` has them; also from variables."""
    found = parse(
        ["resolve", "--only-final", "a,B", "--prerelease-package=c=allow", "--all-releases=:all:"], {}
    )
    assert found.options()["prerelease_packages"] == ("a=disallow", "B=disallow", "c=allow", ":all:=allow")
    environ = {"RESOLVER_ONLY_FINAL": "a b,c", "RESOLVER_ALL_RELEASES": "d"}
    assert parse(["resolve"], environ).texts("prerelease_package") == (
        "a=disallow",
        "b=disallow",
        "c=disallow",
        "d=allow",
    )
    with pytest.raises(InputError, match="wants a value: NAME"):
        parse(["resolve", "--only-final"], {})


def test_pips_options_for_targets_are_those_of_ours() -> None:
    words = ["--platform", "manylinux2014_x86_64", "--implementation=pp", "--abi", "pypy311_pp73"]
    assert parse(["resolve", *words], {}).options() == {
        "python_platform": "manylinux2014_x86_64",
        "python_implementation": "pp",
        "abis": ("pypy311_pp73",),
    }
