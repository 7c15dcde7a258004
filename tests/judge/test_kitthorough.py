"""What is proved beyond the check of a kit: many schedules, mutants, and what natural order alone would miss."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.judge import kitthorough
from grader.judge.kitcheck import Checked
from grader.kit.kit import load_kit
from grader.sandbox.box import Box
from tests.kit_samples import change, make_small_kit

FOLDER = "ex01_double"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_small_kit(tmp_path / "kit")


def proved(box: Box, root: Path) -> dict[str, Checked]:
    return {checked.subject: checked for checked in kitthorough.prove(box, load_kit(root)) if checked.exercise != "kit"}


def test_a_sound_kit_is_proved(box: Box, root: Path) -> None:
    found = proved(box, root)

    assert [checked.problems for checked in found.values()] == [(), (), ()]
    assert found["schedules"].summary == "4 right answers, 200 schedules"
    assert found["mutants"].summary == "6 of 6 noticed, 0 equivalent"
    assert found["natural order"].summary == "0 wrong answers passed on asyncio"


def test_a_right_answer_that_fails_under_some_schedule_is_a_problem(
    box: Box, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kitthorough, "SCHEDULES", 3)
    change(root / "solutions" / FOLDER / "right" / "way0.py", "n + n", "n")

    (problem,) = proved(box, root)["schedules"].problems

    assert problem.fault.path.name == "way0.py"
    assert problem.fault.what.startswith("it fails `test_value` under schedule 0: The value is not twice")
    assert problem.fault.hint.endswith("--schedules 3`.")


def test_a_mutant_that_no_test_notices_is_a_problem_at_its_line(box: Box, root: Path) -> None:
    reference = root / "solutions" / FOLDER / "double.py"
    change(reference, "    return 2 * n", "    n = float(n) if n > 9 else n\n    return 2 * n")

    found = proved(box, root)["mutants"].problems

    lines = {problem.fault.line for problem in found if problem.fault.path == reference}
    assert lines == {6}
    assert any("no hidden test notices `pass` in place of this line" in problem.fault.what for problem in found)
    assert any("under 97%" in problem.fault.what for problem in found)


def test_a_reason_for_a_mutant_settles_it_and_one_too_many_is_a_problem(box: Box, root: Path) -> None:
    reference = root / "solutions" / FOLDER / "double.py"
    change(reference, "    return 2 * n", "    await anyio.sleep(0)\n    return 2 * n")
    entry = '[[survivors]]\nbefore = "{}"\nafter = "pass"\nequivalent = true\nreason = "one more turn"\n'
    (reference.with_name("mutants.toml")).write_text(entry.format("await anyio.sleep(0)") + entry.format("x = 1"))

    checked = proved(box, root)["mutants"]

    assert "1 equivalent" in checked.summary
    said = [problem.fault.what for problem in checked.problems]
    assert "no mutant that survives reads `pass` in place of `x = 1`" in said
    assert not [what for what in said if what.startswith("no hidden test notices `pass`")]
