"""Writes what a class run leaves behind: the pages, the tables, and the files that go back to a platform."""

from __future__ import annotations

import gc
import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from grader.classroom.gradebook import Gradebook
from grader.classroom.marks import ClassResults, Mark
from grader.files import write_file
from grader.judge.verdict import BackendResult, TestResult, Verdict
from grader.kit.kit import builtin_root
from grader.reports import dialects
from grader.reports.dialects import Dialect, ReportOrder
from grader.reports.of_class import page as class_page
from grader.reports.of_class.figures import page_name

T = TypeVar("T")

PAGE = "class.html"
LEARNERS = "learners"
GRADES = "grades.csv"
LINES = "results.jsonl"
WRITTEN = "written"
PAGES = "pages"
"""Notes in the gradebook that say from what the files, and the page of each learner, were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFiles:
    """Where the files of a class go. ``orders`` are reports that were asked for besides."""

    out: Path
    orders: tuple[ReportOrder, ...] = ()
    anonymous: bool = False

    def write(self, results: ClassResults, gradebook: Gradebook) -> tuple[Path, ...]:
        """Write everything; returns the files to name. Raises GraderError if one cannot be written.

        Where nothing has changed since they were written, they stay as they are: reading 10 000 verdicts and rendering
        their pages takes far longer than finding out that nothing is new.
        """
        said = replace(results, made_at="", reused=0, marks=())
        made_from = _digest(repr(said), *(_fingerprint(mark) for mark in results.marks), str(self.anonymous))
        named = [self.out / name for name in (PAGE, GRADES, LINES)]
        if self.orders or gradebook.note(WRITTEN) != made_from or not all(path.is_file() for path in named):
            stale = self._stale(results, gradebook)
            everything = replace(results, marks=tuple(with_verdicts(results.marks, gradebook)))
            # Verdicts by the thousand are needed to the end; the garbage collector would look through them all again
            # and again, which took a third of the time of a page.
            gc.freeze()
            self._write(everything, stale)
            gradebook.set_note(PAGES, json.dumps({**_known_pages(gradebook), **stale}))
            gradebook.set_note(WRITTEN, made_from)
        return (*named[:1], self.out / LEARNERS, *named[1:], *(order.path for order in self.orders))

    def _stale(self, results: ClassResults, gradebook: Gradebook) -> dict[str, str]:
        """The learners whose pages are not there or say something else, and from what each page is made now."""
        known, found = _known_pages(gradebook), {}
        common = _digest(results.version, results.kit.digest)
        for key, marks in results.by_learner.items():
            made_from = _digest(common, *(_fingerprint(mark) for mark in marks))
            if known.get(key) != made_from or not (self.out / LEARNERS / page_name(key)).is_file():
                found[key] = made_from
        return found

    def _write(self, results: ClassResults, stale: Collection[str]) -> None:
        templates = builtin_root() / "templates"
        for name, text in class_page.learner_pages(_only(results, stale), templates=templates):
            write_file(self.out / LEARNERS / name, text, option="--out OUT")
        page = class_page.anonymous_class_page if self.anonymous else class_page.class_page
        write_file(self.out / PAGE, page(results, templates=templates), option="--out OUT")
        grades = ReportOrder(dialect=Dialect.CSV, path=self.out / GRADES)
        lines = ReportOrder(dialect=Dialect.JSONL, path=self.out / LINES)
        dialects.write_class((grades, lines, *self.orders), results)


def _known_pages(gradebook: Gradebook) -> dict[str, str]:
    found: dict[str, str] = json.loads(gradebook.note(PAGES) or "{}")
    return found


def _only(results: ClassResults, keys: Collection[str]) -> ClassResults:
    """The results of some learners alone."""
    learners = tuple(learner for learner in results.intake.learners if learner.key in keys)
    marks = tuple(mark for mark in results.marks if mark.learner in keys)
    return replace(results, intake=replace(results.intake, learners=learners), marks=marks)


def _fingerprint(mark: Mark) -> str:
    judgement = None if mark.judged is None else (mark.judged.verdict_id, mark.judged.shown)
    return repr((replace(mark, judged=None), judgement))


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()


def with_verdicts(marks: Iterable[Mark], gradebook: Gradebook) -> Iterator[Mark]:
    """The marks with the verdicts that count, and without what belongs to the gradebook."""
    # What many verdicts have in common is kept once: tests that passed, and the traces of the reference.
    shared: dict[Any, Any] = {}
    for mark in marks:
        if mark.judged is None:
            yield mark
        else:
            verdict = gradebook.verdict(mark.judged.verdict_id, shown=mark.judged.shown)
            yield replace(mark, verdict=_sharing(verdict, shared), judged=None)


def _sharing(verdict: Verdict, shared: dict[Any, Any]) -> Verdict:
    def share(value: T) -> T:
        first: T = shared.setdefault(value, value)
        return first

    def share_result(result: BackendResult) -> BackendResult:
        if (failure := result.failure) is None:
            return share(result)
        return replace(result, failure=replace(failure, trace=share(failure.trace), reference=share(failure.reference)))

    def share_test(test: TestResult) -> TestResult:
        rebuilt = replace(test, results=tuple(map(share_result, test.results)))
        return rebuilt if any(result.failure for result in test.results) else share(rebuilt)

    return replace(verdict, tests=tuple(map(share_test, verdict.tests)))


def orders(reports: Sequence[str], directory: Path) -> tuple[ReportOrder, ...]:
    """Read the values of ``--report``, each a ``DIALECT=PATH``. Raises UsageError."""
    orders = tuple(dialects.read_order(text, directory=directory) for text in reports)
    dialects.check_for_class(orders)
    return orders
