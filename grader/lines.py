"""Waits for the next line of a child, and gives up on one that has ended or has used more than it may."""

from __future__ import annotations

import os
import select
import time
from contextlib import suppress

from grader.child import Child
from grader.sandbox import Box
from grader.wire import MAX_LINE, Distrusted

LOOK_SECONDS = 0.25
TAIL_BYTES = 2000
MAX_THREADS = 1024
"""Of one child. Where the kernel cannot count them for us, this is what a bomb of threads runs into."""


class TimeIsUp(Exception):
    """A play has used its last resort."""


class Gone(Exception):
    """A child has closed its end without an answer."""


def next_line(box: Box, child: Child, wall: float, cpu: float) -> bytes:
    """The next line of a child. Raises TimeIsUp or Gone; Distrusted if it is too long."""
    if b"\n" not in child.buffer:
        _wait_for_line(box, child, wall, cpu)
    line, _, child.buffer = child.buffer.partition(b"\n")
    return line


def _wait_for_line(box: Box, child: Child, wall: float, cpu: float) -> None:
    began = looked = time.monotonic()
    used: float | None = None
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
        # Bytes without an end of the line are no excuse: they may come one by one, for ever. Nor is a flood
        # of output a reason not to look.
        now = time.monotonic()
        if not ready or now - looked > LOOK_SECONDS:
            looked = now
            if used is None:
                # Not before the first play that takes its time: asking the kernel was a tenth of judging.
                used = child.usage().cpu_seconds
            _look(child, wall=wall - (now - began), cpu=cpu + used, limits=(wall, cpu))
            # It may have answered and left since the pipes were polled: under load one of 300 plays that computed for
            # ever was said to have crashed.
            ended = box.has_ended(child)


def _pipes(child: Child) -> select.poll:
    pipes = select.poll()
    pipes.register(child.messages, select.POLLIN)
    pipes.register(child.output, select.POLLIN)
    if child.unsent:
        pipes.register(child.requests, select.POLLOUT)
    return pipes


def _look(child: Child, *, wall: float, cpu: float, limits: tuple[float, float]) -> None:
    """Raise TimeIsUp if the child has no wall time left or has used more than it may."""
    if wall < 0:
        raise TimeIsUp(f"no end after {limits[0]:g} real seconds")
    usage = child.usage()
    if usage.cpu_seconds > cpu:
        raise TimeIsUp(f"no end after {limits[1]:g} s of CPU time")
    if usage.threads > MAX_THREADS:
        raise TimeIsUp(f"{usage.threads} threads at once")


def _read_messages(child: Child) -> None:
    data = os.read(child.messages, 1 << 18)
    if not data:
        raise Gone
    child.buffer += data
    if len(child.buffer) > MAX_LINE and b"\n" not in child.buffer:
        raise Distrusted("a line without an end")


def drain_output(child: Child) -> None:
    with suppress(BlockingIOError):
        while _read_output(child):
            pass


def _read_output(child: Child) -> bool:
    data = os.read(child.output, 1 << 16)
    child.said = (child.said + data)[-TAIL_BYTES:]
    return bool(data)
