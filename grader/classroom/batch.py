"""Hands the files of a class to a pool in chunks of about a second, and lets no file take others with it.

A worker may die of a file, by chance, or because an operator ends it. Chunks that were lost are handed over again. A
chunk that was lost twice is graded alone, so that a third death is surely its fault. It is then halved until the one
file that kills its worker is found.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass

from grader.classroom.pool import Answer, Chunk, Pool, StoredVerdict, Work, WorkerLost, is_loss
from grader.errors import GraderError, InternalError, MachineError

CHUNK_SECONDS = 1.0
"""How long a chunk should take. A killed run loses ``AHEAD`` of them at most for each worker, and a scheduler on the
network has about one request a second for each."""
MOST = 200
"""Files in one chunk."""
FIRST = 2
"""Files in the first chunk of an exercise, before it is known how long they take."""
AHEAD = 2
"""Chunks handed over for each worker, so that no worker waits for the parent."""
ALONE = 2
"""Deaths of workers with a chunk after which it is graded alone."""
DEATHS_IN_A_ROW = 30
"""Deaths of workers, with nothing graded in between, that end the run. Halving a chunk of ``MOST`` takes eight."""
LOOK_SECONDS = 1.0
"""How often the caller is told how far the run is."""

_LOOK = "Look for their end in `dmesg`, free some memory, and run the same command again"
_DEADLY = MachineError("worker processes die with this file", hint=_LOOK)
"""By a signal, as of a kernel without memory: what our own code raises comes back as an exception."""

Note = Callable[[Sequence[StoredVerdict]], None]
GiveUp = Callable[[Work, GraderError], StoredVerdict]
MakeChunk = Callable[[tuple[Work, ...]], Chunk]


@dataclass(slots=True, kw_only=True)
class _Portion:
    """Files that travel together, and how often a worker has died with them."""

    works: tuple[Work, ...]
    deaths: int = 0

    @property
    def alone(self) -> bool:
        return self.deaths >= ALONE


class Batch:
    """One run over many files.

    ``chunk`` makes the chunk for files of one exercise; ``note`` is called in this thread with verdicts as they come;
    ``give_up`` makes the verdict on a file that could not be graded; ``tick`` is called at least every second.
    """

    def __init__(
        self, pool: Pool, *, chunk: MakeChunk, note: Note, give_up: GiveUp, tick: Callable[[], None] = lambda: None
    ) -> None:
        self._pool = pool
        self._chunk = chunk
        self._note = note
        self._give_up = give_up
        self._tick = tick
        self._waiting: dict[str, deque[Work]] = {}
        self._again: deque[_Portion] = deque()
        self._flying: dict[Future[Answer], _Portion] = {}
        self._seconds: dict[str, float] = {}
        """How long one file of an exercise takes, by the latest chunks."""
        self._deaths = 0

    def run(self, works: Iterable[Work]) -> None:
        """Grade all of them. Raises MachineError or KitError if the workers cannot work; verdicts so far are noted."""
        for work in works:
            self._waiting.setdefault(work.exercise, deque()).append(work)
        try:
            while self._fill():
                done, _ = wait(self._flying, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
                for future in done:
                    if future in self._flying:  # ``_collect_lost`` may have taken it already
                        self._land(future)
                self._tick()
        except BaseException:
            self._save()
            raise

    # ---- handing over ------------------------------------------------------------------------------------------------

    def _fill(self) -> bool:
        """Hand over what the pool can take; returns whether anything is under way."""
        while len(self._flying) < AHEAD * self._pool.size:
            if any(portion.alone for portion in self._flying.values()):
                break
            portion = self._next()
            if portion is None:
                break
            try:
                future = self._pool.submit(self._chunk(portion.works))
            except WorkerLost:
                # A worker has died since we last looked: the futures will say so.
                self._again.appendleft(portion)
                if not self._flying:
                    self._renew()
                break
            self._flying[future] = portion
        return bool(self._flying)

    def _next(self) -> _Portion | None:
        """The portion to hand over next: lost ones first, then new files, and suspects last and one at a time."""
        for portion in self._again:
            if not portion.alone:
                self._again.remove(portion)
                return portion
        if self._waiting:
            return self._new_portion()
        return self._again.popleft() if self._again and not self._flying else None

    def _new_portion(self) -> _Portion:
        exercise, waiting = next(iter(self._waiting.items()))
        size = min(self._size(exercise), len(waiting))
        portion = _Portion(works=tuple(waiting.popleft() for _ in range(size)))
        if not waiting:
            del self._waiting[exercise]
        return portion

    def _size(self, exercise: str) -> int:
        """As many files as take a second, and fewer towards the end, so that all workers finish together."""
        if exercise not in self._seconds:
            return FIRST
        fitting = max(int(CHUNK_SECONDS / max(self._seconds[exercise], 1e-4)), 1)
        rest = sum(len(waiting) for waiting in self._waiting.values())
        share = math.ceil(rest / (AHEAD * self._pool.size))
        return min(fitting, share, MOST)

    # ---- taking back -------------------------------------------------------------------------------------------------

    def _land(self, future: Future[Answer]) -> None:
        portion = self._flying.pop(future)
        try:
            answer = future.result()
        except WorkerLost:
            self._lost(portion)
            return
        except CancelledError:
            raise
        except Exception as error:
            self._suspect(portion, _DEADLY if is_loss(error) else _failing(error))
            return
        if answer.cannot_start is not None:
            raise answer.error()
        self._deaths = 0
        seconds_each = answer.seconds / len(portion.works)
        exercise = portion.works[0].exercise
        self._seconds[exercise] = (self._seconds.get(exercise, seconds_each) + seconds_each) / 2
        self._note(answer.verdicts)

    def _lost(self, portion: _Portion) -> None:
        """Hand over again what was lost with a worker: which file it died of, if of any, cannot be known."""
        portions = [portion, *self._collect_lost()]
        self._renew()
        for lost in portions:
            if lost.alone:
                self._suspect(lost, _DEADLY)
            else:
                lost.deaths += 1
                self._again.append(lost)

    def _collect_lost(self) -> list[_Portion]:
        lost = []
        for future in list(self._flying):
            if isinstance(future.exception(), WorkerLost):
                lost.append(self._flying.pop(future))
            else:
                self._land(future)
        return lost

    def _renew(self) -> None:
        self._deaths += 1
        if self._deaths > DEATHS_IN_A_ROW:
            raise MachineError(
                f"worker processes die again and again, {self._deaths} times without grading anything",
                hint=f"{_LOOK}.",
            )
        self._pool.renew()

    def _suspect(self, portion: _Portion, why: GraderError) -> None:
        """Halve a portion that workers die of; a single file is given up."""
        if len(portion.works) == 1:
            self._note([self._give_up(portion.works[0], why)])
            return
        middle = len(portion.works) // 2
        for half in (portion.works[:middle], portion.works[middle:]):
            self._again.append(_Portion(works=half, deaths=ALONE))

    def _save(self) -> None:
        """Note what has been graded by now, before the run ends with an error or an interrupt."""
        for future, portion in list(self._flying.items()):
            if future.done() and not future.cancelled() and future.exception() is None:
                del self._flying[future]
                answer = future.result()
                if answer.cannot_start is None and len(answer.verdicts) == len(portion.works):
                    self._note(answer.verdicts)


def _failing(error: Exception) -> InternalError:
    """What to say of a file with which our own code fails."""
    what = f"it could not be graded: {type(error).__name__}: {error}"
    return InternalError(what, hint="Run `grade doctor`, and report this")
