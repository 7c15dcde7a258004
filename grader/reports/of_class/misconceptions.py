"""What the class has not understood: the mistake to mend first in each answer, counted by learners, and what to say.

One mistake fails many tests. A learner has one root for each exercise, and what else fails is told beside it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.classroom.marks import ClassResults, Mark
from grader.judge.verdict import Verdict
from grader.kit.diagnosis import Diagnosis
from grader.reports.of_class.anonymous import EXCERPT_UNSAID, KnownNames, without_texts
from grader.reports.of_class.failures import Miss, TestKey
from grader.reports.views import main_finding
from grader.rounding import share_said
from grader.text import counted, tests_named

MAX_EXCERPT = 160
MAX_TESTS_NAMED = 6
HEADS = ("def ", "async def ", "class ", "@")


@dataclass(frozen=True, slots=True, kw_only=True)
class RootMiss:
    """What one learner has to mend first in one exercise, and the other tests that fail there."""

    miss: Miss
    consequences: tuple[TestKey, ...]
    """They fail for the same reason."""
    others: tuple[TestKey, ...]
    """They fail for another reason, or the verdict does not say for which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """One kind of mistake over the whole class, and what to say about it.

    ``tests``, ``consequences`` and ``others`` name tests. ``alike`` is how many learners have a line like the excerpt.
    """

    place: int
    slug: str
    sentence: str
    learners: int
    share: str
    exercises: tuple[str, ...]
    tests: str
    consequences: str
    others: str
    excerpt: str
    alike: str
    say: str
    ask: str
    show: str


def roots(results: ClassResults) -> tuple[RootMiss, ...]:
    """Return the root of every answer that fails, in the order of the marks."""
    found = (_root(mark, mark.verdict) for mark in results.marks if mark.verdict is not None)
    return tuple(root for root in found if root is not None)


def _root(mark: Mark, verdict: Verdict) -> RootMiss | None:
    finding = main_finding(verdict)
    if finding is None:
        return None
    own = {finding.test.number, *finding.same}
    failed = [test.number for test in verdict.tests if any(result.failure for result in test.results)]
    return RootMiss(
        miss=Miss(
            learner=mark.learner,
            exercise=mark.exercise,
            test=finding.test,
            backend=finding.backends[0],
            failure=finding.failure,
        ),
        consequences=tuple((mark.exercise, number) for number in finding.same),
        others=tuple((mark.exercise, number) for number in failed if number not in own),
    )


def misconceptions(results: ClassResults, found: Iterable[RootMiss]) -> tuple[Misconception, ...]:
    """Return the kinds of mistakes, those of the most learners first."""
    by_slug: dict[str, list[RootMiss]] = defaultdict(list)
    for root in found:
        by_slug[root.miss.failure.diagnosis].append(root)
    groups = sorted(by_slug.items(), key=lambda item: (-_learners(item[1]), item[0]))
    return tuple(_misconception(results, place, slug, group) for place, (slug, group) in enumerate(groups))


def kinds_of_learners(kinds: Iterable[Misconception], found: Iterable[RootMiss]) -> dict[str, set[int]]:
    """Return the places of the misconceptions of each learner."""
    places = {kind.slug: kind.place for kind in kinds}
    by_learner: dict[str, set[int]] = defaultdict(set)
    for root in found:
        by_learner[root.miss.learner].add(places[root.miss.failure.diagnosis])
    return by_learner


def _learners(group: Iterable[RootMiss]) -> int:
    return len({root.miss.learner for root in group})


def _misconception(results: ClassResults, place: int, slug: str, group: Sequence[RootMiss]) -> Misconception:
    # The kit may no longer have this diagnosis: an old verdict may be reported with a newer kit.
    unknown = Diagnosis(slug=slug, sentence=group[0].miss.test.label, explanation="", help="", hints=())
    diagnosis = results.kit.diagnoses.get(slug, unknown)
    excerpt, alike = _typical_line(results, [root.miss for root in group])
    learners = _learners(group)
    consequences = Counter(key for root in group for key in root.consequences)
    others = Counter(key for root in group for key in root.others if key not in consequences)

    return Misconception(
        place=place,
        slug=slug,
        sentence=diagnosis.sentence,
        learners=learners,
        share=share_said(learners, len(results.learners)),
        exercises=tuple(id for id in results.exercises if any(root.miss.exercise == id for root in group)),
        tests=_tests_said(Counter((root.miss.exercise, root.miss.test.number) for root in group)),
        consequences=_tests_said(consequences),
        others=_tests_said(others),
        excerpt=excerpt,
        alike=f"{counted(alike, 'learner')} with such a line" if alike > 1 else "",
        say=diagnosis.explanation,
        ask=diagnosis.hints[0] if diagnosis.hints else "",
        show=diagnosis.hints[-1] if diagnosis.hints else diagnosis.help,
    )


def _tests_said(counts: Counter[TestKey]) -> str:
    """Name tests, those of most learners: ``ex01 tests 2 and 3, ex02 test 1``."""
    named: dict[str, list[int]] = defaultdict(list)
    for exercise, number in sorted(key for key, _ in counts.most_common(MAX_TESTS_NAMED)):
        named[exercise].append(number)
    more = len(counts) - MAX_TESTS_NAMED
    tests = ", ".join(f"{exercise} {tests_named(numbers)}" for exercise, numbers in named.items())
    return f"{tests} and {counted(more, 'other test')}" if more > 0 else tests


def _typical_line(results: ClassResults, group: Iterable[Miss]) -> tuple[str, int]:
    """Choose the line that most learners have in common and that does not name its author; count those learners."""
    authors: dict[str, dict[str, None]] = defaultdict(dict)
    for miss in group:
        if line := without_texts(miss.failure.source).strip():
            authors[line][miss.learner] = None
    # The first line of a function stands for "somewhere in here", where nothing better is known.
    best = sorted(authors, key=lambda line: (not line.startswith(HEADS), len(authors[line]), line), reverse=True)
    for line in best:
        author = results.learners[next(iter(authors[line]))]
        if line != EXCERPT_UNSAID and not KnownNames([author]).appear_in(line):
            return line[:MAX_EXCERPT], len(authors[line])

    return (EXCERPT_UNSAID, 0) if best else ("", 0)
