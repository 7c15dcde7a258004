"""Starts, feeds, times and kills a box: the processes that hold a learner's code.

A ``Box`` is one warm zygote, which forks a ``Child`` per job: a program whose plays are asked for one by one. Whatever
a child has started is killed with it, and so is everything when the box is closed.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from grader.box import sweep
from grader.errors import InternalError, MachineError
from grader.kit import Limits
from grader.wire import Json, dumps, loads

LEVEL = 1 if sys.platform == "linux" else 0
"""The isolation level of a box from 3, the strongest, to 0: resource limits, and a kill that reaches everything."""
START_SECONDS = 60.0
GRACE_SECONDS = 5.0
"""For a child to leave after its last play, and for the killed to be gone."""
LOOK_SECONDS = 0.25
CHILD_CPU_SECONDS = 600
"""For all plays of a child; it ends a child that nobody watches any more."""
TAIL_BYTES = 2000

_BOOT = "import sys; sys.path.insert(0, {root!r}); from grader.box.zygote import main; del sys.path[0]; main()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A program that can be played: the submission under its module's name, and the scenarios."""

    module: str
    submission: str
    scenarios: str
    limits: Limits


class Box:
    """One warm zygote. Use it as a context manager: leaving it kills everything."""

    def __init__(self) -> None:
        if not hasattr(os, "fork"):
            raise MachineError(
                "the box needs a system with fork()",
                hint="Run grade on Linux, macOS or the Windows subsystem for Linux.",
            )
        ours, theirs = socket.socketpair()
        root = str(Path(__file__).resolve().parent.parent)
        self._control = ours
        self._buffer = b""
        self._statuses: dict[int, int] = {}
        self._living: set[int] = set()
        """Process numbers of the children that have not been ended."""
        self._ready = False
        # -P and a fresh environment instead of -I, which would ignore the hash seed: a set of strings must iterate
        # alike in every run, or a submission may pass today and fail tomorrow.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-X", "utf8", "-c", _BOOT.format(root=root)],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "2"},
            start_new_session=True,
        )
        theirs.close()

    def __enter__(self) -> Box:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def process(self) -> int:
        """Process number of the zygote."""
        return self._process.pid

    def start(self, job: Job) -> Child:
        """Fork a child that answers requests for plays of this job."""
        if not self._ready:
            self._answer("ready", START_SECONDS)
            self._ready = True
        requests_in, requests_out = os.pipe()
        messages_in, messages_out = os.pipe()
        output_in, output_out = os.pipe()
        theirs = [requests_in, messages_out, output_out]
        document = dumps(
            {
                "module": job.module,
                "submission": job.submission,
                "scenarios": job.scenarios,
                "limits": {
                    "memory": job.limits.memory_mb << 20,
                    "cpu": CHILD_CPU_SECONDS,
                    "steps": job.limits.steps,
                    "horizon": job.limits.horizon_seconds,
                },
            }
        )
        try:
            sent = socket.send_fds(self._control, [document], theirs)
            self._control.sendall(document[sent:])
        except OSError as error:
            raise self._dead() from error
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        number = self._answer("started", START_SECONDS)
        assert isinstance(number, int)
        self._statuses.pop(number, None)  # of another process that had this number before
        self._living.add(number)
        return Child(number, requests_out, messages_in, output_in)

    def end(self, child: Child) -> int | None:
        """Kill a child and everything that was ever started in it; returns its exit status, None if it had not left.

        It is killed after a clean end too: a student's own child process outlives its parent otherwise. The children
        of other jobs are spared.
        """
        if child.process not in self._living:
            return child.status
        self._living.remove(child.process)
        alone = self.has_ended(child)
        deadline = time.monotonic() + GRACE_SECONDS
        if not alone:
            _kill_group(child.process)  # once it is reaped, its number may be another process'
        child.close()  # not before: it would leave with status 0 when there are no more requests
        while child.process not in self._statuses or sweep.kill_descendants(self.process, spare=self._living):
            if time.monotonic() > deadline:
                raise InternalError(
                    f"process {child.process} of a box does not end", hint="Look at it with `ps` and report this."
                )
            self._listen(0.05)
        status = self._statuses.pop(child.process)
        # A process that was leaving already keeps its own status under our signal.
        child.status = None if status == -signal.SIGKILL and not alone else status
        return child.status

    def close(self) -> None:
        """Kill the zygote and everything below it."""
        self._control.close()
        for process in self._living:
            _kill_group(process)  # below the zygote they are found only as long as that one lives
        while sweep.kill_descendants(self.process) and self._process.poll() is None:
            time.sleep(0.001)
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()

    # ---- the control socket ------------------------------------------------------------------------------------------

    def _answer(self, key: str, seconds: float) -> Json:
        """Wait for the message with that key; note the ends of processes that come before it."""
        deadline = time.monotonic() + seconds
        while True:
            while b"\n" in self._buffer:
                line, _, self._buffer = self._buffer.partition(b"\n")
                message = loads(line)
                assert isinstance(message, dict)
                if key in message:
                    return message[key]
                self._note(message)
            if time.monotonic() > deadline:
                raise self._dead()
            self._receive(deadline - time.monotonic())

    def _listen(self, seconds: float) -> None:
        """Note which processes have ended."""
        self._receive(seconds)
        while b"\n" in self._buffer:
            line, _, self._buffer = self._buffer.partition(b"\n")
            message = loads(line)
            assert isinstance(message, dict)
            self._note(message)

    def _note(self, message: dict[str, Json]) -> None:
        process, status = message.get("ended"), message.get("status")
        if isinstance(process, int) and isinstance(status, int):
            self._statuses[process] = status

    def _receive(self, seconds: float) -> None:
        self._control.settimeout(max(seconds, 0.001))
        try:
            data = self._control.recv(1 << 16)
        except TimeoutError:
            return
        except OSError as error:
            raise self._dead() from error
        finally:
            self._control.settimeout(None)
        if not data:
            raise self._dead()
        self._buffer += data

    def _dead(self) -> InternalError:
        self._process.kill()
        said = self._process.stderr.read() if self._process.stderr is not None else b""
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        return InternalError(f"the box has died: {last[0]}", hint="Run `grade doctor`, and report this.")

    def has_ended(self, child: Child) -> bool:
        """Whether the child is gone, even if something it has started keeps its pipes open."""
        self._listen(0)
        return child.process in self._statuses

    def settle(self, child: Child) -> None:
        """Wait a little for the news that a child has ended whose pipe is closed."""
        deadline = time.monotonic() + LOOK_SECONDS
        while not self.has_ended(child) and time.monotonic() < deadline:
            self._listen(0.05)


def _kill_group(process: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)


class Child:
    """One child's process number and our ends of its pipes."""

    def __init__(self, process: int, requests: int, messages: int, output: int) -> None:
        self.process = process
        self.requests = requests
        self.messages = messages
        self.output = output
        self.buffer = b""
        self.said = b""
        """The end of what it wrote to descriptors 1 and 2."""
        self.status: int | None = None
        """Its exit status, if it had left by itself when it was ended."""
        self.unsent = b""
        """Requests that do not fit into the pipe; a child that plays reads none."""
        self._open = True
        for descriptor in (requests, messages, output):
            os.set_blocking(descriptor, False)

    def send(self, document: Mapping[str, Json]) -> None:
        """Write one request, or keep it until it can be written. Never waits for the child."""
        self.unsent += dumps(document)
        self.flush()

    def flush(self) -> None:
        """Write what the pipe takes. A child that is gone is noticed when its answer is read."""
        try:
            while self.unsent:
                self.unsent = self.unsent[os.write(self.requests, self.unsent) :]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            self.unsent = b""

    def finish(self) -> None:
        """Say that there are no more requests."""
        os.close(self.requests)
        self.requests, self.unsent = -1, b""

    def close(self) -> None:
        if self._open:
            self._open = False
            for descriptor in (self.requests, self.messages, self.output):
                if descriptor >= 0:
                    os.close(descriptor)

    def cpu_seconds(self) -> float:
        """CPU time of the child so far; 0 where there is no /proc."""
        try:
            with open(f"/proc/{self.process}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
