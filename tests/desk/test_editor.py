"""The files for Visual Studio Code: their form is the documented one, and their patterns fit what `grade` prints."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import sys
import termios
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.desk.container import container_files
from grader.desk.editor import BEGINS, ENDS, problem_matchers, tasks, vscode_files, vscode_files_in_container
from grader.desk.workspace import create_workspace
from grader.kit.kit import builtin_root, load_kit
from tests.kit_samples import RIGHT, TOO_SOON, answer
from tests.processes import environment, grade, start

DOCUMENTED = Path(__file__).parent / "documented"


# ---- the documented form ---------------------------------------------------------------------------------------------


def misfits(value: Any, kind: str, documented: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What of a document is not as its documentation says."""
    simple = {"string": str, "boolean": bool, "integer": int, "object": dict}
    if kind in simple:
        if type(value) is not simple[kind]:
            yield f"{where}: {value!r} is no {kind}"
        return
    if type(value) is not dict:
        yield f"{where}: {value!r} is no {kind}"
        return
    fields = documented[kind]
    yield from (f"{where}.{name}: is not documented" for name in value.keys() - fields.keys())
    for name, rule in fields.items():
        if name not in value:
            if rule.get("needed"):
                yield f"{where}.{name}: is missing"
        elif "one of" in rule:
            if value[name] not in rule["one of"]:
                yield f"{where}.{name}: {value[name]!r} is none of {rule['one of']}"
        elif "list of" in rule:
            for number, entry in enumerate(value[name]):
                yield from misfits(entry, rule["list of"], documented, f"{where}.{name}[{number}]")
        else:
            yield from misfits(value[name], rule["is"], documented, f"{where}.{name}")


def documented(name: str) -> Mapping[str, Any]:
    read: Mapping[str, Any] = json.loads((DOCUMENTED / name).read_text())
    return read


@pytest.mark.parametrize("files", [vscode_files(), vscode_files_in_container()], ids=["here", "in a container"])
def test_the_tasks_have_the_documented_form(files: Mapping[str, bytes]) -> None:
    written = json.loads(files[".vscode/tasks.json"])

    assert list(misfits(written, "TaskConfiguration", documented("tasks.json"))) == []


def test_the_container_has_the_documented_form(tmp_path: Path) -> None:
    written = json.loads(container_files(tmp_path, load_kit(builtin_root()))[".devcontainer/devcontainer.json"])

    assert list(misfits(written, "DevContainer", documented("devcontainer.json"))) == []


def test_a_document_of_another_form_is_noticed() -> None:
    wrong = tasks(("grade",)) | {"version": 2, "task": []}
    wrong["tasks"] = [{"label": "x", "type": "process", "command": ["grade"], "isBackground": 1}]

    assert sorted(misfits(wrong, "TaskConfiguration", documented("tasks.json"))) == [
        ".task: is not documented",
        ".tasks[0].command: ['grade'] is no string",
        ".tasks[0].isBackground: 1 is no boolean",
        ".version: 2 is none of ['2.0.0']",
    ]


def test_a_pattern_of_several_lines_ends_with_the_place_and_one_task_is_the_default() -> None:
    for matcher in problem_matchers():
        *sentence, place = matcher["pattern"]  # type: ignore[misc]
        assert [set(pattern) for pattern in sentence] == [{"regexp", "message"}] * len(sentence)
        assert set(place) == {"regexp", "file", "line"}  # type: ignore[call-overload]
    defaults = [task for task in tasks(("grade",))["tasks"] if "group" in task]  # type: ignore[attr-defined]
    assert [task["label"] for task in defaults] == ["grade: check this exercise"]


def test_the_interpreter_is_the_one_that_runs_the_grader() -> None:
    files = vscode_files()

    assert json.loads(files[".vscode/settings.json"])["python.defaultInterpreterPath"] == sys.executable
    assert {task["command"] for task in json.loads(files[".vscode/tasks.json"])["tasks"]} == {sys.executable}


# ---- the patterns, on real output ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Problem:
    """What the editor shows under a line."""

    severity: str
    file: str
    line: int
    message: str


def problems(output: str) -> list[Problem]:
    """What Visual Studio Code finds in an output.

    As in its `problemMatcher.ts`: after each line the matchers are tried on the last lines, those with the most
    patterns first, and the messages of several lines are joined.
    """
    found, lines = [], output.splitlines()
    matchers = sorted(problem_matchers(), key=lambda matcher: -len(matcher["pattern"]))  # type: ignore[arg-type]
    for end in range(1, len(lines) + 1):
        for matcher in matchers:
            if (problem := _matched(matcher, lines[:end])) is not None:
                found.append(problem)
                break
    return found


def _matched(matcher: Mapping[str, Any], lines: list[str]) -> Problem | None:
    patterns = matcher["pattern"]
    last = lines[-len(patterns) :]
    matches = [re.search(pattern["regexp"], line) for pattern, line in zip(patterns, last, strict=False)]
    if len(last) < len(patterns) or not all(matches):
        return None
    messages = [match[1] for match in matches[:-1] if match]
    place = matches[-1]
    assert place is not None
    return Problem(matcher["severity"], place[1], int(place[2]), "\n".join(messages))


@pytest.fixture
def mine(tmp_path: Path, tiny: Path) -> Path:
    create_workspace(tmp_path / "my work", load_kit(tiny))
    return tmp_path / "my work"


def write(mine: Path, text: str) -> None:
    (mine / "ex01_double" / "double.py").write_text(answer(text))


@pytest.mark.parametrize("options", [(), ("--plain",), ("--ascii", "-v")])
def test_a_finding_stands_under_the_learners_line(mine: Path, options: tuple[str, ...]) -> None:
    write(mine, TOO_SOON)
    printed = grade("run", "ex01_double", *options, cwd=mine).stdout

    assert problems(printed) == [Problem("error", "ex01_double/double.py", 5, "It does not take that many seconds.")]


def test_a_fault_and_a_stub_stand_under_their_line(mine: Path) -> None:
    stub = problems(grade("ex01", cwd=mine).stdout)
    write(mine, "async def double(n):\n    return n +\n")
    fault = problems(grade("ex01", cwd=mine).stdout)

    assert [(problem.file, problem.line) for problem in stub + fault] == [
        ("ex01_double/double.py", 5),
        ("ex01_double/double.py", 2),
    ]
    assert fault[0].message.startswith("Python cannot read this")


def test_nothing_stands_under_a_right_answer(mine: Path) -> None:
    write(mine, RIGHT)

    assert problems(grade("ex01", cwd=mine).stdout) == []


def on_a_narrow_terminal(*args: str, cwd: Path, columns: int) -> str:
    """What a terminal of that width shows, line by line and without colours, as the editor's own terminal reads it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = start(*args, cwd=cwd, env=environment(), stdout=theirs)
    os.close(theirs)
    shown = b""
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(4096):
                shown += piece
        except OSError:  # how Linux says that the other side has closed
            pass
    process.communicate(timeout=100)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown.decode()).replace("\r\n", "\n")
    return "\n".join(line.rpartition("\r")[2] for line in text.split("\n"))  # a rewritten line is what was last in it


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_sentence_of_several_lines_is_joined_at_every_width(mine: Path, columns: int) -> None:
    write(mine, TOO_SOON.replace("sleep(0)", "sleep(0)\n    import time; time.sleep(n)"))
    printed = on_a_narrow_terminal("ex01", cwd=mine, columns=columns)
    (problem,) = problems(printed)

    assert (problem.severity, problem.file) == ("error", "ex01_double/double.py")
    assert problem.line in (5, 6)
    first = next(line for line in printed.splitlines() if line.startswith("error: "))
    assert problem.message.startswith(first.removeprefix("error: "))
    assert (len(problem.message.split("\n")) > 1) is (columns == 40)


def test_a_running_watch_begins_and_ends_with_lines_of_every_screen(mine: Path) -> None:
    for text in (TOO_SOON, RIGHT, "x = (\n"):
        write(mine, text)
        lines = grade("ex01", cwd=mine).stdout.splitlines()

        assert [line for line in lines if re.search(BEGINS, line)] == lines[:1]
        assert [line for line in lines if re.search(ENDS, line)] == lines[-1:]
