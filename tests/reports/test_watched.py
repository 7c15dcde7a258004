"""What ``grade watch`` draws: within the terminal's height, with the table, the changes, one finding and the keys."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.console import Console

from grader.judge.verdict import Verdict
from grader.reports.changes import Changes, changes, changes_in_natural_order
from grader.reports.painted import Painted
from grader.reports.screen import ASCII, UNICODE, Glyphs
from grader.reports.watched import Key, Result
from tests import samples

DOES = ("hint", "rerun", "more", "list", "report", "xreset", "next", "quit")
KEYS = tuple(Key(does[0], does.removeprefix("x")) for does in DOES)
VERDICTS = [
    samples.mixed,
    samples.careless,
    samples.perfect,
    samples.hostile,
    samples.in_parts,
    samples.unjudgeable,
    *(lambda why=why: samples.rooted(why) for why in samples.typical_failures().values()),
]
SIZES = [(80, 24), (120, 40), (60, 16), (40, 12), (200, 60)]
_ESCAPE = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


def drawn(result: Result, columns: int = 80, rows: int = 24, glyphs: Glyphs = UNICODE, note: str = "") -> list[str]:
    """The lines of the screen, without colours."""
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=columns, height=rows, color_system="standard")
    painted = Painted(console, glyphs)
    painted.whole(result, KEYS)
    if note:
        painted.note(note)
    return _ESCAPE.sub("", file.getvalue().rpartition("\x1b[H")[2]).split("\n")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", VERDICTS)
def test_every_result_fits_its_terminal_and_ends_with_verdict_and_keys(
    make: Callable[[], Verdict], size: tuple[int, int]
) -> None:
    verdict = make()
    lines = drawn(Result(verdict=verdict, changes=Changes(better=(1,), worse=(2,))), *size, note="word " * 50)

    assert len(lines) <= size[1]
    assert lines[-1].rstrip().endswith("q quit")
    assert any(line.startswith(f"{verdict.exercise}  ") for line in lines[-4:-1])


def test_the_table_is_in_full_where_there_is_room_and_a_mark_for_each_test_elsewhere() -> None:
    verdict = samples.rooted(samples.failure())
    low, high = drawn(Result(verdict=verdict)), drawn(Result(verdict=verdict), 120, 60)

    labels = [test.label for test in verdict.tests]
    assert all(any(label[:30] in line for line in high) for label in labels)
    assert any(line.startswith("  asyncio  ") and "✗" in line for line in low)


def test_ascii_marks_are_letters() -> None:
    lines = drawn(Result(verdict=samples.rooted(samples.failure())), glyphs=ASCII)

    assert all(line.isascii() for line in lines)
    assert any(re.match(r"  trio +[.F ]+$", line) for line in lines)


def test_what_is_known_so_far_is_said_as_such() -> None:
    failing = drawn(Result(verdict=samples.mixed(), so_far=True))
    passing = drawn(Result(verdict=samples.perfect(), so_far=True))

    assert any("FAIL  at most " in line and "trying other orders" in line for line in failing)
    assert any("points so far" in line for line in passing)
    assert not any("PASS" in line for line in passing)


# ---- what has changed ------------------------------------------------------------------------------------------------


def outcome(**schedules: int | None) -> Verdict:
    """A verdict with a test for each word; None passes, a number fails under the schedule of that number."""
    tests = [
        samples.case(number, name, 10, samples.passing("asyncio"))
        if schedule is None
        else samples.case(number, name, 10, samples.failing("asyncio", samples.failure(schedule=schedule)))
        for number, (name, schedule) in enumerate(schedules.items(), start=1)
    ]
    return samples.verdict(*(replace(test, name=name) for test, name in zip(tests, schedules, strict=True)))


def test_whole_verdicts_are_compared_test_by_test() -> None:
    before, now = outcome(a=0, b=None, c=3, d=None), outcome(a=None, b=5, c=3, d=None)

    assert changes(before, now) == Changes(better=(1,), worse=(2,))
    assert changes(None, now) == Changes()


def test_natural_order_is_compared_with_natural_order() -> None:
    before, now = outcome(a=0, b=3, c=None, d=3), outcome(a=None, b=None, c=0, d=0)

    assert changes_in_natural_order(before, now) == Changes(better=(1,), worse=(3, 4))


def test_a_test_that_is_new_has_not_changed() -> None:
    assert changes(outcome(a=None), outcome(b=0)) == Changes()
