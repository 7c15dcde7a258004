"""Asks a box for the plays of one job, and turns its answers into recordings without trusting them.

A ``Cell`` answers its plays in the order in which they were sent. A play that crashes, hangs or lies costs no other
play: the cell goes on in a new child. A play, and all plays of a submission together, end as ``limit``
when they have used more than ``Limits`` allow; what the load on the machine costs them does not count. A fault of the
grader is what a child reports before a byte of the submission has run in it, or what a program of ours meets as well;
every other one is the submission's own.
"""

from __future__ import annotations

import secrets
import signal
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from math import inf

from grader.errors import InternalError
from grader.sandbox.answers import Fault, Stumbled, answer, player_works
from grader.sandbox.box import GRACE_SECONDS, Box, Job
from grader.sandbox.budget import Budget
from grader.sandbox.child import Child, Gone, Patience, Stalled, TimeIsUp, next_line
from grader.sandbox.play import HungLines, Play, request
from grader.sandbox.reading import read
from grader.wire import PLAIN
from grader.wire.lines import Distrusted, Json
from grader.wire.recording import Cancellation, Ended, Recording
from grader.wire.turns import chooser
from grader.wire.values import TooLarge

SLEEP_SECONDS = 5.0
"""For how long the processes of one play may really sleep if it has nothing real to wait for: its time is virtual."""
REPLACEMENT_SECONDS = 0.5
"""The most that a new child costs of the real time of a submission; what is above it is the load on the machine."""
KEPT_BYTES = 8 << 20
"""How long the answers of one cell are, as lines, whose recordings are kept; those before them are played again when
they are asked for again. A recording takes up to thirty times the memory of its line."""
KEPT_AT_LEAST = 16
_NOTE = 100
"""Characters beside the output itself that say how much of it is missing."""
_SLOW = (Ended.BLOCKED_LOOP, Ended.NEVER_YIELDS, Ended.NEVER_RETURNS, Ended.LATE)
"""Endings of plays that take long, and that are shown with a trace."""


class Cell:
    """The plays of one job, asked for in any order and answered in the order in which they were sent."""

    def __init__(self, box: Box, job: Job, budget: Budget | None = None) -> None:
        self._box = box
        self._job = job
        self.budget = Budget() if budget is None else budget
        """What is left for all plays; without an end if none was given, as for the reference answer."""
        self._patience = Patience(
            wall=job.limits.wall_seconds,
            cpu=job.limits.cpu_seconds,
            # Sockets and other processes are real, and time must pass in which they can answer.
            sleep=inf if job.needs else SLEEP_SECONDS,
        )
        self._child: Child | None = None
        self._sent: deque[tuple[Play, str]] = deque()
        self._done: dict[Play, Recording] = {}
        self._kept: deque[tuple[Play, int]] = deque()
        self._kept_bytes = 0
        self._retried: set[Play] = set()
        self.hung = HungLines()
        """The submission's lines in which plays have hung: the box needs less evidence there the next time."""
        self._hangs = False
        self._lost_a_box = False
        """Whether a box has died under one of the plays."""
        self.plays = 0
        self.tampered = False
        """Whether anything came out of the box that our own code would not have written."""

    def send(self, play: Play) -> Play:
        """Ask for a play without waiting for it. Returns the play that will answer: it may be one with a trace."""
        if (known := self._known(play)) is not None:
            return known
        # A play that failed is played again for its trace. One that hangs costs half a second each time, so all plays
        # of a program that has hung once are traced at once.
        asked = play.traced if self._hangs else play
        if self.budget.spent:
            return asked
        name = secrets.token_hex(8)
        self._sent.append((asked, name))
        if self._child is None:
            self._submit_all()
        else:
            self._child.send(request(asked, name, self._job.limits, self.hung))
        return asked

    def recording(self, play: Play) -> Recording:
        """The recording of a play; waits for it, and for those sent before it.

        It has a trace where without one it would not say which line made a coroutine that was never awaited.
        """
        recording = self._recording(play)
        if any(remark.slug == "never-awaited" and remark.line is None for remark in recording.remarks):
            traced = self._recording(play.traced)
            return recording if self.budget.spent else traced
        return recording

    def _recording(self, play: Play) -> Recording:
        asked = self.send(play)
        while asked not in self._done and not self.budget.spent:
            self._next()
        if self.budget.spent:
            self._give_up()
        return self._done.get(asked) or _ended(asked, Ended.LIMIT, self.budget.spent)

    def _go_on(self) -> None:
        """Take in the next answer, or give all of them up if the budget is spent."""
        if self.budget.spent:
            self._give_up()
        else:
            self._next()

    def _give_up(self) -> None:
        self._sent.clear()
        if self._child is not None:
            self._replace(self._child)

    def close(self) -> None:
        """End the child. Bytes after the last answer are taken for forgery: our own code writes none."""
        while self._sent and self._child is not None:
            self._go_on()
        child, self._child = self._child, None
        if child is None:
            return
        child.finish()
        try:
            rest = next_line(child, self._box.has_ended, Patience(wall=GRACE_SECONDS, cpu=GRACE_SECONDS))
            self.tampered = self.tampered or bool(rest)
        except (TimeIsUp, Gone):
            pass
        except Distrusted:
            self.tampered = True
        self.tampered = self.tampered or bool(child.buffer)
        self._box.end(child)

    def forget(self) -> None:
        """Give up all plays that have not been answered, and the child: Ctrl-C may have come anywhere in our code."""
        self._sent.clear()
        child, self._child = self._child, None
        if child is not None:
            self._box.end(child)

    def is_known(self, play: Play) -> bool:
        """Whether the play has been asked for, with a trace or without."""
        return self._known(play) is not None

    def has_made(self, play: Play) -> bool:
        """Whether the recording of exactly this play is at hand."""
        return play in self._done

    def done(self, play: Play) -> Recording | None:
        """The recording of a play that has been made, without waiting for any answer."""
        while self._sent and self._child is not None and self._child.has_line():
            self._go_on()
        known = self._known(play)
        return None if known is None else self._done.get(known)

    @property
    def unanswered(self) -> int:
        """How many plays are sent and not answered."""
        return len(self._sent)

    @property
    def hangs(self) -> bool:
        """Whether a play has taken long, as the submission runs on and on or blocks the loop."""
        return self._hangs

    def _known(self, play: Play) -> Play | None:
        """The play that has been asked for and answers this one: itself, or the same with a trace."""
        for asked in (play, play.traced):
            if asked in self._done or any(asked == sent for sent, _ in self._sent):
                return asked
        return None

    # ---- one answer --------------------------------------------------------------------------------------------------

    def _submit_all(self) -> None:
        """Send every open request to a new child. Raises InternalError if there is no box to start one in."""
        if not self._sent:
            return
        try:
            self._child = self._box.start(self._job)
        except InternalError as error:
            if not self._lost_a_box:
                raise
            # Where no fence keeps it from that, what this submission has left behind may kill each new box.
            self._done |= {play: _ended(play, Ended.CRASHED, error.args[0]) for play, _ in self._sent}
            self._sent.clear()
            return
        for play, name in self._sent:
            self._child.send(request(play, name, self._job.limits, self.hung))

    def _next(self) -> None:
        """Take in the answer to the request that was sent first."""
        if self._child is None:
            self._submit_all()  # interrupted between two children
        child = self._child
        assert child is not None
        play, name = self._sent.popleft()
        try:
            outcome = self._outcome(child, play, name)
        except BaseException:
            # Interrupted, by Ctrl-C or by the alarm of a hidden test. The child's late answer would be taken for the
            # answer to the next request.
            self._replace(child)
            raise
        if outcome is None:
            return
        recording, spent = outcome
        self._keep(play, recording)
        self.tampered = self.tampered or recording.ended is Ended.TAMPERED
        self._hangs = self._hangs or recording.ended in _SLOW
        self.hung.add(recording)
        self.plays += 1
        if spent:
            self._replace(child)
        else:
            child.meter.settle(self.budget)

    def _outcome(self, child: Child, play: Play, name: str) -> tuple[Recording, bool] | None:
        """What came of a play, and whether its child must not play again; None if it was sent once more."""
        try:
            message, size = answer(self._box, child, replace(self._patience, hung=self.hung.blocked))
            recording, spent = self._read(message, play, name)
            recording.size = size
            if child.buffer and not self._sent:
                raise Distrusted("more than one answer came out of the box")
            return recording, spent
        except Stalled as stalled:
            ended = Ended.NEVER_RETURNS if play.backend == PLAIN else Ended.BLOCKED_LOOP
            recording = replace(_ended(play, ended, "computing"), line=stalled.line)
            self._done[play.traced] = recording  # it would be stuck again, and have no trace again
        except TimeIsUp as up:
            recording = _ended(play, Ended.LIMIT, str(up))
        except TooLarge as much:
            recording = _ended(play, Ended.LIMIT, str(much))
        except Gone:
            self._box.settle(child)
            self._lost_a_box = self._lost_a_box or self._box.lost(child)
            if (self._box.lost(child) or _killed(child)) and self._again(play, name, child):
                return None
            recording = self._crash(play, child)
        except Fault as fault:
            # Whatever the plays before this one have left in the box, such as a full disk, goes with it.
            if self._again(play, name, child, self._box.renew):
                return None
            recording = _ended(play, Ended.INTERNAL, f"the player failed: {fault}")
        except Stumbled as fault:
            if self._again(play, name, child):
                return None
            ended = Ended.CRASHED if player_works(self._box, self._job, play.backend) else Ended.INTERNAL
            recording = _ended(play, ended, f"the player failed: {fault}")
        except Distrusted as error:
            recording = _ended(play, Ended.TAMPERED, str(error))
        return recording, True

    def _keep(self, play: Play, recording: Recording) -> None:
        """Keep a recording, and forget the oldest ones: hundreds of four megabytes each would fill the memory."""
        self._done[play] = recording
        self._kept.append((play, recording.size))
        self._kept_bytes += recording.size
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > KEPT_AT_LEAST:
            oldest, size = self._kept.popleft()
            self._kept_bytes -= size
            self._done.pop(oldest, None)

    def _read(self, message: Json, play: Play, name: str) -> tuple[Recording, bool]:
        horizon = self._job.limits.horizon_seconds
        late = horizon if play.within is None else min(horizon, play.within)
        choose = chooser(play.seed, play.choices, play.walk)
        recording, spent = read(
            message,
            play=name,
            scenario=play.scenario,
            backend=play.backend,
            choose=choose,
            late=late,
            cancel_at=play.cancel_at,
        )
        if len(recording.output) > self._job.limits.output_bytes + _NOTE:
            raise Distrusted("more output than the play may have")
        return recording, spent

    def _again(self, play: Play, name: str, child: Child, first: Callable[[], None] = lambda: None) -> bool:
        """Send a play once more that may have failed through no fault of its own; whether it was sent.

        Another job, or an earlier play of this one, may have killed the box. If the box dies a second time under the
        same play, that play is to blame.
        """
        if play in self._retried:
            return False
        self._retried.add(play)
        self._sent.appendleft((play, name))
        first()
        self._replace(child)
        return True

    def _crash(self, play: Play, child: Child) -> Recording:
        """The recording of a play whose child left without an answer."""
        if self._box.lost(child):
            return _ended(play, Ended.CRASHED, "the processes of its box were killed or stopped")
        return _ended(play, Ended.CRASHED, _last_words(self._box.end(child)))

    def _replace(self, child: Child) -> None:
        """Go on in a new child with the requests that are still open."""
        began = time.monotonic()
        self._child = None
        child.meter.look()
        self._box.end(child)
        child.meter.bill(self.budget, child.cpu_seconds)
        self._submit_all()
        self.budget.charge(real=min(time.monotonic() - began, REPLACEMENT_SECONDS))


def _killed(child: Child) -> bool:
    """Whether SIGKILL has ended it, which a kernel out of memory or an operator may have sent."""
    return child.zygote.statuses.get(child.number) == -signal.SIGKILL


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals between the first and the last have no name
        return f"signal {number}"


def _ended(play: Play, ended: Ended, reason: str) -> Recording:
    cancellation = None if play.cancel_at is None else Cancellation(step=play.cancel_at)
    return Recording(
        scenario=play.scenario, backend=play.backend, ended=ended, reason=reason, cancellation=cancellation
    )


def _last_words(status: int | None) -> str:
    """How a child ended that left without an answer."""
    if status is not None and status < 0:
        return f"the process was killed by {_signal_name(-status)}"
    return f"the process left with exit status {status}" if status is not None else "the process closed its pipes"
