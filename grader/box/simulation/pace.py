"""Tells a run that works from one that spins, and ends what goes on for ever.

A task spins if it awakens itself again and again: it gives up its turn and is ready at once. That alone proves nothing,
as a long computation does so, too, now and then. So it takes many such steps in a row in which no task does more than
that: no task awakens or starts another one, no item leaves a stream, and there is always a task that is ready. A run
that takes very many steps without spinning is late: its tasks may awaken each other for ever.

asyncio also calls functions between the steps of tasks. They count here as long as they go on by themselves. The turns
of threads count, too: a thread polls if it comes back at once, and nothing else happens meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from grader.box.simulation.known import NOTHING_KNOWN, KnownLines
from grader.box.simulation.trace import TaskRecord, line_of_function, site_of
from grader.wire.recording import Ended

WITNESSES = 200
"""The last steps of a run that spins. Of the tasks that took them the first one is blamed, whatever the order was."""
KNOWN_SPIN = 5000
"""As many steps in a row are enough in a line in which another play of the program has spun."""
BESIDE_THREADS = 1000
"""Steps without progress after which a thread goes on, in a run in which tasks have spun beside threads before."""
STEPS_OF_A_TURN = 4
"""Many threads are slower than as many tasks: for so many steps that a run may take, its threads have a turn."""
POLLS = 1000
"""Turns in a row in which threads have only polled, after which time passes for all others."""
POLLS_IN_VAIN = 10_000
"""Turns in a row after which they poll in vain. A slow computer needs 0.2 ms of CPU time for a turn, so a play has no
time for as many of them as a task may take steps."""
CALLBACKS_PER_STEP = 4
"""The most callbacks in the mean for one step; a task that ends comes with two or three."""


class _Simulation(Protocol):
    """What is used here of the simulation that runs."""

    steps: int
    progress: int

    @property
    def now(self) -> float: ...
    def threads_go_on(self) -> bool: ...
    def coroutine_of(self, task: object) -> object: ...
    def fail(self, ended: Ended, reason: str, line: int | None = None) -> None: ...


class Pace:
    """How many steps and callbacks a run may still take."""

    def __init__(self, simulation: _Simulation, *, steps: int, spin: int) -> None:
        self._simulation = simulation
        self._steps = steps
        self._spin = spin
        self.callbacks = 0
        """How many functions the event loop has called between the steps."""
        self.callback: object = None
        """The one that it calls now."""
        self.rests = False
        """Whether the loop's thread waits, and runs none of the learner's code."""
        self.on_rest: Callable[[], object] | None = None
        self.on_going_on: Callable[[], object] | None = None
        """Called when the loop begins to rest, and when it has rested."""
        self.turns = 0
        """How many turns the threads of the run have taken."""
        self._turn_of_progress = 0
        """The last turn for which a thread had waited, or at which time moved."""
        self._last_turn = steps // STEPS_OF_A_TURN
        self._at_rest = (0, 0)
        """How many callbacks had run, and steps, when no task was ready the last time."""
        self._beside_threads = False
        """Whether tasks of this run have spun until a thread went on."""
        self._known = NOTHING_KNOWN
        self._next_look = self._spin - WITNESSES
        self._witnesses: dict[int, TaskRecord] = {}
        self._unwinding: Callable[[], object] | None = None

    def know(self, known: KnownLines) -> None:
        """Take less evidence for tasks that spin where another play has hung. To be called before the first step."""
        self._known = known

    def unwind(self, callbacks: int, give_up: Callable[[], object]) -> None:
        """Call ``give_up`` if the run goes on, although it has been stopped, for so many callbacks, or for turns."""
        self._next_look = self.callbacks + callbacks
        self._last_turn = self.turns + callbacks // STEPS_OF_A_TURN
        self._unwinding = give_up

    def came_to_rest(self) -> None:
        """No task is ready, so none of them spins."""
        self.rest()
        self._at_rest_again()

    def rest(self) -> None:
        """The loop's thread waits for other threads, or for what comes from outside."""
        self.rests = True
        if self.on_rest is not None:
            self.on_rest()

    def goes_on(self) -> None:
        """What the loop has waited for has come; from now on it may run the learner's code."""
        if self.rests:
            self.rests = False
            if self.on_going_on is not None:
                self.on_going_on()

    def moved(self) -> None:
        """Time has moved, for which no task spins, and no thread polls in vain."""
        self._turn_of_progress = self.turns
        self._at_rest_again()

    def _at_rest_again(self) -> None:
        self._simulation.progress = self._simulation.steps
        self._at_rest = self.callbacks, self._simulation.steps

    def _most(self) -> int:
        """How many steps in a row are a spin."""
        return min(KNOWN_SPIN, self._spin) if self._known else self._spin

    def _last_step(self) -> int:
        return min(self._simulation.progress + self._most(), self._steps)

    def look(self, record: TaskRecord) -> int:
        """Stop the run if this step of a task is one too many; returns the step after which to look again."""
        simulation, last = self._simulation, self._last_step()
        spins = simulation.steps - simulation.progress >= BESIDE_THREADS
        if self._beside_threads and spins and self._let_threads_go_on():
            return self._beside_them()
        if simulation.steps <= last - WITNESSES:
            self._witnesses.clear()
            return last - WITNESSES
        if not record.internal:
            self._witnesses[record.id] = record
        if simulation.steps <= last:
            return simulation.steps
        if self._let_threads_go_on():
            return self._beside_them()
        spun = simulation.steps - simulation.progress
        first = self._witnesses[min(self._witnesses)] if self._witnesses else record
        site = site_of(simulation.coroutine_of(first.task))
        line = site.line if site else None
        if self._known and line not in self._known:
            self._known = NOTHING_KNOWN
            return self._last_step() - WITNESSES
        if spun > min(simulation.steps / 2, self._most()):
            simulation.fail(Ended.NEVER_YIELDS, f"{spun} steps in which nothing happened", line)
        else:
            # Probably a heartbeat: a task that never stops sleeping and waking hides that all other tasks are stuck.
            simulation.fail(
                Ended.LATE, f"not finished after {simulation.steps} steps and {simulation.now:g} virtual seconds"
            )
        return simulation.steps

    def _beside_them(self) -> int:
        """The step after which to look again if a thread has gone on."""
        return min(self._simulation.steps + BESIDE_THREADS, self._steps)

    def _let_threads_go_on(self) -> bool:
        """Threads have their turn when no task is ready, and these tasks may wait for one without ever resting."""
        simulation = self._simulation
        moved = simulation.steps <= self._steps and simulation.threads_go_on()
        if moved:
            simulation.progress = simulation.steps
        self._beside_threads = self._beside_threads or moved
        return moved

    # ---- turns of threads --------------------------------------------------------------------------------------------

    def begin_turn(self, line: int | None, *, polls: bool) -> None:
        """A thread that the learner asked for in this line is about to go on; it ``polls`` if nothing awakened it."""
        self.turns += 1
        if not polls:
            self._turn_of_progress = self.turns
        simulation = self._simulation
        if self._unwinding is not None:
            if self.turns > self._last_turn:
                self._unwinding()
        elif self.polled > min(POLLS_IN_VAIN, self._spin):
            simulation.fail(Ended.NEVER_YIELDS, f"a thread has polled {self.polled} times in vain", line)
        elif self.turns > self._last_turn:
            reason = f"not finished after {self.turns} turns of threads and {simulation.now:g} virtual seconds"
            simulation.fail(Ended.LATE, reason, line)

    @property
    def polled(self) -> int:
        """In how many turns in a row threads have done nothing but to poll."""
        return self.turns - self._turn_of_progress

    # ---- callbacks ---------------------------------------------------------------------------------------------------

    def begin_callback(self, callback: object) -> None:
        """The event loop is about to call a function that is no step of a task."""
        self.callbacks += 1
        self.callback = callback
        if self.callbacks > self._next_look:
            self._look_at_callbacks(callback)

    def _look_at_callbacks(self, callback: object) -> None:
        """Stop a run whose callbacks go on for ever by themselves: each has the loop call the next one."""
        if self._unwinding is not None:
            self._unwinding()
        simulation = self._simulation
        callbacks, steps = self.callbacks - self._at_rest[0], simulation.steps - self._at_rest[1]
        if callbacks > max(self._spin, CALLBACKS_PER_STEP * steps):
            reason = f"{callbacks} callbacks without time moving"
            simulation.fail(Ended.NEVER_YIELDS, reason, line_of_function(callback))
        elif self.callbacks > self._steps + CALLBACKS_PER_STEP * simulation.steps:
            reason = f"not finished after {self.callbacks} callbacks and {simulation.now:g} virtual seconds"
            simulation.fail(Ended.LATE, reason)
        else:
            self._next_look = self.callbacks + WITNESSES
