"""Which line and which words a failed play is shown with, on recordings made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge import explain
from grader.kit.diagnosis import BUILTIN, Diagnosis
from grader.kit.hidden_tests import HiddenTest
from grader.wire.recording import NOTHING, Ended, Event, Leaf, Raised, Recording, Remark, Span, Trace, Waiting

SOURCE = "import anyio\n\nX = 1\n\n\nasync def _helper():\n    pass\n\n\nasync def join():\n    pass\n"
SERIAL = Diagnosis(slug="serial", sentence="one after the other", explanation="e", help="h", hints=("a", "b", "c"))


def declared(slug: str) -> HiddenTest:
    words = "What the author says."
    return HiddenTest(
        name="test_x", number=1, label="x", points=1, diagnosis=slug, feedback=words, schedules=None, line=1
    )


def play(ended: Ended = Ended.RETURNED, **fields: object) -> Recording:
    recording = Recording(scenario="s", backend="trio", ended=ended)
    return replace(recording, **fields)  # type: ignore[arg-type]


def leaf(name: str, message: str = "", *, line: int | None = None, token: str | None = None) -> Leaf:
    return Leaf(token=token, types=(name, "Exception"), message=message, line=line)


def raised(*leaves: Leaf) -> Raised:
    return Raised(bare=True, leaves=leaves)


def trace(*events: tuple[float, str, int, int | None]) -> Trace:
    rows = tuple(Event(time=time, kind=kind, task=task, line=line, info=None) for time, kind, task, line in events)
    return Trace(tasks=(), events=rows, spans=(), elapsed=9)


# ---- the sentence ----------------------------------------------------------------------------------------------------


def test_a_declared_diagnosis_speaks_with_the_authors_words() -> None:
    assert explain.error_sentence(SERIAL, declared("serial"), play()) == "What the author says."


def test_a_diagnosis_that_the_test_did_not_declare_speaks_for_itself() -> None:
    sentence = explain.error_sentence(BUILTIN["raised"], declared("serial"), play(Ended.RAISED))

    assert sentence == BUILTIN["raised"].sentence


def test_an_exception_is_not_explained_by_a_test_that_declares_exceptions() -> None:
    sentence = explain.error_sentence(BUILTIN["raised"], declared("raised"), play(Ended.RAISED))

    assert sentence == BUILTIN["raised"].sentence


def test_what_was_left_behind_is_not_explained_by_the_author() -> None:
    remark = Remark(slug="leaked-task", line=3, detail="")

    sentence = explain.error_sentence(BUILTIN["leaked-task"], declared("leaked-task"), play(remarks=(remark,)))

    assert sentence == BUILTIN["leaked-task"].sentence


def test_a_deadlock_is_not_explained_by_a_test_that_declares_one() -> None:
    sentence = explain.error_sentence(BUILTIN["deadlock"], declared("deadlock"), play(Ended.DEADLOCK))

    assert sentence == BUILTIN["deadlock"].sentence


@pytest.mark.parametrize("ended", [Ended.BLOCKED_LOOP, Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED])
def test_the_grader_adds_what_it_saw(ended: Ended) -> None:
    sentence = explain.error_sentence(BUILTIN[ended.value], declared("serial"), play(ended, reason="for 2 s"))

    assert sentence == f"{BUILTIN[ended.value].sentence} (for 2 s)"


# ---- the line --------------------------------------------------------------------------------------------------------


def test_the_line_of_the_ending_comes_first() -> None:
    recording = play(Ended.BLOCKED_LOOP, line=7, remarks=(Remark(slug="blocked-loop", line=3, detail=""),))

    assert explain.line_to_look_at("blocked-loop", recording, SOURCE) == 7


def test_in_a_deadlock_it_is_the_line_that_has_waited_longest() -> None:
    waiting = tuple(
        Waiting(task="t", line=line, awaiting="x", since=since) for line, since in [(4, 2.0), (None, 0.0), (6, 1.0)]
    )

    assert explain.line_to_look_at("deadlock", play(Ended.DEADLOCK, waiting=waiting), SOURCE) == 6


def test_a_deadlock_without_a_line_points_at_the_function() -> None:
    assert explain.line_to_look_at("deadlock", play(Ended.DEADLOCK), SOURCE) == 10


def test_what_was_left_behind_is_shown_where_it_was_made() -> None:
    remarks = (Remark(slug="unclosed", line=2, detail=""), Remark(slug="leaked-task", line=3, detail=""))

    assert explain.line_to_look_at("leaked-task", play(remarks=remarks), SOURCE) == 3


def test_an_exception_is_shown_where_it_came_from() -> None:
    recording = play(Ended.RAISED, error=raised(leaf("KeyError", line=None), leaf("ValueError", line=8)))

    assert explain.line_to_look_at("raised", recording, SOURCE) == 8


def test_otherwise_it_is_the_line_in_which_most_time_was_spent() -> None:
    events = trace((0, "suspend", 1, 4), (1, "resume", 1, None), (1, "suspend", 1, 6), (5, "resume", 1, None))

    assert explain.line_to_look_at("serial", play(trace=events), SOURCE) == 6


def test_where_no_time_passes_it_is_the_line_that_was_waited_in_most_often() -> None:
    events = trace((0, "suspend", 1, 4), (0, "suspend", 2, 6), (0, "resume", 2, None), (0, "suspend", 2, 6))

    assert explain.longest_wait(events) == 6


def test_of_two_lines_that_waited_alike_it_is_the_first() -> None:
    assert explain.longest_wait(trace((0, "suspend", 1, 6), (0, "suspend", 2, 4))) == 4


def test_time_that_tasks_spend_side_by_side_counts_for_each_line() -> None:
    events = trace(
        (0, "suspend", 1, 4), (0, "suspend", 2, 6), (0, "suspend", 3, 6), (2, "resume", 2, None),
        (2, "resume", 3, None), (3, "resume", 1, None),
    )  # fmt: skip

    assert explain.longest_wait(events) == 6


def test_without_any_wait_it_is_the_first_public_definition() -> None:
    assert explain.line_to_look_at("serial", play(trace=trace((0, "start", 0, None))), SOURCE) == 10
    assert explain.line_to_look_at("serial", play(), "x = 1\n") is None


# ---- the exception ---------------------------------------------------------------------------------------------------


def test_an_exception_is_named_with_its_message() -> None:
    recording = play(Ended.RAISED, error=raised(leaf("ValueError", "boom", line=3)))

    assert explain.exception_text(recording, "raised") == "ValueError: boom"


def test_an_exception_class_of_the_submission_is_called_as_there() -> None:
    recording = play(Ended.RAISED, error=raised(leaf("submission.Elapsed")))

    assert explain.exception_text(recording, "raised") == "Elapsed"


def test_exceptions_that_the_scenario_handed_out_are_not_news() -> None:
    recording = play(Ended.RAISED, error=raised(leaf("ValueError", token="boom"), leaf("KeyError", "'x'")))

    assert explain.exception_text(recording, "raised") == "KeyError: 'x'"


def test_if_all_were_handed_out_it_says_so() -> None:
    recording = play(Ended.RAISED, error=raised(leaf("ValueError", token="boom")))

    assert explain.exception_text(recording, "raised") == "ValueError (raised by the scenario)"
    assert explain.exception_text(recording, "lost-error") == ""


def test_an_exception_that_an_attempt_caught_is_shown_if_it_is_the_diagnosis() -> None:
    error = raised(leaf("TypeError", "no", line=2))
    attempt = Span(name="a", start=0, stopped=0, how="raised", value_or_error=error, task=0)
    recording = play(attempts=(attempt,))

    assert explain.exception_text(recording, "raised") == "TypeError: no"
    assert explain.exception_text(recording, "serial") == ""


def test_nothing_raised_is_nothing_said() -> None:
    assert explain.exception_text(play(error=NOTHING), "raised") == ""
