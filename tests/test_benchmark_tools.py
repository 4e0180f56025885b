"""What benchmarks measure with: the index, processes, blocks made, samples; and the pages made of results."""

from __future__ import annotations

import gc
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from benchmarks import ROOT, plots, report, results
from benchmarks.__main__ import main
from benchmarks.hook import Hook
from benchmarks.measuring import in_turn, stamp
from benchmarks.micro import held
from benchmarks.processes import Bench, clean, measured, serving
from benchmarks.shares import KINDS, kind_of
from benchmarks.universe import Universe
from benchmarks.worlds import Recorded


def asked(url: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, Any]:
    """Return status, body and headers of an answer."""
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {}), timeout=10) as answer:
        return answer.status, answer.read(), answer.headers


@pytest.mark.slow
def test_the_index_serves_a_universe_and_counts_requests() -> None:
    """Pages with digests that hold for metadata, wheels that hold it, and ranges of them."""
    universe = Universe(30)
    with serving("--packages", "30") as line:
        name = next(each for each in universe.names() if len(universe.files(each)) > 2)
        line.control()
        _, body, headers = asked(f"{line.url}/simple/{name}/", {"Accept-Encoding": "gzip"})
        page = json.loads(gzip.decompress(body))
        assert [file["filename"] for file in page["files"]] == [
            each.filename for each in universe.files(name)
        ]
        wheel = next(file for file in page["files"] if file["filename"].endswith(".whl"))
        _, metadata, _ = asked(f"{wheel['url']}.metadata")
        assert metadata.decode() == universe.metadata(name, wheel["filename"])
        assert wheel["core-metadata"] == {"sha256": hashlib.sha256(metadata).hexdigest()}
        _, content, _ = asked(wheel["url"])
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            (member,) = (each for each in archive.namelist() if each.endswith("/METADATA"))
            assert archive.read(member) == metadata
        status, tail, _ = asked(wheel["url"], {"Range": "bytes=-20"})
        assert (status, tail) == (206, content[-20:])
        assert line.control() == {"requests": 4, "pages": 1, "metadata": 1, "wheels": 2}
        with pytest.raises(urllib.error.HTTPError, match="304"):
            asked(f"{line.url}/simple/{name}/", {"If-None-Match": headers["ETag"]})


@pytest.mark.slow
def test_a_set_is_resolved_by_the_command_and_measured(tmp_path: Path) -> None:
    """The pins are those that the universe has for it, and the second run asks for nothing."""
    universe = Universe(40)
    with serving("--packages", "40") as line:
        bench = Bench(line, sys.executable)
        try:
            process, pins = bench.run("resolver", universe.roots(10), "a")
            assert (process.status, len(pins)) == (0, 10)
            assert process.seconds >= process.cpu * 0.3 > 0
            line.control()
            assert bench.run("resolver", universe.roots(10), "a")[1] == pins
            assert line.control() == {}
            assert not bench.can("uv")
        finally:
            bench.close()
    assert list(tmp_path.iterdir()) == []


def test_a_process_is_measured_without_what_started_it(tmp_path: Path) -> None:
    """Memory is that of the command, whatever this process holds; its status is told."""
    ballast = bytearray(200 << 20)
    done = measured([sys.executable, "-I", "-S", "-c", "raise SystemExit(3)"], tmp_path, clean(tmp_path))
    assert done.status == 3
    assert 1 < done.peak < 100
    assert ballast[0] == 0


def test_variables_that_configure_tools_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And Python writes bytecode, as it does for users."""
    for name in ("PIP_INDEX_URL", "UV_CACHE_DIR", "PYTHONDONTWRITEBYTECODE", "https_proxy"):
        monkeypatch.setenv(name, "1")
    found = clean(tmp_path)
    assert found["HOME"] == str(tmp_path)
    assert {"PIP_INDEX_URL", "UV_CACHE_DIR", "PYTHONDONTWRITEBYTECODE", "https_proxy"} & found.keys() == set()


def recorded(folder: Path) -> Path:
    """Record two packages, of which ``a-b`` needs ``c``, and a set of requirements."""
    told: dict[str, dict[str, Any]] = {
        "a-b": {
            "files": [
                {"filename": "a_b-1.0-py3-none-any.whl", "sha256": "0" * 64},
                {"filename": "a_b-1.0-cp312-cp312-win32.whl", "sha256": "1" * 64, "yanked": "bad"},
                {"filename": "a_b-2.0-py3-none-any.whl", "sha256": "2" * 64},
                {"filename": "strange.exe", "sha256": "3" * 64},
            ],
            "blocks": ["Metadata-Version: 2.1\nName: a-b\nRequires-Dist: c\n"],
            "metadata": {"a_b-1.0-py3-none-any.whl": [0, "1.0"]},
        },
        "c": {
            "files": [{"filename": "c-3-py3-none-any.whl", "sha256": "4" * 64}],
            "blocks": ["Metadata-Version: 2.1\nName: c\n"],
            "metadata": {"c-3-py3-none-any.whl": [0, "3"]},
        },
    }
    (folder / "packages").mkdir(parents=True)
    for name, package in told.items():
        (folder / "packages" / f"{name}.json.gz").write_bytes(gzip.compress(json.dumps(package).encode()))
    (folder / "reqs").mkdir()
    (folder / "reqs" / "one.in").write_text("# a set\na-b>=1  # why\n", encoding="utf-8")
    return folder


def test_recorded_packages_list_versions_whose_metadata_is_known(tmp_path: Path) -> None:
    """A wheel without metadata of its own has that of its version; other versions are not listed."""
    world = Recorded(recorded(tmp_path))
    assert (list(world.names()), world.sets) == (["a-b", "c"], {"one": ["a-b>=1"]})
    assert [file.filename[:7] for file in world.files("a-b")] == ["a_b-1.0", "a_b-1.0"]
    expected = "Metadata-Version: 2.1\nName: a-b\nVersion: 1.0\nRequires-Dist: c\n"
    assert [world.metadata("a-b", file.filename) for file in world.files("a-b")] == [expected, expected]
    assert world.files("unknown") == []


@pytest.mark.slow
@pytest.mark.parametrize("section", ["warm", "cold", "many"])
def test_a_section_measures_and_writes_what_it_found(section: str, tmp_path: Path) -> None:
    """Beside peers that are not here, so alone; where and on what it was measured is noted."""
    words = ["--snapshot", str(recorded(tmp_path / "index")), "--out", str(tmp_path), "--rounds", "2"]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", section, "--python", sys.executable, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    document = results.read(tmp_path, section)
    assert document is not None
    assert document["measured"]["command"].startswith(f"python -m benchmarks {section} --python ")
    if section == "many":
        assert document["packages"] == 2
        assert document["tools"]["resolve-many"]["peak"] > 5
        return
    row = document["rows"]["one"]
    assert (row["pins"], row["others"]) == (2, [])
    assert row["tools"]["resolver"]["rounds"] == 2
    if section == "cold":
        assert row["tools"]["resolver"]["asked"] == {"requests": 4, "pages": 2, "metadata": 2}
        assert row["tools"]["resolver"]["min"] > 3 * 50  # four answers that take 50 ms, two of them at a time
    else:
        assert 0 < row["tools"]["inside"]["min"] < row["tools"]["resolver"]["median"]


@pytest.mark.parametrize(
    ("words", "said"), [(["--help"], "Sections: micro"), (["counts", "--help"], "--update")]
)
def test_help_says_what_there_is(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the whole, and of a section."""
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 0
    assert said in capsys.readouterr().out


def test_blocks_are_counted_exactly() -> None:
    """Each of a thousand objects takes one, time and again, and lines say where."""
    hook = Hook.compiled()
    if hook is None:
        pytest.skip("no compiler, or no headers of Python")

    def make() -> list[object]:
        return [object() for _ in (None,) * 1000]  # no numbers, which are objects too

    _, first, second = (hook.count(make) for _ in range(3))  # once so that free lists are filled
    assert first.blocks == second.blocks
    assert 1000 <= first.blocks < 1100
    by_line = hook.count(make, by_line=True)
    most = max(by_line.sites, key=lambda site: site.blocks)
    assert Path(most.file).name == Path(__file__).name
    assert most.blocks >= 1000


def test_bytes_held_are_those_of_the_result() -> None:
    """What was made on the way and is gone does not count."""
    assert 10_000 <= held(lambda: [bytes(100_000), bytearray(10_000)][1]) < 11_000


def test_ways_are_measured_in_turn_and_the_collector_is_set_back() -> None:
    """Each runs once before its time is taken, and at least three times after that."""
    order: list[str] = []
    times = in_turn({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, enough=0, most=3)
    assert order == ["a", "b"] * 4
    assert times["a"].least <= times["a"].median
    assert gc.isenabled()


@pytest.mark.parametrize(
    ("symbol", "kind"),
    [
        ("_PyObject_Malloc", "allocator"),
        ("_PyObject_Free.part.0", "allocator"),
        ("_PyObject_GC_New", "allocator"),
        ("_int_free", "allocator"),
        ("mi_malloc", "allocator"),
        ("gc_collect_main", "collector"),
        ("visit_decref", "collector"),
        ("dict_traverse", "collector"),
        ("PyObject_GC_UnTrack", "collector"),
        ("tupledealloc", "objects"),
        ("_Py_Dealloc@plt", "objects"),
        ("PyUnicode_New", "objects"),
        ("_PyEval_EvalFrameDefault", "bytecode"),
        ("unicodekeys_lookup_unicode", "rest"),
        ("[unknown]", "rest"),
    ],
)
def test_functions_of_the_interpreter_have_a_kind(symbol: str, kind: str) -> None:
    """By their names alone."""
    assert kind_of(symbol) == kind
    assert kind in KINDS


def test_the_stamp_names_no_folder() -> None:
    """Of a path in the command only its last part is written down."""
    told = stamp(["warm", "--peers", os.path.abspath("somewhere/bin")])  # noqa: PTH100  # a word of a command
    assert told["command"] == "python -m benchmarks warm --peers .../bin"
    assert set(told) == {"command", "commit", "date", "machine", "python"}


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    """Whatever is nested how deep."""
    document = {
        "measured": {"a": "b"},
        "rows": {"x": {"tools": {"y": {"z": [1, 2.5]}}, "none": []}},
        "l": [[1]],
    }
    results.write(tmp_path, "some", document)
    assert results.read(tmp_path, "some") == document
    assert results.read(tmp_path, "other") is None


def test_pages_and_plots_are_as_the_committed_results_have_them() -> None:
    """If this fails: ``python -m benchmarks report``."""
    assert list(report.outdated(results.RESULTS)) == []


def test_a_table_is_replaced_and_one_that_was_not_measured_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing but what lies between the marks changes."""
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- table: many -->\nold\n<!-- end -->\n<!-- table: warm -->\nkept\n<!-- end -->\n", "utf-8"
    )
    monkeypatch.setattr(report, "PAGES", (page,))
    measured_on = {"command": "c", "commit": "d", "date": "e", "machine": "f", "python": "g"}
    tools = {"uv": {"seconds": 2, "cpu": 1, "peak": 30}}
    results.write(tmp_path, "many", {"measured": measured_on, "packages": 3, "tools": tools})
    text = report.made(tmp_path)[page]
    assert text.startswith("before\n<!-- table: many -->\n\n| 3 packages |")
    assert "| uv, 3 processes | 2.00 | 1.00 | 30 |" in text
    assert "_e UTC, commit d, g, f: `c`_" in text
    assert "old" not in text
    assert text.endswith("<!-- end -->\n<!-- table: warm -->\nkept\n<!-- end -->\n")


def test_plots_are_well_formed_and_in_scale() -> None:
    """Bars are as long as their values; a line of slope one is one."""
    drawn = plots.bars({"a": {"ours": 10.0, "uv": 20.0}, "b": {"ours": 5.0, "uv": 40.0}}, "ms")
    thin = [each for each in ET.fromstring(drawn).iter() if each.attrib.get("height") == "9"]
    widths = [float(each.attrib["width"]) for each in thin]
    assert [round(width / widths[0], 2) for width in widths] == [1, 2, 0.5, 4]
    curve = ET.fromstring(plots.curves({"a": [(1, 10), (10, 100), (100, 1000)]}, "x", "y"))
    (line,) = (each for each in curve.iter() if each.tag.endswith("polyline"))
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert points[1][0] - points[0][0] == points[2][0] - points[1][0]
    assert points[1][1] - points[0][1] == points[2][1] - points[1][1]
    stacked = ET.fromstring(plots.stacks({"a": {"x": 0.25, "y": 0.75}}))
    assert "25.0%" in "".join(stacked.itertext())
