"""The roots of the wrong answers of a kit: what each names, what is shown, and the file that is learned from both."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from grader.files import write_file
from grader.judge.explain.learned import FILE, LEARN, Lesson, alike, place, read_learned, written
from grader.judge.kitanswers import Claim, claim_of
from grader.judge.verdict import Failure, Verdict
from grader.kit.exercise import Exercise
from grader.kit.faults import KitFault
from grader.kit.grading import nearest_diagnosis


def shown_root(verdict: Verdict) -> Failure | None:
    """The failure that a verdict shows first."""
    root = verdict.root
    if root is None:
        return None
    results = (result for test in verdict.tests if test.number == root.test for result in test.results)
    return next((result.failure for result in results if result.backend == root.backend), None)


def problem_of_root(path: Path, claim: Claim, verdict: Verdict, slugs: Collection[str]) -> KitFault | None:
    """What is wrong with the root that a wrong answer names, or with the one that is shown of it."""
    named, shown = claim.root, shown_root(verdict)
    if not verdict.complete_run or named is None:
        return None  # under fewer schedules it may fail in another way
    if named not in slugs:
        what, hint = f"its root is no diagnosis: {named}", nearest_diagnosis(named, slugs)
        return KitFault(path=path, line=claim.root_line, what=what, hint=hint)
    if shown is None or shown.diagnosis == named:
        return None
    what = f"a learner is shown {shown.diagnosis} first, and its root is {named}"
    hint = (
        f'Mend what leads astray (raise `Diagnosed("{named}", ...)` where a hidden test can see it), or write '
        f"`# root: {shown.diagnosis}`."
    )
    return KitFault(path=path, line=claim.root_line, what=what, hint=hint)


def lessons_of(wrong: Sequence[tuple[Path, Verdict]]) -> tuple[Lesson, ...]:
    """What wrong answers teach; those that fail nothing teach nothing."""
    lessons = []
    for path, verdict in wrong:
        root, shown = claim_of(path).root, {}
        for test in verdict.tests:
            slugs = frozenset(result.failure.diagnosis for result in test.results if result.failure is not None)
            if slugs:
                shown[test.name] = slugs
        if root is not None and shown:
            lessons.append(Lesson(file=path.name, root=root, shown=shown))
    return tuple(lessons)


def problems_of_file(exercise: Exercise, lessons: tuple[Lesson, ...]) -> Iterator[KitFault]:
    """What is wrong with what was learned of an exercise, if anything was."""
    assert exercise.solutions is not None
    for one, other in alike(lessons):
        yield KitFault(
            path=exercise.solutions / "wrong" / one.file,
            line=1,
            what=f"{one.file} ({one.root}) and {other.file} ({other.root}) show the same: the two cannot be told apart",
            hint=f"Tell them apart in a hidden test, or give both the same root: `# root: {one.root}`.",
        )
    if place(exercise).is_file() and read_learned(exercise).lessons != lessons:
        what = f"{FILE} is not what the wrong answers show"
        yield KitFault(path=place(exercise), line=1, what=what, hint=f"Run `{LEARN}`, and read what has changed.")


def learn(exercise: Exercise, lessons: tuple[Lesson, ...]) -> None:
    """Write what was learned of an exercise. Raises WorkspaceError if it cannot be written."""
    write_file(place(exercise), written(lessons), option="--kit DIR")
