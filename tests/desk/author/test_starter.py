"""The starter repository and the autograder for Classroom 50: their files parse, and their commands do their work.

https://github.com/foundation50/classroom50/wiki/Advanced-Autograding documents Classroom 50: its runner unpacks the
folder of an assignment outside of the learner's repository, runs ``autograder.py`` with that repository as working
folder, and reads ``result.json`` there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from grader.desk.author.release import ReleaseOptions, release
from grader.kit.kit import load_kit
from tests.kit_samples import RIGHT, TOO_SOON, answer, make_kit
from tests.processes import CHECKOUT
from tests.release_samples import make_wheelhouse

SUBMITTED = {
    "CLASSROOM": "cs-principles",
    "ASSIGNMENT": "async",
    "USERNAME": "ada",
    "OWNER": "ada",
    "ASSIGNMENT_TYPE": "individual",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/org/repo/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/org/repo/releases/tag/submit",
    "REVIEW_URL": "https://github.com/org/repo/compare/0...a1b2c3d",
}
"""What the runner says of a submission."""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    release(load_kit(make_kit(folder / "kit")), folder / "out", ReleaseOptions())
    return folder / "out"


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Options for pip, which then needs no network."""
    return make_wheelhouse(tmp_path_factory.mktemp("pip") / "wheelhouse")


@pytest.fixture
def repository(out: Path, tmp_path: Path) -> Path:
    """A learner's copy of the starter repository."""
    return Path(shutil.copytree(out / "starter", tmp_path / "repository"))


# ---- the workflow ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workflow(out: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((out / "starter" / ".github" / "workflows" / "grade.yml").read_text())
    return found


@pytest.fixture(scope="module")
def bin_folder(
    workflow: dict[Any, Any], out: Path, offline: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The programs of a fresh virtual environment, as `setup-python` gives them, after the first step of the job."""
    folder = tmp_path_factory.mktemp("fresh") / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    repository = Path(shutil.copytree(out / "starter", folder.parent / "repository"))
    install, _ = commands(workflow)
    installed = run_step(install, repository, folder / "bin", **offline)
    assert installed.returncode == 0, installed.stderr
    return folder / "bin"


def commands(workflow: dict[Any, Any]) -> list[str]:
    """What the steps of the job run: one installs the grader, and one grades."""
    return [step["run"] for step in workflow["jobs"]["exercises"]["steps"] if "run" in step]


def run_step(command: str, repository: Path, bin_folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command of a step as GitHub does."""
    env = {"PATH": f"{bin_folder}:/usr/bin:/bin", "GITHUB_ACTIONS": "true", **env}
    env["GITHUB_WORKSPACE"] = str(repository)
    env["GITHUB_STEP_SUMMARY"] = str(repository.parent / "summary.md")
    start = ["bash", "-eo", "pipefail", "-c", command]
    return subprocess.run(start, cwd=repository, env=env, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("text", "code"), [(RIGHT, 0), (TOO_SOON, 1)])
def test_the_workflow_grades_what_has_been_started(
    workflow: dict[Any, Any], repository: Path, bin_folder: Path, text: str, code: int
) -> None:
    (repository / "ex01_double" / "double.py").write_text(answer(text))
    graded = run_step(commands(workflow)[-1], repository, bin_folder)

    assert graded.returncode == code, graded.stderr
    assert "ex02" not in graded.stdout, "an untouched stub is passed over"
    assert (repository / "reports" / "junit.xml").is_file()
    assert json.loads((repository / "reports" / "results.jsonl").read_text())["verdict"]["points"] == (
        60 if code else 100
    )
    assert "ex01" in (repository.parent / "summary.md").read_text()


def test_nothing_started_is_not_green(workflow: dict[Any, Any], repository: Path, bin_folder: Path) -> None:
    graded = run_step(commands(workflow)[-1], repository, bin_folder)

    assert graded.returncode == 4
    assert "no exercise has been started" in graded.stderr


def test_the_workflow_may_read_the_repository_and_nothing_else(workflow: dict[Any, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow[True] == {"push": None, "pull_request": None}, "YAML takes the word `on` for a truth value"
    (job,) = workflow["jobs"].values()
    uses = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", each) for each in uses)
    assert job["steps"][0]["with"] == {"persist-credentials": False}
    assert job["timeout-minutes"] <= 20


def test_the_workflow_uses_the_actions_that_the_documented_one_uses(workflow: dict[Any, Any]) -> None:
    documented = yaml.safe_load((CHECKOUT / "docs" / "workflows" / "github.yml").read_text())

    def uses(found: dict[Any, Any]) -> list[str]:
        return [step["uses"] for step in found["jobs"]["exercises"]["steps"] if "uses" in step]

    assert uses(workflow) == uses(documented)


def test_the_name_that_classroom_50_keeps_for_itself_is_left_to_it(out: Path) -> None:
    assert [path.name for path in (out / "starter" / ".github" / "workflows").iterdir()] == ["grade.yml"]


def test_git_keeps_everything_of_a_starter_repository_and_nothing_that_grading_leaves(repository: Path) -> None:
    (repository / ".gradekit").mkdir()
    (repository / ".gradekit" / "hints.json").write_text("{}")
    before = {path for path in repository.rglob("*") if path.is_file() and ".gradekit" not in path.parts}
    subprocess.run(["git", "init", "-q"], cwd=repository, check=True)
    listed = subprocess.run(
        ["git", "ls-files", "--others", "--exclude-standard", "-z"], cwd=repository, capture_output=True, check=True
    )

    kept = {repository / os.fsdecode(name) for name in listed.stdout.split(b"\0") if name}
    assert kept == before


# ---- Classroom 50 ----------------------------------------------------------------------------------------------------


def autograde(out: Path, repository: Path, tmp_path: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run autograder.py as the runner of Classroom 50 does."""
    bundle = Path(shutil.copytree(out / "classroom50", tmp_path / "runtime" / "async"))
    command, env = [sys.executable, str(bundle / "autograder.py")], {"PATH": os.environ["PATH"], **env}
    return subprocess.run(command, cwd=repository, env=env, capture_output=True, text=True, check=False)


def test_classroom_50_gets_a_result_whatever_a_learner_writes_over_and_the_log_tells_which_file_is_missing(
    out: Path, repository: Path, tmp_path: Path, offline: dict[str, str]
) -> None:
    (repository / "ex01_double" / "double.py").write_text(answer(TOO_SOON))
    (repository / "ex02_wait" / "wait.py").rename(repository / "ex02_wait" / "mine.py")
    (repository / "grade.toml").write_text("kit = [")
    for name in ("grader", "handed_in", "pip", "venv"):
        (repository / f"{name}.py").write_text("raise SystemExit(0)\n")
    shutil.rmtree(repository / ".github")
    done = autograde(out, repository, tmp_path, {**SUBMITTED, **offline})

    assert done.returncode == 0, done.stderr
    assert "wait.py: It is not among the files that were handed in (README.md, grade.toml, grader.py" in done.stdout
    result = json.loads((repository / "result.json").read_text())
    assert (result["schema"], result["owner"]) == ("classroom50/result/v1", "ada")
    assert (result["score"], result["max-score"]) == (60, 200)
    assert [test.keys() for test in result["tests"]] == [{"test-name", "passed", "score", "max-score"}] * 3
    assert all(type(test["score"]) is int and type(test["max-score"]) is int for test in result["tests"])
    assert result["tests"][2]["test-name"] == "ex02 the file can be judged (missing)"


def test_where_nothing_can_be_judged_there_is_no_result(
    out: Path, repository: Path, tmp_path: Path, offline: dict[str, str]
) -> None:
    done = autograde(out, repository, tmp_path, {**SUBMITTED, **offline, "SUBMISSION_TAG": ""})

    assert done.returncode == 1
    assert not (repository / "result.json").exists()


def test_the_folder_is_smaller_than_classroom_50_fetches(out: Path) -> None:
    # MAX_FETCH_BYTES of its runner.py is 10 MiB for the packed folder.
    assert sum(path.stat().st_size for path in (out / "classroom50").rglob("*") if path.is_file()) < 5 << 20
