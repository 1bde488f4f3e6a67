"""The pages opened in a real browser: what a reader clicks works, and nothing of a pack runs."""

from __future__ import annotations

import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import logs
import pytest

from studio_conformance.events import Event
from studio_conformance.files import write_chunks
from studio_conformance.reports.facts import gather
from studio_conformance.reports.html_report import render
from studio_conformance.reports.matrix import build as build_matrix
from studio_conformance.reports.matrix import render_html as render_matrix

pytestmark = pytest.mark.browser
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,1400",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="drives the browser")
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("chromium and chromedriver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens the report of a log; at the end the browser must have had nothing to complain of."""

    def open_report(*events: Event, status: int | None = None) -> Any:
        log = logs.a_log(*events, **({} if status is None else {"exit_status": status}))
        return open_page(render(log, gather(log)))

    def open_page(chunks: Iterator[str]) -> Any:
        write_chunks(tmp_path / "page.html", chunks)
        browser.get((tmp_path / "page.html").as_uri())
        browser.execute_script(
            "localStorage.clear(); delete document.documentElement.dataset.theme"
        )
        return browser

    open_report.page = open_page  # type: ignore[attr-defined]
    yield open_report
    assert browser.get_log("browser") == []


def texts(browser: Any, selector: str) -> list[str]:
    """Of elements that can be seen."""
    script = (
        "return [...document.querySelectorAll(arguments[0])]"
        ".filter(e => e.offsetParent !== null).map(e => e.innerText)"
    )
    found: list[str] = browser.execute_script(script, selector)
    return found


def click(browser: Any, selector: str) -> None:
    browser.find_element("css selector", selector).click()


def shown_nodes(browser: Any) -> list[str]:
    return texts(browser, "#rows tr[data-place] th span:first-child")


def _wait(browser: Any, condition: str, *values: object) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 30).until(lambda b: b.execute_script(f"return {condition}", *values))


def type_in(browser: Any, text: str) -> None:
    field = browser.find_element("id", "search")
    field.clear()
    field.send_keys(text)
    _wait(browser, "state.text === arguments[0]", text.lower())


def test_the_verdict_and_the_totals_come_first(opened: Any) -> None:
    browser = opened(*logs.every_outcome())
    assert texts(browser, "#verdict h1") == ["✕ The environment broke"]
    assert texts(browser, ".tile")[:3] == [
        "1\nof 2 nodes without an error",
        "1\nerror",
        "1\nwarning",
    ]
    first = browser.execute_script("return document.querySelector('main').firstChild.innerText")
    assert "The environment broke" in first


@pytest.mark.parametrize(("status", "told"), [(12, "✕ Not run"), (13, "✕ No certificate")])
def test_each_way_to_end_has_words_of_its_own(opened: Any, status: int, told: str) -> None:
    browser = opened(*logs.every_outcome(), status=status)
    assert texts(browser, "#verdict h1") == [told]


def test_a_node_that_only_a_waiver_names_is_not_counted(opened: Any) -> None:
    stray = logs.a_result("SCHEMA-001", "Gone", "failed", level="warning")
    browser = opened(*logs.every_outcome(), stray)
    assert texts(browser, ".tile")[0] == "1\nof 2 nodes without an error"


def test_the_matrix_has_a_cell_for_each_node_and_family(opened: Any) -> None:
    browser = opened(*logs.every_outcome())
    assert texts(browser, ".matrix thead th") == ["Node", "LOAD", "SCHEMA", "EXEC", "RPC"]
    assert shown_nodes(browser) == ["(the pack)", "Fit", "Blur"]
    rows = browser.find_elements("css selector", "#rows tr[data-place]")
    cells = [[c.text for c in row.find_elements("css selector", ".cell")] for row in rows]
    assert cells == [["✓ 1"], ["✓ 1", "∅ 1", "… 1"], ["✕ 1", "! 1", "? 1"]]
    label = rows[2].find_elements("css selector", ".cell")[1].get_attribute("aria-label")
    assert label == "Blur, EXEC: 1 warning, 1 waived"


def test_filters_and_the_search_narrow_findings_and_matrix(opened: Any) -> None:
    browser = opened(*logs.every_outcome())
    assert texts(browser, "#findings-count") == ["4 of 4"]
    click(browser, '.chip[data-show="f"]')
    assert (texts(browser, "#findings-count"), shown_nodes(browser)) == (["1 of 4"], ["Blur"])
    click(browser, '.chip[data-show="gr"]')
    assert (texts(browser, "#findings-count"), shown_nodes(browser)) == (["0 of 4"], ["Fit"])
    click(browser, '.chip[data-show="all"]')
    type_in(browser, "image-RANGE")
    assert (texts(browser, "#findings-count"), shown_nodes(browser)) == (["1 of 4"], ["Blur"])
    type_in(browser, "no such thing")
    assert texts(browser, "#findings-list .empty") == ["No finding matches."]
    assert shown_nodes(browser) == []


def test_a_finding_opens_to_what_one_needs_to_act(opened: Any) -> None:
    browser = opened(*logs.every_outcome())
    buttons = browser.find_elements("css selector", ".finding > button")
    assert buttons[0].get_attribute("aria-expanded") == "false"
    buttons[0].click()
    assert buttons[0].get_attribute("aria-expanded") == "true"
    (told,) = texts(browser, ".inside")
    parts = ("Why RPC-001.", "Fix RPC-001.", "pytest --studio-pack=/packs/tones", "seed 1", "0.5")
    assert all(part in told for part in parts)
    assert "Traceback: boom" not in told
    click(browser, ".inside details:last-of-type summary")
    assert "Traceback: boom" in texts(browser, ".inside")[0]
    buttons[0].click()
    assert texts(browser, ".inside") == []


def test_an_input_is_drawn_as_the_run_had_it(opened: Any) -> None:
    """The picture's numbers are those that a recipe gives in the worker."""
    from reference_runtime.recipes import make

    browser = opened(*logs.every_outcome())
    click(browser, ".finding > button")
    script = (
        "const c = document.querySelector('.value canvas');"
        "return [c.width, c.height, [...c.getContext('2d').getImageData(0, 0, 6, 8).data]]"
    )
    width, height, pixels = browser.execute_script(script)
    assert (width, height) == (6, 8)
    image = make(logs.EXAMPLE["case"]["inputs"]["image"])[0]  # type: ignore[index]
    expected = [round(float(value) * 255) for value in image.flatten()]
    seen = [value for place, value in enumerate(pixels) if place % 4 != 3]
    assert all(abs(a - b) <= 1 for a, b in zip(seen, expected, strict=True))
    told = texts(browser, ".value p")[1]
    assert f"max {float(image.max()):.4g}" in told


def test_a_number_is_the_one_of_the_run(opened: Any) -> None:
    values = {"seed": {"value": 2**64 - 1}, "x": {"value": [math.nan, -math.inf, 0.5]}}
    image = {"make": "IMAGE", "shape": [1, 2, 2, 3], "seed": 2**63 + 1}
    case = {**logs.EXAMPLE["case"], "inputs": {**values, "image": image}}  # type: ignore[dict-item]
    example = {**logs.EXAMPLE, "case": case}
    browser = opened(logs.a_pack_event(), logs.a_result("RPC-001", None, "failed", example=example))
    click(browser, ".finding > button")
    told = texts(browser, ".value p")
    assert told[:2] == ["18446744073709551615", "[nan,-inf,0.5]"]
    assert told[2].endswith(", uniform, seed 9223372036854775809")


@pytest.mark.parametrize("allowed", [True, False])
def test_a_command_is_copied(opened: Any, allowed: bool) -> None:
    """With the clipboard's own interface, and without it."""
    browser = opened(*logs.every_outcome())
    taken = (
        "window.taken = null; const keep = text => { window.taken = text; };"
        "Object.defineProperty(navigator, 'clipboard', {configurable: true, value: "
        "{writeText: async text => { if (!arguments[0]) throw new Error('no'); keep(text); }}});"
        "document.execCommand = () => { keep(document.activeElement.value); return true; };"
    )
    browser.execute_script(taken, allowed)
    click(browser, ".finding > button")
    click(browser, ".inside .command .copy")
    assert browser.execute_script("return taken") == "pytest --studio-pack=/packs/tones"
    assert browser.find_element("css selector", ".toast").text == "Copied"


def test_the_theme_can_be_switched_and_is_remembered(opened: Any) -> None:
    browser = opened(*logs.every_outcome())

    def colour() -> tuple[int, ...]:
        shown = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
        return tuple(int(part) for part in shown[4:-1].split(", "))

    light = colour()
    assert min(light) > 230
    click(browser, "#theme")
    assert max(colour()) < 40
    assert texts(browser, "#theme") == ["Light"]
    browser.refresh()
    assert max(colour()) < 40
    click(browser, "#theme")
    assert colour() == light


def test_it_can_be_used_by_keyboard(opened: Any) -> None:
    from selenium.webdriver import ActionChains, Keys

    browser = opened(*logs.every_outcome())
    press = lambda *keys: ActionChains(browser).send_keys(*keys).perform()  # noqa: E731
    active = lambda name: browser.switch_to.active_element.get_attribute(name)  # noqa: E731
    press("/")
    assert active("id") == "search"
    assert len(browser.find_elements("css selector", '.cell[tabindex="0"]')) == 1
    browser.execute_script("document.querySelector('.cell[tabindex=\"0\"]').focus()")
    assert active("aria-label").startswith("(the pack), LOAD")
    browser.execute_script("document.querySelectorAll('.cell')[4].focus()")
    press(Keys.ARROW_RIGHT)
    assert active("aria-label").startswith("Blur, EXEC")
    press(Keys.ENTER)
    (told,) = texts(browser, "td.open")
    assert "EXEC-015 tensor-unchanged" in told
    press(Keys.ESCAPE)
    assert texts(browser, "td.open") == []
    press(Keys.ARROW_UP)
    assert active("aria-label").startswith("Fit, EXEC")


def test_what_was_not_tested_is_told_with_its_reason(opened: Any) -> None:
    lacking = logs.an_execution("Fit", not_generable=["model (MODEL)"])
    browser = opened(*logs.every_outcome(), lacking)
    summaries = texts(browser, "#coverage summary")
    assert summaries[:3] == ["1 not generable", "1 not reached", "1 not applicable"]
    for summary in browser.find_elements("css selector", "#coverage summary"):
        summary.click()
    told = "\n".join(texts(browser, "#coverage"))
    assert "not_generable because" in told
    assert "no value for model (MODEL)" in told


def test_release_timings_and_environment_are_told(opened: Any) -> None:
    sandbox = {"files": "enforced", "line": "files enforced, network partial"}
    excuses = {"ignore": ["SCHEMA-024"], "levels": {"LOAD-001": "warning"}, "waivers": 3}
    excuses["known"] = {"file": "/known.json", "findings": 7}
    pack = logs.a_pack_event(sandbox=sandbox, **excuses)
    browser = opened(pack, *logs.every_outcome()[1:], logs.a_release(), logs.a_change())
    (release,) = texts(browser, "#release")
    assert "too small" in release
    assert "input 'x' is gone" in release
    assert "Blur\t1.50 s" in texts(browser, "#timings")[0]
    (environment,) = texts(browser, "#environment")
    assert "files enforced, network partial" in environment
    assert "numpy 2.1" in environment
    for told in ("ignore\nSCHEMA-024", "levels\nLOAD-001 warning", "waivers\n3", "findings 7"):
        assert told in environment


def test_several_packs_can_be_chosen(opened: Any) -> None:
    other = [logs.a_pack_event("other"), logs.a_node_event("Only", "other")]
    browser = opened(*logs.every_outcome(), *other, logs.a_result("LOAD-001", None, label="other"))
    assert "said of all 2 packs" in texts(browser, "#verdict")[0]
    click(browser, '#pack option[value="1"]')
    assert shown_nodes(browser) == ["(the pack)", "Only"]
    assert browser.switch_to.active_element.get_attribute("id") == "pack", "stays in hand"


def test_print_is_light_and_cuts_nothing_off(opened: Any) -> None:
    browser = opened(*logs.every_outcome())
    click(browser, "#theme")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = "return getComputedStyle(document.body).color"
        assert browser.execute_script(shown) == "rgb(27, 28, 30)"
        boxes = "[...document.querySelectorAll('.scroll')]"
        cut = f"return {boxes}.filter(b => getComputedStyle(b).overflow !== 'visible').length"
        assert browser.execute_script(cut) == 0
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_narrow_page_breaks_no_name_into_letters(opened: Any) -> None:
    browser = opened(*logs.every_outcome())
    size = {"width": 360, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        name = "return document.querySelector('#timings td').offsetWidth"
        assert browser.execute_script(name) > 100
        assert browser.execute_script("return document.documentElement.scrollWidth") == 360
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("text", logs.HOSTILE)
def test_hostile_text_is_text(opened: Any, text: str) -> None:
    browser = opened(*logs.hostile())
    browser.execute_script("window.alerted = 0; window.alert = () => { alerted++; }")
    place = logs.HOSTILE.index(text)
    for selector in (".finding > button", "#coverage summary"):
        browser.find_elements("css selector", selector)[place if "find" in selector else 0].click()
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert browser.execute_script("return alerted") == 0
    assert browser.execute_script("return document.images.length + document.links.length") == len(
        browser.find_elements("css selector", "nav a, .skip")
    )
    whole = browser.execute_script("return document.body.innerText")
    assert not any(sign in whole for sign in "\u202e\u0007\x1b\u2028\ud800")
    assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth")
    if "\n" not in text and "\x00" not in text and len(text) < 60:
        assert text.replace("\u202e", "\\u202e") in whole


def test_a_thousand_nodes_are_drawn_as_they_are_looked_at(opened: Any) -> None:
    nodes = [logs.a_node_event(f"Node{i}") for i in range(1000)]
    rows = [logs.a_result("SCHEMA-001", f"Node{i}", "failed") for i in range(1000)]
    browser = opened(logs.a_pack_event(), *nodes, *rows)
    assert len(texts(browser, ".finding")) == 60
    assert texts(browser, "#rows-count") == ["1,001 of 1,001 rows"]
    _wait(browser, "document.querySelectorAll('#rows tr').length === 600")
    browser.execute_script("document.querySelector('#rows-more').click()")
    assert len(shown_nodes(browser)) == 660
    type_in(browser, "node999")
    assert shown_nodes(browser) == ["Node999"]


def test_the_matrix_of_several_runs_opens(opened: Any) -> None:
    worker = {"python": "3.11.7", "torch": "2.9", "numpy": "1.26"}
    one = logs.a_log(*logs.every_outcome())
    fit = logs.a_result("SCHEMA-001", "Blur")
    two = logs.a_log(logs.a_pack_event(worker=worker), logs.a_node_event("Blur"), fit)
    table = build_matrix([("a", gather(one)), ("b", gather(two))])
    browser = opened.page(render_matrix(table))
    assert texts(browser, "#rows .cell") == ["? 1/2", "✓ 1/1"]
    click(browser, "#rows .cell")
    (told,) = texts(browser, "td.open")
    assert "1 node that fare differently" in told
    assert "SCHEMA-001, RPC-001" in told
