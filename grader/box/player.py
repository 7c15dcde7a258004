"""Plays scenarios of one program, each play as one message about what happened."""

from __future__ import annotations

import builtins
import gc
import io
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import CodeType, CoroutineType, ModuleType
from typing import Any, NoReturn

from grader.box.simulation.core import Bounds, Simulation
from grader.box.simulation.run import prepare, run
from grader.box.simulation.schedule import Replay, Schedule, Sticky, for_seed
from grader.box.simulation.trace import STUDENT, Untraced
from grader.box.stage import TOO_MUCH, Overflow, Stage, leaves, student_line
from grader.wire.recording import Ended
from grader.wire.values import name_of, revive

# ---- surroundings ----------------------------------------------------------------------------------------------------
#
# What the process around a play shares with the student's code: output, prompts, warnings about coroutines.


MAX_UNAWAITED = 20


class Output(io.TextIOBase):
    """Keeps the first bytes of what is printed and counts the rest."""

    encoding = "utf-8"

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._parts: list[str] = []
        self._dropped = 0

    def write(self, text: str) -> int:
        kept = text[: self._left]
        if kept:
            self._parts.append(kept)
            self._left -= len(kept)
        self._dropped += len(text) - len(kept)
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        more = f"\n... and {self._dropped} characters more" if self._dropped else ""
        return "".join(self._parts) + more


class Surroundings:
    """The surroundings of one play."""

    def __init__(self, output_bytes: int) -> None:
        self.output = Output(output_bytes)
        self.unawaited: list[list[object]] = []
        """Rows of ``never-awaited``, line, name of the coroutine; only those that the student's code made."""

    def note_unawaited(self, coroutine: CoroutineType[Any, Any, Any]) -> None:
        for filename, line, _ in coroutine.cr_origin or ():
            if filename.startswith(STUDENT):
                if len(self.unawaited) < MAX_UNAWAITED:
                    self.unawaited.append(["never-awaited", line, coroutine.cr_code.co_qualname])
                return


_now = Surroundings(0)


def fresh_surroundings(output_bytes: int) -> Surroundings:
    """Begin a new play: from now on output and complaints go to the surroundings returned."""
    global _now
    _now = Surroundings(output_bytes)
    sys.stdout = sys.stderr = _now.output
    return _now


def prepare_process() -> None:
    """Set up, once per process, what every play shares."""
    # A play leaves a few thousand objects, which are collected when it is over. In between this costs 5 % of it.
    gc.set_threshold(10_000)
    sys.set_coroutine_origin_tracking_depth(4)
    warnings.simplefilter("ignore")
    # CPython calls this for every coroutine that dies without having been awaited; a warning would name no object.
    warnings._warn_unawaited_coroutine = lambda coroutine: _now.note_unawaited(coroutine)  # type: ignore[attr-defined]
    sys.unraisablehook = lambda unraisable: None
    # What asyncio has to say about the way we end plays is not for learners.
    logging.getLogger("asyncio").disabled = True
    # 8 MiB of address space for each of a hundred threads would run into the memory limit.
    threading.stack_size(1 << 20)
    sys.breakpointhook = _no_breakpoint
    builtins.input = _no_input


def _no_breakpoint(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError("breakpoint() stops for a person, and nobody is there while the grader plays; take it out")


def _no_input(prompt: object = "") -> NoReturn:
    raise RuntimeError("input() waits for a person, and nobody is there while the grader plays; take it out")


MAX_WIDTHS = 400
"""Choices that cross to the trusted side; a play with more is never walked whole, nor shortened."""
MAX_WAITING = 50

Message = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The code of one job, compiled once and loaded anew for every play.

    State left in a module's globals would make an answer pass or fail by what was played before.
    """

    module: str
    submission: CodeType
    scenarios: CodeType

    def load(self, stage: Stage) -> ModuleType:
        """Load the submission, then the scenarios; returns the scenarios."""
        stage.submission = submission = ModuleType(self.module)
        submission.__file__ = f"{STUDENT}{self.module}.py"
        sys.modules[self.module] = submission  # dataclasses look their module up
        exec(self.submission, submission.__dict__)
        scenarios = ModuleType("scenarios")
        exec(self.scenarios, scenarios.__dict__)
        return scenarios


def play(program: Program, request: Message, bounds: Bounds, leave: Callable[[Message], NoReturn]) -> Message:
    """Play once. The message is what ``reading.read`` expects.

    ``leave`` is called with the message instead if nothing but the end of the process can end this play.
    """
    if request["within"] is not None:
        bounds = replace(bounds, within=request["within"])
    simulation = prepare(request["backend"], _schedule(request), bounds)
    if not request["trace"]:
        simulation.trace = Untraced()
    performance = Performance(program, request, simulation)
    performance.simulation.on_abandon = lambda: leave(performance.message(spent=True))
    performance.escaped = run(performance.simulation, performance.main)
    # Coroutines and generators in reference cycles die now, in this play's message and not in the next one's.
    gc.collect()
    # An exception that went through the backend itself may have left it in any state.
    return performance.message(spent=performance.escaped is not None or simulation.workers.strays())


def too_large(message: Message) -> Message:
    """The message instead of one that does not fit into a line: how the play ended is that it left too much behind."""
    small: Message = {"spans": [], "marks": [], "attempts": [], "hygiene": [], "waiting": []}
    nothing = {"result": None, "raised": None, "line": None, "trace": None, "digest": None}
    return {**message, **small, **nothing, "ended": Ended.LIMIT, "reason": TOO_MUCH}


def _schedule(request: Message) -> Schedule:
    choices, seed = request["choices"], request["seed"]
    if request["walk"] == "sticky":
        return Sticky(seed)
    return for_seed(seed) if choices is None else Replay(choices)


class Performance:
    """One play while it goes on."""

    def __init__(self, program: Program, request: Message, simulation: Any) -> None:
        self.simulation = simulation
        self.escaped: BaseException | None = None
        self._program = program
        self._request = request
        self._stage = Stage(simulation)
        self._surroundings = fresh_surroundings(request["output"])
        self._elapsed: float | None = None
        self._result: object = None
        self._raised: object = None
        self._ended = Ended.CRASHED
        self._left_behind: list[list[object]] = []

    async def main(self) -> None:
        """The outermost task of the play."""
        self.simulation.trace.tasks[self.simulation.running].name = "main"
        self.simulation.left_open.watch_generators()
        inputs: Any = revive(self._request["inputs"])
        try:
            # Loading is part of the play: what a module does at import time is watched like everything else.
            scenario = getattr(self._program.load(self._stage), self._request["scenario"])
            self._result = self._stage.encode(await scenario(self._stage, **inputs))
            self._ended = Ended.RETURNED
        except Overflow:
            pass  # the stage has ended the play
        except Exception as error:
            self._raised = self._stage.encode_error(error)
            self._ended = Ended.RAISED
        finally:
            self._elapsed = self.simulation.now
            self._left_behind = self._look_round()

    def _look_round(self) -> list[list[object]]:
        """What is still there at the end that should not be, as rows of ``recording.Hygiene``."""
        simulation = self.simulation
        tasks = simulation.alive(besides=simulation.running)
        return [
            *(["leaked-task", site.line if site else None, name] for name, site in tasks),
            *(["leaked-thread", line, "a thread"] for line in simulation.workers.still_at_work()),
            *(["swallowed-cancellation", *place] for place in simulation.swallowed()),
            *(["unretrieved", *place] for place in simulation.unretrieved()),
            *(["unclosed", *place] for place in simulation.left_open.places()),
        ]

    def message(self, *, spent: bool) -> Message:
        """Everything the trusted side gets to know; ``spent`` when this process must not play again."""
        simulation, stage, request = self.simulation, self._stage, self._request
        schedule = simulation.schedule
        return {
            "play": request["play"],
            **self._ending(simulation),
            "elapsed": simulation.now if self._elapsed is None else self._elapsed,
            "failed_at": simulation.failed_at,
            "result": self._result,
            "raised": self._raised,
            "spans": stage.spans,
            "marks": stage.marks,
            "attempts": stage.attempts,
            "hygiene": self._surroundings.unawaited + self._left_behind,
            "choices": schedule.choices[:MAX_WIDTHS],
            "widths": schedule.widths[:MAX_WIDTHS],
            "many": len(schedule.widths) > MAX_WIDTHS,
            "steps": simulation.steps,
            "output": self._surroundings.output.text(),
            "trace": simulation.trace.document() if request["trace"] else None,
            "digest": simulation.trace.digest() if request["trace"] else None,
            "spent": spent,
        }

    def _ending(self, simulation: Simulation) -> Message:
        verdict = simulation.stopped
        if verdict is None and self.escaped is not None:
            return self._escape(self.escaped)
        own = verdict is None and self._ended.by_itself
        if simulation.blocking and (own or (verdict is not None and verdict.ended is Ended.LATE)):
            verdict = simulation.blocking[0]  # the cause; what was returned or raised, or came late, may be its effect
        if verdict is None:
            return {"ended": self._ended, "reason": "", "line": None, "waiting": []}
        waiting = [
            [name, site.line if site else None, site.awaiting if site else "", since]
            for name, site, since in simulation.waiting[:MAX_WAITING]
        ]
        return {"ended": verdict.ended, "reason": verdict.reason, "line": verdict.line, "waiting": waiting}

    def _escape(self, escaped: BaseException) -> Message:
        """Something went through the event loop itself: ``sys.exit()``, or a backend that was taken apart."""
        first = next(leaves(escaped), escaped)
        self._raised = self._stage.encode_error(escaped)
        reason = "sys.exit() was called" if isinstance(first, SystemExit) else name_of(type(first))
        return {"ended": Ended.CRASHED, "reason": reason, "line": student_line(first), "waiting": []}
