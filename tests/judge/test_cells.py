"""Both backends at the same time: what is learned is the same as one after the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.judge import engine
from grader.judge.cells import Cells
from grader.judge.engine import Request
from grader.judge.options import PlayOptions
from grader.judge.verdict import Verdict
from grader.kit.exercise import Limits
from grader.kit.kit import load_kit
from grader.sandbox.box import Box, Job
from grader.sandbox.budget import Budget
from grader.sandbox.cell import Cell
from grader.sandbox.play import Play
from grader.wire import BACKENDS
from grader.wire.recording import Ended
from tests.forging_samples import no_rules
from tests.kit_samples import RIGHT, TOO_SOON, WRONG_VALUE, answer, make_kit

ASK = "async def scenario(stage, **inputs): return await stage.submission.main(**inputs)"
FOR_SEED = "import anyio\nasync def main(n=0):\n    async with anyio.create_task_group() as tg:\n" + (
    "        for _ in range(5): tg.start_soon(anyio.sleep, 1)\n    return n"
)


def cells(box: Box, submission: str) -> Cells:
    job = Job(module="x", submission=submission, scenarios=ASK, limits=Limits(wall_seconds=60))
    budget = Budget()
    return Cells(BACKENDS, budget, lambda: Cell(box, job, budget))


def ask(backend: str, seed: int = 0, **inputs: object) -> Play:
    return Play("scenario", Play.encode(inputs), backend, seed)


def graded(box: Box, root: Path, text: str, processors: int) -> Verdict:
    course = load_kit(root)
    path = root / "answer.py"
    path.write_text(text)
    request = Request(path=path, shown="answer.py", options=PlayOptions(), check=no_rules)
    (verdict,) = engine.grade(box, course, course.exercise("ex01"), [request], processors=processors)
    return replace(verdict, real_seconds=0, judged_at="")


@pytest.mark.parametrize(
    "text",
    [
        RIGHT,
        WRONG_VALUE,
        TOO_SOON,
        "import anyio, sniffio\nasync def double(n):\n    await anyio.sleep(n)\n"
        "    return 2 * n if sniffio.current_async_library() == 'asyncio' else 0",
        "import os\nasync def double(n): os._exit(3)",
        "import anyio\nasync def double(n): await anyio.Event().wait()",
    ],
)
def test_the_verdict_is_the_same_on_one_processor_and_on_two(box: Box, tmp_path: Path, text: str) -> None:
    root = make_kit(tmp_path / "kit")
    one, two = (graded(box, root, answer(text), processors) for processors in (1, 2))

    assert one == two
    assert one.plays > 0


def test_a_play_is_begun_on_the_other_backend_and_counted_once_it_is_asked_for(box: Box) -> None:
    both = cells(box, FOR_SEED)

    assert both.recording(ask("asyncio", n=1)).result == 1
    assert both.plays == 1
    assert both.recording(ask("trio", n=1)).result == 1
    assert both.recording(ask("asyncio", n=2)).result == 2
    assert both.recording(ask("asyncio", n=1, seed=1)).result == 1
    both.close()

    assert both.plays == 4
    assert not both.tampered


def test_a_play_that_is_never_made_as_the_budget_is_spent_is_not_counted(box: Box) -> None:
    spent = cells(box, FOR_SEED)
    spent.budget.spent = "too much"
    assert spent.recording(ask("asyncio", n=1)).ended is Ended.LIMIT
    begun = cells(box, FOR_SEED)
    assert begun.recording(ask("asyncio", n=1)).result == 1
    begun.budget.spent = "too much"
    assert begun.recording(ask("trio", n=1)).ended is Ended.LIMIT
    for each in (spent, begun):
        each.close()

    assert (spent.plays, begun.plays) == (0, 1)


@pytest.mark.parametrize(
    ("ends", "begun"),
    [("await anyio.Event().wait()", True), ("return 1", False)],
    ids=["shuffled, as a deadlock is", "walked whole"],
)
def test_a_seed_is_begun_on_the_other_backend_if_the_judge_will_ask_for_it(box: Box, ends: str, begun: bool) -> None:
    both = cells(box, f"import anyio\nasync def main():\n    {ends}")
    for backend in BACKENDS:
        both.recording(ask(backend))
    both.recording(ask("asyncio", seed=1))
    is_known = both.cell_of("trio").is_known(ask("trio", seed=1))
    both.close()

    assert is_known is begun


def test_what_hangs_on_one_backend_is_known_on_the_other(box: Box) -> None:
    both = cells(box, "async def main(n):\n    while n: pass\n    return n")

    assert both.recording(ask("asyncio", n=1)).ended is Ended.BLOCKED_LOOP
    assert both.recording(ask("trio", n=0)).result == 0
    known = {backend: both.cell_of(backend).hung.blocked for backend in BACKENDS}
    both.close()

    assert known == {"asyncio": {2}, "trio": {2}}


def test_what_lies_on_the_other_backend_is_noticed(box: Box) -> None:
    lies = "import os, sniffio\nasync def main():\n    if sniffio.current_async_library() == 'trio': os.write(4, b'x')"
    both = cells(box, lies)
    both.recording(ask("asyncio"))
    both.close()

    assert both.tampered
