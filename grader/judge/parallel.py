"""Grades submissions of several exercises at the same time, each in a process of its own with a box of its own.

The process that asks for it only waits: it tells the onlooker how far the others are, and hands Ctrl-C on to them.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import connection
from multiprocessing.connection import Connection

from grader.errors import GraderError, InternalError
from grader.judge import engine
from grader.judge.engine import Request
from grader.judge.progress import Onlooker, Progress, Stopping
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit
from grader.sandbox.box import Box

LOOK_SECONDS = 0.1
"""How long Ctrl-C may go unnoticed. Raised as an exception, it could cut a message of a worker in two."""

Work = tuple[Exercise, Request]


def grade_in_parallel(
    kit: Kit, works: Sequence[Work], onlooker: Onlooker, *, workers: int, processors: int
) -> Iterator[tuple[int, Verdict]]:
    """Grade each submission in one of the worker processes; yields its place among ``works``, and its verdict.

    A worker uses so many ``processors``. An exercise that cannot be graded costs no other one its verdict, and none
    that was not begun is graded any more once the onlooker has asked to stop.
    """
    crew = _Crew(kit, works, onlooker, processors)
    try:
        for _ in range(min(workers, len(works))):
            crew.hire()
        yield from crew.verdicts()
    finally:
        crew.dismiss()


class _Crew:
    """The worker processes, what each of them grades, and what is still to be graded."""

    def __init__(self, kit: Kit, works: Sequence[Work], onlooker: Onlooker, processors: int) -> None:
        self._kit = kit
        self._works = works
        self._onlooker = onlooker
        self._processors = processors
        # The last ones first: in a course they take longest, and what is begun last should be over soon.
        self._left = deque(reversed(range(len(works))))
        self._at_work: dict[Connection, int] = {}
        self._workers: dict[Connection, multiprocessing.process.BaseProcess] = {}
        self._told_to_stop = False

    def hire(self) -> None:
        """Start a worker with the next submission."""
        # Not forked: a fork would copy the threads and locks of this process.
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        worker = context.Process(target=_work, args=(there, self._processors), daemon=True)
        with _interrupts_blocked():  # the worker inherits that, until it can answer Ctrl-C
            worker.start()
        there.close()
        self._workers[here] = worker
        self._at_work[here] = self._left.popleft()

    def verdicts(self) -> Iterator[tuple[int, Verdict]]:
        while self._at_work:
            if self._onlooker.stopping.asked:
                self._stop()
            for link in connection.wait(list(self._at_work), LOOK_SECONDS):
                assert isinstance(link, Connection)
                yield from self._heard(link)
        for place in self._left:
            yield place, engine.stopped(self._kit, *self._works[place])

    def dismiss(self) -> None:
        """End all workers at once, in the middle of a play if need be."""
        for link, worker in self._workers.items():
            link.close()
            worker.kill()  # its box ends by itself: the zygote reads end-of-file
            worker.join()

    def _heard(self, link: Connection) -> Iterator[tuple[int, Verdict]]:
        place = self._at_work[link]
        try:
            news: Progress | Verdict | None = link.recv()
        except (EOFError, OSError):
            yield place, self._lost(link)
            return
        if isinstance(news, Verdict):
            self._hand_over_next(link)
            yield place, news
        elif news is not None:
            self._onlooker.watch(news)
        else:  # it is there, and reads: before that, a kit of this size would not fit into the pipe
            self._send(link, self._kit)
            self._send(link, self._works[place])

    def _hand_over_next(self, link: Connection) -> None:
        del self._at_work[link]
        if self._left and not self._onlooker.stopping.asked:
            self._at_work[link] = place = self._left.popleft()
            self._send(link, self._works[place])

    def _send(self, link: Connection, what: Kit | Work) -> None:
        # A worker that has just died is noticed when its answer is waited for.
        with suppress(OSError):
            link.send(what)

    def _lost(self, link: Connection) -> Verdict:
        """The verdict on the submission whose worker has died; another worker goes on with the rest."""
        place, worker = self._at_work.pop(link), self._workers.pop(link)
        link.close()
        worker.join()
        if self._left and not self._onlooker.stopping.asked:
            self.hire()
        exercise, request = self._works[place]
        hint = f"Run `grade {exercise.id}`, and report this if it comes again."
        error = InternalError(f"the process that graded {exercise.id} has died (status {worker.exitcode})", hint=hint)
        return engine.not_judged(self._kit, exercise, request, error)

    def _stop(self) -> None:
        """Hand Ctrl-C on, once: a second one would end a worker before it has said what it knows."""
        if not self._told_to_stop:
            self._told_to_stop = True
            for link in self._at_work:
                worker = self._workers[link]
                assert worker.pid is not None
                os.kill(worker.pid, signal.SIGINT)


# ---- one of several, in whichever process ----------------------------------------------------------------------------


def is_written(exercise: Exercise, request: Request) -> bool:
    """Whether there is a file that is not just the stub, for one of several: else its verdict takes no time."""
    try:
        if not request.path.is_file():  # a pipe would be waited for without end
            return False
        same_size = request.path.stat().st_size == exercise.stub.stat().st_size
        return not (same_size and request.path.read_bytes() == exercise.stub.read_bytes())
    except OSError:
        return False


def graded(box: Box, kit: Kit, exercise: Exercise, request: Request, *, processors: int, onlooker: Onlooker) -> Verdict:
    """The verdict on one of several: if its exercise or the box is broken, that must not cost the others theirs."""
    if onlooker.stopping.asked:
        return engine.stopped(kit, exercise, request)
    try:
        (verdict,) = engine.grade(box, kit, exercise, [request], processors=processors, onlooker=onlooker)
    except GraderError as error:
        return engine.not_judged(kit, exercise, request, error)
    return verdict


# ---- the worker ------------------------------------------------------------------------------------------------------


def _work(link: Connection, processors: int) -> None:
    """Grade what comes over the link, first the kit and then its submissions, until this process is ended."""
    # The Ctrl-C of a terminal goes to all processes of a group; this one gets it from its parent alone.
    os.setpgid(0, 0)
    parent = multiprocessing.parent_process()
    assert parent is not None
    settle_in(parent.sentinel)
    with Stopping() as stopping:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        onlooker = Onlooker(watch=link.send, stopping=stopping)
        with Box() as box:
            box.begin()
            link.send(None)
            kit = link.recv()
            gc.freeze()  # the collector need not look through all that was imported
            while True:
                exercise, request = link.recv()
                link.send(graded(box, kit, exercise, request, processors=processors, onlooker=onlooker))


def settle_in(lifeline: Connection | int) -> None:
    """Make this process a worker: it prints nothing, and ends once the lifeline can be read.

    A lifeline can be read when the parent has closed its end or is dead.
    """
    # A hidden test that prints must not write between the lines of the screen or of ``--json``.
    devnull = os.open(os.devnull, os.O_RDWR)
    os.dup2(devnull, 0)
    os.dup2(devnull, 1)
    threading.Thread(target=_die_with, args=(lifeline,), daemon=True).start()


def _die_with(lifeline: Connection | int) -> None:
    connection.wait([lifeline])
    os._exit(0)  # the box ends by itself: its zygote reads end-of-file, and its children die with the zygote


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
