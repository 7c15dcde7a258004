"""The first steps of a zygote: it takes its orders, gives up what it does not need, and tests its own fences."""

from __future__ import annotations

import os
import socket
import sys

from grader.box import selftest
from grader.box.fence import Fence, become_subreaper, drop_root, enter_user_namespace, hide_memory
from grader.wire.lines import decode, dumps, rest_of_line
from grader.wire.orders import Orders

CONTROL = 0
"""The descriptor of the socket to the trusted side."""


def main() -> None:
    """Serve jobs until the trusted side closes the socket."""
    control = socket.socket(fileno=CONTROL)
    orders = _receive(control)
    level, user = orders["level"], orders["user"]
    drop_root(user)
    own_namespace = orders["mapped"] or (level >= 3 and user is not None and enter_user_namespace(user))
    fence = Fence.ordered(orders, counted=level >= 3 and own_namespace and orders["countable"])
    hide_memory()
    become_subreaper()
    # While this process is small a fork costs half a millisecond; the child then tests on another processor.
    testing = selftest.begin(fence, orders["targets"])

    # Said first, because a missing name may end this process in the next lines.
    control.sendall(dumps({"missing": _missing_names()}))

    from grader.box import zygote

    sys.path.remove(orders["root"])
    zygote.warm_up()
    rows = selftest.end(*testing)
    control.sendall(dumps({"ready": {"probes": rows, "landlock": fence.landlock}}))
    zygote.serve(control, fence)


def _missing_names() -> list[str]:
    """The private names that the simulation needs and that the libraries do not have; takes half a millisecond."""
    try:
        from grader.box.simulation import private  # takes most of the time of a start: anyio, trio and both backends

        return private.missing()
    except (ImportError, AttributeError, TypeError) as error:  # a module or class that they should be in is gone
        return [f"{error.name}: {error}" if isinstance(error, ImportError) else str(error)]


def _receive(control: socket.socket) -> Orders:
    line = rest_of_line(control.recv)
    if not line:
        os._exit(0)  # the trusted side is gone
    orders: Orders = decode(line)
    return orders
