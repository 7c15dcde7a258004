"""Sentences with backticks become text and code, whatever a learner put into them."""

from __future__ import annotations

import pytest

from grader.reports.rendering import MAX_TEXT, environment, text_and_code
from tests.page_samples import TEMPLATES

PROSE = '{% from "prose.html" import prose %}{{ prose(text) }}'


def prose(text: str) -> str:
    return environment(TEMPLATES).from_string(PROSE).render(text=text)


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("put `await` in front of `fetch()`", "put <code>await</code> in front of <code>fetch()</code>"),
        ("no code", "no code"),
        ("`a` b ` c", "<code>a</code> b ` c"),
        ("a `` b", "a `` b"),
        ("`<b>` & <i>", "<code>&lt;b&gt;</code> &amp; &lt;i&gt;"),
        ("`\x1b`", r"<code>\u001b</code>"),
    ],
)
def test_what_stands_in_backticks_is_code_and_escaped(sentence: str, shown: str) -> None:
    assert prose(sentence) == shown


def test_a_sentence_is_cut_before_it_is_split() -> None:
    """Each part is cut where it is printed, so a million short parts would not be."""
    assert len("".join(text_and_code("`a`" * 10**6))) <= MAX_TEXT
    assert len(prose("`a`" * 10**6)) < 10 * MAX_TEXT
