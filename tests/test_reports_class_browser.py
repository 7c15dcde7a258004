"""The class report in a real browser: what its script adds, what is there without it, and whether everybody can use it.

Needs ``pip install playwright axe-playwright-python`` and Debian's ``chromium``; skipped where they are not.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.kit import builtin_root
from grader.reports.class_page import anonymous_class_page, class_page, learner_pages
from tests.results_samples import class_of

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    pytest.skip("there is no chromium", allow_module_level=True)

TEMPLATES = builtin_root() / "templates"
LEARNERS = 30
OPEN_ALL = "document.querySelectorAll('details').forEach(one => one.open = true)"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a folder with class.html, anonymous.html and learners/."""
    folder = tmp_path_factory.mktemp("site")
    results = class_of(LEARNERS, 3)
    (folder / "learners").mkdir()
    (folder / "class.html").write_text(class_page(results, templates=TEMPLATES), encoding="utf-8")
    (folder / "anonymous.html").write_text(anonymous_class_page(results, templates=TEMPLATES), encoding="utf-8")
    for name, text in learner_pages(results, templates=TEMPLATES):
        (folder / "learners" / name).write_text(text, encoding="utf-8")
    return folder.as_uri()


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: playwright.Browser) -> Iterator[playwright.Page]:
    """A page on which nothing may complain: a script against the content policy would."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    context.close()


def shown(page: playwright.Page) -> str:
    return str(page.locator("output").inner_text())


def names(page: playwright.Page) -> list[str]:
    return list(page.locator(".heat tbody tr:visible th").all_inner_texts())


# ---- filters and sorting ---------------------------------------------------------------------------------------------


def test_the_address_holds_the_filters(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html#exercise=ex02&status=fail&search=a")
    rows = page.locator(".heat tbody tr:visible")

    assert page.locator("[name=exercise]").input_value() == "ex02"
    assert page.locator(".heat thead th:visible").count() == 1 + 1 + 2
    assert 0 < rows.count() < LEARNERS
    assert all("fail" in text for text in rows.all_inner_texts())
    assert shown(page) == f"{rows.count()} of {LEARNERS} learners"


def test_a_filter_goes_into_the_address_and_out_of_it(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html")
    page.locator("[name=search]").fill("Ada")
    found = names(page)

    assert page.url.endswith("#search=Ada")
    assert found
    assert all("ada" in name.lower() for name in found)
    page.locator("[type=reset]").click()
    page.wait_for_function("!location.hash.includes('search')")
    assert shown(page) == f"{LEARNERS} learners"


def test_a_link_to_a_section_leaves_the_filters_alone(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html#status=fail")
    before = shown(page)
    page.locator(".sections a[href='#tests']").click()

    assert page.url.endswith("#tests")
    assert shown(page) == before


def test_a_misconception_leads_to_its_learners(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html")
    card = page.locator(".kind").first
    count = re.match(r"\d+", card.locator("strong").inner_text())
    card.locator(".only").click()
    page.wait_for_function("document.querySelector('output').value.includes(' of ')")

    assert count is not None
    assert shown(page) == f"{count[0]} of {LEARNERS} learners"


def test_columns_are_sorted_by_points_and_then_as_they_were(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html")
    before = names(page)
    total = page.locator(".heat thead button").nth(-2)
    total.click()
    points = [int(text) for text in page.locator(".heat tbody td:nth-last-child(2)").all_inner_texts()]

    assert points == sorted(points, reverse=True)
    total.click()
    total.click()
    assert names(page) == before


# ---- keys ------------------------------------------------------------------------------------------------------------


def test_arrows_move_in_the_table_and_enter_opens_the_page_at_the_exercise(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html#search=Ada")
    page.locator(".heat td[tabindex]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/learners/"))

    assert page.url.endswith(".html#ex02")
    assert page.locator("#ex02").is_visible()


def test_slash_searches_and_a_question_mark_shows_the_keys(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html")
    page.keyboard.press("?")
    assert page.locator("dialog").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("?")
    assert page.locator("[name=search]").input_value() == "?"
    page.keyboard.press("Escape")
    assert shown(page) == f"{LEARNERS} learners"


def test_the_theme_can_be_chosen(page: playwright.Page, site: str) -> None:
    page.goto(f"{site}/class.html")
    page.locator("button[data-theme=dark]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 24)"


# ---- everybody -------------------------------------------------------------------------------------------------------


def test_without_a_script_everything_is_there_and_nothing_that_does_not_work(
    browser: playwright.Browser, site: str
) -> None:
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(f"{site}/class.html")

    assert page.locator(".heat tbody tr").count() == LEARNERS
    assert not page.locator(".filters").is_visible()
    assert page.locator(".only:visible").count() == 0
    page.locator(".rest summary").first.click()
    assert page.locator(".rest table").first.is_visible()
    page.context.close()


@pytest.mark.parametrize("name", ["class.html", "anonymous.html"])
def test_a_telephone_need_not_scroll_sideways(browser: playwright.Browser, site: str, name: str) -> None:
    page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
    page.goto(f"{site}/{name}")
    page.evaluate(OPEN_ALL)

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(browser: playwright.Browser, site: str, theme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python")
    script = next(Path(axe.__file__).parent.rglob("axe.min.js")).read_text("utf-8")
    # The page's own policy would keep axe out.
    size = {"width": width, "height": 900}
    page = browser.new_context(viewport=size, color_scheme=theme, bypass_csp=True).new_page()
    page.goto(f"{site}/class.html")
    page.evaluate(OPEN_ALL)
    page.evaluate(f"{script};0")
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")

    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    page.context.close()
