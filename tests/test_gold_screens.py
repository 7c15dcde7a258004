"""What a learner reads first, of fifty wrong programs: the screens were read by a person, and stay as they are."""

from __future__ import annotations

import pytest

from grader.sandbox.box import Box
from tests.gold_screens import GOLD, HEIGHT, programs, screen_of

PROGRAMS = programs()


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_first_screen_of_a_wrong_program_is_the_one_that_was_read(box: Box, name: str) -> None:
    assert screen_of(box, name, PROGRAMS[name]) == (GOLD / f"{name}.txt").read_text(encoding="utf-8")


def test_there_are_fifty_of_them_and_none_is_higher_than_a_terminal() -> None:
    kept = {path.stem: path.read_text(encoding="utf-8").splitlines() for path in GOLD.glob("*.txt")}

    assert kept.keys() == PROGRAMS.keys()
    assert len(kept) >= 50
    assert not [name for name, lines in kept.items() if len(lines) >= HEIGHT]
    assert not [name for name, lines in kept.items() if max(map(len, lines)) > 80]
