"""A warm process that has imported everything a play needs, and forks one child per job.

It speaks over one Unix socket, its standard input. A request is one line, a ``JobOrder``, together with three
descriptors: where the child reads requests for plays, where it writes messages, where its standard output goes. The
answer is the child's process number. When a child ends, the zygote says so. It never loads a submission, stays
single-threaded and runs no event loop while it serves, so that every fork is clean.
"""

from __future__ import annotations

import gc
import os
import selectors
import shutil
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import CodeType
from typing import Any, BinaryIO, NoReturn

from grader.box import player
from grader.box.fence import (
    MESSAGES,
    REQUESTS,
    Fence,
    die_with_parent,
    import_from_interpreter_only,
    lower_limits,
    take_descriptors,
)
from grader.box.player import Message, Program, play, too_large
from grader.box.simulation.core import Bounds
from grader.box.simulation.run import prepare, run_unwatched
from grader.box.simulation.schedule import Schedule
from grader.box.simulation.trace import STUDENT
from grader.wire import BACKENDS
from grader.wire.lines import MAX_LINE, decode, dumps, rest_of_line
from grader.wire.orders import JobOrder


def serve(control: socket.socket, fence: Fence) -> None:
    """Fork a child for every job until the trusted side closes the socket."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    # The trusted side answers Ctrl-C. asyncio and trio would also install a handler of their own in every run.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with selectors.DefaultSelector() as selector:
        selector.register(control, selectors.EVENT_READ)
        selector.register(reader, selectors.EVENT_READ)
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if reader in ready:
                os.read(reader, 4096)
            _reap(control, fence)
            if control in ready and not _serve(control, fence):
                return


def warm_up() -> None:
    """Have each backend import and cache what its first run needs; then keep the garbage collector off all of that."""

    async def nothing() -> None:
        pass

    for backend in BACKENDS:
        run_unwatched(prepare(backend, Schedule(), Bounds()), nothing)
    gc.collect()
    gc.freeze()


def _reap(control: socket.socket, fence: Fence) -> None:
    """Collect the processes that have ended: children, and orphans that they have left to us."""
    while True:
        try:
            process, status, used = os.wait4(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if not process:
            return
        _remove_folder(fence, process)
        cpu = used.ru_utime + used.ru_stime
        control.sendall(dumps({"ended": process, "status": os.waitstatus_to_exitcode(status), "cpu": cpu}))


def _serve(control: socket.socket, fence: Fence) -> bool:
    line, descriptors, _, _ = socket.recv_fds(control, 1 << 16, 3)
    line = line and rest_of_line(control.recv, line)
    if not line:
        return False
    zygote = os.getpid()
    process = os.fork()
    if process == 0:
        _child(control, decode(line), descriptors, fence, zygote)
    for descriptor in descriptors:
        os.close(descriptor)
    control.sendall(dumps({"started": process}))
    return True


def _child(control: socket.socket, job: JobOrder, descriptors: list[int], fence: Fence, zygote: int) -> NoReturn:
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        control.detach()
        take_descriptors(*descriptors)
        die_with_parent(zygote)
        lower_limits(memory=job["limits"]["memory"], cpu=job["limits"]["cpu"])
        import_from_interpreter_only()
        player.prepare_process()
        folder = _write_folder(fence, job)
        fence.put_up(job["needs"], folder)
        scenarios = compile(job["scenarios"], "/scenarios.py", "exec", dont_inherit=True)
        # From here on the learner's code decides what happens in this process. The trusted side takes a fault that is
        # reported before this line for the grader's, and every later one for the submission's, unless a program of ours
        # meets it as well.
        _send({"ready": True})
        _answer(job, scenarios)
    except BaseException as error:  # it must never return into the zygote
        with suppress(BaseException):
            _send({"fault": f"{type(error).__name__}: {error}"[:300]})
    os._exit(1)


def _answer(job: JobOrder, scenarios: CodeType) -> NoReturn:
    """Answer requests for plays, one line each, until there are no more."""
    limits = job["limits"]
    bounds = Bounds(steps=limits["steps"], horizon=limits["horizon"])
    program = Program(
        module=job["module"],
        source=job["submission"],
        submission=compile(job["submission"], f"{STUDENT}{job['module']}.py", "exec", dont_inherit=True),
        scenarios=scenarios,
    )
    requests = os.fdopen(REQUESTS, "rb", closefd=False)
    while line := _receive(requests):
        message = play(program, decode(line), bounds, _leave)
        _send(message)
        if message["spent"]:
            break
    os._exit(0)


def _receive(requests: BinaryIO) -> bytes:
    try:
        return requests.readline()
    except OSError:
        os._exit(1)


def _leave(message: Message) -> NoReturn:
    _send(message)
    os._exit(0)


def _send(message: Any) -> None:
    line = dumps(message)
    # A megabyte of bytes is four in ASCII. A line too long would be taken for a forgery on the trusted side.
    data = memoryview(line if len(line) <= MAX_LINE else dumps(too_large(message)))
    try:
        while data:
            data = data[os.write(MESSAGES, data) :]
    except OSError:
        os._exit(1)


# ---- the folder of a job with ``processes`` --------------------------------------------------------------------------


def _write_folder(fence: Fence, job: JobOrder) -> str | None:
    """Write the submission and the scenarios to files; returns their folder, None if the job has no use for one.

    A worker process has to import both by name. The job may write to the folder ``scratch`` in it and nowhere else.
    """
    if "processes" not in job["needs"]:
        return None
    folder = _folder(fence, os.getpid())
    folder.mkdir(mode=0o700)
    (folder / "scratch").mkdir()
    (folder / f"{job['module']}.py").write_text(job["submission"], encoding="utf-8")
    (folder / "scenarios.py").write_text(job["scenarios"], encoding="utf-8")
    sys.path.insert(0, str(folder))
    os.environ["TMPDIR"] = str(folder / "scratch")
    return str(folder)


def _remove_folder(fence: Fence, process: int) -> None:
    """Remove the folder of the child with this number, if it had one."""
    folder = _folder(fence, process)
    if folder.is_dir():
        shutil.rmtree(folder, ignore_errors=True)


def _folder(fence: Fence, process: int) -> Path:
    return Path(f"{fence.scratch}{process}")
