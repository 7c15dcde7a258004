"""Pages that a command opens in a browser: `grade report`, `grade explain` and `grade solution` with ``--open``."""

from __future__ import annotations

import stat
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from grader.cli.main import main
from grader.desk.workspace import create_workspace
from grader.errors import MachineError
from grader.kit.kit import load_kit
from tests.kit_samples import RIGHT, answer, make_kit
from tests.processes import environment, start


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    create_workspace(tmp_path / "mine", load_kit(make_kit(tmp_path / "kit")))
    return tmp_path / "mine"


@pytest.fixture
def browser(tmp_path: Path) -> Path:
    """A browser that writes down what it is to open, in the file ``opened`` beside it."""
    path = tmp_path / "browser"
    path.write_text(f'#!/bin/sh\necho "$1" > {tmp_path / "opened"}\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def grade(mine: Path, browser: Path, *args: str) -> CompletedProcess[str]:
    process = start(*args, cwd=mine, env=environment(BROWSER=str(browser)))
    out, errors = process.communicate(timeout=100)
    return CompletedProcess(args, process.returncode, out.decode(), errors.decode())


def opened(browser: Path) -> str:
    return browser.with_name("opened").read_text().strip()


def test_explain_opens_the_page_of_a_diagnosis(mine: Path, browser: Path) -> None:
    done = grade(mine, browser, "explain", "deadlock", "--open")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Written: grade-course/diagnosis-deadlock.html.\n"
    assert opened(browser) == (mine / "grade-course" / "diagnosis-deadlock.html").as_uri()


def test_report_opens_the_last_page_and_in_the_end_the_end(mine: Path, browser: Path) -> None:
    assert grade(mine, browser, "report", "--open").returncode == 0
    assert opened(browser) == (mine / "grade-course" / "index.html").as_uri()

    for id, name in (("ex01", "double"), ("ex02", "wait")):
        (mine / f"{id}_{name}" / f"{name}.py").write_text(answer(RIGHT, name))
    grade(mine, browser, "run", "ex01")
    assert grade(mine, browser, "report", "--open").returncode == 0
    assert opened(browser) == (mine / "grade-report.html").as_uri()

    grade(mine, browser, "run", "ex02")
    done = grade(mine, browser, "report", "--open")
    assert "grade-course/end.html, the end of the course" in done.stdout
    assert opened(browser) == (mine / "grade-course" / "end.html").as_uri()


def test_the_other_pages_are_there_where_the_answers_of_the_last_one_cannot_be_played(
    mine: Path, browser: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for id, name in (("ex01", "double"), ("ex02", "wait")):
        (mine / f"{id}_{name}" / f"{name}.py").write_text(answer(RIGHT, name))
    assert grade(mine, browser, "run", "--all").returncode == 0

    def no_box() -> None:
        raise MachineError("no box starts here", hint="Try another computer.")

    monkeypatch.setattr("grader.sandbox.box.Box", no_box)
    with pytest.raises(MachineError):
        main(["report", "-C", str(mine)], standalone_mode=False)

    assert (mine / "grade-course" / "index.html").is_file()
    assert (mine / "grade-report.html").is_file()


def test_solution_opens_the_page_of_the_answers(mine: Path, browser: Path) -> None:
    (mine / "ex01_double" / "double.py").write_text(answer(RIGHT))
    refused = grade(mine, browser, "solution", "ex01", "--open")
    assert (refused.returncode, refused.stdout) == (2, "")

    grade(mine, browser, "run", "ex01")
    done = grade(mine, browser, "solution", "ex01", "--open")
    assert (done.returncode, done.stderr) == (0, "")
    assert opened(browser) == (mine / "grade-course" / "solution-ex01.html").as_uri()


def test_without_a_browser_it_says_where_the_page_is(mine: Path) -> None:
    process = start("explain", "deadlock", "--open", cwd=mine, env=environment(BROWSER="no-such-browser"))
    out, errors = process.communicate(timeout=100)

    assert (process.returncode, errors) == (0, b"")
    address = (mine / "grade-course" / "diagnosis-deadlock.html").as_uri()
    assert f"No browser was found here. Open this address in one: {address}" in out.decode()
