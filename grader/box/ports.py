"""TCP ports for an exercise that needs the loopback, where a box shares the network of its computer.

Landlock knows ports and no addresses. So a few free ports are picked before the fence is put up, nothing else may be
bound or connected to, and a server that asks for any port gets one of them.
"""

from __future__ import annotations

import errno
import itertools
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

COUNT = 16

_bind = socket.socket.bind


def reserve() -> tuple[int, ...]:
    """Pick ports that are free now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(COUNT)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return tuple(probe.getsockname()[1] for probe in probes)


def hand_out(ports: Sequence[int]) -> None:
    """Have whoever binds a socket to port 0 get one of these, in turn. None does nothing."""
    if not ports:
        return
    following = itertools.cycle(ports)

    def bind(self: socket.socket, address: Any, /) -> None:
        if self.family not in (socket.AF_INET, socket.AF_INET6) or address[1] != 0:
            return _bind(self, address)
        for port in itertools.islice(following, len(ports)):
            try:
                return _bind(self, (address[0], port, *address[2:]))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
        raise OSError(errno.EADDRINUSE, "all ports of this play are in use")

    socket.socket.bind = bind  # type: ignore[method-assign,assignment]
