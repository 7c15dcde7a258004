"""What a child gives up before a byte of the student's file is loaded: descriptors and resources.

Kernel sandboxes (Landlock, seccomp, namespaces) belong here as well.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import sys

from grader.wire import Json

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
_HIGH = 64


def become_subreaper() -> None:
    """Inherit every orphan among our descendants, so that a student's daemon stays within reach of the kill."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """Have the kernel kill us when the zygote ends: it may have been killed itself."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


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
    memory, cpu = int(limits["memory"]), int(limits["cpu"])  # type: ignore[arg-type]
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 16 << 20),
        (resource.RLIMIT_NOFILE, 512),
        (resource.RLIMIT_CPU, cpu),
    ):
        hard = resource.getrlimit(kind)[1]
        capped = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (capped, hard if kind == resource.RLIMIT_CPU else capped))
