"""What the HTML report shows, as plain records: the views of a verdict, worded and cut for one page.

Templates do no arithmetic and make no choices beyond "if there is one"; everything they print stands in here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from grader.judge.verdict import Failure, Outcome, Status, TestResult, Verdict
from grader.kit.diagnosis import Diagnosis
from grader.policy.submission import Fault
from grader.reports.timeline_svg import Chart, chart, kinds_in
from grader.reports.views import (
    OUTCOME_WORDS,
    STATUS_WORDS,
    Command,
    Excerpt,
    Finding,
    SharedRemark,
    excerpt_of_fault,
    excerpt_of_line,
    findings,
    next_commands,
    note_said,
    notes,
    place,
    points_said,
    reasons_not_judged,
    replay_line,
    schedule_said,
    timelines,
    times_said,
)
from grader.text import clean, counted, joined, waited_since, whole_points

if TYPE_CHECKING:
    from jinja2 import Environment

# ---- page findings ---------------------------------------------------------------------------------------------------
#
# What the HTML report shows of each failed test: why it failed, who ran when, and what to change.


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


OUTCOME_GLYPHS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.NOT_JUDGED: "–"}
STATUS_GLYPHS = {Status.PASS: "✓", Status.FAIL: "✗", Status.CANNOT_JUDGE: "✗", Status.NOT_JUDGED: "–"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultView:
    """Why a file cannot be judged."""

    error: str
    help: str
    source: SourceView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemarkView:
    """Something noticed in tests that passed."""

    said: str
    explanation: str
    source: SourceView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CellView:
    """One hidden test on one backend."""

    outcome: str
    glyph: str
    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TestView:
    """One row of the table of tests."""

    __test__ = False

    number: int
    label: str
    points: str
    anchor: str
    cells: tuple[CellView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseView:
    """One exercise."""

    id: str
    title: str
    file: str
    status: str
    glyph: str
    word: str
    points: str
    share: str
    times: str
    judged: str
    failed: str
    backends: tuple[str, ...]
    tests: tuple[TestView, ...]
    faults: tuple[FaultView, ...]
    reasons: tuple[str, ...]
    findings: tuple[FindingView, ...]
    notes: tuple[RemarkView, ...]
    ignored: str
    commands: tuple[Command, ...]


def exercise_views(verdicts: Sequence[Verdict], diagnoses: Mapping[str, Diagnosis]) -> tuple[ExerciseView, ...]:
    """Say what the page shows of each exercise."""
    drawn = worth_a_figure([findings(verdict) for verdict in verdicts])
    return tuple(_exercise(verdict, diagnoses, drawn) for verdict in verdicts)


def summary(verdicts: Sequence[Verdict]) -> str:
    """Say in one line how it stands."""
    if len(verdicts) == 1:
        said = {
            Status.PASS: "is complete" if verdicts[0].complete_run else "passes what was asked for",
            Status.FAIL: "is not complete yet",
            Status.CANNOT_JUDGE: "cannot be judged as it is",
            Status.NOT_JUDGED: "was not judged",
        }
        return f"{verdicts[0].title} {said[verdicts[0].status]}"
    passed = sum(verdict.status is Status.PASS for verdict in verdicts)
    return f"{passed} of {counted(len(verdicts), 'exercise')} complete"


def versions(verdicts: Sequence[Verdict]) -> str:
    """Name what the verdicts were made with, each once."""
    return ", ".join(dict.fromkeys(f"{name} {number}" for verdict in verdicts for name, number in verdict.versions))


def moment(iso: str) -> str:
    """Write a UTC time of ISO 8601 as people read it: ``2026-11-22 03:50 UTC``."""
    return iso[:16].replace("T", " ") + " UTC" if iso else ""


def _exercise(verdict: Verdict, diagnoses: Mapping[str, Diagnosis], drawn: set[int]) -> ExerciseView:
    found = findings(verdict)
    failed = sum(not test.passed for test in verdict.tests)

    return ExerciseView(
        id=verdict.exercise,
        title=verdict.title,
        file=verdict.file,
        status=verdict.status,
        glyph=STATUS_GLYPHS[verdict.status],
        word=STATUS_WORDS[verdict.status].capitalize(),
        points=points_said(verdict) if verdict.tests else "",
        share=f"{min(100, 100 * whole_points(verdict.points) // max(verdict.total, 1))}%",
        times=times_said(verdict),
        judged=moment(verdict.judged_at),
        failed=f"{counted(failed, 'test')} of {len(verdict.tests)} not passed" if failed else "",
        backends=verdict.backends,
        tests=tuple(_test(verdict, test, found) for test in verdict.tests),
        faults=tuple(_fault(verdict, fault) for fault in verdict.faults),
        reasons=reasons_not_judged(verdict),
        findings=finding_views(verdict, found, diagnoses, drawn),
        notes=tuple(_note(verdict, note, diagnoses) for note in notes(verdict)),
        ignored=joined(verdict.ignored),
        commands=next_commands(verdict),
    )


def _test(verdict: Verdict, test: TestResult, found: Sequence[Finding]) -> TestView:
    failed = any(finding.test is test for finding in found)
    return TestView(
        number=test.number,
        label=test.label,
        points=f"{whole_points(test.earned)} of {test.points}",
        anchor=f"{verdict.exercise}-{test.number}" if failed else "",
        cells=tuple(
            CellView(
                outcome=result.outcome,
                glyph=OUTCOME_GLYPHS[result.outcome],
                word=OUTCOME_WORDS[result.outcome].lower(),
            )
            for result in test.results
        ),
    )


def _note(verdict: Verdict, note: SharedRemark, diagnoses: Mapping[str, Diagnosis]) -> RemarkView:
    # An older attempt may have been judged by another grader, which knew other kinds.
    explanation = diagnoses[note.kind].explanation if note.kind in diagnoses else ""
    source = source_view(verdict, note.line, excerpt_of_line(note.source))
    return RemarkView(said=note_said(note), explanation=explanation, source=source)


def _fault(verdict: Verdict, fault: Fault) -> FaultView:
    source = source_view(verdict, fault.line, excerpt_of_fault(fault))
    return FaultView(error=fault.error, help=fault.help, source=source)


# ---- html ------------------------------------------------------------------------------------------------------------
#
# Reports as one HTML file that needs no network, no script and no server; here the learner's own.
#
# The templates hold no arithmetic and mark nothing as safe. What they print is cleaned by ``finalize`` and escaped by
# jinja2, so a learner's text is shown and never acts. The content policy allows the page's own style and script, by
# hash.


def learner_page(
    verdicts: Sequence[Verdict],
    *,
    kit_title: str,
    diagnoses: Mapping[str, Diagnosis],
    made_at: str,
    templates: Path,
) -> str:
    """Render the report of one learner as one self-contained page."""
    context = {
        "kit_title": kit_title,
        "exercises": exercise_views(verdicts, diagnoses),
        "summary": summary(verdicts),
        "made_at": moment(made_at),
        "versions": versions(verdicts),
    }
    return render(templates, "learner.html", parts=("learner",), context=context)


@cache
def environment(templates: Path) -> Environment:
    """A jinja2 environment in which nothing is printed that is not cleaned and escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(templates: Path, name: str, *, parts: Sequence[str], context: Mapping[str, object]) -> str:
    """Render a template with the style and the script of ``parts``: ``class`` stands for class.css and class.js."""
    from markupsafe import Markup

    style = "".join((templates / f"{part}.css").read_text("utf-8") for part in parts)
    script = "".join((templates / f"{part}.js").read_text("utf-8") for part in parts)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    # The files are ours, and a hash is of the bytes as they stand: escaping them would break both.
    inline = {"style": Markup(style), "script": Markup(script)}

    return environment(templates).get_template(name).render(**context, **inline, policy=policy)


def _harmless(value: object) -> object:
    """Clean every text that a template prints. Only what a template made itself is left as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return clean(str(value), MAX_TEXT)
    return value


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
