"""Lines on a terminal: commands that can be typed as they stand, and a line that is rewritten in place."""

from __future__ import annotations

import io
import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from grader.reports.screen import ASCII, UNICODE, Screen
from grader.reports.screen import Piece as P
from grader.reports.views import Command
from tests.samples import HOSTILE

LONG = "/a/very/long/path/to/a/folder/in/which/somebody/keeps/what/was/handed/in/join.py"


def on_terminal(width: int = 80, glyphs: object = UNICODE) -> tuple[Screen, io.StringIO]:
    out = io.StringIO()
    return Screen(Console(file=out, width=width, force_terminal=True, color_system=None), glyphs), out  # type: ignore[arg-type]


def commands(*lines: tuple[str, str], width: int = 80) -> list[str]:
    screen, out = on_terminal(width)
    screen.commands([Command(line=line, does=does) for line, does in lines])
    return out.getvalue().splitlines()


def as_typed(lines: list[str]) -> list[str]:
    """The words of a command as a shell reads these lines: one that ends in a backslash goes on in the next."""
    return shlex.split("\n".join(lines).replace(" \\\n", " "))


# ---- commands --------------------------------------------------------------------------------------------------------


def test_commands_that_fit_stand_below_each_other_with_what_they_do() -> None:
    assert commands(("grade hint ex01", "a hint"), ("grade", "what comes next")) == [
        "      grade hint ex01    a hint",
        "      grade              what comes next",
    ]


def test_a_command_that_leaves_no_room_has_what_it_does_below_it() -> None:
    line = f"grade hint ex01 --file {LONG[:45]}"

    assert commands((line, "a hint"), ("grade", "what comes next")) == [
        f"      {line}",
        "        a hint",
        "      grade    what comes next",
    ]


@pytest.mark.parametrize("path", [LONG, "a b" * 40, "it's " * 20])
@pytest.mark.parametrize("width", [40, 80])
def test_no_command_is_cut_and_a_shell_reads_it_as_it_was(path: str, width: int) -> None:
    line = f"grade ex01 --kit {shlex.quote(path)} --file {shlex.quote(path)}"
    *shown, does = commands((line, "check it again"), width=width)

    assert does == "        check it again"
    assert as_typed(shown) == shlex.split(line)
    printed = subprocess.run(
        ["sh", "-c", "\n".join(shown).replace("grade", "printf '%s\n'", 1)], stdout=subprocess.PIPE, check=True
    )
    assert printed.stdout.decode().splitlines() == shlex.split(line)[1:]
    assert shown == [one for one in shown if cell_len(one) <= width or shlex.quote(path) in one]


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60), min_size=1, max_size=5))
def test_any_words_come_through_a_shell_unchanged(words: list[str]) -> None:
    does = "this takes so much room that it never stands beside a command"
    *shown, _, _ = commands((shlex.join(words), does), width=60)

    assert as_typed(shown) == words


def test_nothing_in_a_command_acts() -> None:
    assert all(line.isprintable() for line in commands((HOSTILE, HOSTILE)))


# ---- a line that is rewritten ----------------------------------------------------------------------------------------


def test_a_rewritten_line_covers_the_one_before_and_ends_where_it_began() -> None:
    screen, out = on_terminal()
    screen.rewrite(P("a long line"))
    screen.rewrite(P("short"))
    screen.wipe()
    screen.wipe()

    assert out.getvalue() == "\ra long line\r" + "\rshort      \r" + "\r     \r"


def test_a_rewritten_line_leaves_the_last_column_free() -> None:
    screen, out = on_terminal(width=20)
    screen.rewrite(P("x" * 15), P("日本語" * 9))

    assert cell_len(out.getvalue().strip("\r")) <= 19


def test_a_rewritten_line_is_cleaned_and_in_the_characters_of_the_terminal() -> None:
    screen, out = on_terminal(glyphs=ASCII)
    screen.rewrite(P(HOSTILE))

    assert out.getvalue().isascii()
    assert out.getvalue().strip("\r").isprintable()
