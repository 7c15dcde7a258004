"""The results of a class without who is who: every report made from them may be shown to anybody.

Names, keys, addresses, file names and whatever people wrote freely are left out here, before any report sees them,
so that a report cannot forget to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from grader.classroom.intake import Intake, Learner, LeftOver
from grader.classroom.marks import Mark
from grader.classroom.results import ClassResults
from grader.recording import Trace
from grader.reports.class_names import MAX_LINE, Names, without_texts
from grader.reports.words import counted
from grader.submission import Fault
from grader.verdict import BackendResult, Failure, TestResult, Verdict

UNSAID = "left out here, because it may say who it was"
_FILE = re.compile(r"[^\s`'\"(]+\.py\b")
LEAST_FILE = 4
"""Letters of a file's name that are looked for in sentences."""


def anonymised(results: ClassResults) -> ClassResults:
    """Return the results with learners called L001, L002 and so on, in an order that says nothing about them."""
    labels = labels_of(results)
    names = Names(results.intake.learners)
    hidden = _Hidden(results, names)

    return replace(
        results,
        intake=_intake(results.intake, labels),
        marks=tuple(hidden.mark(mark, labels[key]) for key in labels for mark in results.by_learner[key]),
        moved=(f"{counted(len(results.moved), 'mark')} moved; which, and why, is {UNSAID}.",) if results.moved else (),
        reproduce=tuple(names.masked(line) for line in results.reproduce),
    )


def labels_of(results: ClassResults) -> Mapping[str, str]:
    """Return the label of every learner by key, in the order of the labels.

    The same results give the same labels. The order comes from a hash of the keys and of everything that was handed in:
    a roster alone, which many people have, does not lead back from the labels to the names.
    """
    digests = sorted({mark.verdict.digest for mark in results.marks if mark.verdict is not None})
    salt = hashlib.sha256("\n".join(digests).encode()).digest()
    keys = sorted(results.learners, key=lambda key: _hash(salt, key))
    width = max(3, len(str(len(keys))))

    return {key: f"L{number:0{width}}" for number, key in enumerate(keys, start=1)}


def _hash(salt: bytes, key: str) -> bytes:
    return hashlib.sha256(salt + key.encode("utf-8", "surrogatepass")).digest()


def _intake(intake: Intake, labels: Mapping[str, str]) -> Intake:
    return replace(
        intake,
        because="",
        learners=tuple(Learner(key=label, name=label) for label in labels.values()),
        files=(),
        unmatched=_left_over(intake.unmatched),
        refused=_left_over(intake.refused),
        strangers=_left_over(intake.strangers),
    )


def _left_over(files: Sequence[LeftOver]) -> tuple[LeftOver, ...]:
    return tuple(LeftOver(shown=f"file {number}", reason=UNSAID) for number in range(1, len(files) + 1))


class _Hidden:
    """Takes out of verdicts what may say whose they are."""

    def __init__(self, results: ClassResults, names: Names) -> None:
        self._results = results
        self._names = names
        self._traces: dict[int, tuple[Trace, Trace]] = {}
        """Traces by their address, which is theirs as long as they are kept here, with and without names."""

    def mark(self, mark: Mark, label: str) -> Mark:
        return replace(
            mark,
            learner=label,
            verdict=None if mark.verdict is None else self._verdict(mark.verdict),
            judged=None,
            override=f"the reason is {UNSAID}" if mark.override else "",
        )

    def _verdict(self, verdict: Verdict) -> Verdict:
        file = self._results.kit.exercise(verdict.exercise).file
        said = self._sentences(verdict, file)
        return replace(
            verdict,
            file=file,
            digest="",
            tests=tuple(self._test(test, said) for test in verdict.tests),
            faults=tuple(self._fault(fault, said) for fault in verdict.faults),
            look=tuple(self._fault(fault, said) for fault in verdict.look),
            ignored=(),
            trouble=said(verdict.trouble),
        )

    def _sentences(self, verdict: Verdict, file: str) -> Callable[[str], str]:
        """Return what masks sentences about this verdict: names, and the name of the file it was handed in as."""

        def masked(text: str) -> str:
            if not text:
                return ""
            path = PurePath(verdict.file)
            own = {verdict.file, path.name, path.stem} - {file, PurePath(file).stem}
            text = text[:MAX_LINE]
            for name in sorted(own, key=len, reverse=True):
                if len(name) >= LEAST_FILE:
                    text = text.replace(name, file)
            return self._names.masked(_FILE.sub(file, text))

        return masked

    def _fault(self, fault: Fault, said: Callable[[str], str]) -> Fault:
        # The caret counts columns of the line as written, and the line is another one now.
        text = self._names.masked(without_texts(fault.text))
        return replace(fault, error=said(fault.error), help=said(fault.help), text=text, column=None)

    # What is kept from here on is named one by one, so that what records get besides one day is left out too.

    def _test(self, test: TestResult, said: Callable[[str], str]) -> TestResult:
        for result in test.results:
            if result.failure or result.reason or result.cautions:
                return TestResult(
                    number=test.number,
                    name=test.name,
                    label=test.label,
                    points=test.points,
                    results=tuple(self._result(each, said) for each in test.results),
                )
        # Most tests pass and say nothing about anybody; copying all of a large class would take seconds.
        return test

    def _result(self, result: BackendResult, said: Callable[[str], str]) -> BackendResult:
        return BackendResult(
            backend=result.backend,
            outcome=result.outcome,
            schedules=result.schedules,
            all_schedules=result.all_schedules,
            failure=None if result.failure is None else self._failure(result.failure),
            reason=said(result.reason),
        )

    def _failure(self, failure: Failure) -> Failure:
        return Failure(
            diagnosis=failure.diagnosis,
            error="",
            help="",
            ended=failure.ended,
            elapsed=failure.elapsed,
            schedule=failure.schedule,
            line=failure.line,
            source=self._names.masked(without_texts(failure.source)),
            waiting=tuple(replace(task, task="", awaiting="") for task in failure.waiting),
            trace=None if failure.trace is None else self._trace(failure.trace),
            reference=failure.reference,
        )

    def _trace(self, trace: Trace) -> Trace:
        # Traces that are alike are one object; comparing them would take longer than masking them.
        known = self._traces.get(id(trace))
        if known is None:
            known = self._traces[id(trace)] = trace, self._without_names(trace)
        return known[1]

    def _without_names(self, trace: Trace) -> Trace:
        """A task bears the name of the learner's own function."""
        masked = self._names.masked
        names = (*(task.name for task in trace.tasks), *(span.name for span in trace.spans))
        if all(name == masked(name) for name in names):
            return trace
        tasks = tuple(replace(task, name=masked(task.name)) for task in trace.tasks)
        spans = tuple(replace(span, name=masked(span.name)) for span in trace.spans)
        return replace(trace, tasks=tasks, spans=spans)
