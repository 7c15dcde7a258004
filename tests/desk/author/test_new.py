"""`grade kit new`: a kit that passes its check as it is made, and nothing that is overwritten."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.desk.author.figures import check_figures
from grader.desk.author.new import FIRST, add_exercise, make_kit
from grader.errors import KitError, UsageError
from grader.judge import kitcheck
from grader.kit.kit import builtin_root, load_kit, read_kit
from grader.sandbox.box import Box
from tests.processes import grade, inside

TEMPLATE = builtin_root() / "templates" / "kit"


def problems(box: Box, root: Path) -> list[str]:
    return [str(each.fault) for one in kitcheck.check(box, read_kit(root)) for each in one.problems]


def contents(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


# ---- what is made ----------------------------------------------------------------------------------------------------


def test_the_template_passes_its_check_as_it_lies(box: Box) -> None:
    assert problems(box, TEMPLATE) == []


def test_a_new_kit_with_a_second_exercise_passes_its_check(box: Box, tmp_path: Path) -> None:
    make_kit(tmp_path)
    add_exercise(tmp_path, "ex07_odd_name")

    kit = load_kit(tmp_path)
    assert [exercise.folder.name for exercise in kit.exercises] == [FIRST, "ex07_odd_name"]
    assert problems(box, tmp_path) == []
    assert [fault for exercise in kit.exercises for fault in check_figures(box, exercise).faults] == []


def test_an_exercise_has_the_name_that_was_asked_for_in_all_of_its_files(tmp_path: Path) -> None:
    make_kit(tmp_path, "ex07_odd_name")

    (exercise,) = load_kit(tmp_path).exercises
    assert (exercise.id, exercise.title, exercise.file) == ("ex07", "odd_name", "odd_name.py")
    assert "def odd_name(fn" in exercise.stub.read_text()
    assert exercise.reference is not None
    for name, content in contents(tmp_path).items():
        assert re.findall(r"\bsample\b|\bex01\b|ex01_sample", name + content.decode()) == []


def test_it_has_everything_that_an_author_is_to_be_shown(tmp_path: Path) -> None:
    make_kit(tmp_path)

    kit = load_kit(tmp_path)
    (exercise,) = kit.exercises
    scenarios, own = exercise.scenarios.read_text(), kit.diagnoses.keys() - {"general"}
    assert "stage.token(" in scenarios
    assert "stage.span(" in scenarios
    assert ".raised ==" in exercise.test_file.read_text()
    assert len(exercise.tests) >= 3
    assert sum(test.points for test in exercise.tests) == 100
    assert {"called-again", "error-kept"} <= own
    assert len(list((exercise.solutions or Path()).glob("right/*.py"))) == 3


def test_each_file_begins_with_a_comment_that_says_what_it_is_for(tmp_path: Path) -> None:
    make_kit(tmp_path)

    begins = {name: content.decode().lstrip() for name, content in contents(tmp_path).items()}
    picture = begins.pop("exercises/ex01_once/figures/done-twice.svg")
    assert picture.splitlines()[1].startswith("<!-- Drawn by `grade kit figures`")
    assert [name for name, text in begins.items() if not text.startswith(("#", '"""', "<!--"))] == []
    # The first line of a wrong answer is the grader's; its comment follows.
    wrong = [text.splitlines()[1] for name, text in begins.items() if "/wrong/" in name]
    assert wrong
    assert [line for line in wrong if not line.startswith("# A wrong answer")] == []


def test_the_command_prints_the_files_and_what_to_type_next(tmp_path: Path) -> None:
    done = grade("kit", "new", "my kit", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert sorted(line.removeprefix("  new      ") for line in lines if line.startswith("  new ")) == sorted(
        contents(tmp_path / "my kit")
    )
    assert "  grade kit check 'my kit'" in lines
    assert "  pytest 'my kit/exercises/ex01_once'" in lines
    assert "  grade --kit 'my kit' init learner" in lines


def test_a_folder_without_a_kit_gets_one_with_the_exercise_that_was_named(tmp_path: Path) -> None:
    done = inside("kit", "new", "mine", "--exercise", "ex02_retry", cwd=tmp_path)

    assert done.returncode == 0
    assert [exercise.id for exercise in load_kit(tmp_path / "mine").exercises] == ["ex02"]
    assert inside("kit", "new", "mine", "--exercise", "ex03_more", cwd=tmp_path).returncode == 0
    assert [exercise.id for exercise in load_kit(tmp_path / "mine").exercises] == ["ex02", "ex03"]


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_a_second_kit_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    inside("kit", "new", "mine", cwd=tmp_path)
    before = contents(tmp_path)

    done = inside("kit", "new", "mine", cwd=tmp_path)

    assert done.returncode == 4
    assert "there is a kit already" in done.stderr
    assert "help: Add an exercise to it with `grade kit new mine --exercise ex02_name`." in done.stderr
    assert contents(tmp_path) == before


@pytest.mark.parametrize("there", ["README.md", ".gitignore", "solutions/ex01_once/wrong/polls.py"])
def test_a_file_that_is_there_stays_and_nothing_is_made_beside_it(tmp_path: Path, there: str) -> None:
    (tmp_path / there).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / there).write_text("mine")

    with pytest.raises(KitError, match=re.escape(f"{tmp_path / there}: this file is there already")):
        make_kit(tmp_path)

    assert contents(tmp_path) == {there: b"mine"}


@pytest.mark.parametrize("taken", ["ex01_once", "ex01_other"])
def test_a_number_that_is_taken_is_refused_and_a_free_one_is_named(tmp_path: Path, taken: str) -> None:
    make_kit(tmp_path)
    before = contents(tmp_path)

    with pytest.raises(KitError, match="ex01 is taken by ex01_once") as refused:
        add_exercise(tmp_path, taken)

    assert f"`ex02_{taken.partition('_')[2]}`" in refused.value.hint
    assert contents(tmp_path) == before


def test_a_number_is_taken_by_a_folder_too_that_no_list_names(tmp_path: Path) -> None:
    make_kit(tmp_path)
    (tmp_path / "exercises" / "ex02_draft").mkdir()

    with pytest.raises(KitError, match="ex02 is taken by ex02_draft"):
        add_exercise(tmp_path, "ex02_retry")


@pytest.mark.parametrize(
    "name", ["retry", "ex2_retry", "ex0002_retry", "ex02", "ex02_", "ex02_Retry", "ex02_2nd", "../ex"]
)
def test_what_is_not_the_name_of_an_exercise_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not the name of an exercise"):
        make_kit(tmp_path, name)

    assert contents(tmp_path) == {}


@pytest.mark.parametrize("name", ["ex02_async", "ex02_queue", "ex02_anyio", "ex02_scenarios", "ex02_test_hidden"])
def test_a_name_that_would_hide_a_module_or_is_a_keyword_is_refused(tmp_path: Path, name: str) -> None:
    done = inside("kit", "new", "mine", "--exercise", name, cwd=tmp_path)

    assert done.returncode == 2
    assert f"help: Choose another one, such as `{name.replace('_', '_my_', 1)}`." in done.stderr
    assert contents(tmp_path) == {}


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("a file")

    done = inside("kit", "new", "mine", cwd=tmp_path)

    assert done.returncode == 4
    assert done.stderr.startswith("error: mine")
