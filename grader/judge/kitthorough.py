"""Proves more of a kit than its check, in minutes where that takes seconds (`grade kit check --thorough`).

Right answers keep their marks under many schedules. A reference answer with one fault in it loses points: hidden tests
that let a mutant pass would let a learner's mistake pass. Where a fault breaks no promise, ``mutants.toml`` beside the
reference says why. Last, it is told how many wrong answers natural order on asyncio lets pass: what the schedules and
the second backend are good for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.judge import engine
from grader.judge.kitanswers import is_wrong, request_for, supported_answers
from grader.judge.kitcheck import MUTANTS, OF_KIT, Checked
from grader.judge.kitclaims import KitProblem, problem
from grader.judge.kitmutants import Mutant, mutants_of
from grader.judge.options import PlayOptions
from grader.judge.verdict import Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.faults import KitFault
from grader.kit.kit import Kit
from grader.kit.tables import read_table
from grader.policy.submission import Submission
from grader.sandbox.box import Box
from grader.text import clean_line, counted

SCHEDULES = 200
LEAST_KILLED = 0.97
"""The share of the mutants that break a promise, at least, which some hidden test notices."""

_KEYS = {"before": '"value = await fn()"', "after": '"value = fn()"', "equivalent": "true", "reason": '"..."'}
_MOST = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Survivor:
    """An entry of ``mutants.toml``. What is ``equivalent`` differs from the reference in nothing that is promised."""

    before: str
    after: str
    equivalent: bool


def prove(box: Box, kit: Kit, only: Collection[str] | None = None) -> Iterator[Checked]:
    """Prove the exercises of a kit that its check has found without a problem; ``only`` names the folders of some.

    Raises MachineError where the library that makes mutants is missing.
    """
    passing = 0
    chosen = [exercise for exercise in kit.exercises if only is None or exercise.folder.name in only]
    for exercise in chosen:
        if exercise.solutions is not None and exercise.reference is not None:
            yield _under_many_schedules(box, kit, exercise)
            yield _against_mutants(box, kit, exercise, exercise.reference)
            count = _passing_in_natural_order(box, kit, exercise)
            passing += count
            yield _passed_in_natural_order(exercise.id, count)
    yield _passed_in_natural_order(OF_KIT, passing)


# ---- schedules -------------------------------------------------------------------------------------------------------


def _under_many_schedules(box: Box, kit: Kit, exercise: Exercise) -> Checked:
    options = PlayOptions(schedules=SCHEDULES)
    right = [path for path in supported_answers(exercise) if not is_wrong(path)]
    verdicts = engine.grade(box, kit, exercise, [request_for(path, options) for path in right])
    problems = [
        problem(path, 1, _why_not(verdict), f"Replay it: `grade {exercise.id} --file {path} --schedules {SCHEDULES}`.")
        for path, verdict in zip(right, verdicts, strict=True)
        if verdict.status is not Status.PASS
    ]
    summary = f"{counted(len(right), 'right answer')}, {SCHEDULES} schedules"
    return Checked(exercise=exercise.id, subject="schedules", summary=summary, problems=tuple(problems))


def _why_not(verdict: Verdict) -> str:
    """What keeps an answer from full marks."""
    failed = [test for test in verdict.tests if not test.passed]
    for result in (result for test in failed for result in test.results if result.failure is not None):
        assert result.failure is not None
        schedule = result.failure.schedule
        return f"it fails `{failed[0].name}` under schedule {schedule}: {clean_line(result.failure.error, _MOST)}"
    return verdict.trouble or f"under {SCHEDULES} schedules it is not judged as a whole"


# ---- mutants ---------------------------------------------------------------------------------------------------------


def _against_mutants(box: Box, kit: Kit, exercise: Exercise, reference: Path) -> Checked:
    mutants = mutants_of(reference.read_text(encoding="utf-8"))
    survivors = _survivors(box, kit, exercise, reference, mutants)
    faults: list[KitFault] = []
    known = {(one.before, one.after): one for one in _read_survivors(reference.with_name(MUTANTS), faults)}
    problems = [KitProblem(fault=fault) for fault in faults]
    problems += _unexplained(reference, survivors, known)
    problems += _stale(reference.with_name(MUTANTS), survivors, known)
    equivalent = sum(known[key].equivalent for key in map(_key, survivors) if key in known)
    breaking = len(mutants) - equivalent
    killed = len(mutants) - len(survivors)
    if breaking and killed / breaking < LEAST_KILLED:
        what = f"hidden tests notice {killed} of the {breaking} mutants that break a promise, under {LEAST_KILLED:.0%}"
        problems.append(problem(exercise.test_file, 1, what, "Write tests that notice more of them."))
    summary = f"{killed} of {len(mutants)} noticed, {equivalent} equivalent"
    return Checked(exercise=exercise.id, subject="mutants", summary=summary, problems=tuple(problems))


def _survivors(box: Box, kit: Kit, exercise: Exercise, reference: Path, mutants: Sequence[Mutant]) -> list[Mutant]:
    """The mutants that get full marks: first in natural order, which ends most of them, then under all schedules."""
    for options in (PlayOptions(schedules=1), PlayOptions()):
        requests = [_request(reference, mutant, options) for mutant in mutants]
        verdicts = engine.grade(box, kit, exercise, requests)
        mutants = [mutant for mutant, verdict in zip(mutants, verdicts, strict=True) if verdict.status is Status.PASS]
    return list(mutants)


def _request(reference: Path, mutant: Mutant, options: PlayOptions) -> engine.Request:
    return replace(request_for(reference, options), taken=Submission.of_text(reference, mutant.source))


def _unexplained(
    reference: Path, survivors: Iterable[Mutant], known: Mapping[tuple[str, str], Survivor]
) -> Iterator[KitProblem]:
    for mutant in survivors:
        if _key(mutant) not in known:
            what = f"no hidden test notices `{clean_line(mutant.after, _MOST)}` in place of this line"
            hint = (
                f"Write a test that does, or say in {MUTANTS} why none has to: `[[survivors]]`, "
                f'`before = {mutant.before!r}`, `after = {mutant.after!r}`, `equivalent = true`, `reason = "..."`.'
            )
            yield problem(reference, mutant.line, what, hint)


def _stale(file: Path, survivors: Iterable[Mutant], known: Mapping[tuple[str, str], Survivor]) -> Iterator[KitProblem]:
    for before, after in known.keys() - set(map(_key, survivors)):
        what = f"no mutant that survives reads `{clean_line(after, _MOST)}` in place of `{clean_line(before, _MOST)}`"
        yield problem(file, 1, what, "Take the entry out: the mutant is noticed now, or is made no more.")


def _key(mutant: Mutant) -> tuple[str, str]:
    return mutant.before, mutant.after


def _read_survivors(file: Path, faults: list[KitFault]) -> Iterator[Survivor]:
    if not file.is_file():
        return

    def report(*, path: Path, line: int, what: str, hint: str) -> None:
        faults.append(KitFault(path=path, line=line, what=what, hint=hint))

    for entry in read_table(file, known={"survivors": ""}, report=report).entries("survivors", known=_KEYS):
        entry.text("reason")
        yield Survivor(
            before=entry.text("before"),
            after=entry.text("after"),
            equivalent=entry.read("equivalent", _as_bool, False, expected="true or false"),
        )


def _as_bool(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


# ---- natural order ---------------------------------------------------------------------------------------------------


def _passed_in_natural_order(exercise: str, count: int) -> Checked:
    summary = f"{counted(count, 'wrong answer')} passed on asyncio"
    return Checked(exercise=exercise, subject="natural order", summary=summary)


def _passing_in_natural_order(box: Box, kit: Kit, exercise: Exercise) -> int:
    """How many wrong answers a grader without schedules and without a second backend would let pass."""
    if "asyncio" not in exercise.backends:
        return 0
    options = PlayOptions(backends=("asyncio",), schedules=1)
    wrong = [path for path in supported_answers(exercise) if is_wrong(path)]
    verdicts = engine.grade(box, kit, exercise, [request_for(path, options) for path in wrong])
    return sum(bool(verdict.tests) and all(test.passed for test in verdict.tests) for verdict in verdicts)
