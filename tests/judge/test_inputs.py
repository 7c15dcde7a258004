"""Which input a report shows of a hidden test that failed: that of the play, or the one that a loop was at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from grader.judge.inputs import looped_inputs, shown_inputs
from grader.sandbox.play import Play
from grader.wire.values import Token

PLAY = Play("reading", Play.encode({"limit": 5}), "asyncio")


def looped(tmp_path: Path, body: str, *shown: str) -> dict[str, object]:
    """What is known of a hidden test with this body, which fails."""
    path = tmp_path / "test_hidden.py"
    path.write_text(f"def test_it(play):\n{body}")
    names: dict[str, Callable[[object], None]] = {}
    exec(compile(path.read_text(), str(path), "exec"), names)
    test = names["test_it"]
    with pytest.raises(AssertionError) as failed:
        test(None)
    return looped_inputs(failed.value, test.__code__, shown)


INSIDE = """\
    for kind, (first, _) in (("list", (1, 2)), ("dict", (3, 4))):
        for number in (7, 8):
            assert kind != "dict"
"""
AFTER = """\
    for kind in ("list", "dict"):
        pass
    else:
        assert not play and False
    assert False
"""
IN_A_HELPER = """\
    def helper(kind):
        for other in (1, 2):
            assert kind != "dict"

    for kind in ("list", "dict", "text"):
        helper(kind)
"""


def test_variables_of_the_loops_in_which_it_failed_are_those_that_are_shown(tmp_path: Path) -> None:
    assert looped(tmp_path, INSIDE, "kind", "first", "other") == {"kind": "dict", "first": 3}
    assert looped(tmp_path, INSIDE, "number") == {"number": 7}


def test_a_loop_that_is_over_shows_nothing(tmp_path: Path) -> None:
    assert looped(tmp_path, AFTER, "kind") == {}


def test_a_test_that_fails_in_a_helper_shows_its_own_variables(tmp_path: Path) -> None:
    assert looped(tmp_path, IN_A_HELPER, "kind", "other") == {"kind": "dict"}


def test_the_input_of_the_play_comes_before_a_variable_of_that_name() -> None:
    looped = {"limit": 6, "error": Token("boom"), "expected": 7}

    assert shown_inputs(("limit", "error", "expected", "more"), PLAY, looped) == "limit = 5, error = <boom>"
