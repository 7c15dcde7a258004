"""Whatever a learner's program prints, cleaned text shows it and does nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import HOSTILE

from grader.reports.clean import clean, clean_line

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
CLEANERS = pytest.mark.parametrize("cleaner", [clean, clean_line])


@CLEANERS
@given(text=ANYTHING, limit=st.integers(0, 80))
def test_cleaning_twice_is_cleaning_once(cleaner, text, limit):
    once = cleaner(text, limit)
    assert cleaner(once, limit) == once


@CLEANERS
@given(text=ANYTHING, limit=st.integers(0, 80))
def test_the_result_has_nothing_that_acts_and_is_no_longer_than_asked(cleaner, text, limit):
    shown = cleaner(text, limit)

    assert len(shown) <= limit
    assert not [char for char in shown if not char.isprintable() and char not in "\n\t"]
    shown.encode("utf-8")


@given(text=ANYTHING)
def test_one_line_stays_one_line(text):
    assert len(clean_line(text, 500).splitlines()) <= 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\u001b[31mred"),
        ("a\rb", r"a\u000db"),
        ("\u202egnirts", r"\u202egnirts"),
        ("\u2066x\u2069", r"\u2066x\u2069"),
        ("a\u200bb\ufeff", r"a\u200bb\ufeff"),
        ("\ud800", r"\ud800"),
        ("\u2028", r"\u2028"),
        ("\x9b1m\x7f", r"\u009b1m\u007f"),
        ("\U000e0041", r"\U000e0041"),
        ("a\xa0b", r"a\u00a0b"),
        ("\u3164", r"\u3164"),
        ("\u2764\ufe0f", "\u2764\\ufe0f"),
        ("e" + "\u0301" * 5, "e" + "\u0301" * 3 + r"\u0301\u0301"),
        ("caf\u00e9 \u65e5\u672c \U0001f600", "caf\u00e9 \u65e5\u672c \U0001f600"),
    ],
)
def test_what_acts_is_shown_as_an_escape_and_the_rest_is_not(text, shown):
    assert clean(text, 100) == clean_line(text, 100) == shown


def test_blocks_keep_newlines_and_tabs():
    assert clean("a\tb\r\nc\n", 100) == "a\tb\nc\n"
    assert clean_line("a\tb\nc", 100) == "a b\\nc"


def test_a_cut_text_says_how_long_it_was():
    assert clean("x" * 1000, 100).endswith("... [1000 characters in all]")
    assert clean("\r\n" * 1000, 100).endswith("... [2000 characters in all]")
    assert clean("x" * 100, 100) == "x" * 100


class Counting(str):
    """A text that counts how much of it was looked at."""

    looked = 0

    def __getitem__(self, key):
        part = str.__getitem__(self, key)
        Counting.looked += len(part)
        return part

    def __iter__(self):
        raise AssertionError("the whole text was looked at")


@CLEANERS
def test_of_ten_megabytes_only_what_can_be_shown_is_looked_at(cleaner):
    Counting.looked = 0
    cleaner(Counting("\x1b" * 10_000_000), 4000)

    assert Counting.looked <= 4001


def test_the_hostile_sample_is_harmless():
    shown = clean_line(HOSTILE, 5000)

    assert shown.isprintable()
    assert "<script>" in shown, "markup is text here, and jinja2's affair"
