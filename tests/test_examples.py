"""What README shows runs, and the class of the examples comes out as its own README says."""

from __future__ import annotations

import csv
import json
import re
import runpy
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.found import Layout
from grader.classroom.roster import read_roster
from grader.reports.of_class.page import page_name
from grader.sandbox.isolation import FENCED
from tests.class_samples import reasons, taken
from tests.processes import CHECKOUT, grade

STUB = CHECKOUT / "exercises" / "ex01_join" / "join.py"
CLASS = CHECKOUT / "examples" / "class"
SCRIPT = runpy.run_path(str(CHECKOUT / "examples" / "grade.py"))
PICTURES = runpy.run_path(str(CHECKOUT / "examples" / "pictures.py"))

COLUMN = 12.2
"""How wide a character of a picture is."""

EXERCISES = ("ex01", "ex02", "ex04")
INNOCENT = """
10231 Adisa:      right right right
10234 Bauer:      wrong right wrong
10240 Castillo:   right wrong+late wrong
10247 Dubois:     wrong wrong wrong
10252 Eriksen:    right wrong -
10258 Fang:       untouched syntax wrong
10263 Goh:        - right right
10269 Hughes:     - - -
10275 Ishikawa:   right right right
10281 Jovanović:  wrong wrong wrong
10286 Kowalczyk:  wrong not-utf8 wrong
10290 Lindqvist:  name-missing not-async name-missing
10295 Mbeki:      right wrong right+late
10301 Nguyễn:     untouched wrong wrong
10307 O'Brien:    wrong wrong wrong
10312 Petrova:    import wrong off-limits
10318 Qureshi:    - - right+late
10323 Rossi:      wrong right -
"""
HOSTILE = """
10401 =SUM(A1:A9):  nothing nothing -
10402 <script>:     nothing nothing -
10403 Ünal:         import nothing import
10404 Valdés:       nothing nothing import
10405 Winter:       nothing import nothing
10406 Ximénez:      nothing nothing nothing
"""
"""What becomes of each answer: ``wrong`` has some of the points and ``nothing`` none; ``-`` is nothing handed in."""


def expected(table: str) -> dict[tuple[str, str], str]:
    rows = [line.split(": ") for line in table.splitlines() if line]
    return {
        (f"canvas-{learner.split()[0]}", exercise): outcome
        for learner, outcomes in rows
        for exercise, outcome in zip(EXERCISES, outcomes.split(), strict=True)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """The class as it was graded."""

    level: int
    done: subprocess.CompletedProcess[str]
    out: Path

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "results.jsonl").read_text().splitlines()]

    def outcomes(self) -> dict[tuple[str, str], str]:
        return {(line["learner"]["key"], line["mark"]["exercise"]): _outcome(line) for line in self.lines()}


def _outcome(line: dict[str, Any]) -> str:
    mark, late = line["mark"], "+late" if line["mark"]["days_late"] else ""
    if mark["standing"] == "missing":
        return "-"
    if mark["standing"] == "cannot-judge":
        return str(line["verdict"]["faults"][0]["kind"])
    assert mark["standing"] == "judged", line["verdict"]["trouble"]
    if mark["raw"] == mark["total"]:
        return f"right{late}"
    return f"wrong{late}" if mark["raw"] else "nothing"


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the class handed in, laid out by README's script."""
    folder = tmp_path_factory.mktemp("class") / "submissions"
    SCRIPT["hand_in"](folder)
    return folder


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The class, graded in a copy by the command that README's line runs, with one schedule."""
    root = tmp_path_factory.mktemp("copy")
    shutil.copytree(CLASS, root / "examples" / "class", ignore=shutil.ignore_patterns("submissions"))
    SCRIPT["hand_in"](root / SCRIPT["SUBMISSIONS"])
    level = SCRIPT["isolation_level"]()
    done = grade(*SCRIPT["class_command"](level), "--schedules", "1", cwd=root)
    return Class(level=level, done=done, out=root / SCRIPT["OUT"])


# ---- README ----------------------------------------------------------------------------------------------------------


def test_the_first_line_of_readme_runs_a_file_that_is_there() -> None:
    first = re.findall(r"```sh\n(.*)\n```", (CHECKOUT / "README.md").read_text(encoding="utf-8"))[0]

    assert first.startswith("python3 -m venv .venv && .venv/bin/python -m pip install -q . && ")
    named = re.findall(r"examples/\S+", first)
    assert named
    assert [name for name in named if not (CHECKOUT / name).is_file()] == []


@pytest.mark.parametrize("name", PICTURES["ANSWERS"])
def test_a_picture_in_readme_is_what_the_command_prints_of_the_file_that_readme_names(name: str) -> None:
    """If this fails because the words of a screen have changed, run ``python examples/pictures.py``."""
    answer = PICTURES["ANSWERS"][name]
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")

    assert f"](examples/{name}.svg)" in readme
    assert f"[`{answer}`]({answer})" in readme
    drawn = _drawn((CHECKOUT / "examples" / f"{name}.svg").read_text(encoding="utf-8"))
    assert _without_times(drawn) == _without_times(PICTURES["printed"](answer).splitlines())


def _drawn(svg: str) -> list[str]:
    """The lines of a terminal that rich has drawn, each piece of text at its column."""
    rows: dict[int, str] = {}
    for text in ElementTree.fromstring(svg).iterfind(".//{*}text[@clip-path]"):
        row = int(text.attrib["clip-path"].rpartition("-")[2].rstrip(")"))
        column = round(float(text.attrib["x"]) / COLUMN)
        rows[row] = rows.get(row, "").ljust(column) + (text.text or "").replace("\xa0", " ")
    return [rows.get(row, "").rstrip() for row in range(max(rows) + 1)]


def _without_times(lines: list[str]) -> list[str]:
    return [re.sub(r" +[\d.]+ s real", " N s real", line) for line in lines]


def test_what_the_script_grades_is_there() -> None:
    for level in (0, FENCED):
        source, *paths = [word for word in SCRIPT["class_command"](level) if word.startswith("examples/")]
        assert source in (SCRIPT["SUBMISSIONS"], SCRIPT["INNOCENT"])
        assert len(paths) == 3
        assert [path for path in paths if not (CHECKOUT / path).is_file()] == []
    assert (CHECKOUT / SCRIPT["LEARNER"][1] / "grade.toml").is_file()


def test_hostile_files_are_left_out_below_level_2_and_only_there() -> None:
    for level in (0, 1):
        assert SCRIPT["class_command"](level)[1:4] == (SCRIPT["INNOCENT"], "--allow-level", str(level))
    for level in (2, 3):
        assert "--allow-level" not in SCRIPT["class_command"](level)
        assert SCRIPT["class_command"](level)[1] == SCRIPT["SUBMISSIONS"]


def test_an_answer_is_handed_in_without_what_says_that_it_is_wrong(handed_in: Path) -> None:
    place = handed_in / "innocent" / "ex01 join"

    assert (place / "bauerlena_10234_88002_join.py").read_text(encoding="utf-8") == (
        "async def join(*fns):\n    return [await fn() for fn in fns]\n"
    )
    assert (place / "fangwei_10258_88006_join.py").read_bytes() == STUB.read_bytes()


def test_the_gradebook_names_everybody_who_handed_something_in(handed_in: Path) -> None:
    with (CLASS / "gradebook.csv").open(newline="", encoding="utf-8") as file:
        known = {row["ID"] for row in csv.DictReader(file)}
    numbers = {re.findall(r"_(\d{5})_", path.name)[0] for path in handed_in.rglob("*_*")}

    assert len(numbers) == 23
    assert numbers <= known
    assert {key.removeprefix("canvas-") for key, _ in expected(INNOCENT + HOSTILE)} <= known


def test_the_class_is_one_of_canvas(handed_in: Path, tmp_path: Path) -> None:
    intake = taken(handed_in, tmp_path / "staging", roster=read_roster(CLASS / "gradebook.csv"))

    assert intake.layout is Layout.CANVAS
    assert (len(intake.learners), len(intake.files), intake.strangers, intake.refused) == (24, 62, (), ())
    assert {one.exercise for one in intake.files} == set(EXERCISES)
    assert "is superseded by innocent/ex01 join/duboisnoé_10247_88011_join-1.py" in reasons(intake).values()


# ---- the class -------------------------------------------------------------------------------------------------------


def test_every_submission_of_the_class_is_handled(graded: Class) -> None:
    assert graded.done.returncode == 0, graded.done.stderr
    assert graded.done.stdout.splitlines()[-1].startswith("24 learners, ")
    assert {line["verdict"]["isolation"] for line in graded.lines() if line["verdict"]} <= {0, graded.level}


@pytest.mark.parametrize("key", sorted({key for key, _ in expected(INNOCENT)}))
def test_an_innocent_learner_gets_what_the_table_says(graded: Class, key: str) -> None:
    table = {who: outcome for who, outcome in expected(INNOCENT).items() if who[0] == key}

    assert {who: outcome for who, outcome in graded.outcomes().items() if who[0] == key} == table


@pytest.mark.parametrize("key", sorted({key for key, _ in expected(HOSTILE)}))
def test_a_hostile_learner_gets_no_points(graded: Class, key: str) -> None:
    if graded.level < FENCED:
        pytest.skip(f"level {graded.level}: hostile submissions are not run on this computer")
    table = {who: outcome for who, outcome in expected(HOSTILE).items() if who[0] == key}

    assert {who: outcome for who, outcome in graded.outcomes().items() if who[0] == key} == table
    assert {line["mark"]["points"] for line in graded.lines() if line["learner"]["key"] == key} <= {0, None}


def test_what_class_toml_decides_is_obeyed(graded: Class) -> None:
    marks = {(line["learner"]["key"], line["mark"]["exercise"]): line["mark"] for line in graded.lines()}

    assert marks["canvas-10263", "ex01"]["points"] == 80
    assert marks["canvas-10263", "ex01"]["override"]
    assert marks["canvas-10295", "ex04"]["deducted"] == 10
    # Canvas calls it late, and knows nothing of the extension.
    assert marks["canvas-10247", "ex04"]["days_late"] == 0


def test_what_cannot_be_matched_is_listed_and_not_dropped(graded: Class) -> None:
    said = " ".join(graded.done.stdout.split())

    for name in ("notes.txt", "join.ipynb", "first.py", "second.py", "text.html"):
        assert name in said, name
    assert said.count("is superseded by") == 2


def test_the_same_bytes_are_graded_once(graded: Class) -> None:
    verdicts = {
        line["learner"]["key"]: line["verdict"] for line in graded.lines() if line["mark"]["exercise"] == "ex01"
    }
    first, second = verdicts["canvas-10231"], verdicts["canvas-10295"]

    assert first["digest"] == second["digest"]
    assert (first["judged_at"], first["real_seconds"]) == (second["judged_at"], second["real_seconds"])


# ---- files -----------------------------------------------------------------------------------------------------------


def test_the_pages_name_everybody_and_hold_nothing_that_a_browser_obeys(graded: Class) -> None:
    page = (graded.out / "class.html").read_text(encoding="utf-8")
    handed_in = {learner for learner, _ in graded.outcomes()} - {"canvas-10269"}
    pages = {path.name for path in (graded.out / "learners").iterdir()}

    assert page.count("石川 葵") > 0
    assert "Toni &lt;script&gt;alert(1)&lt;/script&gt;" in page
    for path in (graded.out / "class.html", *(graded.out / "learners").iterdir()):
        text = path.read_text(encoding="utf-8")
        assert text.startswith("<!doctype html>"), path.name
        assert text.rstrip().endswith("</html>"), path.name
        assert "<script>alert(1)" not in text, path.name
        assert "<img src=x" not in text, path.name
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x1b]", text), path.name
    if graded.level >= FENCED:
        assert {page_name(key) for key in handed_in} == pages


def test_the_tables_have_a_line_for_everybody_and_no_formula(graded: Class) -> None:
    with (graded.out / "grades.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 24
    assert {row["key"] for row in rows} == {key for key, _ in expected(INNOCENT + HOSTILE)}
    assert [cell for row in rows for cell in row.values() if cell[:1] in tuple("=+-@\t\r")] == []
    assert len(graded.lines()) == 24 * len(EXERCISES)


def test_junit_is_xml_with_a_suite_for_every_file_that_was_judged(graded: Class) -> None:
    suites = ElementTree.parse(graded.out / "junit.xml").getroot()
    judged = [line for line in graded.lines() if line["verdict"]]

    assert suites.tag == "testsuites"
    assert len(suites.findall("testsuite")) >= len(judged)
    assert suites.findall(".//failure")


def test_the_gradebook_goes_back_as_it_came_with_points_in_it(graded: Class) -> None:
    before = _rows(CLASS / "gradebook.csv")
    after = _rows(graded.out / "gradebook.filled.csv")

    ours = {5, 6, 7}
    assert after[0] == before[0]
    assert [[cell for at, cell in enumerate(row) if at not in ours] for row in after] == [
        [cell for at, cell in enumerate(row) if at not in ours] for row in before
    ]
    points = {row[1]: row[5:8] for row in after}
    assert points["10231"] == ["10.00", "10.00", "20.00"]
    assert points["10263"] == ["8.00", "10.00", "20.00"]
    assert points["10252"][2] == "EX"
    assert points["10269"] == points["10299"] == ["", "", ""]


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))
