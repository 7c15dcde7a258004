"""Blocking sockets and selectors in worker threads: a thread that waits for one passes the baton on until its turn."""

from __future__ import annotations

import select
import selectors
import socket
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from grader.box.simulation.workers import local

_READING = ("accept", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into")
_WRITING = ("send", "sendto", "sendmsg")
_SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")


def patch_sockets() -> None:
    for name in _READING:
        _take_turns(name, select.POLLIN)
    for name in _WRITING:
        _take_turns(name, select.POLLOUT)
    _send_piecemeal()
    _select_in_turns()
    for name in _SELECTORS:
        if hasattr(selectors, name):
            _poll_in_turns(getattr(selectors, name))


def _await(is_ready: Callable[[], bool], seconds: float | None) -> bool:
    """Wait in a thread of a run, for so many virtual seconds; returns whether it is ready."""
    workers, call = local.simulation.workers, local.call
    # In a loop, because another thread may have read first.
    while not (ready := is_ready()) and workers.await_ready(call, is_ready, seconds):
        pass
    return ready or is_ready()


def _in_a_run() -> bool:
    return getattr(local, "call", None) is not None


# ---- sockets ---------------------------------------------------------------------------------------------------------


def _take_turns(name: str, event: int) -> None:
    original = getattr(socket.socket, name)

    @wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if _in_a_run() and self.gettimeout() != 0 and self.fileno() >= 0:
            if not _await(partial(_is_ready, self, event), self.gettimeout()):
                raise TimeoutError("timed out")
        return original(self, *args, **kwargs)

    setattr(socket.socket, name, method)


def _is_ready(waiting: socket.socket, event: int) -> bool:
    """Whether a call of the kernel on a socket would not block; it fails at once on one that is closed."""
    file = waiting.fileno()
    if file < 0:
        return True
    poll = select.poll()
    poll.register(file, event)
    return bool(poll.poll(0))


def _send_piecemeal() -> None:
    """Send in pieces that fit: a thread that waited inside the kernel for the rest would keep the baton."""
    original = socket.socket.sendall

    @wraps(original)
    def sendall(self: Any, data: Any, flags: int = 0) -> None:
        if not _in_a_run() or self.gettimeout() == 0:
            return original(self, data, flags)
        with memoryview(data).cast("B") as view:
            sent = 0
            while sent < len(view):
                sent += self.send(view[sent:], flags | socket.MSG_DONTWAIT)
        return None

    socket.socket.sendall = sendall  # type: ignore[method-assign]


# ---- selectors -------------------------------------------------------------------------------------------------------


def _select_in_turns() -> None:
    original: Any = select.select

    @wraps(original)
    def in_turns(readers: Any, writers: Any, others: Any, timeout: float | None = None, /) -> Any:
        if not _in_a_run() or timeout == 0:
            return original(readers, writers, others, timeout)
        # Lists, because what was given may be used up by the first look at it.
        files = [list(each) for each in (readers, writers, others)]
        _await(lambda: any(original(*files, 0)), timeout)
        return original(*files, 0)

    select.select = in_turns


def _poll_in_turns(kind: Any) -> None:
    original = kind.select

    @wraps(original)
    def in_turns(self: Any, timeout: float | None = None) -> Any:
        if not _in_a_run() or (timeout is not None and timeout <= 0):
            return original(self, timeout)
        _await(lambda: bool(original(self, 0)), timeout)
        return original(self, 0)

    kind.select = in_turns
