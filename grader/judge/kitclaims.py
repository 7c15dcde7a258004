"""Holds the answers of a kit against what they claim: right ones pass everything, wrong ones fail what they name."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.judge.kitanswers import Claim, claim_of, names_test
from grader.judge.kitfault import fault_in
from grader.judge.kitmending import Mended, sentence
from grader.judge.kitroots import problem_of_root
from grader.judge.verdict import Outcome, Status, TestResult, Verdict
from grader.kit.faults import KitFault
from grader.kit.grading import nearest_diagnosis
from grader.text import joined

_MOST_ERRORS = 3
_UNREADABLE = ("missing", "not-a-file", "too-large", "not-utf8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A diagnosis that a wrong answer names, where its learner is shown another one."""

    named: str
    test: int | None
    """The number of the hidden test that shows another one; None where it is the one that is shown first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KitProblem:
    """Something that keeps a kit from being proved, and what a report needs to show it."""

    fault: KitFault
    mismatch: Mismatch | None = None


def problem(path: Path, line: int, what: str, hint: str) -> KitProblem:
    """A problem at a line of a file; at line 1 of one that is wrong as a whole or is missing."""
    return KitProblem(fault=KitFault(path=path, line=line, what=what, hint=hint))


# ---- right answers ---------------------------------------------------------------------------------------------------


def problems_of_right_answer(case: Mended, path: Path, verdict: Verdict) -> list[KitProblem]:
    """Why a right answer does not get full marks; what the kit itself is to blame for is said elsewhere."""
    problems = _faults(path, verdict)
    problems += [_of_failure(case, path, failed) for failed in _failures(case, verdict)]
    if verdict.status is not Status.PASS and not problems and not meets_fault(verdict) and case.is_whole:
        problems.append(problem(path, 1, verdict.trouble or "it was not judged", "See what `grade doctor` says."))
    return problems


def meets_fault(verdict: Verdict) -> bool:
    """Whether some hidden test was not judged through a fault of the kit."""
    return any(fault_in(result.reason) for test in verdict.tests for result in test.results)


def _faults(path: Path, verdict: Verdict) -> list[KitProblem]:
    return [problem(path, fault.line or 1, fault.error, sentence(fault.help)) for fault in verdict.faults]


@dataclass(slots=True, kw_only=True)
class _Failed:
    """One way in which a right answer fails, and where."""

    why: str
    """The diagnosis, or why it was not judged."""
    line: int
    errors: list[str]
    """What a learner is told, of each test that tells something else."""
    schedule: int
    tests: list[str]
    backends: list[str]


def _failures(case: Mended, verdict: Verdict) -> Iterable[_Failed]:
    """How a right answer fails; tests that fail in the same way on the same line are one."""
    found: dict[tuple[str, int], _Failed] = {}
    for test in verdict.tests:
        for result in test.results:
            if result.outcome is Outcome.PASS or fault_in(result.reason) or case.leaves_out(test.name):
                continue
            failure = result.failure
            why, line = (failure.diagnosis, failure.line or 1) if failure else (result.reason, 1)
            schedule = failure.schedule if failure else 0
            new = _Failed(why=why, line=line, errors=[], schedule=schedule, tests=[], backends=[])
            failed = found.setdefault((why, line), new)
            failed.tests.append(f"`{test.name}`")
            failed.backends.append(result.backend)
            failed.errors += [failure.error.rstrip(".")] if failure else []
    return found.values()


def _of_failure(case: Mended, path: Path, failed: _Failed) -> KitProblem:
    tests, backends, errors = (list(dict.fromkeys(all)) for all in (failed.tests, failed.backends, failed.errors))
    more = "; ..." if len(errors) > _MOST_ERRORS else ""
    why = ", ".join([failed.why, *(["; ".join(errors[:_MOST_ERRORS]) + more] if errors else [])])
    what = f"{joined(tests)} {'fails' if len(tests) == 1 else 'fail'} on {joined(backends)}: {why}"
    seed = f" --seed {failed.schedule}" if failed.schedule else ""
    # Not `grade`: the author needs the line of the hidden test and its values, which no learner is shown.
    command = f"pytest {shlex.quote(str(case.original.folder))} --submission {shlex.quote(str(path))}{seed}"
    hint = f"Correct this answer, or the test where it asks too much; `{command}` shows the assertion that failed."
    return problem(path, failed.line, what, hint)


# ---- wrong answers ---------------------------------------------------------------------------------------------------


def problems_of_wrong_answer(case: Mended, path: Path, verdict: Verdict, slugs: Collection[str]) -> list[KitProblem]:
    """What of its first lines does not hold of a wrong answer."""
    claim = claim_of(path)
    problems = _faults(path, verdict)
    if any(fault.kind in _UNREADABLE for fault in verdict.faults):
        return problems
    if not claim.expected:
        what = "the first line does not say which hidden tests fail, and with which diagnosis"
        problems.append(problem(path, 1, what, f"Write it first: `{_first_line(case, verdict)}`."))
        return problems
    if _passes(verdict, claim):
        whole = "" if verdict.status is Status.PASS and case.is_whole else " that can be judged"
        what = f"this wrong answer passes every hidden test{whole} ({verdict.points:g} points)"
        hint = (
            f"Make the mistake in it, or add a hidden test that fails it, as `# fails: {_said(claim.expected)}` says."
        )
        return [problem(path, 1, what, hint)]
    for name, slug in claim.expected:
        problems += _of_expectation(case, path, verdict, (name, slug), slugs)
    unclear = any(one.mismatch is not None and one.mismatch.named == claim.root for one in problems)
    is_said_already = claim.root_line == 1 and (unclear or claim.root not in slugs)
    if not is_said_already and case.is_whole and not verdict.faults:
        problems += _of_root(path, claim, verdict, slugs)
    return problems


def _passes(verdict: Verdict, claim: Claim) -> bool:
    """Whether a wrong answer fails nothing, and passes a test that it says it fails."""
    failed = any(result.failure is not None for test in verdict.tests for result in test.results)
    passed = [test.name for test in verdict.tests if test.passed]
    return not failed and any(names_test(name, test) for name, _ in claim.expected for test in passed)


def passes_what_it_names(path: Path, verdict: Verdict) -> bool:
    """Whether a wrong answer passes a hidden test of which its first line says that it fails."""
    passed = [test.name for test in verdict.tests if test.passed]
    return any(names_test(name, test) for name, _ in claim_of(path).expected for test in passed)


def _of_root(path: Path, claim: Claim, verdict: Verdict, slugs: Collection[str]) -> Iterator[KitProblem]:
    fault = problem_of_root(path, claim, verdict, slugs)
    if fault is not None:
        assert claim.root is not None
        yield KitProblem(fault=fault, mismatch=Mismatch(named=claim.root, test=None) if claim.root in slugs else None)


def _of_expectation(
    case: Mended, path: Path, verdict: Verdict, expected: tuple[str, str], slugs: Collection[str]
) -> Iterator[KitProblem]:
    """What does not hold of one test and its diagnosis in the first line."""
    name, slug = expected
    known = [test.name for test in case.original.tests]
    if case.leaves_out(name) or not known:
        return
    if not any(names_test(name, test) for test in known):
        if case.may_have_other_tests:
            return
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        hint = f"Write `{near[0]}`." if near else f"Name tests of this exercise: {joined(known)}."
        yield problem(path, 1, f"there is no hidden test `{name}`", hint)
        return
    if slug not in slugs:
        if case.is_reported(slug):
            return
        yield problem(path, 1, f"`{slug}` is no diagnosis of this kit", nearest_diagnosis(slug, slugs))
        return
    if not verdict.faults:
        for test in verdict.tests:
            if names_test(name, test.name):
                yield from _of_test(case, path, verdict, test, slug)


def _of_test(case: Mended, path: Path, verdict: Verdict, test: TestResult, slug: str) -> Iterator[KitProblem]:
    shown = [result.failure.diagnosis for result in test.results if result.failure is not None]
    first_line = _first_line(case, verdict)
    if shown and slug not in shown:
        what = f"`{test.name}` shows {', '.join(sorted(set(shown)))}, not {slug}"
        hint = (
            f"Write `{first_line}` if that is what a learner should see; else make the test or the answer show {slug}."
        )
        fault = KitFault(path=path, line=1, what=what, hint=hint)
        yield KitProblem(fault=fault, mismatch=Mismatch(named=slug, test=test.number))
    elif not shown and test.passed:
        what = f"`{test.name}` passes, and the first line says that it fails"
        yield problem(path, 1, what, f"Make the answer fail it, or write what it fails: `{first_line}`.")
    elif not shown and not any(fault_in(result.reason) for result in test.results):
        why = next((result.reason for result in test.results if result.reason), "")
        yield problem(path, 1, f"`{test.name}` was not judged: {why}", "See what `grade doctor` says.")


def _first_line(case: Mended, verdict: Verdict) -> str:
    """The first line that would be true of an answer, as far as it was judged."""
    shown = [
        (test.name, result.failure.diagnosis)
        for test in verdict.tests
        for result in test.results[:1]
        if result.failure is not None
    ]
    tests = case.original.tests
    example = [(tests[0].name, tests[0].diagnosis)] if tests else [("test_a", "serial")]
    return f"# fails: {_said(shown or example)}"


def _said(expected: Sequence[tuple[str, str]]) -> str:
    """Tests and diagnoses as a first line names them."""
    groups: dict[str, list[str]] = {}
    for name, slug in expected:
        groups.setdefault(slug, []).append(name)
    return ", ".join(f"{', '.join(names)} ({slug})" for slug, names in groups.items())
