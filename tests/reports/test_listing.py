"""The lines that a play goes through are shown with the functions round them, and a long file is cut."""

from __future__ import annotations

from grader.reports.listing import MAX_LINES, MAX_WIDTH, listing

SOURCE = """import anyio

class Stream:
    @property
    def name(self):
        return "x"

    async def read(self):
        async def inner():
            await anyio.sleep(1)
        await inner()

def other():
    pass
"""


def numbers(source: str, lines: set[int]) -> list[int]:
    return [line.number for line in listing(source, lines)]


def test_the_whole_function_is_shown_and_what_it_is_defined_in_is_not() -> None:
    assert numbers(SOURCE, {10}) == [8, 9, 10, 11]


def test_a_function_begins_with_its_decorators() -> None:
    assert numbers(SOURCE, {6}) == [4, 5, 6]


def test_a_gap_is_marked_where_lines_are_left_out() -> None:
    gaps = [line.number for line in listing(SOURCE, {1, 6, 14}) if line.gap]

    assert numbers(SOURCE, {1, 6, 14}) == [1, 4, 5, 6, 13, 14]
    assert gaps == [4, 13]


def test_of_a_long_function_its_head_and_what_is_near_the_lines_is_shown() -> None:
    source = "async def long():\n" + "    await step()\n" * 500
    shown = numbers(source, {100, 400})

    assert len(shown) <= MAX_LINES
    assert shown[0] == 1
    assert {98, 99, 100, 101, 102, 400} <= set(shown)


def test_no_listing_is_longer_than_can_be_lit() -> None:
    source = "async def long():\n" + "    await step()\n" * 500

    assert len(listing(source, set(range(2, 400)))) == MAX_LINES


def test_a_file_that_this_python_cannot_read_shows_the_lines_alone() -> None:
    assert numbers("async def f(:\n    pass\n", {2}) == [2]
    assert numbers("(" * 100_000, {1}) == [1]
    assert numbers("x = 1\x00", {1}) == [1]


def test_lines_that_the_file_does_not_have_are_not_shown() -> None:
    assert numbers("x = 1", {0, -3, 2, 10**9}) == []


def test_text_is_cleaned_and_cut() -> None:
    (line,) = listing("\tx = '" + "\u202e" * 3 + "y" * 500 + "'", {1})

    assert line.text.startswith("    x = '\\u202e\\u202e")
    assert len(line.text) <= MAX_WIDTH
