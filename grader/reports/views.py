"""What a report says about a verdict, before any report says it: points, findings, remarks, what to type next.

Knows no colours, no HTML and no width. Text of a learner's program is passed on as it came; ``grader.text`` cleans it
where it is shown.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from grader.judge.kitfault import fault_in
from grader.judge.verdict import (
    Failure,
    Outcome,
    PartResult,
    PartState,
    PassedRemark,
    Root,
    Status,
    TestResult,
    Verdict,
)
from grader.kit.of_python import OF_PYTHON
from grader.reports.comparison import alike, side_by_side
from grader.reports.progress import Command as Command
from grader.reports.progress import ExerciseProgress as ExerciseProgress
from grader.reports.progress import ExerciseState as ExerciseState
from grader.reports.timeline import Axis, Timeline, as_at_verdict
from grader.rounding import number_said
from grader.text import counted, joined, seconds, tests_named
from grader.wire import BACKENDS

STATUS_WORDS = {
    Status.PASS: "PASS",
    Status.FAIL: "FAIL",
    Status.CANNOT_JUDGE: "CANNOT BE JUDGED",
    Status.NOT_JUDGED: "NOT JUDGED",
}
NOT_STARTED = "NOT STARTED"
UNTOUCHED = "untouched"
"""The kind of the fault of a file in which nothing has been written yet."""
OUTCOME_WORDS = {Outcome.PASS: "pass", Outcome.FAIL: "FAIL", Outcome.NOT_JUDGED: "not judged"}
_OF_PYTHON = frozenset(diagnosis.slug for diagnosis in OF_PYTHON)
MAX_NUMBERS = 4
"""Tests that are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One test that failed, on the backends on which it failed for the same reason.

    The numbers are of other tests. ``same`` and ``afterwards`` are known of the root of a verdict alone, and ``also``
    only where a verdict has no root.
    """

    test: TestResult
    backends: tuple[str, ...]
    failure: Failure
    same: tuple[int, ...] = ()
    """They fail for the same reason, whatever their diagnoses."""
    afterwards: tuple[int, ...] = ()
    """They fail for another reason, or for one that can only be told once this is mended."""
    also: tuple[int, ...] = ()
    """They have the same diagnosis."""

    @property
    def where(self) -> str:
        return joined(self.backends)

    @property
    def partly(self) -> str:
        """The backends on which the test fails, if it does not fail on all of them in this way."""
        return "" if len(self.backends) == len(self.test.results) else self.where


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Other tests that failed, by number, and what they have to do with the root."""

    words: str
    tests: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRemark:
    """A remark on one line of the learner's file, made in one or several tests that passed. It costs no points."""

    kind: str
    """The slug of a diagnosis."""
    text: str
    line: int | None
    source: str
    tests: tuple[int, ...]
    """Numbers of the tests in which it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingTasks:
    """Tasks of one function that wait for the same thing in the same line, the first of them ``since`` then."""

    task: str
    line: int | None
    awaiting: str
    since: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PartView:
    """One part of an exercise: its place, counted from 1, and its tests."""

    number: int
    result: PartResult
    tests: tuple[TestResult, ...]

    @property
    def title(self) -> str:
        return f"{self.result.name}: {self.result.title}"

    @property
    def said(self) -> str:
        """What came of it: ``45 of 45 points``, or ``not written yet``."""
        if self.result.state is PartState.NOT_WRITTEN:
            return "not written yet"
        return f"{number_said(self.result.earned)} of {counted(self.result.points, 'point')}"


# ---- the verdict as a whole ------------------------------------------------------------------------------------------


def is_untouched(verdict: Verdict) -> bool:
    """Whether the learner has not written anything yet."""
    return any(fault.kind == UNTOUCHED for fault in verdict.faults)


def status_said(verdict: Verdict) -> str:
    """Say the outcome: ``PASS``; of an untouched stub ``NOT STARTED``, which is no trouble of anybody's."""
    return NOT_STARTED if is_untouched(verdict) else STATUS_WORDS[verdict.status]


def points_said(verdict: Verdict) -> str:
    """Say the points of a verdict, or of the part of the exercise that was asked for."""
    if verdict.complete_run:
        return f"{number_said(verdict.points)} of {verdict.total} points"
    asked = sum(test.points for test in verdict.tests)
    return f"{number_said(verdict.points)} of the {counted(asked, 'point')} asked for"


def times_said(verdict: Verdict) -> str:
    """Say how long the grading took, and how much virtual time went by in its plays."""
    return f"{verdict.real_seconds:.1f} s real, {round(verdict.virtual_seconds):,} s virtual"


def counts_said(verdict: Verdict) -> str:
    """Say how many tests pass: ``13 tests   9 pass on both backends``."""
    total, passed = len(verdict.tests), sum(test.passed for test in verdict.tests)
    unjudged = sum(any(result.outcome is Outcome.NOT_JUDGED for result in test.results) for test in verdict.tests)
    said = "fails" if total == 1 else "none passes"
    if passed:
        many = "all pass" if passed == total > 1 else f"{passed} pass"
        said = f"{'1 passes' if passed == 1 < total else 'passes' if total == 1 else many}{_on(verdict.backends)}"
    return f"{counted(total, 'test')}   {said}" + (f", {unjudged} not judged" if unjudged else "")


def _on(backends: tuple[str, ...]) -> str:
    known = [backend for backend in backends if backend in BACKENDS]
    return " on both backends" if len(known) == len(BACKENDS) else f" on {joined(known)}" if known else ""


def failing_said(test: TestResult) -> str:
    """Say which test fails, and where if it does not everywhere: ``results come back in order (trio)``."""
    failing = tuple(result.backend for result in test.results if result.outcome is Outcome.FAIL)
    return test.label if len(failing) == len(test.results) else f"{test.label} ({joined(failing)})"


def reasons_not_judged(verdict: Verdict) -> tuple[str, ...]:
    """Return why something was not judged, each reason once."""
    results = (result for test in verdict.tests for result in test.results)
    reasons = [verdict.trouble, *(result.reason for result in results if result.outcome is Outcome.NOT_JUDGED)]
    return tuple(dict.fromkeys(reason for reason in reasons if reason))


# ---- parts -----------------------------------------------------------------------------------------------------------


def parts(verdict: Verdict) -> tuple[PartView, ...]:
    """Return the parts of the exercise, each with its tests; none if it has no parts."""
    return tuple(
        PartView(number=number, result=result, tests=tuple(test for test in verdict.tests if test.part == result.name))
        for number, result in enumerate(verdict.parts, start=1)
    )


def not_written(verdict: Verdict) -> frozenset[str]:
    """Return the names of the parts that are not written yet."""
    return frozenset(result.name for result in verdict.parts if result.state is PartState.NOT_WRITTEN)


def findings_to_show(verdict: Verdict) -> tuple[Finding, ...]:
    """Return the findings worth a look: of the parts that are not written yet, at most the one to write next."""
    later, main = not_written(verdict), main_finding(verdict)
    return tuple(finding for finding in findings(verdict) if finding.test.part not in later or finding == main)


# ---- findings --------------------------------------------------------------------------------------------------------


def findings(verdict: Verdict) -> tuple[Finding, ...]:
    """Return one finding per failed test and reason, in the order of the tests."""
    by_test = [finding for test in verdict.tests for finding in _findings_of(test, verdict.root)]
    if verdict.root is not None:
        return tuple(by_test)
    numbers: dict[str, dict[int, None]] = defaultdict(dict)
    for finding in by_test:
        numbers[finding.failure.diagnosis][finding.test.number] = None
    return tuple(
        replace(finding, also=tuple(n for n in numbers[finding.failure.diagnosis] if n != finding.test.number))
        for finding in by_test
    )


def findings_in_order_of_mending(verdict: Verdict) -> tuple[Finding, ...]:
    """Return the findings, first the one to mend first, then those of its reason, then all others."""
    main = main_finding(verdict)
    same = () if main is None else main.same
    ranked = sorted(findings_to_show(verdict), key=lambda finding: (finding != main, finding.test.number not in same))
    return tuple(ranked)


def _findings_of(test: TestResult, root: Root | None) -> list[Finding]:
    groups: dict[tuple[str, str], dict[str, Failure]] = defaultdict(dict)
    for result in test.results:
        if result.failure is not None:
            groups[result.failure.diagnosis, result.failure.error][result.backend] = result.failure
    return [_finding(test, group, root) for group in groups.values()]


def _finding(test: TestResult, failures: dict[str, Failure], root: Root | None) -> Finding:
    backends = tuple(failures)
    if root is None or root.test != test.number or root.backend not in failures:
        return Finding(test=test, backends=backends, failure=failures[backends[0]])
    shown = failures[root.backend]
    return Finding(test=test, backends=backends, failure=shown, same=root.same, afterwards=root.afterwards)


def main_finding(verdict: Verdict) -> Finding | None:
    """Choose the one finding to show: the verdict's root, else the first, unless one ending explains most failures."""
    all_findings = findings(verdict)
    if root := next((finding for finding in all_findings if _is_root(finding, verdict)), None):
        return root
    counts = Counter(finding.failure.diagnosis for finding in all_findings if is_ending(finding.failure))
    for slug, count in counts.most_common(1):
        if count * 2 > len(all_findings):
            return next(finding for finding in all_findings if finding.failure.diagnosis == slug)
    return all_findings[0] if all_findings else None


def _is_root(finding: Finding, verdict: Verdict) -> bool:
    root = verdict.root
    return root is not None and finding.test.number == root.test and root.backend in finding.backends


def first_to_mend(verdict: Verdict) -> tuple[Finding, ...]:
    """Return the finding of the failure to mend first, and none if nothing fails."""
    finding = main_finding(verdict)
    return () if finding is None else (finding,)


def is_ending(failure: Failure) -> bool:
    """Whether the way the play ended is itself the diagnosis: a deadlock, a blocked loop, an unexpected exception."""
    return not failure.ended.by_itself or failure.diagnosis == failure.ended


def schedule_said(finding: Finding) -> str:
    """Say when a test fails only if tasks take their turns in another order than usual."""
    seed = finding.failure.schedule
    if seed == 0:
        return ""
    usual = "the usual order of steps passes; "
    if finding.failure.turns:
        return f"{usual}it goes wrong when {finding.failure.turns}, which may happen just as well"
    return f"{usual}order {seed}, which may happen just as well, fails"


def cancellation_said(failure: Failure) -> str:
    """Say at which step the caller was cancelled, in a play of a test that cancels it at every step."""
    cancellation = failure.cancellation
    if cancellation is None:
        return ""
    if cancellation.time is None:
        return f"the caller was to be cancelled at its step {cancellation.step}, and was over before that"
    if not cancellation.step:
        return "the caller was cancelled before its first wait"
    of = f" of {cancellation.steps}" if cancellation.steps else ""
    return f"the caller was cancelled at its step {cancellation.step}{of}, after {seconds(cancellation.time)}"


def others_said(finding: Finding) -> tuple[str, ...]:
    """Say what the other failed tests have to do with this one."""
    said = [f"{other.words}: {joined([str(number) for number in other.tests])}" for other in others_of_root(finding)]
    if finding.also:
        said.append(f"the same kind of failure in {tests_named(finding.also)}")
    return tuple(said)


def others_of_root(finding: Finding) -> tuple[Others, ...]:
    """Return what the other failed tests have to do with the root of a verdict; nothing for any other finding."""
    same, afterwards = len(finding.same) == 1, len(finding.afterwards) == 1
    of_same = "this test fails for the same reason" if same else "these tests fail for the same reason"
    of_afterwards = "look at this one afterwards" if afterwards else "look at these afterwards"
    both = (Others(words=of_same, tests=finding.same), Others(words=of_afterwards, tests=finding.afterwards))
    return tuple(other for other in both if other.tests)


def raised_said(failure: Failure) -> str:
    """Return what the learner's code raised, unless ``got`` says it already."""
    name = failure.exception.partition(":")[0].partition(" (")[0]
    return "" if name and name in failure.got else failure.exception


def waiting_tasks(failure: Failure) -> tuple[WaitingTasks, ...]:
    """Return what waits when a play is stopped, what waits in a line of the learner's first."""
    groups: dict[tuple[str, int | None, str], list[float]] = defaultdict(list)
    for task in failure.waiting:
        groups[task.task, task.line, task.awaiting].append(task.since)
    return tuple(
        WaitingTasks(task=task, line=line, awaiting=awaiting, since=min(times), count=len(times))
        for (task, line, awaiting), times in sorted(groups.items(), key=lambda group: group[0][1] is None)
    )


def timelines(failure: Failure) -> tuple[Timeline, Timeline | None] | None:
    """Lay out the failing play and the reference's, if there is anything to see: they must differ.

    When tasks run says nothing about a mistake of Python, such as a name that does not exist.
    """
    if failure.trace is None or failure.diagnosis in _OF_PYTHON:
        return None
    mine, reference = side_by_side(as_at_verdict(failure.trace, failure.waiting), failure.reference)
    lanes = max(len(mine.lanes), len(reference.lanes) if reference else 0)
    # One task alone takes one step after the other; a picture of it says nothing.
    least = 1 if mine.axis is Axis.SECONDS else 2
    if lanes < least or (reference is not None and alike(mine, reference)):
        return None
    return mine, reference


# ---- remarks ---------------------------------------------------------------------------------------------------------


def remarks(verdict: Verdict) -> tuple[SharedRemark, ...]:
    """Return the remarks on tests that passed: each once for each line, whatever the tests and backends."""
    seen: dict[tuple[str, int | None], tuple[PassedRemark, dict[int, None]]] = {}
    for test in verdict.tests:
        for remark in (remark for result in test.results for remark in result.remarks):
            seen.setdefault((remark.kind, remark.line), (remark, {}))[1][test.number] = None
    return tuple(
        SharedRemark(kind=first.kind, text=first.text, line=first.line, source=first.source, tests=tuple(numbers))
        for first, numbers in seen.values()
    )


def remark_said(remark: SharedRemark) -> str:
    """Say a remark and the tests it was made in: ``... (test 3; it costs no points)``."""
    few = len(remark.tests) <= MAX_NUMBERS
    where = tests_named(remark.tests) if few else counted(len(remark.tests), "test")
    return f"{remark.text} ({where}; it costs no points)"


# ---- what to type next -----------------------------------------------------------------------------------------------


def next_commands(verdict: Verdict) -> tuple[Command, ...]:
    """Return what to type after this verdict, the most useful first."""
    name = verdict.exercise
    match verdict.status:
        case Status.PASS if verdict.complete_run:
            return (
                Command(line=f"grade solution {name}", does="compare with the reference"),
                Command(line="grade", does="what comes next"),
            )
        case Status.PASS:
            return (Command(line=f"grade {name}", does="run every test"),)
        case Status.CANNOT_JUDGE if is_untouched(verdict):
            return (Command(line=f"grade {name}", does="check what you have written"),)
        case Status.CANNOT_JUDGE:
            return (Command(line=f"grade {name}", does="check it again"),)
        case Status.NOT_JUDGED if any(fault_in(reason) for reason in reasons_not_judged(verdict)):
            return (Command(line="grade kit check", does="what its author has to correct"),)
        case Status.NOT_JUDGED:
            return (Command(line="grade doctor", does="what this computer can do"),)
        case Status.FAIL:
            return (Command(line=f"grade hint {name}", does="a hint"), *_replay(verdict))


def _replay(verdict: Verdict) -> tuple[Command, ...]:
    finding = main_finding(verdict)
    if finding is None or finding.failure.schedule == 0:
        return ()
    return (Command(line=replay_line(verdict, finding), does="the same order of steps again"),)


def replay_line(verdict: Verdict, finding: Finding) -> str:
    """Return the command that plays the failing schedule of this test again."""
    seed = f" --seed {finding.failure.schedule}" if finding.failure.schedule else ""
    return f"grade {verdict.exercise} --test {finding.test.number}{seed}"
