"""Answers that were handed in the same, as groups to look at: what the groups mean is for the instructor to find out.

There are two kinds of groups: files of equal bytes, and files that are equal but for names, comments, docstrings, type
hints and layout. What a platform hands over for several members of one team is one hand-in. Untouched stubs are no
answers, and ``same_files = false`` in ``class.toml`` leaves all of it out.

The second kind takes no answer of fewer than ``LEAST_SIZE`` statements and expressions beyond the stub, and none that
is the reference but for names. The bound was found on the kit's own answers: the references of its four shortest
exercises have 44 to 75, which is the length of an idiom that a lesson teaches and that many people write down alike.
Of 560 answers, wrong and right, two were equal but for names, at 37: a closure over the variable of a loop, as every
course sees it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.classroom.marks import ClassResults, Mark
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.reports.of_class.figures import LearnerLink
from grader.reports.of_class.normal_form import NormalForm, normal_form, outline
from grader.reports.views import is_untouched

LEAST_SIZE = 80
"""Statements and expressions beyond the stub that an answer has at least to be compared without its names."""


class Sameness(StrEnum):
    """What the files of a group have in common, in words."""

    BYTES = "identical files"
    FORM = "identical but for names, comments and layout"


@dataclass(frozen=True, slots=True, kw_only=True)
class SameGroup:
    """Learners who handed in the same for one exercise. ``short`` says that there is little beyond the stub."""

    exercise: str
    sameness: Sameness
    learners: tuple[LearnerLink, ...]
    short: bool


@dataclass(frozen=True, slots=True)
class _Answer:
    mark: Mark
    verdict: Verdict


def same_groups(results: ClassResults, links: Mapping[str, LearnerLink]) -> tuple[SameGroup, ...]:
    """Return the groups, by exercise in the order of the kit; within one, the long answers first, then large groups."""
    if not results.same_files:
        return ()
    by_exercise: dict[str, list[_Answer]] = {id: [] for id in results.exercises}
    for mark in results.marks:
        if mark.verdict is not None and mark.verdict.digest and not is_untouched(mark.verdict):
            by_exercise[mark.exercise].append(_Answer(mark, mark.verdict))
    found = (
        sorted(_groups(results.kit.exercise(id), answers, links), key=lambda group: (group.short, -len(group.learners)))
        for id, answers in by_exercise.items()
    )
    return tuple(group for groups in found for group in groups)


def _groups(exercise: Exercise, answers: Sequence[_Answer], links: Mapping[str, LearnerLink]) -> Iterator[SameGroup]:
    stub = exercise.stub.read_text("utf-8")
    for group in _apart(answers, [answer.verdict.digest for answer in answers]):
        form = normal_form(group[0].verdict.source, stub)
        short = form is None or form.size < LEAST_SIZE
        yield _group(exercise, Sameness.BYTES, group, links, short=short)
    for group in _of_one_form(exercise, stub, answers):
        yield _group(exercise, Sameness.FORM, group, links, short=False)


def _of_one_form(exercise: Exercise, stub: str, answers: Sequence[_Answer]) -> Iterator[list[_Answer]]:
    """Yield groups of one normal form in which not all files are identical."""
    taught = {form.digest for form in _references(exercise, stub)}
    outlines = [outline(answer.verdict.source, stub) for answer in answers]
    for alike in _apart(answers, outlines):
        forms = [normal_form(answer.verdict.source, stub) for answer in alike]
        long = [form is not None and form.size >= LEAST_SIZE and form.digest not in taught for form in forms]
        digests = [
            form.digest if form is not None and wanted else None for form, wanted in zip(forms, long, strict=True)
        ]
        for group in _apart(alike, digests):
            if len({answer.verdict.digest for answer in group}) > 1:
                yield group


def _references(exercise: Exercise, stub: str) -> Iterator[NormalForm]:
    if exercise.reference is not None:
        form = normal_form(exercise.reference.read_text("utf-8"), stub)
        if form is not None:
            yield form


def _apart(answers: Sequence[_Answer], keys: Iterable[object]) -> list[list[_Answer]]:
    """Group answers by their keys; a key that is None or empty is that of no group, and neither is one hand-in."""
    by_key: dict[object, list[_Answer]] = defaultdict(list)
    for answer, key in zip(answers, keys, strict=True):
        if key:
            by_key[key].append(answer)
    return [group for group in by_key.values() if len({answer.verdict.file for answer in group}) > 1]


def _group(
    exercise: Exercise, sameness: Sameness, group: Sequence[_Answer], links: Mapping[str, LearnerLink], *, short: bool
) -> SameGroup:
    learners = tuple(links[answer.mark.learner] for answer in group)
    return SameGroup(exercise=exercise.id, sameness=sameness, learners=learners, short=short)
