"""The default index: pip's places, precedence and sections, and pip's own default."""

from __future__ import annotations

import os
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from resolver.errors import InputError
from resolver.index.pip_config import built_in_index, configuration_files, default_index

if TYPE_CHECKING:
    from pathlib import Path

PIP_MODULE = """\
class Index:
    def __init__(self, url):
        self.simple_url = url + "simple"

PyPI = Index("https://built-in.example/")
"""


def make_pip(folder: Path, source: str = PIP_MODULE) -> str:
    """Put as much of a pip below ``folder`` as is looked at; return the folder as a place."""
    models = folder / "pip" / "_internal" / "models"
    models.mkdir(parents=True)
    (models / "index.py").write_text(source, encoding="utf-8")
    return str(folder)


def config(path: Path, text: str) -> str:
    """Write a configuration file and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_our_variable_comes_first(tmp_path: Path) -> None:
    """Then nothing else is looked at."""
    broken = config(tmp_path / "pip.conf", "index-url = without a section")
    found = default_index({"RESOLVER_INDEX_URL": "https://a/", "PIP_INDEX_URL": "https://b/"}, files=[broken])
    assert (found.url, found.extra_urls, found.origin) == (
        "https://a/",
        (),
        "the variable RESOLVER_INDEX_URL",
    )


def test_precedence_of_sections_files_and_variables(tmp_path: Path) -> None:
    """[install] of any file before [global] of any file; later files before earlier; variables before all."""
    weak = config(
        tmp_path / "weak", "[global]\nindex-url = https://weak/\n[install]\nextra-index-url = https://x/\n"
    )
    strong = config(
        tmp_path / "strong",
        "[global]\nINDEX_URL = https://strong/\nextra-index-url = https://y/\n[download]\nindex-url = https://no/",
    )
    found = default_index({}, files=[weak, strong])
    assert (found.url, found.extra_urls) == ("https://strong/", ("https://x/",))
    assert found.origin == f"pip's configuration {strong}"
    found = default_index({}, files=[strong, weak])
    assert found.url == "https://weak/"
    found = default_index(
        {"PIP_INDEX_URL": "https://variable/", "PIP_EXTRA_INDEX_URL": "https://1/ https://2/"}, files=[weak]
    )
    assert (found.url, found.extra_urls) == ("https://variable/", ("https://1/", "https://2/"))
    assert found.origin == "the variable PIP_INDEX_URL"


def test_empty_values_count_for_nothing(tmp_path: Path) -> None:
    """As in pip."""
    path = config(tmp_path / "a", "[global]\nindex-url = https://a/\n[install]\nindex-url =\n")
    assert default_index({"PIP_INDEX_URL": " "}, files=[path]).url == "https://a/"


def test_extra_indexes_over_several_lines(tmp_path: Path) -> None:
    """Separated by white space; those that are no URLs are warned about, without their logins."""
    path = config(
        tmp_path / "a",
        "[global]\nindex-url = https://a/\nextra-index-url =\n    https://b/\n    file://u:secret@/srv\n    HTTP://c/\n",
    )
    found = default_index({}, files=[path])
    assert found.extra_urls == ("https://b/", "HTTP://c/")
    assert found.warnings == (
        f"pip's configuration {path} names indexes that are no URLs and are not used: file://****@/srv",
    )


def test_places_with_files_are_taken_over(tmp_path: Path) -> None:
    """Pip looks there too."""
    path = config(tmp_path / "a", "[global]\nfind_links = /srv/wheels\n    https://u:secret@b/\n")
    found = default_index({}, files=[path], places=[make_pip(tmp_path)])
    assert found.warnings == ()
    assert found.find_links == ("/srv/wheels", "https://u:secret@b/")


def test_connections_are_made_as_pip_is_told(tmp_path: Path) -> None:
    """Else a company mirror could not be reached; a variable counts more than a file."""
    lines = (
        "cert = /etc/company.pem",
        "client-cert = ~/me.pem",
        "proxy = me:secret@proxy.example:3128",
        "trusted-host = a.example\n    b.example:8443",
        "timeout = 60",
        "retries = 7",
    )
    path = config(tmp_path / "a", "[global]\n" + "\n".join(lines))
    found = default_index({"PIP_CERT": "/own.pem", "PIP_INDEX_URL": "https://b/"}, files=[path])
    assert found.warnings == ()
    assert found.transport == {
        "cert": "/own.pem",
        "client_cert": os.path.expanduser("~/me.pem"),  # noqa: PTH111  # text, as pip gives it
        "proxy": "me:secret@proxy.example:3128",
        "trusted_hosts": ("a.example", "b.example:8443"),
        "timeout": 60.0,
        "retries": 7,
    }


@pytest.mark.parametrize(
    "line", ["proxy = u:secret@:80", "timeout = soon", "retries = -1", "trusted-host = a/b"]
)
def test_setting_of_pip_that_makes_no_sense_is_warned_of(tmp_path: Path, line: str) -> None:
    """It is pip's configuration, not ours: the run goes on."""
    path = config(tmp_path / "a", f"[global]\n{line}\n")
    found = default_index({"PIP_INDEX_URL": "https://b/"}, files=[path])
    (warning,) = found.warnings
    assert f"{path} sets {line.split(maxsplit=1)[0]} to" in warning
    assert "secret" not in warning
    assert found.transport == {}


@pytest.mark.parametrize(
    ("environ", "origin"),
    [
        ({"PIP_INDEX_URL": "file://host/srv"}, "the variable PIP_INDEX_URL"),
        ({"PIP_INDEX_URL": "ftp://u:secret@b/"}, "the variable PIP_INDEX_URL"),
        ({"RESOLVER_INDEX_URL": "/srv"}, "the variable RESOLVER_INDEX_URL"),
    ],
)
def test_an_index_that_cannot_be_asked_is_an_input_error(environ: dict[str, str], origin: str) -> None:
    """There is no other to take in its place; it is named with where it was found."""
    with pytest.raises(InputError, match=f"^{origin} names the index .* does not begin with") as caught:
        default_index(environ, files=[])
    assert "secret" not in str(caught.value)


def test_no_index_is_obeyed(tmp_path: Path) -> None:
    """A user who told pip to use no index does not want ours to go to one."""
    path = config(tmp_path / "a", "[install]\nno-index = true\nindex-url = https://a/\n")
    with pytest.raises(InputError, match="says no-index"):
        default_index({}, files=[path])
    assert default_index({"PIP_NO_INDEX": "0"}, files=[path]).url == "https://a/"
    assert default_index({}, files=[path], needed=False).url is None
    assert repr(default_index({"PIP_FIND_LINKS": "wheels"}, files=[path])).startswith("FoundIndex(None")


@pytest.mark.parametrize("text", ["index-url = https://a/", "[global]\nindex-url = 1\nindex-url = 2"])
def test_a_broken_file_is_an_input_error(tmp_path: Path, text: str) -> None:
    """With its name; pip stops there as well."""
    path = config(tmp_path / "a", text)
    with pytest.raises(InputError) as caught:
        default_index({}, files=[path])
    assert caught.value.file == path
    assert caught.value.message.startswith("pip's configuration cannot be read: ")


def test_a_file_that_is_no_text_is_an_input_error(tmp_path: Path) -> None:
    """Such as one in UTF-16."""
    path = tmp_path / "a"
    path.write_bytes(b"[global]\nindex-url = \xff")
    with pytest.raises(InputError, match="cannot be read"):
        default_index({}, files=[str(path)])


def test_files_about_other_things_are_not_parsed(tmp_path: Path) -> None:
    """Not even broken ones: parsing costs start-up time."""
    path = config(tmp_path / "a", "quiet = 3")
    assert default_index({}, files=[path], places=[make_pip(tmp_path)]).origin == "pip's own default"


def test_places_on_linux() -> None:
    """Global, user, site, weakest first."""
    environ = {"HOME": "/home/me"}
    expected = [
        "/etc/xdg/pip/pip.conf",
        "/etc/pip.conf",
        "/home/me/.pip/pip.conf",
        "/home/me/.config/pip/pip.conf",
        "/venv/pip.conf",
    ]
    assert configuration_files(environ, platform="linux", prefix="/venv") == expected
    environ |= {"XDG_CONFIG_DIRS": "/x:/y", "XDG_CONFIG_HOME": "/z"}
    expected = [
        "/x/pip/pip.conf",
        "/y/pip/pip.conf",
        "/etc/pip.conf",
        "/home/me/.pip/pip.conf",
        "/z/pip/pip.conf",
        "/venv/pip.conf",
    ]
    assert configuration_files(environ, platform="linux", prefix="/venv") == expected
    assert configuration_files({}, platform="linux", prefix="/venv") == [
        "/etc/xdg/pip/pip.conf",
        "/etc/pip.conf",
        "/venv/pip.conf",
    ]


def test_places_on_macos(tmp_path: Path) -> None:
    """The library folder where it exists, else as elsewhere."""
    environ = {"HOME": str(tmp_path)}
    found = configuration_files(environ, platform="darwin", prefix="/venv")
    assert found[0] == "/Library/Application Support/pip/pip.conf"
    assert found[2] == str(tmp_path / ".config" / "pip" / "pip.conf")
    library = tmp_path / "Library" / "Application Support" / "pip"
    library.mkdir(parents=True)
    assert configuration_files(environ, platform="darwin", prefix="/venv")[2] == str(library / "pip.conf")


def test_places_on_windows() -> None:
    """``pip.ini``, in the folders that variables name."""
    environ = {"PROGRAMDATA": "D", "USERPROFILE": "U", "APPDATA": "A"}
    found = configuration_files(environ, platform="win32", prefix="V")
    expected = ["D/pip/pip.ini", "U/pip/pip.ini", "A/pip/pip.ini", "V/pip.ini"]
    assert [path.replace("\\", "/") for path in found] == expected
    assert len(configuration_files({}, platform="win32", prefix="V")) == 2


def test_a_named_file_is_the_strongest(tmp_path: Path) -> None:
    """Where it exists the user's files are not read; the null device turns all off."""
    path = config(tmp_path / "mine.conf", "")
    found = configuration_files({"HOME": "/h", "PIP_CONFIG_FILE": path}, platform="linux", prefix="/v")
    assert found == ["/etc/xdg/pip/pip.conf", "/etc/pip.conf", "/v/pip.conf", path]
    found = configuration_files({"HOME": "/h", "PIP_CONFIG_FILE": "/none"}, platform="linux", prefix="/v")
    assert found[-3:] == ["/h/.config/pip/pip.conf", "/v/pip.conf", "/none"]
    assert configuration_files({"HOME": "/h", "PIP_CONFIG_FILE": "/dev/null"}, platform="linux") == []


def test_the_index_of_the_installed_pip(tmp_path: Path) -> None:
    """Asked of its source; the first place that has a pip which can tell decides."""
    places = [
        str(tmp_path / "none"),
        make_pip(tmp_path / "broken", "raise RuntimeError"),
        make_pip(tmp_path / "strange", "PyPI = 1"),
        make_pip(tmp_path / "insecure", PIP_MODULE.replace("https", "http")),
        make_pip(tmp_path / "good"),
    ]
    assert built_in_index(places, None) == "https://built-in.example/simple"
    assert built_in_index(places[:-1], None) is None
    assert "index" not in sys.modules


def test_the_index_of_a_bundled_pip(tmp_path: Path) -> None:
    """Python keeps a wheel for environments to come."""
    wheel = tmp_path / "pip-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("pip/_internal/models/index.py", PIP_MODULE)
    assert built_in_index([str(wheel)], None) == "https://built-in.example/simple"


def test_the_index_of_pip_is_remembered(tmp_path: Path) -> None:
    """For as long as that pip stays the same; a damaged memory is none."""
    cache = tmp_path / "cache"
    place = make_pip(tmp_path / "site")
    module = tmp_path / "site" / "pip" / "_internal" / "models" / "index.py"
    assert built_in_index([place], str(cache)) == "https://built-in.example/simple"
    [memory] = cache.iterdir()
    whole = memory.read_text(encoding="utf-8")
    memory.write_text(whole.replace("built-in", "planted"), encoding="utf-8")
    assert built_in_index([place], str(cache)) == "https://built-in.example/simple"
    assert memory.read_text(encoding="utf-8") == whole
    memory.write_bytes(b"\xff")
    assert built_in_index([place], str(cache)) == "https://built-in.example/simple"
    module.write_text(PIP_MODULE.replace("built-in", "newer"), encoding="utf-8")
    assert built_in_index([place], str(cache)) == "https://newer.example/simple"


def test_the_memory_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding out again would cost a warm run what it saved."""
    place = make_pip(tmp_path / "site")
    assert built_in_index([place], str(tmp_path)) is not None
    monkeypatch.setattr("resolver.index.pip_config._simple_url", lambda _: None)
    assert built_in_index([place], str(tmp_path)) == "https://built-in.example/simple"
    assert built_in_index([place], None) is None


def test_a_memory_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    """The next run looks again."""
    (tmp_path / "file").touch()
    place = make_pip(tmp_path / "site")
    assert built_in_index([place], str(tmp_path / "file")) == "https://built-in.example/simple"


def test_without_any_index_the_user_is_told_how_to_name_one() -> None:
    """There is no index that we would go to by ourselves."""
    with pytest.raises(
        InputError, match="name one with --index-url, RESOLVER_INDEX_URL or pip's configuration"
    ):
        default_index({}, files=[], places=[])


def test_on_this_machine_something_is_found() -> None:
    """Every Python comes with pip, or with its wheel; logins never show."""
    found = default_index({}, files=[])
    assert found.url is not None
    assert found.url.startswith("https://")
    assert found.origin == "pip's own default"
    shown = repr(default_index({"RESOLVER_INDEX_URL": "https://u:secret@a/"}))
    assert shown == "FoundIndex('https://****@a/', origin='the variable RESOLVER_INDEX_URL')"
