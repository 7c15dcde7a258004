"""The reports that other programs read: what they are called, what each can hold, and how they are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from grader.errors import InternalError, MachineError, UsageError, do_all
from grader.files import write_file, write_texts
from grader.judge.verdict import Status, Verdict
from grader.reports import classroom50, exercism, github, gradescope, junit, tables
from grader.reports.views import reasons_not_judged
from grader.text import clean_line

if TYPE_CHECKING:
    from grader.classroom.marks import ClassResults


class Dialect(StrEnum):
    """A form that other programs read."""

    CSV = "csv"
    JSONL = "jsonl"
    JUNIT = "junit"
    GRADESCOPE = "gradescope"
    EXERCISM = "exercism"
    CLASSROOM50 = "classroom50"
    GITHUB = "github"


OF_A_RUN = tuple(dialect for dialect in Dialect if dialect is not Dialect.CSV)
OF_A_CLASS = (Dialect.CSV, Dialect.JSONL, Dialect.JUNIT, Dialect.GITHUB)
WITHOUT_SCORE_NOTHING = (Dialect.GRADESCOPE, Dialect.CLASSROOM50)
"""Whoever reads these takes what stands there for a score; what was not judged has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrder:
    """A report that somebody asked for."""

    dialect: Dialect
    path: Path


def read_order(text: str, *, directory: Path) -> ReportOrder:
    """Read ``DIALECT=PATH``; a relative path begins at ``directory``. Raises UsageError."""
    name, equals, path = text.partition("=")
    known = ", ".join(Dialect)
    if name not in list(Dialect):
        raise UsageError(f"--report: there is no dialect {name!r}", hint=f"Write DIALECT=PATH; there are {known}.")
    if not equals or not path:
        raise UsageError(f"--report {text}: no file is named", hint=f"Write `--report {name}=PATH`.")
    order = ReportOrder(dialect=Dialect(name), path=directory / path)
    if order.path.is_dir():
        raise UsageError(f"--report {text}: this is a folder", hint="Name a file in it.")
    return order


def check_for_run(orders: Sequence[ReportOrder], exercises: int, environment: Mapping[str, str]) -> None:
    """Refuse what a learner's run cannot be written as, before anything is graded. Raises UsageError, MachineError."""
    _refuse_twice(orders)
    for order in orders:
        match order.dialect:
            case Dialect.CSV:
                hint = f"Use `grade class DIR --report csv=PATH`; for a run there are {', '.join(OF_A_RUN)}."
                raise UsageError("csv is the table of a class, and this is the run of one learner", hint=hint)
            case Dialect.EXERCISM if exercises != 1:
                hint = "Name one exercise, as in `grade ex01 --report exercism=results.json`."
                raise UsageError(f"exercism's results.json holds one exercise, not {exercises}", hint=hint)
            case Dialect.CLASSROOM50:
                classroom50.check_environment(environment)


def check_for_class(orders: Sequence[ReportOrder]) -> None:
    """Refuse what a class cannot be written as, before anything is graded. Raises UsageError."""
    _refuse_twice(orders)
    for order in orders:
        if order.dialect not in OF_A_CLASS:
            hint = f"Use `grade run` for one submission; for a class there are {', '.join(OF_A_CLASS)}."
            raise UsageError(f"{order.dialect} holds one submission, and this is a class", hint=hint)


def _refuse_twice(orders: Sequence[ReportOrder]) -> None:
    seen: set[Path] = set()
    for order in orders:
        if order.path in seen:
            raise UsageError(f"--report: two reports go to {order.path}", hint="Give each a file of its own.")
        seen.add(order.path)


# ---- writing ---------------------------------------------------------------------------------------------------------


def write_run(orders: Sequence[ReportOrder], verdicts: tuple[Verdict, ...], environment: Mapping[str, str]) -> None:
    """Write the reports of one learner's run. Raises the first error after all others are written."""

    def write(order: ReportOrder) -> None:
        write_file(order.path, run_text(order.dialect, verdicts, environment))

    do_all(partial(write, order) for order in orders)


def write_class(orders: Sequence[ReportOrder], results: ClassResults) -> None:
    """Write the reports of a class. Raises the first error after all others are written."""

    def write(order: ReportOrder) -> None:
        write_texts(order.path, class_texts(order.dialect, results))

    do_all(partial(write, order) for order in orders)


def run_text(dialect: Dialect, verdicts: tuple[Verdict, ...], environment: Mapping[str, str]) -> str:
    """One learner's run in a dialect that ``check_for_run`` lets through. Raises GraderError if it has no score."""
    if dialect in WITHOUT_SCORE_NOTHING or (dialect is Dialect.EXERCISM and not verdicts):
        _refuse_unjudged(dialect, verdicts)
    match dialect:
        case Dialect.CSV:
            raise UsageError("csv is the table of a class", hint="Use `grade class DIR --report csv=PATH`.")
        case Dialect.JSONL:
            return tables.run_lines(verdicts)
        case Dialect.JUNIT:
            return junit.run_xml(verdicts)
        case Dialect.GRADESCOPE:
            return gradescope.results_json(verdicts)
        case Dialect.EXERCISM:
            return exercism.results_json(verdicts[0])
        case Dialect.CLASSROOM50:
            return classroom50.result_json(verdicts, environment)
        case Dialect.GITHUB:
            return github.run_summary(verdicts)
        case _:
            assert_never(dialect)


def class_texts(dialect: Dialect, results: ClassResults) -> Iterable[str]:
    """The parts of a class in one of ``OF_A_CLASS``. Raises UsageError for the others."""
    match dialect:
        case Dialect.CSV:
            from grader.reports.tables import grades_csv

            return (grades_csv(results),)
        case Dialect.JSONL:
            return tables.class_lines(results)
        case Dialect.JUNIT:
            return (junit.class_xml(results),)
        case Dialect.GITHUB:
            return (github.class_summary(results),)
        case Dialect.GRADESCOPE | Dialect.EXERCISM | Dialect.CLASSROOM50:
            raise UsageError(f"{dialect} holds one submission", hint="Use `grade run`.")
        case _:
            assert_never(dialect)


def _refuse_unjudged(dialect: Dialect, verdicts: Sequence[Verdict]) -> None:
    bad = next((verdict for verdict in verdicts if verdict.status is Status.NOT_JUDGED), None)
    if bad is None and verdicts:
        return
    kind = InternalError if bad is not None and bad.own_fault else MachineError
    reasons = reasons_not_judged(bad) if bad is not None else ()
    said = clean_line("; ".join(reasons) or "nothing was judged", 500)
    where = f"{bad.exercise} was not judged" if bad is not None else "there is no verdict"
    raise kind(f"{dialect} is not written, {where}: {said}", hint="See `grade doctor`, and run it again.")
