"""Starts, feeds, times and kills a box: the processes that hold a learner's code.

A ``Box`` is one warm zygote. ``Box.open`` gives a ``Cell`` for one job: a program whose plays are asked for one by one
and answered in order. A play that crashes, hangs or lies costs that play only; the cell continues in a new child. No
verdict depends on elapsed real time but for the last resort of ``Limits.wall_seconds``, which ends a play as ``limit``.
"""

from __future__ import annotations

import os
import secrets
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from grader.box import sweep
from grader.errors import InternalError, MachineError
from grader.kit import Limits
from grader.reading import read
from grader.recording import Ended, Recording
from grader.values import encode_inputs
from grader.wire import FAULT, MAX_LINE, Distrusted, Json, dumps, loads

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


@dataclass(frozen=True, slots=True)
class Play:
    """A request for one play. ``choices`` replay a schedule exactly; otherwise ``seed`` picks one, 0 being natural."""

    scenario: str
    inputs: str
    """As encoded by ``Play.of``."""
    backend: str
    seed: int = 0
    choices: tuple[int, ...] | None = None
    trace: bool = False

    @staticmethod
    def encode(inputs: Mapping[str, object]) -> str:
        return dumps(encode_inputs(dict(inputs))).decode()


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

    def open(self, job: Job) -> Cell:
        return Cell(self, job)

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


class _TimeIsUp(Exception):
    """A play has used its last resort."""


class _Gone(Exception):
    """A child has closed its end without an answer."""


class Cell:
    """The plays of one job, asked for in any order and answered in the order in which they were sent."""

    def __init__(self, box: Box, job: Job) -> None:
        self._box = box
        self._job = job
        self._child: Child | None = None
        self._sent: deque[tuple[Play, str]] = deque()
        self._done: dict[Play, Recording] = {}
        self.plays = 0
        self.tampered = False
        """Whether anything came out of the box that our own code would not have written."""

    def send(self, play: Play) -> None:
        """Ask for a play without waiting for it."""
        if play in self._done or any(play == sent for sent, _ in self._sent):
            return
        name = secrets.token_hex(8)
        self._sent.append((play, name))
        self._submit(play, name)

    def recording(self, play: Play) -> Recording:
        """The recording of a play; waits for it, and for those sent before it."""
        self.send(play)
        while play not in self._done:
            self._next()
        return self._done[play]

    def close(self) -> None:
        """End the child. Bytes after the last answer are an attempt to add to it."""
        while self._sent and self._child is not None:
            self._next()
        child, self._child = self._child, None
        if child is None:
            return
        child.finish()
        try:
            rest = self._line(child, GRACE_SECONDS, GRACE_SECONDS)
            self.tampered = self.tampered or bool(rest)
        except (_TimeIsUp, _Gone):
            pass
        except Distrusted:
            self.tampered = True
        self.tampered = self.tampered or bool(child.buffer)
        self._box.end(child)

    # ---- one answer --------------------------------------------------------------------------------------------------

    def _submit(self, play: Play, name: str) -> None:
        if self._child is None:
            self._child = self._box.start(self._job)
        self._child.send(
            {
                "play": name,
                "scenario": play.scenario,
                "inputs": loads(play.inputs.encode()),
                "backend": play.backend,
                "seed": play.seed,
                "choices": None if play.choices is None else list(play.choices),
                "trace": play.trace,
                "output": self._job.limits.output_bytes,
            }
        )

    def _next(self) -> None:
        """Take in the answer to the request that was sent first."""
        child = self._child
        assert child is not None
        play, name = self._sent.popleft()
        spent = True
        try:
            line = self._line(child, self._job.limits.wall_seconds, self._job.limits.cpu_seconds)
            recording, spent = read(loads(line), play=name, scenario=play.scenario, backend=play.backend)
            if child.buffer and not self._sent:
                raise Distrusted("more than one answer came out of the box")
        except _TimeIsUp as up:
            recording = _ended(play, Ended.LIMIT, str(up))
        except _Gone:
            self._box.settle(child)
            _drain_output(child)
            status = self._box.end(child)
            recording = _ended(play, Ended.INTERNAL if status == FAULT else Ended.CRASHED, _last_words(child, status))
        except Distrusted as error:
            self.tampered = spent = True
            recording = _ended(play, Ended.TAMPERED, str(error))
        except BaseException:
            # Interrupted, by Ctrl-C or by pytest-timeout. The answer that is still to come would be taken for the
            # answer to the next request.
            self._replace(child)
            raise
        self._done[play] = recording
        self.plays += 1
        if spent:
            self._replace(child)

    def _replace(self, child: Child) -> None:
        """Go on in a new child with the requests that are still open."""
        self._child = None
        self._box.end(child)
        for play, name in self._sent:
            self._submit(play, name)

    def _line(self, child: Child, wall: float, cpu: float) -> bytes:
        """The next line of a child. Raises _TimeIsUp or _Gone; Distrusted if it is too long."""
        began, used = time.monotonic(), child.cpu_seconds()
        with selectors.DefaultSelector() as selector:
            selector.register(child.messages, selectors.EVENT_READ)
            selector.register(child.output, selectors.EVENT_READ)
            if child.unsent:
                selector.register(child.requests, selectors.EVENT_WRITE)
            while b"\n" not in child.buffer:
                ready = {key.fd for key, _ in selector.select(LOOK_SECONDS)}
                if child.requests in ready:
                    child.flush()
                    if not child.unsent:
                        selector.unregister(child.requests)
                if child.output in ready and not _read_output(child):
                    selector.unregister(child.output)
                if child.messages in ready:
                    _read_messages(child)
                    if b"\n" in child.buffer:
                        break
                # Bytes without an end of the line are no excuse: they may come one by one, for ever.
                if time.monotonic() - began > wall:
                    raise _TimeIsUp(f"no end after {wall:g} real seconds")
                if not ready and child.cpu_seconds() - used > cpu:
                    raise _TimeIsUp(f"no end after {cpu:g} s of CPU time")
                if not ready and self._box.has_ended(child):
                    raise _Gone
        line, _, child.buffer = child.buffer.partition(b"\n")
        return line


def _read_messages(child: Child) -> None:
    data = os.read(child.messages, 1 << 18)
    if not data:
        raise _Gone
    child.buffer += data
    if len(child.buffer) > MAX_LINE and b"\n" not in child.buffer:
        raise Distrusted("a line without an end")


def _drain_output(child: Child) -> None:
    with suppress(BlockingIOError):
        while _read_output(child):
            pass


def _read_output(child: Child) -> bool:
    data = os.read(child.output, 1 << 16)
    child.said = (child.said + data)[-TAIL_BYTES:]
    return bool(data)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # the real-time signals between the first and the last have no name
        return f"signal {number}"


def _ended(play: Play, ended: Ended, reason: str) -> Recording:
    return Recording(scenario=play.scenario, backend=play.backend, ended=ended, reason=reason)


def _last_words(child: Child, status: int | None) -> str:
    """What became of a child that left without an answer."""
    if status == FAULT:
        return f"the player failed: {child.said.decode(errors='replace').strip()[-300:]}"
    if status is not None and status < 0:
        return f"the process was killed by {_signal_name(-status)}"
    return f"the process left with exit status {status}" if status is not None else "the process closed its pipes"
