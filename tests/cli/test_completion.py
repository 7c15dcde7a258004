"""What Tab completes, as shells ask for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.cli.completion import SHELLS, VARIABLE
from grader.desk.workspace import create_workspace
from grader.kit.kit import load_kit
from tests.processes import environment, grade, inside


@pytest.fixture
def mine(tmp_path: Path, tiny: Path) -> Path:
    create_workspace(tmp_path / "mine", load_kit(tiny))
    return tmp_path / "mine"


def completed(mine: Path, typed: str, **variables: str) -> list[str]:
    """What bash is told to complete the last word of a line with."""
    words = typed.split(" ")
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(words) - 1), VARIABLE: "bash_complete"}
    done = inside(cwd=mine, env=environment(**asked, **variables))
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("grade ex", ["ex01", "ex02", "explain"]),
        ("grade ex02", ["ex02"]),
        ("grade doub", ["ex01"]),
        ("grade hi", ["hint"]),
        ("grade hint ", ["ex01", "ex02"]),
        ("grade reset w", ["ex02"]),
        ("grade ex01 ex", ["ex01", "ex02"]),
        ("grade explain wrong-v", ["wrong-value"]),
        ("grade explain deadl", ["deadlock"]),
        ("grade ex01 --sched", ["--schedules"]),
        ("grade completion p", ["powershell"]),
        ("grade qqq", []),
        ("grade qqq x", []),
        ("grade ex01 'unclosed", []),
        ("grade -C /nowhere/at/all ex0", ["ex01", "ex02"]),
    ],
)
def test_a_word_is_completed(mine: Path, typed: str, words: list[str]) -> None:
    assert completed(mine, typed) == words


def test_the_exercises_are_those_of_the_kit_of_another_folder(mine: Path) -> None:
    assert completed(mine.parent, f"grade -C {mine} hint ex") == ["ex01", "ex02"]
    assert len(completed(mine.parent, "grade hint ex")) == 12


def test_a_broken_folder_completes_commands_and_says_nothing(mine: Path) -> None:
    (mine / "grade.toml").write_text("kit = ")

    assert completed(mine, "grade li") == ["list"]
    assert completed(mine, "grade hint ex") == []


def test_powershell_is_told_the_words_with_what_they_mean(mine: Path) -> None:
    for words, word in (("grade hint ex02", "ex02"), ("grade hint", "")):
        asked = {"COMP_WORDS": words, "COMP_WORD": word, VARIABLE: "powershell_complete"}
        done = grade(cwd=mine, env=environment(**asked))
        assert "ex02\twait" in done.stdout.splitlines()
        assert (done.returncode, done.stderr) == (0, "")


def test_a_shell_that_asks_in_an_unknown_way_is_told_nothing(mine: Path) -> None:
    done = grade(cwd=mine, env=environment(**{VARIABLE: "tcsh_complete"}))

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.mark.parametrize("shell", SHELLS)
def test_each_shell_has_a_script_that_asks_us(mine: Path, shell: str) -> None:
    done = inside("completion", shell, cwd=mine)

    assert (done.returncode, done.stderr) == (0, "")
    assert VARIABLE in done.stdout
    assert f"{shell}_complete" in done.stdout


def test_bash_completes_with_its_script(mine: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "grade"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m grader "$@"\n')
    command.chmod(0o755)
    asks = (
        'eval "$(grade completion bash)"; COMP_WORDS=(grade hint ex0); COMP_CWORD=2; _grade_completion grade;'
        ' echo "${COMPREPLY[@]}"'
    )
    path = f"{command.parent}{os.pathsep}{os.defpath}"
    done = subprocess.run(
        ["bash", "-c", asks], cwd=mine, env=environment(PATH=path), capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("ex01 ex02\n", "")


def test_an_unknown_shell_is_refused_with_those_that_are_known(mine: Path) -> None:
    done = inside("completion", "tcsh", cwd=mine)

    assert done.returncode == 2
    assert "powershell" in done.stderr
