"""Which diagnosis, which line and which words a failed play is shown with, on recordings made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge import explain
from grader.kit.diagnosis import BUILTIN, Diagnosis
from grader.kit.hidden_tests import HiddenTest
from grader.sandbox.play import Play
from grader.wire.recording import (
    NOTHING,
    Deviation,
    Ended,
    Event,
    Leaf,
    Raised,
    Recording,
    Remark,
    Span,
    Trace,
    TracedTask,
    Waiting,
)

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


# ---- which diagnosis -------------------------------------------------------------------------------------------------


def error(*types: str, line: int | None = 3, named: str | None = None) -> Raised:
    return Raised(bare=True, leaves=(Leaf(token=named, types=types, message="", line=line),))


def slug(*recordings: Recording) -> str:
    used = [(Play("s", "{}", "trio"), recording) for recording in recordings]
    return explain.diagnose(declared("declared"), used)[2]


REMARK = (Remark(slug="never-awaited", line=1, detail="f"),)
BUG = error("TypeError", "Exception")


def test_how_a_play_ended_outranks_everything() -> None:
    assert slug(play(remarks=REMARK), play(Ended.DEADLOCK, remarks=REMARK)) == "deadlock"


def test_what_was_left_behind_outranks_what_was_raised() -> None:
    assert slug(play(Ended.RAISED, error=BUG, looked=True), play(remarks=REMARK)) == "never-awaited"


def test_what_is_left_open_says_nothing_about_a_failure_and_leaves_the_word_to_the_test() -> None:
    assert slug(play(remarks=(Remark(slug="unclosed", line=1, detail="f"),))) == "declared"


def test_the_most_telling_of_what_was_left_behind_is_shown() -> None:
    left = tuple(Remark(slug=kind, line=1, detail="f") for kind in ("unclosed", "leaked-thread", "leaked-task"))

    assert slug(play(remarks=left)) == "leaked-task"


def test_an_exception_that_looks_like_a_bug_outranks_what_the_test_declares_even_if_it_was_looked_at() -> None:
    assert slug(play(Ended.RAISED, error=BUG, looked=True)) == "raised"
    assert slug(play(attempts=(attempt(BUG),))) == "raised"


def attempt(raised: Raised) -> Span:
    return Span(name="a", start=0, stopped=0, how="raised", value_or_error=raised, task=1)


@pytest.mark.parametrize(
    "raised",
    [
        error("ValueError", "Exception"),  # perhaps what the exercise asks for
        error("submission.TypeError", "TypeError", "Exception"),  # a class of their own
        error("TypeError", "Exception", line=None),  # the scenario's, not theirs
        error("TypeError", "Exception", named="boom"),  # handed out by the scenario
        NOTHING,
    ],
)
def test_an_exception_that_is_no_bug_of_the_learner_leaves_the_word_to_the_test(raised: Raised) -> None:
    ended = Ended.RAISED if raised else Ended.RETURNED
    assert slug(play(ended, error=raised, looked=True), play(attempts=(attempt(raised),))) == "declared"


def test_an_exception_that_the_test_did_not_look_at_is_the_diagnosis() -> None:
    assert slug(play(), play(Ended.RAISED, error=error("ValueError"))) == "raised"


def test_the_play_that_explains_the_failure_comes_with_it_and_the_last_one_if_none_does() -> None:
    plays = [(Play(name, "{}", "trio"), recording) for name, recording in (("a", play()), ("b", play()))]

    assert explain.diagnose(declared("declared"), plays)[0].scenario == "b"
    plays.insert(0, (Play("c", "{}", "trio"), play(Ended.LATE)))
    assert explain.diagnose(declared("declared"), plays)[::2] == (plays[0][0], "late")


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


def test_an_exception_of_the_scenarios_own_is_not_said_to_be_the_learners() -> None:
    own = replace(leaf("TypeError", "no"), scenario_line=3)

    assert explain.exception_text(play(error=raised(own)), "raised") == "TypeError: no (raised by the scenario)"
    assert explain.exception_text(play(error=raised(replace(own, line=9))), "raised") == "TypeError: no"


# ---- turns out of natural order --------------------------------------------------------------------------------------


def with_turns(*turns: tuple[float, int, int], spans: tuple[tuple[str, int], ...] = ()) -> Trace:
    tasks = [TracedTask(id=number, name=name, parent=None) for number, name in ((1, "main"), (2, "run"), (3, "run"))]
    finished = [
        Span(name=name, start=0, stopped=9, how="returned", value_or_error=None, task=task) for name, task in spans
    ]
    deviations = [Deviation(time=time, task=task, instead_of=other) for time, task, other in turns]
    return Trace(tasks=tuple(tasks), events=(), spans=tuple(finished), elapsed=9, deviations=tuple(deviations))


def test_a_turn_names_the_work_of_both_tasks() -> None:
    assert explain.in_words(with_turns((1.5, 3, 2), spans=(("a", 2), ("b", 3)))) == "`b` goes on before `a` at 1.5 s"


def test_tasks_of_one_name_are_told_apart() -> None:
    assert explain.in_words(with_turns((0, 3, 2))) == "`run` no. 2 goes on before `run` no. 1 at 0 s"


def test_many_turns_are_counted_and_none_says_nothing() -> None:
    turns = ((0.0, 3, 2), (1.0, 2, 1), (2.0, 3, 1))

    assert explain.in_words(with_turns(*turns)).endswith("at 1 s (and 1 more such turn)")
    assert explain.in_words(with_turns()) == ""
