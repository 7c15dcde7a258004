"""What each command does, below the arguments and above the screen: one tiny kit, one workspace, a real box."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from grader.desk import learner
from grader.desk.afterwards import Afterwards
from grader.desk.learner import Desk
from grader.desk.run import RunDesk, RunOptions
from grader.desk.workspace import create_workspace, read_attempts
from grader.errors import KitError, UsageError, WorkspaceError
from grader.judge.options import asked_for
from grader.judge.verdict import Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import builtin_root, load_kit
from grader.reports.screen import ASCII
from grader.reports.views import ExerciseState
from grader.sandbox.box import Box
from tests.kit_samples import RIGHT, TOO_SOON, WRONG_VALUE, answer, change, make_kit


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A fresh workspace of the tiny kit."""
    create_workspace(tmp_path / "mine", load_kit(make_kit(tmp_path / "kit")))
    return tmp_path / "mine"


def at(folder: Path) -> Desk:
    return Desk(directory=folder, kit=None)


def exercise(desk: Desk, id: str = "ex01") -> Exercise:
    return desk.kit.exercise(id)


def write(mine: Path, text: str, name: str = "double") -> Path:
    path = next(mine.glob("ex*_" + name)) / f"{name}.py"
    path.write_text(answer(text, name))
    return path


def graded(box: Box, mine: Path, id: str = "ex01", file: Path | None = None, **asked: Any) -> Verdict:
    """Grade and store as `grade ex01` does, and give the verdict."""
    desk = at(mine)
    run = RunDesk(desk, RunOptions(file=file, play_options=asked_for(**asked)))
    verdicts = run.grade(box, [desk.kit.exercise(id)])
    run.store(verdicts)
    return verdicts[0]


def overview(desk: Desk) -> str:
    out = io.StringIO()
    desk.overview(Console(file=out, width=80), ASCII)
    return out.getvalue()


# ---- which kit -------------------------------------------------------------------------------------------------------


def test_without_a_workspace_it_is_the_kit_that_comes_with_the_grader(tmp_path: Path) -> None:
    assert at(tmp_path).kit.root == builtin_root()


def test_in_a_workspace_it_is_the_workspaces_kit(mine: Path) -> None:
    assert at(mine / "ex01_double").kit.title == "Tiny"


def test_in_the_folder_of_a_kit_it_is_that_kit(tmp_path: Path, mine: Path) -> None:
    kit = make_kit(mine / "kit")
    change(kit / "exercises" / "kit.toml", '"Tiny"', '"Inner"')

    assert at(kit).kit.title == "Inner"
    assert at(kit).create(tmp_path / "new")[0] == tmp_path / "new"
    assert at(tmp_path / "new").kit.title == "Inner"


def test_a_learners_folder_that_holds_a_kit_belongs_to_the_kit_that_it_names(mine: Path) -> None:
    (mine / "exercises").mkdir()
    (mine / "exercises" / "kit.toml").write_text("")

    assert at(mine).kit.title == "Tiny"


def test_a_kit_that_is_named_goes_before_the_workspaces(tmp_path: Path, mine: Path) -> None:
    other = make_kit(tmp_path / "other")
    change(other / "exercises" / "kit.toml", '"Tiny"', '"Other"')

    assert Desk(directory=mine, kit=other).kit.title == "Other"


def test_a_kit_that_has_gone_is_blamed_on_the_file_that_names_it(tmp_path: Path, mine: Path) -> None:
    (tmp_path / "kit").rename(tmp_path / "away")

    with pytest.raises(WorkspaceError, match=r"grade\.toml: there is no kit in .*kit") as caught:
        _ = at(mine).kit
    assert "`kit = ...`" in caught.value.hint


# ---- which exercise --------------------------------------------------------------------------------------------------


def test_exercises_are_chosen_by_name_in_the_order_given_and_once(mine: Path) -> None:
    chosen = at(mine).choose(["ex02", "ex01", "ex02"])

    assert [one.id for one in chosen] == ["ex02", "ex01"]


def test_in_the_folder_of_an_exercise_it_is_that_one(mine: Path) -> None:
    assert [one.id for one in at(mine / "ex02_wait").choose([])] == ["ex02"]


def test_elsewhere_it_must_be_named_and_the_hint_names_one_of_this_kit(mine: Path) -> None:
    with pytest.raises(UsageError, match=r"which exercise\?") as caught:
        at(mine).choose([])
    assert "`grade ex01`" in caught.value.hint


def test_the_same_exercise_by_two_names_is_chosen_once(mine: Path) -> None:
    assert [exercise.id for exercise in at(mine).choose(["ex1", "wait", "double"])] == ["ex01", "ex02"]


@pytest.mark.parametrize("near", ["doubel", "ex01_doubel"])
def test_an_unknown_exercise_comes_with_the_nearest(mine: Path, near: str) -> None:
    with pytest.raises(UsageError, match=f"there is no exercise '{near}'") as caught:
        at(mine).choose([near])
    assert "`ex01`" in caught.value.hint


# ---- grading ---------------------------------------------------------------------------------------------------------


def test_a_verdict_on_the_learners_file_is_stored(box: Box, mine: Path) -> None:
    write(mine, WRONG_VALUE)
    verdict = graded(box, mine)

    desk = at(mine)
    assert desk.workspace is not None
    assert read_attempts(desk.workspace, exercise(desk)) == [verdict]
    assert verdict.file == "ex01_double/double.py"


@pytest.mark.parametrize("asked", [{"tests": (1,)}, {"backend": "trio"}, {"seed": 2}, {"schedules": 1}])
def test_a_part_of_an_exercise_is_no_attempt(box: Box, mine: Path, asked: dict[str, Any]) -> None:
    write(mine, RIGHT)
    graded(box, mine, **asked)

    assert not (mine / ".gradekit" / "attempts").exists()


def test_another_file_is_no_attempt(box: Box, mine: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.py"
    other.write_text(answer(RIGHT))

    assert graded(box, mine, file=other).status is Status.PASS
    assert not (mine / ".gradekit" / "attempts").exists()


def test_a_file_is_looked_for_where_the_command_works(box: Box, mine: Path) -> None:
    (mine / "try.py").write_text(answer(RIGHT))

    assert graded(box, mine, file=Path("try.py")).status is Status.PASS


def test_files_beside_the_answer_are_named(box: Box, mine: Path) -> None:
    (write(mine, RIGHT).parent / "helper.py").write_text("")

    assert graded(box, mine).ignored == ("helper.py",)


def test_one_file_goes_with_one_exercise(box: Box, mine: Path) -> None:
    desk = at(mine)

    with pytest.raises(UsageError, match="--file goes with one exercise"):
        RunDesk(desk, RunOptions(file=Path("x.py"))).grade(box, desk.kit.exercises)


def test_a_test_that_does_not_exist_is_refused_before_anything_is_played(box: Box, mine: Path) -> None:
    with pytest.raises(UsageError, match="ex01 has no test 3") as caught:
        graded(box, mine, tests=(3,))
    assert caught.value.hint == "It has tests 1 to 2."


def test_a_backend_that_an_exercise_does_not_have_is_refused(box: Box, mine: Path, tmp_path: Path) -> None:
    change(tmp_path / "kit/exercises/ex01_double/exercise.toml", "minutes = 5", 'minutes = 5\nbackends = ["asyncio"]')

    with pytest.raises(UsageError, match="ex01 does not run on trio"):
        graded(box, mine, backend="trio")


def test_outside_of_a_workspace_a_file_must_be_named(box: Box, tmp_path: Path, mine: Path) -> None:
    (tmp_path / "double.py").write_text("")
    desk = Desk(directory=tmp_path, kit=tmp_path / "kit")

    with pytest.raises(UsageError, match="not a folder of exercises") as caught:
        RunDesk(desk, RunOptions()).grade(box, [exercise(desk)])
    assert caught.value.hint == f"Type `cd {mine}`, or name a file: `grade ex01 --file double.py`."


def test_a_broken_exercise_leaves_the_verdicts_on_the_others(box: Box, tmp_path: Path, mine: Path) -> None:
    write(mine, RIGHT, "wait")
    (tmp_path / "kit/exercises/ex01_double/scenarios.py").write_text("def (")
    desk = at(mine)

    broken, fine = RunDesk(desk, RunOptions()).grade(box, desk.kit.exercises)

    assert (broken.status, fine.status) == (Status.NOT_JUDGED, Status.PASS)
    assert "scenarios.py:1" in broken.trouble
    assert not broken.own_fault


def test_a_broken_exercise_alone_is_an_error(box: Box, tmp_path: Path, mine: Path) -> None:
    (tmp_path / "kit/exercises/ex01_double/scenarios.py").write_text("def (")

    with pytest.raises(KitError, match=r"scenarios\.py:1"):
        graded(box, mine)


# ---- where am I, what next -------------------------------------------------------------------------------------------


def test_a_new_workspace_begins_with_the_lesson_of_the_first_exercise(mine: Path) -> None:
    shown = overview(at(mine))

    assert "0 of 2 exercises complete" in shown
    assert "next: ex01  double" in shown
    for said in ("ex01_double/README.md", "ex01_double/double.py", "grade ex01 "):
        assert said in shown


def test_in_the_folder_of_an_exercise_that_one_is_next_with_paths_from_there(mine: Path) -> None:
    shown = overview(at(mine / "ex02_wait"))

    assert "next: ex02  wait" in shown
    assert "\n      wait.py " in shown


def test_after_a_fail_it_says_what_failed_and_how_to_get_a_hint(box: Box, mine: Path) -> None:
    write(mine, WRONG_VALUE)
    graded(box, mine)

    shown = overview(at(mine))
    assert "the last attempt fails test 1: returns twice the argument" in shown
    assert "grade hint ex01" in shown


def test_after_a_file_that_cannot_be_judged_it_says_why(box: Box, mine: Path) -> None:
    write(mine, "x = 1\n")
    graded(box, mine)

    shown = overview(at(mine))
    assert "the last attempt cannot be judged: the file defines no `double`" in shown
    assert "cannot be judged\n" in shown


def test_a_stub_that_was_graded_is_not_started(box: Box, mine: Path) -> None:
    graded(box, mine)

    shown = overview(at(mine))
    assert shown.count("not started") == 2
    assert "last attempt" not in shown


def test_a_complete_exercise_gives_way_to_the_next(box: Box, mine: Path) -> None:
    write(mine, RIGHT)
    graded(box, mine)

    assert "next: ex02" in overview(at(mine))
    assert "next: ex02" in overview(at(mine / "ex01_double"))


def test_when_all_is_complete_there_is_a_report(box: Box, mine: Path) -> None:
    for id, name in (("ex01", "double"), ("ex02", "wait")):
        write(mine, RIGHT, name)
        graded(box, mine, id)

    shown = overview(at(mine))
    assert "All exercises are complete." in shown
    assert "grade report" in shown


def test_outside_of_a_workspace_it_says_how_to_get_to_one(tmp_path: Path, mine: Path) -> None:
    shown = overview(Desk(directory=tmp_path, kit=tmp_path / "kit"))
    assert f"cd {mine} " in " ".join(shown.replace("\\\n", " ").split())  # it may be continued on a second line
    assert "grade init DIR" in overview(Desk(directory=tmp_path / "kit", kit=tmp_path / "kit"))


def test_progress_as_a_document_has_the_states_and_points(box: Box, mine: Path) -> None:
    write(mine, WRONG_VALUE)
    graded(box, mine)

    first, second = json.loads(at(mine).progress_document())["exercises"]
    assert (first["id"], first["state"], first["points"], first["total"]) == ("ex01", ExerciseState.FAILING, 40, 100)
    assert (second["id"], second["state"], second["concepts"]) == ("ex02", ExerciseState.NEW, ["tasks"])


# ---- hints, explanations, answers ------------------------------------------------------------------------------------


def test_hints_go_from_the_diagnosis_to_the_exercise_and_stay_at_the_last(box: Box, mine: Path) -> None:
    write(mine, WRONG_VALUE)
    graded(box, mine)

    said = [at(mine).hint_now("ex01") for _ in range(7)]

    order = ["value hint 1", "value hint 2", "value hint 3", "general hint 1", "general hint 2", "general hint 3"]
    assert [text.split("\n\n")[1] for text in said] == [*order, "general hint 3"]
    assert said[0].startswith("ex01, test 1 (wrong-value), hint 1 of 6")
    assert said[4].endswith("`grade hint ex01 --now` shows it at once.")
    assert said[6].endswith("That was the last one.")


def test_a_hint_belongs_to_the_run_that_was_shown_last_also_if_it_was_of_one_test(box: Box, mine: Path) -> None:
    write(mine, WRONG_VALUE.replace("sleep(n)", "sleep(0)"))
    graded(box, mine)
    graded(box, mine, tests=(2,))
    of_one_test = at(mine).hint("ex01")
    graded(box, mine)

    assert at(mine).hint(None) == at(mine).hint("ex01")
    assert of_one_test.startswith("ex01, test 2 (")
    assert at(mine).hint("ex01").startswith("ex01, test 1 (wrong-value), hint 1 of 6")


def test_the_hint_says_that_the_file_has_changed_since(box: Box, mine: Path) -> None:
    write(mine, WRONG_VALUE)
    graded(box, mine)
    write(mine, "# another\n" + WRONG_VALUE)

    assert at(mine).hint("ex01").endswith("note: the file has changed since; `grade ex01` checks it")


def test_before_any_attempt_there_are_the_hints_of_the_exercise(mine: Path) -> None:
    assert "general hint 1" in at(mine).hint("ex01")
    assert "general hint 1" in at(mine / "ex02_wait").hint(None)


def test_hints_of_an_exercise_go_before_those_of_the_diagnosis(tmp_path: Path, mine: Path, box: Box) -> None:
    own = '[hints]\nwrong-value = ["mine 1", "mine 2", "mine 3"]'
    change(tmp_path / "kit/exercises/ex01_double/exercise.toml", "[hints]", own)
    write(mine, WRONG_VALUE)
    graded(box, mine)

    assert "mine 1" in at(mine).hint("ex01")


def test_a_complete_exercise_needs_no_hint(box: Box, mine: Path) -> None:
    write(mine, RIGHT)
    graded(box, mine)

    assert "no hint is needed" in at(mine).hint("ex01")


def test_the_answer_is_shown_after_a_pass_and_not_before(box: Box, mine: Path) -> None:
    write(mine, TOO_SOON)
    graded(box, mine)
    with pytest.raises(UsageError, match="ex01 is not complete yet"):
        Afterwards(at(mine)).reference("ex01")

    write(mine, RIGHT)
    graded(box, mine)
    assert Afterwards(at(mine)).reference("ex01") == answer(RIGHT)


def test_a_kit_without_answers_says_so(box: Box, tmp_path: Path, mine: Path) -> None:
    (tmp_path / "kit" / "solutions").rename(tmp_path / "away")
    write(mine, RIGHT)
    graded(box, mine)

    with pytest.raises(UsageError, match="this kit comes without answers"):
        Afterwards(at(mine)).reference("ex01")


# ---- pages and folders -----------------------------------------------------------------------------------------------


def test_the_report_is_one_page_about_the_last_attempts(box: Box, mine: Path) -> None:
    for text in (WRONG_VALUE, RIGHT):
        write(mine, text)
        graded(box, mine)

    page = at(mine).write_report(None)

    assert page == mine / "grade-report.html"
    assert "Tiny" in page.read_text(encoding="utf-8")


def test_one_failing_play_of_an_exercise_can_be_stepped_through_and_on_request_every_one(box: Box, mine: Path) -> None:
    write(mine, TOO_SOON.replace("2 * n", "n"))
    graded(box, mine)

    page = at(mine).write_report(None).read_text(encoding="utf-8")
    every = at(mine).write_report_with_every_step(Path("every.html")).read_text(encoding="utf-8")

    assert [text.count("Step through this play") for text in (page, every)] == [1, 2]
    assert "<code>main</code> begins." in page
    assert "await anyio.sleep(0)</span>" in page


def test_the_course_is_pages_with_how_far_the_learner_is(box: Box, mine: Path) -> None:
    write(mine, RIGHT)
    graded(box, mine)

    overview = at(mine).write_course()

    assert overview == mine / "grade-course" / "index.html"
    assert "<h1>1 of 2 exercises complete</h1>" in overview.read_text(encoding="utf-8")
    diagnoses = [f"diagnosis-{slug}.html" for slug in at(mine).kit.diagnoses]
    written = sorted(path.name for path in overview.parent.iterdir())
    assert written == sorted(["ex01.html", "ex02.html", "index.html", *diagnoses])


def test_a_file_in_the_way_of_the_course_is_named(mine: Path) -> None:
    (mine / "grade-course").write_text("x")

    with pytest.raises(WorkspaceError, match=r"grade-course/index\.html: a file is where") as said:
        at(mine).write_course()
    assert said.value.hint == "Make room for the lessons: they are written to grade-course/."


def test_without_an_attempt_there_is_nothing_to_report(mine: Path) -> None:
    with pytest.raises(WorkspaceError, match="nothing to report yet"):
        at(mine).write_report(None)


def test_a_report_that_cannot_be_written_is_an_error_that_names_it(box: Box, mine: Path) -> None:
    write(mine, RIGHT)
    graded(box, mine)

    with pytest.raises(WorkspaceError, match=r"grade\.toml/page\.html: a file is where"):
        at(mine).write_report(Path("grade.toml/page.html"))


def test_what_needs_a_workspace_says_how_to_get_to_one(tmp_path: Path, mine: Path) -> None:
    desk = Desk(directory=tmp_path, kit=tmp_path / "kit")

    with pytest.raises(WorkspaceError, match="not a folder of exercises") as caught:
        desk.hint("ex01")
    assert caught.value.hint == f"Type `cd {mine}`, or give the folder with -C."


def test_init_below_a_workspace_refreshes_that_one(mine: Path) -> None:
    root, made = at(mine / "ex01_double").create(None)

    assert (root, made.written) == (mine, ())


def test_init_of_a_workspace_from_outside_keeps_its_kit(tmp_path: Path, mine: Path) -> None:
    (mine / "ex01_double" / "double.py").unlink()

    root, made = at(tmp_path).create(Path("mine"))

    assert (root, made.written) == (mine, ("ex01_double/double.py",))


def test_reset_says_where_the_file_has_gone_and_what_next(mine: Path) -> None:
    write(mine, RIGHT)

    said = at(mine / "ex01_double").reset("ex01")

    assert said.startswith("Your file is kept as ../.gradekit/backups/ex01_double/double.1.py. To undo")
    assert said.endswith("`grade ex01`.")


def test_what_follows_is_the_exercise_here_unless_it_is_complete() -> None:
    exercises = load_kit(builtin_root()).exercises
    entries = [learner.progress_of(exercise, []) for exercise in exercises]

    assert learner.next_open(entries, None) is entries[0]
    assert learner.next_open(entries, "ex03") is entries[2]
    assert learner.next_open([], None) is None
