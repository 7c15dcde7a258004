"""Process-wide replacements: the clocks of ``time``, worker threads, child processes. Inert while no play runs.

They must be in place before a learner's module is loaded, so that ``from time import sleep`` gets ours.
"""

from __future__ import annotations

import asyncio
import subprocess
from typing import Any

from anyio._backends import _asyncio as anyio_asyncio  # see private.py
from anyio._backends import _trio as anyio_trio
from trio import _core as trio_core

from grader.box.simulation import trio_
from grader.box.simulation.asyncio_ import VirtualSelector
from grader.box.simulation.core import current
from grader.box.simulation.deliveries import report_deliveries
from grader.box.simulation.hygiene import report_cancellations, report_streams
from grader.box.simulation.wall_clocks import install_clocks
from grader.box.simulation.worker_calls import count_calls_of_anyio, count_calls_of_trio, count_threads
from grader.box.simulation.worker_locks import install_locks
from grader.box.simulation.worker_sockets import patch_sockets

_installed = False


def install() -> None:
    """Put everything in place, once."""
    global _installed
    if _installed:
        return
    _installed = True
    install_clocks()
    install_locks()
    count_threads()
    count_calls_of_anyio()
    count_calls_of_trio()
    _patch_wait_all_tasks_blocked()
    _order_scopes()
    _count_children()
    patch_sockets()
    trio_.report_exits()
    trio_.hold_posts()
    report_cancellations(current)
    report_streams(current)
    report_deliveries()


# ---- idleness, scopes, child processes -------------------------------------------------------------------------------


def _patch_wait_all_tasks_blocked() -> None:
    """Replace anyio's, which on asyncio polls with ``sleep(0.1)`` and so would move virtual time."""
    backend: Any = anyio_asyncio.AsyncIOBackend
    original = backend.wait_all_tasks_blocked.__func__

    async def wait_all_tasks_blocked(cls: Any) -> None:
        loop = asyncio.get_running_loop()
        selector = getattr(loop, "virtual_selector", None)
        if not isinstance(selector, VirtualSelector):
            await original(cls)
            return
        waiter: asyncio.Future[None] = loop.create_future()
        selector.until_idle.append(waiter)
        await waiter

    backend.wait_all_tasks_blocked = classmethod(wait_all_tasks_blocked)

    async def wait_all_tasks_blocked_on_trio(cls: Any) -> None:
        # anyio imports the same function from trio.testing, which imports pytest: 0.2 s, inside the box.
        await trio_core.wait_all_tasks_blocked()  # type: ignore[attr-defined]

    other: Any = anyio_trio.TrioBackend
    other.wait_all_tasks_blocked = classmethod(wait_all_tasks_blocked_on_trio)


class _OrderedSet(dict[Any, None]):
    """A set in order of insertion. anyio cancels the tasks of a scope in the order of its set, which is by address."""

    def add(self, item: object) -> None:
        self[item] = None

    def discard(self, item: object) -> None:
        self.pop(item, None)

    def remove(self, item: object) -> None:
        del self[item]


def _order_scopes() -> None:
    scope: Any = anyio_asyncio.CancelScope
    original = scope.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self._tasks, self._child_scopes = _OrderedSet(), _OrderedSet()

    scope.__init__ = __init__


def _count_children() -> None:
    popen: Any = subprocess.Popen
    original = popen.__init__

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        simulation = current()
        if simulation is not None:
            simulation.workers.children.add(self)

    popen.__init__ = __init__
