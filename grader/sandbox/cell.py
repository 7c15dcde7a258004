"""Asks a box for the plays of one job, and turns its answers into recordings without trusting them.

A ``Cell`` answers its plays in the order in which they were sent. A play that crashes, hangs or lies costs no other
play: the cell goes on in a new child. A fault of the grader is what a child reports before a byte of the submission has
run in it, or what a program of ours meets as well; every other one is the submission's own. No verdict depends on
elapsed real time but for the last resort of ``Limits.wall_seconds``, which ends a play as ``limit``.
"""

from __future__ import annotations

import json
import secrets
import signal
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from grader.errors import InternalError
from grader.kit.exercise import Limits
from grader.sandbox.box import GRACE_SECONDS, Box, Job
from grader.sandbox.child import Child, Gone, TimeIsUp, drain_output, next_line
from grader.sandbox.reading import read
from grader.wire.lines import Distrusted, Json, dumps, loads
from grader.wire.recording import Ended, Recording
from grader.wire.turns import chooser
from grader.wire.values import encode_inputs

_SLOW = (Ended.BLOCKED_LOOP, Ended.NEVER_YIELDS, Ended.LATE)
"""Endings of plays that take long, and that are shown with a trace."""

_HARMLESS = """
import anyio

async def main():
    await anyio.sleep(1)
    return "done"
"""
_ITS_SCENARIO = """
import anyio

async def scenario(stage):
    async def work():
        async with stage.span("work"):
            await stage.attempt("main", stage.submission.main)
        stage.mark("worked")
    async with anyio.create_task_group() as group:
        group.start_soon(work)
        group.start_soon(work)
"""
"""A program of ours and its scenario, played where the player has failed beside a submission."""


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
    """The grader's own code in a child has failed before a byte of the submission ran there."""


class _Stumbled(Exception):
    """The grader's own code in a child has failed beside the submission."""


class Cell:
    """The plays of one job, asked for in any order and answered in the order in which they were sent."""

    def __init__(self, box: Box, job: Job) -> None:
        self._box = box
        self._job = job
        self._child: Child | None = None
        self._sent: deque[tuple[Play, str]] = deque()
        self._done: dict[Play, Recording] = {}
        self._retried: set[Play] = set()
        self._hangs = False
        self._lost_a_box = False
        """Whether a box has died under one of the plays."""
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
        name = secrets.token_hex(8)
        self._sent.append((asked, name))
        if self._child is None:
            self._submit_all()
        else:
            self._child.send(_request(asked, name, self._job.limits))
        return asked

    def recording(self, play: Play) -> Recording:
        """The recording of a play; waits for it, and for those sent before it."""
        asked = self.send(play)
        while asked not in self._done:
            self._next()
        return self._done[asked]

    def close(self) -> None:
        """End the child. Bytes after the last answer are taken for forgery: our own code writes none."""
        while self._sent and self._child is not None:
            self._next()
        child, self._child = self._child, None
        if child is None:
            return
        child.finish()
        try:
            rest = next_line(child, self._box.has_ended, wall=GRACE_SECONDS, cpu=GRACE_SECONDS)
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
            self._child.send(_request(play, name, self._job.limits))

    def _next(self) -> None:
        """Take in the answer to the request that was sent first."""
        child = self._child
        assert child is not None
        play, name = self._sent.popleft()
        spent = True
        try:
            recording, spent = self._read(self._answer(child), play, name)
            if child.buffer and not self._sent:
                raise Distrusted("more than one answer came out of the box")
        except TimeIsUp as up:
            recording = _ended(play, Ended.LIMIT, str(up))
        except Gone:
            self._box.settle(child)
            self._lost_a_box = self._lost_a_box or self._box.lost(child)
            if (self._box.lost(child) or _killed(child)) and self._again(play, name, child):
                return
            recording = self._crash(play, child)
        except _Fault as fault:
            # Whatever the plays before this one have left in the box, such as a full disk, goes with it.
            if self._again(play, name, child, self._box.renew):
                return
            recording = _ended(play, Ended.INTERNAL, f"the player failed: {fault}")
        except _Stumbled as fault:
            if self._again(play, name, child):
                return
            ended = Ended.CRASHED if self._player_works(play.backend) else Ended.INTERNAL
            recording = _ended(play, ended, f"the player failed: {fault}")
        except Distrusted as error:
            spent = True
            recording = _ended(play, Ended.TAMPERED, str(error))
        except BaseException:
            # Interrupted, by Ctrl-C or by the alarm of a hidden test. The child's late answer would be taken for the
            # answer to the next request.
            self._replace(child)
            raise
        self._done[play] = recording
        self.tampered = self.tampered or recording.ended is Ended.TAMPERED
        self._hangs = self._hangs or recording.ended in _SLOW
        self.plays += 1
        if spent:
            self._replace(child)

    def _answer(self, child: Child) -> Json:
        """The next answer of a child. Raises _Fault if it failed before it was ready, and _Stumbled after that."""
        if not child.ready:
            _raise_fault(loads(self._line(child)), _Fault)
            child.ready = True
        answer = loads(self._line(child))
        _raise_fault(answer, _Stumbled)
        return answer

    def _line(self, child: Child) -> bytes:
        limits = self._job.limits
        return next_line(child, self._box.has_ended, wall=limits.wall_seconds, cpu=limits.cpu_seconds)

    def _read(self, message: Json, play: Play, name: str) -> tuple[Recording, bool]:
        horizon = self._job.limits.horizon_seconds
        late = horizon if play.within is None else min(horizon, play.within)
        choose = chooser(play.seed, play.choices, play.walk)
        return read(message, play=name, scenario=play.scenario, backend=play.backend, choose=choose, late=late)

    def _player_works(self, backend: str) -> bool:
        """Whether the player plays a program of ours, in a child in which no byte of a submission runs.

        If it does not, it failed beside the submission through no fault of that one.
        """
        job = replace(self._job, submission=_HARMLESS, scenarios=_ITS_SCENARIO, needs=())
        child = self._box.start(job)
        child.send(_request(Play("scenario", Play.encode({}), backend, trace=True), "", self._job.limits))
        try:
            self._answer(child)
        except (_Fault, _Stumbled):
            return False
        except (TimeIsUp, Gone, Distrusted):
            pass  # killed, or slow: the player has not said that it failed
        finally:
            self._box.end(child)
        return True

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
        drain_output(child)
        return _ended(play, Ended.CRASHED, _last_words(self._box.end(child)))

    def _replace(self, child: Child) -> None:
        """Go on in a new child with the requests that are still open."""
        self._child = None
        self._box.end(child)
        self._submit_all()


def _request(play: Play, name: str, limits: Limits) -> dict[str, Json]:
    """A request for a play, whose answer is to bear this name."""
    return {
        "play": name,
        "scenario": play.scenario,
        "inputs": json.loads(play.inputs),
        "backend": play.backend,
        "seed": play.seed,
        "choices": None if play.choices is None else list(play.choices),
        "trace": play.trace,
        "within": play.within,
        "walk": play.walk,
        "output": limits.output_bytes,
    }


def _raise_fault(message: Json, kind: type[_Fault] | type[_Stumbled]) -> None:
    if isinstance(message, dict) and message.keys() == {"fault"}:
        raise kind(str(message["fault"]))


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
