"""The page in Chromium: it shows what it should, by mouse and keys, light and dark, and asks for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from resolver import NoSolution, Options, resolve
from resolver.channels import Channels
from resolver.engines import solve
from resolver.formats import page
from resolver.posing import read_requirement
from support.answers import answer_of
from support.browser import Browser, chromium
from support.contrast import poor_contrasts
from support.hard import pigeons
from support.memory import MemorySource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

pytestmark = pytest.mark.slow

ROOTS = ["app[fast]>=1,<2", "tool"]
PACKAGES = {
    "app[fast]==1.5": ["core>=1", "speed ; extra == 'fast'", "left"],
    "base==3.4": [],
    "core==1.2": ["base~=3.0"],
    "left==2": ["right"],
    "right==2": ["left!=1", "base"],
    "speed==0.1": [],
    "tool==9": ["core", "base"],
}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Start one browser for all tests."""
    found = chromium(tmp_path_factory.mktemp("profile"))
    yield found
    found.driver.quit()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a small answer with extras, a circle, and packages without links."""
    path = tmp_path_factory.mktemp("page") / "small.html"
    roots = [*ROOTS, "alone"]
    path.write_text(page.write(answer_of(roots, PACKAGES | {"alone==1": []}), title="app.in"), "utf-8")
    return path


def failure(requirements: list[str], packages: Mapping[str, Mapping[str, object]]) -> NoSolution:
    """Return the proof that the requirements have no answer."""
    given = [read_requirement(each) for each in requirements]
    with pytest.raises(NoSolution) as caught:
        solve(given, [], Options(python_version="3.12"), Channels(source=MemorySource(packages)))
    return caught.value


@pytest.fixture(scope="module")
def conflict(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a conflict of two requirements."""
    packages: dict[str, Mapping[str, object]] = {
        "web": {"1": {"requires": ["template>=3"]}, "2": {"requires": ["template>=3"]}},
        "docs": {"1": {"requires": ["template<3"]}},
        "template": {"2": {}, "3": {}},
    }
    path = tmp_path_factory.mktemp("page") / "conflict.html"
    path.write_text(page.conflict(failure(["web>=1", "docs"], packages), title="app.in"), "utf-8")
    return path


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of 311 packages in layers, each of which requires some of the next layers."""
    names = [f"package-{number:03}" for number in range(311)]
    packages = {}
    for at, name in enumerate(names):
        others = {(at * 7 + step * step * 11) % 311 for step in range(1, 1 + at % 6)}
        packages[f"{name}==1.{at}"] = [f"{names[each]}>=1" for each in sorted(others) if each > at]
    path = tmp_path_factory.mktemp("page") / "large.html"
    path.write_text(page.write(answer_of(names[:24], packages)), "utf-8")
    return path


def closed(browser: Browser, path: Path) -> None:
    """Assert that nothing was said in the console, and that nothing but the file was asked for."""
    said, asked = browser.logs()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]


NAMES = ["alone", "app", "base", "core", "left", "right", "speed", "tool"]
ROW = "#packages [role=option]"


@pytest.mark.parametrize("dark", [False, True])
def test_answer_is_shown_without_errors_and_requests(browser: Browser, small: Path, *, dark: bool) -> None:
    """A row and a box for each package, an arrow for each requirement; in both schemes."""
    browser.show(small, dark=dark)
    assert browser.text("h1") == "app.in"
    assert browser.text(".summary").startswith("8 packages, 3 of them required directly")
    assert [row.split("\n")[0] for row in browser.texts(ROW)] == NAMES
    boxes = browser.js("return [...document.querySelectorAll('.box')].map((each) => each.dataset.name)")
    assert sorted(boxes) == NAMES
    assert browser.js("return document.querySelectorAll('.arrow-line').length") == 9
    assert browser.js("return document.querySelectorAll('.arrow-line.back').length") == 1
    assert browser.text("#shown") == "8 packages, 9 arrows"
    ground = browser.js("return getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(245, 247, 250)") != dark
    closed(browser, small)


def test_search_finds_and_selects(browser: Browser, small: Path) -> None:
    """From anywhere by a slash; Enter takes the first, Escape takes the search back."""
    browser.show(small)
    browser.press("/", "r", "i")
    assert browser.js("return document.activeElement.id") == "search"
    assert [row.split("\n")[0] for row in browser.texts(ROW)] == ["right"]
    assert browser.text("#count") == "1 of 8"
    browser.press("ENTER")
    assert browser.text("#details h2") == "right"
    assert browser.js("return location.hash") == "#/right"
    browser.press("ESCAPE")
    assert len(browser.texts(ROW)) == 8
    browser.press("z", "z")
    assert browser.texts(ROW) == []
    assert browser.text("#packages .none") == "No package matches."


def test_details_say_why_and_what_bounds_it(browser: Browser, small: Path) -> None:
    """Ways from what the user requires, bounds with their owners, upper ones first; links lead on."""
    browser.show(small)
    browser.click("#row-base")
    ways = [way.replace("\n", " ") for way in browser.texts("#details .way")]
    assert ways == [
        "r.txt:2 requires tool 9 requires base 3.4",
        "r.txt:1 requires app 1.5 [fast] >=1,<2 requires core 1.2 >=1 requires base 3.4 ~=3.0",
        "r.txt:2 requires tool 9 requires core 1.2 requires base 3.4 ~=3.0",
        "r.txt:1 requires app 1.5 [fast] >=1,<2 requires left 2 requires right 2 requires base 3.4",
    ]
    bounds = browser.texts("#details section:nth-of-type(2) .rows li")
    assert [bound.split("\n") for bound in bounds] == [
        ["core 1.2", "~=3.0"], ["right 2", "any version"], ["tool 9", "any version"],
    ]  # fmt: skip
    assert browser.texts("#details .bound.upper")[-1] == "~=3.0"
    browser.click("#details section:nth-of-type(2) a")
    browser.wait("document.querySelector('#details h2').textContent === 'core'")
    assert browser.js("return document.activeElement.textContent") == "core"
    assert browser.js("return document.querySelector('.box.chosen').dataset.name") == "core"
    browser.driver.back()
    browser.wait("document.querySelector('#details h2').textContent === 'base'")
    browser.click("#back")
    assert browser.text("#details h2") == "Overview"


def test_what_is_folded_away_is_shown_when_it_is_selected(browser: Browser, small: Path) -> None:
    """Also if it is the selected one already."""
    browser.show(small)
    browser.click("#row-base")
    browser.click("#fold")
    assert browser.text("#shown") == "3 of 8 packages, 0 arrows"
    browser.click("#row-base")
    assert browser.js("return document.querySelector('.box.chosen').dataset.name") == "base"


def test_the_address_selects_a_package(browser: Browser, small: Path) -> None:
    """One that is not there, or no address at all, selects none."""
    browser.show(small)
    for fragment, title in (
        ("#/core", "core"),
        ("#/gone", "Overview"),
        ("#/base", "base"),
        ("#/%", "Overview"),
    ):
        browser.js("location.hash = arguments[0]", fragment)
        browser.wait(f"document.querySelector('#details h2').textContent === '{title}'")
    closed(browser, small)


def test_selection_shows_in_the_graph_what_leads_to_it_and_from_it(browser: Browser, small: Path) -> None:
    browser.show(small)
    browser.click("#row-core")

    def marked(kind: str) -> list[str]:
        found: list[str] = browser.js(
            "return [...document.querySelectorAll(`.box.${arguments[0]}`)].map((each) => each.dataset.name)",
            kind,
        )
        return sorted(found)

    assert (marked("why"), marked("needs"), marked("chosen")) == (["app", "tool"], ["base"], ["core"])
    assert browser.js("return document.querySelectorAll('.arrow-line.why').length") == 2


def test_everything_can_be_done_by_keys(browser: Browser, small: Path) -> None:
    """In the order of the tab key; the list and the graph are one stop each, with arrow keys inside."""
    browser.show(small)
    stops = []
    for _ in range(16):
        browser.press("TAB")
        stops.append(
            browser.js(
                "const each = document.activeElement; return each.id || each.dataset.name || each.textContent"
            )
        )
        assert browser.js("return document.activeElement.matches(':focus-visible')")
    assert stops == [
        "Skip to the packages", "Skip to the details", "search", "open-help", "all", "direct", "row-alone",
        "everything", "around", "fold", "unfold", "simple", "zoom-out", "fit", "zoom-in", "app",
    ]  # fmt: skip
    browser.press("ARROW_RIGHT")
    assert browser.text("#details h2") in ("core", "left", "speed")
    browser.press("ARROW_LEFT", " ")
    assert browser.text("#details h2") == "app"
    assert browser.text("#shown").startswith("5 of 8 packages")
    browser.press(" ")
    assert browser.text("#shown") == "8 packages, 9 arrows"
    browser.press("ENTER")
    assert browser.text("#shown") == "4 of 8 packages, 3 arrows"
    assert browser.js("return document.activeElement.dataset.name") == "app"
    browser.press("ESCAPE")
    assert browser.text("#shown") == "8 packages, 9 arrows"
    before = browser.js("return document.querySelector('.scene').getAttribute('transform')")
    browser.press("g", "+")
    assert browser.js("return document.querySelector('.scene').getAttribute('transform')") != before
    browser.press("?")
    assert browser.js("return document.getElementById('help').open")
    browser.press("ESCAPE")
    assert not browser.js("return document.getElementById('help').open")
    browser.click("#row-app")
    browser.js("document.getElementById('row-app').focus()")
    browser.press("ARROW_DOWN")
    assert browser.text("#details h2") == "base"
    browser.press("END")
    assert browser.text("#details h2") == "tool"
    closed(browser, small)


def test_skip_link_leads_to_the_list(browser: Browser, small: Path) -> None:
    browser.show(small)
    browser.click("#row-core")
    browser.js("document.activeElement.blur(); getSelection().removeAllRanges()")
    browser.driver.find_element("css selector", ".skip").send_keys("\ue007")
    assert browser.js("return document.activeElement.id") == "packages"
    assert browser.text("#details h2") == "core"


def test_controls_have_names_and_roles(browser: Browser, small: Path, conflict: Path) -> None:
    """As a screen reader gets them from the browser."""
    for path in (small, conflict):
        browser.show(path)
        nodes = browser.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        spoken = [
            (each["role"]["value"], each.get("name", {}).get("value", ""))
            for each in nodes
            if not each["ignored"]
        ]
        wanted = (
            "button",
            "link",
            "searchbox",
            "option",
            "combobox",
            "checkbox",
            "listbox",
            "main",
            "navigation",
        )
        assert [role for role, name in spoken if role in wanted and not name and role != "main"] == []
        assert {"main", "searchbox", "button"} <= {role for role, _ in spoken}
    browser.show(small)
    assert "app 1.5, required directly, requires 3, required by 0" in browser.js(
        "return [...document.querySelectorAll('.box')].map((each) => each.getAttribute('aria-label'))"
    )


@pytest.mark.parametrize("dark", [False, True])
def test_text_can_be_read(browser: Browser, small: Path, conflict: Path, *, dark: bool) -> None:
    """Contrast of at least 4.5 for all text, with and without a selection, folded and dimmed."""
    browser.show(small, dark=dark)
    assert poor_contrasts(browser) == []
    browser.click("#row-core")
    browser.js("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    assert poor_contrasts(browser) == []
    browser.click("#around")
    assert poor_contrasts(browser) == []
    browser.click("#open-help")
    assert poor_contrasts(browser) == []
    browser.show(conflict, dark=dark)
    browser.js("document.querySelectorAll('details').forEach((each) => (each.open = true))")
    browser.press("/", "w", "e", "b")
    assert poor_contrasts(browser) == []


def test_large_answers_can_be_read(browser: Browser, large: Path) -> None:
    """311 packages: names in a size that can be read, a map, no two boxes on one another, quickly drawn."""
    browser.show(large)
    scale = browser.js("return document.querySelector('.box .name').getBoundingClientRect().height / 13")
    assert scale > 0.7
    assert browser.js("return document.querySelector('.minimap').checkVisibility()")
    places = browser.js(
        "return [...document.querySelectorAll('.box .frame')].map((each) =>"
        " ['x', 'y', 'width', 'height'].map((name) => Number(each.getAttribute(name))))"
    )
    assert len(places) == 311
    for at, (x, y, width, height) in enumerate(places):
        for other_x, other_y, other_width, other_height in places[:at]:
            apart = x >= other_x + other_width or other_x >= x + width
            assert apart or y >= other_y + other_height or other_y >= y + height
    took = browser.js("const start = performance.now(); document.getElementById('unfold').click();"
                      " return performance.now() - start")  # fmt: skip
    assert took < 5000
    browser.click("#fold")
    assert browser.text("#shown") == "85 of 311 packages, 0 arrows"  # those that nothing leads to
    browser.press("/", *"package-310", "ENTER")
    assert browser.text("#details h2") == "package-310"
    box, room = (
        browser.js("return document.querySelector(arguments[0]).getBoundingClientRect()", css)
        for css in (".box.chosen", "#drawing")
    )
    assert room["left"] <= box["left"] < box["right"] <= room["right"]
    assert room["top"] <= box["top"] < box["bottom"] <= room["bottom"]
    closed(browser, large)


def test_graph_can_be_moved_and_zoomed_by_mouse(browser: Browser, large: Path) -> None:
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.actions.wheel_input import ScrollOrigin

    browser.show(large)
    svg = browser.driver.find_element("css selector", "#drawing")
    transform = (
        "return document.querySelector('.scene').getAttribute('transform').match(/-?[\\d.]+/g).map(Number)"
    )
    x, y, scale = browser.js(transform)
    ActionChains(browser.driver).drag_and_drop_by_offset(svg, -50, 30).perform()
    moved = browser.js(transform)
    assert (round(moved[0] - x), round(moved[1] - y), moved[2]) == (-50, 30, scale)
    assert browser.text("#details h2") == "Overview"
    ActionChains(browser.driver).scroll_from_origin(ScrollOrigin.from_element(svg), 0, -200).perform()
    assert browser.js(transform)[2] > scale
    browser.click("#fit")
    assert browser.js(transform)[2] < scale


def test_on_a_narrow_screen_nothing_is_cut_off(browser: Browser, small: Path, conflict: Path) -> None:
    for path in (small, conflict):
        for width in (400, 800):
            browser.show(path, width=width, height=800)
            assert browser.js("return document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("dark", [False, True])
def test_conflict_is_explained(browser: Browser, conflict: Path, *, dark: bool) -> None:
    """Sentences, what helps, the facts as a graph, and the proof to unfold; by keys as well."""
    browser.show(conflict, dark=dark)
    assert browser.text(".summary") == "There is no solution."
    said = browser.text("#sentences")
    assert "docs" in said
    assert said.rstrip(".").endswith("your requirements cannot be satisfied")
    assert len(browser.texts("#fixes > li")) >= 1
    names = browser.js("return [...document.querySelectorAll('.box .name')].map((each) => each.textContent)")
    assert sorted(names) == ["docs", "template", "web", "your requirements"]
    contested = "return document.querySelector('.box.contested .name').textContent"
    assert browser.js(contested) == "template"
    labels = browser.js(
        "return [...document.querySelectorAll('.labels text')].map((each) => each.textContent)"
    )
    assert sorted(labels) == ["<3", ">=1", ">=3"]
    browser.press("/", *"docs", "ENTER")
    assert "docs" in browser.js("return document.activeElement.textContent")
    first = browser.js("return document.activeElement.dataset.step")
    browser.press("ARROW_RIGHT", "ARROW_UP")
    assert browser.js("return document.activeElement.dataset.step") != first
    browser.press("ARROW_DOWN")
    assert browser.js("return document.activeElement.dataset.step") == first
    assert browser.js("return document.activeElement.parentNode.open")
    browser.click("#close-all")
    assert browser.js("return document.querySelectorAll('#proof details.conclusion[open]').length") == 0
    closed(browser, conflict)


def test_long_proof_refers_to_what_was_shown(browser: Browser, tmp_path: Path) -> None:
    """A link unfolds the way to the step, and goes there; what nests too deep stands by itself."""
    fact = {"cause": "depends", "text": "a 1 depends on b<2", "terms": []}
    shared = {"id": 1, "text": "what is used twice", "terms": [], "left": fact, "right": fact}
    once = {"text": "what hides it", "terms": [], "left": shared, "right": fact}
    aside = {"id": 2, "text": "what stands aside", "terms": [], "left": fact, "right": fact}
    first = {"ref": 1, "text": "what is used twice", "terms": []}
    second = {"ref": 2, "text": "what stands aside", "terms": []}
    refers = {"text": "what refers", "terms": [], "left": first, "right": second}
    proof = {"text": "no", "terms": [], "left": once, "right": refers, "lines": [aside]}
    path = tmp_path / "proof.html"
    path.write_text(page.conflict(NoSolution("no", derivation=proof)), "utf-8")
    browser.show(path)
    assert browser.texts("#proof > details > summary") == ["no", "what stands aside(2)"]
    browser.js("document.querySelectorAll('#proof details').forEach((each) => (each.open = each.id === ''))")
    for link, step in (
        ("#proof .premises .premises > .leaf:first-child a", "1"),
        (".leaf:last-child a", "2"),
    ):
        browser.click(link)
        assert browser.js("return document.activeElement.id") == f"step-{step}"
        assert browser.js("return document.activeElement.checkVisibility()")
    closed(browser, path)


def test_failure_without_a_proof_has_its_sentence(browser: Browser, tmp_path: Path) -> None:
    """As that of another engine: what there is nothing to say of is not shown."""
    path = tmp_path / "bare.html"
    path.write_text(page.conflict(NoSolution("there is none", hints=["ask another engine"])), "utf-8")
    browser.show(path)
    assert browser.texts("main h2") == ["Why", "What may help"]
    assert browser.text("#hints") == "ask another engine"
    assert browser.texts("#search") == []
    closed(browser, path)


def test_sentences_lead_to_one_another(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "pigeons.html"
    path.write_text(page.conflict(failure(*pigeons(4, 3))), "utf-8")
    browser.show(path)
    assert len(browser.texts("#sentences li")) > 10
    places = browser.js(
        "return [...document.querySelectorAll('#conflict-drawing rect')]"
        ".map((each) => each.getBoundingClientRect().toJSON())"
    )
    assert len(places) == 8 + 12  # packages and the user, and a label for each arrow that says something
    for at, one in enumerate(places):
        for other in places[:at]:
            apart = one["left"] >= other["right"] or other["left"] >= one["right"]
            assert apart or one["top"] >= other["bottom"] or other["top"] >= one["bottom"]
    browser.click("#sentences a")
    assert browser.js("return location.hash").startswith("#sentence-")
    closed(browser, path)


def test_hostile_names_do_nothing(browser: Browser, tmp_path: Path) -> None:
    """Text that is code in HTML, SVG or JavaScript is shown as it is, in both pages."""
    from resolver.formats.answer import Answer, Fix, Pinned, Statistics

    for text in (
        "</script><script>document.title='bad'</script>",
        "<img src=x onerror=\"document.title='bad'\">",
    ):
        pins = [Pinned(text, text, extras=frozenset({text}), requires=((text, text, text),), url=text)]
        answer = Answer(pins, {"sys_platform": text}, Statistics(), [text], roots=[(text, text, text)])
        path = tmp_path / "answer.html"
        path.write_text(page.write(answer, title="good"), "utf-8")
        browser.show(path)
        browser.click("#packages [role=option]")
        assert browser.text("#details h2") == text
        closed(browser, path)
        fact = {"cause": "given", "text": text, "terms": [{"package": text, "range": text, "candidates": 1,
                "negated": False}], "requirements": [{"requirement": text, "origin": text}]}  # fmt: skip
        proof: dict[str, object] = {"text": text, "terms": [], "left": fact, "right": fact}
        error = NoSolution(text, derivation=proof, hints=[text], fixes=[Fix(text, [text])])
        path = tmp_path / "conflict.html"
        path.write_text(page.conflict(error, title="good"), "utf-8")
        browser.show(path)
        assert text in browser.text("#sentences")
        assert browser.driver.title == "good"
        closed(browser, path)


def test_it_prints(browser: Browser, small: Path, conflict: Path) -> None:
    """The graph and the table; of a conflict all that is unfolded."""
    browser.show(small)
    assert browser.print_pdf().startswith(b"%PDF-")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert browser.js("return document.querySelector('.table').checkVisibility()")
    assert not browser.js("return document.querySelector('#details').checkVisibility()")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    browser.show(conflict)
    assert browser.print_pdf().startswith(b"%PDF-")


def test_without_scripts_there_is_the_table(browser: Browser, small: Path) -> None:
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.driver.get("about:blank")
        browser.driver.get(small.as_uri())
        assert "core" in browser.text(".table")
        assert not browser.driver.find_element("css selector", "main").is_displayed()
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_resolution_of_the_library_has_the_page(browser: Browser, tmp_path: Path) -> None:
    from support.hard import record

    record(tmp_path / "recording", {"a": {"1": {"requires": ["b"]}}, "b": {"1": {}}})
    found = resolve(["a"], Options(replay=str(tmp_path / "recording"), python_version="3.12"))
    path = tmp_path / "page.html"
    path.write_text(found.to_html(title="mine"), "utf-8")
    browser.show(path)
    assert browser.text("h1") == "mine"
    browser.click("#row-b")
    assert browser.text("#details .way").replace("\n", " ") == "you require a 1 requires b 1"
