"""The table of hidden tests and wrong answers says which proves which."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import KitError
from grader.judge.kittable import Table, table
from grader.kit.kit import read_kit
from grader.sandbox.box import Box
from tests.kit_samples import TOO_SOON, WRONG_VALUE, answer, change, make_small_kit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_small_kit(tmp_path / "kit")


def table_of(box: Box, root: Path) -> Table:
    read = read_kit(root)
    assert read.kit is not None
    return table(box, read.kit, read.kit.exercises[0], read)


def test_each_answer_has_what_it_fails_and_earns(box: Box, root: Path) -> None:
    found = table_of(box, root)

    assert [(one.name, one.points, dict(one.shown)) for one in found.answers] == [
        ("wrong/soon.py", 60, {"test_time": ("wrong-value",)}),
        ("wrong/value.py", 40, {"test_value": ("wrong-value",)}),
    ]
    assert found.slugs == ("wrong-value",)


def test_a_test_is_lonely_if_exactly_one_answer_fails_it(box: Box, root: Path) -> None:
    (root / "solutions/ex01_double/wrong/late.py").write_text(
        "# fails: test_time (wrong-value)\n" + answer(TOO_SOON.replace("sleep(0)", "sleep(n + 1)"))
    )
    found = table_of(box, root)

    assert [(test.name, one.name) for test, one in found.lonely] == [("test_value", "wrong/value.py")]
    assert (found.never_failed, found.never_alone) == ((), ())


def test_a_test_that_is_only_failed_with_another_one_is_never_failed_alone(box: Box, root: Path) -> None:
    both = "# fails: test_value, test_time (wrong-value)\n" + answer(WRONG_VALUE.replace("sleep(n)", "sleep(0)"))
    (root / "solutions/ex01_double/wrong/value.py").write_text(both)
    found = table_of(box, root)

    assert [test.name for test in found.never_alone] == ["test_value"]


def test_what_cannot_be_judged_is_in_the_table_and_proves_nothing(box: Box, root: Path) -> None:
    change(root / "solutions/ex01_double/wrong/value.py", "import anyio", "import os")
    found = table_of(box, root)

    (faulty,) = (one for one in found.answers if one.faults)
    assert faulty.name == "wrong/value.py"
    assert [test.name for test in found.never_failed] == ["test_value"]


def test_with_a_faulty_test_the_others_are_in_the_table(box: Box, root: Path) -> None:
    change(root / "exercises/ex01_double/test_hidden.py", "def test_value", "async def test_value")

    assert [test.name for test in table_of(box, root).tests] == ["test_time"]


def test_an_exercise_of_which_nothing_can_be_judged_has_no_table(box: Box, root: Path) -> None:
    (root / "exercises/ex01_double/scenarios.py").unlink()

    with pytest.raises(KitError) as raised:
        table_of(box, root)
    assert f"grade kit check {root}" in raised.value.hint
