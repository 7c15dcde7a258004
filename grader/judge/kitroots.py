"""The roots of the wrong answers of a kit: what each names, what is shown, and the file that is learned from both."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from grader.files import write_file
from grader.judge.explain.learned import FILE, LEARN, Lesson, alike, place, read_learned, written
from grader.judge.verdict import Failure, Verdict
from grader.kit.exercise import Exercise

_ROOT = re.compile(r"# root: (?P<slug>[a-z0-9-]+)")
_FIRST = re.compile(r"# fails: [^(]*\((?P<slug>[a-z0-9-]+)\)")
_HEAD_LINES = 3


def named_root(path: Path) -> str | None:
    """The mistake that a wrong answer makes: in a line ``# root: serial`` at its top, else the first that it names."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[:_HEAD_LINES]
    for pattern in (_ROOT, _FIRST):
        for line in lines:
            if (match := pattern.match(line.strip())) is not None:
                return match["slug"]
    return None


def shown_root(verdict: Verdict) -> Failure | None:
    """The failure that a verdict shows first."""
    root = verdict.root
    if root is None:
        return None
    results = (result for test in verdict.tests if test.number == root.test for result in test.results)
    return next((result.failure for result in results if result.backend == root.backend), None)


def problems_of_root(path: Path, verdict: Verdict, slugs: Collection[str]) -> Iterator[str]:
    """What is wrong with the root that a wrong answer names, or with the one that is shown of it."""
    named, shown = named_root(path), shown_root(verdict)
    if not verdict.complete_run:
        return  # under fewer schedules it may fail in another way
    if named is not None and named not in slugs:
        yield f"its root is no diagnosis: {named}"
    elif shown is not None and named is not None and shown.diagnosis != named:
        yield f"a learner is shown {shown.diagnosis} first, and its root is {named}"


def lessons_of(wrong: Sequence[tuple[Path, Verdict]]) -> tuple[Lesson, ...]:
    """What wrong answers teach; those that fail nothing teach nothing."""
    lessons = []
    for path, verdict in wrong:
        root, shown = named_root(path), {}
        for test in verdict.tests:
            slugs = frozenset(result.failure.diagnosis for result in test.results if result.failure is not None)
            if slugs:
                shown[test.name] = slugs
        if root is not None and shown:
            lessons.append(Lesson(file=path.name, root=root, shown=shown))
    return tuple(lessons)


def problems_of_file(exercise: Exercise, lessons: tuple[Lesson, ...]) -> Iterator[str]:
    """What is wrong with what was learned of an exercise, if anything was."""
    for one, other in alike(lessons):
        yield f"{one.file} ({one.root}) and {other.file} ({other.root}) show the same: the two cannot be told apart"
    if place(exercise).is_file() and read_learned(exercise).lessons != lessons:
        yield f"{FILE} is not what the wrong answers show; run `{LEARN}`, and read what has changed"


def learn(exercise: Exercise, lessons: tuple[Lesson, ...]) -> None:
    """Write what was learned of an exercise. Raises WorkspaceError if it cannot be written."""
    write_file(place(exercise), written(lessons), option="--kit DIR")
