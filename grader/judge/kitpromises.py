"""Holds the hidden tests and the wrong answers of an exercise against its contract.

Each promise of the stub is proved by a hidden test that names its number, and there is a wrong answer that breaks this
promise alone: all the tests that it fails prove it. Without one nothing shows that the tests would notice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from grader.judge.kitclaims import KitProblem, problem
from grader.judge.kitmending import Mended
from grader.judge.verdict import Verdict
from grader.kit.contract import Promise, problems_of_numbers, read_contract
from grader.kit.hidden_tests import HiddenTest
from grader.kit.tables import read_text
from grader.text import clean_line, joined

_BRIEF = 80


def contract_of(case: Mended) -> tuple[Promise, ...]:
    """The promises of an exercise; none if its stub cannot be read."""
    return read_contract(read_text(case.original.stub)) if case.stub_is_whole else ()


def concerns(case: Mended) -> bool:
    """Whether an exercise numbers its promises, or its tests name some."""
    return case.stub_is_whole and bool(contract_of(case) or any(test.promise for test in case.original.tests))


def problems_of_contract(case: Mended, wrong: Sequence[tuple[Path, Verdict]]) -> list[KitProblem]:
    """What is missing between the promises, the hidden tests and the wrong answers."""
    promises, tests = contract_of(case), case.original.tests
    found = [
        problem(case.original.stub, wrong_number.line, wrong_number.what, wrong_number.hint)
        for wrong_number in problems_of_numbers(promises)
    ]
    if found:
        return found  # what the tests name by number is another promise then
    found += _of_tests(case, promises)
    proved = {test.promise for test in tests}
    if not case.left_out:
        found += _not_proved(case, [promise for promise in promises if promise.number not in proved])
    if case.is_whole and all(verdict.complete_run and not verdict.faults for _, verdict in wrong):
        failed = [{test.name for test in verdict.tests if not test.passed} for _, verdict in wrong]
        # A test that no answer fails is reported already.
        broken = {test.promise for test in tests for names in failed if test.name in names}
        alone = {broken_alone(tests, names) for names in failed}
        found += _never_broken(case, [each for each in promises if each.number in broken - alone])
    return found


def broken_alone(tests: Iterable[HiddenTest], failed: Collection[str]) -> int | None:
    """The promise that all tests prove which an answer fails, by their names; None if there is no such one."""
    broken = {test.promise for test in tests if test.name in failed}
    return next(iter(broken)) if len(broken) == 1 else None


def _of_tests(case: Mended, promises: Sequence[Promise]) -> Iterator[KitProblem]:
    numbers = {promise.number for promise in promises}
    met: set[str] = set()
    for test in case.original.tests:
        if test.promise in numbers or test.function in met:
            continue
        met.add(test.function)
        known = f"1 to {len(promises)}" if promises else "none"
        if test.promise is None:
            what = f"`{test.function}` does not say which promise of {case.original.file} it proves"
            hint = f"Add its number to the @grading: `promise={promises[0].number}`. There are {known}."
        else:
            what = f"`{test.function}` proves promise {test.promise}, and {case.original.file} has no such promise"
            hint = f"Name one that is there ({known}), or begin a line of the docstring with `{test.promise}. `."
        yield problem(case.original.test_file, test.line, what, hint)


def _not_proved(case: Mended, promises: Sequence[Promise]) -> Iterator[KitProblem]:
    for promise in promises:
        what = f"no hidden test proves promise {promise.number}: {clean_line(promise.text, _BRIEF)}"
        hint = f"Write one with `promise={promise.number}` in its @grading, or take the promise out of the contract."
        yield problem(case.original.stub, promise.line, what, hint)


def _never_broken(case: Mended, promises: Sequence[Promise]) -> Iterator[KitProblem]:
    for promise in promises:
        tests = joined([f"`{test.name}`" for test in case.original.tests if test.promise == promise.number])
        what = f"no wrong answer breaks promise {promise.number} alone: {clean_line(promise.text, _BRIEF)}"
        folder = case.original.solutions or case.original.folder
        hint = f"Add `{folder / 'wrong' / 'NAME.py'}`, which keeps all other promises and fails {tests}."
        yield problem(case.original.stub, promise.line, what, hint)
