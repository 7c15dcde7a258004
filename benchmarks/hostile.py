"""What the costliest hostile files cost: each is graded as `grade` grades it, under all schedules on both backends.

Most files answer rightly, because a right answer is played most often, and waste what they can before they do; the
rules do not look at them, as a way round the rules can always be found. The aim is under 180 s of wall time for each on
two processors. Other programs on the computer make that larger, but hardly what was ``charged``: the CPU time of the
box, or the time for which it was waited for while it was not waiting for a processor itself, whichever is more, and our
own CPU time. On an idle computer that is about the wall time, or more than that where both backends are played at once.

    python benchmarks/hostile.py [NAME ...]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from textwrap import indent
from unittest import mock

from grader.judge.cells import usable_processors
from grader.judge.documents import run_document
from grader.judge.engine import Request, grade
from grader.judge.verdict import Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, load_kit
from grader.policy.rules import Findings
from grader.reports.page import learner_page
from grader.sandbox.box import Box
from grader.sandbox.budget import Budget
from grader.wire.recording import Ended

within = Budget.within
CHECKOUT = Path(__file__).parent.parent
AIM_SECONDS = 180
FUNCTIONS = {"ex01": "join", "ex03": "from_iter", "ex05": "fetch_data_from"}

BEFORE = """

import asyncio, gc, hashlib, itertools, os, random, signal, socket, sys, threading, time
import anyio
from anyio.lowlevel import checkpoint

nap = next(each for each in time.sleep.__globals__.values() if repr(each) == "<built-in function sleep>")
done = False


def burn(seconds):
    began = time.thread_time()
    while time.thread_time() - began < seconds:
        pass


def stage():
    return next(each for each in gc.get_objects() if type(each).__name__ == "Stage")


async def waste():
    global done
    if done:
        return
    done = True
{waste}


right = {function}


async def {function}(*args, **options):
    await waste()
    {answer}
"""
RIGHT = "return await right(*args, **options)"

WASTES = {
    "really sleeps 0.2 s in each step": "for _ in range(146):\n    nap(0.2)\n    await checkpoint()",
    "really sleeps for 4.5 s": "for _ in range(45):\n    nap(0.1)\n    await checkpoint()",
    "really sleeps for 0.1 s": "nap(0.1)",
    "computes for 0.3 s in each step": "for _ in range(15):\n    burn(0.3)\n    await checkpoint()",
    "computes for 0.1 s": "burn(0.1)",
    "computes and sleeps by turns": "for _ in range(100):\n    nap(0.02)\n    burn(0.02)\n    await checkpoint()",
    "blocks the loop in one C call": "sum(range(10**12))",
    "computes for ever": "while True:\n    pass",
    "computes for ever and catches everything": (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
    ),
    "stops itself": "os.kill(os.getpid(), signal.SIGSTOP)",
    "leaves after 0.5 s": "burn(0.5)\nos._exit(0)",
    "leaves at once": "os._exit(0)",
    "fills the memory": "kept = [bytearray(1 << 20) for _ in range(700)]",
    "prints for ever": "while True:\n    os.write(1, b'x' * 65536)",
    "writes a line without an end": "while True:\n    os.write(4, b'x' * 65536)",
    "computes in sixty threads": (
        "work = lambda: [hashlib.sha256(bytes(1 << 20)) for _ in range(10**6)]\n"
        "for _ in range(60):\n    threading.Thread(target=work, daemon=True).start()"
    ),
    "marks 49,000 values": "stage().mark('waste', list(range(10**15, 10**15 + 49_000)))",
    "marks two million characters": "for _ in range(10):\n    stage().mark('waste', '\\u20ac' * 190_000)",
    "marks 19,000 names": "stolen = stage()\nfor number in range(19_000):\n    stolen.mark(f'mark {number}', number)",
    "marks 15,000 integers of one hash": (
        "stolen = stage()\nfor number in range(15_000):\n    stolen.mark('waste', number * (2**61 - 1))"
    ),
    "opens 19,000 spans": (
        "stolen = stage()\nfor number in range(19_000):\n    async with stolen.span(f'span {number}'):\n        pass"
    ),
    "leaks 5,000 tasks": (
        "global kept\nkept = []\n"
        "if 'asyncio' in repr(sys.modules['sniffio'].current_async_library()):\n"
        "    kept += [asyncio.ensure_future(asyncio.Event().wait()) for _ in range(5000)]"
    ),
    "makes ten thousand choices": (
        "async with anyio.create_task_group() as tasks:\n    for _ in range(50):\n        tasks.start_soon(many)"
    ),
}
AFTER = "\n\nasync def many():\n    for _ in range(200):\n        await checkpoint()\n"

WRONG = {
    "fails out of order, after 0.3 s": (
        "burn(0.3)",
        "order = []\n    async def note(number):\n        order.append(number)\n"
        "    async with anyio.create_task_group() as tasks:\n"
        "        for number in range(8):\n            tasks.start_soon(note, number)\n"
        "    return await right(*args, **options) if order == sorted(order) else ['wrong']",
    ),
    "returns 12,000 integers of one hash": (
        "pass",
        "found = {}\n    for number in range(12_000):\n        found[number * (2**61 - 1)] = 0\n    return [found]",
    ),
    "returns 12,000 texts in a dict": ("pass", "return [{str(number): [number] for number in range(12_000)}]"),
    "blocks the loop in 300 spans": (
        "stolen = stage()\nfor number in range(300):\n"
        "    await stolen.span(f'span {number}').__aenter__()\n"
        "for _ in range(2500):\n    time.sleep(0.01)\n    await checkpoint()",
        "return ['wrong']",
    ),
}


def files() -> dict[str, tuple[str, str]]:
    """The exercise and the text put behind its right answer, by what a file does."""
    found: dict[str, tuple[str, str]] = {}
    for name, waste in WASTES.items():
        found[f"ex01 {name}"] = "ex01", text("ex01", waste, RIGHT)
    for name, (waste, answer) in WRONG.items():
        found[f"ex01 {name}"] = "ex01", text("ex01", waste, answer)
    for name in ("really sleeps 0.2 s in each step", "computes for 0.3 s in each step", "leaves at once"):
        found[f"ex05 {name}"] = "ex05", text("ex05", WASTES[name], RIGHT)
    pair = "silent, other = socket.socketpair()\n"
    polling = (
        pair + "async with anyio.create_task_group() as tasks:\n"
        "    tasks.start_soon(anyio.wait_readable, silent)\n"
        "    while True:\n        await anyio.sleep(0.001)"
    )
    found["ex05 polls beside a socket"] = "ex05", text("ex05", polling, RIGHT)
    found["ex05 awaits a silent socket"] = "ex05", text("ex05", pair + "await anyio.wait_readable(silent)", RIGHT)
    return found


def text(exercise: str, waste: str, answer: str) -> str:
    function = FUNCTIONS[exercise]
    return BEFORE.format(waste=indent(waste, "    "), function=function, answer=answer) + AFTER


def main(names: list[str]) -> int:
    kit = load_kit(CHECKOUT)
    largest, wanted = 0.0, files()
    if unknown := sorted(set(names) - wanted.keys()):
        sys.exit(f"no file does this: {', '.join(unknown)}\nthere are: {', '.join(wanted)}")
    print("wall s   charged s  own CPU s   plays   points  what it does: how its tests ended")
    with Box() as box, tempfile.TemporaryDirectory() as folder:
        assert box.level
        for name in names or wanted:
            exercise, added = wanted[name]
            seconds, charged, computed, verdict = graded(box, kit, kit.exercise(exercise), added, Path(folder))
            ended = Counter(r.failure.ended if r.failure else r.outcome for test in verdict.tests for r in test.results)
            words = ", ".join(f"{count} {how}" for how, count in ended.most_common())
            costs = f"{seconds:>6.1f}{charged:>12.1f}{computed:>11.1f}"
            row = f"{costs}{verdict.plays:>8}{verdict.points:>9.1f}  {name}: {words}"
            print(row, *sorted(limits_of(verdict)), sep="\n" + " " * 48, flush=True)
            largest = max(largest, charged)
    print(f"\nlargest {largest:.0f} s charged, aim {AIM_SECONDS} s")
    return int(largest > AIM_SECONDS)


def limits_of(verdict: Verdict) -> set[str]:
    """What is said about the plays that reached a limit."""
    failures = [result.failure for test in verdict.tests for result in test.results if result.failure]
    return {failure.error.partition("(")[2].rstrip(")") for failure in failures if failure.ended is Ended.LIMIT}


def graded(box: Box, kit: Kit, exercise: Exercise, added: str, folder: Path) -> tuple[float, float, float, Verdict]:
    """Wall time, what was charged, and our own CPU time of grading a file and writing its reports; and the verdict."""
    assert exercise.reference is not None
    path = folder / exercise.file
    path.write_text(exercise.reference.read_text() + added)
    began, before = time.perf_counter(), time.process_time()
    request = Request(path=path, shown=exercise.file, check=lambda *_: Findings(faults=(), look=()))
    budgets: list[Budget] = []
    with mock.patch.object(
        Budget, "within", lambda *args, **named: budgets.append(within(*args, **named)) or budgets[0]
    ):
        (verdict,) = grade(box, kit, exercise, [request], processors=usable_processors())
    run_document((verdict,), version="0")
    about = {"kit_title": kit.title, "diagnoses": kit.diagnoses, "made_at": verdict.judged_at}
    learner_page([verdict], templates=CHECKOUT / "templates", **about)
    computed = time.process_time() - before
    limits, left = exercise.limits, budgets[0]
    waited = max(limits.total_wall_seconds - left.real, limits.total_cpu_seconds - left.cpu)
    return time.perf_counter() - began, waited + computed, computed, verdict


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
