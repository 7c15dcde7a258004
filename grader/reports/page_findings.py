"""What the HTML report shows of each failed test: why it failed, who ran when, and what to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from grader.diagnosis import Diagnosis
from grader.reports.clean import clean
from grader.reports.excerpts import Excerpt, excerpt_of_line, place
from grader.reports.next_steps import replay_line
from grader.reports.timeline_svg import Chart, chart, kinds_in
from grader.reports.views import Finding, schedule_said, timelines
from grader.reports.words import counted, waited_since
from grader.verdict import Failure, Verdict

MAX_TEXT = 2000
MAX_OUTPUT_LINES = 12
MAX_WAITING = 8
MAX_LANES = 160
"""Lanes on one page. A page in which everything fails shows the first cause of each exercise, then the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A line of the learner's file."""

    place: str
    number: str
    excerpt: Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """A task that waits."""

    task: str
    line: str
    awaiting: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """One failed test."""

    anchor: str
    number: int
    label: str
    where: str
    slug: str
    error: str
    help: str
    source: SourceView | None
    exception: str
    schedule: str
    replay: str
    first: str
    """The anchor of the finding in which this kind of failure is explained; empty in that one itself."""
    first_number: int
    explanation: str
    charts: tuple[Chart, ...]
    waiting: tuple[WaitingView, ...]
    more_waiting: int
    output: str

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        return kinds_in(self.charts)


def worth_a_figure(groups: Sequence[Sequence[Finding]]) -> set[int]:
    """Choose, by identity, the findings that are shown in full: the first of each kind, fairly over the exercises."""
    firsts = [list({f.failure.diagnosis: f for f in reversed(group)}.values())[::-1] for group in groups]
    chosen: set[int] = set()
    lanes = 0
    for finding in (finding for rank in zip_longest(*firsts) for finding in rank if finding is not None):
        lanes += sum(len(timeline.lanes) for timeline in timelines(finding.failure) or () if timeline)
        if lanes <= MAX_LANES:
            chosen.add(id(finding.failure))

    return chosen


def finding_views(
    verdict: Verdict, found: Sequence[Finding], diagnoses: Mapping[str, Diagnosis], drawn: set[int]
) -> tuple[FindingView, ...]:
    views: list[FindingView] = []
    first: dict[str, FindingView] = {}
    seen: set[int] = set()
    for finding in found:
        slug = finding.failure.diagnosis
        # A test that fails in two ways has two findings, and an anchor may occur once.
        anchor = f"{verdict.exercise}-{finding.test.number}" + ("-b" if finding.test.number in seen else "")
        seen.add(finding.test.number)
        view = _finding(verdict, finding, anchor, first.get(slug), diagnoses.get(slug), drawn)
        first.setdefault(slug, view)
        views.append(view)

    return tuple(views)


def _finding(
    verdict: Verdict,
    finding: Finding,
    anchor: str,
    first: FindingView | None,
    diagnosis: Diagnosis | None,
    drawn: set[int],
) -> FindingView:
    failure = finding.failure
    in_full = id(failure) in drawn

    return FindingView(
        anchor=anchor,
        number=finding.test.number,
        label=finding.test.label,
        where=finding.where,
        slug=failure.diagnosis,
        error=failure.error,
        help=failure.help,
        source=source_view(verdict, failure.line, excerpt_of_line(failure.source)),
        exception=failure.exception,
        schedule=_sentence(schedule_said(finding)),
        replay=replay_line(verdict, finding),
        first=first.anchor if first else "",
        first_number=first.number if first else 0,
        explanation=diagnosis.explanation if diagnosis and not first else "",
        charts=_charts(failure) if in_full else (),
        waiting=_waiting(failure) if in_full else (),
        more_waiting=max(0, len(failure.waiting) - MAX_WAITING) if in_full else 0,
        output=_output(failure) if in_full else "",
    )


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _charts(failure: Failure) -> tuple[Chart, ...]:
    drawn = timelines(failure)
    if drawn is None:
        return ()
    mine, reference = drawn
    return (chart(mine, "Yours"), *([chart(reference, "Reference")] if reference else []))


def _waiting(failure: Failure) -> tuple[WaitingView, ...]:
    return tuple(
        WaitingView(
            task=task.task,
            line="" if task.line is None else str(task.line),
            awaiting=task.awaiting,
            since=waited_since(task.since),
        )
        for task in failure.waiting[:MAX_WAITING]
    )


def _output(failure: Failure) -> str:
    lines = clean(failure.output, MAX_TEXT).strip("\n").split("\n")
    more = len(lines) - MAX_OUTPUT_LINES
    return "\n".join(lines[:MAX_OUTPUT_LINES] + ([f"... and {counted(more, 'line')} more"] if more > 0 else []))


def source_view(verdict: Verdict, line: int | None, excerpt: Excerpt) -> SourceView | None:
    if line is None:
        return None
    return SourceView(place=place(verdict.file, line), number=str(line), excerpt=excerpt)
