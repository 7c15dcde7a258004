"""Cleaned text shows everything that a learner's program prints, and does nothing."""

from __future__ import annotations

import csv
import html
import io
import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.text import JOINERS, clean, clean_cell, clean_line, clean_markdown, command_data, command_property
from tests.samples import HOSTILE

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))
CLEANERS = pytest.mark.parametrize("cleaner", [clean, clean_line, clean_cell])


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
    assert not [char for char in shown if not char.isprintable() and char not in "\n\t" and char not in JOINERS]
    shown.encode("utf-8")


@CLEANERS
@given(text=st.text(alphabet="\u0639\u0644\u0915\u094d\u0301\u3164a \u200c\u200d"), limit=st.integers(0, 40))
def test_cleaning_twice_is_cleaning_once_with_joiners_everywhere(cleaner, text, limit):
    once = cleaner(text, limit)

    assert cleaner(once, limit) == once
    assert not re.search(
        "[\u200c\u200d]{2}|^[\u200c\u200d]|[\u200c\u200d]$|[a ][\u200c\u200d]|[\u200c\u200d][a .]", once
    )


@pytest.mark.parametrize("name", ["علی\u200cرضا", "क\u094d\u200dष", "ශ\u0dca\u200dරී"])
def test_a_joiner_that_a_name_is_misspelt_without_is_kept(name):
    assert clean(name, 100) == clean_line(name, 100) == clean_cell(name, 100) == name


@pytest.mark.parametrize(
    "text", ["pa\u200dy", "\u200cعلی", "علی\u200c", "\U0001f469\u200d\U0001f4bb", "ع\u200c\u200cر"]
)
def test_a_joiner_that_joins_nothing_is_shown(text):
    assert not JOINERS & set(clean_line(text, 100))


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
    assert clean("\r\n" * 1000, 100).endswith("... [1000 characters in all]")
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


# ---- spreadsheets ----------------------------------------------------------------------------------------------------

TRIGGERS = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
CELLS = st.text(alphabet=st.sampled_from([*TRIGGERS, *";,\t\r\n '\"|x1"]), max_size=12)


@pytest.mark.parametrize("trigger", TRIGGERS)
@pytest.mark.parametrize("before", ["", " ", "\t", '"', "x;", 'x; "'])
def test_what_begins_a_formula_is_kept_from_it(trigger, before):
    cell = clean_cell(f"{before}{trigger}HYPERLINK(A1)", 200)

    assert f"'{trigger}HYPERLINK" in cell


def test_a_cell_without_a_formula_is_the_text_itself():
    for text in ["Anne-Marie Smith", "a+b@example.org", "1;2", "O'Neil", "", "x = 1", "\u65e5\u672c"]:
        assert clean_cell(text, 100) == text


@given(text=CELLS, other=CELLS, delimiter=st.sampled_from(",;"))
@settings(max_examples=1000)
def test_no_cell_of_a_written_file_begins_a_formula_with_any_delimiter(text, other, delimiter):
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow([clean_cell(text, 100), clean_cell(other, 100)])
    cells = next(csv.reader([file.getvalue()], delimiter=delimiter), [])

    assert not [cell for cell in cells if cell.strip(' "')[:1] in tuple(TRIGGERS) or cell[:1] in ("\t", "\r")]


# ---- Markdown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("<script>", "&lt;script&gt;"),
        ("[x](javascript:1)", r"\[x\]\(javascript\:1\)"),
        ("a|b", r"a\|b"),
        ("`x`", r"\`x\`"),
        ("# head", r"\# head"),
        ("    code", "code"),
        ("&amp;", "&amp;amp;"),
        ("@everyone", "@<!-- -->everyone"),
        ("https://example.org", r"https\://example\.org"),
        ("a\nb", r"a\\nb"),
        ("\x1b]8;;", r"\\u001b\]8;;"),
    ],
)
def test_markdown_shows_the_text_and_renders_nothing_of_it(text, source):
    assert clean_markdown(text, 100) == source


@given(text=ANYTHING)
def test_unescaped_markdown_is_the_clean_line(text):
    source = clean_markdown(text, 200)
    seen = html.unescape(re.sub(r"\\(.)", r"\1", source.replace("<!-- -->", "")))

    assert seen == clean_line(text, 200).strip()
    assert not re.search(r"(?<!\\)(\\\\)*[`*_\[\]|#]", source.replace("<!-- -->", ""))


# ---- workflow commands -----------------------------------------------------------------------------------------------


@given(text=ANYTHING)
def test_a_message_stays_on_the_line_of_its_command(text):
    data = command_data(text, 300)

    assert len(data.splitlines()) <= 1
    assert unquote(data) == clean(text, 300)


@given(text=ANYTHING)
def test_a_property_ends_neither_itself_nor_the_command(text):
    value = command_property(text, 300)

    assert not set(value) & set(":,\r\n")
    assert unquote(value) == clean_line(text, 300)


def test_a_command_inside_a_message_is_text():
    assert command_data("a\n::set-output name=x::1%0A", 100) == "a%0A::set-output name=x::1%250A"
    assert command_property("x,line=1::", 100) == "x%2Cline=1%3A%3A"
