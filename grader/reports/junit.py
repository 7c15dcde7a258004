"""Writes JUnit XML: a suite per submission, a case per hidden test, and in a run of one's own per backend as well.

A class of 300 with 12 exercises has a hundred thousand tests on a backend, which services refuse to read (GitLab takes
30 MB); so the report of a class says of a failure what and where, and leaves the rest to ``results.jsonl``.

The elements are those of ``junit-10.xsd`` of Jenkins' xUnit plugin. ``file`` and ``line`` of a case are the one thing
beyond it: GitLab, and many who annotate pull requests, read them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from grader.judge.verdict import BackendResult, Outcome, TestResult, Verdict
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
class _Bad:
    """Why a case is not green: ``tag`` is ``failure error skipped``."""

    tag: str
    type: str
    message: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One ``testcase``."""

    name: str
    line: int | None = None
    bad: _Bad | None = None
    output: str = ""


def run_xml(verdicts: Sequence[Verdict]) -> str:
    """The report of one learner's run; never green if nothing was judged."""
    suites = [_suite(verdict, verdict.exercise) for verdict in verdicts]
    return _document([*suites, *_nothing_judged(verdicts)])


def class_xml(results: ClassResults) -> str:
    """The report of a class, those who handed in nothing included; never green if nothing was judged."""
    judged = [mark.verdict for mark in results.marks if mark.verdict is not None]
    return _document(chain(map(_suite_of_mark, results.marks), _nothing_judged(judged)))


def _suite_of_mark(mark: Mark) -> Element:
    name = f"{mark.exercise}.{clean_line(mark.learner, MAX_NAME)}"
    return _not_handed_in(name) if mark.verdict is None else _brief_suite(mark.verdict, name)


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
    file = plain.file_of(verdict)
    suite = _suite_of(_cases(verdict), name, file=file)
    suite.set("time", f"{verdict.real_seconds:.3f}")
    if verdict.judged_at:
        suite.set("timestamp", verdict.judged_at)
    properties = Element("properties")
    for key, value in _facts(verdict):
        SubElement(properties, "property", name=key, value=clean_line(value, MAX_NAME))
    suite.insert(0, properties)
    return suite


def _brief_suite(verdict: Verdict, name: str) -> Element:
    suite = _suite_of(_brief_cases(verdict), name, file=plain.file_of(verdict))
    suite.set("time", f"{verdict.real_seconds:.3f}")
    for case in suite.iter("testcase"):  # four in five pass, and nobody opens the file for those
        if len(case) == 0:
            del case.attrib["file"]
    return suite


def _suite_of(cases: Sequence[_Case], name: str, *, file: str = "") -> Element:
    suite = Element("testsuite", name=name, tests=str(len(cases)))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(sum(case.bad is not None and case.bad.tag == tag for case in cases)))
    for case in cases:
        _add_case(suite, case, name, file)
    return suite


def _add_case(suite: Element, case: _Case, classname: str, file: str) -> None:
    element = SubElement(suite, "testcase", classname=classname, name=case.name)
    if file:
        element.set("file", file)
    if case.line is not None:
        element.set("line", str(case.line))
    if case.bad is not None:
        SubElement(element, case.bad.tag, type=case.bad.type, message=case.bad.message).text = case.bad.text or None
    if case.output:
        SubElement(element, "system-out").text = case.output


def _facts(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield "kit", verdict.kit
    yield "digest", verdict.digest
    yield "points", f"{round(verdict.points, 2):g} of {verdict.total}"
    yield "isolation", str(verdict.isolation)
    yield from verdict.versions


# ---- cases -----------------------------------------------------------------------------------------------------------


def _cases(verdict: Verdict) -> list[_Case]:
    if verdict.faults:
        first = verdict.faults[0]
        message = clean_line(first.error, plain.MAX_LINE)
        bad = _Bad(tag="failure", type=first.kind, message=message, text=plain.faults(verdict))
        return [_Case(name="0 the file can be judged", line=first.line, bad=bad)]
    if not verdict.tests:
        return [_Case(name="0 the file was judged", bad=_not_judged(reasons_not_judged(verdict)))]
    return [_case(verdict, test, result) for test in verdict.tests for result in test.results]


def _case(verdict: Verdict, test: TestResult, result: BackendResult) -> _Case:
    # A reader takes two cases of one name for one: the second is dropped by GitLab.
    name = f"{clean_line(plain.title(test), MAX_NAME)} [{result.backend}]"
    if result.outcome is Outcome.NOT_JUDGED:
        return _Case(name=name, bad=_not_judged([result.reason]))
    failure = result.failure
    if failure is None:
        return _Case(name=name)
    finding = Finding(test=test, backends=(result.backend,), failure=failure)
    text = plain.explanation(verdict, finding)
    bad = _Bad(tag="failure", type=failure.diagnosis, message=plain.sentence(failure), text=text)
    return _Case(name=name, line=failure.line, bad=bad, output=clean(failure.output, MAX_OUTPUT))


def _brief_cases(verdict: Verdict) -> list[_Case]:
    if verdict.faults:
        first = verdict.faults[0]
        text = clean(first.text.strip(), MAX_BRIEF)
        bad = _Bad(tag="failure", type=first.kind, message=clean_line(first.error, MAX_BRIEF), text=text)
        return [_Case(name="0 the file can be judged", line=first.line, bad=bad)]
    if not verdict.tests:
        return _cases(verdict)
    found = {finding.test.number: finding for finding in reversed(findings(verdict))}
    return [_brief_case(test, found.get(test.number)) for test in verdict.tests]


def _brief_case(test: TestResult, finding: Finding | None) -> _Case:
    name = clean_line(plain.title(test), MAX_NAME)
    if plain.outcome(test) is Outcome.NOT_JUDGED:
        return _Case(name=name, bad=_not_judged(dict.fromkeys(one.reason for one in test.results if one.reason)))
    if finding is None:
        return _Case(name=name)
    failure = finding.failure
    message = clean_line(f"{failure.error} (on {finding.where})", MAX_BRIEF)
    source = clean_line(failure.source.strip(), MAX_BRIEF)
    return _Case(
        name=name, line=failure.line, bad=_Bad(tag="failure", type=failure.diagnosis, message=message, text=source)
    )


def _not_judged(reasons: Iterable[str]) -> _Bad:
    text = plain.reasons(reasons)
    return _Bad(tag="error", type="not-judged", message=clean_line(text, plain.MAX_LINE), text=text)


def _not_handed_in(name: str) -> Element:
    bad = _Bad(tag="skipped", type="missing", message="nothing was handed in")
    return _suite_of([_Case(name="0 the file was handed in", bad=bad)], name)


def _nothing_judged(verdicts: Sequence[Verdict]) -> list[Element]:
    """A case that is red where all others are skipped or there are none: silence is no evidence."""
    if verdicts:  # one that was not judged is red itself
        return []
    return [_suite_of([_Case(name="0 something was judged", bad=_not_judged(["nothing was judged"]))], "grade")]
