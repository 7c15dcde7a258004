"""What a kit learns from its wrong answers, and when that is out of date."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.judge import kitcheck
from grader.judge.explain.learned import read_learned
from grader.judge.kitanswers import claim_of
from grader.judge.options import EVERYTHING, PlayOptions
from grader.kit.kit import load_kit, read_kit
from grader.sandbox.box import Box
from tests.kit_samples import change, make_small_kit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A kit of one exercise: the other would only take time."""
    return make_small_kit(tmp_path / "kit")


def ignore(line: str) -> None:
    """Print nothing."""


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ("# fails: test_a (serial)\n# root: late\n", "late"),
        ("# fails: test_a, test_b (serial), test_c (late)\n", "serial"),
        ("# fails: test_a (serial)\n\n\n# root: late\n", "serial"),
        ("import anyio\n", None),
    ],
)
def test_the_root_of_a_wrong_answer_stands_at_its_top(tmp_path: Path, text: str, root: str | None) -> None:
    (tmp_path / "wrong.py").write_text(text)

    assert claim_of(tmp_path / "wrong.py").root == root


def test_what_was_learned_is_read_back_and_is_a_problem_once_it_is_out_of_date(box: Box, root: Path) -> None:
    kitcheck.learn(box, load_kit(root), options=EVERYTHING, echo=ignore)

    kit = load_kit(root)
    lessons = read_learned(kit.exercises[0]).lessons
    assert [lesson.file for lesson in lessons] == ["soon.py", "value.py"]
    assert [one.problems for one in kitcheck.check(box, read_kit(root)) if one.problems] == []

    file = root / "exercises" / "ex01_double" / "roots.toml"
    change(file, f'root = "{lessons[0].root}"', 'root = "deadlock"')
    (problems,) = [one.problems for one in kitcheck.check(box, read_kit(root)) if one.problems]
    assert problems[0].fault.path == file
    assert problems[0].fault.what == "roots.toml is not what the wrong answers show"


def test_nothing_is_learned_under_a_few_schedules(box: Box, root: Path) -> None:
    with pytest.raises(UsageError) as refused:
        kitcheck.learn(box, load_kit(root), options=PlayOptions(schedules=1), echo=ignore)

    assert refused.value.hint == "Leave --schedules out."
