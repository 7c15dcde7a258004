"""Blocking sockets, pipes and selectors in threads: a thread that waits for one passes the baton on until its turn."""

from __future__ import annotations

import os
import select
import selectors
import socket
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from grader.box.simulation.calls import local

_poll = select.poll
_READING = ("accept", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into")
_WRITING = ("send", "sendto", "sendmsg")
_SELECTORS = ("SelectSelector", "PollSelector", "EpollSelector", "DevpollSelector", "KqueueSelector")


def patch_sockets() -> None:
    _send_piecemeal()
    for name in _READING:
        _take_turns(name, select.POLLIN)
    for name in _WRITING:
        _take_turns(name, select.POLLOUT)
    _read_pipes_in_turns()
    _select_in_turns()
    for name in ("poll", "epoll"):
        if hasattr(select, name):
            setattr(select, name, _PollInTurns.made_by(getattr(select, name)))
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


def _first_found(look: Callable[[], list[Any]], seconds: float | None) -> list[Any]:
    """The first events that a look finds within so many virtual seconds. It may tell of each of them only once."""
    if seconds == 0 or not _in_a_run():
        return look()
    found: list[Any] = []

    def is_ready() -> bool:
        if not found:
            found.extend(look())
        return bool(found)

    _await(is_ready, seconds)
    return found


def _in_a_run() -> bool:
    return getattr(local, "call", None) is not None


# ---- sockets ---------------------------------------------------------------------------------------------------------


def _take_turns(name: str, event: int) -> None:
    original = getattr(socket.socket, name)

    @wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        waits = _in_a_run() and self.gettimeout() != 0 and self.fileno() >= 0
        if waits and not _await(partial(_is_ready, self, event), self.gettimeout()):
            raise TimeoutError("timed out")
        return original(self, *args, **kwargs)

    setattr(socket.socket, name, method)


def _is_ready(waiting: socket.socket, event: int) -> bool:
    """Whether a call of the kernel on a socket would not block; it fails at once on one that is closed."""
    file = waiting.fileno()
    if file < 0:
        return True
    return _would_not_block(file, event)


def _would_not_block(file: int, event: int) -> bool:
    poll = _poll()
    poll.register(file, event)
    return bool(poll.poll(0))


def _send_piecemeal() -> None:
    """Send in pieces that fit: a thread that waited inside the kernel for the rest would keep the baton."""
    original, send = socket.socket.sendall, socket.socket.send

    @wraps(original)
    def sendall(self: Any, data: Any, flags: int = 0) -> None:
        if not _in_a_run() or self.gettimeout() == 0:
            return original(self, data, flags)
        clock, timeout = local.simulation, self.gettimeout()
        deadline = None if timeout is None else clock.now + timeout
        with memoryview(data).cast("B") as view:
            sent = 0
            while sent < len(view):
                left = None if deadline is None else max(0.0, deadline - clock.now)
                if not _await(partial(_is_ready, self, select.POLLOUT), left):
                    raise TimeoutError("timed out")
                sent += send(self, view[sent:], flags | socket.MSG_DONTWAIT)
        return None

    socket.socket.sendall = sendall  # type: ignore[method-assign]


def _read_pipes_in_turns() -> None:
    original = os.read

    @wraps(original)
    def read(file: int, length: int, /) -> bytes:
        if _in_a_run() and os.get_blocking(file):
            _await(partial(_would_not_block, file, select.POLLIN), None)
        return original(file, length)

    os.read = read


# ---- selectors -------------------------------------------------------------------------------------------------------


def _select_in_turns() -> None:
    original: Any = select.select

    @wraps(original)
    def in_turns(readers: Any, writers: Any, others: Any, timeout: float | None = None, /) -> Any:
        if not _in_a_run() or timeout == 0:
            return original(readers, writers, others, timeout)
        # Lists, because what was given may be used up by the first look at it.
        files = [list(each) for each in (readers, writers, others)]
        found = _first_found(lambda: [lists for lists in [original(*files, 0)] if any(lists)], timeout)
        return found[0] if found else ([], [], [])

    select.select = in_turns


def _poll_in_turns(kind: Any) -> None:
    original = kind.select

    @wraps(original)
    def in_turns(self: Any, timeout: float | None = None) -> Any:
        if not _in_a_run() or (timeout is not None and timeout <= 0):
            return original(self, timeout)
        return _first_found(lambda: original(self, 0), timeout)

    kind.select = in_turns


class _PollInTurns:
    """Stands in for what ``select.poll()`` and ``select.epoll()`` return, which are classes written in C."""

    def __init__(self, real: Any, milliseconds: bool) -> None:
        self._real = real
        self._unit = 1000 if milliseconds else 1

    @staticmethod
    def made_by(make: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(make)
        def made(*args: Any, **kwargs: Any) -> Any:
            real = make(*args, **kwargs)
            return _PollInTurns(real, milliseconds=make is _poll) if _in_a_run() else real

        if hasattr(make, "fromfd"):
            made.fromfd = make.fromfd  # type: ignore[attr-defined]
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def __enter__(self) -> _PollInTurns:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._real.close()

    def poll(self, timeout: float | None = None, *args: Any) -> Any:
        seconds = None if timeout is None or timeout < 0 else timeout / self._unit
        return _first_found(lambda: self._real.poll(0, *args), seconds)
