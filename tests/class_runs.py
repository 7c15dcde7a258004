"""Folders with the files of a class, and what stands in the gradebook and the table of grades afterwards."""

from __future__ import annotations

import csv
import sqlite3
from pathlib import Path
from typing import Any

from grader.classroom.gradebook import Gradebook, JudgedHandIn
from grader.judge.documents import verdict_document
from tests.kit_samples import RIGHT, TOO_SOON, WRONG_VALUE, answer

STUCK = RIGHT.replace("sleep(n)", "Event().wait()")
DYING = RIGHT.replace("return", "import os; os.kill(os.getpid(), 9); return")
ANSWERS = (RIGHT, WRONG_VALUE, TOO_SOON, RIGHT, STUCK, "def (", RIGHT, DYING)
FILES = 40
TIMES = {"judged_at", "real_seconds"}


def hand_in(root: Path, learner: str, text: str, name: str = "double") -> Path:
    """Put an answer into the folder of a learner."""
    path = root / "class" / learner / f"{name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(answer(text, name))
    return path


def hand_in_forty(root: Path) -> None:
    """A class in which files are right, wrong or broken, wait for ever, or kill the process they run in."""
    for number in range(FILES):
        hand_in(root, f"learner{number:02}", f"{ANSWERS[number % len(ANSWERS)]}\n# {number}\n")


def points(root: Path) -> dict[tuple[str, str], str]:
    """The table of grades, by learner and exercise."""
    with (root / "grade-results" / "grades.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {(row["key"], column): row[column] for row in rows for column in row if column.startswith("ex")}


def stored(root: Path) -> int:
    """How many judgements are in the gradebook, as another program reads it."""
    base = sqlite3.connect(root / "grade-results" / "gradebook.sqlite")
    ((count,),) = base.execute("SELECT count(*) FROM judgements").fetchall()
    base.close()
    return int(count)


def some_are_stored(root: Path, least: int) -> bool:
    """Whether a run has stored so many judgements; at its beginning there is no gradebook."""
    try:
        return stored(root) >= least
    except sqlite3.Error:
        return False


def judged(root: Path) -> list[JudgedHandIn]:
    """The hand-ins in the gradebook for which a verdict stands."""
    with Gradebook(root / "grade-results" / "gradebook.sqlite") as book:
        return [hand_in for hand_in in book.hand_ins() if isinstance(hand_in, JudgedHandIn)]


def verdicts(root: Path) -> dict[str, dict[str, Any]]:
    """The verdict in the gradebook for each learner, without times."""
    hand_ins = judged(root)
    with Gradebook(root / "grade-results" / "gradebook.sqlite") as book:
        documents = {one.learner: verdict_document(book.verdict(one.verdict_id, shown="")) for one in hand_ins}
    return {learner: {key: document[key] for key in document.keys() - TIMES} for learner, document in documents.items()}


def differences(found: dict[str, dict[str, Any]], wanted: dict[str, dict[str, Any]]) -> list[str]:
    """Where two gradebooks differ, in few words, because whole verdicts are long."""
    return [
        f"{learner}: {key} is {found.get(learner, {}).get(key)!r:.200} and was {value!r:.200}"
        for learner, verdict in wanted.items()
        for key, value in verdict.items()
        if found.get(learner, {}).get(key) != value
    ]
