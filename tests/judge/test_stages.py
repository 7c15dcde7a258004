"""Verdicts in two stages, as for a file that is judged at every save: natural order first, and no other result."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from grader.judge.engine import Grading, Request
from grader.judge.exempt import check_for
from grader.judge.options import PlayOptions
from grader.judge.progress import NOBODY, Onlooker, Overtaken, Overtaking
from grader.judge.verdict import Status, Verdict
from grader.kit.kit import builtin_root, load_kit
from grader.sandbox.box import Box
from tests.kit_samples import TOO_SOON, answer, make_kit
from tests.processes import below

KIT = load_kit(builtin_root())
SOLUTIONS = builtin_root() / "solutions"
ANSWERS = [
    "ex01_join/join.py",
    "ex01_join/wrong/sequential.py",  # fails in natural order
    "ex01_join/wrong/completion_order.py",
    "ex02_select/wrong/decides_in_two_steps.py",  # fails under other schedules only
    "ex11_executor/executor.py",  # no event loop
]


def request(path: Path, name: str, options: PlayOptions) -> Request:
    exercise = KIT.exercise(name[:4])
    return Request(path=path, shown=exercise.file, options=options, check=check_for(exercise, path))


def comparable(verdict: Verdict) -> Verdict:
    """Without what depends on the clock, and on the order in which seconds are added up."""
    return replace(verdict, real_seconds=0, judged_at="", virtual_seconds=round(verdict.virtual_seconds, 3))


@pytest.mark.parametrize("processors", [1, 2])
@pytest.mark.parametrize("name", ANSWERS)
def test_the_last_stage_is_the_verdict_that_grade_gives(box: Box, name: str, processors: int) -> None:
    exercise = KIT.exercise(name[:4])
    asked = request(SOLUTIONS / name, name, PlayOptions(schedules=4))
    grading = Grading(box, KIT, exercise, processors, NOBODY)
    alone = comparable(grading.verdict(asked))
    # Twice: the second time the plays of the first are expected, and the reference is warm.
    verdicts = [comparable([*grading.stages(asked)][-1].verdict) for _ in range(2)]

    assert verdicts == [alone, alone]


def test_what_fails_under_another_schedule_alone_passes_so_far(box: Box) -> None:
    name = "ex02_select/wrong/decides_in_two_steps.py"
    grading = Grading(box, KIT, KIT.exercise("ex02"), 2, NOBODY)
    first, last = grading.stages(request(SOLUTIONS / name, name, PlayOptions()))

    assert (first.so_far, last.so_far) == (True, False)
    assert first.verdict.points > last.verdict.points
    assert not first.verdict.complete_run
    assert last.verdict.complete_run
    late = {test.number for test in last.verdict.tests if any(r.failure and r.failure.schedule for r in test.results)}
    assert late
    assert late <= {test.number for test in first.verdict.tests if test.passed}


@pytest.fixture
def overtaking(box: Box) -> Iterator[Overtaking]:
    """What ends the judging in this box."""
    overtaking = Overtaking()
    box.check = overtaking.check
    yield overtaking
    box.check = lambda: None


def test_a_play_that_hangs_is_given_up_when_its_file_is_out_of_date(
    box: Box, overtaking: Overtaking, tmp_path: Path
) -> None:
    kit, path = load_kit(make_kit(tmp_path / "kit")), tmp_path / "double.py"
    grading = Grading(box, kit, kit.exercise("ex01"), 2, Onlooker(stopping=overtaking))
    asked = Request(path=path, shown="double.py")
    before = below(box.process)
    path.write_text("async def double(n):\n    return pow(7, 10**12) and n\n")  # one call into C that nothing ends
    timer = threading.Timer(0.1, overtaking.overtake)
    timer.start()
    with pytest.raises(Overtaken):
        [*grading.stages(asked)]
    timer.join()

    assert below(box.process) == before, "nothing of it is left in the box"
    overtaking.begin()
    path.write_text(answer(TOO_SOON))
    assert [*grading.stages(asked)][-1].verdict.status is Status.FAIL
    grading.reference.close()


def test_natural_order_that_is_out_of_date_is_not_followed_by_the_rest(box: Box, overtaking: Overtaking) -> None:
    grading = Grading(box, KIT, KIT.exercise("ex01"), 2, Onlooker(stopping=overtaking))
    before = below(box.process)
    stages = grading.stages(request(SOLUTIONS / ANSWERS[0], ANSWERS[0], PlayOptions()))
    assert next(stages).so_far
    overtaking.overtake()

    with pytest.raises(Overtaken):
        next(stages)
    assert below(box.process) == before


def test_stages_that_nobody_wants_leave_no_process_behind(box: Box) -> None:
    grading = Grading(box, KIT, KIT.exercise("ex01"), 2, NOBODY)
    before = below(box.process)
    stages = grading.stages(request(SOLUTIONS / ANSWERS[0], ANSWERS[0], PlayOptions()))
    next(stages)
    assert below(box.process) > before
    stages.close()

    assert below(box.process) == before
