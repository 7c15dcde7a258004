"""Which rule has the word, what the author of an exercise says, and what is said where nothing is known."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.authoring import Diagnosed
from grader.judge.explain.finding import AUTHOR, CONCURRENCY, PYTHON
from grader.judge.explain.rules import MAX_SENTENCE, explain
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from grader.wire.rows import Leaf, Raised, Remark
from tests.explain_samples import (
    builtin,
    case,
    evidence,
    failures_of,
    leaf,
    of_double,
    play,
    raising,
    resume,
    returned,
    span,
    suspend,
    trace,
    waiting,
)

SOURCE = """
async def join(*fns):
    results = []
    for fn in fns:
        results.append(await fn())
    return resluts
"""
NAME = leaf("NameError", "name 'resluts' is not defined", line=5)
AUTHOR_SAYS = Diagnosed("serial", "They were serial.", help="start them first")
REFERENCE = play(spans=(span("a", 0, 3, 1), span("b", 0, 5, 2)), trace=trace(), returns=returned(["a", "b"]))
ONE_BY_ONE = {
    "spans": (span("a", 0, 3, 0), span("b", 3, 8, 0)),
    "trace": trace(suspend(0, 0, 4), resume(3, 0), suspend(3, 0, 4), resume(8, 0)),
}


# ---- the layers ------------------------------------------------------------------------------------------------------


def test_a_mistake_of_python_has_the_first_word() -> None:
    found = explain(case(SOURCE), evidence(raising(NAME, **ONE_BY_ONE), REFERENCE, said=AUTHOR_SAYS, slug="raised"))

    assert (found.diagnosis, found.line, found.layer) == ("unknown-name", 5, PYTHON)
    assert found.got == "NameError: name 'resluts' is not defined"
    assert found.clear


def test_a_mistake_of_concurrency_has_the_second() -> None:
    found = explain(case(SOURCE), evidence(play(**ONE_BY_ONE), REFERENCE, said=AUTHOR_SAYS))

    assert (found.diagnosis, found.line, found.layer) == ("serial", 4, CONCURRENCY)
    assert found.error.startswith("one after the other")


def test_the_author_has_the_last() -> None:
    shown = play(returns=returned(["a"]), spans=(span("a", 0, 3, 1), span("b", 0, 6, 2)), trace=trace(suspend(0, 1, 4)))
    found = explain(case(SOURCE), evidence(shown, REFERENCE, said=AUTHOR_SAYS))

    assert (found.diagnosis, found.error, found.help) == ("serial", "They were serial.", "start them first")
    assert (found.line, found.layer) == (4, AUTHOR)
    assert found.got == "join() returned ['a']"


def test_without_help_of_the_author_that_of_the_catalogue_is_given() -> None:
    found = explain(case(SOURCE), evidence(play(), REFERENCE, said=Diagnosed("serial", "They were serial.")))

    assert found.help == builtin().diagnoses["serial"].help


def test_what_a_play_left_behind_is_said_in_the_words_of_the_catalogue() -> None:
    shown = play(remarks=(Remark(slug="never-awaited", line=4, detail="fn"),), **ONE_BY_ONE)
    found = explain(case(SOURCE), evidence(shown, REFERENCE, said=AUTHOR_SAYS, slug="never-awaited"))

    assert (found.diagnosis, found.line, found.layer) == ("never-awaited", 4, PYTHON)
    assert found.error == "`fn(...)` is called here and never awaited, so nothing of it runs"


def test_a_stream_that_is_left_open_has_no_word() -> None:
    shown = play(remarks=(Remark(slug="unclosed", line=4, detail="fn"),))

    assert explain(case(SOURCE), evidence(shown, said=AUTHOR_SAYS)).error == "They were serial."


def test_none_goes_before_what_a_lock_may_do() -> None:
    shown = raising(leaf("TypeError", "", line=None, scenario=3), returns=returned(None), **ONE_BY_ONE)
    shown = replace(shown, returns=(replace(returned(None)[0], types=("NoneType", "object")),))
    found = explain(case("async def join(*fns):\n    pass\n"), evidence(shown, REFERENCE, slug="raised"))

    assert (found.diagnosis, found.layer) == ("wrong-kind", PYTHON)
    assert (found.got, found.expected) == ("join() returned None", "join() returns a list")


def test_an_exception_of_the_scenario_is_no_mistake_of_a_line() -> None:
    shown = raising(leaf("NameError", "name 'x' is not defined", line=None, scenario=3))
    found = explain(case(SOURCE), evidence(shown, slug="raised"))

    assert found.diagnosis == "raised"
    assert "the exercise itself raises NameError" in found.error


def test_a_stop_iteration_that_names_no_line_is_found_in_the_code() -> None:
    shown = raising(leaf("RuntimeError", "coroutine raised StopIteration", line=None, scenario=3))
    found = explain(case("async def join(*fns):\n    return next(iter(fns))\n"), evidence(shown, slug="raised"))

    assert (found.diagnosis, found.line) == ("stop-iteration", 2)


# ---- the author and what is raised -----------------------------------------------------------------------------------

RAISES = "async def join(*fns):\n    raise ValueError('no')\n"
BY_HAND = leaf("ValueError", "no", line=2)


def test_what_a_submission_raises_on_purpose_is_left_to_the_author() -> None:
    looked = raising(BY_HAND, looked=True)
    found = explain(case(RAISES), evidence(looked, said=AUTHOR_SAYS, slug="raised"))

    assert (found.diagnosis, found.error, found.line) == ("serial", "They were serial.", 2)
    assert found.got == "ValueError: no"
    unseen = explain(case(RAISES), evidence(raising(BY_HAND), said=AUTHOR_SAYS, slug="raised"))
    assert (unseen.diagnosis, unseen.line) == ("serial", 2)


def test_what_a_submission_raises_by_accident_is_not() -> None:
    source = "async def join(*fns):\n    int('x')\n"
    found = explain(case(source), evidence(raising(BY_HAND, looked=True), said=AUTHOR_SAYS, slug="raised"))

    assert (found.diagnosis, found.line) == ("raised", 2)
    assert found.error == "your code raises ValueError, which the exercise does not ask for here"


def test_a_class_of_the_submission_is_named_as_the_learner_wrote_it() -> None:
    mine = Leaf(token=None, types=("submission.Elapsed", "Exception"), message="", line=1)

    assert "your code raises Elapsed," in explain(case("x = 1\n"), evidence(raising(mine), slug="raised")).error


def test_an_ending_that_the_author_did_not_ask_for_is_not_left_to_the_author() -> None:
    stuck = play(Ended.DEADLOCK)
    said = Diagnosed("deadlock", "It hangs.")

    assert explain(case(SOURCE), evidence(stuck, said=said, slug="deadlock")).error != "It hangs."
    looked = replace(stuck, looked=True)
    assert explain(case(SOURCE), evidence(looked, said=said, slug="deadlock")).error == "It hangs."


def test_a_value_that_nobody_can_go_on_with_is_the_last_thing_to_be_said() -> None:
    shown = raising(leaf("TypeError", "", line=None, scenario=3), returns=returned(["a"]))
    found = explain(case(SOURCE), evidence(shown, slug="raised"))

    assert found.error == "the exercise cannot go on with what `join` returned, a list"


# ---- plainly ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ended", [Ended.CRASHED, Ended.LIMIT, Ended.TAMPERED, Ended.LATE])
def test_an_ending_is_said_with_its_reason(ended: Ended) -> None:
    found = explain(case("x = 1\n"), evidence(play(ended, reason="why"), slug=ended.value))

    assert found.error == f"{builtin().diagnoses[ended.value].sentence} (why)"
    assert not found.clear
    assert (found.got, found.line) == ("", None)


def test_a_deadlock_of_which_nothing_is_known_is_said_by_the_catalogue() -> None:
    shown = play(Ended.DEADLOCK, waiting=(waiting(4, "something"),), reason="why")
    found = explain(case(SOURCE), evidence(shown, slug="deadlock"))

    assert (found.error, found.line) == (builtin().diagnoses["deadlock"].sentence, 4)


def test_an_attempt_that_raised_is_shown_with_its_line() -> None:
    error = Raised(bare=True, leaves=(leaf("ValueError", "no", line=None), leaf("KeyError", "'k'", line=4)))
    shown = play(attempts=(replace(span("a", 0, 1, how="raised"), value_or_error=error),))
    found = explain(case(SOURCE), evidence(shown, slug="raised"))

    assert (found.line, found.got) == (4, "KeyError: 'k'")


# ---- in whole programs -----------------------------------------------------------------------------------------------


def test_what_a_verdict_says_of_a_failure(box: Box, tmp_path: Path) -> None:
    source = """
    async def double(n):
        x = max(
            n,
            unknown,
        )
        return x
    """
    for failure in of_double(box, tmp_path, source):
        assert (failure.line, failure.last_line, failure.source) == (4, 5, "        unknown,")
        assert failure.exception == failure.got == "NameError: name 'unknown' is not defined"
        assert (failure.expected, failure.inputs) == ("", "")


def test_each_failure_of_a_program_with_two_mistakes_is_told_by_its_own(box: Box, tmp_path: Path) -> None:
    source = """
    async def join(*fns):
        if not fns:
            return nothing
        return [await fn() for fn in fns]
    """
    failures = failures_of(box, tmp_path, source)

    assert {"unknown-name", "serial"} <= {failure.diagnosis for failure in failures}
    assert {failure.line for failure in failures if failure.diagnosis == "unknown-name"} == {3}
    assert {failure.line for failure in failures if failure.diagnosis == "serial"} == {4}


# ---- submissions of the greatest size --------------------------------------------------------------------------------

IN_JOIN = "import anyio\nasync def join(*fns):\n"
HOSTILE = {
    "loops and starts": IN_JOIN + " for a in b: tg.start_soon(c)\n" * 2000,
    "one loop of starts": IN_JOIN + " for a in b:\n" + "  tg.start_soon(c)\n" * 3000,
    "loops that return": IN_JOIN + " tg.start_soon(c)\n for a in b:\n  return a + 1\n" * 1300,
    "closures of one name": IN_JOIN + " for a in b:\n  def f(): c\n  tg.start_soon(f)\n" * 1300,
    "returns of one task": IN_JOIN
    + " async def f():\n"
    + "  x = await y\n  return z\n" * 1100
    + " tg.start(f)\n" * 1100,
    "calls of functions": "".join(f"def f{number}(): 0\nf{number}()\n" for number in range(2500)),
}
"""Files about as long as the policy admits, each of a shape whose nodes the rules have to look up in each other."""


@pytest.mark.parametrize("shape", HOSTILE)
def test_the_time_to_explain_does_not_grow_with_the_square_of_a_submission(shape: str) -> None:
    hostile = case(HOSTILE[shape])
    shown = {"returns": returned(["a", "a"])}
    plays = [
        raising(leaf("TypeError", "object generator can't be used in 'await' expression", line=3), **shown),
        raising(leaf("RuntimeError", "coroutine raised StopIteration", line=3), **shown),
        *(play(ended, line=3, **shown) for ended in (Ended.RETURNED, Ended.CRASHED, Ended.LATE, Ended.BLOCKED_LOOP)),
    ]

    before = time.process_time()
    for shown_play in plays:
        explain(hostile, evidence(shown_play, REFERENCE, said=Diagnosed("not-closed", "It is left open.")))

    # Walking from each loop to each start took more than 12 s of the processor; one pass takes 0.2 s.
    assert time.process_time() - before < 3


def test_a_chain_of_calls_too_deep_to_be_written_out_leaves_the_word_to_the_next_rule() -> None:
    chain = case(IN_JOIN + " await tg.start_soon(c)" + ".start_soon(c)" * 300 + "\n return fns\n")

    found = explain(chain, evidence(play(**ONE_BY_ONE), REFERENCE, said=AUTHOR_SAYS))

    assert found.error.startswith("one after the other")


def test_a_name_of_thousands_of_letters_is_cut_in_a_sentence() -> None:
    called = "f" * 5000
    found = explain(case(f"async def {called}():\n    pass\n\n\nasync def join():\n    {called}()\n"), evidence(play()))

    assert found.diagnosis == "never-awaited"
    assert len(found.error) == MAX_SENTENCE
