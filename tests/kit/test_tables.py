"""TOML that is read strictly: everything that is wrong is reported, with its line and a valid value."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import ClassroomError
from grader.kit.faults import Faults, raising
from grader.kit.tables import Table, named_below, parse, read_table

PATH = Path("exercise.toml")
KEYS = {"title": '"timeout"', "level": "1", "words": '["a", "b"]', "per_day": "10", "word": '"one"', "rules": ""}


def table(text: str) -> tuple[Table, Faults]:
    faults = Faults()
    return parse(text, path=PATH, known=KEYS, report=faults.report), faults


def said(faults: Faults) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.what, fault.hint) for fault in faults.in_order()]


def read_all(read: Table) -> tuple[object, ...]:
    return (
        read.text("title"),
        read.whole("level", least=1),
        read.texts("words"),
        read.number("per_day"),
        read.one_of("word", ("one", "two")),
    )


def test_good_values_are_read() -> None:
    read, faults = table('title = "x"\nlevel = 2\nwords = ["a"]\nper_day = 0.5\nword = "two"\n')

    assert read_all(read) == ("x", 2, ("a",), 0.5, "two")
    assert said(faults) == []


def test_wrong_values_are_all_reported_with_a_valid_one_and_read_as_defaults() -> None:
    read, faults = table('title = " "\nlevel = true\nwords = ["a", ""]\nper_day = -1\nword = "three"\n')

    assert read_all(read) == ("", 1, (), 0.0, "one")
    assert said(faults) == [
        (1, "'title' must be a text that is not empty, not ' '", 'Write `title = "timeout"`.'),
        (2, "'level' must be a whole number of at least 1, not True", "Write `level = 1`."),
        (3, "'words' must be a list of texts, none of them empty, not ['a', '']", 'Write `words = ["a", "b"]`.'),
        (4, "'per_day' must be a number of at least 0, not -1", "Write `per_day = 10`."),
        (5, "'word' must be \"one\" or \"two\", not 'three'", 'Write `word = "one"`.'),
    ]


def test_missing_keys_are_all_reported_with_the_line_to_add() -> None:
    read, faults = table("level = 1\n")

    read.text("title")
    read.texts("words")

    assert said(faults) == [
        (
            1,
            "'title' is missing; it must be a text that is not empty",
            'Add a line `title = "timeout"` to exercise.toml.',
        ),
        (
            1,
            "'words' is missing; it must be a list of texts, none of them empty",
            'Add a line `words = ["a", "b"]` to exercise.toml.',
        ),
    ]


def test_a_line_that_is_missing_in_a_table_belongs_below_its_heading() -> None:
    read, faults = table("level = 1\n\n[rules]\n")

    read.table("rules", known={"imports": '["anyio"]'}).texts("imports")

    ((line, what, hint),) = said(faults)
    assert (line, what.partition(";")[0]) == (3, "'rules.imports' is missing")
    assert hint == 'Add a line `imports = ["anyio"]` below `[rules]` in exercise.toml.'


def test_a_misspelt_key_is_read_as_the_one_it_means_which_is_not_missing_then() -> None:
    read, faults = table("titel = 3\nother = 1\n")

    assert read.text("title") == ""
    assert [(line, what) for line, what, _ in said(faults)] == [
        (1, "unknown key 'titel'"),
        (1, "'title' must be a text that is not empty, not 3"),
        (2, "unknown key 'other'"),
    ]


def test_a_misspelt_key_beside_the_right_one_takes_nothing_from_it() -> None:
    read, faults = table('titel = 3\ntitle = "x"\n')

    assert read.text("title") == "x"
    assert [what for _, what, _ in said(faults)] == ["unknown key 'titel'"]


def test_of_a_text_that_is_no_toml_that_alone_is_reported() -> None:
    read, faults = table("title = one\nlevl = 2\n")

    assert read_all(read) == ("", 1, (), 0.0, "one")
    ((line, what, hint),) = said(faults)
    assert (line, what) == (1, "not TOML: Invalid value")
    assert hint.endswith('as in `title = "timeout"`.')


def test_of_a_file_that_is_missing_that_alone_is_reported(tmp_path: Path) -> None:
    faults = Faults()

    read_all(read_table(tmp_path / "exercise.toml", known=KEYS, report=faults.report))

    assert [(line, what) for line, what, _ in said(faults)] == [(1, "this file is missing")]


def test_what_is_no_table_is_reported_and_nothing_in_it_is_missing() -> None:
    read, faults = table("rules = 3\n")

    read.table("rules", known={"imports": ""}).texts("imports")

    assert said(faults) == [
        (1, "'rules' must be a table, not 3", "Write `[rules]` on a line of its own, and its keys below.")
    ]


def test_where_faults_are_raised_the_first_one_ends_the_reading() -> None:
    read = parse("level = 0\n", path=PATH, known=KEYS, report=raising(ClassroomError))

    with pytest.raises(ClassroomError, match=r"exercise\.toml:1: 'level' must be") as caught:
        read.whole("level", least=1)
    assert caught.value.hint == "Write `level = 1`."
    with pytest.raises(ClassroomError, match="unknown key 'titel'"):
        parse("titel = 0\n", path=PATH, known=KEYS, report=raising(ClassroomError))


def test_the_tables_below_one_are_found_in_a_text_that_is_no_toml() -> None:
    text = "title = one\n[diagnoses.serial]\nsentence = \n[diagnoses.late]\n[limits]\nsteps = 1\n"

    assert named_below(text, "diagnoses") == ("serial", "late")


def test_true_and_false_are_read_and_a_number_is_neither() -> None:
    faults = Faults()
    read = parse("yes = true\nno = false\nother = 1\n", path=PATH, known=None, report=faults.report)

    assert (read.truth("yes"), read.truth("no"), read.truth("other")) == (True, False, False)
    assert [(line, what) for line, what, _ in said(faults)] == [(3, "'other' must be true or false, not 1")]
