"""A failing play is stepped through in a real browser: with the keyboard, without scripts, on paper, on a telephone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import SIZES, Visit
from tests.browser.test_pages import violations

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

PAGE = "learner.html"
SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
LIT = """(lines, wanted) => lines.filter(line => getComputedStyle(line).borderLeftStyle === wanted
  && getComputedStyle(line).borderLeftColor !== 'rgba(0, 0, 0, 0)').map(line => line.querySelector('b').textContent)"""


def steps_of(page: Page) -> Locator:
    """The stepper of ``tests.samples.race``: five steps and the end."""
    return page.locator("#ex07 .steps")


def shown(page: Page) -> list[str]:
    return steps_of(page).locator(".frame:visible strong").all_inner_texts()


def lit(page: Page) -> tuple[list[str], list[str]]:
    """The numbers of the line in which the task goes on, and of those in which it waits next."""
    lines = steps_of(page).locator(".listing span")
    return lines.evaluate_all(LIT, "solid"), lines.evaluate_all(LIT, "dashed")


@SCRIPT
def test_arrow_keys_go_from_step_to_step(visit: Visit, script: bool) -> None:
    page = visit(PAGE, script=script)
    steps_of(page).locator("input").first.focus()
    titles = [shown(page)]
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
        titles.append(shown(page))

    assert titles == [[f"Step {number} of 5 · {0 if number < 4 else 2} s"] for number in (1, 2, 3, 4, 3)]


def test_the_keyboard_finds_the_steps_as_one_stop_and_shows_where_it_is(visit: Visit) -> None:
    page = visit(PAGE)
    steps_of(page).locator("input").first.focus()
    page.keyboard.press("ArrowRight")
    ring = steps_of(page).locator(".frame:visible").evaluate("one => getComputedStyle(one).outlineStyle")
    page.keyboard.press("Tab")
    inside = steps_of(page).evaluate("one => one.contains(document.activeElement)")

    assert (ring, inside) == ("solid", False)


@SCRIPT
def test_back_next_and_the_jumps_need_no_script(visit: Visit, script: bool) -> None:
    page = visit(PAGE, script=script)
    steps = steps_of(page)
    titles = []
    for words in ("next ›", "next ›", "‹ back", "step 4: b goes on before a", "the end", "the beginning"):
        steps.locator("label:visible", has_text=words).click()
        titles += shown(page)

    assert [title.split(" ·")[0] for title in titles] == [
        *(f"Step {number} of 5" for number in (2, 3, 2, 4)),
        "The end",
        "Step 1 of 5",
    ]


def test_a_click_does_not_move_the_page(visit: Visit) -> None:
    page = visit(PAGE)
    steps_of(page).locator(".walk:visible").scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    places = []
    for _ in range(3):
        following = steps_of(page).locator("label:visible", has_text="next ›")
        places.append(following.bounding_box())
        following.click()

    assert page.evaluate("scrollY") == before > 0
    assert places == places[:1] * 3, "it stays under the pointer"


@SCRIPT
def test_the_lines_of_the_step_are_lit(visit: Visit, script: bool) -> None:
    page = visit(PAGE, script=script)
    seen = []
    for words in ("the beginning", "step 4", "next ›", "the end"):
        steps_of(page).locator("label:visible", has_text=words).click()
        seen.append(lit(page))

    assert seen == [([], ["5"]), (["11"], []), (["11"], ["12"]), ([], ["5", "12"])]


def test_what_is_hit_with_a_finger_is_large_enough(visit: Visit) -> None:
    page = visit(PAGE, size="narrow")
    boxes = [label.bounding_box() for label in steps_of(page).locator("label:visible").all()]

    assert len(boxes) == 4
    assert [box for box in boxes if box is None or box["height"] < 24 or box["width"] < 24] == []


@pytest.mark.parametrize(("theme", "size"), [("light", "narrow"), ("dark", "wide"), ("dark", "narrow")])
def test_no_step_sticks_out_and_axe_finds_nothing(visit: Visit, axe: str, theme: str, size: str) -> None:
    page = visit(PAGE, theme=theme, size=size, bypass_csp=True)
    found = []
    for jump in ("step 4", "the end"):
        for label in page.locator(".jump label", has_text=jump).all():
            label.click()
        assert page.evaluate("document.documentElement.scrollWidth") == SIZES[size]["width"]
        assert page.locator(".frame:visible").count() == page.locator(".steps").count() == 4
        found += violations(page, axe)

    assert found == []


def test_a_screen_reader_hears_the_step_and_what_happens_in_it(visit: Visit) -> None:
    page = visit(PAGE)
    group = page.get_by_role("group", name="Step through this play")
    radio = group.last.get_by_role("radio", name="Step 4 of 5 · 2 s")
    described = radio.get_attribute("aria-describedby")

    assert radio.count() == 1
    assert "b goes on in line 11" in page.locator(f"#{described}").text_content()


@SCRIPT
def test_paper_shows_the_deciding_steps_and_no_controls(visit: Visit, script: bool) -> None:
    page = visit(PAGE, theme="dark", script=script)
    steps_of(page).locator("label", has_text="next ›").first.click()
    page.emulate_media(media="print")

    assert [title.split(" ·")[0] for title in shown(page)] == ["Step 4 of 5", "Step 5 of 5", "The end"]
    assert page.locator(".steps :is(input, label, .jump):visible").count() == 0
    assert lit(page) == ([], []), "one step of three is not the one that counts"
