"""What stands between a student's code and this computer: the fences of one level, put up in a child of the zygote."""

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

from grader.box import kernel
from grader.wire.lines import Json

# ---- harden ----------------------------------------------------------------------------------------------------------
#
# What a child gives up before a byte of the student's file is loaded: descriptors, resources and privileges.
#
# The kernel's fences, which come after this, are in ``fence``.


REQUESTS, MESSAGES = 3, 4
"""A child's descriptors."""
_HIGH = 64
_FILE_BYTES = 16 << 20
_FILES = 512
_CPU_MARGIN = 5


def become_subreaper() -> None:
    """Inherit every orphan among our descendants, so that a student's daemon stays within reach of the kill."""
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent: int) -> None:
    """Have the kernel kill us when the zygote ends: it may have been killed itself.

    The zygote has one thread. The kernel counts the thread that forked as the parent, and not its process.
    """
    if sys.platform == "linux":
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
        # It may have ended before that, and a submission that kills its parent would kill whoever has adopted us.
        if os.getppid() != parent:
            os._exit(1)


def drop_root(user: int | None) -> None:
    """Become an unprivileged user if we are root; with None give up root's capabilities and stay."""
    if os.geteuid() != 0:
        return
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kernel.drop_capabilities()


def own_user_namespace(user: int) -> bool:
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


def keep_own_paths() -> None:
    """Import from the interpreter's own folders only. An editable install adds the checkout, with all answers in it."""
    own = (sys.prefix, sys.base_prefix)
    sys.path[:] = [path for path in sys.path if path.startswith(own)]


def take_descriptors(requests: int, messages: int, output: int) -> None:
    """Arrange the descriptors: 0 null, 1 and 2 output, 3 requests, 4 messages, and nothing else."""
    # The numbers wanted may be in use by the very descriptors that are to be moved there.
    high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, _HIGH) for descriptor in (requests, messages, output)]
    null = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((null, 0), (high[2], 1), (high[2], 2), (high[0], 3), (high[1], 4)):
        os.dup2(source, target)
    os.closerange(5, 1024)


def set_limits(limits: dict[str, Json]) -> None:
    """Lower the resource limits. A session of its own lets one signal reach everything the child starts."""
    os.setsid()
    if sys.platform != "linux":
        return  # elsewhere setrlimit refuses some of these, and what it accepts is not enforced
    memory, cpu = int(limits["memory"]), int(limits["cpu"])  # type: ignore[arg-type]
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
        (resource.RLIMIT_NOFILE, _FILES),
        (resource.RLIMIT_CPU, cpu),
    ):
        hard = resource.getrlimit(kind)[1]
        capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # The signal of the soft limit may be ignored; the hard one kills.
        above = capped + _CPU_MARGIN if kind == resource.RLIMIT_CPU else capped
        resource.setrlimit(kind, (capped, above if hard == resource.RLIM_INFINITY else min(above, hard)))


# ---- ports -----------------------------------------------------------------------------------------------------------
#
# TCP ports for an exercise that needs the loopback, where a box shares the network of its computer.
#
# Landlock knows ports and no addresses. So a few free ports are picked before the fence is put up, nothing else may be
# bound or connected to, and a server that asks for any port gets one of them.


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


PROCESSES = 512
"""Processes and threads of a whole box, where they can be counted apart from those of its user."""
MORE_PROCESSES = 1024
"""How many more than its user has now, where they cannot; root may have any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """What the trusted side has decided for a box, and what the zygote found possible."""

    level: int
    readable: tuple[str, ...]
    listable: tuple[str, ...]
    """Folders whose names may be seen and not their files."""
    resolver: tuple[str, ...]
    """Files that turn the name localhost into an address."""
    scratch: str
    """How the path of a folder for a submission with ``processes`` begins. At level 3 it is in memory."""
    interpreter: tuple[str, ...]
    """The programs that a submission with ``processes`` may run."""
    processes: int
    """How many processes and threads the user of the box may have, as the kernel counts them."""

    @staticmethod
    def of(document: dict[str, Any], *, counted: bool) -> Fence:
        return Fence(
            level=document["level"],
            readable=tuple(document["readable"]),
            listable=tuple(document["listable"]),
            resolver=tuple(document["resolver"]),
            scratch=document["scratch"],
            interpreter=tuple(document["interpreter"]),
            processes=PROCESSES if counted else _tasks_of_user() + MORE_PROCESSES,
        )

    def put_up(self, needs: Collection[str] = (), folder: str | None = None) -> None:
        """Confine this process for good. ``folder`` is the one place it may write in. Raises OSError.

        Called when everything that the grader's own code has to open is open: Landlock comes before seccomp, which
        refuses the calls of both.
        """
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_NPROC, _lowered(resource.RLIMIT_NPROC, self.processes))
        if self.level >= 1 and sys.platform == "linux":
            kernel.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1)
        if self.level >= 2:
            own = _reserve_ports(self.level, needs)
            kernel.restrict_files(self._grants(needs, folder), ports=own)
            hand_out(own or ())
        if self.level >= 1 and kernel.seccomp_fits():
            kernel.restrict_calls(needs)

    def _grants(self, needs: Collection[str], folder: str | None) -> list[kernel.Grant]:
        grants = [(path, kernel.READ) for path in self.readable]
        grants += [(path, kernel.READ_DIR) for path in self.listable]
        grants += [("/dev/null", kernel.USE), ("/dev/zero", kernel.USE), ("/dev/urandom", kernel.READ_FILE)]
        grants.append((_own_threads(), kernel.READ))
        if "loopback" in needs:
            grants += [(path, kernel.READ) for path in self.resolver]
        if "processes" in needs:
            # Of /proc a box of level 3 shows its own processes only, and Landlock keeps memory and environment shut.
            grants.append(("/proc", kernel.READ))
            grants += [(path, kernel.READ_FILE | kernel.EXECUTE) for path in self.interpreter]
        if folder is not None:
            grants += [
                (folder, kernel.READ),
                (os.path.join(folder, "scratch"), kernel.EVERYTHING & ~kernel.EXECUTE),
            ]
        return grants


def _lowered(kind: int, value: int) -> tuple[int, int]:
    hard = resource.getrlimit(kind)[1]
    capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
    return capped, capped


def _tasks_of_user() -> int:
    """How many threads all processes of our user have: each is a folder, and a folder counts those in it."""
    user, found = os.geteuid(), 0
    for name in os.listdir("/proc") if os.path.isdir("/proc") else ():
        with suppress(OSError, ValueError):
            status = os.stat(f"/proc/{int(name)}/task")
            found += status.st_nlink - 2 if status.st_uid == user else 0
    return found


def _own_threads() -> str:
    """The folder in which the watch and the worker threads are looked up.

    Landlock knows a file by its inode, and /proc makes new ones when memory is short: as long as somebody has this
    folder open, it stays the same.
    """
    os.open("/proc/self/task", os.O_PATH | os.O_CLOEXEC)
    return "/proc/self/task"


def _reserve_ports(level: int, needs: Collection[str]) -> tuple[int, ...] | None:
    """The TCP ports that may be used; None for all of them, where there is nobody else in the network."""
    if "loopback" not in needs:
        return ()
    return None if level >= 3 else reserve()
