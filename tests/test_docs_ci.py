"""The workflow files and snippets that people copy: they parse, and every command in them is one that there is."""

from __future__ import annotations

import base64
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import yaml

from grader.cli.kit import kit
from grader.cli.main import main
from grader.desk.workspace import create_workspace
from grader.kit.kit import load_kit
from grader.reports.dialects import Dialect, read_order
from tests.kit_samples import TOO_SOON, answer, make_kit
from tests.processes import environment

DOCS = Path(__file__).parent.parent / "docs"
GITHUB: dict[Any, Any] = yaml.safe_load((DOCS / "workflows" / "github.yml").read_text())
GITLAB: dict[str, Any] = yaml.safe_load((DOCS / "workflows" / "gitlab.yml").read_text())
PAGE = (DOCS / "ci.md").read_text()
AUTOGRADING: dict[Any, Any] = yaml.safe_load(re.findall(r"(?s)```yaml\n(.*?)```", PAGE)[0])
VENV = ".venv-grader"


def steps(job: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = GITHUB["jobs"][job]["steps"]
    return found


def snippets(language: str) -> list[str]:
    found: list[str] = re.findall(rf"(?s)```{language}\n(.*?)```", PAGE)
    assert found
    return found


def commands() -> Iterator[str]:
    """Every `grade` command in the workflows and the snippets."""
    scripts = [step["run"] for job in GITHUB["jobs"] for step in steps(job) if "run" in step]
    scripts += [line for job in ("exercises", "class") for line in GITLAB[job]["script"]]
    scripts += [step["run"] for step in autograding_steps() if "run" in step]
    lines = [line for script in (*scripts, *snippets("sh")) for line in script.splitlines()]
    yield from (line for line in (line.removeprefix(f"{VENV}/bin/") for line in lines) if line.startswith("grade "))


def autograding_steps() -> list[dict[str, Any]]:
    """The steps of the workflow whose result GitHub Classroom's reporter reads."""
    (job,) = AUTOGRADING["jobs"].values()
    found: list[dict[str, Any]] = job["steps"]
    return found


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_is_one_that_there_is(command: str) -> None:
    context, group, words = click.Context(main, info_name="grade"), main, shlex.split(command)[1:]
    if words[0] == "kit":
        context, group, words = click.Context(kit, info_name="kit", parent=context), kit, words[1:]
    _, found, args = group.resolve_command(context, words)
    assert found is not None

    parsed = found.make_context(found.name, list(args[1:] if args[0] == found.name else args), parent=context)

    for report in parsed.params.get("reports", ()):
        read_order(report, directory=Path("/nowhere"))


def test_both_workflows_run_the_same_two_commands() -> None:
    on_github = [step["run"] for job in ("exercises", "class") for step in steps(job) if "run" in step]
    on_gitlab = [line for job in ("exercises", "class") for line in GITLAB[job]["script"]]

    assert on_github == on_gitlab
    assert len([line for line in on_github if line.startswith("grade run --all --started --fail-under ")]) == 1


def test_what_is_written_is_kept_also_when_the_run_fails() -> None:
    for job, folder in (("exercises", "reports/"), ("class", "grade-results/")):
        upload = steps(job)[-1]
        assert upload["if"] == "${{ !cancelled() }}"
        assert upload["with"]["path"] == folder
        artifacts = GITLAB[job]["artifacts"]
        assert (artifacts["when"], artifacts["paths"]) == ("always", [folder])
        assert f"junit={artifacts['reports']['junit']}" in GITLAB[job]["script"][-1]


def test_a_workflow_may_read_the_repository_and_nothing_else() -> None:
    assert GITHUB["permissions"] == {"contents": "read"}
    assert "pull_request_target" not in GITHUB[True], "YAML takes the word `on` for a truth value"
    checkouts = [step for job in GITHUB["jobs"] for step in steps(job) if "checkout" in step.get("uses", "")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == [False, False]


def test_every_job_has_an_end_and_every_action_a_version() -> None:
    assert GITHUB["jobs"].keys() == {"exercises", "class"}
    for name, job in GITHUB["jobs"].items():
        assert job["timeout-minutes"] <= 120
        assert GITLAB[name]["timeout"]
        assert all(re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)


# ---- recipes, run as they stand --------------------------------------------------------------------------------------


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A learner's repository of two exercises: one is begun and loses points, one is an untouched stub."""
    create_workspace(tmp_path / "repository", load_kit(make_kit(tmp_path / "kit")))
    (tmp_path / "repository" / "ex01_double" / "double.py").write_text(answer(TOO_SOON))
    return tmp_path / "repository"


def run_step(command: str, repository: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as a CI service does, with stand-ins for what needs the network: pip, and a new environment."""
    programs = repository.parent / "programs"
    for folder in (programs, repository / VENV / "bin"):
        folder.mkdir(parents=True, exist_ok=True)
        write_program(folder / "grade", f'exec {shlex.quote(sys.executable)} -m grader "$@"')
        write_program(folder / "python", 'test "$*" = "-m pip install --quiet awaitlings"')
    write_program(programs / "python3", f'test "$*" = "-m venv {VENV}"')
    env = {**environment(**env), "PATH": f"{programs}:{os.defpath}"}
    start = ["bash", "-eo", "pipefail", "-c", command]
    # Exercism starts a script by its first line.
    start = ["sh", "-c", command, "sh", *arguments] if command.startswith("#!/bin/sh\n") else start
    return subprocess.run(start, cwd=repository, env=env, capture_output=True, text=True, check=False)


def write_program(path: Path, command: str) -> None:
    path.write_text(f"#!/bin/sh\n{command}\n")
    path.chmod(0o755)


def test_the_workflow_for_classroom_hands_its_reporter_the_points(repository: Path, tmp_path: Path) -> None:
    output = tmp_path / "output"
    *_, grade, report = autograding_steps()
    done = run_step(grade["run"], repository, GITHUB_ACTIONS="true", GITHUB_OUTPUT=str(output))

    assert done.returncode == 1, done.stderr
    name, _, value = output.read_text().strip().partition("=")
    assert report["env"] == {
        f"{report['with']['runners'].upper()}_RESULTS": f"${{{{ steps.{grade['id']}.outputs.{name} }}}}"
    }
    document = json.loads(base64.b64decode(value))
    assert (document["status"], document["max_score"], sum(row["score"] for row in document["tests"])) == (
        "fail",
        100,
        60,
    )


def test_the_workflow_for_classroom_is_as_its_reporter_asks() -> None:
    assert (AUTOGRADING["name"], list(AUTOGRADING["jobs"])) == ("Autograding Tests", ["run-autograding-tests"])
    assert AUTOGRADING["permissions"] == {"contents": "read"}
    assert autograding_steps()[-1]["if"] == "${{ !cancelled() }}", "a failing test is what it has to report"
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for step in autograding_steps() if "uses" in step)


def test_the_scripts_of_gitlab_and_of_github_grade_what_is_begun(repository: Path) -> None:
    (script,) = (line for line in GITLAB["exercises"]["script"] if line.startswith("grade "))
    done = run_step(script, repository)

    assert done.returncode == 0, done.stderr
    assert ElementTree.parse(repository / GITLAB["exercises"]["artifacts"]["reports"]["junit"]).getroot().get("tests")
    assert "ex02" not in done.stdout


def test_the_shell_recipe_grades_and_keeps_its_report(repository: Path) -> None:
    (script,) = (snippet for snippet in snippets("sh") if VENV in snippet)
    done = run_step(script, repository)

    assert done.returncode == 0, done.stderr
    assert "60 of 100" in done.stdout
    assert (repository / "reports" / "junit.xml").is_file()


def test_the_recipe_for_exercism_writes_its_results_and_ends_well(repository: Path, tmp_path: Path) -> None:
    (script,) = (snippet for snippet in snippets("sh") if "exercism=" in snippet)
    double = repository / "ex01_double" / "double.py"
    double.rename(double.with_name("join.py"))  # the recipe is for ex01 of the built-in kit, whose file is join.py
    done = run_step(script, repository, "ex01", str(double.parent), str(tmp_path))

    assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / "results.json").read_text())["status"] == "fail"


def test_every_platform_has_a_recipe() -> None:
    heads = re.findall(r"(?m)^## (.*)", PAGE)

    for platform in ("GitHub Actions", "GitLab", "Gradescope", "Classroom 50", "A shell, and any other CI", "Exercism"):
        assert platform in heads


def test_the_table_lists_every_dialect() -> None:
    assert re.findall(r"(?m)^\| `([\w-]+)` \|", PAGE) == sorted(Dialect, key=PAGE.index)
    assert set(re.findall(r"(?m)^\| `([\w-]+)` \|", PAGE)) == set(Dialect)


@pytest.mark.parametrize("script", [script for script in snippets("sh") if script.startswith("#!")])
def test_a_shell_snippet_parses_and_tells_a_failed_test_from_a_crash(script: str) -> None:
    judged = script.replace("grade ", "exit_with ", 1)
    for code, expected in ((0, 0), (1, 0), (3, 0), (2, 1), (4, 1), (70, 1)):
        text = f"exit_with() {{ return {code}; }}\n{judged}"
        assert subprocess.run(["sh", "-c", text, "sh", "x", "y", "z"], check=False).returncode == expected


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", PAGE)

    assert links
    assert [link for link in links if not (DOCS / link).is_file()] == []
