"""Starts a zygote at a level of isolation, talks to it, and ends it with everything below it."""

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

from grader.sandbox import enclosure
from grader.sandbox.enclosure import SCRATCH, bubblewrap_arguments, orders
from grader.sandbox.isolation import STRONGEST, Probe, countable, read_attempts
from grader.wire.lines import Json, dumps, loads

# ---- sweep -----------------------------------------------------------------------------------------------------------
#
# Finds and kills every process below one: the children of a job, and what they started and left behind.


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
    """Kill everything below a process once; returns whether there was anything. ``spare`` are children left alone.

    Call it until there is nothing: what a killed process had started becomes a child of the subreaper above it.
    """
    found = [child for child in children_of(process) if child not in spare]
    for child in found:
        kill_descendants(child)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    return bool(found)


START_SECONDS = 60.0
ANSWER_SECONDS = 20.0
"""For a zygote that is up to answer; it does nothing but fork."""
SWEEP_SECONDS = 10.0
LOOK_SECONDS = 0.25

_BOOT = "import sys; sys.path.insert(0, {root!r}); from grader.box.main import main; main()"
_ABOVE_STANDARD = 10


class Died(Exception):
    """A zygote is gone, stopped or not able to start; the message says what is known."""


class ZygoteHandle:
    """One warm process, and our end of the socket to it."""

    def __init__(self, level: int) -> None:
        self.level = level
        self.process = 0
        """Its process number, as this computer has it, from ``ready`` on."""
        self.landlock: Json = 0
        self.missing: tuple[str, ...] | None = None
        """Private names of the libraries that plays need and that are not there; None if it has not said so yet."""
        self.statuses: dict[int, int] = {}
        """Exit statuses of processes that have ended, by their number inside the box."""
        self._buffer = b""
        self._init: int | None = None
        """A descriptor of the first process of the box's namespace."""
        self._orders = {**orders(level), "countable": countable()}
        if level >= STRONGEST or self._orders["user"] is not None:
            enclosure.ensure_bytecode()
        self._control, theirs = socket.socketpair()
        try:
            self._process = self._bubblewrapped(theirs) if level >= STRONGEST else self._popen(theirs, [])
        except BaseException:
            self._control.close()
            raise
        finally:
            theirs.close()
        with suppress(OSError):  # it has died, which is noticed when its answer is read
            self._control.sendall(dumps(self._orders))

    def ready(self) -> tuple[Probe, ...]:
        """Wait until it can serve; returns what its self-test has tried. Raises Died."""
        missing = self.answer("missing", START_SECONDS)
        assert isinstance(missing, list)
        self.missing = tuple(map(str, missing))
        report = self.answer("ready", START_SECONDS)
        assert isinstance(report, dict)
        self.landlock = report["landlock"]
        if self._init is not None:
            (self.process,) = children_of(self._first) or (self._first,)
        else:
            self.process = self._process.pid
        return read_attempts(report["attempts"])

    def fork(self, document: bytes, descriptors: Sequence[int]) -> tuple[int, int]:
        """Have it fork a child; returns its number inside the box, and the one this computer has. Raises Died.

        The second is 0 if the child is gone already.
        """
        try:
            sent = socket.send_fds(self._control, [document], descriptors)
            self._control.sendall(document[sent:])
        except OSError as error:
            raise self._death() from error
        inside = self.answer("started", ANSWER_SECONDS)
        assert isinstance(inside, int)
        self.statuses.pop(inside, None)  # of another process that had this number before
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
            for left in glob.glob(glob.escape(str(self._orders["scratch"])) + "*"):
                shutil.rmtree(left, ignore_errors=True)  # it removes them itself, if it is not killed first

    def _sweep(self) -> None:
        """Kill what is below it while it still lives: what outlives it is out of reach."""
        deadline = time.monotonic() + SWEEP_SECONDS
        while self._process.poll() is None and kill_descendants(self._process.pid):
            self._process.send_signal(signal.SIGCONT)  # one that was stopped does not collect its dead
            if time.monotonic() > deadline:
                return
            time.sleep(0.001)

    def stopped(self) -> bool:
        """Whether it has been stopped by a signal: it would answer never, and not be gone."""
        try:
            with open(f"/proc/{self._process.pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[0] == "T"
        except OSError:
            return False

    # ---- starting ----------------------------------------------------------------------------------------------------

    def _popen(self, theirs: socket.socket, before: list[str], pass_fds: Sequence[int] = ()) -> subprocess.Popen[bytes]:
        # -P and a fresh environment instead of -I, which would ignore the hash seed: a set of strings must iterate
        # alike in every run, or a submission may pass today and fail tomorrow. What the environment holds can be read
        # in the box, also that of bubblewrap, whatever is cleared in between.
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
        reports, status = (fcntl.fcntl(each, fcntl.F_DUPFD_CLOEXEC, _ABOVE_STANDARD) for each in low)
        for each in low:
            os.close(each)  # bubblewrap closes 0 to 2
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
        """The number that this computer has for a process of the box's namespace."""
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
        """What has come in, one by one; the end of a process is noted on the way."""
        while b"\n" in self._buffer:
            line, _, self._buffer = self._buffer.partition(b"\n")
            message = loads(line)
            assert isinstance(message, dict)
            process, status = message.get("ended"), message.get("status")
            if isinstance(process, int) and isinstance(status, int):
                self.statuses[process] = status
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
            # If bubblewrap was killed while it set this process up, it waits for ever, with our pipes in its hands.
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._init, signal.SIGKILL)
        return Died(_last_words(self._process))


def _last_words(process: subprocess.Popen[bytes]) -> str:
    """The last line of what a process that is ending has said."""
    said = b""
    process.wait()
    if process.stderr is not None and not process.stderr.closed:
        os.set_blocking(process.stderr.fileno(), False)  # something that it left behind may hold the other end
        said = process.stderr.read() or b""
    return (said.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
