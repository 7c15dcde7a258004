from __future__ import annotations

from pathlib import Path

import pytest

from grader.policy.interface import check_interface
from grader.policy.program import Program, read
from grader.policy.submission import Fault, Submission

FUNCTION = '''\
"""The stub."""


async def timeout(fn, seconds, *more, limit, name="x"):
    """Do it."""
    raise NotImplementedError("your turn")
'''

CLASS = """\
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Step(Protocol):
    def __call__(self, inputs): ...


class Stream(Generic[T]):
    def __init__(self, source):
        raise NotImplementedError

    @classmethod
    def from_iter(cls, items):
        raise NotImplementedError

    def map(self, fn):
        raise NotImplementedError

    async def aclose(self):
        raise NotImplementedError

    def _private(self): ...


def channel(capacity):
    raise NotImplementedError


def _helper(): ...
"""

GOOD_CLASS = """\
class Stream(Generic[T]):
    def __init__(self, s): ...
    from_iter = make
    def map(self, f): ...
    async def aclose(self): ...
channel = 1
"""


def program(source: str) -> Program:
    found = read(Submission(path=Path("join.py"), source=source, digest=""))
    assert isinstance(found, Program)
    return found


def faults(source: str, stub: str) -> tuple[Fault, ...]:
    return check_interface(program(source), stub)


def only(source: str, stub: str) -> Fault:
    (fault,) = faults(source, stub)
    assert fault.help[0].islower()
    return fault


# ---- untouched ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        FUNCTION,
        FUNCTION.replace("\n", "\r\n"),
        "# my file\n" + FUNCTION.replace('"""The stub."""', '"""My stub."""'),
        FUNCTION.replace('    """Do it."""\n', ""),
        FUNCTION.replace("(fn, ", "(\n    fn,\n    "),
    ],
)
def test_comments_docstrings_and_layout_leave_the_stub_untouched(source: str) -> None:
    fault = only(source, FUNCTION)

    assert fault.kind == "untouched"
    assert fault.text.strip() == 'raise NotImplementedError("your turn")'
    assert "`timeout`" in fault.help


@pytest.mark.parametrize("body", ["pass", "raise NotImplementedError('mine')", "return None"])
def test_a_changed_body_is_a_touched_stub(body: str) -> None:
    assert faults(FUNCTION.replace('raise NotImplementedError("your turn")', body), FUNCTION) == ()


def test_a_text_that_is_no_docstring_counts() -> None:
    assert faults(FUNCTION + '\nx = 1\n"y"\n', FUNCTION) == ()


# ---- names ----------------------------------------------------------------------------------------------------------


def test_a_missing_name_points_at_the_nearest() -> None:
    fault = only("import anyio\n\nasync def  time_out(*a, **k): ...\nclass Own: ...\n_x = 1\n", FUNCTION)

    assert (fault.kind, fault.line, fault.column, fault.width) == ("name-missing", 3, 12, 8)
    assert fault.error == "the file defines no `timeout`; it has `time_out`, `Own`"
    assert fault.help == "rename `time_out` to `timeout`"


def test_an_empty_file_is_told_what_to_add() -> None:
    fault = only("", FUNCTION)

    assert (fault.kind, fault.line) == ("name-missing", None)
    assert fault.help == "add `async def timeout(fn, seconds, *more, limit, name='x')` as the stub has it"


@pytest.mark.parametrize(
    "source",
    [
        "timeout = make()",
        "from x import y as timeout",
        "import timeout",
        "(timeout := make())",
        "if x:\n    async def timeout(*a, **k): ...\n",
        "try:\n    pass\nexcept E:\n    from a import timeout",
        "with x as timeout: pass",
        "@deco\ndef timeout(): ...",
        "class timeout: ...",
        "a, (timeout, *b) = c",
    ],
)
def test_a_name_may_be_bound_in_any_way(source: str) -> None:
    assert faults(source, FUNCTION) == ()


@pytest.mark.parametrize("source", ["def f():\n    timeout = 1", "class A:\n    timeout = 1", "x.timeout = 1"])
def test_a_name_elsewhere_is_not_a_name_of_the_file(source: str) -> None:
    assert only(source, FUNCTION).kind == "name-missing"


def test_helpers_and_protocols_of_the_stub_are_not_asked_for() -> None:
    assert faults(GOOD_CLASS, CLASS) == ()


# ---- classes --------------------------------------------------------------------------------------------------------


def test_missing_methods_are_named_with_their_class() -> None:
    found = faults("class Stream:\n    def __init__(self, s): ...\n    def mapp(self, f): ...\nchannel = 1\n", CLASS)

    assert [fault.error.partition(";")[0] for fault in found] == [
        "the class `Stream` defines no `from_iter`",
        "the class `Stream` defines no `aclose`",
        "the class `Stream` defines no `map`",
    ]
    assert found[2].help == "rename `mapp` to `map`"
    assert (found[2].line, found[2].column) == (3, 9)


@pytest.mark.parametrize(
    "headline",
    ["class Stream(Base):", "class Stream(Generic[T], Base):", "class Stream(metaclass=M):", "@d\nclass Stream:"],
)
def test_inherited_methods_may_be_missing(headline: str) -> None:
    assert faults(f"{headline}\n    pass\nchannel = 1", CLASS) == ()


def test_what_a_class_with_a_base_defines_is_checked_all_the_same() -> None:
    assert only("class Stream(Base):\n    def aclose(self): ...\nchannel = 1", CLASS).kind == "not-async"


def test_a_method_without_self_is_shown_how_it_is_called() -> None:
    fault = only(GOOD_CLASS.replace("map(self, f)", "map(f)"), CLASS)

    assert (fault.kind, fault.line, fault.column, fault.width) == ("parameters", 4, 9, 3)
    assert fault.error == "`Stream.map` cannot be called as `map(fn)`"
    assert fault.help == "give it the parameters of the stub: `def map(self, fn)`"


# ---- async and parameters -------------------------------------------------------------------------------------------


def test_a_plain_def_where_the_stub_is_async_is_told_so() -> None:
    fault = only("def timeout(fn, s, *m, limit, name=1): ...", FUNCTION)

    assert (fault.kind, fault.line, fault.column, fault.width) == ("not-async", 1, 5, 7)
    assert fault.help == "write `async def timeout`"


def test_an_async_generator_where_the_stub_is_plain_is_fine() -> None:
    assert faults("async def throttle(s):\n    yield", "def throttle(source):\n    raise NotImplementedError") == ()


@pytest.mark.parametrize(
    "parameters",
    [
        "fn, seconds, *more, limit, name='x'",
        "a, b, *c, name=1, limit",
        "a, b, /, *c, limit=0, name='y'",
        "*args, **kwargs",
        "*args, limit, **kwargs",
        "a, b=1, *c, limit, name=1, extra=None",
    ],
)
def test_every_signature_that_takes_the_calls_of_the_stub_is_accepted(parameters: str) -> None:
    assert faults(f"async def timeout({parameters}): ...", FUNCTION) == ()


@pytest.mark.parametrize(
    ("parameters", "call"),
    [
        ("fn, *more, limit", "timeout(fn, seconds, limit=..., name=...)"),
        ("fn, seconds, limit, name='x'", "timeout(fn, seconds, *more, limit=...)"),
        ("a, b, c, *d, limit, name=1", "timeout(fn, seconds, limit=...)"),
        ("a, b, *c, limit, name", "timeout(fn, seconds, limit=...)"),
        ("a, b, *c, limit, name=1, extra", "timeout(fn, seconds, limit=...)"),
        ("a, b, *, limit, name=1", "timeout(fn, seconds, *more, limit=...)"),
        ("limit, b, *c, name=1", "timeout(fn, seconds, limit=...)"),
        ("", "timeout(fn, seconds, limit=...)"),
    ],
)
def test_the_first_call_that_does_not_fit_is_shown(parameters: str, call: str) -> None:
    found = faults(f"async def timeout({parameters}): ...", FUNCTION)

    assert [fault.kind for fault in found] == ["parameters"]
    assert found[0].error == f"`timeout` cannot be called as `{call}`"


def test_keyword_parameters_may_become_ordinary_ones() -> None:
    stub = "def f(a, *, b):\n    raise NotImplementedError"

    assert faults("def f(x, b): ...", stub) == ()
    assert only("def f(b, x): ...", stub).error == "`f` cannot be called as `f(a, b=...)`"


def test_a_stub_that_takes_any_keyword_asks_for_the_same() -> None:
    stub = "def f(**options):\n    raise NotImplementedError"

    assert faults("def f(**o): ...", stub) == ()
    assert only("def f(): ...", stub).kind == "parameters"


def test_parameters_of_decorated_functions_are_the_decorators_business() -> None:
    assert faults("@deco\nasync def timeout(): ...", FUNCTION) == ()


def test_the_last_of_two_definitions_counts() -> None:
    good, bad = "async def timeout(*a, **k): ...\n", "def timeout(): ...\n"

    assert faults(bad + good, FUNCTION) == ()
    assert {fault.kind for fault in faults(good + bad, FUNCTION)} == {"not-async", "parameters"}


def test_columns_count_characters_and_not_bytes() -> None:
    fault = only("ä = '😀'; ñ = 1\nä, tìmeout = 1, 2\n", FUNCTION.replace("timeout", "timèout"))

    assert (fault.kind, fault.line, fault.column, fault.width) == ("name-missing", 2, 4, 7)


def test_no_more_than_five_faults_are_shown_in_the_order_of_the_lines() -> None:
    stub = "".join(f"async def name_{letter}():\n    raise NotImplementedError\n" for letter in "abcdefgh")
    source = "".join(f"def name_{letter}(): ...\n" for letter in "hgfedcba")

    assert [fault.line for fault in faults(source, stub)] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("source", "error", "help"),
    [
        (
            "class Own:\n    async def timeout(self, fn): ...\n",
            "`timeout` is a method of the class `Own`; the exercise calls it at the top level of the file",
            "move it out of `Own`, and take `self` away",
        ),
        (
            "async def main():\n    async def timeout(fn): ...\n",
            "`timeout` is defined inside `main`; the exercise calls it at the top level of the file",
            "move it out of `main`",
        ),
    ],
)
def test_what_stands_inside_of_something_else_is_shown_there(source: str, error: str, help: str) -> None:
    fault = only(source, FUNCTION)

    assert (fault.error, fault.help, fault.line) == (error, help, 2)


def test_one_special_method_is_never_taken_for_another() -> None:
    (fault,) = faults(
        "class Stream:\n    def __init__(self, source): ...\n", "class Stream:\n    def __iter__(self): ...\n"
    )

    assert fault.help == "add `def __iter__(self)` as the stub has it"


def test_a_special_method_with_too_few_underscores_is_the_one_that_was_meant() -> None:
    (fault,) = faults(
        "class Stream:\n    def _init_(self, source): ...\n", "class Stream:\n    def __init__(self, source): ...\n"
    )

    assert (fault.line, fault.help) == (2, "rename `_init_` to `__init__`")


def test_a_function_is_not_to_be_renamed_to_a_class() -> None:
    assert only("class Timeout: ...", FUNCTION).help.startswith("add `async def timeout(")
