"""The class report: one HTML file for the instructor, and one page for each learner.

The page of the class has the style and the colours of a learner's page and adds its own.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from grader.classroom.marks import ClassResults
from grader.judge.verdict import Verdict
from grader.reports.marked import Marked
from grader.reports.of_class import failures, figures, learner_marks, misconceptions
from grader.reports.of_class.anonymous import anonymised
from grader.reports.of_class.clusters import clustered
from grader.reports.of_class.lists import MAX_ROWS, lists
from grader.reports.of_class.needs import BEHIND, needs
from grader.reports.of_class.same import LEAST_SIZE, same_groups
from grader.reports.page import Background, learner_page, moment
from grader.reports.rendering import render
from grader.sandbox.isolation import shared

LEARNERS = "learners"
"""The folder of the learners' pages, beside the page of the class."""
MAX_SLUG = 40
PAGE_NAME = re.compile(r"[a-z0-9-]+-[0-9a-f]{10}\.html")
SIGN = b'<meta name="generator" content="awaitlings">'
HEAD = 1000
"""Bytes at the beginning of a page that the sign stands in."""


def class_page(results: ClassResults, *, templates: Path) -> str:
    """Render the page of a class, with links to the pages of its learners in the folder ``learners`` beside it."""
    pages = {key: f"{LEARNERS}/{page_name(key)}" for key in results.learners if _has_page(results, key)}
    return _page(results, pages, templates)


def anonymous_class_page(results: ClassResults, *, templates: Path) -> str:
    """Render the page of a class without names, keys, addresses, file names, or links to learners' pages."""
    return _page(anonymised(results), {}, templates)


def learner_pages(results: ClassResults, *, templates: Path) -> Iterator[tuple[str, str]]:
    """Yield the file name and the text of one page for each learner of whom there is something to say.

    A page has the learner's own report and what the gradebook holds, and says nothing about other learners.
    """
    yield from _learner_pages(results, templates, learner_marks.marked)


def nameless_learner_pages(results: ClassResults, *, templates: Path) -> Iterator[tuple[str, str]]:
    """Yield the same pages without the names of the learners in them. File names still tell who it is."""
    yield from _learner_pages(results, templates, learner_marks.nameless)


def _learner_pages(
    results: ClassResults, templates: Path, marked: Callable[[ClassResults, str], Marked]
) -> Iterator[tuple[str, str]]:
    for key in results.learners:
        if _has_page(results, key):
            page = learner_page(
                _verdicts(results, key),
                kit_title=results.kit.title,
                diagnoses=results.kit.diagnoses,
                made_at=results.made_at,
                templates=templates,
                background=Background(marked=marked(results, key)),
            )
            yield page_name(key), page


def page_name(learner_key: str) -> str:
    """Name the file of a learner's page: safe on every file system, and another one for every key."""
    # The digest makes the names unique, also where a file system takes upper and lower case for the same; the rest is
    # for people. No name begins with a dot or is one that Windows keeps for itself.
    digest = hashlib.sha256(learner_key.encode("utf-8", "surrogatepass")).hexdigest()[:10]
    plain = unicodedata.normalize("NFKD", learner_key[:200]).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:MAX_SLUG].strip("-")
    return f"{slug or 'learner'}-{digest}.html"


def is_learner_page(path: Path) -> bool:
    """Whether the grader wrote this file as a learner's page: it has such a name, and the page says so itself."""
    if not PAGE_NAME.fullmatch(path.name) or not path.is_file():
        return False
    try:
        with path.open("rb") as page:
            return SIGN in page.read(HEAD)
    except OSError:  # the grader's own pages can be read
        return False


def _has_page(results: ClassResults, key: str) -> bool:
    """Whether a learner handed something in, or has a mark without it: one set by hand, or a nought for nothing."""
    marks = results.by_learner[key]
    return any(mark.verdict is not None or mark.points is not None for mark in marks)


def _verdicts(results: ClassResults, key: str) -> tuple[Verdict, ...]:
    return tuple(mark.verdict for mark in results.by_learner[key] if mark.verdict is not None)


def _page(results: ClassResults, pages: Mapping[str, str], templates: Path) -> str:
    links = figures.links_of(results, pages)
    states = figures.states_of(results)
    missed = failures.misses(results)
    rows = failures.failure_rows(results, missed)
    found = misconceptions.roots(results)
    kinds = misconceptions.misconceptions(results, found)
    context = {
        "title": results.title,
        "headline": figures.headline(results, states),
        "facts": figures.facts(results, states),
        "needs": needs(results, links),
        "behind": BEHIND,
        "attempts": figures.attempts(results),
        "section_places": figures.section_places(results),
        "exercises": figures.figures(results),
        "mean_of": figures.MEAN_OF,
        "states": tuple(figures.CellState),
        "distribution": figures.distribution(results),
        "heat": figures.heat_rows(results, states, links, misconceptions.kinds_of_learners(kinds, found)),
        "late": figures.LATE,
        "by_hand": figures.BY_HAND,
        "heat_total": figures.totals_of(results),
        "weighing": figures.weighing_said(results),
        "worst": failures.worst(rows),
        "groups": failures.by_exercise(results, rows),
        "manners": failures.MANNER_WORDS,
        "gaps": failures.gap_rows(missed),
        "misconceptions": kinds,
        "clustered": clustered(root.miss for root in found),
        "lists": lists(results, states, links),
        "max_rows": MAX_ROWS,
        "same_files": results.same_files,
        "same": same_groups(results, links),
        "least_size": LEAST_SIZE,
        "made_with": _made_with(results),
        "reproduce": results.reproduce,
        "made_at": moment(results.made_at),
    }
    return render(templates, "class.html", parts=("learner", "keys", "class"), context=context)


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
    """Say of each exercise what its programs shared with the rest of the computer, if anything."""
    for exercise in map(results.kit.exercise, results.exercises):
        if needs := shared(exercise.needs, results.isolation):
            yield f"{exercise.id}: {needs}"
