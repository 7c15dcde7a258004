"""A box has the level that it has proven, and behind its fences nothing of this computer can be reached.

Whatever is tried at level 3 and 2 here is refused; never try it at level 1 or 0, where it would succeed.
"""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import MachineError
from grader.judge.engine import Request, grade
from grader.judge.verdict import Status
from grader.kit.exercise import Limits
from grader.kit.kit import load_kit
from grader.sandbox import enclosure, isolation
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.isolation import LAST_PROBE, Probe, proven, refusal, require, shared
from grader.sandbox.play import Play
from grader.wire.orders import NEWEST_LANDLOCK
from grader.wire.recording import Ended, Recording
from tests.kit_samples import change, make_kit

LIMITS = Limits(wall_seconds=30, cpu_seconds=5, memory_mb=400)


def probe(level: int, prevented: bool = True, what: str = LAST_PROBE) -> Probe:
    return Probe(level=level, what=what, prevented=prevented, detail="")


EVERYTHING = (probe(1), probe(2), probe(3))


@pytest.fixture(scope="module", params=[(3, NEWEST_LANDLOCK), (2, NEWEST_LANDLOCK), (2, 4)], ids=str)
def fenced(request: pytest.FixtureRequest) -> Iterator[Box]:
    """A box of level 3, one of level 2, and one with the Landlock of Linux 6.8, as far as this computer has them."""
    level, landlock = request.param
    with Box(level, landlock=landlock) as box:
        if box.level < level:
            pytest.skip(f"LEVEL {level} IS NOT TESTED: {'; '.join(box.notes) or isolation.ceiling()[1]}")
        yield box


@pytest.fixture(scope="module")
def strongest() -> Iterator[Box]:
    with Box(3) as box:
        if box.level < 3:
            pytest.skip(f"LEVEL 3 IS NOT TESTED: {'; '.join(box.notes) or isolation.ceiling()[1]}")
        yield box


@contextmanager
def cell_of(box: Box, submission: str, *needs: str, limits: Limits = LIMITS) -> Iterator[Cell]:
    scenarios = "async def ask(stage, **inputs):\n    return await stage.submission.answer(**inputs)\n"
    cell = Cell(box, Job(module="x", submission=submission, scenarios=scenarios, limits=limits, needs=needs))
    try:
        yield cell
    finally:
        cell.close()
    assert not cell.tampered


def ask(backend: str = "asyncio", **inputs: object) -> Play:
    return Play("ask", Play.encode(inputs), backend)


def played(box: Box, body: str, *needs: str, limits: Limits = LIMITS, **inputs: object) -> Recording:
    """What comes of one answer with this body."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    names = ", ".join(inputs)
    before = "import os, sys, socket, signal, resource, threading, ctypes, anyio, anyio.to_process\n"
    submission = f"{before}\nasync def answer({names}):\n{lines}\n"
    with cell_of(box, submission, *needs, limits=limits) as cell:
        return cell.recording(ask(**inputs))


def user_of(box: Box) -> int:
    """The user that the box runs as, by the numbers of this computer."""
    return int(Path(f"/proc/{box.process}/status").read_text().partition("\nUid:\t")[2].split()[0])


# ---- which level -----------------------------------------------------------------------------------------------------


def test_a_level_is_proven_when_all_that_it_and_the_lower_ones_promise_has_failed() -> None:
    assert proven(3, EVERYTHING) == 3
    assert proven(2, EVERYTHING) == 2
    assert proven(0, ()) == 0


@pytest.mark.parametrize(("possible", "level"), [(3, 2), (2, 1), (1, 0)])
def test_what_succeeds_lowers_the_level_below_the_one_that_promises_otherwise(possible: int, level: int) -> None:
    assert proven(3, (*EVERYTHING, probe(possible, prevented=False, what="read"))) == level


def test_what_was_not_tried_is_not_proven() -> None:
    assert proven(3, ()) == 0
    assert proven(3, EVERYTHING[1:]) == 0
    assert proven(3, (probe(1), probe(2))) == 2


def test_a_self_test_that_became_another_program_says_nothing_any_more() -> None:
    assert proven(3, (probe(1), probe(2, what="read"), probe(3))) == 1


def test_the_box_says_what_it_has_tried_and_nothing_of_it_was_possible(fenced: Box) -> None:
    assert fenced.level in (2, 3)
    assert {each.level for each in fenced.probes} == set(range(1, fenced.level + 1))
    assert [each.what for each in fenced.probes if not each.prevented] == []
    for word in (
        "read /etc/passwd",
        "write into /tmp",
        "start a process",
        "another computer",
        "send a signal",
        "limits",
    ):
        assert any(word in each.what for each in fenced.probes)


def test_without_bubblewrap_the_box_is_of_level_2_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(isolation, "bubblewrap", lambda: None)
    with Box() as box:
        assert box.level <= 2
        assert any("bubblewrap is not installed" in note or "table" in note or "Linux" in note for note in box.notes)


@pytest.mark.skipif(isolation.ceiling()[0] < 2, reason="LEVEL 2 IS NOT TESTED: not on this system")
def test_where_bubblewrap_is_refused_its_namespaces_the_box_is_of_level_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refused = tmp_path / "bwrap"
    refused.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    refused.chmod(0o755)
    monkeypatch.setattr(isolation, "bubblewrap", lambda: str(refused))
    monkeypatch.setattr(enclosure, "bubblewrap", lambda: str(refused))
    with Box() as box:
        assert box.level == 2
        assert box.notes == ["level 3 is not available: bwrap: setting up uid map: Permission denied"]
        assert played(box, "return 1").result == 1


def test_a_box_that_proves_less_than_it_should_is_started_again_for_what_it_has_proven(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fenced: Box
) -> None:
    # /dev/null may be read at every level: as a "secret" it is one that the fences do not keep.
    monkeypatch.setattr(
        enclosure, "_targets", lambda: {"secrets": ["/dev/null"], "home": "/", "known": [], "folders": []}
    )
    with Box(fenced.level) as box:
        assert box.level == 1
        assert "it could" in box.notes[0]
        assert "read /dev/null" in box.notes[0]


# ---- other people's code ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("level", "allowed"), [(3, 2), (2, 2), (1, 1), (0, 0), (3, 3), (2, 0), (2, 3)])
def test_other_peoples_code_runs_where_it_is_fenced_in_or_allowed(level: int, allowed: int) -> None:
    require(level, allowed=allowed)


@pytest.mark.parametrize(("level", "allowed"), [(1, 2), (0, 2), (0, 1)])
def test_other_peoples_code_does_not_run_elsewhere_and_the_message_says_what_to_do(level: int, allowed: int) -> None:
    with pytest.raises(MachineError, match=f"level {level} only") as caught:
        require(level, allowed=allowed)

    assert caught.value.exit_code == 4
    assert "grade doctor" in caught.value.hint
    assert f"--allow-level {level}" in caught.value.hint


def test_what_cannot_run_at_a_level_is_refused_in_one_sentence_with_the_next_command() -> None:
    assert refusal((), 2, 0) == refusal(("loopback", "processes"), 3, 0) == refusal(("loopback",), 2, 4) == ""
    for needs, landlock in ((("processes",), 7), (("loopback",), 3)):
        assert refusal(needs, 2, landlock).startswith("It cannot be judged here: ")
        assert "grade doctor" in refusal(needs, 2, landlock)


@pytest.mark.skipif(isolation.ceiling()[0] < 2, reason="LEVEL 2 IS NOT TESTED: not on this system")
def test_a_box_with_an_older_landlock_refuses_what_it_cannot_restrict() -> None:
    with Box(2, landlock=3) as box:
        assert box.level == 2
        assert "cannot restrict it" in box.refusal(["loopback"])
        assert played(box, "return 1").result == 1


def test_what_is_shared_with_the_computer_is_said_in_words() -> None:
    assert shared(("loopback",), 3) == shared(("processes",), 2) == shared((), 0) == ""
    assert shared(("loopback",), 2).endswith("the network of the computer they ran on, and sixteen of its TCP ports")
    assert shared(("loopback",), 1).endswith("any of its TCP ports")


# ---- behind the fences -----------------------------------------------------------------------------------------------


REFUSED = ("PermissionError", "FileNotFoundError", "OSError", "BlockingIOError")


@pytest.mark.parametrize(
    "body",
    [
        "return open('/etc/passwd').read()",
        "return open('/etc/hostname').read()",
        "return os.listdir('/')",
        "return os.listdir('/proc')",
        "return open('/proc/1/environ').read()",
        "return open(f'/proc/{os.getppid()}/environ').read()",
        "return open('/proc/cpuinfo').read()",
        "return open(f'/proc/self/task/{os.getpid()}/root/etc/passwd').read()",
        "return open('/proc/self/maps').read()",
        "return os.open('/tmp/left', os.O_WRONLY | os.O_CREAT)",
        "return os.open('/dev/shm/left', os.O_WRONLY | os.O_CREAT)",
        "os.mkdir('/tmp/left')",
        "os.symlink('/etc/passwd', '/tmp/left')",
        "os.chmod('/tmp', 0o777)",
        "return os.fork()",
        "return os.posix_spawn(sys.executable, [sys.executable, '-c', ''], {})",
        "os.execv(sys.executable, [sys.executable, '-c', ''])",
        "return (await anyio.run_process([sys.executable, '-c', ''])).returncode",
        "return await anyio.to_process.run_sync(len, [])",
        "os.kill(os.getppid(), 0)",
        "os.kill(1, 0)",
        "os.killpg(0, 0)",
        "resource.prlimit(os.getppid(), resource.RLIMIT_CPU)",
        "os.sched_setaffinity(0, [0])",
        "os.setpriority(os.PRIO_PROCESS, 0, 5)",
        "os.memfd_create('x')",
        "os.pidfd_open(os.getppid())",
        "socket.socket()",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM)",
        "socket.socket(socket.AF_INET6)",
        "socket.socket(socket.AF_UNIX)",
        "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
        "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
        "await anyio.create_tcp_listener(local_host='127.0.0.1')",
    ],
)
def test_what_a_submission_does_not_need_is_refused_and_its_play_goes_on(fenced: Box, body: str) -> None:
    found = played(fenced, body)

    assert found.ended is Ended.RAISED
    assert set(found.error.leaves[0].types) & set(REFUSED)
    assert not Path("/tmp/left").exists()
    assert not Path("/dev/shm/left").exists()


@pytest.mark.parametrize(
    ("calls", "first"),
    [
        pytest.param({"x86_64": 101, "aarch64": 117}, 16, id="ptrace"),
        pytest.param({"x86_64": 310, "aarch64": 270}, 0, id="process_vm_readv"),
        pytest.param({"x86_64": 311, "aarch64": 271}, 0, id="process_vm_writev"),
        pytest.param({"x86_64": 165, "aarch64": 40}, 0, id="mount"),
        pytest.param({"x86_64": 272, "aarch64": 97}, 0x10000000, id="unshare"),
        pytest.param({"x86_64": 425, "aarch64": 425}, 8, id="io_uring_setup"),
        pytest.param({"x86_64": 321, "aarch64": 280}, 0, id="bpf"),
        pytest.param({"x86_64": 56, "aarch64": 220}, 17, id="clone for a process"),
        pytest.param({"x86_64": 222, "aarch64": 107}, 1, id="timer_create"),
        pytest.param({"x86_64": 129, "aarch64": 138}, 1, id="rt_sigqueueinfo"),
        pytest.param({"x86_64": 424, "aarch64": 424}, 3, id="pidfd_send_signal"),
        pytest.param({"x86_64": 157, "aarch64": 167}, 1, id="prctl for the signal of the parent's death"),
    ],
)
def test_system_calls_that_no_exercise_needs_are_refused(fenced: Box, calls: dict[str, int], first: int) -> None:
    body = (
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"return [libc.syscall({calls[os.uname().machine]}, {first}, os.getppid(), 0, 0, 0, 0), ctypes.get_errno()]"
    )

    assert played(fenced, body).result == [-1, 1]


SIGNALS = """
import fcntl, os, signal, socket, struct

async def answer(process):
    ours, theirs = socket.socketpair()
    flags = fcntl.fcntl(ours, fcntl.F_GETFL)
    asked = {
        "F_SETOWN": lambda: fcntl.fcntl(ours, fcntl.F_SETOWN, process),
        "F_SETOWN_EX": lambda: fcntl.fcntl(ours, 15, struct.pack("=ii", 1, process)),
        "FIOSETOWN": lambda: fcntl.ioctl(ours, 0x8901, struct.pack("=i", process)),
        "SIOCSPGRP": lambda: fcntl.ioctl(ours, 0x8902, struct.pack("=i", process)),
        "F_SETSIG": lambda: fcntl.fcntl(ours, 10, signal.SIGKILL),
        "O_ASYNC": lambda: fcntl.fcntl(ours, fcntl.F_SETFL, flags | os.O_ASYNC),
        "FIOASYNC": lambda: fcntl.ioctl(ours, 0x5452, struct.pack("=i", 1)),
        "F_SETLEASE": lambda: fcntl.fcntl(ours, fcntl.F_SETLEASE, fcntl.F_RDLCK),
        "F_NOTIFY": lambda: fcntl.fcntl(ours, fcntl.F_NOTIFY, fcntl.DN_CREATE),
    }
    done = []
    for name, ask in asked.items():
        try:
            ask()
            done.append(name)
        except PermissionError:
            pass
    theirs.send(b"x")
    return done
"""


def test_the_kernel_sends_no_signal_for_a_submission(fenced: Box) -> None:
    """Neither to the zygote, nor to another process of the same user: with Landlock 4 only the filter is in the way."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=user_of(fenced)) as victim:
        for process in (victim.pid, fenced.process, os.getpid()):
            with cell_of(fenced, SIGNALS) as cell:
                assert cell.recording(ask(process=process)).result == []
        victim.communicate(b"")

    assert victim.returncode == 0


def test_the_grader_its_kit_and_this_test_are_not_to_be_read(fenced: Box) -> None:
    own = Path(__file__).resolve()
    for path in (own, enclosure.PACKAGE / "sandbox" / "cell.py", enclosure.PACKAGE.parent / "exercises" / "kit.toml"):
        assert path.is_file()
        found = played(fenced, "return open(path).read()", path=str(path))
        assert found.ended is Ended.RAISED


def test_what_a_submission_needs_of_python_is_there(fenced: Box) -> None:
    body = """
import asyncio, decimal, email.mime.text, json, random, sqlite3, tempfile, zoneinfo, hashlib, ssl
await anyio.to_thread.run_sync(len, [])
os.kill(os.getpid(), 0)
open(os.devnull, "w").write("x")
threads = len(os.listdir("/proc/self/task"))
return [threading.active_count() > 1, len(os.urandom(4)), zoneinfo.ZoneInfo("UTC").key, threads > 1]
""".strip()

    assert played(fenced, body).result == [True, 4, "UTC", True]


def test_the_environment_and_the_identity_of_the_person_who_grades_stay_outside(
    strongest: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADE_TEST_SECRET", "1")
    with Box(3) as box:
        body = """
return [os.getuid(), os.getpid() < 100, socket.gethostname(), "GRADE_TEST_SECRET" in os.environ]
""".strip()
        found = played(box, body)
        user = user_of(box)

    assert found.result == [enclosure.NOBODY, True, "box", False]
    assert user != 0 or not enclosure._open_to_all(inside=True)


# ---- what is bounded -------------------------------------------------------------------------------------------------


THREADS = """
import threading
idle = threading.Event()

async def answer(n):
    threading.stack_size(1 << 15)
    started = 0
    try:
        while started < n:
            threading.Thread(target=idle.wait, daemon=True).start()
            started += 1
    except (RuntimeError, MemoryError):
        return -1
    return started
"""


def test_a_bomb_of_threads_costs_its_own_play(fenced: Box) -> None:
    with cell_of(fenced, THREADS) as cell:
        bomb = cell.recording(ask(n=20_000))

        assert bomb.value == -1 or bomb.ended is not Ended.RETURNED
        assert cell.recording(ask(n=3)).result == 3


FORKS = """
import os, signal

async def answer(n):
    for _ in range(n):
        if os.fork() == 0:
            signal.pause()
            os._exit(0)
    return n
"""


def test_a_bomb_of_processes_costs_its_own_play_and_nothing_is_left(strongest: Box) -> None:
    with cell_of(strongest, FORKS, "processes") as cell:
        bomb = cell.recording(ask(n=2000))

        assert bomb.value is None
        assert bomb.ended in (Ended.RAISED, Ended.BLOCKED_LOOP)
        assert cell.recording(ask(n=0)).result == 0
        assert cell.plays == 2


# ---- exercises that need more ----------------------------------------------------------------------------------------


SERVER = """
import anyio, socket
from anyio.abc import SocketAttribute

async def answer(other):
    async def serve(stream):
        async with stream:
            await stream.send(b"hello")

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        port = listener.extra(SocketAttribute.local_port)
        tasks.start_soon(listener.serve, serve)
        async with await anyio.connect_tcp("127.0.0.1", port) as stream:
            greeting = await stream.receive()
        tasks.cancel_scope.cancel()
    with socket.socket() as probe:
        return [greeting, probe.connect_ex(("127.0.0.1", other))]
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_loopback_reaches_the_plays_own_server_and_no_other(fenced: Box, backend: str) -> None:
    if refused := fenced.refusal(["loopback"]):
        pytest.skip(f"THE LOOPBACK IS NOT TESTED: {refused}")
    with socket.create_server(("127.0.0.1", 0)) as other, cell_of(fenced, SERVER, "loopback") as cell:
        other.setblocking(False)
        found = cell.recording(ask(backend, other=other.getsockname()[1])).result

        assert isinstance(found, list)
        assert found[0] == b"hello"
        assert found[1] != 0
        with pytest.raises(BlockingIOError):
            other.accept()


CONNECTIONS = """
import socket

async def answer(port, given):
    address = ("127.0.0.1", port)
    mptcp, fast_open = 262, 0x20000000

    def stream(protocol=0, family=socket.AF_INET):
        return socket.socket(family, socket.SOCK_STREAM, protocol)

    def later(option, value=1):
        with stream() as one:
            one.setsockopt(socket.IPPROTO_TCP, option, value)
            one.connect(address)
            one.send(b"x")

    ways = {
        "TCP": lambda: stream(socket.IPPROTO_TCP).connect(address),
        "IPv6": lambda: stream(family=socket.AF_INET6).connect(("::ffff:127.0.0.1", port)),
        "MPTCP": lambda: stream(mptcp).connect(address),
        "MPTCP and IPv6": lambda: stream(mptcp, socket.AF_INET6).connect(("::ffff:127.0.0.1", port)),
        "sendto": lambda: stream().sendto(b"x", fast_open, address),
        "sendmsg": lambda: stream().sendmsg([b"x"], [], fast_open, address),
        "TCP_FASTOPEN_CONNECT": lambda: later(30),
        "TCP_ULP": lambda: later(31, b"smc"),
        "to listen by MPTCP": lambda: stream(mptcp).listen(),
        "to listen": lambda: stream().bind(("127.0.0.1", given)),
    }
    done = []
    for name, go in ways.items():
        try:
            go()
            done.append(name)
        except OSError:
            pass
    return done
"""


def test_the_loopback_is_no_door_to_a_port_of_this_computer_by_any_protocol(fenced: Box) -> None:
    if refused := fenced.refusal(["loopback"]):
        pytest.skip(f"THE LOOPBACK IS NOT TESTED: {refused}")
    with socket.create_server(("127.0.0.1", 0)) as other, cell_of(fenced, CONNECTIONS, "loopback") as cell:
        other.setblocking(False)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        found = cell.recording(ask(port=other.getsockname()[1], given=port)).result

        assert found == ([] if fenced.level == 2 else ["to listen"])
        with pytest.raises(BlockingIOError):
            other.accept()


def test_the_loopback_is_no_door_to_other_kinds_of_sockets(fenced: Box) -> None:
    for kind in ("AF_INET, socket.SOCK_DGRAM", "AF_UNIX", "AF_PACKET, socket.SOCK_RAW"):
        assert played(fenced, f"socket.socket(socket.{kind})", "loopback").ended is Ended.RAISED


WORKER = """
import os, sys
import anyio, anyio.to_process

def square(n):
    with open(os.path.join(os.environ["TMPDIR"], "note"), "w") as file:
        file.write("x")
    return n * n

async def answer(n):
    done = await anyio.run_process([sys.executable, "-c", "print(6 * 7)"])
    return [await anyio.to_process.run_sync(square, n), done.stdout]
"""


@pytest.mark.parametrize("level", [3, 1, 0])
@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_an_exercise_about_processes_has_them(level: int, backend: str) -> None:
    with Box(level) as box, cell_of(box, WORKER, "processes") as cell:
        if refused := box.refusal(["processes"]):
            pytest.skip(f"PROCESSES ARE NOT TESTED AT LEVEL {level}: {refused}")
        assert cell.recording(ask(backend, n=7)).result == [49, b"42\n"]


MEETING = """
import os
import anyio, anyio.to_process

def place(name):
    return os.path.join(os.environ["TMPDIR"], name)

def meet(mine, other):
    # Opened for both, as opening waits for the other end otherwise; it stays open, or what is in it would be lost.
    with open(place(mine), "r+b", buffering=0) as inbox, open(place(other), "r+b", buffering=0) as outbox:
        outbox.write(b"x")
        inbox.read(1)
    return os.getpid()

async def meeting(stage, both):
    for name in "ab":
        os.mkfifo(place(name))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(anyio.to_process.run_sync, meet, "a", "b")
        if both:
            tasks.start_soon(anyio.to_process.run_sync, meet, "b", "a")
        await anyio.sleep(1)
        stage.mark("tick")

async def waiting(stage):
    os.mkfifo(place("a"))
    async def open_later():
        await anyio.sleep(3)
        os.write(pipe, b"x")
    pipe = os.open(place("a"), os.O_RDWR)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(open_later)
        await anyio.to_process.run_sync(open_and_read)
    os.close(pipe)
    os.unlink(place("a"))

def open_and_read():
    with open(place("a"), "rb", buffering=0) as pipe:
        pipe.read(1)
"""


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_worker_processes_run_functions_of_scenarios_and_meet_by_pipes(strongest: Box, backend: str) -> None:
    cell = Cell(strongest, Job(module="x", submission="", scenarios=MEETING, limits=LIMITS, needs=("processes",)))
    try:
        # Virtual time goes on while a worker process waits for a pipe, and stands still while it works.
        recording = cell.recording(Play("waiting", Play.encode({}), backend))
        assert recording.elapsed == 3
        assert recording.remarks == ()  # the task of anyio that will end the processes belongs to the library
        assert cell.recording(Play("meeting", Play.encode({"both": True}), backend)).ended is Ended.RETURNED
    finally:
        cell.close()


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_worker_process_that_waits_for_another_in_vain_is_a_deadlock(strongest: Box, backend: str) -> None:
    cell = Cell(strongest, Job(module="x", submission="", scenarios=MEETING, limits=LIMITS, needs=("processes",)))
    try:
        recording = cell.recording(Play("meeting", Play.encode({"both": False}), backend))
        assert recording.ended is Ended.DEADLOCK
        assert recording.order == ["tick"]
    finally:
        cell.close()


@pytest.mark.parametrize(
    "body",
    [
        "os.mknod(os.environ['TMPDIR'] + '/file', 0o100600)",
        "return os.posix_spawn('/usr/bin/env', ['env'], {})",
        "open(os.path.join(sys.path[0], 'x.py'), 'w')",
        "open('/tmp/left', 'w')",
        "return open('/etc/passwd').read()",
        "os.kill(1, 0)",
        "os.kill(os.getppid(), 0)",
        "return open(f'/proc/{os.getppid()}/environ').read()",
        "socket.socket()",
    ],
)
def test_processes_open_nothing_else(strongest: Box, body: str) -> None:
    assert played(strongest, body, "processes").ended is Ended.RAISED


def test_nothing_of_a_submission_with_processes_stays_in_the_box(strongest: Box) -> None:
    before = "return sorted(os.listdir(os.path.dirname(os.environ['TMPDIR']))), os.listdir(os.environ['TMPDIR'])"
    played(strongest, "open(os.environ['TMPDIR'] + '/left', 'w').close()", "processes")

    found = played(strongest, before, "processes").result

    assert found == (["scenarios.py", "scratch", "x.py"], [])


@pytest.mark.skipif(isolation.ceiling()[0] < 2, reason="LEVEL 2 IS NOT TESTED: not on this system")
def test_what_cannot_run_behind_the_fences_is_not_judged_and_costs_nothing(tmp_path: Path) -> None:
    root = make_kit(tmp_path)
    change(root / "exercises/ex01_double/exercise.toml", "minutes = ", 'needs = ["processes"]\nminutes = ')
    course = load_kit(root)
    exercise = course.exercise("ex01")
    assert exercise.reference is not None
    request = Request(path=exercise.reference, shown=exercise.file)
    with Box(2) as box:
        (verdict,) = grade(box, course, exercise, [request])

    assert (verdict.status, verdict.own_fault, verdict.isolation) == (Status.NOT_JUDGED, False, 2)
    assert verdict.trouble.startswith("It cannot be judged here")


# ---- what a box is shown ---------------------------------------------------------------------------------------------


def test_the_command_for_bubblewrap_shares_nothing_and_writes_nothing(strongest: Box) -> None:
    arguments = enclosure.bubblewrap_arguments(8, 9)

    assert {"--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--remount-ro"} <= set(arguments)
    assert not {"--bind", "--dev-bind", "--share-net", "--die-with-parent"} & set(arguments)
    assert arguments[-1] == "--"


def test_bytecode_that_is_missing_or_old_is_found_out(tmp_path: Path) -> None:
    source = tmp_path / "module.py"
    source.write_text("x = 1\n")

    assert not enclosure._is_compiled(str(source))
    cached = tmp_path / "__pycache__" / f"module.{sys.implementation.cache_tag}.pyc"
    cached.parent.mkdir()
    cached.touch()
    assert enclosure._is_compiled(str(source))
    os.utime(cached, (0, 0))
    assert not enclosure._is_compiled(str(source))


def test_an_interpreter_that_only_its_owner_may_read_is_found_out(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not enclosure._readable(tmp_path)
    tmp_path.chmod(0o755)
    assert enclosure._readable(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_box_costs_its_own_memory_only(fenced: Box) -> None:
    small = replace(LIMITS, memory_mb=300)

    assert played(fenced, "return len(bytes(600 << 20))", limits=small).ended is Ended.RAISED
    assert played(fenced, "return len(bytes(10 << 20))", limits=small).result == 10 << 20
