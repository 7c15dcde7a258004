"""Our end of a zygote: starts it at a level of isolation, talks to it, and ends it with all processes below it."""

from __future__ import annotations

import fcntl
import glob
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from grader.sandbox.enclosure import SCRATCH, bubblewrap_arguments, ensure_bytecode, orders
from grader.sandbox.isolation import STRONGEST, Probe, read_probes
from grader.wire.lines import Json, dumps, loads

START_SECONDS = 60.0
ANSWER_SECONDS = 20.0
"""How long a zygote that is up may take to answer a request: all that it does is fork."""
SWEEP_SECONDS = 10.0
LOOK_SECONDS = 0.25

_ABOVE_STANDARD = 10
_BOOT = "import sys; sys.path.insert(0, {root!r}); from grader.box.main import main; main()"


class Died(Exception):
    """A zygote is gone, stopped or not able to start; the message says what is known."""


class ZygoteHandle:
    """One warm process, and our end of the socket to it."""

    def __init__(self, level: int, landlock: int) -> None:
        self.level = level
        self.process = 0
        """Its process number on this computer, from ``ready`` on."""
        self.landlock = 0
        """The version of Landlock in the box, 0 for none; from ``ready`` on."""
        self.missing: tuple[str, ...] | None = None
        """Private names of the libraries that plays need and that are not there; None if it has not said so yet."""
        self.statuses: dict[int, int] = {}
        """Exit statuses of processes that have ended, by their number inside the box."""
        self.cpu_seconds: dict[int, float] = {}
        """What those processes have used in their lives."""
        self._buffer = b""
        self._init: int | None = None
        """A descriptor of the first process of the box's namespace."""
        self._orders = orders(level, landlock)
        if level >= STRONGEST or self._orders["user"] is not None:
            ensure_bytecode()
        self._control, theirs = socket.socketpair()
        try:
            self._process = self._bubblewrapped(theirs) if level >= STRONGEST else self._popen(theirs, [])
        except BaseException:
            self._control.close()
            raise
        finally:
            theirs.close()
        with suppress(OSError):  # if the zygote has died, ``answer`` raises Died
            self._control.sendall(dumps(self._orders))

    def ready(self) -> tuple[Probe, ...]:
        """Wait until it can serve; returns the probes of its self-test. Raises Died."""
        missing = self.answer("missing", START_SECONDS)
        assert isinstance(missing, list)
        self.missing = tuple(map(str, missing))
        report = self.answer("ready", START_SECONDS)
        assert isinstance(report, dict)
        assert isinstance(report["landlock"], int)
        self.landlock = report["landlock"]
        if self._init is not None:
            (self.process,) = children_of(self._first) or (self._first,)
        else:
            self.process = self._process.pid
        return read_probes(report["probes"])

    def fork(self, document: bytes, descriptors: Sequence[int]) -> tuple[int, int]:
        """Have it fork a child; returns the child's number in the box, and the one on this computer. Raises Died.

        The second number is 0 if the child is gone already.
        """
        try:
            sent = socket.send_fds(self._control, [document], descriptors)
            self._control.sendall(document[sent:])
        except OSError as error:
            raise self._death() from error
        inside = self.answer("started", ANSWER_SECONDS)
        assert isinstance(inside, int)
        for known in (self.statuses, self.cpu_seconds):
            known.pop(inside, None)  # of another process that had this number before
        return inside, inside if self._init is None else self._outside(inside)

    def kill(self) -> None:
        """Kill it and everything below it, and wait until they are gone."""
        if self._init is not None:
            # The kernel kills a namespace with its first process, and that one counts as ended when all others have.
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init, signal.SIGKILL)
            select.select([self._init], [], [], START_SECONDS)
            os.close(self._init)
            self._init = None
        else:
            self._sweep()
        self._control.close()
        self._process.kill()
        self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        if self.level < STRONGEST:
            for left in glob.glob(glob.escape(self._orders["scratch"]) + "*"):
                shutil.rmtree(left, ignore_errors=True)  # the zygote removes them too, if it is not killed first

    def _sweep(self) -> None:
        """Kill the processes below it while it lives: those that outlive it are out of reach."""
        deadline = time.monotonic() + SWEEP_SECONDS
        while self._process.poll() is None and kill_descendants(self._process.pid):
            self._process.send_signal(signal.SIGCONT)  # a stopped zygote does not reap its children
            if time.monotonic() > deadline:
                return
            time.sleep(0.001)

    def stopped(self) -> bool:
        """Whether a signal has stopped it: it would neither answer nor end."""
        return usage_of(self._process.pid).state == "T"

    # ---- starting ----------------------------------------------------------------------------------------------------

    def _popen(self, theirs: socket.socket, before: list[str], pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
        # -P and a fresh environment instead of -I, which would ignore the hash seed: a set of strings must iterate
        # alike in every run, or a submission may pass today and fail tomorrow. The box can read this environment, even
        # if bubblewrap, which gets it too, cleared it for the interpreter.
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "MALLOC_ARENA_MAX": "2"}
        return subprocess.Popen(
            [*before, sys.executable, "-P", "-s", "-X", "utf8", "-c", _BOOT.format(root=self._orders["root"])],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd="/",
            env=environment if self.level < STRONGEST else {**environment, "TMPDIR": SCRATCH},
            start_new_session=True,
            pass_fds=pass_fds,
        )

    def _bubblewrapped(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        """Start it in namespaces. Raises Died within milliseconds where the system refuses them."""
        low = os.pipe()
        reports, status = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _ABOVE_STANDARD) for end in low)
        for end in low:
            os.close(end)  # bubblewrap closes 0 to 2
        with open(reports, "rb") as file:
            try:
                process = self._popen(theirs, bubblewrap_arguments(reports, status), [reports, status])
            finally:
                os.close(status)
            line = file.readline()
        if not line:
            with process:
                raise Died(_last_words(process))
        self._first = int(json.loads(line)["child-pid"])
        with suppress(ProcessLookupError):
            self._init = os.pidfd_open(self._first)
        return process

    def _outside(self, inside: int) -> int:
        """The number on this computer of a process in the box's namespace."""
        for number in children_of(self.process):
            with suppress(OSError), open(f"/proc/{number}/status") as file:
                if any(line.startswith("NSpid:") and line.split()[-1] == str(inside) for line in file):
                    return number
        return 0

    # ---- the control socket ------------------------------------------------------------------------------------------

    def answer(self, key: str, seconds: float) -> Json:
        """Wait for the message with that key; note the ends of processes that come before it. Raises Died."""
        deadline = time.monotonic() + seconds
        while True:
            for message in self._messages():
                if key in message:
                    return message[key]
            if time.monotonic() > deadline or self.stopped() or self._process.poll() is not None:
                raise self._death()
            self._receive(LOOK_SECONDS)

    def listen(self, seconds: float) -> None:
        """Note which processes have ended. Raises Died."""
        self._receive(seconds)
        for _ in self._messages():
            pass

    def _messages(self) -> Iterator[dict[str, Json]]:
        """The messages that have come in, one by one; those about an ended process are noted on the way."""
        while b"\n" in self._buffer:
            line, _, self._buffer = self._buffer.partition(b"\n")
            message = loads(line)
            assert isinstance(message, dict)
            process, status, cpu = message.get("ended"), message.get("status"), message.get("cpu")
            if isinstance(process, int) and isinstance(status, int) and isinstance(cpu, int | float):
                self.statuses[process], self.cpu_seconds[process] = status, cpu
            yield message

    def _receive(self, seconds: float) -> None:
        self._control.settimeout(max(seconds, 0.001))
        try:
            data = self._control.recv(1 << 16)
        except TimeoutError:
            return
        except OSError as error:
            raise self._death() from error
        finally:
            self._control.settimeout(None)
        if not data:
            raise self._death()
        self._buffer += data

    def _death(self) -> Died:
        if self._process.poll() is None and self.stopped():
            return Died("it was stopped")
        self._process.kill()
        if self._init is not None:
            # If bubblewrap was killed while it set up the box, the box's first process waits for ever and keeps our
            # pipes open.
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init, signal.SIGKILL)
        return Died(_last_words(self._process))


def _last_words(process: subprocess.Popen[bytes]) -> str:
    """The last line that a process which is ending has written to its standard error."""
    errors = b""
    process.wait()
    if process.stderr is not None and not process.stderr.closed:
        os.set_blocking(process.stderr.fileno(), False)  # a process that it left behind may hold the other end
        errors = process.stderr.read() or b""
    return (errors.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]


# ---- /proc -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The state of a process and what it has used so far; nothing where there is no /proc or no such process."""

    state: str = ""
    """One letter, as ``ps`` shows it."""
    cpu_seconds: float = 0.0
    threads: int = 0


def usage_of(process: int) -> Usage:
    """Look up a process."""
    try:
        with open(f"/proc/{process}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return Usage()
    cpu_seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return Usage(state=fields[0], cpu_seconds=cpu_seconds, threads=int(fields[17]))


def children_of(process: int) -> list[int]:
    """The direct children of a process; orphans among its descendants count if it is a subreaper.

    Returns nothing where there is no /proc.
    """
    try:
        with open(f"/proc/{process}/task/{process}/children") as file:
            return [int(number) for number in file.read().split()]
    except OSError:
        return []


def kill_descendants(process: int, *, spare: Collection[int] = ()) -> bool:
    """Kill every process below one, except the children to ``spare``; returns whether there was any.

    Call it until there is none: children of a killed process become children of the subreaper above it.
    """
    children = [child for child in children_of(process) if child not in spare]
    for child in children:
        kill_descendants(child)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return bool(children)
