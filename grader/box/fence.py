"""All that a process of the box gives up before a learner's code runs in it, in the order in which it does so.

The zygote, when it starts, gives up root and hides its memory. A child arranges its descriptors, lowers its limits and
puts up the ``Fence`` of its box: files, TCP ports and system calls. Which files are open is decided in
``sandbox.grants`` and comes with the orders, the calls stand in ``seccomp``, the limits and the number of ports here.
"""

from __future__ import annotations

import errno
import fcntl
import itertools
import os
import resource
import signal
import socket
import sys
from collections.abc import Collection, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from grader.box import kernel, seccomp
from grader.wire.orders import Grant, Orders

REQUESTS, MESSAGES = 3, 4
"""A child's descriptors."""
_HIGH = 64

_LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 16 << 20,
    resource.RLIMIT_NOFILE: 512,
}
"""The limits of every child, besides those on memory and CPU time, which the job sets."""
_CPU_MARGIN = 5
_PROCESSES = 1024
"""Processes and threads of a whole box, where the kernel can count them apart from those of its user."""
_MORE_PROCESSES = 1024
"""How many more than its user has now, where the kernel cannot; root may have any number."""
_PORTS = 16
"""TCP ports for a job with ``loopback`` whose box shares the network of its computer; ``isolation.shared`` says so."""

_OWN_THREADS = "/proc/self/task"


# ---- the zygote ------------------------------------------------------------------------------------------------------


def drop_root(user: int | None) -> None:
    """Become an unprivileged user if we are root; with None give up root's capabilities and stay."""
    if os.geteuid() != 0:
        return
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kernel.drop_capabilities()


def enter_user_namespace(user: int) -> bool:
    """Enter a user namespace of our own, in which the kernel counts our processes apart; whether that was possible."""
    with suppress(OSError):
        kernel.prctl(kernel.PR_SET_DUMPABLE, 1)  # the files below belong to root after a change of user otherwise
        kernel.unshare(kernel.CLONE_NEWUSER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{user} {user} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        kernel.drop_capabilities()
        return True
    return False


def hide_memory() -> None:
    """Keep memory, environment and descriptors from every process of the same user."""
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)


def become_subreaper() -> None:
    """Inherit every orphan among our descendants, so that a learner's daemon stays within reach of the kill."""
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)


# ---- a child ---------------------------------------------------------------------------------------------------------


def take_descriptors(requests: int, messages: int, output: int) -> None:
    """Arrange the descriptors: 0 null, 1 and 2 output, 3 requests, 4 messages, and nothing else."""
    # The numbers wanted may be in use by the very descriptors that are to be moved there.
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _HIGH) for descriptor in (requests, messages, output)]
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (high[2], 1), (high[2], 2), (high[0], REQUESTS), (high[1], MESSAGES)):
        os.dup2(source, target)
    os.closerange(5, 1024)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this child when the zygote ends: a zygote that is killed cannot end its children itself.

    The zygote has one thread. The kernel counts the thread that forked as the parent, and not its process.
    """
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        # If the zygote ended before this call, another process is the parent now, which a submission might kill.
        if os.getppid() != parent:
            os._exit(1)


def lower_limits(*, memory: int, cpu: int) -> None:
    """Lower the resource limits, in bytes and seconds, in a new session.

    A session of its own lets one signal reach everything that the child starts.
    """
    os.setsid()
    if sys.platform != "linux":
        return  # elsewhere setrlimit refuses some of these, and what it accepts is not enforced
    for kind, value in (_LIMITS | {resource.RLIMIT_AS: memory}).items():
        _lower(kind, value)
    # The signal of the soft limit may be ignored; the hard one kills.
    _lower(resource.RLIMIT_CPU, cpu, margin=_CPU_MARGIN)


def _lower(kind: int, value: int, *, margin: int = 0) -> None:
    """Set the soft limit, and the hard one above it by the margin; neither goes above the hard limit that there is."""
    hard = resource.getrlimit(kind)[1]
    soft, above = (
        (value, value + margin) if hard == resource.RLIM_INFINITY else (min(value, hard), min(value + margin, hard))
    )
    resource.setrlimit(kind, (soft, above))


def import_from_interpreter_only() -> None:
    """Take every other folder off the path: an editable install adds the checkout, with all answers in it."""
    own = (sys.prefix, sys.base_prefix)
    sys.path[:] = [path for path in sys.path if path.startswith(own)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """What the trusted side has decided for a box, and what the zygote found possible."""

    level: int
    landlock: int
    """The version of Landlock, 0 for none."""
    grants: tuple[Grant, ...]
    scratch: str
    """How the path of a folder for a submission with ``processes`` begins."""
    processes: int
    """How many processes and threads the user of the box may have, as the kernel counts them."""

    @staticmethod
    def ordered(orders: Orders, *, counted: bool) -> Fence:
        """The fence that the orders ask for; ``counted`` if the kernel counts the processes of the box apart."""
        return Fence(
            level=orders["level"],
            landlock=min(kernel.landlock_version(), orders["landlock"]),
            grants=tuple(orders["grants"]),
            scratch=orders["scratch"],
            processes=_PROCESSES if counted else _tasks_of_user() + _MORE_PROCESSES,
        )

    def put_up(self, needs: Collection[str] = (), folder: str | None = None) -> None:
        """Confine this process for good. ``folder`` holds the one folder that it may write in. Raises OSError.

        Called when everything that the grader's own code has to open is open: Landlock comes before seccomp, which
        refuses the calls of both.
        """
        if sys.platform == "linux":
            _lower(resource.RLIMIT_NPROC, self.processes)
        if self.level >= 1 and sys.platform == "linux":
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if self.level >= 2:
            # Landlock knows a file by its inode, and /proc makes new ones when memory is short: as long as this folder
            # is open, its inode stays the same.
            os.open(_OWN_THREADS, os.O_PATH | os.O_CLOEXEC)
            ports = _ports(self.level, needs)
            kernel.restrict_files(self.landlock, self._grants(needs, folder), ports=ports)
            _hand_out(ports or ())
        if self.level >= 1:
            seccomp.restrict_calls(needs)

    def _grants(self, needs: Collection[str], folder: str | None) -> list[Grant]:
        grants = [grant for grant in self.grants if not grant["need"] or grant["need"] in needs]
        if folder is not None:
            grants.append(Grant(path=folder, access="read", need=""))
            grants.append(Grant(path=os.path.join(folder, "scratch"), access="write", need=""))
        return grants


def _tasks_of_user() -> int:
    """How many threads all processes of our user have: each is a folder, and a folder counts those in it."""
    user, tasks = os.geteuid(), 0
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        with suppress(OSError, ValueError):
            status = os.stat(f"/proc/{int(name)}/task")
            tasks += status.st_nlink - 2 if status.st_uid == user else 0
    return tasks


# ---- ports -----------------------------------------------------------------------------------------------------------
#
# Landlock knows ports and no addresses. So a few free ports are picked before the fence is put up, nothing else may be
# bound or connected to, and a server that asks for any port gets one of them.

_bind = socket.socket.bind


def _ports(level: int, needs: Collection[str]) -> tuple[int, ...] | None:
    """The TCP ports that may be used; None for all of them, where the box has a network of its own."""
    if "loopback" not in needs:
        return ()
    if level >= 3:
        return None
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(_PORTS)]
        for bound in sockets:
            bound.bind(("127.0.0.1", 0))
        return tuple(bound.getsockname()[1] for bound in sockets)


def _hand_out(ports: Sequence[int]) -> None:
    """Give each socket that is bound to port 0 one of these ports, in turn. Without ports it does nothing."""
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
