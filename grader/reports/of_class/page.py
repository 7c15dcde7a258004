"""The class report: one HTML file for the instructor, and one page for each learner.

The page of the class takes style, colours and figures from the learner's page and adds its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.classroom.marks import ClassResults
from grader.judge.verdict import Verdict
from grader.reports.of_class.anonymous import anonymised
from grader.reports.of_class.clusters import clustered
from grader.reports.of_class.failures import (
    MANNER_WORDS,
    by_exercise,
    failure_rows,
    gap_rows,
    kinds_of_learners,
    misconceptions,
    misses,
    worst,
)
from grader.reports.of_class.figures import (
    BY_HAND,
    LATE,
    MEAN_OF,
    CellState,
    distribution,
    exercise_rows,
    facts,
    headline,
    heat_rows,
    page_name,
    people,
    states_of,
)
from grader.reports.of_class.lists import MAX_ROWS, lists
from grader.reports.page import learner_page, moment, render
from grader.sandbox.isolation import shared

LEARNERS = "learners"
"""The folder of the learners' pages, beside the page of the class."""
PAGE_NAME = re.compile(r"[a-z0-9-]+-[0-9a-f]{10}\.html")
SIGN = b'<meta name="generator" content="awaitlings">'
HEAD = 1000
"""Bytes at the beginning of a page that the sign stands in."""


def class_page(results: ClassResults, *, templates: Path) -> str:
    """Render the page of a class, with links to the pages of its learners in the folder ``learners`` beside it."""
    pages = {key: f"{LEARNERS}/{page_name(key)}" for key in results.learners if _verdicts(results, key)}
    return _page(results, pages, templates)


def anonymous_class_page(results: ClassResults, *, templates: Path) -> str:
    """Render the page of a class without names, keys, addresses, file names, or links to anybody's page."""
    return _page(anonymised(results), {}, templates)


def learner_pages(results: ClassResults, *, templates: Path) -> Iterator[tuple[str, str]]:
    """Yield the file name and the text of one page for each learner who handed something in.

    A page is the same as the learner's own report and says nothing about anybody else.
    """
    for key in results.learners:
        verdicts = _verdicts(results, key)
        if verdicts:
            yield (
                page_name(key),
                learner_page(
                    verdicts,
                    kit_title=results.kit.title,
                    diagnoses=results.kit.diagnoses,
                    made_at=results.made_at,
                    templates=templates,
                ),
            )


def is_learner_page(path: Path) -> bool:
    """Whether the grader wrote this file as a learner's page: it has such a name, and the page says so itself."""
    if not PAGE_NAME.fullmatch(path.name) or not path.is_file():
        return False
    with path.open("rb") as page:
        return SIGN in page.read(HEAD)


def _verdicts(results: ClassResults, key: str) -> tuple[Verdict, ...]:
    return tuple(mark.verdict for mark in results.by_learner[key] if mark.verdict is not None)


def _page(results: ClassResults, pages: Mapping[str, str], templates: Path) -> str:
    who = people(results, pages)
    states = states_of(results)
    missed = misses(results)
    rows = failure_rows(results, missed)
    found = misconceptions(results, missed)
    context = {
        "title": results.title,
        "headline": headline(results, states),
        "facts": facts(results, states),
        "exercises": exercise_rows(results),
        "mean_of": MEAN_OF,
        "states": tuple(CellState),
        "distribution": distribution(results),
        "heat": heat_rows(results, states, who, kinds_of_learners(found, missed)),
        "late": LATE,
        "by_hand": BY_HAND,
        "heat_total": sum(mark.total for mark in next(iter(results.by_learner.values()), ())),
        "worst": worst(rows),
        "groups": by_exercise(results, rows),
        "manners": MANNER_WORDS,
        "gaps": gap_rows(missed),
        "misconceptions": found,
        "clustered": clustered(missed),
        "lists": lists(results, states, who),
        "max_rows": MAX_ROWS,
        "made_with": _made_with(results),
        "reproduce": results.reproduce,
        "made_at": moment(results.made_at),
    }
    return render(templates, "class.html", parts=("learner", "class"), context=context)


def _made_with(results: ClassResults) -> tuple[tuple[str, str], ...]:
    """Say what must be the same for the results to be the same."""
    verdicts = [mark.verdict for mark in results.marks if mark.verdict is not None]
    versions = dict.fromkeys(f"{name} {number}" for verdict in verdicts for name, number in verdict.versions)
    kits = dict.fromkeys(verdict.kit for verdict in verdicts)
    seeds = f"natural order, then seeds 1 to {results.schedules - 1}" if results.schedules > 1 else "natural order only"

    return (
        ("grader", results.version),
        ("kit", ", ".join(kits) or f"{results.kit.title} {results.kit.version}"),
        ("kit digest", results.kit.digest[:16]),
        ("versions", ", ".join(versions) or "–"),
        ("schedules", f"up to {results.schedules} of each test on each backend: {seeds}"),
        ("isolation", "; ".join([f"level {results.isolation} or better", *_shared(results)])),
        ("submissions", results.intake.because or results.intake.layout),
        ("from the gradebook", f"{results.reused} verdicts were not made again, as nothing had changed"),
    )


def _shared(results: ClassResults) -> Iterator[str]:
    """What the instructor has to know of the exercises whose programs were not alone in what they used."""
    for exercise in map(results.kit.exercise, results.exercises):
        if found := shared(exercise.needs, results.isolation):
            yield f"{exercise.id}: {found}"
