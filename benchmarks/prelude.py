"""What every generated program begins with, and its ``main()``.

A program counts time in units. It notes what happens in which of them, and when the machine was late.
"""

from __future__ import annotations

PRELUDE = '''
import asyncio
import concurrent.futures
import datetime
import math
import queue
import threading
import time
from contextlib import aclosing, suppress
from functools import partial

import anyio
import trio
from anyio import (
    BrokenResourceError, CancelScope, CapacityLimiter, ClosedResourceError, Condition, EndOfStream, Event, Lock,
    Semaphore, WouldBlock, create_memory_object_stream, create_task_group, current_effective_deadline, fail_after,
    from_thread, move_on_after, sleep, sleep_forever, sleep_until, to_thread, wait_all_tasks_blocked,
)
from anyio.from_thread import BlockingPortal
from anyio.lowlevel import cancel_shielded_checkpoint, checkpoint, checkpoint_if_cancelled

UNIT = 1.0  # seconds; real runs set it to less
NOISY = 0.3  # of a unit
MARKS, NOISE, SCOPES, DUE = [], [], {}, {0}


class Oops(Exception):
    pass


def now():
    return (time.monotonic() - BEGAN[0]) / UNIT


def slot():
    """The unit in which it is now. Things happen when a timer ends; all other times are a real machine's noise."""
    here = now()
    if abs(here - round(here)) > NOISY or round(here) not in DUE:
        NOISE.append(here)
    return round(here)


def until(timer, least):
    """Seconds from now until an instant at which no other timer of the program ends."""
    due = slot() + least
    due += (timer - due) % PERIOD
    DUE.add(due)
    return (due - now()) * UNIT


def mark(label):
    MARKS.append((slot(), label))


def told(error):
    if isinstance(error, BaseExceptionGroup):
        return "[" + ", ".join(sorted(map(told, error.exceptions))) + "]"
    return f"{type(error).__name__} {error}" if isinstance(error, Oops) else type(error).__name__


CLOCKS = (
    time.time, time.monotonic, time.perf_counter, lambda: time.monotonic_ns() / 1e9,
    lambda: datetime.datetime.now().timestamp(), lambda: datetime.datetime.now(datetime.timezone.utc).timestamp(),
)


def clocks():
    return sorted({round((read() - began) / UNIT) for read, began in zip(CLOCKS, BEGAN[1:])})


def units(deadline):
    """A deadline of anyio's clock in units of this program."""
    return deadline if math.isinf(deadline) else round((deadline - anyio.current_time()) / UNIT + now())


def cancel(number):
    if number in SCOPES:
        SCOPES[number].cancel()


def change(number, **changes):
    for name, value in changes.items() if number in SCOPES else ():
        setattr(SCOPES[number], name, value)


async def in_a_thread(work):
    if ON_TRIO:
        return await trio.to_thread.run_sync(work)
    return await asyncio.to_thread(work)


def later(seconds, label):
    if not ON_TRIO:
        LOOP.call_later(seconds, mark, label)


def tell_the_loop(label):
    LOOP.run_sync_soon(mark, label) if ON_TRIO else LOOP.call_soon_threadsafe(mark, label)


def begin():
    global ON_TRIO, LOOP
    ON_TRIO = anyio.get_cancelled_exc_class() is trio.Cancelled
    LOOP = trio.lowlevel.current_trio_token() if ON_TRIO else asyncio.get_running_loop()
    global BEGAN, EVENTS, LOCKS, SEMAPHORES, CONDITIONS, LIMITERS, SEND, RECEIVE, FLAGS, QUEUES, MUTEXES, MONITORS
    EVENTS, LOCKS, CONDITIONS = [Event(), Event()], [Lock(), Lock()], [Condition(), Condition()]
    SEMAPHORES, LIMITERS = [Semaphore(1), Semaphore(2)], [CapacityLimiter(1), CapacityLimiter(2)]
    SEND, RECEIVE = zip(create_memory_object_stream(0), create_memory_object_stream(2))
    FLAGS, QUEUES = [threading.Event(), threading.Event()], [queue.Queue(), queue.Queue(1)]
    MUTEXES, MONITORS = [threading.Lock(), threading.Lock()], [threading.Condition(), threading.Condition()]
    BEGAN = [time.monotonic(), *(read() for read in CLOCKS)]
'''

MAIN = """
async def main():
    begin()
    try:
        {task}
    except Exception as error:
        mark(f"out: {{told(error)}}")
    await sleep(until(0, PERIOD))
    mark("end")
    return sorted(MARKS)
"""
