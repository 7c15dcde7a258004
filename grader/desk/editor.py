"""Files for Visual Studio Code: tasks that put a finding under the learner's line, and which Python is used.

The form of ``tasks.json`` is documented at code.visualstudio.com/docs/reference/tasks-appendix. A finding on the screen
is a sentence of one line or more and the place below it:

    error: one after the other: `song` starts only when `film` has ended
      --> ex01_join/join.py:7

A problem matcher with several patterns wants them on consecutive lines, one pattern a line, and joins the messages. So
there is one matcher for each number of lines that a sentence may have.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

Json = dict[str, object]

MOST_LINES = {"error": 6, "note": 3}
"""How many lines of a sentence are understood; in a terminal of 40 columns some have as many."""
SEVERITIES = {"error": "error", "note": "info"}
HERE = "${relativeFileDirname}"
"""The folder of the file in the editor, which `grade` takes for the exercise."""
BEGINS = r"^ex\d{2,3}  .*\.py$"
ENDS = r"^ex\d{2,3}  (PASS|FAIL|CANNOT BE JUDGED|NOT JUDGED|NOT STARTED)"
"""The first and the last line of the screen of one exercise, between which `grade watch` is at work."""


def vscode_files() -> dict[str, bytes]:
    """The files for an editor on this computer, by their path in the workspace."""
    return {
        ".vscode/tasks.json": _text(tasks((sys.executable, "-m", "grader"))),
        ".vscode/settings.json": _text(
            {"python.defaultInterpreterPath": sys.executable, "files.watcherExclude": {"**/.gradekit/**": True}}
        ),
        ".vscode/extensions.json": _text({"recommendations": ["ms-python.python"]}),
    }


def vscode_files_in_container() -> dict[str, bytes]:
    """The files for an editor that works in the container, which has a Python of its own."""
    return {
        ".vscode/tasks.json": _text(tasks(("python3", "-m", "grader"))),
        ".vscode/settings.json": _text({"files.watcherExclude": {"**/.gradekit/**": True}}),
        ".vscode/extensions.json": _text({"recommendations": ["ms-python.python"]}),
    }


def tasks(grade: Sequence[str]) -> Json:
    """The content of ``tasks.json``. ``grade`` is the command as a program and its first arguments."""
    check = _task("grade: check this exercise", grade, "run", HERE)
    check |= {"group": {"kind": "build", "isDefault": True}, "problemMatcher": problem_matchers()}
    watch = _task("grade: watch this exercise", grade, "watch", HERE)
    first, *others = problem_matchers()
    background = {"activeOnStart": True, "beginsPattern": BEGINS, "endsPattern": ENDS}
    watch |= {"isBackground": True, "problemMatcher": [{**first, "background": background}, *others]}
    hint = _task("grade: next hint", grade, "hint", HERE)
    return {"version": "2.0.0", "tasks": [check, watch, hint, _task("grade: where am I", grade)]}


def problem_matchers() -> list[Json]:
    """The matchers for errors and for remarks, the shortest sentences first."""
    return [
        {
            "owner": "grade",
            "source": "grade",
            "severity": SEVERITIES[word],
            "fileLocation": ["relative", "${workspaceFolder}"],
            "pattern": _patterns(word, lines),
        }
        for word, most in MOST_LINES.items()
        for lines in range(1, most + 1)
    ]


def _patterns(word: str, lines: int) -> list[Json]:
    """A pattern for each line of a finding whose sentence has so many lines."""
    indent = len(f"{word}: ")
    first: Json = {"regexp": rf"^{word}: (.+)$", "message": 1}
    more: Json = {"regexp": rf"^ {{{indent}}}(\S.*)$", "message": 1}
    place: Json = {"regexp": r"^  --> (.+):(\d+)$", "file": 1, "line": 2}
    return [first, *[more] * (lines - 1), place]


def _task(label: str, grade: Sequence[str], *arguments: str) -> Json:
    # A process and no shell: nothing in the path of the interpreter or of the folder has to be quoted.
    program, *rest = grade
    return {
        "label": label,
        "type": "process",
        "command": program,
        "args": [*rest, *arguments],
        "presentation": {"reveal": "always", "panel": "dedicated", "clear": True, "showReuseMessage": False},
        "problemMatcher": [],
    }


def _text(document: Json) -> bytes:
    return json.dumps(document, indent=4).encode() + b"\n"
