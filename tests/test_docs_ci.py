"""The workflow files and snippets that people copy: they parse, and every command in them is one that there is."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from grader.cli.kit import kit
from grader.cli.main import main
from grader.reports.dialects import Dialect, read_order

DOCS = Path(__file__).parent.parent / "docs"
GITHUB: dict[Any, Any] = yaml.safe_load((DOCS / "workflows" / "github.yml").read_text())
GITLAB: dict[str, Any] = yaml.safe_load((DOCS / "workflows" / "gitlab.yml").read_text())
PAGE = (DOCS / "ci.md").read_text()


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
    scripts += snippets("sh")
    yield from (line for script in scripts for line in script.splitlines() if line.startswith("grade "))


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


def test_the_table_lists_every_dialect() -> None:
    assert re.findall(r"(?m)^\| `(\w+)` \|", PAGE) == sorted(Dialect, key=PAGE.index)
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", PAGE)) == set(Dialect)


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
