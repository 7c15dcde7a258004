"""Writes JUnit XML: a suite per submission, a case per hidden test, and in a run of one's own per backend as well.

A class of 300 with 12 exercises has a hundred thousand tests on a backend, and services refuse to read a report of that
size (GitLab takes 30 MB). So the report of a class says of a failure what it is and where, and leaves the rest to
``results.jsonl``.

The elements are those of ``junit-10.xsd`` of Jenkins' xUnit plugin. ``file`` and ``line`` of a case are the one thing
beyond it: GitLab reads them, and so do many programs that annotate pull requests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from grader.judge.verdict import BackendResult, Failure, Outcome, TestResult, Verdict
from grader.policy.submission import Fault
from grader.reports import plain
from grader.reports.views import Finding, findings, reasons_not_judged
from grader.text import clean, clean_line

if TYPE_CHECKING:
    from grader.classroom.marks import ClassResults, Mark

MAX_NAME = 200
MAX_OUTPUT = 2000
MAX_BRIEF = 200
"""Characters of a message, and of a line of source, in the report of a class."""
COUNTS = ("tests", "failures", "errors")
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One ``testcase``. ``tag`` is ``failure error skipped`` where it is not green."""

    name: str
    line: int | None = None
    tag: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    output: str = ""


def run_xml(verdicts: Sequence[Verdict]) -> str:
    """Return the report of one learner's run; never green if nothing was judged."""
    suites = [_suite(verdict, verdict.exercise) for verdict in verdicts]
    return _document([*suites, *_nothing_judged(verdicts)])


def class_xml(results: ClassResults) -> str:
    """Return the report of a class, learners who handed in nothing included; never green if nothing was judged."""
    judged = [mark.verdict for mark in results.marks if mark.verdict is not None]
    return _document(chain(map(_suite_of_mark, results.marks), _nothing_judged(judged)))


def _suite_of_mark(mark: Mark) -> Element:
    name = f"{mark.exercise}.{clean_line(mark.learner, MAX_NAME)}"
    if mark.verdict is not None:
        return _brief_suite(mark.verdict, name)
    absent = _Case(name="0 the file was handed in", tag="skipped", type="missing", message="nothing was handed in")
    return _suite_of([absent], name)


def _document(suites: Iterable[Element]) -> str:
    totals: Counter[str] = Counter()
    time = 0.0
    pieces = []
    # A class of a thousand has a hundred thousand cases. As text they are 40 MB; as a tree, half a gigabyte.
    for suite in suites:
        totals.update({name: int(suite.get(name, "0")) for name in COUNTS})
        time += float(suite.get("time", "0"))
        ElementTree.indent(suite, space="")
        pieces.append(ElementTree.tostring(suite, encoding="unicode"))
    counts = " ".join(f'{name}="{totals[name]}"' for name in COUNTS)
    head = f'{HEAD}<testsuites name="grade" {counts} time="{time:.3f}">'

    return "\n".join([head, *pieces, "</testsuites>"]) + "\n"


def _suite(verdict: Verdict, name: str) -> Element:
    suite = _suite_of(_cases(verdict), name, verdict)
    if verdict.judged_at:
        suite.set("timestamp", verdict.judged_at)
    properties = Element("properties")
    for key, value in _facts(verdict):
        SubElement(properties, "property", name=key, value=clean_line(value, MAX_NAME))
    suite.insert(0, properties)
    return suite


def _brief_suite(verdict: Verdict, name: str) -> Element:
    suite = _suite_of(_brief_cases(verdict), name, verdict)
    for case in suite.iter("testcase"):  # four in five pass, and a passing case needs no file to open
        if len(case) == 0:
            del case.attrib["file"]
    return suite


def _suite_of(cases: Sequence[_Case], name: str, verdict: Verdict | None = None) -> Element:
    suite = Element("testsuite", name=name, tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.tag == tag for case in cases)))
    if verdict is not None:
        suite.set("time", f"{verdict.real_seconds:.3f}")
    for case in cases:
        element = SubElement(suite, "testcase", classname=name, name=case.name)
        if verdict is not None:
            element.set("file", plain.file_of(verdict))
        if case.line is not None:
            element.set("line", str(case.line))
        if case.tag:
            SubElement(element, case.tag, type=case.type, message=case.message).text = case.text or None
        if case.output:
            SubElement(element, "system-out").text = case.output
    return suite


def _facts(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield "kit", verdict.kit
    yield "digest", verdict.digest
    yield "points", f"{round(verdict.points, 2):g} of {verdict.total}"
    yield "isolation", str(verdict.isolation)
    yield from verdict.versions


# ---- cases -----------------------------------------------------------------------------------------------------------


def _cases(verdict: Verdict) -> list[_Case]:
    if verdict.faults:
        return [_fault(verdict.faults[0], plain.MAX_LINE, plain.faults(verdict))]
    if not verdict.tests:
        return [_not_judged("0 the file was judged", reasons_not_judged(verdict))]
    return [_case(verdict, test, result) for test in verdict.tests for result in test.results]


def _fault(fault: Fault, limit: int, text: str) -> _Case:
    message = clean_line(fault.error, limit)
    return _Case(
        name="0 the file can be judged", line=fault.line, tag="failure", type=fault.kind, message=message, text=text
    )


def _case(verdict: Verdict, test: TestResult, result: BackendResult) -> _Case:
    # A reader takes two cases of one name for one: the second is dropped by GitLab.
    name = f"{clean_line(plain.title(test), MAX_NAME)} [{result.backend}]"
    if result.outcome is Outcome.NOT_JUDGED:
        return _not_judged(name, [result.reason])
    failure = result.failure
    if failure is None:
        return _Case(name=name)
    return _Case(
        name=name,
        line=failure.line,
        tag="failure",
        type=failure.diagnosis,
        message=plain.sentence(failure),
        text=plain.explanation(verdict, _finding_on(verdict, test, result.backend, failure)),
        output=clean(failure.output, MAX_OUTPUT),
    )


def _finding_on(verdict: Verdict, test: TestResult, backend: str, failure: Failure) -> Finding:
    """Return the finding of one backend. What it says of other tests is that of the finding on all its backends."""
    known = next(one for one in findings(verdict) if one.test.number == test.number and backend in one.backends)
    return replace(known, backends=(backend,), failure=failure)


def _brief_cases(verdict: Verdict) -> list[_Case]:
    if verdict.faults:
        return [_fault(verdict.faults[0], MAX_BRIEF, clean(verdict.faults[0].text.strip(), MAX_BRIEF))]
    if not verdict.tests:
        return _cases(verdict)
    first = {finding.test.number: finding for finding in reversed(findings(verdict))}
    return [_brief_case(test, first.get(test.number)) for test in verdict.tests]


def _brief_case(test: TestResult, finding: Finding | None) -> _Case:
    name = clean_line(plain.title(test), MAX_NAME)
    if plain.outcome(test) is Outcome.NOT_JUDGED:
        return _not_judged(name, dict.fromkeys(result.reason for result in test.results if result.reason))
    if finding is None:
        return _Case(name=name)
    failure = finding.failure
    return _Case(
        name=name,
        line=failure.line,
        tag="failure",
        type=failure.diagnosis,
        message=clean_line(f"{failure.error} (on {finding.where})", MAX_BRIEF),
        text=clean_line(failure.source.strip(), MAX_BRIEF),
    )


def _not_judged(name: str, reasons: Iterable[str]) -> _Case:
    text = plain.reasons(reasons)
    return _Case(name=name, tag="error", type="not-judged", message=clean_line(text, plain.MAX_LINE), text=text)


def _nothing_judged(verdicts: Sequence[Verdict]) -> list[Element]:
    """Return a case that is red where all others are skipped or there are none: silence is no evidence."""
    if verdicts:  # one that was not judged is red itself
        return []
    return [_suite_of([_not_judged("0 something was judged", ["nothing was judged"])], "grade")]
