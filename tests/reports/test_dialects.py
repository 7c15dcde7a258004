"""Reports in dialects: asked for by name, refused before anything is graded, and written whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from grader.errors import InternalError, KitError, MachineError, UsageError, WorkspaceError
from grader.files import write_file
from grader.reports import dialects
from grader.reports.dialects import Dialect, ReportOrder, read_order
from tests import samples
from tests.results_samples import class_of
from tests.samples import CLASSROOM50


def order(name: str, path: Path = Path("report")) -> ReportOrder:
    return ReportOrder(dialect=Dialect(name), path=path)


# ---- what is asked for -----------------------------------------------------------------------------------------------


def test_an_order_names_a_dialect_and_a_file_in_the_working_folder():
    assert read_order("junit=out/a=b.xml", directory=Path("/work")) == order("junit", Path("/work/out/a=b.xml"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("junit", "no file is named"),
        ("junit=", "no file is named"),
        ("junt=x", "there is no dialect 'junt'"),
        ("=x", "there is no dialect ''"),
        ("junit=.", "this is a folder"),
        ("dolos=file", "this is a file"),
    ],
)
def test_an_order_that_cannot_be_read_says_why(text, said, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=said):
        read_order(text, directory=tmp_path)


def test_a_dialect_that_cannot_hold_a_run_is_refused():
    with pytest.raises(UsageError, match="csv is the table of a class"):
        dialects.check_for_run([order("csv")], 1, {})
    with pytest.raises(UsageError, match="dolos compares the answers of a class"):
        dialects.check_for_run([order("dolos")], 1, {})
    with pytest.raises(UsageError, match="one exercise, not 2"):
        dialects.check_for_run([order("exercism")], 2, {})
    with pytest.raises(MachineError, match="the environment has no CLASSROOM"):
        dialects.check_for_run([order("classroom50")], 1, {})
    with pytest.raises(UsageError, match="two reports go to report"):
        dialects.check_for_run([order("junit"), order("jsonl")], 1, {})


def test_a_dialect_that_cannot_hold_a_class_is_refused():
    for name in ("gradescope", "exercism", "classroom50"):
        with pytest.raises(UsageError, match=f"{name} holds one submission"):
            dialects.check_for_class([order(name)])


def test_every_dialect_that_passes_the_check_can_be_written(tmp_path):
    run = [order(name, tmp_path / f"run.{name}") for name in dialects.OF_A_RUN]
    whole = [order(name, tmp_path / f"class.{name}") for name in (*dialects.OF_A_CLASS, *dialects.FOLDERS_OF_A_CLASS)]
    dialects.check_for_run(run, 1, CLASSROOM50)
    dialects.check_for_class(whole)

    dialects.write_run(run, (samples.mixed(),), CLASSROOM50)
    results = class_of(5, 3)
    marks = (replace(mark, verdict=mark.verdict and replace(mark.verdict, source="x")) for mark in results.marks)
    dialects.write_class(whole, replace(results, marks=tuple(marks)))

    assert all(each.path.stat().st_size > 0 for each in (*run, *whole))
    assert len(list(tmp_path.iterdir())) == len(run) + len(whole), "nothing else is left behind"


# ---- what was not judged ---------------------------------------------------------------------------------------------


def test_without_any_verdict_only_dialects_that_can_say_so_are_written(tmp_path):
    for name in ("junit", "jsonl", "github"):
        dialects.write_run([order(name, tmp_path / name)], (), CLASSROOM50)
    for name in ("gradescope", "classroom50", "exercism"):
        with pytest.raises(MachineError, match="there is no verdict: nothing was judged"):
            dialects.write_run([order(name, tmp_path / name)], (), CLASSROOM50)

    assert {path.name for path in tmp_path.iterdir()} == {"junit", "jsonl", "github"}


@pytest.mark.parametrize("name", ["gradescope", "classroom50"])
def test_a_dialect_of_scores_is_not_written_if_something_was_not_judged(name, tmp_path):
    broken = samples.verdict(trouble="there is no room on the disk")
    orders = [order(name, tmp_path / "results.json")]

    with pytest.raises(MachineError, match="ex01 was not judged: there is no room"):
        dialects.write_run(orders, (samples.perfect(), broken), CLASSROOM50)
    with pytest.raises(InternalError):
        dialects.write_run(orders, (samples.verdict(own_fault=True),), CLASSROOM50)
    with pytest.raises(MachineError, match="nothing was judged"):
        dialects.write_run(orders, (), CLASSROOM50)
    assert not list(tmp_path.iterdir())


def test_a_dialect_of_scores_says_that_the_kit_is_at_fault(tmp_path):
    reason = "the kit is at fault: exercises/ex01_join/test_hidden.py:8: AttributeError: no"
    broken = samples.verdict(samples.case(1, "x", 100, samples.not_judged("trio", reason)))

    with pytest.raises(KitError, match=r"test_hidden\.py:8") as raised:
        dialects.write_run([order("gradescope", tmp_path / "results.json")], (broken,), CLASSROOM50)
    assert "grade kit check" in raised.value.hint


def test_the_other_reports_are_written_before_the_first_error_is_raised(tmp_path):
    orders = [order("gradescope", tmp_path / "a"), order("jsonl", tmp_path / "b"), order("junit", tmp_path / "c")]

    with pytest.raises(MachineError):
        dialects.write_run(orders, (samples.verdict(trouble="x"),), {})

    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]


# ---- files -----------------------------------------------------------------------------------------------------------


def test_folders_above_a_report_are_made(tmp_path):
    write_file(tmp_path / "a" / "b" / "c.xml", "x\r\ny\n")

    assert (tmp_path / "a" / "b" / "c.xml").read_bytes() == b"x\r\ny\n"


def test_a_link_keeps_pointing_to_the_file_that_is_written(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")

    write_file(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    write_file(tmp_path / "pipe", "text")

    assert os.read(reader, 100) == b"text"
    os.close(reader)


def test_a_file_that_cannot_be_written_is_named_with_the_option_and_the_old_one_stays(tmp_path):
    (tmp_path / "file").write_text("old")

    with pytest.raises(WorkspaceError, match="file/x: a file is where its folder should be") as caught:
        write_file(tmp_path / "file" / "x", "new")
    with pytest.raises(WorkspaceError):
        write_file(tmp_path / ("n" * 300), "new")

    assert caught.value.hint == "Name another file with --report DIALECT=PATH."
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_lone_surrogate_does_not_stop_a_report(tmp_path):
    write_file(tmp_path / "x.json", json.dumps("\ud800", ensure_ascii=False))

    assert (tmp_path / "x.json").read_text() == '"\\ud800"'


@pytest.mark.parametrize("name", ["jsonl", "junit", "gradescope", "exercism", "github"])
def test_parameter_sets_of_one_hidden_test_are_told_apart_by_what_is_in_brackets(name, tmp_path):
    verdict, ids = samples.mixed(), ["plain", "two words", "it's"]
    tests = tuple(
        replace(test, name=f"test_it[{id}]", label=f"does it ({id})")
        for test, id in zip(verdict.tests, ids, strict=False)
    )

    dialects.write_run([order(name, tmp_path / "report")], (replace(verdict, tests=tests),), CLASSROOM50)

    text = (tmp_path / "report").read_text().replace("\\", "")
    assert [id for id, _ in zip(ids, tests, strict=False) if f"does it ({id})" not in text] == []
