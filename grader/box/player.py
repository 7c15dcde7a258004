"""Plays scenarios of one program, and says in one message per play what happened.

The message is an object of the fields that ``sandbox.reading`` reads. Its lists hold rows as ``wire.rows`` states
them; those of the trace come from ``simulation.trace`` in the same order and are handed on as they are.
"""

from __future__ import annotations

import builtins
import dataclasses
import dis
import gc
import inspect
import io
import logging
import sys
import threading
import typing
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from types import CodeType, CoroutineType, FrameType, ModuleType
from typing import Any, NoReturn

from grader.box.simulation.core import TOUCHED, Bounds, Simulation, Stopped
from grader.box.simulation.hygiene import half_done_coroutines
from grader.box.simulation.known import KnownLines
from grader.box.simulation.run import prepare, run_unwatched
from grader.box.simulation.schedule import Schedule, Sticky
from grader.box.simulation.stall import stall
from grader.box.simulation.trace import STUDENT, Site, Untraced, is_student, leaves
from grader.box.simulation.watch import Watch
from grader.box.stage import TOO_MUCH, Overflow, Stage, student_line
from grader.wire.recording import Ended
from grader.wire.rows import MAX_RETURNED, MAX_WAITING, Remark, Returned, Waiting, row
from grader.wire.turns import MAX_CHOICES, chooser
from grader.wire.values import name_of, revive

MAX_UNAWAITED = 20
PLAYS_PER_FULL_COLLECTION = 20
"""So many plays may pass until what has outlived an earlier one is looked through again."""
ORIGIN_FRAMES = 4
"""How many callers of what makes a coroutine are noted: the learner's line may have called a function that makes it."""

Message = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The code of one job, compiled once and loaded anew for every play.

    Otherwise an answer could pass or fail by what an earlier play has left in the globals of its module.
    """

    module: str
    source: str
    """The submission as it was written."""
    submission: CodeType
    scenarios: CodeType

    def load(self, stage: Stage) -> ModuleType:
        """Load the submission, then the scenarios; returns the scenarios."""
        stage.submission = submission = ModuleType(self.module)
        submission.__file__ = f"{STUDENT}{self.module}.py"
        sys.modules[self.module] = submission  # dataclasses look up the module of a class
        exec(self.submission, submission.__dict__)
        scenarios = ModuleType("scenarios")
        # A function that is sent to a worker process is found by the name of its module, here and there.
        sys.modules["scenarios"] = scenarios
        exec(self.scenarios, scenarios.__dict__)
        return scenarios

    def unload(self) -> None:
        """Take the two modules out of the interpreter."""
        sys.modules.pop(self.module, None)
        sys.modules.pop("scenarios", None)


def play(program: Program, request: Message, bounds: Bounds, leave: Callable[[Message], NoReturn]) -> Message:
    """Play once and return the message.

    If nothing but the end of the process can end this play, ``leave`` gets the message, and ends the process.
    """
    if request["within"] is not None:
        bounds = replace(bounds, within=request["within"])
    simulation = prepare(request["backend"], _schedule(request), bounds)
    simulation.caller.cancel_at = request["cancel_at"]
    simulation.pace.know(KnownLines(request["spun"], program.source))
    if not request["trace"]:
        simulation.trace = Untraced()
    # Where each coroutine is made costs a twelfth of a play, and of most plays nobody asks for it.
    sys.set_coroutine_origin_tracking_depth(ORIGIN_FRAMES if request["trace"] else 0)
    performance = Performance(program, request, simulation)
    simulation.on_abandon = lambda: leave(performance.message(spent=True))
    with (
        performance.returns if request["returns"] else nullcontext(),
        Watch(simulation, KnownLines(request["blocked"], program.source)),
    ):
        main = performance.main if simulation.has_loop else performance.plain_main
        performance.escaped = run_unwatched(simulation, main)
        if performance.escaped is None:
            performance.forget_program()
        # What is left in reference cycles dies now, and its finalizers are watched: what they do, and the coroutines
        # and generators among them, belong to this play and not to the next one.
        garbage.collect(tidy=performance.is_tidy)
    # An exception that went through the backend itself may have left it in any state.
    return performance.message(spent=performance.escaped is not None or simulation.workers.strays())


def too_large(message: Message) -> Message:
    """The message to send instead of one that does not fit into a line: it says that the play recorded too much."""
    empty: Message = {key: [] for key in ("spans", "marks", "attempts", "instants", "returns", "hygiene", "waiting")}
    nothing: Message = dict.fromkeys(("result", "raised", "line", "trace", "digest", "cancelled_at"))
    return {**message, **empty, **nothing, "elapsed": message["now"], "ended": Ended.LIMIT, "reason": TOO_MUCH}


def _schedule(request: Message) -> Schedule:
    if request["walk"] == "sticky":
        return Sticky(request["seed"])
    # The trusted side compares what is chosen with what this very function chooses.
    return Schedule(chooser(request["seed"], request["choices"]))


class Performance:
    """One play that goes on: its stage, its surroundings and how it has ended so far."""

    def __init__(self, program: Program, request: Message, simulation: Simulation) -> None:
        self.simulation = simulation
        self.escaped: BaseException | None = None
        self._program = program
        self._request = request
        # Kept here as well: what is reported of time and order is not what a submission may have put in their place.
        self._clock = simulation.clock
        self._schedule = simulation.schedule
        self._stage = Stage(simulation)
        self.returns = ReturnedValues(self._stage)
        self._surroundings = fresh_surroundings(request["output"], simulation.printed, request["trace"])
        self._elapsed: float | None = None
        self._result: object = None
        self._raised: object = None
        self._ended = Ended.CRASHED
        self._remarks: list[Remark] = []

    async def main(self) -> None:
        """The outermost task of the play."""
        with self._noting_its_end():
            self._result = self._stage.encode(await self._begun())

    def plain_main(self) -> None:
        """The whole of a play without an event loop."""
        with self._noting_its_end():
            self._result = self._stage.encode(self._begun())

    @property
    def is_tidy(self) -> bool:
        """Whether the play has left nothing open or running, as far as that is known."""
        return not self._remarks

    def forget_program(self) -> None:
        """Let go of the program once nothing asks for it any more: what dies with it belongs to this play, too."""
        self._program.unload()
        del self._stage.submission

    def _begun(self) -> Any:
        """What the scenario returns when it is called: a coroutine, or if it is a plain function its result."""
        inputs: Any = revive(self._request["inputs"])
        # Loading is part of the play: the simulation watches what a module does at import time like all the rest.
        scenario = getattr(self._program.load(self._stage), self._request["scenario"])
        return scenario(self._stage, **inputs)

    @contextmanager
    def _noting_its_end(self) -> Iterator[None]:
        running = self.simulation.running
        assert running is not None
        self.simulation.trace.tasks[running].name = "main"
        self.simulation.left_open.watch_generators()
        try:
            yield
            self._ended = Ended.RETURNED
        except Overflow:
            pass  # the stage has ended the play
        except Exception as error:
            self._raised = self._stage.encode_error(error)
            self._ended = Ended.RAISED
        finally:
            with self._clock.held:
                self._elapsed = self._clock.read()
                self._clock.note("over", 0, 0)
            self._remarks = self._look_round()

    def _look_round(self) -> list[Remark]:
        """What the play leaves behind, seen from its outermost task before the backend cleans up."""
        simulation = self.simulation
        tasks = simulation.others_alive()
        left_behind = [
            *(("leaked-task", site.line if site else None, name) for name, site in tasks),
            *(("leaked-thread", line, "a thread") for line in simulation.workers.still_at_work()),
            *(("swallowed-cancellation", *place) for place in simulation.swallowed()),
            *(("unretrieved", *place) for place in simulation.unretrieved()),
            *(("unclosed", *place) for place in simulation.left_open.places()),
            *(("unclosed", *place) for place in ([] if simulation.has_loop else half_done_coroutines())),
        ]
        return [Remark(slug=slug, line=line, detail=detail) for slug, line, detail in left_behind]

    def message(self, *, spent: bool) -> Message:
        """Everything that the box reports about the play; ``spent`` says that this process must not play again."""
        simulation, stage, request = self.simulation, self._stage, self._request
        widths = simulation.widths
        with self._clock.held:
            now, instants, rows = self._clock.read(), self._clock.instants(), stage.rows()
        message = {
            "play": request["play"],
            **self._ending(),
            "elapsed": now if self._elapsed is None else self._elapsed,
            "now": now,
            "failed_at": simulation.failed_at,
            "result": self._result,
            "raised": self._raised,
            "instants": instants,
            **rows,
            "returns": self.returns.rows(),
            "hygiene": [row(remark) for remark in self._surroundings.unawaited + self._remarks],
            "choices": self._schedule.choices,
            "widths": widths[:MAX_CHOICES],
            "many": len(widths) > MAX_CHOICES,
            "steps": simulation.steps,
            "caller_steps": simulation.caller.steps(simulation.steps),
            "cancelled_at": simulation.caller.cancelled_at,
            "output": self._surroundings.output.text(),
            "trace": simulation.trace.document() if request["trace"] else None,
            "spent": spent,
        }
        message["digest"] = simulation.trace.digest(message) if request["trace"] else None
        return message

    def _ending(self) -> Message:
        simulation = self.simulation
        stopped = simulation.stopped
        if self._schedule.touched or self._clock.touched:
            stopped = Stopped(ended=Ended.TAMPERED, reason=TOUCHED)
        if stopped is None and self.escaped is not None:
            return self._escape(self.escaped)
        own = stopped is None and self._ended.by_itself
        if simulation.first_block is not None and (own or (stopped is not None and stopped.ended is Ended.LATE)):
            # A blocked loop is the cause; the result, the exception or the lateness may be its effect.
            stopped = simulation.first_block
        if stopped is None:
            return {"ended": self._ended, "reason": "", "line": None, "waiting": []}
        waiting = [_waiting(*task) for task in simulation.waiting[:MAX_WAITING]]
        return {"ended": stopped.ended, "reason": stopped.reason, "line": stopped.line, "waiting": waiting}

    def _escape(self, escaped: BaseException) -> Message:
        """The ending of a play whose exception went through the event loop itself.

        The learner's code called ``sys.exit()``, or took the backend apart.
        """
        first = next(leaves(escaped), escaped)
        self._raised = self._stage.encode_error(escaped)
        reason = "sys.exit() was called" if isinstance(first, SystemExit) else name_of(type(first))
        return {"ended": Ended.CRASHED, "reason": reason, "line": student_line(first), "waiting": []}


def _waiting(task: str, site: Site | None, since: float) -> list[Any]:
    line, awaiting = (site.line, site.awaiting) if site else (None, "")
    return row(Waiting(task=task, line=line, awaiting=awaiting, since=since))


class ReturnedValues:
    """While it is entered, notes what functions of the learner's file return.

    The interpreter tells of each return through the profile function of this thread. A wrapper round the functions
    would change what a program sees of itself, and would stand in the chain of awaits that learners are shown.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._found: dict[tuple[str, tuple[str, ...]], Returned] = {}

    def rows(self) -> list[list[Any]]:
        """The rows, the latest last."""
        return [row(returned) for returned in self._found.values()]

    def __enter__(self) -> None:
        sys.setprofile(self._note)

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, value: object) -> None:
        if event != "return" or not _returns(frame):
            return
        name, types = frame.f_code.co_qualname, self._stage.class_names(value)
        if self._found.pop((name, types), None) is not None or len(self._found) < MAX_RETURNED:
            self._found[name, types] = Returned(name=name, types=types, value=self._stage.encode_little(value))


def _returns(frame: FrameType) -> bool:
    """Whether a function or method of the learner's file returns, after which it is over."""
    code = frame.f_code
    if not is_student(code) or "<" in code.co_qualname or code.co_flags & _ANY_CODE != inspect.CO_OPTIMIZED:
        return False
    # A coroutine that waits, and a function that an exception leaves, are told of in the same way.
    return code.co_code[frame.f_lasti] in _RETURNS


_ANY_CODE = inspect.CO_OPTIMIZED | inspect.CO_GENERATOR | inspect.CO_ASYNC_GENERATOR
"""Of these, the body of a class has none, and a function that is no generator has the first alone."""
_RETURNS = frozenset(dis.opmap[name] for name in ("RETURN_VALUE", "RETURN_CONST") if name in dis.opmap)


class Garbage:
    """Collects what plays have left behind.

    Whatever outlives its play, such as the idle threads of a backend, is looked through again only now and then: with
    it a collection took a quarter of some plays.
    """

    def __init__(self) -> None:
        self._collections = 0
        """How many collections have moved objects on to the oldest generation since that was collected."""
        self._tidy = True

    def collect(self, *, tidy: bool) -> None:
        """Collect the garbage of a play that is over, wherever the interpreter has moved it meanwhile.

        What a play has left open may outlive a collection, as a finalizer is called for it; so if the play is not
        ``tidy``, everything is looked through now and after the next one.
        """
        _, _, moved_on = gc.get_count()
        if not (tidy and self._tidy) or moved_on != self._collections or moved_on >= PLAYS_PER_FULL_COLLECTION:
            # It remembers generic classes, and with each the module of an earlier play.
            for forget in getattr(typing, "_cleanups", ()):
                forget()
            gc.collect()
        else:
            gc.collect(1)
        _, _, self._collections = gc.get_count()
        self._tidy = tidy


garbage = Garbage()


# ---- what the process around a play shares with the learner's code: output, prompts, warnings about coroutines -------


class Output(io.TextIOBase):
    """Keeps the first characters of what is printed and counts the rest."""

    encoding = "utf-8"

    def __init__(self, limit: int, note: Callable[[str], None]) -> None:
        self._left = limit
        self._note = note
        self._parts: list[str] = []
        self._dropped = 0

    def write(self, text: str) -> int:
        kept = text[: self._left]
        if kept:
            self._parts.append(kept)
            self._left -= len(kept)
            self._note(kept)
        self._dropped += len(text) - len(kept)
        return len(text)

    def writable(self) -> bool:
        return True

    def text(self) -> str:
        more = f"\n... and {self._dropped} characters more" if self._dropped else ""
        return "".join(self._parts) + more


class Surroundings:
    """What one play prints, and the coroutines that it never awaits."""

    def __init__(self, output_bytes: int, note: Callable[[str], None], traced: bool) -> None:
        self.output = Output(output_bytes, note)
        self._traced = traced
        self.unawaited: list[Remark] = []
        """Coroutines that the learner's code made and never awaited."""

    def remark_unawaited(self, coroutine: CoroutineType[Any, Any, Any]) -> None:
        """Note a coroutine that has died unawaited, with the learner's line that made it.

        Without a trace that is not known, and the remark, which has no line then, asks for a play with one.
        """
        lines = [line for filename, line, _ in coroutine.cr_origin or () if filename.startswith(STUDENT)]
        # With a trace, one without an origin was made in another thread: origins are noted in that of the loop.
        if (lines or not self._traced) and len(self.unawaited) < MAX_UNAWAITED:
            line = lines[0] if lines else None
            self.unawaited.append(Remark(slug="never-awaited", line=line, detail=coroutine.cr_code.co_qualname))


_now = Surroundings(0, lambda text: None, False)


def fresh_surroundings(output_bytes: int, note: Callable[[str], None], traced: bool) -> Surroundings:
    """Begin a new play: from now on its output and its remarks go to the surroundings that are returned.

    ``note`` is called with each text that is printed; ``traced`` says whether origins of coroutines are noted.
    """
    global _now
    _now = Surroundings(output_bytes, note, traced)
    sys.stdout = sys.stderr = _now.output
    return _now


def prepare_process() -> None:
    """Set up, once per process, what all of its plays share."""
    # A play leaves a few thousand objects, which ``play`` collects when it is over; collections during it cost 5 %.
    gc.set_threshold(10_000)
    warnings.simplefilter("ignore")
    # CPython calls this for every coroutine that dies without having been awaited; a warning would not name the object.
    warnings._warn_unawaited_coroutine = lambda coroutine: _now.remark_unawaited(coroutine)  # type: ignore[attr-defined]
    stall.report()
    sys.unraisablehook = lambda unraisable: None
    # They log the way in which we end plays and threads, which is of no use to learners.
    logging.getLogger("asyncio").disabled = True
    logging.getLogger("concurrent.futures").disabled = True
    # ``dataclass`` writes source for each class, the same in every play, and compiling it took a tenth of some plays.
    dataclasses.exec = _exec_compiled_once  # type: ignore[attr-defined]
    # Stacks of 8 MiB, the default, for a hundred threads would run into the memory limit.
    threading.stack_size(1 << 20)
    sys.breakpointhook = _no_breakpoint
    builtins.input = _no_input


_compiled = lru_cache(maxsize=1_000)(partial(compile, filename="<string>", mode="exec", dont_inherit=True))


def _exec_compiled_once(source: str, *namespaces: Any) -> None:
    exec(_compiled(source), *namespaces)


def _no_breakpoint(*args: object, **kwargs: object) -> NoReturn:
    raise RuntimeError("breakpoint() waits for a debugger, and the grader plays your code without one; take it out")


def _no_input(prompt: object = "") -> NoReturn:
    raise RuntimeError("input() waits for a keyboard, and there is none while the grader plays your code; take it out")
