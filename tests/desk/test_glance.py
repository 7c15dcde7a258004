"""`grade` alone at a glance: the same as after reading everything, and never more sure than the attempts are."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from grader.desk import glance
from grader.desk.learner import Desk, standing_after, standing_with
from grader.desk.standing import Standing, Standings
from grader.desk.workspace import add_attempts, best_attempt, create_workspace, find_workspace
from grader.errors import WorkspaceError
from grader.judge.verdict import Verdict
from grader.kit.kit import builtin_root, load_kit
from grader.kit.outline import read_outline
from grader.reports.progress import ExerciseState
from grader.reports.screen import ASCII
from tests import samples
from tests.kit_samples import change, make_kit

STUB = samples.unjudgeable(kind="untouched")
ATTEMPTS = {
    "none": [],
    "a stub": [STUB],
    "a fault": [samples.unjudgeable()],
    "a fail": [samples.mixed()],
    "a pass": [samples.mixed(), samples.perfect()],
    "worse than before": [samples.perfect(), samples.mixed()],
    "a stub after a fail": [samples.mixed(), STUB],
    "a fault after a stub": [STUB, samples.unjudgeable()],
}


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return make_kit(tmp_path / "kit")


@pytest.fixture
def mine(tmp_path: Path, kit: Path) -> Path:
    create_workspace(tmp_path / "mine", load_kit(kit))
    return tmp_path / "mine"


def store(mine: Path, attempts: list[Verdict]) -> None:
    workspace = find_workspace(mine)
    assert workspace is not None
    add_attempts(workspace, attempts)


def shown(seen: glance.Glance) -> str:
    console = Console(file=io.StringIO(), width=80)
    glance.show(console, ASCII, seen)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def in_full(directory: Path) -> str:
    """The overview of the way that reads everything, which remembers what it has found."""
    console = Console(file=io.StringIO(), width=80)
    Desk(directory=directory, kit=None).overview(console, ASCII)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


# ---- the two ways agree ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attempts", ATTEMPTS.values(), ids=ATTEMPTS)
@pytest.mark.parametrize("folder", [".", "ex02_wait"])
def test_a_glance_shows_what_reading_everything_shows(mine: Path, attempts: list[Verdict], folder: str) -> None:
    store(mine, attempts)
    full = in_full(mine / folder)
    seen = glance.glance(mine / folder, None)

    assert seen is not None
    assert shown(seen) == full


def test_outside_of_a_workspace_both_show_the_way_to_one(tmp_path: Path, kit: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    seen = glance.glance(tmp_path / "elsewhere", kit)

    assert seen is not None
    assert "grade init DIR" in shown(seen)


@pytest.mark.parametrize("attempts", ATTEMPTS.values(), ids=ATTEMPTS)
def test_the_points_are_those_of_the_best_attempt(attempts: list[Verdict]) -> None:
    best = best_attempt(attempts)

    assert standing_after(attempts).points == (best.points if best else 0)
    assert standing_after(attempts).is_judged is (best is not None)


def test_one_more_attempt_is_added_without_reading_the_others() -> None:
    for attempts in ATTEMPTS.values():
        if attempts:
            assert standing_with(standing_after(attempts[:-1]), attempts[-1]) == standing_after(attempts)


# ---- what is remembered ----------------------------------------------------------------------------------------------


def test_what_is_remembered_counts_only_for_the_attempts_that_are_there(mine: Path) -> None:
    store(mine, [samples.perfect()])
    assert glance.glance(mine, None) is None
    in_full(mine)
    assert glance.glance(mine, None) is not None

    store(mine, [samples.mixed()])

    assert glance.glance(mine, None) is None


def test_without_attempts_nothing_has_been_done_whatever_is_remembered(mine: Path) -> None:
    remembered = {"ex01": {"state": "complete", "points": 100, "trouble": "", "attempts": [1, 1]}}
    (mine / ".gradekit" / "progress.json").write_text(json.dumps(remembered))
    seen = glance.glance(mine, None)

    assert seen is not None
    assert [entry.state for entry in seen.entries] == [ExerciseState.NEW] * 2


@pytest.mark.parametrize(
    "damage", ["{", "[]", '{"ex01": 3}', '{"ex01": {"attempts": []}}', "\udcff", '{"ex01": {"state": "?"}}']
)
def test_what_is_damaged_is_found_out_anew(mine: Path, damage: str) -> None:
    store(mine, [samples.perfect()])
    (mine / ".gradekit" / "progress.json").write_bytes(damage.encode("utf-8", "surrogateescape"))

    assert glance.glance(mine, None) is None
    assert "100  complete" in in_full(mine)


def test_what_another_kit_has_left_there_stays(mine: Path) -> None:
    (mine / ".gradekit" / "progress.json").write_text('{"ex77": {"mine": 1}}')
    store(mine, [samples.perfect()])
    in_full(mine)

    assert json.loads((mine / ".gradekit" / "progress.json").read_text())["ex77"] == {"mine": 1}


def test_where_nothing_can_be_kept_the_overview_is_shown_all_the_same(mine: Path) -> None:
    store(mine, [samples.perfect()])
    (mine / ".gradekit" / "progress.json").mkdir()

    assert "100  complete" in in_full(mine)


def test_a_trouble_is_as_long_as_fits_a_screen(mine: Path) -> None:
    store(mine, [samples.perfect()])
    standings = Standings(mine)
    standings.put("ex01", Standing(state=ExerciseState.FAULTY, trouble="x" * 10_000))
    standings.write()

    found = Standings(mine).of("ex01")
    assert found is not None
    assert len(found.trouble) == 500


# ---- the outline of a kit --------------------------------------------------------------------------------------------


def test_the_outline_has_what_the_whole_kit_has() -> None:
    outline, kit = read_outline(builtin_root()), load_kit(builtin_root())

    assert outline is not None
    assert (outline.title, outline.version) == (kit.title, kit.version)
    for short, whole in zip(outline.exercises, kit.exercises, strict=True):
        for name in ("id", "title", "summary", "file", "concepts", "level", "minutes", "after"):
            assert getattr(short, name) == getattr(whole, name)
        assert short.folder == whole.folder.name
        assert sum(test.points for test in whole.tests) == 100
    assert set(outline.diagnoses) <= set(kit.diagnoses)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("kit.toml", "title = ", "titel = "),
        ("kit.toml", '"Tiny"', "3"),
        ("kit.toml", '"ex02_wait"]', '"ex03_gone"]'),
        ("kit.toml", '["ex01_double", "ex02_wait"]', "[]"),
        ("kit.toml", "format = 1", "format = "),
        ("ex01_double/exercise.toml", 'id = "ex01"', 'id = "ex07"'),
        ("ex01_double/exercise.toml", "level = 1", "level = true"),
        ("ex01_double/exercise.toml", '"double.py"', '"../double.py"'),
    ],
)
def test_whatever_is_odd_is_left_to_those_who_can_say_what_is_wrong(kit: Path, file: str, old: str, new: str) -> None:
    change(kit / "exercises" / file, old, new)

    assert read_outline(kit) is None


def test_a_kit_that_is_not_there_is_named(mine: Path) -> None:
    (mine / "grade.toml").write_text('kit = "gone"\n')

    with pytest.raises(WorkspaceError, match="there is no kit in"):
        glance.glance(mine, None)
