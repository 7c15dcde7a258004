"""The misconceptions of a class: failures by diagnosis, with one line of code and what to say about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.classroom.results import ClassResults
from grader.diagnosis import Diagnosis
from grader.reports.class_failures import Miss
from grader.reports.class_names import MAX_LINE, Names, without_texts
from grader.reports.class_views import percent
from grader.reports.words import counted

MAX_EXCERPT = 160
MAX_TESTS_NAMED = 6
HEADS = ("def ", "async def ", "class ", "@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misconception:
    """One kind of failure over the whole class, and what to say about it."""

    place: int
    slug: str
    sentence: str
    learners: int
    share: str
    exercises: tuple[str, ...]
    tests: str
    excerpt: str
    alike: str
    """How many learners have a line like the excerpt."""
    say: str
    ask: str
    show: str


def misconceptions(results: ClassResults, missed: Iterable[Miss]) -> tuple[Misconception, ...]:
    """Return the kinds of failure, those of the most learners first."""
    by_slug: dict[str, list[Miss]] = defaultdict(list)
    for miss in missed:
        by_slug[miss.failure.diagnosis].append(miss)
    groups = sorted(by_slug.items(), key=lambda item: (-len(_learners(item[1])), item[0]))

    return tuple(_misconception(results, place, slug, group) for place, (slug, group) in enumerate(groups))


def kinds_of_learners(found: Iterable[Misconception], missed: Iterable[Miss]) -> dict[str, set[int]]:
    """Return the places of the misconceptions of each learner."""
    places = {one.slug: one.place for one in found}
    kinds: dict[str, set[int]] = defaultdict(set)
    for miss in missed:
        kinds[miss.learner].add(places[miss.failure.diagnosis])
    return kinds


def _learners(group: Iterable[Miss]) -> set[str]:
    return {miss.learner for miss in group}


def _misconception(results: ClassResults, place: int, slug: str, group: Sequence[Miss]) -> Misconception:
    diagnosis = results.kit.diagnoses.get(slug) or _unknown(slug, group[0])
    excerpt, alike = _typical_line(results, group)
    learners = len(_learners(group))

    return Misconception(
        place=place,
        slug=slug,
        sentence=diagnosis.sentence,
        learners=learners,
        share=percent(learners, len(results.learners)),
        exercises=tuple(id for id in results.exercises if any(miss.exercise == id for miss in group)),
        tests=_tests_said(group),
        excerpt=excerpt,
        alike=f"{counted(alike, 'learner')} with such a line" if alike > 1 else "",
        say=diagnosis.explanation,
        ask=diagnosis.hints[0] if diagnosis.hints else "",
        show=diagnosis.hints[-1] if diagnosis.hints else diagnosis.help,
    )


def _unknown(slug: str, miss: Miss) -> Diagnosis:
    """What is left of a diagnosis that the kit no longer has: an old verdict may be reported with a newer kit."""
    return Diagnosis(slug=slug, sentence=miss.test.label, explanation="", help="", hints=())


def _tests_said(group: Iterable[Miss]) -> str:
    counts = Counter((miss.exercise, miss.test.number) for miss in group)
    named = sorted(key for key, _ in counts.most_common(MAX_TESTS_NAMED))
    more = len(counts) - len(named)
    said = ", ".join(f"{exercise} test {number}" for exercise, number in named)
    return f"{said} and {counted(more, 'other test')}" if more else said


def _typical_line(results: ClassResults, group: Iterable[Miss]) -> tuple[str, int]:
    """Choose the line that most learners have in common, without what says whose it is."""
    authors: dict[str, dict[str, str]] = defaultdict(dict)
    for miss in group:
        line = _code_alone(miss.failure.source[:MAX_LINE])
        if line:
            authors[line].setdefault(miss.learner, miss.failure.source)
    if not authors:
        return "", 0
    # The first line of a function stands for "somewhere in here", where nothing better is known.
    line = max(authors, key=lambda line: (not line.startswith(HEADS), len(authors[line]), line))
    author = next(iter(authors[line]))

    return Names([results.learners[author]]).masked(line)[:MAX_EXCERPT], len(authors[line])


@lru_cache(maxsize=4096)
def _code_alone(source: str) -> str:
    return without_texts(source).strip()
