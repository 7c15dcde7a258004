"""Writes the pages and the tables of a class run; ``classroom.handback`` fills the platform's own file."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from grader.classroom.gradebook import Gradebook
from grader.classroom.marks import ClassResults, Mark
from grader.errors import WorkspaceError
from grader.files import write_file
from grader.judge.verdict import BackendResult, TestResult, Verdict
from grader.kit.kit import builtin_root, digest_of, files_in
from grader.reports import dialects
from grader.reports.dialects import Dialect, ReportOrder
from grader.reports.of_class import page as class_page

T = TypeVar("T")

PAGE = "class.html"
GRADES = "grades.csv"
LINES = "results.jsonl"
WRITTEN = "written"
"""The note in the gradebook that says from what the files were made."""


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
        # A zip is unpacked to another folder in every run, which is nothing new about a class.
        files = tuple(replace(handed, path=Path()) for handed in results.intake.files)
        intake = replace(results.intake, files=files)
        without_marks = replace(results, made_at="", reused=0, marks=(), intake=intake)
        marks = (_fingerprint(mark) for mark in results.marks)
        made_from = _digest(digest_of(files_in(_templates())), repr(without_marks), *marks, str(self.anonymous))
        named = [self.out / name for name in (PAGE, GRADES, LINES)]
        if self.orders or gradebook.note(WRITTEN) != made_from or not all(path.is_file() for path in named):
            everything = replace(results, marks=tuple(with_verdicts(results.marks, gradebook)))
            # Verdicts by the thousand are needed to the end; the garbage collector would look through them all again
            # and again, which took a third of the time of a page.
            gc.freeze()
            self._write(everything)
            gradebook.set_note(WRITTEN, made_from)
        return (*named[:1], self.out / class_page.LEARNERS, *named[1:], *(order.path for order in self.orders))

    def _write(self, results: ClassResults) -> None:
        templates = _templates()
        self._write_learners(results, templates)
        page = class_page.anonymous_class_page if self.anonymous else class_page.class_page
        write_file(self.out / PAGE, page(results, templates=templates), option="--out OUT")
        grades = ReportOrder(dialect=Dialect.CSV, path=self.out / GRADES)
        lines = ReportOrder(dialect=Dialect.JSONL, path=self.out / LINES)
        dialects.write_class((grades, lines, *self.orders), results)

    def _write_learners(self, results: ClassResults, templates: Path) -> None:
        """Write the page of every learner, and remove the pages of an earlier run that have no learner now."""
        folder = self.out / class_page.LEARNERS
        earlier = {path for path in folder.glob("*.html") if class_page.is_learner_page(path)}
        pages = class_page.nameless_learner_pages if self.anonymous else class_page.learner_pages
        for name, text in pages(results, templates=templates):
            write_file(folder / name, text, option="--out OUT")
            earlier.discard(folder / name)
        for path in earlier:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise WorkspaceError(f"{path}: {error.strerror}", hint="Name another folder with --out OUT.") from error


def _templates() -> Path:
    return builtin_root() / "templates"


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
