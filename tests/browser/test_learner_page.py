"""The learner's own page with the keyboard alone: every stop is seen, and keys and links lead where they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

PAGE = "mine.html"
HERE = "document.activeElement.id"
# What has the focus, whether it is in the window and is not covered, and whether a ring is round it.
STOP = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect();
  const shown = one.matches('input[type=radio]') ? one.nextElementSibling : one;
  const style = getComputedStyle(shown), seen = shown.getBoundingClientRect();
  return {
    name: one.tagName + ':' + (one.getAttribute('aria-label') || one.textContent).trim().slice(0, 40),
    inside: seen.bottom > 0 && seen.top < innerHeight && seen.width > 0 && seen.right > 0 && seen.left < innerWidth,
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0,
    at: [...document.querySelectorAll('*')].indexOf(one),
  };
}"""
MOST = 400


def walk(page: Page) -> list[dict[str, object]]:
    """Press Tab until the focus leaves the page, and look at every stop."""
    stops = []
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return stops
        stops.append(page.evaluate(STOP))
    raise AssertionError("the focus does not leave the page")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_a_walk_with_the_tab_key_shows_every_stop_and_follows_the_page(visit: Visit, size: str) -> None:
    page = visit(PAGE, size=size)
    stops = walk(page)

    assert str(stops[0]["name"]) == "A:Skip to the results"
    assert [stop["name"] for stop in stops if not stop["inside"]] == []
    assert [stop["name"] for stop in stops if not stop["ring"]] == []
    order = [stop["at"] for stop in stops]
    assert order == sorted(order)  # type: ignore[type-var]
    kinds = {str(stop["name"]).split(":")[0] for stop in stops}
    assert {"A", "BUTTON", "SUMMARY", "INPUT"} <= kinds


def test_the_first_stop_leads_past_the_head_of_the_page(visit: Visit) -> None:
    page = visit(PAGE)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_j_and_k_go_from_finding_to_finding(visit: Visit) -> None:
    page = visit(PAGE)
    places = []
    for key in "jjjkk":
        page.keyboard.press(key)
        places.append(page.evaluate(HERE))

    order = page.locator(".exercise, .exercise .card[id]").evaluate_all(
        "all => all.filter(one => one.checkVisibility()).map(one => one.id)"
    )
    assert places == [order[0], order[1], order[2], order[1], order[0]]
    assert page.evaluate("location.hash") == f"#{order[0]}"
    assert abs(page.evaluate(f"document.getElementById('{order[0]}').getBoundingClientRect().top")) < 40


def test_j_goes_on_from_where_the_page_was_scrolled_to(visit: Visit) -> None:
    page = visit(PAGE)
    page.evaluate("document.getElementById('ex08').scrollIntoView()")
    page.keyboard.press("j")

    assert str(page.evaluate(HERE)).startswith("ex08")


def test_t_goes_to_the_top_and_a_question_mark_shows_the_keys(visit: Visit) -> None:
    page = visit(PAGE)
    page.keyboard.press("j")
    page.keyboard.press("t")
    assert page.evaluate("scrollY") < 120

    page.keyboard.press("?")
    assert page.locator("dialog kbd").all_inner_texts() == ["j", "k", "←", "→", "t", "?", "Esc"]
    page.keyboard.press("Escape")
    assert not page.locator("dialog").is_visible()


def test_the_list_of_keys_can_be_had_with_the_mouse(visit: Visit) -> None:
    page = visit(PAGE)
    page.get_by_role("button", name="Keys").click()
    assert page.locator("dialog").is_visible()

    page.get_by_role("button", name="Close").click()
    assert not page.locator("dialog").is_visible()


def test_keys_of_one_letter_can_be_switched_off(visit: Visit) -> None:
    page = visit(PAGE)
    page.keyboard.press("?")
    page.get_by_role("checkbox", name="Keys of one letter").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("j")
    page.keyboard.press("?")
    assert not page.locator("dialog").is_visible()
    assert page.evaluate("location.hash") == ""

    page.reload()
    page.keyboard.press("?")
    assert not page.locator("dialog").is_visible(), "the choice is remembered"
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("checkbox", name="Keys of one letter").check()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert page.evaluate("location.hash") != ""


def test_hints_and_what_passes_unfold_with_the_keyboard(visit: Visit) -> None:
    page = visit(PAGE)
    hint = page.locator("#ex01 .hints details").first
    hint.locator("summary").focus()
    assert not hint.locator("p").is_visible()

    page.keyboard.press("Enter")
    assert hint.locator("p").is_visible()


def test_a_link_to_a_step_shows_that_step(visit: Visit) -> None:
    page = visit("mine.html#ex07-1-s3")

    assert page.locator("#ex07 .frame:visible strong").inner_text().startswith("Step 3 of 5")


def test_a_link_to_what_is_folded_away_unfolds_it(visit: Visit) -> None:
    assert visit("mine.html#ex08-5").locator("#ex08-5").is_visible()


def test_on_a_page_without_script_every_part_can_be_reached(visit: Visit) -> None:
    page = visit(PAGE, script=False)
    page.locator("#ex01 .passes summary").click()

    assert page.locator("#ex01 .passes table").is_visible()
    assert page.locator(".keys:visible").count() == 0


def test_paper_shows_hints_and_passes_and_no_controls(visit: Visit) -> None:
    page = visit(PAGE)
    page.emulate_media(media="print")

    assert page.locator(".keys:visible, dialog:visible").count() == 0
    shown = "all => all.every(one => one.checkVisibility({contentVisibilityAuto: true}) && one.offsetHeight)"
    assert page.locator("#ex01 .hints p, #ex01 .passes td").evaluate_all(shown)
