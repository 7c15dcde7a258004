"""Blocking sockets in worker threads: a thread that waits for one passes the baton on until its turn comes."""

from __future__ import annotations

import select
import socket
from functools import wraps
from typing import Any

from grader.box.simulation.worker_calls import local
from grader.box.simulation.workers import is_ready

_READING = ("accept", "recv", "recv_into", "recvfrom", "recvfrom_into", "recvmsg", "recvmsg_into")
_WRITING = ("send", "sendto", "sendmsg")


def patch_sockets() -> None:
    for name in _READING:
        _take_turns(name, select.POLLIN)
    for name in _WRITING:
        _take_turns(name, select.POLLOUT)
    _send_piecemeal()


def _take_turns(name: str, event: int) -> None:
    original = getattr(socket.socket, name)

    @wraps(original)
    def method(self: Any, *args: Any, **kwargs: Any) -> Any:
        if getattr(local, "call", None) is not None:
            _wait(self, event)
        return original(self, *args, **kwargs)

    setattr(socket.socket, name, method)


def _wait(blocking: socket.socket, event: int) -> None:
    seconds, file = blocking.gettimeout(), blocking.fileno()
    workers, call = local.simulation.workers, local.call
    # In a loop, because another thread may have read first.
    while seconds != 0 and file >= 0 and workers.knows(call) and not is_ready(file, event):
        workers.await_socket(call, file, event, seconds)


def _send_piecemeal() -> None:
    """Send in pieces that fit: a thread that waited inside the kernel for the rest would keep the baton."""
    original = socket.socket.sendall

    @wraps(original)
    def sendall(self: Any, data: Any, flags: int = 0) -> None:
        if getattr(local, "call", None) is None or self.gettimeout() == 0:
            return original(self, data, flags)
        with memoryview(data).cast("B") as view:
            sent = 0
            while sent < len(view):
                sent += self.send(view[sent:], flags | socket.MSG_DONTWAIT)
        return None

    socket.socket.sendall = sendall  # type: ignore[method-assign]
