"""Real boxes, hostile submissions: nothing but the right observations earns a point, and nothing survives.

Every submission here answers the second question honestly. An attack on the first must not cost the points of the
second, unless the submission wrote into the grader's own pipe: then it gets no points at all.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.errors import InternalError, KitError
from grader.judge import session
from grader.judge.verdict import Status
from grader.sandbox.box import Box
from tests import forging_samples
from tests.forging_samples import HONEST, TESTS, Graded, graded, make_kit, running_with
from tests.processes import below

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="looks for survivors in /proc")


@pytest.fixture(autouse=True)
def _nothing_is_left(box: Box, unfenced: Box) -> Iterator[None]:
    yield
    assert below(box.process) == below(unfenced.process) == set()


def answer(*lines: str, before: str = "") -> str:
    """A submission whose first answer does this."""
    return before + "\n\nasync def answer():\n" + "".join(f"    {line}\n" for line in lines)


# ---- the yardstick ---------------------------------------------------------------------------------------------------


def test_the_right_answers_earn_all_points(box: Box, tmp_path: Path) -> None:
    found = graded(box, tmp_path, HONEST)

    assert found.verdict.status is Status.PASS
    assert found.points == 100


# ---- leaving early ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attack", "ending"),
    [
        ("import os; os._exit(0)", "crashed"),
        ("import sys; sys.exit(0)", "crashed"),
        ("raise SystemExit", "crashed"),
        ("raise SystemExit(0)", "crashed"),
        ("raise KeyboardInterrupt", "crashed"),
        ("raise GeneratorExit", "crashed"),
        ("import pytest; pytest.skip('done')", "crashed"),
        ("import pytest; pytest.exit('done', returncode=0)", "raised"),
        ("import pytest; pytest.xfail('done')", "crashed"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crashed"),
        ("import os; os.kill(os.getpid(), 40)", "crashed"),
        ("import os; os.abort()", "crashed"),
        ("raise BaseExceptionGroup('', [SystemExit(0), KeyboardInterrupt()])", "crashed"),
        ("raise StopIteration(1)", "raised"),
        ("return NotImplemented", "returned"),
    ],
)
def test_leaving_early_earns_nothing_and_costs_one_question(box: Box, tmp_path: Path, attack: str, ending: str) -> None:
    found = graded(box, tmp_path, answer(attack))

    assert found.ends("test_answer") == {ending}
    assert found.points == 40


def test_becoming_another_program_earns_nothing(unfenced: Box, box: Box, tmp_path: Path) -> None:
    attack = answer("os.execv(sys.executable, [sys.executable, '-c', 'pass'])", before="import os, sys")

    assert graded(unfenced, tmp_path / "a", attack).ends("test_answer") == {"crashed"}
    found = graded(box, tmp_path / "b", attack)
    assert found.ends("test_answer") <= {"crashed", "raised"}  # where there are fences, it is refused
    assert found.points == 40


def test_a_fault_of_the_grader_cannot_be_had_by_exit_status(box: Box, tmp_path: Path) -> None:
    # Each of them stood for "the player has failed" in some version of the grader, and cost the learner nothing.
    for number, status in enumerate((1, 70, 97, 113)):
        found = graded(box, tmp_path / str(number), answer(f"import os; os._exit({status})"))

        assert found.ends("test_answer") == {"crashed"}
        assert found.verdict.status is Status.FAIL
        assert found.points == 40


def test_a_forged_fault_costs_every_point(box: Box, tmp_path: Path) -> None:
    line = b'{"fault": "not mine", "proof": "0123456789abcdef"}\n'

    found = graded(box, tmp_path, answer(f"import os; os.write(4, {line!r})", "os._exit(1)"))

    assert found.ends("test_answer") == found.ends("test_other") == {"tampered"}
    assert found.points == 0


def test_a_line_that_says_only_that_the_grader_failed_costs_the_plays_that_it_answers(box: Box, tmp_path: Path) -> None:
    found = graded(box, tmp_path, answer('import os; os.write(4, b\'{"fault": "not mine"}\\n\')', "os._exit(1)"))

    assert found.ends("test_answer") == {"crashed"}
    assert found.points == 40


def test_leaving_while_the_file_is_loaded_earns_nothing(box: Box, tmp_path: Path) -> None:
    found = graded(box, tmp_path, "import os\nos._exit(0)\n")

    assert found.ends("test_answer") == found.ends("test_other") == {"crashed"}
    assert found.points == 0


# ---- saying so -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attack",
    [
        "print('1 passed in 0.01s', flush=True)",
        "import sys; print('PASSED', file=sys.stderr); sys.stderr.flush()",
        "import os; os.write(1, b'100 points\\n'); os.write(2, b'passed\\n')",
        "import sys; sys.__stdout__.write('passed'); sys.__stdout__.flush()",
    ],
)
def test_what_is_printed_is_no_evidence(box: Box, tmp_path: Path, attack: str) -> None:
    found = graded(box, tmp_path, answer(attack, "return 2"))

    assert found.ends("test_answer") == {"returned"}
    assert found.points == 40


@pytest.mark.parametrize(
    "line",
    [
        b"passed\n",
        b"\n",
        b"{}\n",
        b'{"outcome": "pass"}\n',
        b'{"play": "", "ended": "returned", "result": 1, "spent": false}\n',
        b"\xff\xfe\n",
        b"[" * 5000 + b"\n",
        b"9" * 5000 + b"\n",
    ],
)
def test_a_line_on_the_graders_pipe_costs_every_point(box: Box, tmp_path: Path, line: bytes) -> None:
    found = graded(box, tmp_path, answer(f"import os; os.write(4, {line!r})", "return 1"), ("trio",))

    assert found.ends("test_answer") == found.ends("test_other") == {"tampered"}
    assert found.points == 0


FIND_THE_PLAY = """
import gc, os, sys
from grader.wire.lines import dumps


def performance():
    return next(each for each in gc.get_objects() if type(each).__name__ == "Performance")


def message(**changes):
    return performance().message(spent=False) | {"ended": "returned", "result": 1} | changes


def send(document):
    os.write(4, dumps(document))
"""
"""Reaches into the player, which lives in the same process: names, pipes and functions are all there."""


def test_a_forged_answer_beside_the_real_one_costs_every_point(box: Box, tmp_path: Path) -> None:
    found = graded(box, tmp_path, answer("send(message())", "return 2", before=FIND_THE_PLAY))

    assert found.points == 0
    assert found.ends("test_other") == {"tampered"}


def test_the_same_answer_twice_costs_every_point(box: Box, tmp_path: Path) -> None:
    found = graded(box, tmp_path, answer("send(message())", "return 1", before=FIND_THE_PLAY))

    assert found.points == 0
    assert found.ends("test_other") == {"tampered"}


@pytest.mark.parametrize(
    "changes",
    [
        "play='0' * 16",
        "ended='passed'",
        "ended='tampered'",
        "ended='internal'",
        "ended='raised'",
        "elapsed=-1",
        "elapsed=True",
        "spent=1",
        "steps=1.0",
        "result={'passed': True}",
        "raised=[]",
        "spans=[['a', 0, 1, 'passed', None, 0]]",
        "marks={}",
        "hygiene=[['fine', None, '']]",
    ],
)
def test_a_forged_answer_without_the_right_shape_costs_every_point(box: Box, tmp_path: Path, changes: str) -> None:
    attack = answer(f"send(message({changes}))", "os._exit(0)", before=FIND_THE_PLAY)

    found = graded(box, tmp_path, attack, ("asyncio",))

    assert found.ends("test_answer") == {"tampered"}
    assert found.points == 0


def test_a_forged_answer_of_the_right_shape_is_an_observation_and_no_verdict(box: Box, tmp_path: Path) -> None:
    attack = answer("send(message(result=2, spent=True))", "os._exit(0)", before=FIND_THE_PLAY)

    found = graded(box, tmp_path, attack)

    assert found.ends("test_answer") == {"returned"}
    assert found.points == 40


def test_an_answer_after_the_last_one_costs_every_point(unfenced: Box, tmp_path: Path) -> None:
    # A process of its own waits until the player has left, and speaks then.
    attack = answer(
        "parent = os.getpid()",
        "if os.fork() == 0:",
        "    os.setsid()",
        "    while os.getppid() == parent: pass",
        "    os.write(4, b'x' * 65536)",
        "    os._exit(0)",
        "return 1",
        before="import os",
    )

    found = graded(unfenced, tmp_path, attack.replace("async def answer", "async def other") + HONEST)

    assert found.points == 0


def test_four_megabytes_after_the_last_answer_are_an_attempt_too(unfenced: Box, tmp_path: Path) -> None:
    attack = """
    import os

    async def answer():
        return 1

    async def other():
        parent = os.getpid()
        if os.fork() == 0:
            while os.getppid() == parent:
                pass
            while True:
                os.write(4, b"x" * 65536)
        return "fine"
    """

    assert graded(unfenced, tmp_path, attack).points == 0


# ---- values that lie -------------------------------------------------------------------------------------------------

LIARS = """
import enum


class Always:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return hash(1)
    def __bool__(self): return True
    def __instancecheck__(self, other): return True
    __class__ = int


class Int(int):
    def __eq__(self, other): return True
    __hash__ = int.__hash__


class Str(str):
    def __eq__(self, other): return True
    __hash__ = str.__hash__


class List(list):
    def __eq__(self, other): return True


class Named(type):
    __name__ = property(lambda cls: 1)


class Enum(enum.IntEnum):
    ONE = 1


class One(metaclass=Named):
    __index__ = __int__ = lambda self: 1
"""


@pytest.mark.parametrize(
    "value", ["Always()", "Int(1)", "Int(2)", "True", "1.0", "'1'", "[1]", "Enum.ONE", "One()", "1 + 0j", "b'\\x01'"]
)
def test_what_claims_to_be_one_is_not_one(box: Box, tmp_path: Path, value: str) -> None:
    found = graded(box, tmp_path, answer(f"return {value}", before=LIARS), ("asyncio",))

    assert found.ends("test_answer") <= {"returned", "raised"}
    assert found.points == 40


@pytest.mark.parametrize("value", ["List(['fine'])", "Str('fine')", "Always()", "('fine',)", "b'fine'"])
def test_what_claims_to_be_equal_to_a_text_is_not(box: Box, tmp_path: Path, value: str) -> None:
    found = graded(box, tmp_path, LIARS + HONEST + f"\n\nasync def other():\n    return {value}\n", ("trio",))

    assert found.points == 60


def test_a_list_subclass_is_no_list(box: Box, tmp_path: Path) -> None:
    tests = TESTS.replace("== 1", "== [1]")

    assert graded(box, tmp_path / "a", answer("return List([1])", before=LIARS), tests=tests).points == 40
    assert graded(box, tmp_path / "b", answer("return [Int(1)]", before=LIARS), tests=tests).points == 40
    assert graded(box, tmp_path / "c", answer("return [1]", before=LIARS), tests=tests).points == 100


# ---- taking the machinery apart --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "attack",
    [
        "import json; json.dumps = json.loads = json.JSONEncoder = json.JSONDecoder = None",
        "import json; json.dumps = json.dump = lambda *a, **k: '{\"result\": 1}'",
        "import time; time.monotonic = time.perf_counter = time.sleep = time.time = None",
        "import random; random.Random = random.random = random.seed = None",
        "import hashlib; hashlib.sha256 = None",
        "import sys; sys.stdout = sys.stderr = None",
        "import sys; sys.setrecursionlimit(60)",
        "import gc; gc.disable(); gc.collect = None",
        "import builtins; builtins.len = lambda *a: 1; builtins.repr = lambda *a: '1'",
        "import anyio; anyio.run = anyio.CancelScope = anyio.sleep = None",
        "import signal; signal.signal(signal.SIGPROF, signal.SIG_IGN)",
    ],
)
def test_a_library_that_was_taken_apart_earns_nothing(box: Box, tmp_path: Path, attack: str) -> None:
    found = graded(box, tmp_path, answer(attack, "return 2"), ("asyncio",))

    assert found.ends("test_answer") <= {"returned", "raised", "crashed", "not-judged", "limit"}
    assert found.points <= 40


@pytest.mark.parametrize("module", ["json", "random", "hashlib"])
def test_what_is_done_to_a_module_in_one_play_is_no_fault_of_the_grader(box: Box, tmp_path: Path, module: str) -> None:
    attack = (
        f"import {module}\nfor name in list(vars({module})):\n    if name[0] != '_': setattr({module}, name, None)\n"
    )

    found = graded(box, tmp_path, attack + HONEST)

    assert found.points == 100


# ---- descriptors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("attack", "ending"),
    [
        ("os.close(3)", {"pass", "crashed"}),  # the first answer was given; on the other backend it cannot even ask
        ("os.close(4)", {"crashed"}),
        ("os.closerange(0, 600)", {"crashed"}),
        ("os.dup2(1, 4)", {"crashed"}),
        ("os.dup2(2, 3)", {"pass", "crashed"}),
        ("os.dup2(os.open(os.devnull, os.O_RDWR), 4)", {"crashed"}),
        ("os.dup2(3, 4)", {"crashed"}),
        ("os.dup2(4, 1); os.dup2(4, 2); print('hello')", {"pass"}),
    ],
)
def test_games_with_descriptors_cost_one_question(box: Box, tmp_path: Path, attack: str, ending: set[str]) -> None:
    found = graded(box, tmp_path, answer(attack, "return 1", before="import os"))

    assert found.ends("test_answer") == ending


# ---- processes and threads that stay ---------------------------------------------------------------------------------


def test_a_child_process_does_not_outlive_the_submission(unfenced: Box, tmp_path: Path) -> None:
    attack = answer(
        "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(1000)', 'forging-child'])",
        "return 1",
        before="import subprocess, sys",
    )

    found = graded(unfenced, tmp_path, attack)

    assert found.ends("test_other") == {"pass"}
    assert running_with("forging-child") == set()


def test_a_daemon_does_not_outlive_the_submission(unfenced: Box, tmp_path: Path) -> None:
    attack = answer(
        "ours, theirs = os.pipe()",
        "if os.fork() == 0:",
        "    os.setsid()",
        "    if os.fork() == 0:",
        "        os.setsid()",
        "        signal.signal(signal.SIGTERM, signal.SIG_IGN); signal.signal(signal.SIGHUP, signal.SIG_IGN)",
        "        os.closerange(0, theirs); os.set_inheritable(theirs, False)",
        "        os.execv(sys.executable, [sys.executable, '-c', 'import time; time.sleep(1000)', 'forging-daemon'])",
        "    os._exit(0)",
        "os.close(theirs)",
        "os.read(ours, 1)",  # returns when the daemon runs, and has no pipe of ours any more
        "return 1",
        before="import os, signal, sys",
    )

    found = graded(unfenced, tmp_path, attack)

    assert found.points == 100  # it is no crime that hidden tests look for; it only must not live on
    assert running_with("forging-daemon") == set()


def test_a_process_that_leaves_a_child_with_its_pipes_has_ended(unfenced: Box, tmp_path: Path) -> None:
    attack = answer("if os.fork(): os._exit(0)", "while True: pass", before="import os")

    found = graded(unfenced, tmp_path, attack)

    assert found.ends("test_answer") == {"crashed"}
    assert "exit status 0" in found.why("test_answer")
    assert found.points == 40


def test_a_fork_that_answers_as_well_costs_every_point(unfenced: Box, tmp_path: Path) -> None:
    # The clone plays on until there are no more questions; then its parent wakes and answers the first one again.
    attack = answer("clone = os.fork()", "if clone: os.waitpid(clone, 0)", "return 1", before="import os")

    assert graded(unfenced, tmp_path, attack, ("trio",)).points == 0


def test_threads_left_running_cost_no_other_play_anything(box: Box, tmp_path: Path) -> None:
    attack = answer(
        "for _ in range(3): threading.Thread(target=idle.wait, daemon=False).start()",
        "return 2",
        before="import threading\nidle = threading.Event()",
    )

    found = graded(box, tmp_path, attack)

    assert found.ends("test_answer") == {"returned"}
    assert found.points == 40


# ---- bombs and hangs -------------------------------------------------------------------------------------------------


def test_a_call_into_c_that_never_ends_blocks_the_loop_and_costs_one_question(box: Box, tmp_path: Path) -> None:
    found = graded(box, tmp_path, answer("return sum(range(10**12))"), ("asyncio",))

    assert found.ends("test_answer") == {"blocked-loop"}
    assert found.points == 40


def test_a_hang_on_one_backend_costs_that_backend_only(box: Box, tmp_path: Path) -> None:
    attack = answer(
        "if sniffio.current_async_library() == 'trio': sum(range(10**12))", "return 1", before="import sniffio"
    )

    found = graded(box, tmp_path, attack)

    assert found.points == 70
    assert found.ends("test_answer") == {"pass", "blocked-loop"}


def test_a_loop_that_no_signal_reaches_is_ended_as_limit_and_costs_one_question(box: Box, tmp_path: Path) -> None:
    deaf = answer("signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())", "while True: pass")

    found = graded(box, tmp_path, "import signal" + deaf, ("trio",))

    assert found.ends("test_answer") == {"limit"}
    assert found.points == 40


@pytest.mark.parametrize(
    ("bomb", "endings"),
    [
        ("return bytes(10**12)", {"raised"}),
        ("x = []\n    while True: x.append(bytes(1 << 24))", {"raised"}),
        ("return '\\U0001f600' * 10**9", {"raised"}),
        ("return [0] * 10**6", {"limit"}),
        ("return b'\\xff' * 10**6", {"limit"}),
        ("return ['x' * 200_000] * 100", {"limit"}),
        ("x = []; x.append(x); return x", {"returned"}),
        ("return 1 << 10**6", {"returned"}),
        ("return float('nan')", {"returned"}),
        ("raise ValueError('x' * 10**8)", {"raised"}),
        ("raise ExceptionGroup('', [ValueError('x' * 2000)] * 10**5)", {"raised"}),
    ],
)
def test_a_bomb_of_memory_costs_one_question(box: Box, tmp_path: Path, bomb: str, endings: set[str]) -> None:
    found = graded(box, tmp_path, answer(bomb), ("asyncio",))

    assert found.ends("test_answer") <= endings
    assert found.points == 40


@pytest.mark.parametrize(
    "bomb",
    [
        "print('x' * 10**7)",
        "for _ in range(10**5): print('passed')",
        "for _ in range(200): os.write(1, b'x' * 65536)",
        "for _ in range(200): os.write(2, b'\\n' * 65536)",
        "sys.__stderr__.write('x' * 10**7)",
    ],
)
def test_a_flood_of_output_is_cut_off_and_changes_nothing(box: Box, tmp_path: Path, bomb: str) -> None:
    found = graded(box, tmp_path, answer(bomb, "return 2", before="import os, sys"), ("trio",))

    (failure,) = [result.failure for result in found.results("test_answer")]
    assert failure is not None
    assert len(failure.output) < 10_000
    assert found.points == 40


# ---- hidden tests without evidence -----------------------------------------------------------------------------------


def hidden(body: str, *, before: str = "") -> str:
    """The hidden tests, the first of them with this body."""
    declared = TESTS.replace('assert play("ask").result == 1', body)
    assert declared != TESTS
    return f"import pytest\n{before}\n{declared}"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("pytest.skip('not today')", "was skipped"),
        ("play('ask'); pytest.skip('not today')", "was skipped"),
        ("play('ask'); pytest.xfail('never worked')", "was skipped"),
        ("pytest.importorskip('no_such_module')", "was skipped"),
        ("pass", "looked at no play"),
        ("assert True", "looked at no play"),
        ("raise TypeError", "the kit is at fault: exercises/ex01_one/test_hidden.py:9: TypeError"),
        ("pytest.fail('before any play')", "looked at no play"),
        ("pytest.exit('all is well', returncode=0)", "the kit is at fault: exercises/ex01_one/test_hidden.py:9: Exit"),
        ("import sys; play('ask'); sys.exit(0)", "left no result"),
    ],
)
def test_a_hidden_test_without_evidence_is_not_judged_and_earns_nothing(
    box: Box, tmp_path: Path, body: str, reason: str
) -> None:
    found = graded(box, tmp_path, HONEST, tests=hidden(body))

    assert {result.outcome.value for result in found.results("test_answer")} == {"not-judged"}
    assert reason in found.why("test_answer")
    assert found.points == 40
    assert found.verdict.status is Status.NOT_JUDGED


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ("lambda play: play('ask').result == 1", "returned a bool"),
        ("partial(later)", "returned a coroutine"),
    ],
)
def test_a_function_that_has_taken_the_place_of_a_hidden_test_earns_nothing_by_what_it_returns(
    box: Box, tmp_path: Path, other: str, reason: str
) -> None:
    later = "from functools import partial\n\n\nasync def later(play):\n    assert play('ask').result == 1\n"
    taken = f"{later}\n\ndef instead(play):\n    return ({other})(play)\n\n\nglobals()['test_answer'] = instead\n"

    found = graded(box, tmp_path, HONEST, tests=TESTS + taken)

    assert reason in found.why("test_answer")
    assert found.points == 40


@pytest.mark.parametrize(
    "body",
    [
        "play('ask').result.no_such_name",
        "sorted([1, play('ask')])",
        "play('ask'); raise TypeError",
        "play('ask'); 1 / 0",
    ],
)
def test_an_error_in_a_hidden_test_is_no_pass(box: Box, tmp_path: Path, body: str) -> None:
    found = graded(box, tmp_path, HONEST, tests=hidden(body))

    assert {result.outcome.value for result in found.results("test_answer")} == {"fail"}
    assert found.points == 40


@pytest.mark.parametrize("body", ["play('ask')", "play('no_such_scenario')", "play('ask', surprising=1)"])
def test_a_play_that_fails_unseen_is_no_pass(box: Box, tmp_path: Path, body: str) -> None:
    found = graded(box, tmp_path, answer("raise ValueError"), tests=hidden(body))

    assert found.ends("test_answer") == {"raised"}
    assert found.points == 40


def test_a_hidden_test_that_hangs_is_not_judged_on_any_backend_and_the_next_one_is(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "TIMEOUT_SECONDS", 1)

    found = graded(box, tmp_path, HONEST, tests=hidden("play('ask')\n    while True: pass"))

    assert "did not end within 1 s" in found.why("test_answer")
    assert {result.outcome.value for result in found.results("test_answer")} == {"not-judged"}
    assert found.points == 40


COSTLY = forging_samples.KIT.replace("cpu_seconds = 1\n", "cpu_seconds = 5\njudging_seconds = 1\n")


def test_a_hidden_test_that_a_submission_makes_slow_ends_as_its_limit_and_so_does_what_is_left(
    box: Box, tmp_path: Path
) -> None:
    compares = "found = play('ask').result\n    assert not any(found.count(each) > 1 for each in found)"

    found = graded(box, tmp_path, answer("return list(range(40_000))"), tests=hidden(compares), settings=COSTLY)

    assert found.ends("test_answer") == found.ends("test_other") == {"limit"}
    assert "takes too long to read and to judge" in found.why("test_answer")


def test_a_hidden_test_is_bounded_in_a_thread_that_gets_no_signals_too(tmp_path: Path) -> None:
    """The workers of a cluster judge in such a thread."""
    compares = "found = play('ask').result\n    assert not any(found.count(each) > 1 for each in found)"
    many, tests = answer("return list(range(40_000))"), hidden(compares)

    def judge() -> Graded:
        with Box(0) as box:
            return graded(box, tmp_path, many, ("asyncio",), tests=tests, settings=COSTLY)

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(judge).result()

    assert found.ends("test_answer") == found.ends("test_other") == {"limit"}


def test_a_hidden_test_that_is_slow_by_itself_costs_the_submission_nothing(box: Box, tmp_path: Path) -> None:
    found = graded(box, tmp_path, HONEST, tests=hidden("play('ask')\n    while True: pass"), settings=COSTLY)

    assert found.ends("test_answer") == {"not-judged"}
    assert "computes without an end" in found.why("test_answer")
    assert found.points == 40


BURN = """
import time

def burn(seconds):
    start = time.thread_time()
    while time.thread_time() < start + seconds: sum(range(100_000))
"""


@pytest.mark.parametrize(
    ("first", "ends"), [("burn(2)", "pass"), ("while True: found.count(0)", "limit")], ids=["nearly", "all of it"]
)
def test_a_test_with_little_to_compute_over_is_judged_though_others_have_spent_the_budget(
    box: Box, tmp_path: Path, first: str, ends: str
) -> None:
    """It prepares its plays for a moment, and computes for a moment over a word."""
    tests = hidden(f"found = play('ask').result\n    {first}\n    assert found == 1", before=BURN)
    tests = tests.replace(
        'assert play("other").result', 'burn(1.2)\n    found = play("other").result\n    burn(1.2)\n    assert found'
    )
    # A slow computer reads a list of 40,000 numbers for a third of a second, and that is charged as well.
    settings = COSTLY.replace("judging_seconds = 1", "judging_seconds = 4")

    found = graded(box, tmp_path, answer("return list(range(40_000))"), ("asyncio",), tests=tests, settings=settings)

    assert found.ends("test_other") == {ends}


def test_a_test_that_is_slow_by_itself_under_every_schedule_costs_a_right_answer_nothing(
    box: Box, tmp_path: Path
) -> None:
    tasks = "import anyio\n    async with anyio.create_task_group() as tg:\n        for _ in range(4): "
    tasks += "tg.start_soon(anyio.sleep, 1)\n    return 1"
    tests = hidden("assert play('ask').result == 1\n    burn(0.1)", before=BURN)

    found = graded(box, tmp_path, answer(tasks), ("asyncio",), tests=tests, settings=COSTLY)

    assert found.results("test_answer")[0].schedules >= 10
    assert found.points == 100


def test_a_test_that_is_slow_by_itself_before_every_play_costs_a_right_answer_nothing(box: Box, tmp_path: Path) -> None:
    tests = hidden("for _ in range(4): burn(0.4); assert play('ask').result == 1", before=BURN)

    assert graded(box, tmp_path, HONEST, ("asyncio",), tests=tests, settings=COSTLY).points == 100


def test_messages_that_are_refused_are_charged_for_what_it_takes_to_read_them(box: Box, tmp_path: Path) -> None:
    """They are no recordings, and a hidden test has nothing to compute over."""
    again = "[play('ask', number=number) for number in range(200)]"
    scenarios = forging_samples.SCENARIOS.replace("ask(stage)", "ask(stage, number)")
    alike = answer("return [*range(40_000), *(number * (2**61 - 1) for number in range(60))]")

    found = graded(box, tmp_path, alike, ("asyncio",), tests=hidden(again), scenarios=scenarios, settings=COSTLY)

    assert "values of one hash" in found.why("test_answer")
    assert found.ends("test_other") == {"limit"}


def test_a_box_is_not_interrupted_while_it_is_asked(box: Box, tmp_path: Path) -> None:
    """The time for judging runs out while an answer of megabytes is read: the play ends, and what is left is limit."""
    again = "[play('ask', number=number).result for number in range(200)]"
    scenarios = forging_samples.SCENARIOS.replace("ask(stage)", "ask(stage, number)")

    found = graded(
        box,
        tmp_path,
        answer("return list(range(40_000))"),
        tests=hidden(again),
        scenarios=scenarios,
        settings=COSTLY,
    )

    assert found.ends("test_answer") == found.ends("test_other") == {"limit"}


def test_the_timer_of_another_program_goes_on_when_a_hidden_test_is_over(box: Box, tmp_path: Path) -> None:
    rest = signal.setitimer(signal.ITIMER_REAL, 1000)
    try:
        graded(box, tmp_path, HONEST)
        seconds_left, _ = signal.getitimer(signal.ITIMER_REAL)
    finally:
        signal.setitimer(signal.ITIMER_REAL, *rest)

    assert 0 < seconds_left < 1000


def test_a_test_that_is_interrupted_in_the_middle_of_a_play_does_not_spoil_the_next_one(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "TIMEOUT_SECONDS", 1)
    slow = forging_samples.KIT.replace("cpu_seconds = 1\n", "cpu_seconds = 60\n")

    found = graded(
        box,
        tmp_path,
        answer("import anyio; return await anyio.to_thread.run_sync(sum, range(10**12))"),
        ("asyncio",),
        settings=slow,
    )

    assert {result.outcome.value for result in found.results("test_answer")} == {"not-judged"}
    assert found.ends("test_other") == {"pass"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def test_answer(play):", "async def test_answer(play):"),
        ("def test_other(play):", "def test_answer(play):"),
        ("def test_answer(play):", "def test_answer(play=None):"),
        ("def test_answer(play):", "def test_answer(request):"),
        ("@grading(points=60", "@pytest.mark.skip\n@grading(points=60"),
        ("@grading(points=60", "@pytest.mark.xfail\n@grading(points=60"),
        ("@grading(points=60", "@pytest.mark.parametrize('x', [])\n@grading(points=60"),
    ],
)
def test_a_declaration_that_could_pass_in_vain_is_refused_with_the_kit(tmp_path: Path, old: str, new: str) -> None:
    assert old in TESTS
    with pytest.raises(KitError):
        make_kit(tmp_path, tests="import pytest\n" + TESTS.replace(old, new))


@pytest.mark.parametrize(
    "line",
    [
        "del test_other",
        "test_another = test_answer",
        "test_other, test_answer = test_answer, None",
        "globals()['test_more'] = lambda play: None",
        "import pytest; pytest.skip('all of it', allow_module_level=True)",
        "raise ValueError('while it is imported')",
        "import no_such_module",
        "raise SystemExit(0)",
    ],
)
def test_a_file_in_which_pytest_finds_other_tests_than_declared_judges_no_submission(
    box: Box, tmp_path: Path, line: str
) -> None:
    with pytest.raises((KitError, InternalError)):
        graded(box, tmp_path, HONEST, tests=f"{TESTS}\n{line}\n")


@pytest.mark.parametrize("mark", ["skip", "xfail", "filterwarnings('error')"])
def test_a_file_that_marks_its_tests_judges_no_submission(box: Box, tmp_path: Path, mark: str) -> None:
    with pytest.raises(KitError):
        graded(box, tmp_path, HONEST, tests=f"import pytest\npytestmark = pytest.mark.{mark}\n{TESTS}")
