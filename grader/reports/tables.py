"""Writes the results of a class for other programs: verdicts as ``results.jsonl``, points as ``grades.csv``.

A line of ``results.jsonl`` states each key of its own, so that a new field of a verdict reaches other programs only by
decision. Traces are left out, because they are most of the bytes; with them goes every name that a hidden test or a
scenario gave.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from grader.classroom.marks import Mark
from grader.classroom.sections import section_names
from grader.classroom.totals import is_weighed, total_of
from grader.judge.verdict import BackendResult, Failure, PartResult, TestResult, Verdict
from grader.policy.submission import Fault
from grader.reports import plain
from grader.rounding import number_said
from grader.text import clean_cell, clean_line

if TYPE_CHECKING:
    from grader.classroom.gradebook import Learner
    from grader.classroom.marks import ClassResults

FORMAT = 1
MAX_TEXT = 500
MAX_CELL = 200
LINE_END = "\r\n"

Row = dict[str, Any]

# ---- results.jsonl ---------------------------------------------------------------------------------------------------


def run_lines(verdicts: Iterable[Verdict]) -> str:
    """The lines of one learner's run, without a name and without marks."""
    return "".join(_line({"verdict": _verdict(verdict)}) for verdict in verdicts)


def class_lines(results: ClassResults) -> Iterator[str]:
    """A line for each learner and exercise, also if the learner handed in nothing.

    ``look`` is what an instructor is asked to read; a learner's own run is without it.
    """
    for mark in results.marks:
        verdict = None if mark.verdict is None else _verdict(mark.verdict)
        look = [] if mark.verdict is None else [_fault(fault) for fault in mark.verdict.look]
        learner = _learner(results.learners[mark.learner])
        yield _line({"learner": learner, "mark": _mark(mark), "verdict": verdict, "look": look})


def _line(row: Row) -> str:
    # ASCII, because some readers of JSON lines take a U+2028 in a name for the end of the line.
    return json.dumps({"format": FORMAT, **row}, ensure_ascii=True) + "\n"


def _learner(learner: Learner) -> Row:
    return {
        "key": _text(learner.key),
        "name": _text(learner.name),
        "email": _text(learner.email),
        "section": _text(learner.section),
        "ids": {_text(system): _text(id) for system, id in learner.ids},
    }


def _mark(mark: Mark) -> Row:
    return {
        "exercise": mark.exercise,
        "standing": mark.standing.value,
        "points": mark.points,
        "total": mark.total,
        "raw": mark.raw,
        "deducted": mark.deducted,
        "days_late": mark.days_late,
        "deadline": mark.deadline,
        "common_deadline": mark.common_deadline,
        "handed_in": mark.handed_in,
        "override": _text(mark.override),
        "weight": mark.weight,
        "extra": mark.extra,
        "dropped": mark.dropped,
        "verdict_id": mark.verdict_id,
    }


def _verdict(verdict: Verdict) -> Row:
    return {
        "exercise": verdict.exercise,
        "title": _text(verdict.title),
        "status": verdict.status.value,
        "points": round(verdict.points, 2),
        "total": verdict.total,
        "complete_run": verdict.complete_run,
        "file": plain.file_of(verdict),
        "digest": verdict.digest,
        "parts": [_part(part) for part in verdict.parts],
        "tests": [_test(test) for test in verdict.tests],
        "faults": [_fault(fault) for fault in verdict.faults],
        "ignored": [_text(name) for name in verdict.ignored],
        "trouble": _text(verdict.trouble),
        "kit": _text(verdict.kit),
        "isolation": verdict.isolation,
        "versions": dict(verdict.versions),
        "real_seconds": round(verdict.real_seconds, 3),
        "virtual_seconds": round(verdict.virtual_seconds, 3),
        "plays": verdict.plays,
        "judged_at": verdict.judged_at,
    }


def _part(part: PartResult) -> Row:
    return {
        "name": _text(part.name),
        "title": _text(part.title),
        "state": part.state.value,
        "points": part.points,
        "earned": round(part.earned, 2),
    }


def _test(test: TestResult) -> Row:
    return {
        "number": test.number,
        "part": _text(test.part),
        "label": _text(test.label),
        "points": test.points,
        "earned": round(test.earned, 2),
        "results": [_result(result) for result in test.results],
    }


def _result(result: BackendResult) -> Row:
    failure = None if result.failure is None else _failure(result.failure)
    return {
        "backend": result.backend,
        "outcome": result.outcome.value,
        "schedules": result.schedules,
        "all_schedules": result.all_schedules,
        "reason": _text(result.reason),
        "failure": failure,
    }


def _failure(failure: Failure) -> Row:
    return {
        "diagnosis": failure.diagnosis,
        "error": plain.sentence(failure),
        "ended": failure.ended.value,
        "line": failure.line,
        "source": _text(failure.source),
        "exception": _text(failure.exception),
        "schedule": failure.schedule,
        "elapsed": failure.elapsed,
    }


def _fault(fault: Fault) -> Row:
    return {"kind": fault.kind, "error": _text(fault.error), "line": fault.line, "source": _text(fault.text)}


def _text(text: str) -> str:
    return clean_line(text, MAX_TEXT)


# ---- grades.csv ------------------------------------------------------------------------------------------------------


def grades_csv(results: ClassResults) -> str:
    """A row per learner in the order of the intake, a column of points per exercise, and the total (RFC 4180).

    There is a column with the section where any learner has one. Points are those of the marks, with up to two digits
    after the point. A cell is empty if the exercise has no points, and so is the total where ``total_of`` gives none.
    Where a total is not the sum of its row, two columns say how it comes about: ``of``, the points that could be had in
    it, and ``dropped``, the exercises that do not count in it.
    """
    weighed = is_weighed(results.marks)
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator=LINE_END)
    sections = bool(section_names(results.intake.learners))
    who_columns = ["key", "name", "email", *(["section"] if sections else [])]
    writer.writerow([*who_columns, *results.exercises, "total", *(["of", "dropped"] if weighed else [])])
    for learner in results.intake.learners:
        marks = results.by_learner[learner.key]
        texts = (learner.key, learner.name, learner.email, *([learner.section] if sections else []))
        who = [clean_cell(text, MAX_CELL) for text in texts]
        by_exercise = {mark.exercise: mark.points for mark in marks}
        total = total_of(marks)
        points = [*(by_exercise.get(exercise) for exercise in results.exercises), total.points]
        made_of = [number_said(total.possible), " ".join(mark.exercise for mark in marks if mark.dropped)]
        cells = ("" if earned is None else number_said(earned) for earned in points)
        writer.writerow([*who, *cells, *(made_of if weighed else [])])
    return file.getvalue()
