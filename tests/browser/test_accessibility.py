"""What docs/accessibility.md claims and no other test shows: the keyboard on every report, zoom, reflow and spacing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import UNFOLD, Visit
from tests.browser.test_learner_page import walk
from tests.browser.test_pages import STICKS_OUT
from tests.test_docs_accessibility import ROWS

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

REPORTS = ("class.html", "anonymous.html", "marked.html", "course/index.html", "course/ex01.html")
EVERY_REPORT = pytest.mark.parametrize("name", REPORTS)
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""
"""The distances of WCAG 2.1, criterion 1.4.12."""


def width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


@EVERY_REPORT
def test_the_tab_key_goes_through_a_report_in_its_order_and_out_of_it(visit: Visit, name: str) -> None:
    stops = walk(visit(name))

    assert len(stops) > 2
    assert [stop["name"] for stop in stops if not stop["inside"]] == []
    assert [stop["name"] for stop in stops if not stop["ring"]] == []
    assert [stop["at"] for stop in stops] == sorted(stop["at"] for stop in stops)  # type: ignore[type-var]


@EVERY_REPORT
@pytest.mark.parametrize("pixels", [640, 320], ids=["200 %", "400 %"])
def test_a_report_at_1280_pixels_can_be_enlarged_and_read_without_scrolling_sideways(
    visit: Visit, name: str, pixels: int
) -> None:
    page = visit(name)
    page.set_viewport_size({"width": pixels, "height": 512})
    page.evaluate(UNFOLD)

    assert width(page) == pixels
    assert page.evaluate(STICKS_OUT) == []


@EVERY_REPORT
def test_wider_distances_between_letters_words_and_lines_cut_nothing_off(visit: Visit, name: str) -> None:
    page = visit(name, bypass_csp=True)
    page.evaluate(UNFOLD)
    page.add_style_tag(content=SPACED)

    assert width(page) == 1280
    assert page.evaluate(STICKS_OUT) == []


@EVERY_REPORT
def test_a_report_has_a_title_of_its_own_and_says_its_language(visit: Visit, name: str) -> None:
    page = visit(name)

    assert len(page.title()) > 5
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").count() == 1


def test_axe_runs_the_rules_that_the_conformance_report_names_for_their_criteria(visit: Visit, axe: str) -> None:
    page = visit("class.html", bypass_csp=True)
    page.evaluate(f"{axe};0")
    every = page.evaluate("axe.getRules()")
    tags = {rule["ruleId"]: rule["tags"] for rule in every}
    named = {
        (number, rule)
        for number, (_, remarks) in ROWS.items()
        for listed in re.findall(r"axe ((?:`[\w-]+`(?:, )?)+)", remarks)
        for rule in re.findall(r"`([\w-]+)`", listed)
        if "for criterion" not in remarks
    }

    assert len(named) > 10
    assert [each for each in named if f"wcag{each[0].replace('.', '')}" not in tags.get(each[1], ())] == []
    assert [each for each in named if "experimental" in tags[each[1]]] == [], "axe leaves these out unless it is asked"
