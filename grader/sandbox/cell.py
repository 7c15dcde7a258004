"""Asks a box for the plays of one job, and turns its answers into recordings without trusting them.

A ``Cell`` answers its plays in the order in which they were sent. A play that crashes, hangs or lies costs no other
play: the cell goes on in a new child. A play, and all plays of a submission together, end as ``limit``
when they have used more than ``Limits`` allow; what the load on the machine costs them does not count.
"""

from __future__ import annotations

import json
import secrets
import signal
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

from grader.sandbox.box import GRACE_SECONDS, Box, Job
from grader.sandbox.budget import Budget
from grader.sandbox.child import Child, Gone, Patience, TimeIsUp, drain_output, next_line
from grader.sandbox.reading import read
from grader.wire.lines import Distrusted, Json, dumps, loads
from grader.wire.recording import Ended, Recording
from grader.wire.values import TooLarge, encode_inputs

SLEEP_SECONDS = 5.0
"""For how long the processes of one play may really sleep if it has nothing real to wait for: its time is virtual."""
KEPT_BYTES = 8 << 20
"""How long the answers of one cell are, as lines, whose recordings are kept; those before them are played again when
they are asked for again. A recording takes up to thirty times the memory of its line."""
KEPT_AT_LEAST = 16
_NOTE = 100
"""Characters beside the output itself that say how much of it is missing."""
_SLOW = (Ended.BLOCKED_LOOP, Ended.NEVER_YIELDS, Ended.LATE)
"""Endings of plays that take long, and that are shown with a trace."""


@dataclass(frozen=True, slots=True)
class Play:
    """A request for one play. ``choices`` replay a schedule exactly; otherwise ``seed`` picks one, 0 being natural."""

    scenario: str
    inputs: str
    """The arguments of the scenario, as ``Play.encode`` writes them."""
    backend: str
    seed: int = 0
    choices: tuple[int, ...] | None = None
    trace: bool = False
    within: float | None = None
    """Virtual seconds after which the play is late, if its hidden test says so."""
    walk: str = "fair"
    """``sticky`` for an unfair schedule, which stays with one task as long as it can."""

    @property
    def key(self) -> Play:
        """The same scenario with the same inputs on the same backend, whatever the schedule."""
        return Play(self.scenario, self.inputs, self.backend, within=self.within)

    @staticmethod
    def encode(inputs: Mapping[str, object]) -> str:
        return dumps(encode_inputs(dict(inputs))).decode()


class _Fault(Exception):
    """The grader's own code in a child has failed."""


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
        self._hangs = False
        self.plays = 0
        self.tampered = False
        """Whether anything came out of the box that our own code would not have written."""

    def send(self, play: Play) -> Play:
        """Ask for a play without waiting for it. Returns the play that will answer: it may be one with a trace."""
        traced = replace(play, trace=True)
        for known in (play, traced):
            if self._is_known(known):
                return known
        # A play that failed is played again for its trace. One that hangs costs half a second each time, so all plays
        # of a program that has hung once are traced at once.
        asked = traced if self._hangs else play
        if self.budget.spent:
            self._done[asked] = _ended(asked, Ended.LIMIT, self.budget.spent)
            return asked
        name = secrets.token_hex(8)
        self._sent.append((asked, name))
        self._submit(asked, name)
        return asked

    def recording(self, play: Play) -> Recording:
        """The recording of a play; waits for it, and for those sent before it."""
        asked = self.send(play)
        while asked not in self._done:
            self._go_on()
        return self._done[asked]

    def _go_on(self) -> None:
        """Take in the next answer; if the budget is spent, end the child and answer all that is open with ``limit``."""
        if not self.budget.spent:
            self._next()
            return
        for play, _ in self._sent:
            self._done[play] = _ended(play, Ended.LIMIT, self.budget.spent)
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

    def _is_known(self, play: Play) -> bool:
        return play in self._done or any(play == sent for sent, _ in self._sent)

    # ---- one answer --------------------------------------------------------------------------------------------------

    def _submit(self, play: Play, name: str) -> None:
        if self._child is None:
            self._child = self._box.start(self._job)
        self._child.send(
            {
                "play": name,
                "scenario": play.scenario,
                "inputs": json.loads(play.inputs),
                "backend": play.backend,
                "seed": play.seed,
                "choices": None if play.choices is None else list(play.choices),
                "trace": play.trace,
                "within": play.within,
                "walk": play.walk,
                "output": self._job.limits.output_bytes,
            }
        )

    def _next(self) -> None:
        """Take in the answer to the request that was sent first."""
        child = self._child
        assert child is not None
        play, name = self._sent.popleft()
        line, spent = b"", True
        try:
            line = next_line(child, self._box.has_ended, self._patience)
            message = loads(line)
            _raise_fault(message, child)
            recording, spent = read(message, play=name, scenario=play.scenario, backend=play.backend)
            if len(recording.output) > self._job.limits.output_bytes + _NOTE:
                raise Distrusted("more output than the play may have")
            if child.buffer and not self._sent:
                raise Distrusted("more than one answer came out of the box")
        except TimeIsUp as up:
            child.meter.bill(self.budget)
            recording = _ended(play, Ended.LIMIT, str(up))
        except TooLarge as much:
            recording = _ended(play, Ended.LIMIT, str(much))
        except Gone:
            self._box.settle(child)
            if (self._box.lost(child) or _killed(child)) and self._again(play, name, child):
                return
            recording = self._crash(play, child)
        except _Fault as fault:
            if self._again(play, name, child):
                return
            recording = _ended(play, Ended.INTERNAL, f"the player failed: {fault}")
        except Distrusted as error:
            self.tampered = spent = True
            recording = _ended(play, Ended.TAMPERED, str(error))
        except BaseException:
            # Interrupted, by Ctrl-C or by the alarm of a hidden test. The child's late answer would be taken for the
            # answer to the next request.
            self._replace(child)
            raise
        self._keep(play, recording, len(line))
        self._hangs = self._hangs or recording.ended in _SLOW
        self.plays += 1
        if spent:
            self._replace(child)
        else:
            child.meter.settle(self.budget)

    def _keep(self, play: Play, recording: Recording, size: int) -> None:
        """Keep a recording, and forget the oldest ones: hundreds of four megabytes each would fill the memory."""
        recording.size = size
        self._done[play] = recording
        self._kept.append((play, size))
        self._kept_bytes += size
        while self._kept_bytes > KEPT_BYTES and len(self._kept) > KEPT_AT_LEAST:
            oldest, size = self._kept.popleft()
            self._kept_bytes -= size
            self._done.pop(oldest, None)

    def _again(self, play: Play, name: str, child: Child) -> bool:
        """Send a play once more that may have failed through no fault of its own; whether it was sent.

        Another job, or an earlier play of this one, may have killed the box. If the box dies a second time under the
        same play, that play is to blame.
        """
        if play in self._retried:
            return False
        self._retried.add(play)
        self._sent.appendleft((play, name))
        self._replace(child)
        return True

    def _crash(self, play: Play, child: Child) -> Recording:
        """The recording of a play whose child left without an answer."""
        if self._box.lost(child):
            return _ended(play, Ended.CRASHED, "the processes of its box were killed or stopped")
        drain_output(child)
        return _ended(play, Ended.CRASHED, _last_words(self._box.end(child)))

    def _replace(self, child: Child) -> None:
        """Go on in a new child with the requests that are still open."""
        began = time.monotonic()
        self._child = None
        child.meter.bill(self.budget)
        self._box.end(child)
        for play, name in self._sent:
            self._submit(play, name)
        self.budget.charge(real=time.monotonic() - began)


def _raise_fault(message: Json, child: Child) -> None:
    """Raise _Fault if our own code reports that it has failed, and proves by the secret of the job that it does.

    An exit status, which stood for this once, can be chosen by the learner's code.
    """
    if isinstance(message, dict) and message.keys() == {"fault", "proof"}:
        if not isinstance(message["proof"], str) or not secrets.compare_digest(message["proof"], child.proof):
            raise Distrusted("a fault of the grader that it has not reported")
        raise _Fault(str(message["fault"]))


def _killed(child: Child) -> bool:
    """Whether SIGKILL has ended it, which a kernel out of memory or an operator may have sent."""
    return child.zygote.statuses.get(child.number) == -signal.SIGKILL


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals between the first and the last have no name
        return f"signal {number}"


def _ended(play: Play, ended: Ended, reason: str) -> Recording:
    return Recording(scenario=play.scenario, backend=play.backend, ended=ended, reason=reason)


def _last_words(status: int | None) -> str:
    """How a child ended that left without an answer."""
    if status is not None and status < 0:
        return f"the process was killed by {_signal_name(-status)}"
    return f"the process left with exit status {status}" if status is not None else "the process closed its pipes"
