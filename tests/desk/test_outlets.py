"""``grade run --report`` and what GitHub Actions gets, as their users meet them: through the command itself."""

from __future__ import annotations

import base64
import errno
import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from grader.desk.run import Outlets, append_output, append_summary, guarded, report_orders, summarise_class
from grader.desk.workspace import create_workspace
from grader.errors import MachineError, WorkspaceError
from grader.kit.kit import load_kit
from grader.reports.github import MAX_SUMMARY
from tests import samples
from tests.kit_samples import RIGHT, WRONG_VALUE, answer, make_kit
from tests.processes import environment, inside
from tests.results_samples import class_of

NOISY = WRONG_VALUE.replace("return", 'print("::error::forged\\n##[error]forged")\n    return')


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a workspace in a folder of it."""
    root = tmp_path_factory.mktemp("repository")
    create_workspace(root / "course", load_kit(make_kit(root / "kit")))
    (root / "course" / "ex01_double" / "double.py").write_text(answer(NOISY))
    (root / "course" / "ex02_wait" / "wait.py").write_text(answer(RIGHT, "wait"))
    return root


def on_actions(repository: Path, summary: Path, *args: str) -> subprocess.CompletedProcess[str]:
    env = environment(GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(repository), GITHUB_STEP_SUMMARY=str(summary))
    return inside("run", "--all", "-C", "course", "--schedules", "1", *args, cwd=repository, env=env)


def test_every_report_that_is_asked_for_is_written_beside_the_screen(repository: Path, tmp_path: Path) -> None:
    reports = {name: tmp_path / "reports" / name for name in ("junit", "jsonl", "gradescope", "github")}

    done = inside(
        *("run", "--all", "-C", "course", "--schedules", "1"),
        *(f"--report={name}={path}" for name, path in reports.items()),
        cwd=repository,
    )

    assert done.returncode == 1, done.stderr
    assert "ex02" in done.stdout
    assert ElementTree.parse(reports["junit"]).getroot().get("tests") == "8"
    assert len(reports["jsonl"].read_text().splitlines()) == 2
    assert json.loads(reports["gradescope"].read_text())["score"] == 140
    assert reports["github"].read_text().startswith("## grade\n")


def test_a_relative_path_begins_where_one_works(repository: Path) -> None:
    inside("ex02", "-C", "course", "--schedules", "1", "--report", "exercism=../made/results.json", cwd=repository)

    assert json.loads((repository / "made" / "results.json").read_text())["status"] == "pass"


@pytest.mark.parametrize(
    ("args", "said", "code"),
    [
        (["--report", "csv=x"], "csv is the table of a class", 2),
        (["--report", "exercism=x"], "holds one exercise, not 2", 2),
        (["--report", "junit"], "no file is named", 2),
        (["--report", "classroom50=x"], "the environment has no CLASSROOM", 4),
    ],
)
def test_what_cannot_be_written_is_refused_before_anything_is_graded(
    repository: Path, args: list[str], said: str, code: int
) -> None:
    done = inside("run", "--all", "-C", "course", *args, cwd=repository)

    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "\nhelp: " in done.stderr


def test_a_report_that_cannot_be_written_costs_neither_the_screen_nor_the_attempt(tmp_path: Path) -> None:
    create_workspace(tmp_path / "mine", load_kit(make_kit(tmp_path / "kit")))
    (tmp_path / "mine" / "ex01_double" / "double.py").write_text(answer(RIGHT))

    done = inside("ex01", "--report", "junit=grade.toml/x.xml", cwd=tmp_path / "mine")

    assert done.returncode == 4
    assert "100 of 100 points" in done.stdout
    assert "grade.toml/x.xml" in done.stderr
    assert list((tmp_path / "mine" / ".gradekit").rglob("*.jsonl"))


def test_what_can_be_written_is_written_before_the_first_error_is_raised(tmp_path: Path) -> None:
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md")}
    orders = report_orders([f"jsonl={tmp_path}/b"], 1, tmp_path, environment)
    outlets = Outlets(orders=orders, home=tmp_path, environment=environment, trace=tmp_path / "b" / "trace.json")

    with pytest.raises(WorkspaceError, match=r"b/trace\.json"):
        outlets.write((samples.mixed(),))

    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "summary.md"]


# ---- GitHub Actions --------------------------------------------------------------------------------------------------


def test_elsewhere_nothing_is_said_to_github(repository: Path) -> None:
    done = inside("ex02", "-C", "course", "--schedules", "1", cwd=repository)

    assert done.stdout.splitlines()[-1].startswith("ex02  PASS")
    assert "::" not in done.stdout


def test_on_actions_the_screen_is_between_two_lines_and_the_annotations_follow(
    repository: Path, tmp_path: Path
) -> None:
    done = on_actions(repository, tmp_path / "summary.md", "-v")
    lines = done.stdout.splitlines()
    stop, end = lines[0], lines.index(f"::{lines[0].rpartition('::')[2]}::")

    assert stop.startswith("::stop-commands::")
    assert any("::error::forged" in line for line in lines[:end]), "what the program printed is shown, and inert"
    assert [line.partition("::error ")[2][:34] for line in lines[end + 1 :]] == ["file=course/ex01_double/double.py,"]


def test_on_actions_the_summary_is_added_to_what_is_there(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "summary.md").write_text("# before\n")

    on_actions(repository, tmp_path / "summary.md")

    assert (tmp_path / "summary.md").read_text().startswith("# before\n## grade\n")


def test_on_actions_a_json_document_stays_one(repository: Path, tmp_path: Path) -> None:
    done = on_actions(repository, tmp_path / "summary.md", "--json")

    assert json.loads(done.stdout)["verdicts"][0]["status"] == "fail"
    assert "##[" not in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.strip().startswith("::")]
    assert (tmp_path / "summary.md").read_text().startswith("## grade\n")


def test_on_actions_the_result_for_classroom_is_an_output_of_the_step(tmp_path: Path) -> None:
    output = tmp_path / "output"
    output.write_text("before=1\n")
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output)}

    Outlets(orders=(), home=tmp_path, environment=environment).write((samples.mixed(),))

    before, line = output.read_text().splitlines()
    assert before == "before=1"
    assert json.loads(base64.b64decode(line.removeprefix("result=")))["max_score"] == samples.mixed().total


def test_what_was_not_judged_sets_no_output_and_neither_does_a_run_elsewhere(tmp_path: Path) -> None:
    output = tmp_path / "output"
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output)}
    results = (samples.not_judged(backend, "there is no box") for backend in ("asyncio", "trio"))
    unjudged = samples.verdict(samples.case(1, "x", 5, *results))
    Outlets(orders=(), home=tmp_path, environment=environment).write((samples.mixed(), unjudged))
    Outlets(orders=(), home=tmp_path, environment={"GITHUB_OUTPUT": str(output)}).write((samples.mixed(),))

    assert not output.exists()
    with pytest.raises(MachineError, match=os.strerror(errno.EISDIR)):
        append_output("result=\n", {"GITHUB_OUTPUT": str(tmp_path)})


def test_a_class_adds_its_numbers_to_the_summary_and_to_nothing_elsewhere(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    summarise_class(class_of(5, 2), {"GITHUB_STEP_SUMMARY": str(path)})
    assert not path.exists()

    summarise_class(class_of(5, 2), {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(path)})

    assert "5 learners, 2 exercises" in path.read_text()


def test_on_actions_the_screen_of_a_class_is_between_two_lines_and_its_numbers_are_in_the_summary(
    repository: Path, tmp_path: Path
) -> None:
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "double.py").write_text(answer(RIGHT))

    done = inside(
        *("class", "class", "--kit", str(repository / "kit"), "--exercise", "ex01", "--schedules", "1"),
        *("--allow-level", "0"),
        cwd=tmp_path,
        env=environment(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md")),
    )
    lines = done.stdout.splitlines()

    assert done.returncode == 0, done.stderr
    assert (lines[0][:17], lines[-1]) == ("::stop-commands::", f"::{lines[0].rpartition('::')[2]}::")
    assert "1 learner, 1 exercise" in (tmp_path / "summary.md").read_text()


def test_a_screen_that_breaks_off_does_not_leave_github_deaf() -> None:
    said: list[str] = []

    with pytest.raises(ValueError, match="broken"), guarded(said.append, {"GITHUB_ACTIONS": "true"}):
        raise ValueError("broken")

    assert [line.strip(":").rpartition("::")[2] for line in said] == [said[1].strip(":")] * 2


def test_a_summary_takes_no_more_room_than_github_leaves(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("x" * (MAX_SUMMARY - 200))

    append_summary("## grade\n" + "y" * 1000, {"GITHUB_STEP_SUMMARY": str(path)})

    assert path.stat().st_size <= MAX_SUMMARY


def test_a_summary_that_cannot_be_written_is_an_error_of_the_machine(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match=os.strerror(errno.EISDIR)):
        append_summary("text", {"GITHUB_STEP_SUMMARY": str(tmp_path)})


def test_a_submission_outside_of_the_repository_keeps_its_path(tmp_path: Path) -> None:
    environment = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path / "repository")}
    said: list[str] = []

    Outlets(orders=(), home=tmp_path / "elsewhere", environment=environment).annotate((samples.mixed(),), said.append)

    assert "file=ex01_join/join.py," in said[0]
