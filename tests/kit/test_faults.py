"""Faults are kept in an order that can be read from top to bottom, or the first of them is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import ClassroomError
from grader.kit.faults import Faults, KitFault, raising

KIT, TESTS = Path("exercises/kit.toml"), Path("exercises/ex01_one/test_hidden.py")


def test_a_fault_says_where_and_what() -> None:
    assert str(KitFault(path=KIT, line=3, what="it is wrong", hint="Mend it.")) == "exercises/kit.toml:3: it is wrong"


def test_faults_come_file_by_file_in_the_order_of_their_lines_and_each_once() -> None:
    faults = Faults()
    faults.report(path=KIT, line=4, what="a", hint="")
    faults.report(path=TESTS, line=9, what="b", hint="")
    faults.remark(path=TESTS, line=2, what="c", hint="")
    faults.report(path=KIT, line=1, what="d", hint="")
    faults.report(path=KIT, line=1, what="d", hint="")

    assert [(fault.path, fault.line, fault.blocks) for fault in faults.in_order()] == [
        (KIT, 1, True),
        (KIT, 4, True),
        (TESTS, 2, False),
        (TESTS, 9, True),
    ]


def test_the_first_fault_of_a_file_that_must_be_good_is_raised_with_its_hint() -> None:
    report = raising(ClassroomError)

    with pytest.raises(ClassroomError, match=r"^exercises/kit\.toml:3: it is wrong$") as caught:
        report(path=KIT, line=3, what="it is wrong", hint="Mend it.")
    assert caught.value.hint == "Mend it."
