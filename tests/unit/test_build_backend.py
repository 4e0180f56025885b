"""What a build takes and says: nothing more than setuptools, unless compiling is asked for.

Each hook is called in a process of its own, as installers do.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PROJECT = """\
[project]
name = "small"
version = "1"
[dependency-groups]
types = ["mypy==0.0"]
[tool.setuptools]
package-dir = { "" = "src" }
packages = ["small"]
[tool.pubgrub-resolver]
compiled = ["small.broken"]
"""

WITHOUT_A_COMPILER = """\
from setuptools import Distribution, Extension
made = [Extension("small.made", ["src/small/made.c"])]
commands = {"build_ext": build_backend.Compile}
Distribution({"ext_modules": made, "cmdclass": commands}).run_command("build_ext")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with a module that no type checker accepts."""
    package = tmp_path / "src" / "small"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "broken.py").write_text("number: int = 'one'\n", "utf-8")
    (package / "made.c").write_text("int number;\n", "utf-8")
    (tmp_path / "pyproject.toml").write_text(PROJECT, "utf-8")
    return tmp_path


def call(code: str, folder: Path, **variables: str) -> tuple[int, str, str]:
    """Run ``code`` after the import of the backend; return status, output and the last line of errors."""
    environ = {name: value for name, value in os.environ.items() if name not in ("RESOLVER_COMPILE", "CC")}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, build_backend\n{code}"],
        env={**environ, "PYTHONPATH": str(ROOT), **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, (done.stderr.splitlines() or [""])[-1]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wheel", "editable"])
def test_mypy_is_needed_only_where_compiling_is_asked_for(kind: str) -> None:
    """The one that checks the types of the project."""
    code = f"import json; print(json.dumps(build_backend.get_requires_for_build_{kind}()))"
    asked = {value: json.loads(call(code, ROOT, RESOLVER_COMPILE=value)[1]) for value in ("", "0", "1")}
    assert (json.loads(call(code, ROOT)[1]), asked[""], asked["0"]) == ([], [], [])
    assert [text.partition("==")[0] for text in asked["1"]] == ["mypy"]


def test_other_values_are_refused(project: Path) -> None:
    """Whoever writes one wants something, and is not to get something else without a word."""
    status, _, said = call("build_backend.build_wheel('dist')", project, RESOLVER_COMPILE="yes")
    assert (status, said) == (1, "RESOLVER_COMPILE is 'yes': write 1 to compile, or leave it out.")


@pytest.mark.slow
def test_build_without_mypy_fails_with_a_sentence(project: Path) -> None:
    """As where builds are not isolated."""
    code = "sys.modules['mypyc.build'] = None; build_backend.build_wheel('dist')"
    status, _, said = call(code, project, RESOLVER_COMPILE="1")
    assert status == 1
    assert said.startswith("RESOLVER_COMPILE=1: mypy==0.0 is not installed. Nothing was built;")


@pytest.mark.slow
@pytest.mark.skipif(find_spec("mypyc") is None, reason="mypyc is not here")
def test_module_that_does_not_compile_fails_the_build(project: Path) -> None:
    """Instead of being left out."""
    status, _, said = call("build_backend.build_wheel('dist')", project, RESOLVER_COMPILE="1")
    assert status == 1
    assert said.startswith("RESOLVER_COMPILE=1: mypyc cannot compile what it names above.")


@pytest.mark.slow
def test_build_without_a_compiler_fails_with_a_sentence(project: Path) -> None:
    """Which says what could not be run."""
    status, _, said = call(WITHOUT_A_COMPILER, project, CC="no-such-compiler")
    assert status == 1
    assert said.startswith("RESOLVER_COMPILE=1: The C compiler failed, or there is none (")
    assert "no-such-compiler" in said


@pytest.mark.slow
def test_editable_build_removes_what_lies_compiled_beside_the_sources(project: Path) -> None:
    """Or an earlier compiled build would be used for ever, whatever the sources say.

    The names of the hooks' parameters are those of PEP 517: tox passes them by name.
    """
    left = project / "src" / "small" / f"broken{sysconfig.get_config_var('EXT_SUFFIX')}"
    left.touch()
    (project / "dist").mkdir()
    status, _, said = call("build_backend.build_editable(wheel_directory='dist')", project)
    assert (status, left.exists()) == (0, False), said


@pytest.mark.slow
def test_wheel_has_the_files_that_are_no_modules(tmp_path: Path) -> None:
    """What the page is made of, and the mark that there are types."""
    for name in ("LICENSE", "README.md", "build_backend.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(
        ROOT / "src" / "resolver", tmp_path / "src" / "resolver", ignore=shutil.ignore_patterns("*.so")
    )
    status, _, said = call("build_backend.build_wheel('dist')", tmp_path)
    assert status == 0, said
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("resolver/")}
    expected = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "resolver").rglob("*")
        if path.is_file() and path.suffix not in (".pyc", ".so")
    }
    assert expected - packed == set()
