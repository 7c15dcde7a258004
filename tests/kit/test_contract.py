"""The numbered promises in the docstrings of a stub."""

from __future__ import annotations

from textwrap import dedent

from grader.kit.contract import problems_of_numbers, read_contract

STUB = '''
"""ex01 - join: wait for all.

1. This is a promise of the module.
"""


async def join(*fns):
    """Run all.

    2. The results come back in order,
       whatever the order of completion:
       - None is a result;
       - and 0 is one.

    Not promised: anything else.
    3. Nothing runs on.
    4. It is a list. 5. This is no promise of its own.
    """


class Stream:
    """A stream.

    5. It is lazy.
    """

    def close(self):
        """6. Close it."""
        steps = """
        7. This is no docstring.
        """
'''


def test_promises_are_read_from_all_docstrings_in_the_order_of_the_file() -> None:
    assert [str(promise) for promise in read_contract(STUB)] == [
        "1. This is a promise of the module.",
        "2. The results come back in order, whatever the order of completion: - None is a result; - and 0 is one.",
        "3. Nothing runs on.",
        "4. It is a list. 5. This is no promise of its own.",
        "5. It is lazy.",
        "6. Close it.",
    ]


def test_a_promise_has_the_line_where_it_begins() -> None:
    lines = STUB.split("\n")

    assert all(f"{promise.number}. " in lines[promise.line - 1] for promise in read_contract(STUB))


def test_a_stub_that_python_cannot_read_has_no_contract() -> None:
    assert read_contract("def f(:") == ()
    assert read_contract("") == ()


def test_numbers_that_do_not_count_up_are_a_problem_at_the_first_of_them() -> None:
    stub = dedent('''
        """1. One.
        3. Three.
        5. Five.
        """
    ''')
    (problem,) = problems_of_numbers(read_contract(stub))

    assert (problem.line, problem.hint.partition(",")[0]) == (3, "Number it 2")
    assert list(problems_of_numbers(read_contract(STUB))) == []
