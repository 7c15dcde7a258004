"""Proves a kit: the stub fails cleanly, right answers get full marks, every wrong answer fails as its first line says.

All faults are found in one run: those of the reading of the kit first, then those that show when the answers are
graded. An exercise with faults is judged as far as it goes (``kitmending``), and what follows only from a fault that is
reported already is not reported again. ``kitanswers`` says what stands in the first lines of answers; ``kitclaims``
holds the answers against it, and ``kitverdicts`` has them graded.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.errors import UsageError
from grader.judge import engine, kitpromises, kitroots, kitstub
from grader.judge.explain.learned import FILE
from grader.judge.kitanswers import (
    claim_of,
    is_wrong,
    names_test,
    request_for,
    shown,
    supported_answers,
    wrong_answers,
)
from grader.judge.kitclaims import (
    KitProblem,
    meets_fault,
    problem,
    problems_of_right_answer,
    problems_of_wrong_answer,
)
from grader.judge.kitfault import fault_in
from grader.judge.kitmending import Mended, mended
from grader.judge.kitverdicts import original_of, verdicts_for_check, without_tests_never_judged
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.faults import KitFault
from grader.kit.figures import FOLDER
from grader.kit.kit import LITTER, Kit, ReadKit
from grader.policy import submission
from grader.policy.program import read as read_program
from grader.policy.program import same_code
from grader.policy.submission import Fault
from grader.sandbox.box import Box
from grader.text import counted

RIGHT_ANSWERS = 3
"""How many structurally different right answers an exercise has at least."""
MUTANTS = "mutants.toml"
"""What ``kitthorough`` reads beside a reference."""
OF_KIT = "kit"
"""What stands for the id of an exercise where something belongs to none."""

_AS_A_WHOLE = "as a whole"
_PLAY_FAILED = re.compile(r'`play\("(?P<scenario>\w+)"\)`: ')


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One file of a kit, or one exercise as a whole, and what is wrong with it."""

    exercise: str
    """The id; ``kit`` where it belongs to no exercise."""
    subject: str
    summary: str
    problems: tuple[KitProblem, ...] = ()
    verdict: Verdict | None = None
    """That of an answer which shows something else than it names."""


def check(
    box: Box, read: ReadKit, *, options: PlayOptions = EVERYTHING, only: Collection[str] | None = None
) -> Iterator[Checked]:
    """Check a kit as it was read, one exercise after the other; ``only`` names the folders of those to judge."""
    kit = read.kit
    exercises = kit.exercises if kit is not None else ()
    yield from _static(read.faults, {exercise.folder.name: exercise.id for exercise in exercises}, only)
    if kit is None:
        return
    yield from _check_around(kit, read.faults)
    for exercise in exercises:
        if only is None or exercise.folder.name in only:
            yield from _check_exercise(box, kit, exercise, read, options)


def learn(
    box: Box,
    kit: Kit,
    *,
    options: PlayOptions,
    only: Collection[str] | None = None,
    echo: Callable[[str], None],
) -> None:
    """Grade the wrong answers of a kit, and write down for each exercise which failures follow from which mistake.

    Raises UsageError where too few schedules are asked for: a test may pass then that fails otherwise.
    """
    if not options.complete:
        raise UsageError(f"{FILE} is learned under all schedules", hint="Leave --schedules out.")
    for exercise in kit.exercises:
        if only is not None and exercise.folder.name not in only:
            continue
        wrong = wrong_answers(exercise)
        verdicts = engine.grade(box, kit, exercise, [request_for(path, options) for path in wrong])
        lessons = kitroots.lessons_of(list(zip(wrong, verdicts, strict=True)))
        if lessons:
            kitroots.learn(exercise, lessons)
        echo(f"{exercise.id}  learned from {counted(len(lessons), 'wrong answer')}")


# ---- the kit ---------------------------------------------------------------------------------------------------------


def _static(faults: Iterable[KitFault], ids: dict[str, str], only: Collection[str] | None) -> Iterator[Checked]:
    """What the reading has found, file by file."""
    by_path: dict[Path, list[KitFault]] = {}
    for fault in faults:
        by_path.setdefault(fault.path, []).append(fault)
    for path, found in by_path.items():
        folder = next((part for part in path.parts if part in ids), None)
        if folder is None or only is None or folder in only:
            problems = tuple(KitProblem(fault=fault) for fault in sorted(found, key=lambda fault: fault.line))
            exercise = OF_KIT if folder is None else ids[folder]
            yield Checked(exercise=exercise, subject=path.name, summary="read", problems=problems)


def _check_around(kit: Kit, known: Sequence[KitFault]) -> Iterator[Checked]:
    """The folders of answers that belong to no exercise."""
    exercises = {exercise.folder.name for exercise in kit.exercises}
    solutions = kit.root / "solutions"
    problems = [
        problem(
            path,
            1,
            "these answers belong to no exercise that kit.toml lists",
            f'Add "{path.name}" to `exercises` in exercises/kit.toml, or take the folder out of the kit.',
        )
        for path in (sorted(solutions.iterdir()) if solutions.is_dir() else ())
        if path.is_dir()
        and path.name not in exercises
        and not path.name.startswith(LITTER)
        # Where kit.toml lists it and it is missing, or is not listed and is there, that is reported already.
        and not any(path.name in fault.what or path.name == fault.path.name for fault in known)
    ]
    if problems:
        yield Checked(exercise=OF_KIT, subject=_AS_A_WHOLE, summary="its folders", problems=tuple(problems))


# ---- an exercise -----------------------------------------------------------------------------------------------------


def _check_exercise(box: Box, kit: Kit, exercise: Exercise, read: ReadKit, options: PlayOptions) -> Iterator[Checked]:
    with mended(exercise, read) as case:
        files = supported_answers(case.original)
        verdicts, hindering = verdicts_for_check(box, kit, case, files, options)
        if hindering:
            case = replace(case, faults=(*case.faults, *hindering), judgeable=False)
        of_answers = verdicts[len(verdicts) - len(files) :]
        case = without_tests_never_judged(case, of_answers)
        yield from _check_kit_files(case, verdicts)
        if case.stub_is_whole and case.judgeable:
            problems = kitstub.problems_of_stub(case, verdicts[: len(verdicts) - len(files)])
            yield _checked(case, case.original.stub.name, "the stub fails cleanly", problems)
        answers: list[tuple[Path, Verdict, bool]] = []
        for path, verdict in zip(files, of_answers, strict=True):
            checked = _check_answer(case, path, verdict, kit.diagnoses)
            answers.append((path, verdict, bool(checked.problems)))
            yield checked
        if kitpromises.concerns(case):
            yield _check_contract(case, [(path, verdict) for path, verdict, _ in answers if is_wrong(path)])
        yield _check_whole(kit, case, answers)


# ---- what must hold --------------------------------------------------------------------------------------------------


def _check_kit_files(case: Mended, verdicts: Sequence[Verdict]) -> Iterator[Checked]:
    """The files of the exercise, if they have a bug: it is said once, and not of each answer that met it."""
    found = {(fault.path.name, fault.line): fault for fault in case.faults}
    static = set(found)
    named = " ".join(fault.what for fault in case.faults)
    results = (
        (test, result)
        for verdict in verdicts
        for test in verdict.tests
        if not case.leaves_out(test.name)
        for result in test.results
    )
    for _, result in results:
        if (said := fault_in(result.reason)) is None:
            continue
        place, what = said
        file, _, line = place.rpartition("/")[2].partition(":")
        if (play := _PLAY_FAILED.match(what)) and f'"{play["scenario"]}"' in named:
            continue  # the text alone says why this scenario cannot be played
        if (file, int(line)) not in static:
            found.setdefault((file, int(line)), _of_plays(case.place(file), int(line), what))
    names = dict.fromkeys(name for name, _ in found)
    for name in names:
        problems = sorted((fault for fault in found.values() if fault.path.name == name), key=lambda fault: fault.line)
        yield _checked(case, name, "the kit is at fault", [KitProblem(fault=fault) for fault in problems])


def _of_plays(path: Path, line: int, what: str) -> KitFault:
    hint = "Correct the line: it fails on the reference answer too, so no answer can pass a test that meets it."
    return KitFault(path=path, line=line, what=what, hint=hint)


def _check_answer(case: Mended, path: Path, verdict: Verdict, slugs: Collection[str]) -> Checked:
    if is_wrong(path):
        problems = problems_of_wrong_answer(case, path, verdict, slugs)
        failed = counted(sum(not test.passed for test in verdict.tests), "test")
        summary = f"{failed} not passed, {verdict.points:g} points"
    else:
        problems = problems_of_right_answer(case, path, verdict)
        summary = f"{verdict.points:g} points{', the rest was not judged' if meets_fault(verdict) else ''}"
    if not case.judgeable:
        summary = "read, and not judged"
    checked = _checked(case, shown(path), summary, problems)
    differs = any(one.mismatch is not None for one in problems)
    return replace(checked, verdict=verdict) if differs else checked


def _check_contract(case: Mended, wrong: Sequence[tuple[Path, Verdict]]) -> Checked:
    problems = kitpromises.problems_of_contract(case, wrong if case.original.solutions is not None else ())
    return _checked(case, "contract", counted(len(kitpromises.contract_of(case)), "promise"), problems)


def _check_whole(kit: Kit, case: Mended, answers: Sequence[tuple[Path, Verdict, bool]]) -> Checked:
    exercise = case.original
    problems: list[KitProblem] = []
    wrong = [(path, verdict) for path, verdict, _ in answers if is_wrong(path)]
    if exercise.solutions is not None:
        problems += _missing_answers(exercise, exercise.solutions, wrong)
        if wrong and case.judgeable:
            problems += _never_failed(case, answers)
        if case.is_whole and all(verdict.complete_run for _, verdict in wrong):
            lessons = kitroots.lessons_of(wrong)
            faults = kitroots.problems_of_file(replace(case.exercise, solutions=exercise.solutions), lessons)
            problems += [KitProblem(fault=replace(fault, path=original_of(case, fault.path))) for fault in faults]
    elif (kit.root / "solutions").is_dir():
        folder = kit.root / "solutions" / exercise.folder.name
        hint = f"Add the reference answer `{folder / exercise.file}`, and the folders `right/` and `wrong/` beside it."
        problems.append(problem(folder, 1, "this folder is missing: the exercise has no answers", hint))
    problems += [
        problem(path, 1, "no part of the grader reads this", "Take it out of the kit, or correct its name.")
        for path in _strangers(exercise)
        if all(path != fault.path for fault in case.known)
    ]
    summary = f"{counted(len(exercise.tests), 'hidden test')}, {counted(len(wrong), 'wrong answer')}"
    return _checked(case, _AS_A_WHOLE, summary, problems)


def _missing_answers(exercise: Exercise, solutions: Path, wrong: Sequence[object]) -> Iterator[KitProblem]:
    if exercise.reference is None:
        what = "this file is missing: the reference answer"
        yield problem(solutions / exercise.file, 1, what, "Add it: an answer as you would have learners write it.")
    right = solutions / "right"
    if (count := len(list(right.glob("*.py")))) < RIGHT_ANSWERS:
        what = f"{RIGHT_ANSWERS} right answers that differ in structure are required: `{right}/*.py` has {count}"
        hint = f"Write one that goes another way than the others, such as `{right / 'another_way.py'}`."
        yield problem(right, 1, what, hint)
    yield from _alike(exercise, solutions)
    if not wrong:
        what = f"every hidden test needs a wrong answer that fails it: `{solutions / 'wrong'}/*.py` has none"
        test, slug = (exercise.tests[0].name, exercise.tests[0].diagnosis) if exercise.tests else ("test_a", "late")
        hint = f"Write one for each mistake that learners make, with a first line like `# fails: {test} ({slug})`."
        yield problem(solutions / "wrong", 1, what, hint)


def _alike(exercise: Exercise, solutions: Path) -> Iterator[KitProblem]:
    """The right answers that are the reference, or one of those before them, but for comments and docstrings."""
    met: list[tuple[Path, ast.Module]] = []
    for path in (solutions / exercise.file, *sorted((solutions / "right").glob("*.py"))):
        taken = submission.take(path, limit=exercise.limits.file_bytes)
        program = taken if isinstance(taken, Fault) else read_program(taken)
        if isinstance(program, Fault):
            continue
        if same := next((other for other, tree in met if same_code(tree, program.tree)), None):
            what = f"this is the same code as `{shown(same)}`, and right answers differ in structure"
            yield problem(path, 1, what, "Write one that goes another way, or delete this one.")
        met.append((path, program.tree))


def _never_failed(case: Mended, answers: Sequence[tuple[Path, Verdict, bool]]) -> Iterator[KitProblem]:
    """The hidden tests that no wrong answer fails, as far as that does not follow from another problem.

    A test that a faulty answer names may be failed once that is mended; one that cannot be judged may fail any.
    """
    wrong = [(path, verdict, is_faulty) for path, verdict, is_faulty in answers if is_wrong(path)]
    if any(verdict.faults for _, verdict, _ in wrong):
        return
    failed = {test.name for _, verdict, _ in wrong for test in verdict.tests if not test.passed}
    named = [name for path, _, is_faulty in wrong if is_faulty for name, _ in claim_of(path).expected]
    assert case.original.solutions is not None
    for test in case.original.tests:
        if test.name in failed or case.leaves_out(test.name) or any(names_test(name, test.name) for name in named):
            continue
        example = case.original.solutions / "wrong" / "NAME.py"
        hint = f"Add one that does, `{example}`, with the first line `# fails: {test.name} ({test.diagnosis})`."
        yield problem(case.original.test_file, test.line, f"no wrong answer fails `{test.name}`", hint)


def _strangers(exercise: Exercise) -> Iterator[Path]:
    """Files and folders that no part of the product reads."""
    read = (exercise.stub, exercise.lesson, exercise.scenarios, exercise.test_file)
    own = {"exercise.toml", FILE, FOLDER, *(path.name for path in read)}
    yield from _besides(exercise.folder, own)
    if exercise.solutions is None:
        return
    yield from _besides(exercise.solutions, {exercise.file, MUTANTS, "right", "wrong"})
    for name in ("right", "wrong"):
        folder = exercise.solutions / name
        yield from _besides(folder, {path.name for path in folder.glob("*.py")})


def _besides(folder: Path, names: set[str]) -> Iterator[Path]:
    if folder.is_dir():
        yield from (
            path for path in sorted(folder.iterdir()) if path.name not in names and not path.name.startswith(LITTER)
        )


def _checked(case: Mended, subject: str, summary: str, problems: Sequence[KitProblem]) -> Checked:
    return Checked(exercise=case.original.id, subject=subject, summary=summary, problems=tuple(problems))
