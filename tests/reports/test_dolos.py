"""What Dolos reads: a folder for each exercise with the answers, the stub to be ignored, and a table of both."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.classroom.gradebook import Learner
from grader.classroom.intake import Handed
from grader.classroom.marks import ClassResults
from grader.errors import WorkspaceError
from grader.policy.submission import Fault
from grader.reports.dialects import Dialect, ReportOrder, write_class
from grader.reports.dolos import class_files
from tests.results_samples import course, judged, missing, person, results_of
from tests.samples import case, verdict

KIT = course(2)
ADA = Learner(key="ada", name="Ada Lovelace", section="A")
EVIL = Learner(key="../../etc/passwd", name='=HYPERLINK("x"),\n"y"', section="B, C")
LATE = "2026-11-20T18:00:00+00:00"


def results() -> ClassResults:
    """Two learners answered ex01, one of them ex02, too; a third has an untouched stub, a syntax error and nothing."""
    made = [
        judged(ADA, answer("ex01", "ada_1 = 1\n")),
        judged(EVIL, answer("ex01", "evil = 1\n")),
        judged(ADA, answer("ex02", "ada_2 = 1\n")),
        judged(person(0), verdict(faults=(Fault(kind="untouched", error="x", help="y"),))),
        judged(person(0), verdict(exercise="ex02", faults=(Fault(kind="syntax", error="x", help="y"),))),
        missing(EVIL, KIT.exercises[1]),
    ]
    found = results_of(KIT, [ADA, EVIL, person(0)], made)
    handed = Handed(learner="ada", exercise="ex01", path=Path("/x"), shown="ada/ex01", submitted_at=LATE)
    return replace(found, intake=replace(found.intake, files=(handed,)))


def answer(exercise: str, source: str) -> Any:
    return replace(verdict(case(1, "x", 100), exercise=exercise), source=source, file=f"ada/{exercise}")


def dolos_reads(folder: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Each file that Dolos opens for ``info.csv``: its text, and what the table says of it."""
    # As lib/src/lib/dataset.ts of Dolos does: d3's csvParse, then the path of each row from the folder of the table on.
    for row in csv.DictReader(io.StringIO((folder / "info.csv").read_text("utf-8")), strict=True):
        yield (folder / row["filename"]).read_text("utf-8"), row


def written(tmp_path: Path) -> Path:
    write_class([ReportOrder(dialect=Dialect.DOLOS, path=tmp_path / "dolos")], results())
    return tmp_path / "dolos"


def test_each_exercise_is_a_data_set_of_its_answers_and_of_the_stub_as_ignored_code(tmp_path: Path) -> None:
    folder = written(tmp_path)
    found = list(dolos_reads(folder / "ex01"))

    assert sorted(path.name for path in folder.iterdir()) == ["ex01", "ex02"]
    assert [text for text, _ in found] == ["ada_1 = 1\n", "evil = 1\n", KIT.exercises[0].stub.read_text("utf-8")]
    assert [row["ignored"] for _, row in found] == ["", "", "true"]
    assert found[0][1]["full_name"] == "Ada Lovelace"
    assert [row["label"] for _, row in found] == ["A", "B, C", ""]
    assert [row["created_at"] for _, row in found] == [LATE, "", ""]
    assert next(dolos_reads(folder / "ex02"))[0] == "ada_2 = 1\n"


def test_every_file_that_is_written_is_named_in_a_table(tmp_path: Path) -> None:
    folder = written(tmp_path)
    for exercise in folder.iterdir():
        named = {row["filename"] for _, row in dolos_reads(exercise)}
        assert {path.name for path in exercise.iterdir()} == {*named, "info.csv"}


def test_a_key_leads_out_of_no_folder_and_a_name_is_no_formula(tmp_path: Path) -> None:
    folder = written(tmp_path)
    rows = [row for _, row in dolos_reads(folder / "ex01")]

    assert all("/" not in row["filename"] and row["filename"].endswith(".py") for row in rows)
    assert rows[1]["full_name"].startswith("'=")
    assert "\n" not in rows[1]["full_name"]


def test_without_an_answer_there_is_no_data_set() -> None:
    assert list(class_files(results_of(KIT, [ADA], [missing(ADA, exercise) for exercise in KIT.exercises]))) == []


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "dolos").mkdir()
    (tmp_path / "dolos" / "ex01").touch()

    with pytest.raises(WorkspaceError, match="a file is where its folder should be"):
        written(tmp_path)
