"""``grade class`` runs no learner's code on a computer that isolates it badly, unless it is told to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.sandbox.box import Box
from tests.class_runs import hand_in, judged, points
from tests.kit_samples import RIGHT, make_kit
from tests.processes import CHECKOUT, environment, grade

WEAK = "from grader.sandbox import isolation\nisolation.ceiling = lambda: (1, 'this is a test')\n"
CLASS = ("class", "class", "--schedules", "1", "--jobs", "1")


@pytest.fixture
def weak(tmp_path: Path) -> dict[str, str]:
    """An environment in which every Python, that of the workers too, takes this computer for one of level 1."""
    folder = tmp_path / "customised"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(WEAK)
    return environment(PYTHONPATH=os.pathsep.join((str(folder), str(CHECKOUT))))


def test_below_level_2_nothing_is_played_and_the_message_says_how_to_accept_it(
    tmp_path: Path, weak: dict[str, str]
) -> None:
    kit = make_kit(tmp_path / "kit")
    hand_in(tmp_path, "ada", RIGHT)
    refused = grade(*CLASS, "--kit", str(kit), cwd=tmp_path, env=weak)

    assert (refused.returncode, refused.stdout) == (4, "")
    assert "error: this computer isolates other people's code at level 1 only" in refused.stderr
    assert "help: Run `grade doctor` to see why, or accept the risk with `--allow-level 1`." in refused.stderr
    assert judged(tmp_path) == []


def test_what_was_refused_is_graded_once_the_risk_is_accepted_and_the_level_is_kept(
    tmp_path: Path, weak: dict[str, str]
) -> None:
    kit = make_kit(tmp_path / "kit")
    hand_in(tmp_path, "ada", RIGHT)
    assert grade(*CLASS, "--kit", str(kit), cwd=tmp_path, env=weak).returncode == 4
    done = grade(*CLASS, "--kit", str(kit), "--allow-level", "1", cwd=tmp_path, env=weak)

    assert done.returncode == 0, done.stderr
    assert points(tmp_path)["ada", "ex01"] == "100"
    assert [one.verdict.level for one in judged(tmp_path)] == [1]


def test_a_level_that_is_allowed_is_the_least_and_not_the_one_to_use(tmp_path: Path, box: Box) -> None:
    kit = make_kit(tmp_path / "kit")
    hand_in(tmp_path, "ada", RIGHT)
    done = grade(*CLASS, "--kit", str(kit), "--allow-level", "0", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    assert [one.verdict.level for one in judged(tmp_path)] == [box.level]
