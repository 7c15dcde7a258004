"""A learner's own report as one HTML file that needs no network, no script and no server.

Views say what the page shows, worded and cut for it; templates fill them in and choose nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path

from grader.judge.verdict import Failure, Outcome, Status, TestResult, Verdict
from grader.kit.diagnosis import Diagnosis
from grader.policy.submission import Fault
from grader.reports import steps, views
from grader.reports.rendering import MAX_TEXT, render
from grader.reports.steps import Stepper
from grader.reports.timeline_svg import Chart, chart, kinds_in
from grader.reports.views import Command, Excerpt, Finding, Others, SharedRemark
from grader.text import clean, counted, joined, waited_since, whole_points

MAX_VALUE = 1000
MAX_OUTPUT_LINES = 12
MAX_WAITING = 8
MAX_LANES = 120
"""Lanes on one page. A page in which everything fails shows the first cause of each exercise, then the second."""
MAX_BYTES = 299_000
"""Bytes of a page that would be larger only for the plays that can be stepped through; these are then cut."""
LEAST_ROOM_OF_STEPS = 4_000
OUTCOME_GLYPHS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.NOT_JUDGED: "–"}
STATUS_GLYPHS = {Status.PASS: "✓", Status.FAIL: "✗", Status.CANNOT_JUDGE: "✗", Status.NOT_JUDGED: "–"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceView:
    """A line of the learner's file, or the lines that an expression spans: each with its number."""

    place: str
    lines: tuple[tuple[str, Excerpt], ...]


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
class GroupView:
    """The rows of one part of an exercise; all rows, and no heading, if it has no parts."""

    heading: str
    title: str
    said: str
    state: str
    tests: tuple[TestView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExerciseView:
    """One exercise."""

    verdict: Verdict
    glyph: str
    word: str
    points: str
    share: str
    times: str
    judged: str
    failed: str
    groups: tuple[GroupView, ...]
    faults: tuple[FaultView, ...]
    reasons: tuple[str, ...]
    first: tuple[FindingView, ...]
    """The finding to mend first; nothing where no test fails."""
    folded: tuple[FindingView, ...]
    """Findings that have the reason of the first one: once it is mended, there is nothing left to mend in them."""
    folded_said: str
    others: tuple[FindingView, ...]
    remarks: tuple[RemarkView, ...]
    ignored: str
    commands: tuple[Command, ...]


def learner_page(
    verdicts: Sequence[Verdict], *, kit_title: str, diagnoses: Mapping[str, Diagnosis], made_at: str, templates: Path
) -> str:
    """Render the report of one learner as one self-contained page.

    One play of each exercise, that of the failure to mend first, can be stepped through.
    """
    rendered = partial(
        _rendered, verdicts, kit_title=kit_title, diagnoses=diagnoses, made_at=made_at, templates=templates
    )
    plays = [(verdict, finding) for verdict in verdicts for finding in views.first_to_mend(verdict)]
    page = rendered(_in_steps(plays, steps.MAX_ROOM))
    if len(page.encode()) <= MAX_BYTES or not plays:
        return page
    room = max(0, MAX_BYTES - len(rendered({}).encode()))
    share = max(LEAST_ROOM_OF_STEPS, room // len(plays))
    return rendered(_in_steps(plays[: room // share], share))


def learner_page_with_every_step(
    verdicts: Sequence[Verdict], *, kit_title: str, diagnoses: Mapping[str, Diagnosis], made_at: str, templates: Path
) -> str:
    """Render the report of one learner with the play of every finding to step through, however long it becomes."""
    plays = [(verdict, finding) for verdict in verdicts for finding in views.findings(verdict)]
    steppers = _in_steps(plays, steps.MAX_ROOM)
    return _rendered(verdicts, steppers, kit_title=kit_title, diagnoses=diagnoses, made_at=made_at, templates=templates)


def _in_steps(plays: Sequence[tuple[Verdict, Finding]], room: int) -> dict[int, Stepper]:
    """Put plays into steps, each in so much room; by the identity of their failures."""
    made = {id(f.failure): steps.stepper(f.failure, verdict.source, room=room) for verdict, f in plays}
    return {identity: stepper for identity, stepper in made.items() if stepper is not None}


def _rendered(
    verdicts: Sequence[Verdict],
    steppers: Mapping[int, Stepper],
    *,
    kit_title: str,
    diagnoses: Mapping[str, Diagnosis],
    made_at: str,
    templates: Path,
) -> str:
    shown = _Shown(figures=_worth_a_figure([views.findings(verdict) for verdict in verdicts]), steppers=steppers)
    versions = dict.fromkeys(f"{name} {number}" for verdict in verdicts for name, number in verdict.versions)
    context = {
        "kit_title": kit_title,
        "exercises": tuple(_exercise(verdict, diagnoses, shown) for verdict in verdicts),
        "summary": _summary(verdicts),
        "made_at": moment(made_at),
        "versions": ", ".join(versions),
    }
    return render(templates, "learner.html", parts=("learner",), context=context)


def _summary(verdicts: Sequence[Verdict]) -> str:
    if len(verdicts) == 1:
        words_of_status = {
            Status.PASS: "is complete" if verdicts[0].complete_run else "passes what was asked for",
            Status.FAIL: "is not complete yet",
            Status.CANNOT_JUDGE: "cannot be judged as it is",
            Status.NOT_JUDGED: "was not judged",
        }
        return f"{verdicts[0].title} {words_of_status[verdicts[0].status]}"
    passed = sum(verdict.status is Status.PASS for verdict in verdicts)
    return f"{passed} of {counted(len(verdicts), 'exercise')} complete"


def moment(iso: str) -> str:
    """Write a UTC time of ISO 8601 as people read it: ``2026-11-22 03:50 UTC``."""
    return iso[:16].replace("T", " ") + " UTC" if iso else ""


# ---- exercises -------------------------------------------------------------------------------------------------------


def _exercise(verdict: Verdict, diagnoses: Mapping[str, Diagnosis], shown: _Shown) -> ExerciseView:
    findings = views.findings_in_order_of_mending(verdict)
    failed = sum(not test.passed for test in verdict.tests)
    cards = _findings(verdict, findings, diagnoses, shown)
    folded = tuple(card for card in cards if card.finding.test.number in findings[0].same) if cards else ()

    return ExerciseView(
        verdict=verdict,
        glyph=STATUS_GLYPHS[verdict.status],
        word=views.STATUS_WORDS[verdict.status].capitalize(),
        points=views.points_said(verdict) if verdict.tests else "",
        share=f"{min(100, 100 * whole_points(verdict.points) // max(verdict.total, 1))}%",
        times=views.times_said(verdict),
        judged=moment(verdict.judged_at),
        failed=f"{counted(failed, 'test')} of {len(verdict.tests)} not passed" if failed else "",
        groups=tuple(_groups(verdict, findings)),
        faults=tuple(_fault(verdict, fault) for fault in verdict.faults),
        reasons=views.reasons_not_judged(verdict),
        first=cards[:1],
        folded=folded,
        folded_said=_folded_said(findings[0].same) if folded else "",
        others=tuple(card for card in cards[1:] if card not in folded),
        remarks=tuple(_remark(verdict, remark, diagnoses) for remark in views.remarks(verdict)),
        ignored=joined(verdict.ignored),
        commands=views.next_commands(verdict),
    )


def _folded_said(tests: Sequence[int]) -> str:
    return f"{counted(len(tests), 'test')} that {'fails' if len(tests) == 1 else 'fail'} for the same reason"


def _groups(verdict: Verdict, findings: Sequence[Finding]) -> Iterator[GroupView]:
    """The rows of the table of tests, part by part."""
    for part in views.parts(verdict):
        yield GroupView(
            heading=f"Part {part.number}",
            title=part.title,
            said=part.said,
            state=part.result.state,
            tests=tuple(_test(verdict, test, findings) for test in part.tests),
        )
    if verdict.tests and not verdict.parts:
        rows = tuple(_test(verdict, test, findings) for test in verdict.tests)
        yield GroupView(heading="", title="", said="", state="", tests=rows)


def _test(verdict: Verdict, test: TestResult, findings: Sequence[Finding]) -> TestView:
    failed = any(finding.test.number == test.number for finding in findings)
    return TestView(
        number=test.number,
        label=test.label,
        points=f"{whole_points(test.earned)} of {test.points}",
        anchor=_anchor(verdict, test.number) if failed else "",
        cells=tuple(_cell(result.outcome) for result in test.results),
    )


def _cell(outcome: Outcome) -> CellView:
    return CellView(outcome=outcome, glyph=OUTCOME_GLYPHS[outcome], word=views.OUTCOME_WORDS[outcome].lower())


def _fault(verdict: Verdict, fault: Fault) -> FaultView:
    source = _source(verdict, fault.line, [(fault.line, views.excerpt_of_fault(fault))])
    return FaultView(error=fault.error, help=fault.help, source=source)


def _remark(verdict: Verdict, remark: SharedRemark, diagnoses: Mapping[str, Diagnosis]) -> RemarkView:
    # Another version of the grader, which knew other kinds, may have judged an older attempt.
    explanation = diagnoses[remark.kind].explanation if remark.kind in diagnoses else ""
    source = _source(verdict, remark.line, [(remark.line, views.excerpt_of_line(remark.source))])
    return RemarkView(sentence=views.remark_said(remark), explanation=explanation, source=source)


def _source(verdict: Verdict, line: int | None, excerpts: Iterable[tuple[int | None, Excerpt]]) -> SourceView | None:
    if line is None:
        return None
    lines = tuple((str(number), excerpt) for number, excerpt in excerpts)
    return SourceView(place=views.place(verdict.file, line), lines=lines)


def _anchor(verdict: Verdict, test: int) -> str:
    return f"{verdict.exercise}-{test}"


# ---- findings --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """What there is room for on the page: by identity, the failures with figures and those with steps."""

    figures: set[int]
    steppers: Mapping[int, Stepper]


def _worth_a_figure(groups: Sequence[Sequence[Finding]]) -> set[int]:
    """Choose, by identity, the failures that are shown in full: the first of each kind, fairly over the exercises."""
    firsts = [list({f.failure.diagnosis: f for f in reversed(group)}.values())[::-1] for group in groups]
    chosen: set[int] = set()
    lanes = 0
    for finding in (finding for rank in zip_longest(*firsts) for finding in rank if finding is not None):
        lanes += sum(len(timeline.lanes) for timeline in views.timelines(finding.failure) or () if timeline)
        if lanes <= MAX_LANES:
            chosen.add(id(finding.failure))
    return chosen


def _findings(
    verdict: Verdict, findings: Sequence[Finding], diagnoses: Mapping[str, Diagnosis], shown: _Shown
) -> tuple[FindingView, ...]:
    made: list[FindingView] = []
    first: dict[str, FindingView] = {}
    seen: set[int] = set()
    for finding in findings:
        slug = finding.failure.diagnosis
        # A test that fails in two ways has two findings, and an anchor may occur once.
        anchor = _anchor(verdict, finding.test.number) + ("-b" if finding.test.number in seen else "")
        seen.add(finding.test.number)
        view = _finding(verdict, finding, anchor, first.get(slug), diagnoses.get(slug), shown)
        first.setdefault(slug, view)
        made.append(view)

    return tuple(made)


def _finding(
    verdict: Verdict,
    finding: Finding,
    anchor: str,
    first: FindingView | None,
    diagnosis: Diagnosis | None,
    shown: _Shown,
) -> FindingView:
    failure = finding.failure
    schedule = views.schedule_said(finding)
    in_full = id(failure) in shown.figures

    return FindingView(
        finding=finding,
        anchor=anchor,
        source=_source(verdict, failure.line, _excerpts(verdict, failure)),
        values=_values(failure),
        raised=views.raised_said(failure),
        schedule=f"{schedule[0].upper()}{schedule[1:]}." if schedule else "",
        others=tuple(_others(verdict, other) for other in views.others_of_root(finding)),
        root=_root(verdict, finding),
        replay=views.replay_line(verdict, finding),
        first=None if first and finding.test.number in first.finding.same else first,
        explanation=diagnosis.explanation if diagnosis and not first else "",
        charts=_charts(failure) if in_full else (),
        stepper=shown.steppers.get(id(failure)),
        waiting=_waiting(failure) if in_full else (),
        more_waiting=sum(tasks.count for tasks in views.waiting_tasks(failure)[MAX_WAITING:]) if in_full else 0,
        output=_output(failure) if in_full else "",
    )


def _excerpts(verdict: Verdict, failure: Failure) -> Iterable[tuple[int, Excerpt]]:
    return ((number, views.excerpt_of_line(text)) for number, text in views.source_lines(verdict, failure))


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
    tests = tuple((number, _anchor(verdict, number) if number in failed else "") for number in others.tests)
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
    return OthersView(words=words, tests=((root.test, _anchor(verdict, root.test)),))


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
