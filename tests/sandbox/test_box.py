"""A box plays, survives what is played in it, and leaves nothing behind when it is closed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.box import fence
from grader.errors import InternalError
from grader.kit.exercise import Limits
from grader.sandbox import zygote
from grader.sandbox.box import Box, Job
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended
from tests.fault_samples import PLAYER, SET_UP, break_boxes
from tests.processes import below

LIMITS = Limits(wall_seconds=30, cpu_seconds=1, memory_mb=400)
SCENARIO = """
async def ask(stage, **inputs):
    return await stage.submission.answer(**inputs)

async def mean(stage):
    return await stage.submission.other()
"""

in_proc = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for survivors in /proc")


@contextmanager
def cell_of(box: Box, submission: str, limits: Limits = LIMITS, scenarios: str = SCENARIO) -> Iterator[Cell]:
    cell = Cell(box, Job(module="x", submission=submission, scenarios=scenarios, limits=limits))
    try:
        yield cell
    finally:
        cell.close()


def ask(backend: str = "asyncio", seed: int = 0, **inputs: object) -> Play:
    return Play("ask", Play.encode(inputs), backend, seed)


ECHO = """
async def answer(**inputs):
    return inputs
"""


# ---- plays -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_play_gets_its_inputs_and_comes_back_with_what_happened(box: Box, backend: str) -> None:
    inputs = {"a": (1, [2.5, None]), "b": {"c": b"\x00\xff", 3: True}}
    with cell_of(box, ECHO) as cell:
        found = cell.recording(ask(backend, **inputs))

        assert found.result == inputs
        assert (found.scenario, found.backend) == ("ask", backend)
        assert not cell.tampered


def test_the_same_play_is_played_once(box: Box) -> None:
    with cell_of(box, ECHO) as cell:
        first = cell.recording(ask(n=1))
        cell.send(ask(n=1))

        assert cell.recording(ask(n=1)) is first
        assert cell.recording(ask(n=2)) is not first
        assert cell.plays == 2


def test_answers_belong_to_their_questions_in_whatever_order_they_are_taken_in(box: Box) -> None:
    with cell_of(box, ECHO) as cell:
        for number in range(5):
            cell.send(ask(n=number))

        assert [cell.recording(ask(n=number)).result for number in (3, 0, 4, 1, 2)] == [
            {"n": n} for n in (3, 0, 4, 1, 2)
        ]
        assert not cell.tampered


def test_a_play_with_a_trace_answers_for_the_same_one_without(box: Box) -> None:
    with cell_of(box, ECHO) as cell:
        traced = cell.recording(replace(ask(n=1), trace=True))

        assert traced.trace is not None
        assert cell.recording(ask(n=1)) is traced
        assert cell.recording(ask(n=2)).trace is None


def test_what_is_played_after_a_play_that_hung_has_its_trace_at_once(box: Box) -> None:
    with cell_of(box, "async def answer(n):\n    while n == 0: pass\n    return n") as cell:
        hung = cell.recording(ask(n=0))
        after = cell.recording(ask(n=1))

        assert (hung.ended, hung.trace) == (Ended.BLOCKED_LOOP, None)
        assert after.trace is not None
        assert cell.recording(replace(ask(n=1), trace=True)) is after


def test_every_play_loads_the_submission_anew(box: Box) -> None:
    counting = "n = 0\nasync def answer(**inputs):\n    global n\n    n += 1\n    return n"
    with cell_of(box, counting) as cell:
        assert [cell.recording(ask(i=i)).result for i in range(3)] == [1, 1, 1]


def test_requests_larger_than_a_pipe_are_sent_while_the_child_plays(box: Box) -> None:
    # A write that waited for the child would wait for ever: the child writes its own answer, and waits for us.
    text = "x" * 150_000
    with cell_of(box, ECHO) as cell:
        for number in range(4):
            cell.send(ask(n=number, text=text))

        assert all(cell.recording(ask(n=number, text=text)).result["text"] == text for number in range(4))


def test_requests_larger_than_a_pipe_do_not_wait_for_a_play_that_hangs(box: Box) -> None:
    text = "x" * 150_000
    hangs = "async def answer(n, text):\n    return sum(range(10**12)) if n == 0 else n"
    with cell_of(box, hangs) as cell:
        for number in range(3):
            cell.send(ask(n=number, text=text))

        endings = [cell.recording(ask(n=number, text=text)).ended for number in range(3)]

        assert endings == [Ended.BLOCKED_LOOP, Ended.RETURNED, Ended.RETURNED]
        assert not cell.tampered


def test_what_is_almost_as_long_as_a_line_may_be_crosses_and_what_is_longer_is_a_limit(box: Box) -> None:
    texts = "async def answer(n):\n    return ['\\U0001f600' * 100_000] * n"  # twelve bytes each on the wire
    with cell_of(box, texts) as cell:
        assert len(cell.recording(ask(n=3)).result) == 3  # type: ignore[arg-type]
        for n in (4, 1000):  # by its bytes, and by its characters
            large = cell.recording(ask(n=n))
            assert large.ended is Ended.LIMIT
            assert "more than the grader accepts" in large.reason
        assert cell.recording(ask(n=2)).ended is Ended.RETURNED
        assert not cell.tampered


# ---- a play that ends badly costs that play --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bad", "ended", "reason"),
    [
        ("os._exit(3)", Ended.CRASHED, "exit status 3"),
        ("os._exit(0)", Ended.CRASHED, "exit status 0"),
        ("os.kill(os.getpid(), 9)", Ended.CRASHED, "SIGKILL"),
        ("os.kill(os.getpid(), 11)", Ended.CRASHED, "SIGSEGV"),
        ("os.kill(os.getpid(), 40)", Ended.CRASHED, "signal 40"),
        ("os.close(4)", Ended.CRASHED, "exit status 1"),
        ("os.dup2(os.open(os.devnull, os.O_RDWR), 4)", Ended.CRASHED, "closed its pipes"),
        ("sum(range(10**12))", Ended.BLOCKED_LOOP, "computing"),
        ("signal.pthread_sigmask(0, range(1, 64)); sum(range(10**12))", Ended.LIMIT, "1 s of CPU time"),
        ("os.write(4, b'hello\\n')", Ended.TAMPERED, "not a line of JSON"),
    ],
)
def test_the_plays_round_one_that_ends_badly_are_played(box: Box, bad: str, ended: Ended, reason: str) -> None:
    with cell_of(box, f"import os, signal\nasync def answer(n):\n    if n == 1: {bad}\n    return n") as cell:
        for number in range(4):
            cell.send(ask(n=number))

        found = [cell.recording(ask(n=number)) for number in range(4)]

        assert found[1].ended is ended
        assert reason in found[1].reason
        assert [each.result for each in found if each is not found[1]] == [0, 2, 3]
        assert cell.tampered is (ended is Ended.TAMPERED)


def test_real_time_is_the_last_resort(box: Box) -> None:
    stopped = "import os, signal\nasync def answer():\n    os.kill(os.getpid(), signal.SIGSTOP)"
    with cell_of(box, stopped, replace(LIMITS, wall_seconds=1)) as cell:
        found = cell.recording(ask())

        assert found.ended is Ended.LIMIT
        assert "1 real seconds" in found.reason


def test_bytes_that_trickle_are_no_reason_to_wait_longer(box: Box) -> None:
    trickle = "import os, select\nasync def answer():\n    while True: os.write(4, b' '); select.epoll().poll(.01)"
    with cell_of(box, trickle, replace(LIMITS, wall_seconds=1)) as cell:
        assert cell.recording(ask()).ended is Ended.LIMIT


@pytest.mark.parametrize("how", [SET_UP, PLAYER])
def test_a_player_that_fails_is_our_fault_and_says_why(monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    break_boxes(monkeypatch, how)
    with Box() as broken, cell_of(broken, ECHO) as cell:
        found = cell.recording(ask())

        assert found.ended is Ended.INTERNAL
        assert "the player failed: TypeError" in found.reason
        assert not cell.tampered


def test_scenarios_that_cannot_be_compiled_are_no_fault_of_the_submission(box: Box) -> None:
    with cell_of(box, ECHO, scenarios="this is no Python") as cell:
        assert cell.recording(ask()).ended is Ended.INTERNAL


UNDER_OUR_FEET = (
    "this is no Python",
    "import grader.box.player as player\nplayer.Performance.message = None",
    "import gc\nclass Hook:\n    def __call__(self, *given): raise OSError('the disk is full')\n"
    "next(each for each in gc.get_objects() if type(each).__name__ == 'Performance').message = Hook()",
    'import os\nos.write(4, b\'{"fault": "the disk of the grader is full"}\\n\')\nos._exit(1)',
)


@pytest.mark.parametrize("submission", UNDER_OUR_FEET)
def test_a_player_that_fails_beside_one_submission_alone_fails_through_that_submission(
    box: Box, submission: str
) -> None:
    with cell_of(box, f"{submission}\n{ECHO}") as cell:
        found = cell.recording(ask())

        assert found.ended is Ended.CRASHED
        assert found.reason.startswith("the player failed: ")


def test_a_fault_beside_one_play_costs_no_other(box: Box) -> None:
    spoils = "import builtins\nasync def answer(n):\n    if n == 0: builtins.len = None\n    return n"
    with cell_of(box, spoils) as cell:
        for number in range(3):
            cell.send(ask(n=number))

        assert [cell.recording(ask(n=number)).result for number in (1, 2)] == [1, 2]


def test_an_interrupted_wait_does_not_mix_up_the_answers_after_it(box: Box) -> None:
    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    hangs = "async def answer(n):\n    return sum(range(10**12)) if n == 0 else n"
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with cell_of(box, hangs, replace(LIMITS, cpu_seconds=60)) as cell:
            cell.send(ask(n=0))
            cell.send(ask(n=1))
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(KeyboardInterrupt):
                cell.recording(ask(n=0))

            assert cell.recording(ask(n=1)).result == 1
            assert cell.recording(ask(n=2)).result == 2
            assert not cell.tampered
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


TWICE = """
import gc, os
from grader.wire.lines import dumps

async def answer():
    (performance,) = (each for each in gc.get_objects() if type(each).__name__ == "Performance")
    line = dumps(performance.message(spent=False) | {"ended": "returned", "result": 1})
    os.write(4, line + line)
    os._exit(0)
"""


def test_a_question_with_two_answers_has_none(box: Box) -> None:
    with cell_of(box, TWICE + "async def other():\n    return 2") as cell:
        found = cell.recording(ask())

        assert (found.ended, found.value) == (Ended.TAMPERED, None)
        assert found.reason == "more than one answer came out of the box"
        assert cell.recording(Play("mean", "{}", "trio")).result == 2
        assert cell.tampered


# ---- several jobs ----------------------------------------------------------------------------------------------------


def test_ending_one_job_leaves_the_others_of_the_box_alone(box: Box) -> None:
    with cell_of(box, ECHO) as reference:
        first = reference.recording(ask(n=1))
        with cell_of(box, "import os\nasync def answer(): os._exit(0)") as hostile:
            assert hostile.recording(ask()).ended is Ended.CRASHED

        assert reference.recording(ask(n=2)).result == {"n": 2}
        assert first.result == {"n": 1}


def test_the_programs_of_two_jobs_never_meet(box: Box) -> None:
    with cell_of(box, "import builtins\nbuiltins.seen = 1\n" + ECHO) as first:
        first.recording(ask())
        with cell_of(box, "import builtins\nasync def answer(): return hasattr(builtins, 'seen')") as second:
            assert second.recording(ask()).result == False  # noqa: E712


# ---- nothing is left -------------------------------------------------------------------------------------------------

DAEMON = """
import os, signal

async def answer():
    ours, theirs = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.write(theirs, str(os.getpid()).encode())
            os.closerange(0, 64)
            while True:
                signal.pause()
        os._exit(0)
    return int(os.read(ours, 20))
"""


@in_proc
def test_a_daemon_lives_as_long_as_its_play_and_no_longer(unfenced: Box) -> None:
    with cell_of(unfenced, DAEMON) as cell:
        daemon = cell.recording(ask()).result
        assert isinstance(daemon, int)
        assert daemon in below(unfenced.process)

    assert not Path(f"/proc/{daemon}").exists()
    assert below(unfenced.process) == set()


@contextmanager
def watched(processes: set[int]) -> Iterator[list[int]]:
    """Descriptors that become readable when the processes end, whichever process reaps them."""
    descriptors = [os.pidfd_open(process) for process in processes]
    try:
        yield descriptors
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def all_end(descriptors: list[int]) -> bool:
    return all(select.select([descriptor], [], [], 10)[0] for descriptor in descriptors)


@in_proc
def test_closing_a_box_kills_what_its_open_jobs_have_started() -> None:
    with ExitStack() as stack, Box(level=0) as box:
        cell = Cell(box, Job(module="x", submission=DAEMON, scenarios=SCENARIO, limits=LIMITS))
        assert cell.recording(ask()).result in below(box.process)
        ends = stack.enter_context(watched(below(box.process)))
        box.close()

        assert all_end(ends)


@in_proc
@pytest.mark.parametrize("level", range(4))
def test_closing_a_box_kills_its_children_at_every_level(level: int) -> None:
    with ExitStack() as stack, Box(level) as box:
        cell = Cell(box, Job(module="x", submission=ECHO, scenarios=SCENARIO, limits=LIMITS))
        assert cell.recording(ask(n=1)).result == {"n": 1}
        processes = {box.process, *below(box.process)}
        assert len(processes) == 2
        ends = stack.enter_context(watched(processes))
        box.close()

        assert all_end(ends)


# ---- a box that dies -------------------------------------------------------------------------------------------------


@in_proc
def test_a_box_that_has_died_is_started_again_and_its_jobs_do_not_live_on() -> None:
    leaves_one = "import os, signal\nasync def answer(n=0):\n    if os.fork() == 0: signal.pause()\n    return n"
    with ExitStack() as stack, Box(level=0) as box:
        cell = Cell(box, Job(module="x", submission=leaves_one, scenarios=SCENARIO, limits=LIMITS))
        cell.recording(ask())
        assert len(below(box.process)) == 2
        ends = stack.enter_context(watched(below(box.process)))
        os.kill(box.process, signal.SIGKILL)
        cell.close()

        assert all_end(ends)
        with cell_of(box, ECHO) as next_one:
            assert next_one.recording(ask(n=1)).result == {"n": 1}


KILLS = """
import os, signal

async def answer(n):
    with open(f"/proc/{{os.getppid()}}/cmdline") as parent:
        assert "grader.box" in parent.read(), "the process that has adopted us must live"
    if n == 1:
        os.kill(os.getppid(), signal.{signal})
        {then}
    return n
"""


@pytest.mark.parametrize("then", ["pass", "while True: signal.pause()"])
@pytest.mark.parametrize("number", ["SIGKILL", "SIGSTOP"])
def test_a_job_that_kills_or_stops_the_box_harms_no_other(unfenced: Box, number: str, then: str) -> None:
    quick = replace(LIMITS, wall_seconds=2)
    with cell_of(unfenced, ECHO) as innocent:
        innocent.recording(ask(n=0))
        with cell_of(unfenced, KILLS.format(signal=number, then=then), quick) as hostile:
            for n in range(4):
                hostile.send(ask(n=n))
            found = [hostile.recording(ask(n=n)) for n in range(4)]

        # A play that stops the box may answer before the grader notices, or never.
        assert found[1].ended in (Ended.CRASHED, Ended.LIMIT, Ended.RETURNED, Ended.BLOCKED_LOOP)
        # A play that was under way when the kernel killed the box may have met another parent, and raises.
        assert found[0].result == 0
        assert all(each.ended is Ended.RAISED or each.result == n for n, each in enumerate(found[2:], 2))
        assert innocent.recording(ask(n=5)).result == {"n": 5}


def test_a_box_that_is_killed_under_a_play_plays_it_again() -> None:
    # No play in the first box ever answers: the kernel may take its time over a kill, and would let some through.
    waits = "import os, signal\nasync def answer(first):\n    while os.getppid() == first: signal.pause()"
    with Box(level=0) as box, cell_of(box, f"{waits}\n    return os.getppid()") as cell:
        first = box.process
        cell.send(ask(first=first))
        os.kill(first, signal.SIGKILL)

        assert cell.recording(ask(first=first)).result == box.process != first
        assert cell.recording(ask(first=first, seed=1)).result == box.process


@in_proc
def test_a_box_that_cannot_start_again_after_it_was_killed_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Box(level=0) as box, cell_of(box, KILLS.format(signal="SIGKILL", then="while True: pass")) as cell:
        assert cell.recording(ask(n=0)).result == 0
        monkeypatch.setattr(sys, "executable", "/bin/false")
        for n in (1, 2):
            cell.send(ask(n=n))

        assert [cell.recording(ask(n=n)).ended for n in (1, 2)] == [Ended.CRASHED] * 2
        assert cell.recording(ask(n=3)).ended is Ended.CRASHED


def test_a_box_that_cannot_start_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(InternalError, match="cannot be started"), Box() as box:
        box.start(Job(module="x", submission=ECHO, scenarios=SCENARIO, limits=LIMITS))


def test_a_box_that_was_never_used_closes() -> None:
    with Box() as box:
        process = box.process

    assert not Path(f"/proc/{process}").exists()


def test_a_job_that_was_never_played_closes(box: Box) -> None:
    with cell_of(box, ECHO) as cell:
        pass

    assert cell.plays == 0


KEEPER = """
import os, subprocess, sys
from grader.box import fence

fence.become_subreaper()
grader = subprocess.Popen([sys.executable, "-c", sys.argv[1]])
statuses = {}
try:
    while True:
        process, status = os.wait()
        statuses[process] = status
except ChildProcessError:
    print("all gone", os.waitstatus_to_exitcode(statuses[grader.pid]))
"""
"""Adopts whatever its child leaves behind, and ends when there is nothing any more."""
WITHOUT_A_READER = """
import os, signal, sys
from grader.sandbox.box import Box

def profile(frame, event, function):
    if event == "c_call" and function.__name__ == "readline":
        os.kill(os.getpid(), signal.SIGKILL)

sys.setprofile(profile)
Box({level}).level
"""
"""Dies when bubblewrap has been started, and before anything is read of what it reports."""
BEFORE_IT_IS_UP = """
import os, signal
from grader.sandbox.box import Box
box = Box({level})
os.kill(os.getpid(), signal.SIGKILL)
"""
WHEN_IT_IS_UP = BEFORE_IT_IS_UP.replace("os.kill", "box.level\nos.kill")


@in_proc
@pytest.mark.parametrize(
    ("dies", "level"), [(WITHOUT_A_READER, 3), (BEFORE_IT_IS_UP, 3), (WHEN_IT_IS_UP, 3), (WHEN_IT_IS_UP, 0)]
)
def test_nothing_of_a_box_outlives_a_grader_that_is_killed(dies: str, level: int) -> None:
    keeper = [sys.executable, "-c", KEEPER, dies.format(level=level)]
    with subprocess.Popen(keeper, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.communicate(timeout=20)[0] == f"all gone {-signal.SIGKILL}\n"
        finally:
            while process.poll() is None and zygote.kill_descendants(process.pid):
                pass


# ---- what a child is given -------------------------------------------------------------------------------------------

LOOK = """
import os, resource

NAMES = ("RLIMIT_AS", "RLIMIT_CORE", "RLIMIT_NOFILE")

def is_open(number):
    try:
        return bool(os.fstat(number))
    except OSError:
        return False

async def answer():
    limits = {name: resource.getrlimit(getattr(resource, name))[0] for name in NAMES}
    return {
        "descriptors": [number for number in range(512) if is_open(number)],
        "environment": sorted(os.environ),
        "leader": os.getsid(0) == os.getpid(),
        "memory": limits["RLIMIT_AS"],
        "core": limits["RLIMIT_CORE"],
        "files": limits["RLIMIT_NOFILE"],
        "folder": os.getcwd(),
        "hash": hash("a"),
        "stdin": os.read(0, 1),
    }
"""


@in_proc
def test_a_child_has_its_own_session_three_pipes_and_little_else(
    box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET", "1")
    with (tmp_path / "open").open("w") as ours, Box() as second, cell_of(second, LOOK) as cell:
        assert ours.fileno() > 2
        found = cell.recording(ask()).result

    assert isinstance(found, dict)
    assert found["descriptors"][:5] == [0, 1, 2, 3, 4]
    assert max(found["descriptors"]) < 20  # the loop has a few; ours were parked from 64 on
    assert "SECRET" not in found["environment"]
    assert found["leader"]
    assert found["memory"] == 400 << 20
    assert found["core"] == 0
    assert found["files"] <= 512
    assert found["folder"] == "/"
    assert found["stdin"] == b""


def test_hashes_are_the_same_in_every_box(box: Box) -> None:
    with Box() as other, cell_of(other, LOOK) as there, cell_of(box, LOOK) as here:
        assert there.recording(ask()).result["hash"] == here.recording(ask()).result["hash"]


# ---- the sweep -------------------------------------------------------------------------------------------------------


@in_proc
def test_the_sweep_finds_children_and_spares_those_it_is_told_to(box: Box) -> None:
    with cell_of(box, ECHO) as cell:
        cell.recording(ask())
        living = zygote.children_of(box.process)

        assert len(living) >= 1
        assert zygote.kill_descendants(box.process, spare=living) is False
        assert cell.recording(ask(n=2)).ended is Ended.RETURNED
        assert zygote.kill_descendants(box.process) is True


def test_a_process_that_is_gone_has_no_children() -> None:
    assert zygote.children_of(2**22 + 1) == []
    assert zygote.kill_descendants(2**22 + 1) is False


def test_a_child_imports_from_the_interpreters_own_folders_only(monkeypatch: pytest.MonkeyPatch) -> None:
    own = f"{sys.prefix}/lib"
    monkeypatch.setattr(sys, "path", ["/work/checkout", own, "", "relative"])

    fence.import_from_interpreter_only()

    assert sys.path == [own]
