"""What the script of the class report adds for an instructor with a mouse or with a keyboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import EXERCISES, LEARNERS, Visit

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

FOCUSED = "[document.activeElement.parentNode.rowIndex, document.activeElement.cellIndex]"
HOSTILE = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"


def said(page: Page) -> str:
    return str(page.locator("output").inner_text())


def address(page: Page) -> str:
    # The driver's `page.url` comes a moment later.
    return str(page.evaluate("location.hash"))


def names(page: Page) -> list[str]:
    return list(page.locator(".heat tbody tr:visible th").all_inner_texts())


def column(page: Page, place: int) -> list[int]:
    cells = page.locator(f".heat tbody tr:visible td:nth-child({place})").all_inner_texts()
    return [int(found[0]) if (found := re.findall(r"\d+", text)) else -1 for text in cells]


# ---- filters ---------------------------------------------------------------------------------------------------------


def test_everything_in_the_address_is_there_when_the_page_opens(visit: Visit) -> None:
    page = visit("class.html#exercise=ex02&status=fail&search=a&sort=-ex02")
    rows = page.locator(".heat tbody tr:visible")

    assert page.locator("[name=exercise]").input_value() == "ex02"
    assert page.locator("[name=status]").input_value() == "fail"
    assert page.locator("[name=search]").input_value() == "a"
    assert page.locator(".heat thead th:visible").count() == 1 + 1 + 2
    assert 0 < rows.count() < LEARNERS
    assert all("fail" in text for text in rows.all_inner_texts())
    assert all("a" in name.lower() for name in names(page))
    assert said(page) == f"{rows.count()} of {LEARNERS} learners"
    assert column(page, 3) == sorted(column(page, 3), reverse=True)


def test_what_is_chosen_goes_into_the_address_and_out_of_it_again(visit: Visit) -> None:
    page = visit("class.html")
    page.locator("[name=exercise]").select_option("ex02")
    page.locator("[name=status]").select_option("pass")
    page.locator("[name=search]").fill("Ada")
    assert address(page) == "#exercise=ex02&status=pass&search=Ada"

    page.get_by_role("button", name="Clear").click()
    page.wait_for_function("!location.hash.includes('=')")
    assert said(page) == f"{LEARNERS} learners"
    assert page.locator(".heat thead th:visible").count() == 1 + EXERCISES + 2


def test_a_link_shows_its_next_reader_the_same_page(visit: Visit) -> None:
    page = visit("class.html")
    page.locator("[name=status]").select_option("fault")
    page.get_by_role("button", name="Total").click()
    other = visit(f"class.html{address(page)}")

    assert names(other) == names(page)
    assert 0 < len(names(page)) < LEARNERS


def test_an_exercise_hides_what_is_about_the_others(visit: Visit) -> None:
    page = visit("class.html#exercise=ex01")
    others = page.locator("main [data-exercise]:not([data-exercise=ex01]):not(.heat *):visible")

    assert others.count() == 0
    assert page.locator("main [data-exercise=ex01]:not(.heat *):visible").count() > 2


def test_a_link_to_a_section_leaves_the_filters_alone(visit: Visit) -> None:
    page = visit("class.html#status=fail")
    before = said(page)
    page.locator(".sections a[href='#tests']").click()

    assert address(page) == "#tests"
    assert said(page) == before != f"{LEARNERS} learners"


def test_a_misconception_leads_to_its_learners(visit: Visit) -> None:
    page = visit("class.html")
    card = page.locator(".kind").first
    count = re.findall(r"\d+", card.locator("strong").inner_text())[0]
    card.locator(".only").click()
    page.wait_for_function("document.querySelector('output').value.includes(' of ')")

    assert said(page) == f"{count} of {LEARNERS} learners"


@pytest.mark.parametrize("value", [HOSTILE, "constructor", "%ff"])
def test_an_address_that_names_what_is_not_here_filters_nothing_away(visit: Visit, value: str) -> None:
    page = visit(f"class.html#exercise={value}&status={value}&diagnosis={value}&sort={value}")

    assert said(page) == f"{LEARNERS} learners"
    assert page.locator("[name=exercise], [name=status], [name=diagnosis]").evaluate_all(
        "all => all.every(one => one.value === '' && one.selectedIndex === 0)"
    )


def test_a_search_for_a_name_that_no_learner_has_leaves_no_row_and_runs_nothing(visit: Visit) -> None:
    page = visit(f"class.html#search={HOSTILE}")
    assert said(page) == f"0 of {LEARNERS} learners"


# ---- sorting ---------------------------------------------------------------------------------------------------------


def test_a_column_is_sorted_from_the_top_then_from_the_bottom_then_as_it_was(visit: Visit) -> None:
    page = visit("class.html")
    before = names(page)
    head = page.locator(".heat thead th").nth(2)
    orders = []
    for _ in range(3):
        head.locator("button").click()
        orders.append((head.get_attribute("aria-sort"), column(page, 3)))

    assert [way for way, _ in orders] == ["descending", "ascending", None]
    assert orders[0][1] == sorted(orders[0][1], reverse=True) != orders[1][1]
    assert orders[1][1] == sorted(orders[1][1])
    assert names(page) == before


def test_names_are_sorted_as_people_sort_them(visit: Visit) -> None:
    page = visit("class.html")
    page.get_by_role("button", name="Learner", exact=True).click()
    page.get_by_role("button", name="Learner", exact=True).click()
    found = names(page)

    assert address(page) == "#sort=-name"
    assert found.index("Tomáš Ivanova") < found.index("Søren Grünwald") < found.index("Ada Abadi")


# ---- keys ------------------------------------------------------------------------------------------------------------


def test_tab_stops_once_in_the_table_and_the_arrows_go_on_from_there(visit: Visit) -> None:
    page = visit("class.html")
    assert page.locator(".heat tbody td[tabindex='0']").count() == 1

    page.locator(".heat td[tabindex]").focus()
    moves = {}
    for key in ("ArrowRight", "ArrowDown", "End", "Home", "ArrowUp", "ArrowUp", "ArrowLeft"):
        page.keyboard.press(key)
        moves.setdefault(key, page.evaluate(FOCUSED))

    last = EXERCISES + 2
    assert moves == {
        "ArrowRight": [1, 2],
        "ArrowDown": [2, 2],
        "End": [2, last],
        "Home": [2, 1],
        "ArrowUp": [1, 1],
        "ArrowLeft": [1, 1],
    }
    assert page.locator(".heat tbody td[tabindex='0']").count() == 1


def test_the_arrows_pass_over_what_is_filtered_away(visit: Visit) -> None:
    page = visit("class.html#search=e&exercise=ex02")
    page.locator(".heat td[tabindex]").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    row = page.evaluate("document.activeElement.parentNode.cells[0].textContent")

    assert row == names(page)[3]
    assert page.evaluate("document.activeElement.cellIndex") == EXERCISES + 1


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_what_the_arrows_lead_to_is_not_hidden_under_the_heads(visit: Visit, size: str) -> None:
    page = visit("class.html", size=size)
    page.set_viewport_size({"width": page.viewport_size["width"], "height": 400})
    page.locator(".heat td[tabindex]").focus()
    for key in ("End", *["ArrowDown"] * 20, "Home", *["ArrowUp"] * 17):
        page.keyboard.press(key)
    seen = """() => {
      const box = document.activeElement.getBoundingClientRect();
      const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
      return document.activeElement.contains(top);
    }"""

    assert page.evaluate(FOCUSED) == [4, 1]
    assert page.evaluate(seen)


def test_enter_opens_the_learners_page_at_the_exercise(visit: Visit) -> None:
    page = visit("class.html#search=Ada")
    page.locator(".heat td[tabindex]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/learners/.*\.html#ex02$"))

    assert page.locator("#ex02").is_visible()


def test_slash_searches_and_escape_clears(visit: Visit) -> None:
    page = visit("class.html")
    page.keyboard.press("/")
    page.keyboard.type("ada?/")
    assert page.locator("[name=search]").input_value() == "ada?/", "typing is typing"
    assert not page.locator("dialog").is_visible()

    page.keyboard.press("Escape")
    assert page.locator("[name=search]").input_value() == ""
    assert said(page) == f"{LEARNERS} learners"


def test_a_question_mark_shows_the_keys_and_escape_goes_back(visit: Visit) -> None:
    page = visit("class.html")
    page.keyboard.press("?")
    keys = page.locator("dialog kbd").all_inner_texts()
    page.keyboard.press("/")
    page.keyboard.press("Escape")

    assert keys == ["/", "←", "↑", "→", "↓", "Home", "End", "Enter", "Esc", "?"]
    assert not page.locator("dialog").is_visible()
    assert page.evaluate("document.activeElement.name") != "search"


def test_keys_of_one_sign_can_be_switched_off(visit: Visit) -> None:
    page = visit("class.html")
    page.get_by_role("button", name="Keys").click()
    page.get_by_role("checkbox", name="Keys of one letter").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") != "search"

    page.keyboard.press("?")
    assert not page.locator("dialog").is_visible()


def test_the_list_of_keys_can_be_had_with_the_mouse(visit: Visit) -> None:
    page = visit("class.html", size="narrow")
    page.get_by_role("button", name="Keys").click()
    assert page.locator("dialog").is_visible()

    page.get_by_role("button", name="Close").click()
    assert not page.locator("dialog").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Keys"


# ---- sections --------------------------------------------------------------------------------------------------------


def test_a_section_shows_its_learners_alone_and_goes_into_the_address(visit: Visit) -> None:
    page = visit("sections.html")
    page.locator("[name=section]").select_option("2")

    assert address(page) == "#section=2"
    assert said(page) == f"{LEARNERS // 2} of {LEARNERS} learners"
    assert page.locator(".heat tbody tr:visible:not([data-section='2'])").count() == 0
    assert page.locator(".stuck tbody tr:visible:not([data-section='2'])").count() == 0
    assert 0 < page.locator(".stuck tbody tr:visible").count() < page.locator(".stuck tbody tr").count()


def test_those_who_need_help_are_filtered_by_exercise_and_name_too(visit: Visit) -> None:
    page = visit("sections.html#exercise=ex01")
    rows = page.locator(".stuck tbody tr:visible")

    assert all("ex01" in str(row) for row in rows.evaluate_all("all => all.map(one => one.dataset.stuck)"))
    first = page.locator(".stuck tbody th:visible").first.inner_text()
    page.locator("[name=search]").fill(first)
    assert page.locator(".stuck tbody th:visible").all_inner_texts() == [first]


@pytest.mark.parametrize("name", ["class.html", "sections.html"])
def test_a_section_that_the_class_lacks_filters_nothing_away(visit: Visit, name: str) -> None:
    page = visit(f"{name}#section=77")

    assert said(page) == f"{LEARNERS} learners"


def test_without_the_script_every_section_is_there(visit: Visit) -> None:
    page = visit("sections.html", script=False)

    assert page.locator(".heat tbody tr:visible").count() == LEARNERS
    assert not page.locator("[name=section]").is_visible()
    assert page.locator(".sections-of tbody tr").count() == 2


def test_one_click_chooses_all_addresses_of_a_misconception(visit: Visit) -> None:
    page = visit("sections.html")
    card = page.locator(".kind").first
    card.locator("summary", has_text="to copy").click()
    card.locator(".copy").click()
    chosen = str(page.evaluate("getSelection().toString()")).split(", ")

    assert len(chosen) == int(card.locator("strong").inner_text())
    assert all(one.endswith("@example.edu") for one in chosen)
