"""Values that do not go together: numbers and text, what has no order, and hosts without a name."""

from __future__ import annotations

import pytest

from grader.judge.explain.operands import never_equal, no_order, number_and_text, unknown_host
from grader.judge.explain.raised import Raise
from tests.explain_samples import case, code, evidence, leaf, raising


def raised(source: str, message: str, *, kind: str = "TypeError") -> Raise:
    return Raise(leaf=leaf(kind, message), line=1, code=code(source), allowed=())


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("'<' not supported between instances of 'int' and 'str'", "(int and str)"),
        ("'>=' not supported between instances of 'bytes' and 'int'", "(int and bytes)"),
        ("unsupported operand type(s) for -: 'str' and 'float'", "(float and str)"),
        ('can only concatenate str (not "int") to str', "(int and str)"),
    ],
)
def test_a_number_that_meets_text_is_named(message: str, said: str) -> None:
    found = number_and_text(raised("a < b", message))

    assert found is not None
    assert said in found.error
    assert "`int(...)`" in found.help


@pytest.mark.parametrize(
    "message", ["'<' not supported between instances of 'int' and 'list'", "unsupported operand type(s) for +: 'int'"]
)
def test_other_values_are_not_called_text(message: str) -> None:
    assert number_and_text(raised("a < b", message)) is None


@pytest.mark.parametrize("call", ["sorted(values)", "max(values)", "values.sort()"])
def test_values_that_are_sorted_have_no_order(call: str) -> None:
    found = no_order(raised(call, "'<' not supported between instances of 'NoneType' and 'int'"))

    assert found is not None
    assert found.error.startswith(f"`{call.partition('(')[0]}(...)` compares the values")
    assert no_order(raised("a < b", "'<' not supported between instances of 'NoneType' and 'int'")) is None
    assert no_order(raised(call, "boom")) is None


def test_a_host_that_does_not_exist_is_said_where_it_is_connected_to() -> None:
    found = unknown_host(raised("connect()", "[Errno -2] Name or service not known", kind="socket.gaierror"))

    assert found is not None
    assert (found.line, "without the port" in found.help) == (1, True)
    assert unknown_host(raised("connect()", "refused", kind="OSError")) is None


@pytest.mark.parametrize(
    ("value", "test", "named"),
    [
        ("line.split()[1]", "status != 200", True),
        ("head.decode()", "status != 200", True),
        ("int(line.split()[1])", "status != 200", False),
        ("line.split()[1]", 'status != "200"', False),
        ("response.status", "status != 200", False),
    ],
)
def test_text_is_never_equal_to_a_number(value: str, test: str, named: bool) -> None:
    source = f"async def join(line):\n    status = {value}\n    if {test}:\n        raise ValueError(status)\n"
    found = never_equal(case(source), evidence(raising(leaf("ValueError", line=4))))

    assert (found is not None) is named
    if found is not None:
        assert (found.line, found.help) == (3, "turn the text into a number first: `int(status)`")
    assert never_equal(case(source), evidence(raising(leaf("ValueError", line=2)))) is None
