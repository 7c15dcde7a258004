"""The verdict on one submission of one exercise: points, and for every failure its cause and which task ran when.

A verdict holds everything a report shows, so a report runs nothing. Text that came from a learner's program
(``exception``, ``output``, task names) is kept as it came; the report that shows it cleans it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.policy.submission import Fault
from grader.wire.recording import Cancellation, Ended, Trace
from grader.wire.rows import Waiting

FORMAT = 1
STOPPED = "stopped with Ctrl-C"
"""Why tests were not judged that the user did not wait for."""


class Outcome(StrEnum):
    """How one hidden test came out on one backend."""

    PASS = "pass"
    FAIL = "fail"
    NOT_JUDGED = "not-judged"


class Status(StrEnum):
    """What a verdict says as a whole."""

    PASS = "pass"
    FAIL = "fail"
    CANNOT_JUDGE = "cannot-judge"
    """The learner's file cannot be judged; ``faults`` says why."""
    NOT_JUDGED = "not-judged"
    """The grader, the kit or this machine is at fault, or a thread that the exercise allows cannot be followed; the
    learner loses nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a hidden test failed on one backend.

    ``diagnosis`` is the slug, ``error`` the sentence to show and ``help`` what to change. ``line`` is the learner's
    line to look at and ``source`` that line as written. ``schedule`` is the number of the first schedule that failed.
    ``elapsed`` is in virtual seconds.
    """

    diagnosis: str
    error: str
    help: str
    ended: Ended
    elapsed: float
    schedule: int
    turns: str = ""
    """The turns that make the test fail: which task goes on before which; empty if it fails in natural order too."""
    cancellation: Cancellation | None = None
    """The step at which the caller was cancelled, for a test that cancels it at every step."""
    line: int | None = None
    source: str = ""
    promise: str = ""
    """The promise of the contract that is broken, with its number; empty if the contract is not numbered."""
    last_line: int | None = None
    """The last of the lines that the mistake spans, if there are several."""
    got: str = ""
    """What the learner's code returned, raised or did where that shows the mistake, in one line."""
    expected: str = ""
    """What stands against ``got``: what the reference answer did in the same play, or what is promised."""
    inputs: str = ""
    """The inputs of the play that the author lets learners see, such as ``seconds = {'a': 3}``."""
    exception: str = ""
    """``ValueError: boom`` if the learner's code raised, as it came."""
    waiting: tuple[Waiting, ...] = ()
    output: str = ""
    """What the learner's code printed in the play that is shown, capped, as it came."""
    trace: Trace | None = None
    reference: Trace | None = None
    """The same play of the reference answer, natural order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedRemark:
    """A remark on a test that passed. It costs no points.

    ``kind`` is the slug of a diagnosis: of what a play left behind, or ``fragile``.
    """

    kind: str
    text: str
    line: int | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendResult:
    """One hidden test on one backend."""

    backend: str
    outcome: Outcome
    schedules: int
    """How many schedules were played, the failing one included."""
    all_schedules: bool = False
    """Whether these were all the schedules that the test can have."""
    failure: Failure | None = None
    reason: str = ""
    """Why it was not judged."""
    remarks: tuple[PassedRemark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TestResult:
    """One hidden test on every backend it runs on."""

    __test__ = False

    number: int
    name: str
    label: str
    points: int
    results: tuple[BackendResult, ...]
    part: str = ""
    """The name of the part of the exercise to which it belongs; empty if the exercise has no parts."""

    @property
    def earned(self) -> float:
        """Points, split evenly between the backends."""
        passed = sum(result.outcome is Outcome.PASS for result in self.results)
        return self.points * passed / len(self.results)

    @property
    def passed(self) -> bool:
        return all(result.outcome is Outcome.PASS for result in self.results)


class PartState(StrEnum):
    """How far a learner is with one part of an exercise."""

    COMPLETE = "complete"
    FAILING = "not-complete"
    NOT_WRITTEN = "not-written"
    """All its tests fail, and only because something of it still raises NotImplementedError."""
    NOT_JUDGED = "not-judged"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartResult:
    """What came of the tests of one part of an exercise."""

    name: str
    title: str
    minutes: int
    points: int
    """What its tests are worth that were asked for."""
    earned: float
    state: PartState


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """The failure to mend first, and what the other failed tests have to do with it. Tests are numbers."""

    test: int
    backend: str
    same: tuple[int, ...] = ()
    """Other tests that fail for the same reason, whatever diagnosis their failures have."""
    afterwards: tuple[int, ...] = ()
    """Other tests that fail for another reason, or for one that can only be told once the first is mended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome for one submission of one exercise."""

    exercise: str
    title: str
    file: str
    """The submission's path as the learner knows it."""
    digest: str
    source: str = ""
    """The learner's file, if it was judged, as it came."""
    kit: str
    """Title and version of the kit."""
    tests: tuple[TestResult, ...] = ()
    total: int = 100
    """Points of the exercise, of all hidden tests and not only of those that were asked for."""
    parts: tuple[PartResult, ...] = ()
    """What came of each part of the exercise of which a test was asked for, in order; none where it has no parts."""
    root: Root | None = None
    """The failure to mend first; None where no test has failed."""
    faults: tuple[Fault, ...] = ()
    look: tuple[Fault, ...] = ()
    """Lines that an instructor is asked to read. They cost no points, and pages for learners do not show them."""
    ignored: tuple[str, ...] = ()
    """Other files in the submission's folder; only ``file`` is judged."""
    complete_run: bool = True
    """Whether every hidden test was played on every backend, under no fewer schedules than by default."""
    trouble: str = ""
    """A fault of the kit, of the grader or of this machine, in one sentence."""
    own_fault: bool = False
    """Whether something was not judged through a fault of the grader itself."""
    isolation: int = 0
    versions: tuple[tuple[str, str], ...] = ()
    real_seconds: float = 0.0
    virtual_seconds: float = 0.0
    plays: int = 0
    judged_at: str = ""
    """UTC, ISO 8601."""

    @property
    def points(self) -> float:
        return sum(test.earned for test in self.tests)

    @property
    def status(self) -> Status:
        if self.faults:
            return Status.CANNOT_JUDGE
        outcomes = {result.outcome for test in self.tests for result in test.results}
        if not outcomes or Outcome.NOT_JUDGED in outcomes:
            return Status.NOT_JUDGED
        return Status.PASS if outcomes == {Outcome.PASS} else Status.FAIL

    @property
    def backends(self) -> tuple[str, ...]:
        return tuple(result.backend for result in self.tests[0].results) if self.tests else ()
