"""Calls one hidden test once, with ``play`` under one schedule, and says whether it holds.

``PlayFixture`` is all that a hidden test can ask for. A failure under another schedule than the natural one is
shortened at once, while the hidden test is at hand: the fewest turns out of natural order that still make it fail in
the same way are what a learner has to look at.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.authoring import Diagnosed
from grader.errors import GraderError
from grader.judge.cancelling import steps_to_cancel_at
from grader.judge.cells import AnyCell
from grader.judge.collect import HiddenFunction, fails, skips
from grader.judge.explain.telling import most_telling
from grader.judge.inputs import looped_inputs
from grader.judge.judging import TooCostly, judging
from grader.judge.kitfault import Stumble, stumble_of
from grader.judge.schedules import Choices, Variants, shortest
from grader.judge.verdict import Outcome
from grader.kit.hidden_tests import HiddenTest
from grader.sandbox.budget import TOO_LONG_TO_JUDGE
from grader.sandbox.play import Play
from grader.wire.recording import Ended, Recording
from grader.wire.rows import Remark

AHEAD = 2
"""Plays that are asked for before they are needed, so that the box plays while a hidden test judges."""
LITTLE_BYTES = 10_000
"""Messages that are shorter, all together, do not make a hidden test slow: if it is, the test itself is to blame, and
its time costs the submission nothing."""
ENDLESS = "the hidden test computes without an end"

Choose = Callable[[Play], Play]
"""A function that gives a schedule to a play that comes without one. A play with a cancellation gets that of the same
play without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The play on which a hidden test failed, and the slug of the diagnosis as far as it is known by then."""

    diagnosis: str
    play: Play
    """The play to show: shortened, if it could be."""
    recording: Recording
    variant: int
    """The number of the schedule under which the test failed."""
    said: Diagnosed | None = None
    """What the author of the test says of it; None where the test was cut short."""
    chosen: bool = False
    """Whether the test has chosen to say that by what it saw, and does not say it of any failure."""
    stumble: Stumble | None = None
    """What the test raised, if that is no failed assertion."""
    looped: Mapping[str, object] = field(default_factory=dict)
    """The variables of loops of the test that its ``show`` names, where it failed inside of them."""
    endless: bool = False
    """Whether the test was cut short that has computed for long by itself, over little that was returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How one hidden test came out on one backend."""

    outcome: Outcome
    schedules: int = 0
    """How many schedules were played, the failing one included; whoever calls the test under each of them counts."""
    all_schedules: bool = False
    failed: Failed | None = None
    reason: str = ""
    own_fault: bool = False
    """Whether the test was not judged through a fault of the grader."""
    remarks: tuple[Remark, ...] = ()
    """Remarks on a test that passed: what its plays left behind, and ``fragile``."""


class TooLong(BaseException):
    """Raised in a hidden test that has used up its time."""


# ---- the fixture -----------------------------------------------------------------------------------------------------


class PlayFixture:
    """The ``play`` fixture for one call of a hidden test, on one backend and under the schedules that ``choose`` gives.

    ``used`` are the plays that the hidden test asked for, and what came back.
    """

    def __init__(self, cell: AnyCell, backend: str, choose: Choose) -> None:
        self._cell = cell
        self._backend = backend
        self._choose = choose
        self.used: list[tuple[Play, Recording]] = []
        self.own_seconds = 0.0
        """The CPU time of the hidden test itself while it had little to compute over."""
        self.settle: Callable[[], None] = lambda: None
        """Charges the CPU time up to now."""
        self._began = time.thread_time()

    def __repr__(self) -> str:
        return "play"

    def __call__(self, scenario: str, *, within: float | None = None, **inputs: object) -> Recording:
        """Play a scenario and return what happened, however it ended.

        A play that is not over ``within`` so many virtual seconds is stopped and ends as ``late``.
        """
        return self.recording(Play(scenario, Play.encode(inputs), self._backend, within=within))

    def each_step(self, scenario: str, *, within: float | None = None, **inputs: object) -> Iterator[Recording]:
        """Play a scenario once for each step of its caller, which is cancelled there, and yield what happened.

        The scenario marks its caller with ``with stage.caller():``. It is played without a cancellation first, and that
        play must return; it is not yielded. If its caller is open for n task steps, n + 1 recordings follow: in the
        first the caller is cancelled before its first wait, in number k just before the k-th of those steps. The other
        inputs and the schedule are the same in all of them. Of a caller with 200 steps or more, the first hundred steps
        are tried, and a hundred further ones at even distances.

        Raises Missing, which fails the test, if the first play did not return or has no caller.
        """
        key = Play(scenario, Play.encode(inputs), self._backend, within=within)
        uncancelled = self.recording(key)
        steps = steps_to_cancel_at(uncancelled)
        plays = [replace(key, cancel_at=step) for step in steps]
        for number, play in enumerate(plays):
            yield self.recording(play, of_steps=uncancelled.caller_steps, ahead=plays[number + 1 : number + 1 + AHEAD])

    def recording(self, key: Play, *, of_steps: int | None = None, ahead: Sequence[Play] = ()) -> Recording:
        """Play under the schedule of this call, and ask for further plays ``ahead``.

        ``of_steps`` is for how many steps the caller is open where it is not cancelled.
        """
        self.forgive()
        try:
            play = self._choose(key)
            for asked in (key, *ahead) if ahead else ():
                self._cell.send(self._choose(asked))
            # A copy: a recording notes what a hidden test looked at, and other tests share the one in the cell.
            recording = replace(self._cell.recording(play), looked=False)
            if recording.cancellation is not None and of_steps is not None:
                recording.cancellation = replace(recording.cancellation, steps=of_steps)
            self.used.append((play, recording))
            return recording
        finally:
            # The time up to here is the submission's: a message that is refused takes as long to read as others.
            self._began = time.thread_time()

    @property
    def walks_whole(self) -> bool:
        """Whether a walk through the choices of its plays comes to all of their schedules.

        No walk comes to every order in which tasks go on after a cancellation.
        """
        return not any(play.cancel_at is not None and recording.widths for play, recording in self.used)

    def has_little(self) -> bool:
        """Whether the hidden test has little to compute over, or nothing yet."""
        return sum(recording.size for _, recording in self.used) < LITTLE_BYTES

    def forgive(self) -> None:
        """Give the submission back what the hidden test has computed since its last play, if it has little."""
        if self.has_little():
            seconds = time.thread_time() - self._began
            self.own_seconds += seconds
            self.settle()  # first: a budget that looked full for a moment would let a play begin
            self._cell.budget.give_back(judging=seconds)


def by_number(cell: AnyCell, variants: Variants, number: int, last: int) -> Choose:
    """Every play under its variant of this number; those up to ``last`` are asked for ahead.

    Variants of lower numbers that have to be known before this one can be named are played first.
    """

    def choose(wanted: Play) -> Play:
        key = wanted.uncancelled
        while (earlier := variants.needed(key, number)) is not None:
            (play,) = variants.plays(key, earlier, earlier)
            variants.note(key, earlier, cell.recording(play))
        plays = variants.plays(key, number, min(number + AHEAD, last))
        if wanted.cancel_at is not None:
            return replace(plays[0], cancel_at=wanted.cancel_at)
        for play in plays:
            cell.send(play)
        variants.note(key, number, cell.recording(plays[0]))
        return plays[0]

    return choose


def by_choices(chosen: Mapping[Play, Choices]) -> Choose:
    """Some plays with these choices, and all others in natural order."""
    return lambda key: replace(key, choices=chosen.get(key, ()))


def unfairly(seed: int) -> Choose:
    """Every play under an unfair schedule."""
    return lambda key: replace(key, seed=seed, walk="sticky")


# ---- one call --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One hidden test on one backend, and the cell in which the submission is played for it."""

    test: HiddenTest
    function: HiddenFunction
    cell: AnyCell
    backend: str
    threads: bool
    """Whether the rules of the exercise allow threads."""

    @property
    def key(self) -> tuple[str, str]:
        return self.test.name, self.backend

    def fixture(self, choose: Choose) -> PlayFixture:
        """What the hidden test is to be called with."""
        return PlayFixture(self.cell, self.backend, choose)

    def call(self, play: PlayFixture, number: int) -> Judged | None:
        """Call the hidden test once, under the schedule of this number; None if it holds."""
        try:
            return self.call_to_the_end(play, number)
        except TooCostly:
            return self._too_costly(play, number)
        except TooLong as up:
            return not_judged(str(up))

    def call_to_the_end(self, play: PlayFixture, number: int) -> Judged | None:
        """As ``call``; raises TooCostly or TooLong if the call is cut short."""
        tests, asking = self.function.code.co_filename, PlayFixture.recording.__code__
        with judging(self.cell.budget, play.has_little, tests=tests, asking=asking) as play.settle:
            try:
                return self._called(play, number)
            finally:
                play.forgive()

    def _called(self, play: PlayFixture, number: int) -> Judged | None:
        try:
            returned = self.function.call(play)
        except skips():
            return not_judged("the hidden test was skipped")
        except GraderError:
            raise  # such as that no box can be started, which is not the learner's fault
        except fails() as error:
            stumble = stumble_of(error, self.function.code)
            judged = self._failed(play.used, number, stumble, error if isinstance(error, Diagnosed) else None)
            if judged.failed is None:
                return judged
            looped = looped_inputs(error, self.function.code, self.test.show)
            return replace(judged, failed=replace(judged.failed, looped=looped))
        if returned is None:
            unseen = any(_is_unseen(recording) for _, recording in play.used)
            return self._failed(play.used, number, None, None) if unseen else self._without_play(play.used)
        # A coroutine whose assertions nothing awaits, or a comparison without its `assert`.
        if isinstance(returned, Coroutine):
            returned.close()  # the reason says so; Python need not warn of it as well
        return not_judged(f"the hidden test returned a {type(returned).__name__}")

    def _too_costly(self, play: PlayFixture, number: int) -> Judged:
        """How a call is judged that was cut short, as its time was up."""
        if not play.used:
            return not_judged(f"{ENDLESS}, before its first play")
        last, recording = play.used[-1]
        limit = replace(recording, ended=Ended.LIMIT, reason=TOO_LONG_TO_JUDGE, trace=None)
        endless = play.has_little() and play.own_seconds > self.cell.budget.patience / 2
        why = Failed(diagnosis=Ended.LIMIT.value, play=last, recording=limit, variant=number, endless=endless)
        return Judged(outcome=Outcome.FAIL, failed=why)

    def _failed(
        self, used: Sequence[tuple[Play, Recording]], number: int, stumble: Stumble | None, chosen: Diagnosed | None
    ) -> Judged:
        if not used and stumble is not None:
            return not_judged(stumble.reason)  # no submission has had a part in it
        if (bad := self._without_play(used)) is not None:
            return bad
        play, recording, slug = most_telling(used)
        said = chosen or Diagnosed(self.test.diagnosis, self.test.feedback)
        # What helps against the diagnosis that the test declares helps however the test came to it.
        help = said.help or (self.test.help if said.diagnosis == self.test.diagnosis else "")
        why = Failed(
            diagnosis=slug or said.diagnosis,
            play=play,
            recording=recording,
            variant=number,
            said=Diagnosed(said.diagnosis, said.feedback, help=help),
            chosen=chosen is not None,
            stumble=stumble,
        )
        return Judged(outcome=Outcome.FAIL, failed=why)

    def _without_play(self, used: Sequence[tuple[Play, Recording]]) -> Judged | None:
        """What the call comes to if it had no play to look at, through the test or through the grader; else None."""
        if not used:
            return not_judged("the hidden test looked at no play")
        internal = next((recording for _, recording in used if recording.ended is Ended.INTERNAL), None)
        if internal is not None:
            return replace(not_judged(internal.reason), own_fault=True)
        unknown = next((recording for _, recording in used if recording.ended is Ended.NOT_SIMULATED), None)
        # Where no thread is allowed, this is an ending like others: a program could escape any test by it.
        if unknown is None or not self.threads:
            return None
        where = "" if unknown.line is None else f" (started in line {unknown.line})"
        return not_judged(f"{unknown.reason}{where}")

    def is_fragile(self, seed: int) -> bool:
        """Whether the hidden test fails under the unfair schedule of this seed."""
        judged = self.call(self.fixture(unfairly(seed)), seed)
        # A play that was cut short by a limit, or not begun as the budget was spent, shows nothing about turns.
        return judged is not None and judged.failed is not None and judged.failed.recording.ended is not Ended.LIMIT

    # ---- shortening --------------------------------------------------------------------------------------------------

    def shortened(self, failed: Failed, used: Sequence[tuple[Play, Recording]]) -> Failed:
        """The same failure with the fewest turns out of natural order; as it is if its choices do not replay it."""
        if any(recording.many for _, recording in used):
            return failed
        chosen = {play.key: recording.choices for play, recording in used}
        # What was cancelled at earlier steps has hardly ever a part in the failure, and may be a hundred plays.
        of_the_failure = {key: made for key, made in chosen.items() if key.cancel_at in (None, failed.play.cancel_at)}
        if len(of_the_failure) < len(chosen) and self._replay(of_the_failure, failed) is not None:
            chosen = of_the_failure
        replayed = self._replay(chosen, failed)
        if replayed is None:
            return failed
        for key in list(chosen):

            def still_fails(choices: Choices, key: Play = key) -> bool:
                return self._replay({**chosen, key: choices}, failed) is not None

            chosen[key] = shortest(chosen[key], still_fails)
        return self._replay(chosen, failed) or replayed

    def _replay(self, chosen: Mapping[Play, Choices], failed: Failed) -> Failed | None:
        """The failure under these choices, if it is the same one: cancelled at the same step, if it is cancelled."""
        judged = self.call(self.fixture(by_choices(chosen)), failed.variant)
        again = judged.failed if judged is not None else None
        if again is None or again.diagnosis != failed.diagnosis or again.play.cancel_at != failed.play.cancel_at:
            return None
        return again


def not_judged(reason: str) -> Judged:
    """A hidden test that was not judged, through no fault of the submission."""
    return Judged(outcome=Outcome.NOT_JUDGED, reason=reason)


def _is_unseen(recording: Recording) -> bool:
    """Whether the play ended in a way that the hidden test did not look at."""
    return not recording.looked and recording.ended is not Ended.RETURNED
