"""Whose fault a failed hidden test is: the kit's, if no answer can pass it, and otherwise the submission's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from grader.judge import session
from grader.judge.engine import Check, Request, grade, grade_each
from grader.judge.options import PlayOptions
from grader.judge.verdict import Outcome, Status, Verdict
from grader.kit.kit import load_kit
from grader.policy import rules
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.forging_samples import no_rules
from tests.kit_samples import RIGHT, WRONG_VALUE, answer, change, make_kit

TESTS = "exercises/ex01_double/test_hidden.py"
SCENARIOS = "exercises/ex01_double/scenarios.py"
LINE_OF_VALUE = 7
"""The line of ``test_hidden.py`` with the assertion of ``test_value``."""

NONE = "import anyio\n\n\nasync def double(n):\n    await anyio.sleep(n)\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_kit(tmp_path / "kit")


def graded(box: Box, root: Path, submission: str, *, check: Check = rules.check) -> Verdict:
    path = root / "double.py"
    path.write_text(submission)
    kit = load_kit(root)
    (verdict,) = grade(box, kit, kit.exercises[0], [Request(path=path, shown="double.py", check=check)])
    return verdict


def reasons(verdict: Verdict, test: int = 0) -> set[str]:
    return {result.reason for result in verdict.tests[test].results}


def outcomes(verdict: Verdict, test: int = 0) -> set[Outcome]:
    return {result.outcome for result in verdict.tests[test].results}


def with_test(root: Path, body: str) -> None:
    change(root / TESTS, 'assert play("call", n=3).result == 6', body)


# ---- a bug in a hidden test ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            'assert play("call", n=3).returned == 6',
            "AttributeError: 'Recording' object has no attribute 'returned'",
        ),
        ('assert play("call", n=3).result == EXPECTED', "NameError: name 'EXPECTED' is not defined"),
        (
            'assert play("call", n=3).span("call").start + "s"',
            "TypeError: unsupported operand type(s) for +: 'float' and 'str'",
        ),
        ('assert play("call", n=3).result == {3: "kept back"}["six"]', "KeyError"),
        ('assert play("call", n=3).values("nothing")[0] == 6', "IndexError"),
        (
            'assert play("call", n=3).span() == 6',
            "TypeError: Recording.span() missing 1 required positional argument: 'name'",
        ),
        ("import no_such_module; play('call', n=3)", "ModuleNotFoundError: No module named 'no_such_module'"),
        ('int("kept back"); play("call", n=3)', "ValueError"),
    ],
)
@pytest.mark.parametrize("submission", [answer(RIGHT), answer(WRONG_VALUE), NONE], ids=["right", "wrong", "none"])
def test_a_hidden_test_that_stumbles_on_the_reference_answer_too_is_not_judged_with_file_and_line(
    box: Box, root: Path, submission: str, body: str, said: str
) -> None:
    with_test(root, body)
    verdict = graded(box, root, submission)

    assert outcomes(verdict) == {Outcome.NOT_JUDGED}
    assert reasons(verdict) == {f"the kit is at fault: {TESTS}:{LINE_OF_VALUE}: {said}"}
    assert (verdict.status, verdict.own_fault) == (Status.NOT_JUDGED, False)


def test_the_other_tests_are_judged(box: Box, root: Path) -> None:
    with_test(root, 'assert play("call", n=3).returned == 6')

    assert outcomes(graded(box, root, answer(RIGHT)), test=1) == {Outcome.PASS}
    assert outcomes(graded(box, root, "async def double(n):\n    return 6\n"), test=1) == {Outcome.FAIL}


def test_the_line_is_that_of_the_kit_where_a_function_of_the_test_file_raises(box: Box, root: Path) -> None:
    with_test(root, 'check(play("call", n=3))')
    path = root / TESTS
    path.write_text(path.read_text() + "\n\ndef check(recording):\n    assert recording.returned == 6\n")
    line = len(path.read_text().splitlines())

    assert reasons(graded(box, root, answer(RIGHT))) == {
        f"the kit is at fault: {TESTS}:{line}: AttributeError: 'Recording' object has no attribute 'returned'"
    }


@pytest.mark.parametrize(
    ("body", "returned"),
    [
        ('assert sorted(play("call", n=3).result) == [6]', "[6]"),
        ('assert play("call", n=3).result[0] == 6', "[6]"),
        ('assert {6: True}[play("call", n=3).result]', "6"),
        ('assert play("call", n=3).values("doubled")[0] == 6', "6"),
        ('for value in play("call", n=3).values("doubled"):\n        last = value\n    assert last == 6', "6"),
        ('for value in play("call", n=3).values("doubled"):\n        last = value\n    assert (lambda: last)()', "6"),
    ],
)
def test_a_hidden_test_that_stumbles_over_what_was_returned_is_failed(
    box: Box, root: Path, body: str, returned: str
) -> None:
    change(root / SCENARIOS, "return await stage.submission.double(n)", MARKS)
    path = root / "solutions/ex01_double/double.py"
    change(path, "return 2 * n", f"return {returned}")
    with_test(root, body)

    assert outcomes(graded(box, root, path.read_text())) == {Outcome.PASS}
    assert outcomes(graded(box, root, NONE)) == {Outcome.FAIL}


MARKS = """\
doubled = await stage.submission.double(n)
        if doubled is not None:
            stage.mark("doubled", doubled)
        return doubled"""


# ---- a bug in a scenario ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('stage.note("called")', "`stage` has no `note`"),
        ('getattr(stage, "note")', "AttributeError: 'Stage' object has no attribute 'note'"),
        ("stage.mark()", "TypeError: Stage.mark() missing 1 required positional argument: 'name'"),
        ('{}["six"]', "KeyError"),
        ("anyio.sleep(1)", "NameError: name 'anyio' is not defined"),
        ('int("six")', "ValueError"),
    ],
)
@pytest.mark.parametrize("submission", [answer(RIGHT), NONE], ids=["right", "none"])
def test_a_scenario_that_raises_by_itself_is_the_kits_fault(
    box: Box, root: Path, submission: str, line: str, said: str
) -> None:
    change(root / SCENARIOS, "    async with stage.span", f"    {line}\n    async with stage.span")
    verdict = graded(box, root, submission)

    assert {result.outcome for test in verdict.tests for result in test.results} == {Outcome.NOT_JUDGED}
    assert all(reasons(verdict, test) == {f"the kit is at fault: {SCENARIOS}:2: {said}"} for test in (0, 1))


def test_a_function_of_the_scenario_that_raises_inside_the_submission_is_the_kits_fault(box: Box, root: Path) -> None:
    (root / SCENARIOS).write_text(
        "async def call(stage, n):\n"
        "    async def job():\n"
        "        getattr(stage, 'note')\n"
        "        return 6\n"
        "    return await stage.submission.double(job)\n"
    )
    (root / "solutions/ex01_double/double.py").write_text("async def double(n):\n    return await n()\n")
    verdict = graded(box, root, "async def double(n):\n    return await n()\n")

    assert reasons(verdict) == {
        f"the kit is at fault: {SCENARIOS}:3: AttributeError: 'Stage' object has no attribute 'note'"
    }


def test_a_scenario_that_is_not_there_and_one_that_is_called_wrongly_are_the_kits_fault(box: Box, root: Path) -> None:
    change(root / TESTS, 'assert play("call", n=3).result == 6', 'assert play("cal", n=3).result == 6')
    change(root / TESTS, 'assert play("call", n=3).elapsed == 3', 'assert play("call", m=3).elapsed == 3')
    verdict = graded(box, root, answer(RIGHT))

    (missing,), (called_wrongly,) = reasons(verdict, 0), reasons(verdict, 1)
    assert missing.startswith(f'the kit is at fault: {TESTS}:5: `play("cal")`: AttributeError')
    assert called_wrongly.startswith(f'the kit is at fault: {TESTS}:11: `play("call")`: TypeError')


def test_a_scenario_that_cannot_go_on_with_what_was_returned_is_the_learners_fault(box: Box, root: Path) -> None:
    change(
        root / SCENARIOS, "return await stage.submission.double(n)", "return sum([await stage.submission.double(n)])"
    )
    verdict = graded(box, root, NONE)

    assert outcomes(graded(box, root, answer(RIGHT))) == {Outcome.PASS}
    assert outcomes(verdict) == {Outcome.FAIL}


# ---- a submission cannot blame the kit -------------------------------------------------------------------------------

PRETENDS = {
    "an exception in a frame of the scenarios": """
        code = compile("\\n" * 3 + "async def call():\\n    raise AttributeError('no note')", "scenarios.py", "exec")
        names = {}
        exec(code, names)
        async def double(n):
            return await names["call"]()
        """,
    "a code object with the name of the scenarios' file": """
        import sys
        async def double(n):
            own = sys._getframe(1).f_code.co_filename
            def note(): return object().note
            note.__code__ = note.__code__.replace(co_filename=own, co_firstlineno=3)
            note()
        """,
    "a stage without its methods": """
        import sys
        async def double(n):
            stage = sys._getframe(1).f_locals["stage"]
            del type(stage).span
            del type(stage).mark
            return stage.mark("x")
        """,
    "a value that no test can use": """
        class Odd:
            def __getattr__(self, name): raise AttributeError(name)
            def __eq__(self, other): raise NameError("name 'x' is not defined")
        async def double(n):
            return Odd()
        """,
}


@pytest.mark.parametrize("source", PRETENDS.values(), ids=PRETENDS)
def test_a_submission_that_pretends_a_fault_of_the_kit_fails(box: Box, root: Path, source: str) -> None:
    verdict = graded(box, root, dedent(source), check=no_rules)

    assert verdict.status is Status.FAIL
    assert outcomes(verdict) == {Outcome.FAIL}


def test_a_reference_play_that_was_brought_to_its_end_is_no_witness(box: Box, root: Path) -> None:
    """A submission may be able to end another process of the box; what is missing then is not the kit's fault."""
    with_test(root, 'assert play("call", n=3).values("doubled")[0] == 6')
    change(root / SCENARIOS, "return await stage.submission.double(n)", MARKS)
    (root / "solutions/ex01_double/double.py").write_text("import os\nasync def double(n):\n    os._exit(1)\n")

    assert outcomes(graded(box, root, NONE)) == {Outcome.FAIL}


# ---- without a reference answer --------------------------------------------------------------------------------------


@pytest.fixture
def released(root: Path) -> Path:
    """The kit as learners get it, without answers."""
    (root / "solutions").rename(root / "away")
    return root


@pytest.mark.parametrize(
    "body",
    [
        'assert play("call", n=3).returned == 6',
        'assert play("call", n=3).span("call").finish == 6',
        'assert play("call", n=3).result == EXPECTED',
        "import no_such_module; play('call', n=3)",
        'int("no play yet"); play("call", n=3)',
    ],
)
def test_without_a_witness_the_kit_is_to_blame_for_what_no_answer_can_bring_about(
    box: Box, released: Path, body: str
) -> None:
    with_test(released, body)

    (reason,) = reasons(graded(box, released, NONE))
    assert reason.startswith(f"the kit is at fault: {TESTS}:{LINE_OF_VALUE}: ")


@pytest.mark.parametrize(
    "body",
    [
        'assert play("call", n=3).result[0] == 6',
        'assert play("call", n=3).result.index == 6',
        'assert play("call", n=3).values("doubled")[0] == 6',
        'for value in play("call", n=3).values("doubled"):\n        last = value\n    assert last == 6',
        'for value in play("call", n=3).values("doubled"):\n        last = value\n    assert (lambda: last)() == 6',
    ],
)
def test_without_a_witness_what_an_answer_can_bring_about_fails(box: Box, released: Path, body: str) -> None:
    with_test(released, body)

    assert outcomes(graded(box, released, NONE)) == {Outcome.FAIL}


def test_without_a_witness_a_name_that_no_stage_has_is_the_kits_fault(box: Box, released: Path) -> None:
    change(released / SCENARIOS, "    async with stage.span", "    stage.note('x')\n    async with stage.span")

    assert reasons(graded(box, released, NONE)) == {f"the kit is at fault: {SCENARIOS}:2: `stage` has no `note`"}


def test_without_a_witness_no_other_exception_in_a_scenario_is_the_kits_fault(box: Box, released: Path) -> None:
    source = "class Odd:\n    pass\nasync def double(n):\n    return Odd().note\n"
    change(
        released / SCENARIOS, "return await stage.submission.double(n)", "return (await stage.submission.double(n)).x"
    )

    assert outcomes(graded(box, released, NONE)) == outcomes(graded(box, released, source)) == {Outcome.FAIL}


# ---- schedules -------------------------------------------------------------------------------------------------------


def test_a_kit_that_stumbles_under_one_schedule_only_is_found_under_that_schedule(box: Box, root: Path) -> None:
    racing = (
        "import anyio\n"
        "async def call(stage, n):\n"
        "    async def job(name):\n"
        "        await anyio.sleep(1)\n"
        "        stage.mark(name)\n"
        "    async with anyio.create_task_group() as tg:\n"
        "        tg.start_soon(job, 'a')\n"
        "        tg.start_soon(job, 'b')\n"
        "    await stage.submission.double(n)\n"
    )
    (root / SCENARIOS).write_text(racing)
    with_test(root, 'assert {"a": 1}[play("call", n=3).order[0]]')
    verdict = graded(box, root, answer(RIGHT))

    assert reasons(verdict) == {f"the kit is at fault: {TESTS}:{LINE_OF_VALUE}: KeyError"}
    assert all(result.schedules > 1 for result in verdict.tests[0].results)


# ---- a witness that is cut short -------------------------------------------------------------------------------------

BURNS = """\
recording = play("call", n=3)
    start = time.thread_time()
    while time.thread_time() < start + 1.4: sum(range(100_000))
    assert recording.result == {}["six"]"""
"""A hidden test with a bug, which takes less than two seconds."""
MANY = "async def double(n):\n    return list(range(40_000))\n"


def in_turn(box: Box, root: Path, *submissions: str) -> Iterator[Verdict]:
    """Grade them on one backend, each when its verdict is asked for."""
    requests = []
    for number, text in enumerate(submissions):
        path = root / f"answer{number}.py"
        path.write_text(text)
        requests.append(Request(path=path, shown=path.name, options=PlayOptions(backends=("asyncio",))))
    kit = load_kit(root)
    return grade_each(box, kit, kit.exercises[0], requests)


def test_what_a_submission_has_used_does_not_shorten_the_witness_of_the_next_one(box: Box, root: Path) -> None:
    with_test(root, BURNS)
    change(root / TESTS, "from grader", "import time\n\nfrom grader")
    change(root / "exercises/ex01_double/exercise.toml", "[hints]", "[limits]\njudging_seconds = 2\n\n[hints]")
    _, honest = in_turn(box, root, MANY, answer(RIGHT))

    assert reasons(honest) == {f"the kit is at fault: {TESTS}:12: KeyError"}


def test_a_witness_that_does_not_end_is_asked_again_for_the_next_submission(
    box: Box, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "TIMEOUT_SECONDS", 1)
    waits = root / "waits"
    waits.touch()
    with_test(
        root, f'if play("call", n=3).result == 6:\n        while os.path.exists("{waits}"): pass\n    {{}}["six"]'
    )
    change(root / TESTS, "from grader", "import os\n\nfrom grader")
    verdicts = in_turn(box, root, NONE, NONE)
    first = next(verdicts)
    waits.unlink()
    (second,) = verdicts

    assert outcomes(first) == {Outcome.FAIL}
    assert reasons(second) == {f"the kit is at fault: {TESTS}:11: KeyError"}


HUGE = "async def double(n):\n    return 10**15\n"
LITTLE_TIME = "[limits]\njudging_seconds = 1\n\n[hints]"


def test_a_test_that_does_not_end_on_the_reference_answer_either_is_the_kits_fault(box: Box, root: Path) -> None:
    with_test(root, 'assert play("call", n=3).result == 6\n    while True: pass')
    change(root / "exercises/ex01_double/exercise.toml", "[hints]", LITTLE_TIME)
    first, second = in_turn(box, root, answer(RIGHT), answer(RIGHT))

    assert outcomes(first) == {Outcome.NOT_JUDGED}
    assert reasons(first) == reasons(second)
    assert "computes without an end on the reference answer as well" in reasons(first).pop()


def test_a_test_that_a_submission_keeps_busy_by_one_number_ends_as_its_limit(box: Box, root: Path) -> None:
    with_test(
        root, 'count, most = 0, play("call", n=3).result\n    while count < most: count += 1\n    assert count == 6'
    )
    change(root / "exercises/ex01_double/exercise.toml", "[hints]", LITTLE_TIME)
    huge, honest = in_turn(box, root, HUGE, answer(RIGHT))

    assert [result.failure.ended for result in huge.tests[0].results if result.failure] == [Ended.LIMIT]
    assert outcomes(honest) == {Outcome.PASS}
