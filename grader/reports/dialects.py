"""The reports that other programs read: what they are called, what each can hold, and how they are written.

A new dialect is a module of its own, which the room's ``__init__`` lists, a word of ``Dialect``, and a line in
``OF_A_RUN`` or ``OF_A_CLASS`` or both. If its readers take a number for a score, it stands in ``SCORES`` as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from grader.errors import InternalError, KitError, MachineError, UsageError, do_all
from grader.files import write_file, write_texts
from grader.judge.kitfault import fault_in
from grader.judge.verdict import Status, Verdict
from grader.reports import classroom50, dolos, exercism, github, github_classroom, gradescope, junit, tables
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
    DOLOS = "dolos"
    GITHUB_CLASSROOM = "github-classroom"


Verdicts = tuple[Verdict, ...]
Environment = Mapping[str, str]

OF_A_RUN: Mapping[Dialect, Callable[[Verdicts, Environment], str]] = {
    Dialect.JSONL: lambda verdicts, _: tables.run_lines(verdicts),
    Dialect.JUNIT: lambda verdicts, _: junit.run_xml(verdicts),
    Dialect.GRADESCOPE: lambda verdicts, _: gradescope.results_json(verdicts),
    Dialect.EXERCISM: lambda verdicts, _: exercism.results_json(verdicts[0]),
    Dialect.CLASSROOM50: classroom50.result_json,
    Dialect.GITHUB: lambda verdicts, _: github.run_summary(verdicts),
    Dialect.GITHUB_CLASSROOM: lambda verdicts, _: github_classroom.results_json(verdicts),
}
"""How the run of one learner is written."""
OF_A_CLASS: Mapping[Dialect, Callable[[ClassResults], Iterable[str]]] = {
    Dialect.CSV: lambda results: (tables.grades_csv(results),),
    Dialect.JSONL: tables.class_lines,
    Dialect.JUNIT: lambda results: (junit.class_xml(results),),
    Dialect.GITHUB: lambda results: (github.class_summary(results),),
}
"""How a class is written, part after part."""
FOLDERS_OF_A_CLASS: Mapping[Dialect, Callable[[ClassResults], Iterable[tuple[str, str]]]] = {
    Dialect.DOLOS: dolos.class_files,
}
"""How a class is written into a folder, file after file, each with its path there."""
SCORES = (Dialect.GRADESCOPE, Dialect.CLASSROOM50, Dialect.GITHUB_CLASSROOM)
"""Programs that read these take any file for a score, so none is written for an exercise that was not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOrder:
    """A report to be written: what is asked for with ``--report``."""

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
    if order.dialect in FOLDERS_OF_A_CLASS:
        if order.path.exists() and not order.path.is_dir():
            raise UsageError(f"--report {text}: this is a file", hint=f"Name a folder: {name} is written into one.")
    elif order.path.is_dir():
        raise UsageError(f"--report {text}: this is a folder", hint="Name a file in it.")
    return order


def check_for_run(orders: Sequence[ReportOrder], exercises: int, environment: Environment) -> None:
    """Refuse what a learner's run cannot be written as, before anything is graded. Raises UsageError, MachineError."""
    _refuse_twice(orders)
    for order in orders:
        match order.dialect:
            case Dialect.CSV:
                hint = f"Use `grade class DIR --report csv=PATH`; for a run there are {', '.join(OF_A_RUN)}."
                raise UsageError("csv is the table of a class, and this is the run of one learner", hint=hint)
            case Dialect.DOLOS:
                hint = f"Use `grade class DIR --report dolos=DIR`; for a run there are {', '.join(OF_A_RUN)}."
                raise UsageError("dolos compares the answers of a class, and this is one learner's", hint=hint)
            case Dialect.EXERCISM if exercises != 1:
                hint = "Name one exercise, as in `grade ex01 --report exercism=results.json`."
                raise UsageError(f"exercism's results.json holds one exercise, not {exercises}", hint=hint)
            case Dialect.CLASSROOM50:
                classroom50.check_environment(environment)


def check_for_class(orders: Sequence[ReportOrder]) -> None:
    """Refuse what a class cannot be written as, before anything is graded. Raises UsageError."""
    _refuse_twice(orders)
    for order in orders:
        if order.dialect not in OF_A_CLASS and order.dialect not in FOLDERS_OF_A_CLASS:
            known = ", ".join((*OF_A_CLASS, *FOLDERS_OF_A_CLASS))
            hint = f"Use `grade run` for one submission; for a class there are {known}."
            raise UsageError(f"{order.dialect} holds one submission, and this is a class", hint=hint)


def _refuse_twice(orders: Sequence[ReportOrder]) -> None:
    seen: set[Path] = set()
    for order in orders:
        if order.path in seen:
            raise UsageError(f"--report: two reports go to {order.path}", hint="Give each a file of its own.")
        seen.add(order.path)


# ---- writing ---------------------------------------------------------------------------------------------------------


def write_run(orders: Sequence[ReportOrder], verdicts: Verdicts, environment: Environment) -> None:
    """Write the reports of one learner's run. Raises the first error after all others are written.

    Every dialect must have passed ``check_for_run``. One that holds a score is not written where there is none.
    """

    def write(order: ReportOrder) -> None:
        if order.dialect in SCORES or (order.dialect is Dialect.EXERCISM and not verdicts):
            _refuse_unjudged(order.dialect, verdicts)
        write_file(order.path, OF_A_RUN[order.dialect](verdicts, environment))

    do_all(partial(write, order) for order in orders)


def _refuse_unjudged(dialect: Dialect, verdicts: Sequence[Verdict]) -> None:
    bad = next((verdict for verdict in verdicts if verdict.status is Status.NOT_JUDGED), None)
    if bad is None and verdicts:
        return
    reasons = reasons_not_judged(bad) if bad is not None else ()
    reason = clean_line("; ".join(reasons) or "nothing was judged", 500)
    where = f"{bad.exercise} was not judged" if bad is not None else "there is no verdict"
    message = f"{dialect} is not written, {where}: {reason}"
    if any(fault_in(reason) for reason in reasons):
        raise KitError(message, hint="Have the kit corrected; its author finds the fault with `grade kit check`.")
    kind = InternalError if bad is not None and bad.own_fault else MachineError
    raise kind(message, hint="See `grade doctor`, and run it again.")


def write_class(orders: Sequence[ReportOrder], results: ClassResults) -> None:
    """Write the reports of a class, whose dialects have passed ``check_for_class``. Raises as ``write_run`` does."""

    def write(order: ReportOrder) -> None:
        if order.dialect in FOLDERS_OF_A_CLASS:
            for name, text in FOLDERS_OF_A_CLASS[order.dialect](results):
                write_file(order.path / name, text)
        else:
            write_texts(order.path, OF_A_CLASS[order.dialect](results))

    do_all(partial(write, order) for order in orders)
