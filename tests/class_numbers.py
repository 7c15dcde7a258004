"""Computes the numbers of a class again from ``results.jsonl``, and reads those that its pages and tables show.

A program of its own: it imports nothing of the grader, so that no mistake of the grader's can hide in both. Numbers are
text, as they are shown. Run it on the folder of the results to see what differs::

    python -m tests.class_numbers grade-results
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
import sys
from collections import defaultdict
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Numbers = dict[str, Any]
WORDS = {"cannot-judge": "fault", "not-judged": "not judged", "missing": "missing"}
COUNTED = ("pass", "fail", "fault", "not judged", "missing")
MOST_OF_WORST = 12


# ---- numbers ---------------------------------------------------------------------------------------------------------


def shown(number: Fraction, places: int) -> str:
    """A number rounded half to even, without noughts at its end."""
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    text = format(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def points(number: float | Fraction) -> str:
    return shown(number if isinstance(number, Fraction) else Fraction(str(number)), 2)


def share(part: int, whole: int) -> str:
    return f"{shown(Fraction(100 * part, whole), 0)}%" if whole else "0%"


def mean(numbers: list[Fraction]) -> str:
    return shown(sum(numbers, Fraction()) / len(numbers), 1) if numbers else "–"


def median(numbers: list[Fraction]) -> str:
    ordered, middle = sorted(numbers), len(numbers) // 2
    if not ordered:
        return "–"
    return shown(ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2, 1)


# ---- from results.jsonl ----------------------------------------------------------------------------------------------


class Class:
    """A class as ``results.jsonl`` has it: rows by learner and by exercise, in the order of the file."""

    def __init__(self, out: Path) -> None:
        self.rows: list[Row] = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
        self.by_learner: dict[str, list[Row]] = defaultdict(list)
        self.by_exercise: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            self.by_learner[row["learner"]["key"]].append(row)
            self.by_exercise[row["mark"]["exercise"]].append(row)


def word(row: Row) -> str:
    if row["mark"]["standing"] != "judged":
        return WORDS[row["mark"]["standing"]]
    return "pass" if row["verdict"]["status"] == "pass" else "fail"


def mark(row: Row) -> Fraction | None:
    """The mark, worked out again from what the verdict gave and what being late cost."""
    found = row["mark"]
    if found["points"] is None:
        return None
    if found["override"]:
        return Fraction(str(found["points"]))
    return Fraction(str(found["raw"])) - Fraction(str(found["deducted"]))


def days_late(row: Row) -> int:
    found = row["mark"]
    over = datetime.fromisoformat(found["handed_in"]) - datetime.fromisoformat(found["deadline"])
    return max(0, math.ceil(over / timedelta(days=1)))


def total(rows: list[Row]) -> tuple[Fraction | None, Fraction]:
    """The points of one learner, and those that could be had."""
    earned: list[Fraction] = []
    possible = Fraction()
    is_open = False
    for row in rows:
        weight = Fraction(str(row["mark"]["weight"]))
        if row["mark"]["dropped"] or not weight:
            continue
        possible += 0 if row["mark"]["extra"] else weight * row["mark"]["total"]
        worth = mark(row)
        if worth is not None:
            earned.append(weight * worth)
        is_open |= worth is None and row["mark"]["standing"] == "not-judged"
    return (sum(earned, Fraction()) if earned and not is_open else None), possible


def or_dash(number: Fraction | None) -> str:
    return "–" if number is None else points(number)


def expected_grades(out: Path) -> list[list[str]]:
    """The numbers of ``grades.csv``: key, a cell for each exercise, and the total."""
    table = []
    for key, rows in Class(out).by_learner.items():
        cells = [mark(row) for row in rows]
        table.append([key, *("" if cell is None else points(cell) for cell in [*cells, total(rows)[0]])])
    return table


def expected_page(out: Path) -> Numbers:
    """Every number of ``class.html`` that comes from marks and outcomes."""
    made = Class(out)
    words = [word(row) for row in made.rows]
    active = [rows for rows in made.by_learner.values() if any(word(row) != "missing" for row in rows)]
    complete = [rows for rows in made.by_learner.values() if all(word(row) == "pass" for row in rows)]
    judged = words.count("pass") + words.count("fail")
    facts = {
        "in the class": len(made.by_learner),
        "handed something in": len(active),
        "pass everything": len(complete),
        "files judged": judged,
        "not gradable": words.count("fault"),
        "not judged": words.count("not judged"),
        "please look": sum(bool(row["look"]) for row in made.rows),
    }
    return {
        "headline": f"{len(active)} of {len(made.by_learner)} learners handed something in; "
        f"{words.count('pass')} of {judged} judged files pass every test.",
        "facts": {what: str(number) for what, number in facts.items()},
        "exercises": [_exercise(id, rows) for id, rows in made.by_exercise.items()],
        "scores": _scores(active),
        "learners": [_learner(rows) for rows in made.by_learner.values()],
        "tests": sorted(_tests(made)),
        "changed": [_changed(row) for row in made.rows if row["mark"]["override"] or row["mark"]["days_late"]],
    }


def _exercise(id: str, rows: list[Row]) -> list[str]:
    counts = [sum(word(row) == one for row in rows) for one in COUNTED]
    judged = [worth for row in rows if row["mark"]["standing"] == "judged" and (worth := mark(row)) is not None]
    passing = counts[0] + counts[1]
    numbers = [str(count) if count else "–" for count in counts]
    shares = share(counts[0], passing) if passing else "–"
    return [id, *numbers, shares, mean(judged), median(judged), str(rows[0]["mark"]["total"])]


def _scores(active: list[list[Row]]) -> list[str]:
    bins = [0] * 11
    for rows in active:
        earned, possible = total(rows)
        if earned is not None:
            bins[min(10, int(100 * earned / (possible or 1)) // 10)] += 1
    return [str(learners) if learners else "–" for learners in bins]


def _learner(rows: list[Row]) -> list[str]:
    cells = []
    for row in rows:
        worth, found = mark(row), row["mark"]
        flag = "‡" if found["override"] else "†" if found["days_late"] else ""
        cells.append(" ".join(part for part in ("" if worth is None else points(worth), word(row) + flag) if part))
    passing = sum(word(row) == "pass" for row in rows)
    return [rows[0]["learner"]["name"], *cells, or_dash(total(rows)[0]), str(passing)]


def _tests(made: Class) -> list[list[str]]:
    """Of each hidden test: exercise, number, the share that fails it, and of how many."""
    judged: dict[tuple[str, int], list[bool]] = defaultdict(list)
    for row in made.rows:
        for test in row["verdict"]["tests"] if row["verdict"] else ():
            outcomes = [result["outcome"] for result in test["results"]]
            if set(outcomes) != {"not-judged"}:
                judged[row["mark"]["exercise"], test["number"]].append("fail" in outcomes)
    return [
        [exercise, str(number), f"{share(sum(fails), len(fails))} {sum(fails)} of {len(fails)}"]
        for (exercise, number), fails in judged.items()
    ]


def _changed(row: Row) -> list[str]:
    found, worth = row["mark"], mark(row)
    raw = points(found["raw"]) if found["standing"] in ("judged", "cannot-judge") else "–"
    cost = points(found["deducted"]) if found["deducted"] else "no"
    late = f"{found['days_late']} d late, {cost} points less" if found["days_late"] else ""
    return [row["learner"]["name"], found["exercise"], raw, or_dash(worth), late]


def expected_learner(rows: list[Row]) -> Numbers:
    """Every number on the page of one learner that comes from marks and outcomes."""
    handed = [row for row in rows if row["verdict"]]
    earned, possible = total(rows)
    return {
        "marks": [[row["mark"]["exercise"], _mark_of(row)] for row in rows],
        "total": "–" if earned is None else f"{points(earned)} of {points(possible)}",
        "costs": [points(row["mark"]["deducted"]) for row in rows if _costs(row)],
        "raw": [_raw(row) for row in handed if row["mark"]["standing"] == "judged"],
        "tests": {row["mark"]["exercise"]: _earned(row) for row in handed if row["verdict"]["tests"]},
    }


def _mark_of(row: Row) -> str:
    worth = mark(row)
    return "–" if worth is None else f"{points(worth)} of {row['mark']['total']}"


def _costs(row: Row) -> bool:
    return bool(row["mark"]["days_late"] and row["mark"]["deducted"] and not row["mark"]["override"])


def _raw(row: Row) -> str:
    raw = sum((Fraction(str(test["earned"])) for test in row["verdict"]["tests"]), Fraction())
    return f"{points(raw)} of {row['mark']['total']}"


def _earned(row: Row) -> list[str]:
    """What the rows of tests say, and the heads of the parts above them, whose points are those of their tests."""
    tests = row["verdict"]["tests"]
    said = [f"{test['number']}: {points(test['earned'])} of {test['points']}" for test in tests]
    for number, part in enumerate(row["verdict"]["parts"], start=1):
        own = [test for test in tests if test["part"] == part["name"]]
        earned = points(sum((Fraction(str(test["earned"])) for test in own), Fraction()))
        most = sum(test["points"] for test in own)
        said.append(f"Part {number} {part['name']}: {part['title']}: {earned} of {most} points")
    return sorted(said)


# ---- from the files --------------------------------------------------------------------------------------------------


class Tables(HTMLParser):
    """The tables of a page, each with the sections around it, as rows of cells of text; and the text of all else."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[str, str, list[list[str]]]] = []
        """The id of the section, the class of the table, and its rows."""
        self.text: list[str] = []
        self._sections: list[str] = []
        self._hidden = 0
        self._in_cell = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "section":
            self._sections.append(given.get("id", ""))
        elif tag == "table":
            self.tables.append(("".join(self._sections[-1:]), given.get("class", ""), []))
        elif tag == "tr" and self.tables:
            self.tables[-1][2].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1][2]:
            self.tables[-1][2][-1].append("")
            self._in_cell = True
        self._hidden += tag in ("svg", "style", "script")

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._sections.pop()
        elif tag in ("td", "th"):
            self._in_cell = False
        self._hidden -= tag in ("svg", "style", "script")

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text.append(data)
        if self._in_cell:
            self.tables[-1][2][-1][-1] += data

    def of(self, section: str, kind: str = "") -> list[list[str]]:
        """The rows of the first table of this class in a section, without its head."""
        rows = next((rows for at, of, rows in self.tables if at == section and kind in of), [])
        return [[" ".join(cell.split()) for cell in row] for row in rows[1:]]

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())


def shown_grades(out: Path) -> list[list[str]]:
    with (out / "grades.csv").open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    # A class with sections has a column for them before those of its exercises.
    begins, ends = head.index("email") + 1 + ("section" in head), head.index("total") + 1
    return [[row[0], *row[begins:ends]] for row in rows]


def shown_page(out: Path) -> Numbers:
    text = (out / "class.html").read_text(encoding="utf-8")
    page = Tables(text)
    facts = re.findall(r"<div><dt>([^<]*)</dt><dd>([^<]*)</dd></div>", text.partition("</dl>")[0])
    groups = [rows for at, kind, rows in page.tables if at == "tests" and "rates" in kind][1:]
    exercises = re.findall(r'<details data-exercise="([^"]*)">', text)
    return {
        "headline": re.findall(r'<p class="headline">([^<]*)</p>', text)[0],
        "facts": dict(facts),
        "exercises": [[row[0].split()[0], *row[1:]] for row in page.of("exercises")],
        "scores": page.of("scores")[0][1:],
        "learners": page.of("learners", "heat"),
        "tests": sorted(
            [id, row[0].strip(), " ".join(row[3].split())]
            for id, rows in zip(exercises, groups, strict=True)
            for row in rows[1:]
        ),
        "changed": [[*row[:4], "".join(re.findall(r"\d+ d late, .*", row[4]))] for row in page.of("changed")],
    }


def shown_learner(path: Path) -> Numbers:
    page = Tables(path.read_text(encoding="utf-8"))
    rows = page.of("marks")
    tests: dict[str, list[str]] = defaultdict(list)
    for at, kind, table in page.tables:
        for row in table[1:] if kind == "tests" else ():
            tests[at].append(f"{row[0].strip()}: {row[-1].strip()}")
    return {
        "marks": [[row[0].split()[0], row[2]] for row in rows if len(row) == 3],
        "total": next(row[1] for row in rows if len(row) == 2),
        "costs": re.findall(r"late, ([\d.]+) points? less", page.words),
        "raw": sorted(re.findall(r"([\d.]+ of \d+) raw points", page.words)),
        "tests": {exercise: sorted(each) for exercise, each in tests.items()},
    }


def learner_page(out: Path, key: str) -> Path:
    """The page of the learner with this key: a digest of it ends the name of the file, and two may share a name."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:10]
    return next((out / "learners").glob(f"*-{digest}.html"))


def differences(out: Path) -> list[str]:
    """What a file of these results shows and ``results.jsonl`` does not give."""
    found = _compared("grades.csv", {"rows": expected_grades(out)}, {"rows": shown_grades(out)})
    found += _compared("class.html", expected_page(out), shown_page(out))
    for row in Class(out).rows:
        if row["mark"]["deadline"] and row["mark"]["handed_in"] and days_late(row) != row["mark"]["days_late"]:
            found.append(f"results.jsonl: {row['learner']['key']}: {days_late(row)} days late")
    for rows in Class(out).by_learner.values():
        if any(row["verdict"] or row["mark"]["points"] is not None for row in rows):
            key = rows[0]["learner"]["key"]
            expected = expected_learner(rows)
            expected["raw"] = sorted(expected["raw"])
            found += _compared(key, expected, shown_learner(learner_page(out, key)))
    return found


def _compared(where: str, expected: Numbers, found: Numbers) -> list[str]:
    return [
        f"{where}: {what}: shown {found.get(what)!r}, computed {number!r}"
        for what, number in expected.items()
        if found.get(what) != number
    ]


if __name__ == "__main__":
    print("\n".join(differences(Path(sys.argv[1]))) or "every number is the same")
