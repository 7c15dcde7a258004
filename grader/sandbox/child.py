"""One child of a box: our ends of its pipes, and the wait for its next line.

The wait ends when the line is there, when the child has ended, or when the child has used more than it may.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from math import inf

from grader.sandbox.budget import Meter, Stopwatch
from grader.sandbox.zygote import LOOK_SECONDS, ZygoteHandle
from grader.wire.lines import MAX_LINE, Distrusted, Json, dumps
from grader.wire.stalls import stalled_line

_TAIL_BYTES = 1 << 16
_MAX_THREADS = 1024
"""Threads of one child. A child that has more is ended, where the kernel cannot limit their number for us."""


class TimeIsUp(Exception):
    """A play has used its last resort."""


class Stalled(TimeIsUp):
    """A play is stuck in one call into C; ``line`` is the submission's."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class Gone(Exception):
    """A child has closed its end without an answer."""


class Child:
    """One child's process number, and our ends of its pipes."""

    def __init__(
        self, process: int, requests: int, messages: int, output: int, *, number: int, zygote: ZygoteHandle
    ) -> None:
        self.process = process
        self.number = number
        """The number it has inside the box."""
        self.ready = False
        """Whether it has said that it is ready, which is its last word before a byte of the submission runs in it."""
        self.zygote = zygote
        self.requests = requests
        self.messages = messages
        self.output = output
        self.meter = Meter(process)
        self.buffer = b""
        self.printed = b""
        """The end of what it wrote to descriptors 1 and 2 in this play."""
        self.cpu_seconds: float | None = None
        """What it has used in its life, with the processes that it has waited for; known when it has been ended."""
        self.status: int | None = None
        """Its exit status, if it had left by itself when it was ended."""
        self.unsent = b""
        """Requests that do not fit into the pipe; a child that plays reads none."""
        self._open = True
        for descriptor in (requests, messages, output):
            os.set_blocking(descriptor, False)

    def send(self, document: Mapping[str, Json]) -> None:
        """Write one request, or keep it until it can be written. Never waits for the child."""
        self.unsent += dumps(document)
        self.flush()

    def flush(self) -> None:
        """Write what the pipe takes. A child that is gone is noticed when its answer is read."""
        try:
            while self.unsent:
                self.unsent = self.unsent[os.write(self.requests, self.unsent) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.unsent = b""

    def has_line(self) -> bool:
        """Whether a whole line has come, or the child has closed its end. Never waits."""
        try:
            while self.buffer.count(b"\n") < (1 if self.ready else 2):
                _read_messages(self)
        except BlockingIOError:
            return False
        except (Gone, Distrusted):
            pass  # to be told by ``next_line``
        return True

    def finish(self) -> None:
        """Say that there are no more requests."""
        os.close(self.requests)
        self.requests, self.unsent = -1, b""

    def close(self) -> None:
        if self._open:
            self._open = False
            for descriptor in (self.requests, self.messages, self.output):
                if descriptor >= 0:
                    os.close(descriptor)


# ---- waiting for a line ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a child may take for a line, in seconds."""

    wall: float
    """Real seconds in which it is not waiting for a processor."""
    cpu: float
    sleep: float = inf
    """Real seconds in which all of its threads sleep, for a program that has nothing real to wait for."""
    hung: Collection[int] = ()
    """Lines of the submission in which plays have hung: less is needed there to say that a call hangs."""


def next_line(child: Child, has_ended: Callable[[Child], bool], patience: Patience) -> bytes:
    """The next line of a child. Raises TimeIsUp, Stalled or Gone; Distrusted if the line is too long."""
    if b"\n" not in child.buffer:
        began = time.monotonic()
        try:
            _wait_for_line(child, has_ended, patience)
        finally:
            child.meter.wait(time.monotonic() - began)
    line, _, child.buffer = child.buffer.partition(b"\n")
    # What was written before the line is in the pipe, and no more than one read of it: the child may write for ever.
    with suppress(BlockingIOError):
        _read_output(child)
    child.printed = b""
    return line


def _wait_for_line(child: Child, has_ended: Callable[[Child], bool], patience: Patience) -> None:
    looked, used = time.monotonic(), Stopwatch()
    ended = False
    pipes = _pipes(child)
    while True:
        ready = {descriptor for descriptor, _ in pipes.poll(0 if ended else LOOK_SECONDS * 1000)}
        if child.requests in ready:
            child.flush()
            if not child.unsent:
                pipes.unregister(child.requests)
        if child.output in ready and not _read_output(child):
            pipes.unregister(child.output)
        if child.messages in ready:
            _read_messages(child)
            if b"\n" in child.buffer:
                return
        elif ended:
            raise Gone
        stalled = stalled_line(child.printed, patience.hung) if child.output in ready else None
        # If there is an answer by now, the stacks may be those of the next play.
        if stalled is not None and child.messages not in {descriptor for descriptor, _ in pipes.poll(0)}:
            raise Stalled(stalled)
        # The limits are checked although bytes come in: a child could write bytes without an end of the line, or print,
        # for ever.
        now = time.monotonic()
        if not ready or now - looked > LOOK_SECONDS:
            # The kernel is not asked before a play takes its time: asking for every play was a tenth of judging.
            stock = child.meter.look()
            used.look(stock, now - looked)
            looked = now
            _check(used, stock.threads, patience)
            # It may have answered and left since the pipes were polled, so they are polled once more: without that, one
            # of 300 plays that computed for ever was reported as crashed, under load.
            ended = has_ended(child)


def _pipes(child: Child) -> select.poll:
    pipes = select.poll()
    pipes.register(child.messages, select.POLLIN)
    pipes.register(child.output, select.POLLIN)
    if child.unsent:
        pipes.register(child.requests, select.POLLOUT)
    return pipes


def _check(used: Stopwatch, threads: int, patience: Patience) -> None:
    """Raise TimeIsUp if a child has used more than it may."""
    if used.slept > patience.sleep:
        raise TimeIsUp(f"it slept for {patience.sleep:.3g} real seconds, and nothing that it waited for was real")
    if used.real > patience.wall:
        raise TimeIsUp(f"no end after {patience.wall:.3g} real seconds")
    if used.cpu > patience.cpu:
        raise TimeIsUp(f"no end after {patience.cpu:.3g} s of CPU time")
    if threads > _MAX_THREADS:
        raise TimeIsUp(f"{threads} threads at once")


def _read_messages(child: Child) -> None:
    data = os.read(child.messages, 1 << 18)
    if not data:
        raise Gone
    child.buffer += data
    if len(child.buffer) > MAX_LINE and b"\n" not in child.buffer:
        raise Distrusted("a line without an end")


def _read_output(child: Child) -> bool:
    data = os.read(child.output, 1 << 16)
    child.printed = (child.printed + data)[-_TAIL_BYTES:]
    return bool(data)
