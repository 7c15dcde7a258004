"""Submissions of a tiny exercise, graded in a real box."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.errors import InternalError, KitError
from grader.judge import engine
from grader.judge.engine import Check, Request
from grader.judge.options import PlayOptions
from grader.judge.verdict import Outcome, Status, Verdict
from grader.kit.kit import load_kit
from grader.policy import rules
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from tests.fault_samples import PLAYER, break_boxes
from tests.forging_samples import no_rules
from tests.kit_samples import RIGHT, STUB, TOO_SOON, WRONG_VALUE, answer, change, make_kit

BOTH = ("asyncio", "trio")


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return make_kit(tmp_path / "kit")


def grade(box: Box, root: Path, *texts: str, check: Check = rules.check, **asked: Any) -> list[Verdict]:
    """Grade files with these texts as answers to ex01; ``asked`` are fields of the options."""
    course, options = load_kit(root), PlayOptions(**asked)
    requests = (replace(request, options=options, check=check) for request in answers(root, *texts))
    return engine.grade(box, course, course.exercise("ex01"), requests)


def answers(root: Path, *texts: str) -> Iterator[Request]:
    """Requests for files with these texts, written when each is drawn."""
    for number, text in enumerate(texts):
        path = root / f"answer{number}.py"
        path.write_text(answer(text))
        yield Request(path=path, shown=path.name)


def outcomes(verdict: Verdict) -> Sequence[str]:
    return ["".join(result.outcome.value[0] for result in test.results) for test in verdict.tests]


def test_two_kits_of_the_same_names_are_judged_by_their_own_hidden_tests(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, theirs = make_kit(tmp_path / "ours"), make_kit(tmp_path / "theirs")
    change(theirs / "exercises/ex01_double/test_hidden.py", "n=3).elapsed == 3", "n=3).elapsed == 4")
    monkeypatch.chdir(ours)

    (passing,), (failing,) = grade(box, Path(), RIGHT), grade(box, theirs, RIGHT)

    assert (passing.status, failing.status) == (Status.PASS, Status.FAIL)


# ---- points ----------------------------------------------------------------------------------------------------------


def test_a_right_answer_gets_all_points_on_both_backends(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, RIGHT)

    assert (verdict.status, verdict.points, verdict.backends) == (Status.PASS, 100, BOTH)
    assert verdict.complete_run
    assert verdict.virtual_seconds > 0 < verdict.plays


def test_a_wrong_answer_loses_the_points_of_the_tests_it_fails(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, WRONG_VALUE)

    assert (verdict.status, verdict.points, outcomes(verdict)) == (Status.FAIL, 40, ["ff", "pp"])


@pytest.mark.parametrize(
    ("raised", "help"),
    [
        ('"wrong-value", "It is 4."', "multiply it"),
        ('"wrong-value", "It is 4.", help="double it"', "double it"),
        ('"serial", "One came after the other."', "start everything first"),
    ],
)
def test_what_helps_against_the_diagnosis_of_a_test_helps_however_the_test_came_to_it(
    box: Box, tiny: Path, raised: str, help: str
) -> None:
    tests = tiny / "exercises/ex01_double/test_hidden.py"
    text = tests.read_text().replace("import grading", "import Diagnosed, grading")
    first = text.index("    assert play(")
    text = text[:first] + f"    if play('call', n=3).result != 6:\n        raise Diagnosed({raised})\n" + text[first:]
    tests.write_text(text.replace('diagnosis="wrong-value"', 'diagnosis="wrong-value", help="multiply it"', 1))

    (verdict,) = grade(box, tiny, WRONG_VALUE)

    failure = verdict.tests[0].results[0].failure
    assert failure is not None
    assert failure.help.startswith(help)


def test_points_are_split_between_the_backends(box: Box, tiny: Path) -> None:
    on_trio = "2 * n if sniffio.current_async_library() == 'trio' else 0"
    by_backend = "import sniffio\n" + RIGHT.replace("2 * n", on_trio)
    change(tiny / "exercises/ex01_double/exercise.toml", '"anyio",', '"anyio", "sniffio",')

    (verdict,) = grade(box, tiny, by_backend)

    assert (outcomes(verdict), verdict.points) == (["fp", "pp"], 70)


def test_every_submission_gets_the_verdict_on_itself(box: Box, tiny: Path) -> None:
    verdicts = grade(box, tiny, WRONG_VALUE, "not python", RIGHT, TOO_SOON)

    assert [verdict.file for verdict in verdicts] == [f"answer{number}.py" for number in range(4)]
    assert [verdict.points for verdict in verdicts] == [40, 0, 100, 60]
    assert len({verdict.digest for verdict in verdicts}) == 4


def test_a_verdict_is_there_before_the_next_submission_is_drawn(box: Box, tiny: Path) -> None:
    course, happened = load_kit(tiny), []

    def requests() -> Iterator[Request]:
        for request in answers(tiny, RIGHT, WRONG_VALUE):
            happened.append(request.shown)
            yield request

    for verdict in engine.grade_each(box, course, course.exercise("ex01"), requests()):
        happened.append(f"{verdict.points:g}")

    assert happened == ["answer0.py", "100", "answer1.py", "40"]


def test_an_error_in_handing_out_submissions_comes_back_as_it_was_and_takes_no_verdict_back(
    box: Box, tiny: Path
) -> None:
    course, points = load_kit(tiny), []

    def requests() -> Iterator[Request]:
        yield from answers(tiny, RIGHT)
        raise LookupError("the disk is full")

    with pytest.raises(LookupError, match="disk"):
        points.extend(verdict.points for verdict in engine.grade_each(box, course, course.exercise("ex01"), requests()))

    assert points == [100]


# ---- a part of the exercise ------------------------------------------------------------------------------------------


def test_only_the_tests_asked_for_are_run(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, WRONG_VALUE, tests=(2,))

    assert [test.number for test in verdict.tests] == [2]
    assert (verdict.status, verdict.total, verdict.complete_run) == (Status.PASS, 100, False)


def test_only_the_backend_asked_for_is_played(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, RIGHT, backends=("trio",))

    assert (verdict.backends, verdict.complete_run) == (("trio",), False)


@pytest.mark.parametrize("part", [{"only": 4}, {"schedules": 3}])
def test_a_run_under_fewer_schedules_is_not_complete(box: Box, tiny: Path, part: dict[str, int]) -> None:
    (verdict,) = grade(box, tiny, RIGHT, **part)

    assert verdict.status is Status.PASS
    assert not verdict.complete_run


# ---- what the learner is told ----------------------------------------------------------------------------------------


def test_a_failure_speaks_with_the_words_of_its_author(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, WRONG_VALUE)
    failure = verdict.tests[0].results[0].failure

    assert failure is not None
    assert (failure.diagnosis, failure.error) == ("wrong-value", "The value is not twice the argument.")
    assert failure.help == "compare the value with the one in the README"
    assert (failure.line, failure.source) == (5, "    await anyio.sleep(n)")


def test_a_failure_carries_its_play_and_the_references(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, TOO_SOON)
    failure = verdict.tests[1].results[0].failure

    assert failure is not None
    assert failure.trace is not None
    assert failure.reference is not None
    assert [(span.name, span.end) for span in failure.trace.spans] == [("call", 0)]
    assert [(span.name, span.end) for span in failure.reference.spans] == [("call", 3)]


def test_a_kit_without_answers_shows_no_reference(box: Box, tiny: Path) -> None:
    (tiny / "solutions").rename(tiny / "elsewhere")

    (verdict,) = grade(box, tiny, TOO_SOON)
    failure = verdict.tests[1].results[0].failure

    assert failure is not None
    assert failure.reference is None


def test_an_exception_is_shown_with_its_line_and_what_was_printed_before(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, RIGHT.replace("return 2 * n", "print('here', n)\n    return nn"))
    failure = verdict.tests[0].results[1].failure

    assert failure is not None
    assert failure.diagnosis == "unknown-name"
    assert re.fullmatch(r"NameError: .*\bnn\b.*", failure.exception)
    assert (failure.line, failure.source, failure.output) == (7, "    return nn", "here 3\n")


def test_a_deadlock_says_who_waits_and_where(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, RIGHT.replace("sleep(n)", "Event().wait()"))
    failure = verdict.tests[0].results[0].failure

    assert failure is not None
    assert (failure.diagnosis, failure.ended, failure.line) == ("deadlock", Ended.DEADLOCK, 5)
    assert [(waiting.line, waiting.awaiting) for waiting in failure.waiting] == [(5, "Event.wait")]


# ---- what is never played --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (STUB, "untouched"),
        ("def double(n:\n", "syntax"),
        ("x = 1\n", "name-missing"),
        (RIGHT.replace("async def", "def").replace("await ", ""), "not-async"),
        ("import socket\n" + RIGHT, "import"),
        (RIGHT.replace("anyio.sleep", "anyio.gather"), "off-limits"),
        (RIGHT.replace("(n):", "():"), "parameters"),
        ("x = 1\n" * 20_000, "too-large"),
    ],
)
def test_what_breaks_a_rule_is_not_played(box: Box, tiny: Path, text: str, kind: str) -> None:
    (verdict,) = grade(box, tiny, text)

    assert [fault.kind for fault in verdict.faults] == [kind]
    assert (verdict.status, verdict.plays, verdict.tests) == (Status.CANNOT_JUDGE, 0, ())


def test_the_check_is_the_callers_choice(box: Box, tiny: Path) -> None:
    (verdict,) = grade(box, tiny, STUB, check=no_rules)

    assert verdict.status is Status.FAIL


def test_a_file_that_is_not_there_is_a_fault_of_the_learner(box: Box, tiny: Path) -> None:
    course = load_kit(tiny)
    (verdict,) = engine.grade(
        box, course, course.exercise("ex01"), [Request(path=tiny / "double.py", shown="double.py")]
    )

    assert [fault.kind for fault in verdict.faults] == ["missing"]


# ---- what must not earn points ---------------------------------------------------------------------------------------


def test_what_comes_out_of_the_box_unasked_costs_every_point(box: Box, tiny: Path) -> None:
    change(tiny / "exercises/ex01_double/exercise.toml", '"anyio",', '"anyio", "os",')
    shout = "import os\n" + RIGHT + '\nfor fd in range(3, 20):\n    try:\n        os.write(fd, b"{}\\n")\n'
    forged = shout + "    except OSError:\n        pass\n"

    (verdict,) = grade(box, tiny, forged)

    assert verdict.status is not Status.PASS
    assert verdict.points == 0


def test_one_play_that_forges_takes_the_points_of_all_others_too(box: Box, tiny: Path) -> None:
    change(tiny / "exercises/ex01_double/exercise.toml", '"anyio",', '"anyio", "os",')
    change(tiny / "exercises/ex01_double/test_hidden.py", "n=3).elapsed == 3", "n=5).elapsed == 5")
    shout = (
        "for fd in range(3, 20) if n == 5 else ():\n"
        "        try:\n"
        '            os.write(fd, b"{}\\n")\n'
        "        except OSError:\n"
        "            pass\n"
        "    return 2 * n"
    )

    (verdict,) = grade(box, tiny, "import os\n" + RIGHT.replace("return 2 * n", shout))

    assert (verdict.status, verdict.points) == (Status.FAIL, 0)
    failures = [result.failure for test in verdict.tests for result in test.results]
    assert {failure.diagnosis for failure in failures if failure} == {"tampered"}


def test_a_hidden_test_without_a_result_gives_no_point(box: Box, tiny: Path) -> None:
    change(tiny / "exercises/ex01_double/test_hidden.py", 'play("call", n=3).elapsed == 3', "exit()")

    (verdict,) = grade(box, tiny, RIGHT)

    assert (verdict.status, verdict.points) == (Status.NOT_JUDGED, 60)
    assert verdict.tests[1].results[0].reason == "the hidden test left no result"


def test_a_program_that_depends_on_chance_is_shown_as_it_was_judged(box: Box, tiny: Path) -> None:
    change(tiny / "exercises/ex01_double/exercise.toml", '"anyio",', '"anyio", "os",')
    # Two tasks, so that there is a second schedule; it fails in the second play and in no other.
    moody = (
        "import os\nimport anyio\n\n\nasync def {name}(n):\n"
        "    plays = int(os.environ.get('PLAYS', '0'))\n"
        "    os.environ['PLAYS'] = str(plays + 1)\n"
        "    async with anyio.create_task_group() as group:\n"
        "        group.start_soon(anyio.sleep, n)\n"
        "        group.start_soon(anyio.sleep, n)\n"
        "    return nn if plays == 1 else 2 * n\n"
    )

    (verdict,) = grade(box, tiny, moody, tests=(1,), backends=("asyncio",))
    failure = verdict.tests[0].results[0].failure

    assert failure is not None
    assert failure.ended is Ended.RAISED
    assert re.fullmatch(r"NameError: .*\bnn\b.*", failure.exception)
    assert failure.trace is None


def test_a_hidden_test_that_looks_at_no_play_gives_no_point(box: Box, tiny: Path) -> None:
    change(tiny / "exercises/ex01_double/test_hidden.py", 'assert play("call", n=3).elapsed == 3', "assert True")

    (verdict,) = grade(box, tiny, RIGHT)

    assert (verdict.status, verdict.points) == (Status.NOT_JUDGED, 60)
    assert {result.reason for result in verdict.tests[1].results} == {"the hidden test looked at no play"}


def test_a_skipped_hidden_test_gives_no_point(box: Box, tiny: Path) -> None:
    tests = tiny / "exercises/ex01_double/test_hidden.py"
    change(tests, 'assert play("call", n=3).elapsed == 3', 'pytest.skip("no")')
    change(tests, "from grader", "import pytest\n\nfrom grader")

    (verdict,) = grade(box, tiny, RIGHT)

    assert verdict.tests[1].earned == 0
    assert [result.outcome for result in verdict.tests[1].results] == [Outcome.NOT_JUDGED] * 2


def test_a_player_that_fails_is_our_fault_and_gives_no_point(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    break_boxes(monkeypatch, PLAYER)
    with Box() as broken:
        (verdict,) = grade(broken, tiny, RIGHT)

    assert (verdict.status, verdict.own_fault, verdict.points) == (Status.NOT_JUDGED, True, 0)


# ---- broken kits -----------------------------------------------------------------------------------------------------


def test_scenarios_that_are_no_python_are_the_kits_fault(box: Box, tiny: Path) -> None:
    path = tiny / "exercises/ex01_double/scenarios.py"
    change(path, "async with", "async wiht")

    with pytest.raises(KitError, match=r"scenarios\.py:2: Python cannot read this") as caught:
        grade(box, tiny, RIGHT)
    assert caught.value.hint


def test_a_stub_that_is_no_python_is_an_error_of_the_kit_with_its_line(box: Box, tmp_path: Path) -> None:
    kit = load_kit(make_kit(tmp_path / "kit"))
    change(kit.exercises[0].stub, "async def double(n):", "async def double(n)")

    with pytest.raises(KitError, match=r"double\.py:4: Python cannot read this") as caught:
        engine.grade(box, kit, kit.exercises[0], [Request(path=kit.exercises[0].stub, shown="double.py")])

    assert caught.value.hint == "Correct the line."


def test_hidden_tests_that_exit_when_they_are_imported_are_the_kits_fault(
    box: Box, tiny: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    change(tiny / "exercises/ex01_double/test_hidden.py", "from grader", "import sys\nsys.exit(3)\nfrom grader")

    with pytest.raises(KitError, match=r"test_hidden\.py:\d+: pytest cannot collect it: SystemExit: 3"):
        grade(box, tiny, RIGHT)
    assert capfd.readouterr() == ("", "")


def test_hidden_tests_that_cannot_be_imported_are_the_kits_fault(box: Box, tiny: Path) -> None:
    change(tiny / "exercises/ex01_double/test_hidden.py", "from grader", "import nowhere_at_all\nfrom grader")

    with pytest.raises(KitError, match=r"test_hidden\.py.*nowhere_at_all"):
        grade(box, tiny, RIGHT)


def test_a_stub_that_is_not_utf8_is_the_kits_fault(box: Box, tiny: Path) -> None:
    (tiny / "exercises/ex01_double/double.py").write_bytes(b"# \xe9\n")

    with pytest.raises(KitError, match=r"double\.py: cannot be read"):
        grade(box, tiny, RIGHT)


@pytest.mark.parametrize(("error", "own"), [(KitError, False), (InternalError, True)])
def test_what_could_not_be_graded_says_why_and_whose_fault_it_is(
    tiny: Path, error: type[KitError] | type[InternalError], own: bool
) -> None:
    course = load_kit(tiny)
    verdict = engine.not_judged(
        course, course.exercise("ex02"), Request(path=tiny, shown="wait.py"), error("it broke", hint="Mend it.")
    )

    assert (verdict.status, verdict.exercise, verdict.trouble) == (Status.NOT_JUDGED, "ex02", "it broke. Mend it.")
    assert verdict.own_fault is own
