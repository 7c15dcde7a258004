"""A learner's own report as one HTML file that needs no network, no script and no server.

Views say what the page shows, worded and cut for it; templates fill them in and choose nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from grader.judge.verdict import Outcome, Status, TestResult, Verdict
from grader.kit.diagnosis import Diagnosis
from grader.reports import exercise_rows, history, steps, views
from grader.reports.cards import (
    FaultView,
    FindingView,
    RemarkView,
    Shown,
    anchor_of,
    cards_of,
    fault_card,
    remark_card,
    worth_showing,
)
from grader.reports.history import Change, Tried
from grader.reports.marked import Marked, MarkedExercise
from grader.reports.rendering import render
from grader.reports.steps import Stepper
from grader.reports.views import Command, ExerciseProgress, ExerciseState, Finding
from grader.rounding import number_said
from grader.text import counted, joined

MAX_BYTES = 299_000
"""Bytes of a page that would be larger only for the plays that can be stepped through; these are then cut."""
LEAST_ROOM_OF_STEPS = 4_000
MAX_TRIED = 8
"""Attempts at one exercise that are listed."""
PARTS = ("learner", "keys", "report")
OUTCOME_GLYPHS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.NOT_JUDGED: "–"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known of a learner besides the last verdicts; a class report knows ``marked`` alone."""

    progress: tuple[ExerciseProgress, ...] = ()
    """How far the learner is with every exercise of the kit."""
    attempts: Mapping[str, Sequence[Verdict]] = field(default_factory=dict)
    """By exercise, the attempts at it, oldest first."""
    hints: Mapping[str, tuple[str, ...]] | None = None
    """By exercise, the hints that are open for the failure to mend first; None where all of them are."""
    course: str = ""
    """The way from the page to the folder of the lessons, with a slash at its end; empty if there is none."""
    marked: Marked | None = None
    """What an instructor's gradebook holds; None on a learner's own report."""


UNKNOWN = Background()


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
    look: str
    glyph: str
    word: str
    points: str
    share: str
    times: str
    judged: str
    failed: str
    failing: tuple[GroupView, ...]
    passing: tuple[GroupView, ...]
    passing_said: str
    lesson: str
    since: Change | None
    since_said: str
    tried: tuple[Tried, ...]
    hints: tuple[str, ...]
    more_hints: bool
    """Whether there are hints for the first finding that are not open yet."""
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
    marked: MarkedExercise | None


def learner_page(
    verdicts: Sequence[Verdict],
    *,
    kit_title: str,
    diagnoses: Mapping[str, Diagnosis],
    made_at: str,
    templates: Path,
    background: Background = UNKNOWN,
) -> str:
    """Render the report of one learner as one self-contained page, what fails before what passes.

    One play of each exercise, that of the failure to mend first, can be stepped through. Where a page would be too
    large without any, what was tried before is left out, and then the hints.
    """
    rendered = partial(
        _rendered, verdicts, kit_title=kit_title, diagnoses=diagnoses, made_at=made_at, templates=templates
    )
    plays = [(verdict, finding) for verdict in verdicts for finding in views.first_to_mend(verdict)]
    page = rendered(_in_steps(plays, steps.MAX_ROOM), background=background)
    if len(page.encode()) <= MAX_BYTES or not plays:
        return page
    without_steps = len(rendered({}, background=background).encode())
    less = _with_less(background)
    if without_steps > MAX_BYTES and less is not None:
        return learner_page(
            verdicts,
            kit_title=kit_title,
            diagnoses=diagnoses,
            made_at=made_at,
            templates=templates,
            background=less,
        )
    rendered = partial(rendered, background=background)
    room = max(0, MAX_BYTES - without_steps)
    share = max(LEAST_ROOM_OF_STEPS, room // len(plays))
    return rendered(_in_steps(plays[: room // share], share))


def _with_less(background: Background) -> Background | None:
    """The same without the least important of what it has; None if nothing is left to leave out."""
    if background.attempts:
        return replace(background, attempts={})
    if background.hints is None or background.hints:
        return replace(background, hints={})
    return None


def learner_page_with_every_step(
    verdicts: Sequence[Verdict],
    *,
    kit_title: str,
    diagnoses: Mapping[str, Diagnosis],
    made_at: str,
    templates: Path,
    background: Background = UNKNOWN,
) -> str:
    """Render the report of one learner with the play of every finding to step through, however long it becomes."""
    plays = [(verdict, finding) for verdict in verdicts for finding in views.findings(verdict)]
    return _rendered(
        verdicts,
        _in_steps(plays, steps.MAX_ROOM),
        kit_title=kit_title,
        diagnoses=diagnoses,
        made_at=made_at,
        templates=templates,
        background=background,
    )


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
    background: Background,
) -> str:
    in_full = worth_showing([views.findings_in_order_of_mending(verdict) for verdict in verdicts])
    shown = Shown(in_full=in_full, steppers=steppers)
    marked = background.marked
    versions = dict.fromkeys(f"{name} {number}" for verdict in verdicts for name, number in verdict.versions)
    context = {
        "kit_title": kit_title,
        "exercises": tuple(_exercise(verdict, diagnoses, shown, background) for verdict in sorted(verdicts, key=_rank)),
        "overview": () if marked else tuple(exercise_rows.overview(verdicts, background.progress, background.course)),
        "marked": marked,
        "marked_rows": tuple(exercise_rows.marked_rows(verdicts, marked)) if marked else (),
        "course": background.course,
        "summary": _summary(verdicts, background),
        "made_at": moment(made_at),
        "versions": ", ".join(versions),
    }
    return render(templates, "learner.html", parts=PARTS, context=context)


def _rank(verdict: Verdict) -> int:
    """Where an exercise stands on the page: what is to be mended first, what is complete last."""
    if views.is_untouched(verdict):
        return 3
    ranks = {Status.FAIL: 0, Status.CANNOT_JUDGE: 1, Status.NOT_JUDGED: 2, Status.PASS: 4}
    return ranks[verdict.status]


def _summary(verdicts: Sequence[Verdict], background: Background) -> str:
    if len(background.progress) > 1:
        complete = sum(entry.state is ExerciseState.COMPLETE for entry in background.progress)
        return f"{complete} of {counted(len(background.progress), 'exercise')} complete"
    exercises = len(background.marked.exercises) if background.marked else len(verdicts)
    if len(verdicts) == exercises == 1:
        words_of_status = {
            Status.PASS: "is complete" if verdicts[0].complete_run else "passes what was asked for",
            Status.FAIL: "is not complete yet",
            Status.CANNOT_JUDGE: "is not started" if views.is_untouched(verdicts[0]) else "cannot be judged as it is",
            Status.NOT_JUDGED: "was not judged",
        }
        return f"{verdicts[0].title} {words_of_status[verdicts[0].status]}"
    passed = sum(verdict.status is Status.PASS for verdict in verdicts)
    return f"{passed} of {counted(exercises, 'exercise')} complete"


def moment(iso: str) -> str:
    """Write a UTC time of ISO 8601 as people read it: ``2026-11-22 03:50 UTC``."""
    return iso[:16].replace("T", " ") + " UTC" if iso else ""


# ---- exercises -------------------------------------------------------------------------------------------------------


def _exercise(
    verdict: Verdict, diagnoses: Mapping[str, Diagnosis], shown: Shown, background: Background
) -> ExerciseView:
    findings = views.findings_in_order_of_mending(verdict)
    failed = sum(not test.passed for test in verdict.tests)
    passed = len(verdict.tests) - failed
    cards = cards_of(verdict, findings, diagnoses, shown, course=background.course)
    folded = tuple(card for card in cards if card.finding.test.number in findings[0].same) if cards else ()
    attempts = background.attempts.get(verdict.exercise, ())
    since = history.changed(attempts[-2], verdict) if len(attempts) > 1 and verdict.tests else None
    hints, more = _hints(verdict, findings, diagnoses, background)
    marked = background.marked.by_exercise.get(verdict.exercise) if background.marked else None

    return ExerciseView(
        verdict=verdict,
        look=exercise_rows.look(verdict),
        glyph=exercise_rows.glyph(verdict),
        word=exercise_rows.word(verdict),
        points=views.points_said(verdict) if verdict.tests else "",
        share=marked.share if marked else exercise_rows.share(verdict.points, verdict.total),
        times=views.times_said(verdict),
        judged=moment(verdict.judged_at),
        failed=f"{counted(failed, 'test')} of {len(verdict.tests)} not passed" if failed else "",
        failing=tuple(_failing(verdict, findings)),
        passing=tuple(_passing(verdict)),
        passing_said=f"{counted(passed, 'test')} {'passes' if passed == 1 else 'pass'}" if passed else "",
        lesson=f"{background.course}{verdict.exercise}.html" if background.course else "",
        since=since,
        since_said=_since_said(attempts[-2], since) if since else "",
        tried=history.tried(attempts, MAX_TRIED) if len(attempts) > 1 else (),
        hints=hints,
        more_hints=more,
        faults=() if views.is_untouched(verdict) else tuple(fault_card(verdict, fault) for fault in verdict.faults),
        reasons=views.reasons_not_judged(verdict),
        first=cards[:1],
        folded=folded,
        folded_said=_folded_said(findings[0].same) if folded else "",
        others=tuple(card for card in cards[1:] if card not in folded),
        remarks=tuple(remark_card(verdict, remark, diagnoses) for remark in views.remarks(verdict)),
        ignored=joined(verdict.ignored),
        commands=views.next_commands(verdict),
        marked=marked,
    )


def _folded_said(tests: Sequence[int]) -> str:
    return f"{counted(len(tests), 'test')} that {'fails' if len(tests) == 1 else 'fail'} for the same reason"


def _since_said(before: Verdict, since: Change) -> str:
    """Say what has changed since the attempt before: ``better: tests 2 and 3``."""
    if since.same_file:
        return "the file is the same"
    if not before.tests:
        return "the file could not be judged then"
    return history.change_said(since)


def _hints(
    verdict: Verdict, findings: Sequence[Finding], diagnoses: Mapping[str, Diagnosis], background: Background
) -> tuple[tuple[str, ...], bool]:
    """The hints for the failure to mend first that are open, and whether there are more."""
    if not findings:
        return (), False
    if background.hints is not None:
        return background.hints.get(verdict.exercise, ()), True
    slug = findings[0].failure.diagnosis
    return (diagnoses[slug].hints if slug in diagnoses else ()), False


# ---- tests -----------------------------------------------------------------------------------------------------------


def _failing(verdict: Verdict, findings: Sequence[Finding]) -> Iterator[GroupView]:
    """The rows of tests that do not pass, below the heads of all parts."""
    for part in views.parts(verdict):
        yield GroupView(
            heading=f"Part {part.number}",
            title=part.title,
            said=part.said,
            state=part.result.state,
            tests=tuple(_test(verdict, test, findings) for test in part.tests if not test.passed),
        )
    failed = tuple(_test(verdict, test, findings) for test in verdict.tests if not test.passed)
    if failed and not verdict.parts:
        yield GroupView(heading="", title="", said="", state="", tests=failed)


def _passing(verdict: Verdict) -> Iterator[GroupView]:
    passed = tuple(_test(verdict, test, ()) for test in verdict.tests if test.passed)
    if passed:
        yield GroupView(heading="", title="", said="", state="", tests=passed)


def _test(verdict: Verdict, test: TestResult, findings: Sequence[Finding]) -> TestView:
    failed = any(finding.test.number == test.number for finding in findings)
    return TestView(
        number=test.number,
        label=test.label,
        points=f"{number_said(test.earned)} of {test.points}",
        anchor=anchor_of(verdict, test.number) if failed else "",
        cells=tuple(_cell(result.outcome) for result in test.results),
    )


def _cell(outcome: Outcome) -> CellView:
    return CellView(outcome=outcome, glyph=OUTCOME_GLYPHS[outcome], word=views.OUTCOME_WORDS[outcome].lower())
