"""What a child gives up before a byte of the student's file is loaded: descriptors, resources and privileges.

The kernel's fences, which come after this, are in ``fence``.
"""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import sys
from contextlib import suppress

from grader.box import kernel
from grader.wire import Json

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


def limit(limits: dict[str, Json]) -> None:
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
