"""What changed from one attempt to the next: which tests went better or worse, and what was written."""

from __future__ import annotations

from dataclasses import replace

from grader.judge.verdict import Verdict
from grader.reports.history import MAX_COMPARED, MAX_LINES, change_said, changed, tried
from tests.samples import HOSTILE, case, failed_on_both, failing, failure, passing, unjudgeable, verdict

FILE = "import anyio\n\n\nasync def join(*fns):\n    return [await fn() for fn in fns]\n"


def attempt(*passed: int, source: str = FILE, digest: str = "a") -> Verdict:
    tests = [
        case(number, f"test {number}", 10) if number in passed else failed_on_both(number, f"t {number}", 10, failure())
        for number in (1, 2, 3)
    ]
    return replace(verdict(*tests), source=source, digest=digest)


def test_it_says_which_tests_went_better_and_which_worse() -> None:
    change = changed(attempt(1), attempt(2, 3))

    assert (change.better, change.worse) == ((2, 3), (1,))
    assert change_said(change) == "better: tests 2 and 3; worse: test 1"
    assert change_said(changed(attempt(1), attempt(1))) == "the same tests pass"


def test_a_test_that_passes_on_one_backend_more_went_better() -> None:
    half = verdict(case(1, "one", 10, passing("asyncio"), failing("trio", failure())))
    none = verdict(failed_on_both(1, "one", 10, failure()))

    assert changed(none, half).better == (1,)


def test_a_test_that_the_kit_had_not_then_went_neither_better_nor_worse() -> None:
    renamed = verdict(replace(case(1, "one", 10), name="test_another"))

    assert changed(renamed, attempt(1)) == replace(changed(attempt(1), attempt(1)), same_file=False, diff=())


def test_the_difference_names_what_was_added_and_removed_and_what_is_round_it() -> None:
    change = changed(attempt(), attempt(source=FILE.replace("await fn()", "fn()"), digest="b"))
    lines = [(line.kind, line.text.strip()) for line in change.diff]

    assert lines[0][0] == "gap"
    assert ("removed", "return [await fn() for fn in fns]") in lines
    assert ("added", "return [fn() for fn in fns]") in lines
    assert ("kept", "async def join(*fns):") in lines


def test_the_difference_of_any_two_files_is_short_and_acts_nowhere() -> None:
    many = "".join(f"line {number}\n" for number in range(MAX_COMPARED))

    assert changed(attempt(source=many), attempt(source=many[:-50])).diff == ()
    some = changed(attempt(source="x\n" * 500), attempt(source=f"{HOSTILE}\x1b[2J\n" * 500)).diff
    assert len(some) == MAX_LINES
    assert all(line.text.isprintable() for line in some)
    assert changed(attempt(source=""), attempt()).diff == ()


def test_attempts_are_listed_with_the_latest_first_and_what_each_changed() -> None:
    rows = tried([unjudgeable(kind="untouched"), unjudgeable(), attempt(1), attempt(1, 2)], 3)

    assert [(row.number, row.said, row.change) for row in rows] == [
        (4, "20 of 100 points", "better: test 2"),
        (3, "10 of 100 points", ""),
        (2, "cannot be judged", ""),
    ]
    assert tried([unjudgeable(kind="untouched")], 3)[0].said == "not started"
