"""The cards of a learner's page: why a test fails, why a file cannot be judged, and what was noticed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from grader.judge.verdict import Failure, Verdict
from grader.kit.diagnosis import Diagnosis
from grader.policy.submission import Fault
from grader.reports import excerpts, views
from grader.reports.excerpts import ShownLine
from grader.reports.lesson import diagnosis_page
from grader.reports.rendering import MAX_TEXT
from grader.reports.steps import Stepper
from grader.reports.timeline_svg import Chart, chart, kinds_in
from grader.reports.views import Finding, Others, SharedRemark
from grader.text import clean, counted, waited_since

MAX_VALUE = 1000
MAX_OUTPUT_LINES = 12
MAX_WAITING = 8
MAX_LANES = 120
"""Lanes on one page. A page in which everything fails shows the first cause of each exercise, then the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """The lines of a mistake in the learner's file, and those round them where there is room."""

    place: str
    lines: tuple[ShownLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """A task that waits."""

    task: str
    count: str
    """``(3 tasks)`` if there are several of this name."""
    line: str
    awaiting: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OthersView:
    """Other failed tests: their numbers, each with its anchor, if it has one."""

    words: str
    tests: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One failed test."""

    finding: Finding
    anchor: str
    source: SourceView | None
    values: tuple[tuple[str, str], ...]
    """What went in, what came of it and what was expected."""
    raised: str
    schedule: str
    others: tuple[OthersView, ...]
    root: OthersView | None
    """What this test has to do with the root of the verdict."""
    replay: str
    first: FindingView | None
    """The finding in which this kind of failure is explained; None in that one itself and in those of its reason."""
    explanation: str
    page: str
    """Where the diagnosis is explained at length; empty if no such page is beside this one."""
    charts: tuple[Chart, ...]
    stepper: Stepper | None
    waiting: tuple[WaitingView, ...]
    more_waiting: int
    output: str

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        return kinds_in(self.charts)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """Why a file cannot be judged."""

    error: str
    help: str
    source: SourceView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkView:
    """A remark on tests that passed."""

    sentence: str
    explanation: str
    source: SourceView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What there is room for on the page: by identity, the failures that are shown in full and those with steps."""

    in_full: set[int]
    steppers: Mapping[int, Stepper]


def worth_showing(groups: Sequence[Sequence[Finding]]) -> set[int]:
    """Choose, by identity, the failures that are shown in full: the first of each kind, fairly over the exercises.

    Each group has the findings of one exercise, in the order in which they are to be mended.
    """
    firsts = [list({f.failure.diagnosis: f for f in reversed(group)}.values())[::-1] for group in groups]
    chosen: set[int] = set()
    lanes = 0
    for finding in (finding for rank in zip_longest(*firsts) for finding in rank if finding is not None):
        lanes += sum(len(timeline.lanes) for timeline in views.timelines(finding.failure) or () if timeline)
        if lanes <= MAX_LANES:
            chosen.add(id(finding.failure))
    return chosen


def cards_of(
    verdict: Verdict, findings: Sequence[Finding], diagnoses: Mapping[str, Diagnosis], shown: Shown, *, course: str
) -> tuple[FindingView, ...]:
    """Make the cards of some findings of one verdict; ``course`` leads to the pages of the diagnoses, if not empty."""
    made: list[FindingView] = []
    first: dict[str, FindingView] = {}
    seen: set[int] = set()
    for finding in findings:
        slug = finding.failure.diagnosis
        # A test that fails in two ways has two findings, and an anchor may occur once.
        anchor = anchor_of(verdict, finding.test.number) + ("-b" if finding.test.number in seen else "")
        seen.add(finding.test.number)
        view = _finding(verdict, finding, anchor, first.get(slug), diagnoses.get(slug), shown, course)
        first.setdefault(slug, view)
        made.append(view)

    return tuple(made)


def _finding(
    verdict: Verdict,
    finding: Finding,
    anchor: str,
    first: FindingView | None,
    diagnosis: Diagnosis | None,
    shown: Shown,
    course: str,
) -> FindingView:
    failure = finding.failure
    schedule = views.schedule_said(finding)
    in_full = id(failure) in shown.in_full

    return FindingView(
        finding=finding,
        anchor=anchor,
        source=_source_of(verdict, failure, in_full=in_full),
        values=_values(failure),
        raised=views.raised_said(failure),
        schedule=f"{schedule[0].upper()}{schedule[1:]}." if schedule else "",
        others=tuple(_others(verdict, other) for other in views.others_of_root(finding)),
        root=_root(verdict, finding),
        replay=views.replay_line(verdict, finding),
        first=None if first and finding.test.number in first.finding.same else first,
        explanation=diagnosis.explanation if diagnosis and not first else "",
        page=page_of(failure.diagnosis, course) if diagnosis else "",
        charts=_charts(failure) if in_full else (),
        stepper=shown.steppers.get(id(failure)),
        waiting=_waiting(failure) if in_full else (),
        more_waiting=sum(tasks.count for tasks in views.waiting_tasks(failure)[MAX_WAITING:]) if in_full else 0,
        output=_output(failure) if in_full else "",
    )


def _source_of(verdict: Verdict, failure: Failure, *, in_full: bool) -> SourceView | None:
    told = excerpts.source_lines(verdict, failure)
    if not told:
        return None
    lines = excerpts.lines_around(verdict, told) if in_full else tuple(_told(number, text) for number, text in told)
    return SourceView(place=excerpts.place(verdict.file, failure.line), lines=lines)


def _told(number: int, text: str) -> ShownLine:
    return ShownLine(number=number, excerpt=excerpts.excerpt_of_line(text), told=True)


def _values(failure: Failure) -> tuple[tuple[str, str], ...]:
    rows = (
        ("with", failure.inputs),
        ("when", views.cancellation_said(failure)),
        ("got", failure.got),
        ("expected", failure.expected),
    )
    return tuple((label, clean(text, MAX_VALUE)) for label, text in rows if text)


def _others(verdict: Verdict, others: Others) -> OthersView:
    failed = {test.number for test in verdict.tests if any(result.failure for result in test.results)}
    tests = tuple((number, anchor_of(verdict, number) if number in failed else "") for number in others.tests)
    return OthersView(words=f"{others.words[0].upper()}{others.words[1:]}:", tests=tests)


def _root(verdict: Verdict, finding: Finding) -> OthersView | None:
    """Refer from a finding to the root of the verdict."""
    root, number = verdict.root, finding.test.number
    if root is None or number == root.test:
        return None
    if number in root.same:
        words = "This test fails for the same reason as test"
    elif number in root.afterwards:
        words = "Look at this one after test"
    else:
        return None
    return OthersView(words=words, tests=((root.test, anchor_of(verdict, root.test)),))


def _charts(failure: Failure) -> tuple[Chart, ...]:
    drawn = views.timelines(failure)
    if drawn is None:
        return ()
    mine, reference = drawn
    return (chart(mine, "Yours"), *([chart(reference, "Reference")] if reference else []))


def _waiting(failure: Failure) -> tuple[WaitingView, ...]:
    return tuple(
        WaitingView(
            task=tasks.task,
            count=f"({tasks.count} tasks)" if tasks.count > 1 else "",
            line="" if tasks.line is None else str(tasks.line),
            awaiting=tasks.awaiting,
            since=waited_since(tasks.since),
        )
        for tasks in views.waiting_tasks(failure)[:MAX_WAITING]
    )


def _output(failure: Failure) -> str:
    lines = clean(failure.output, MAX_TEXT).strip("\n").split("\n")
    more = len(lines) - MAX_OUTPUT_LINES
    return "\n".join(lines[:MAX_OUTPUT_LINES] + ([f"... and {counted(more, 'line')} more"] if more > 0 else []))


def anchor_of(verdict: Verdict, test: int) -> str:
    """The anchor of the card on a hidden test."""
    return f"{verdict.exercise}-{test}"


def page_of(slug: str, course: str) -> str:
    """Where a diagnosis has a page of its own; empty where the course is not written beside the page."""
    return f"{course}{diagnosis_page(slug)}" if course else ""


# ---- faults and remarks ----------------------------------------------------------------------------------------------


def fault_card(verdict: Verdict, fault: Fault) -> FaultView:
    """Make the card that says why a file cannot be judged."""
    source = None
    if fault.line is not None:
        line = ShownLine(number=fault.line, excerpt=excerpts.excerpt_of_fault(fault), told=True)
        source = SourceView(place=excerpts.place(verdict.file, fault.line), lines=(line,))
    return FaultView(error=fault.error, help=fault.help, source=source)


def remark_card(verdict: Verdict, remark: SharedRemark, diagnoses: Mapping[str, Diagnosis]) -> RemarkView:
    """Make the card of a remark on tests that passed."""
    # Another version of the grader, which knew other kinds, may have judged an older attempt.
    explanation = diagnoses[remark.kind].explanation if remark.kind in diagnoses else ""
    source = None
    if remark.line is not None:
        place = excerpts.place(verdict.file, remark.line)
        source = SourceView(place=place, lines=(_told(remark.line, remark.source),))
    return RemarkView(sentence=views.remark_said(remark), explanation=explanation, source=source)
