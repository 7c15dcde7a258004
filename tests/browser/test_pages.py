"""Every report in a real browser: in both themes, on a telephone, on paper, without scripts, and for screen readers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tests.browser.conftest import EXERCISES, LEARNERS, SIZES, UNFOLD, Visit, listen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

EVERY_PAGE = pytest.mark.parametrize(
    "name",
    [
        "learner.html",
        "mine.html",
        "marked.html",
        "class.html",
        "sections.html",
        "anonymous.html",
        "hostile.html",
        "large.html",
        "course/index.html",
        "course/ex01.html",
        "course/ex02.html",
        "course/diagnosis-deadlock.html",
        "course/diagnosis-limit.html",
    ],
)
EVERY_THEME = pytest.mark.parametrize("theme", ["light", "dark"])
EVERY_SIZE = pytest.mark.parametrize("size", list(SIZES))

GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK, PAPER = "rgb(247, 247, 245)", "rgb(18, 20, 24)", "rgb(255, 255, 255)"
PRESSED = "[...document.querySelectorAll('[data-theme][aria-pressed=true]')].map(one => one.textContent)"

# Text that leaves its card, its frame or the window, but for what lies in a box that can be scrolled.
STICKS_OUT = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  const range = document.createRange();
  while (texts.nextNode()) {
    const parent = texts.currentNode.parentElement;
    const unseen = '.unseen, .skip, .lanes caption, .theme legend, script, style';
    if (!texts.currentNode.data.trim() || parent.closest(unseen)) continue;
    const frames = parent.closest('svg') ? '.timeline' : 'td, th, .box, .block, .timeline, .card';
    const frame = parent.closest(frames) || document.documentElement;
    const cut = [parent, frame].some(one => getComputedStyle(one).textOverflow === 'ellipsis');
    if (cut || frame.matches('.box, .block')) continue;
    range.selectNodeContents(texts.currentNode);
    const text = range.getBoundingClientRect(), edge = frame.getBoundingClientRect();
    if (text.width && (text.right > edge.right + 1 || text.left < edge.left - 1)) found.push(texts.currentNode.data);
  }
  return found;
}"""


def test_every_fault_of_a_page_is_noticed(browser: Browser, tmp_path: Path) -> None:
    """The tests below pass if the browser has no complaint, so it must complain about a page with every fault."""
    policy = '<meta http-equiv="Content-Security-Policy" content="style-src \'none\'">'
    wrong = '<p style="color: red"><img src="https://example.org/x.png"><script>alert(1); missing()</script>'
    (tmp_path / "bad.html").write_text(f"<!doctype html>{policy}{wrong}", encoding="utf-8")
    context = browser.new_context()
    complaints: list[str] = []
    listen(context, complaints)
    context.new_page().goto((tmp_path / "bad.html").as_uri())
    context.close()

    kinds = {one.split(":")[0] for one in complaints}
    assert kinds == {"console", "error", "dialog", "request"}
    assert any("Content Security Policy" in one for one in complaints)


# ---- everywhere ------------------------------------------------------------------------------------------------------


@EVERY_PAGE
@EVERY_SIZE
@pytest.mark.parametrize(("theme", "script"), [("light", True), ("dark", False)], ids=["script", "no script, dark"])
def test_nothing_complains_and_nothing_is_cut_off(visit: Visit, name: str, theme: str, size: str, script: bool) -> None:
    page = visit(name, theme=theme, size=size, script=script)
    page.evaluate(UNFOLD)

    assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]
    assert page.evaluate(STICKS_OUT) == []
    assert page.evaluate(GROUND) == (LIGHT if theme == "light" else DARK)


@pytest.mark.parametrize(("theme", "size"), [("light", "wide"), ("dark", "narrow")])
@pytest.mark.parametrize(
    "name",
    [
        "learner.html",
        "mine.html",
        "marked.html",
        "class.html",
        "sections.html",
        "course/index.html",
        "course/ex01.html",
        "course/diagnosis-deadlock.html",
    ],
)
def test_axe_finds_nothing(visit: Visit, axe: str, name: str, theme: str, size: str) -> None:
    # The page's own policy would keep axe out.
    page = visit(name, theme=theme, size=size, bypass_csp=True)
    page.evaluate(UNFOLD)

    assert violations(page, axe) == []


@pytest.mark.parametrize("name", ["class.html", "mine.html"])
def test_axe_finds_nothing_in_the_list_of_keys(visit: Visit, axe: str, name: str) -> None:
    page = visit(name, bypass_csp=True)
    page.keyboard.press("?")

    assert violations(page, axe) == []


def violations(page: Page, axe: str) -> list[tuple[str, str]]:
    page.evaluate(f"{axe};0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert found["passes"], "axe has looked at something"
    return [(one["id"], node["html"]) for one in found["violations"] for node in one["nodes"]]


@EVERY_PAGE
def test_every_link_leads_somewhere(visit: Visit, name: str) -> None:
    page = visit(name)
    links = page.eval_on_selector_all("[href]", "all => all.map(one => one.getAttribute('href'))")

    assert [link for link in links if not leads_somewhere(page, link)] == []


def leads_somewhere(page: Page, link: str) -> bool:
    path, _, place = link.partition("#")
    if path.startswith("https://"):
        return True  # of a lesson; no test needs the network
    if path:
        # Those of the large class are not written: it is here for its size.
        beside = Path(unquote(urlsplit(page.url).path)).parent / unquote(path)
        return beside.is_file() or (page.url.endswith("/large.html") and path.startswith("learners/"))
    if "=" in place:
        return all(page.locator(f"[name={key}] option[value='{value}']").count() for key, value in parse_qsl(place))
    return page.locator(f"[id='{unquote(place)}']").count() == 1


@pytest.mark.parametrize("name", ["learner.html", "hostile.html"])
def test_hostile_text_is_shown_and_adds_no_element(visit: Visit, name: str) -> None:
    """That it opens no dialog and loads nothing is what every test here ends with."""
    page = visit(name)

    assert page.get_by_text("<script>alert(1)</script><img src=x onerror=alert(2)>").count() > 3
    assert page.locator("script").count() == 1
    assert page.locator("img, iframe, object, embed, link, base, a[href^='javascript:']").count() == 0


# ---- the theme -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["learner.html", "class.html"])
@EVERY_THEME
def test_the_theme_is_the_systems_until_another_is_chosen(visit: Visit, name: str, theme: str) -> None:
    page = visit(name, theme=theme)
    grounds = {}
    for choice in ("light", "dark", "auto"):
        page.get_by_role("button", name=choice, exact=True).click()
        assert page.evaluate(PRESSED) == [choice]
        grounds[choice] = page.evaluate(GROUND)

    assert grounds == {"light": LIGHT, "dark": DARK, "auto": LIGHT if theme == "light" else DARK}


def test_the_choice_is_remembered_and_holds_for_every_report_of_the_folder(visit: Visit, site: Path) -> None:
    page = visit("class.html")
    page.get_by_role("button", name="dark", exact=True).click()
    page.reload()
    again = page.evaluate(GROUND), page.evaluate(PRESSED)
    page.goto(f"{site.as_uri()}/learner.html")
    elsewhere = page.evaluate(GROUND), page.evaluate(PRESSED)

    assert again == elsewhere == (DARK, ["dark"])


def test_where_nothing_can_be_remembered_the_theme_can_be_chosen_all_the_same(browser: Browser, site: Path) -> None:
    context = browser.new_context()
    context.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})")
    complaints: list[str] = []
    listen(context, complaints)
    page = context.new_page()
    page.goto(f"{site.as_uri()}/learner.html")
    page.get_by_role("button", name="dark", exact=True).click()

    assert page.evaluate(GROUND) == DARK
    assert complaints == []
    context.close()


# ---- without scripts, and on paper -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["learner.html", "class.html", "hostile.html"])
def test_without_scripts_nothing_is_there_that_does_not_work(visit: Visit, name: str) -> None:
    page = visit(name, script=False)

    # The steps of a play are radio buttons, which need none: test_steps.py.
    assert (
        page.locator(
            "button:visible, input:visible:not([type=radio]), select:visible, dialog:visible, .only:visible"
        ).count()
        == 0
    )


def test_without_scripts_every_learner_is_there_and_folded_parts_unfold(visit: Visit) -> None:
    page = visit("class.html", script=False)
    assert page.locator(".heat tbody tr:visible").count() == LEARNERS
    assert page.locator(".heat thead th:visible").count() == 1 + EXERCISES + 2

    page.locator(".rest summary").first.click()
    assert page.locator(".rest table").first.is_visible()


@pytest.mark.parametrize("name", ["learner.html", "class.html"])
def test_paper_is_white_and_has_no_controls(visit: Visit, name: str) -> None:
    page = visit(name, theme="dark")
    page.get_by_role("button", name="dark", exact=True).click()
    page.emulate_media(media="print")

    assert page.evaluate(GROUND) == PAPER
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(27, 31, 36)"
    assert page.locator(".theme:visible, .filters:visible, .sections:visible, .skip:visible").count() == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_link_to_a_finding_that_is_folded_away_unfolds_it(visit: Visit, script: bool) -> None:
    page = visit("learner.html", script=script)
    folded = page.locator("#ex08-5")
    assert not folded.is_visible()

    page.locator(".others a[href='#ex08-5']").click()
    assert folded.is_visible()
    assert page.evaluate("document.getElementById('ex08-5').getBoundingClientRect().top") < 100


def test_paper_shows_findings_that_are_folded_away(visit: Visit) -> None:
    page = visit("learner.html")
    page.emulate_media(media="print")
    folded = page.locator("#ex08 details:not([open]) .card")

    assert folded.count() == 10
    assert folded.evaluate_all("all => all.filter(one => !one.checkVisibility() || !one.offsetHeight).length") == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_paper_shows_what_the_screen_folds_away_and_scrolls(visit: Visit, script: bool) -> None:
    page = visit("large.html", script=script)
    # A4: 210 mm by 297 mm with 10 mm on each side, at 96 dots an inch; the table of learners lies on its side.
    page.set_viewport_size({"width": 190 * 96 // 25, "height": 900})
    page.emulate_media(media="print")
    folded = page.locator("details:not([open]) :is(td, p)")
    hidden = "all => all.filter(one => !one.checkVisibility({contentVisibilityAuto: true}) || !one.offsetHeight).length"

    assert folded.count() > 100
    assert folded.evaluate_all(hidden) == 0
    assert page.locator(".heat").evaluate("one => one.scrollWidth") <= 277 * 96 // 25
    cut_off = page.locator(".tall").evaluate_all("all => all.map(one => one.scrollHeight - one.clientHeight)")
    assert cut_off == [0, 0]  # who needs help, and the table of learners
