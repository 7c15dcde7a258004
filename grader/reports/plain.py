"""Says a verdict as plain text, for reports that other programs read: cleaned, capped, and free of hidden tests.

Only text that the learner wrote or may read goes in: their lines and exceptions, the diagnosis, the author's label and
feedback. Names of spans, tasks, scenarios and inputs stay out, and with them what was got and expected, so no dialect
built on this can leak a hidden test. The terminal and the pages draw a timeline, whose lanes need such names; plain
text has none.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace

from grader.judge.verdict import Failure, Outcome, TestResult, Verdict
from grader.policy.submission import Fault
from grader.reports.excerpts import place, source_lines
from grader.reports.views import (
    Finding,
    cancellation_said,
    findings,
    others_said,
    replay_line,
    schedule_said,
)
from grader.text import clean, clean_line, waited_since

MAX_LINE = 500
MAX_TEXT = 4000
MAX_WAITING = 8


def title(test: TestResult) -> str:
    """Return the number and the requirement, on one line."""
    return clean_line(f"{test.number} {test.label}", MAX_LINE)


def file_of(verdict: Verdict) -> str:
    """Return the submission's path, on one line."""
    return clean_line(verdict.file, MAX_LINE)


def sentence(failure: Failure) -> str:
    """Say what went wrong, on one line."""
    return clean_line(failure.error, MAX_LINE)


def explanation(verdict: Verdict, finding: Finding) -> str:
    """Say one failure in full: what is wrong, where, what to change and what to type."""
    return clean("\n".join(_explained(verdict, finding)), MAX_TEXT)


def explanations(verdict: Verdict, test: TestResult) -> list[str]:
    """Say each failure of a test in full."""
    return [explanation(verdict, finding) for finding in findings(verdict) if finding.test is test]


def fault_explanation(verdict: Verdict, fault: Fault) -> str:
    """Say why the file cannot be judged: what is wrong, where, and what to do."""
    lines = [f"error: {fault.error}", f"  --> {place(verdict.file, fault.line)}", *_source(fault.text)]
    return clean("\n".join([*lines, f"help: {fault.help}"]), MAX_TEXT)


def faults(verdict: Verdict) -> str:
    """Say every fault of the file, one below the other."""
    return clean("\n\n".join(fault_explanation(verdict, fault) for fault in verdict.faults), MAX_TEXT)


def reasons(lines: Iterable[str]) -> str:
    """Say why something was not judged; the learner loses nothing by it."""
    return clean("\n".join(lines) or "nothing was judged", MAX_TEXT)


def printed(test: TestResult, limit: int) -> str:
    """Return the first ``limit`` characters that the learner's program printed in the first play that failed."""
    outputs = (result.failure.output for result in test.results if result.failure is not None)
    return clean(next((output for output in outputs if output), ""), limit)


def outcome(test: TestResult) -> Outcome:
    """Sum up all backends of a test: one that was not judged is worth knowing before one that failed."""
    outcomes = {result.outcome for result in test.results}
    return next((bad for bad in (Outcome.NOT_JUDGED, Outcome.FAIL) if bad in outcomes), Outcome.PASS)


def _explained(verdict: Verdict, finding: Finding) -> Iterator[str]:
    failure = finding.failure
    yield f"error: {failure.error}"
    if failure.exception:
        yield f"  {clean_line(failure.exception, MAX_LINE)}"
    yield f"  --> {place(verdict.file, failure.line)}"
    yield from _source(*(text for _, text in source_lines(verdict, failure)))
    for waiting in failure.waiting[:MAX_WAITING]:
        where = "elsewhere" if waiting.line is None else f"line {waiting.line}"
        yield f"  waits: {where}, for {clean_line(waiting.awaiting, 100)}, {waited_since(waiting.since)}"
    if cancellation := cancellation_said(failure):
        yield f"note: {cancellation}"
    if schedule := schedule_said(replace(finding, failure=replace(failure, turns=""))):
        yield f"note: {schedule}"
    if failure.promise:
        yield f"promise: {failure.promise}"
    for others in others_said(replace(finding, also=())):
        yield f"note: {others}"
    yield f"help: {failure.help}"
    yield f"on {finding.where}; again: {replay_line(verdict, finding)}"


def _source(*lines: str) -> Iterator[str]:
    """Indent lines of the learner's file alike, however deep they stand in it."""
    for line in textwrap.dedent("\n".join(lines)).split("\n"):
        if line.strip():
            yield f"      {clean_line(line.rstrip(), MAX_LINE)}"
