"""What reports say about a verdict, before any of them says it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.judge.verdict import Root, Verdict
from grader.policy.submission import Fault
from grader.reports.excerpts import Excerpt, excerpt_of_fault, source_lines
from grader.reports.views import (
    Finding,
    cancellation_said,
    counts_said,
    failing_said,
    findings,
    main_finding,
    next_commands,
    others_said,
    points_said,
    raised_said,
    reasons_not_judged,
    remark_said,
    remarks,
    timelines,
    waiting_tasks,
)
from grader.text import counted, joined
from grader.wire.recording import Cancellation, Ended
from grader.wire.rows import Waiting
from tests.samples import (
    cancelled_at_step,
    careless,
    case,
    deadlock,
    event,
    failed_on_both,
    failing,
    failure,
    mixed,
    not_judged,
    passing,
    perfect,
    span,
    together,
    turns,
    unjudgeable,
    verdict,
)


def test_points_of_a_part_are_said_to_be_of_a_part():
    tests = (case(2, "x", 8),)

    assert points_said(verdict(*tests)) == "8 of 100 points"
    assert points_said(verdict(*tests, complete_run=False)) == "8 of the 8 points asked for"


def test_backends_that_fail_for_the_same_reason_share_a_finding():
    found = findings(verdict(failed_on_both(1, "x", 5, failure())))

    assert [finding.where for finding in found] == ["asyncio and trio"]


def test_backends_that_fail_for_different_reasons_do_not():
    found = findings(verdict(case(1, "x", 5, failing("asyncio", failure()), failing("trio", deadlock()))))

    assert [(finding.where, finding.failure.diagnosis) for finding in found] == [
        ("asyncio", "serial"),
        ("trio", "deadlock"),
    ]


def test_the_first_failing_test_is_shown():
    found = main_finding(mixed())

    assert found is not None
    assert found.test.number == 2


def test_an_ending_that_explains_most_failures_is_shown_instead():
    tests = [failed_on_both(1, "x", 5, failure())] + [failed_on_both(n, "x", 5, deadlock()) for n in (2, 3)]
    found = main_finding(verdict(*tests))

    assert found is not None
    assert (found.test.number, found.failure.diagnosis, found.also) == (2, "deadlock", (3,))


def test_an_ending_that_explains_half_of_the_failures_is_not():
    found = main_finding(verdict(failed_on_both(1, "x", 5, failure()), failed_on_both(2, "x", 5, deadlock())))

    assert found is not None
    assert found.test.number == 1


def rooted() -> Verdict:
    """Four tests fail, and the third of them is the one to mend first, as it went on trio."""
    tests = [failed_on_both(number, "x", 5, failure()) for number in (1, 2, 5)]
    both = failing("asyncio", deadlock(line=1)), failing("trio", deadlock(line=2))
    root = Root(test=3, backend="trio", same=(2, 5), afterwards=(1,))
    return verdict(*tests[:2], case(3, "x", 5, *both), tests[2], root=root)


def test_the_failure_to_mend_first_is_the_one_that_the_verdict_names():
    found = main_finding(rooted())

    assert found is not None
    assert (found.test.number, found.where, found.failure.line) == (3, "asyncio and trio", 2)
    assert (found.same, found.afterwards, found.also) == ((2, 5), (1,), ())
    assert [(one.same, one.afterwards, one.also) for one in findings(rooted()) if one != found] == [((), (), ())] * 3


def test_a_root_that_no_failure_has_leaves_the_choice_as_it_is_without_one():
    lost = replace(mixed(), root=Root(test=1, backend="trio"))
    found = main_finding(lost)

    assert found is not None
    assert found.test.number == 2


def test_what_fails_for_the_same_reason_and_what_is_looked_at_afterwards_are_said_apart():
    one = Finding(test=case(1, "x", 5), backends=("trio",), failure=failure(), same=(2, 3, 5), afterwards=(7, 9))

    assert others_said(one) == (
        "these tests fail for the same reason: 2, 3 and 5",
        "look at these afterwards: 7 and 9",
    )
    assert others_said(replace(one, same=(2,), afterwards=(7,))) == (
        "this test fails for the same reason: 2",
        "look at this one afterwards: 7",
    )
    assert others_said(replace(one, same=(), afterwards=())) == ()


@pytest.mark.parametrize(
    ("exception", "got", "said"),
    [
        ("ValueError: boom", "", "ValueError: boom"),
        ("ValueError: boom", "returned [1]", "ValueError: boom"),
        ("ValueError: boom", "raised ValueError: boom", ""),
        ("ValueError (raised by the scenario)", "raised ValueError", ""),
    ],
)
def test_an_exception_is_said_once(exception, got, said):
    assert raised_said(failure(exception=exception, got=got)) == said


SOURCE = "one\ntwo(\n    3,\n    4,\n    5,\n    6,\n)\n"


@pytest.mark.parametrize(
    ("line", "last", "numbers"),
    [
        (2, None, [2]),
        (2, 2, [2]),
        (2, 4, [2, 3, 4]),
        (2, 7, [2, 3, 4, 5]),
        (2, 1, [2]),
        (7, 99, [7]),
        (None, None, []),
    ],
)
def test_a_mistake_that_spans_several_lines_shows_the_first_few(line, last, numbers):
    shown = source_lines(verdict(source=SOURCE), failure(line=line, last_line=last, source="as written"))

    assert [number for number, _ in shown] == numbers
    texts = ["as written"] if len(numbers) == 1 else [SOURCE.split("\n")[number - 1] for number in numbers]
    assert [text for _, text in shown] == texts


def test_tasks_that_wait_alike_are_counted_together_and_those_of_the_learner_come_first():
    one = Waiting(task="worker", line=4, awaiting="Lock.acquire", since=2)
    waiting = (replace(one, task="main", line=None), one, replace(one, since=1), replace(one, line=9))

    assert [
        (group.task, group.line, group.count, group.since) for group in waiting_tasks(failure(waiting=waiting))
    ] == [
        ("worker", 4, 2, 1),
        ("worker", 9, 1, 2),
        ("main", None, 1, 2),
    ]


FAILED = failed_on_both(2, "x", 5, failure())
ON_TRIO = case(3, "x", 5, passing("asyncio"), failing("trio", failure()))
ALONE = case(4, "x", 5, passing("trio"))


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        ([case(1, "x", 5), case(2, "x", 5)], "2 tests   all pass on both backends"),
        ([case(1, "x", 5), case(3, "x", 5), FAILED], "3 tests   2 pass on both backends"),
        ([case(1, "x", 5), FAILED, ON_TRIO], "3 tests   1 passes on both backends"),
        ([case(1, "x", 5)], "1 test   passes on both backends"),
        ([FAILED], "1 test   fails"),
        ([FAILED, ON_TRIO], "2 tests   none passes"),
        ([ALONE, ALONE], "2 tests   all pass on trio"),
        ([case(1, "x", 5, passing("python"))] * 2, "2 tests   all pass"),
        (
            [case(1, "x", 5), case(2, "x", 5, not_judged("trio", "no"))],
            "2 tests   1 passes on both backends, 1 not judged",
        ),
    ],
)
def test_how_many_tests_pass_is_said_in_one_line(tests, said):
    assert counts_said(verdict(*tests)) == said


def test_a_test_that_fails_on_one_backend_is_named_with_it():
    assert (failing_said(FAILED), failing_said(ON_TRIO)) == ("x", "x (trio)")


def test_nothing_is_found_where_nothing_fails():
    assert findings(perfect()) == ()
    assert main_finding(perfect()) is None


def test_each_reason_for_not_judging_is_said_once():
    tests = [case(n, "x", 5, not_judged("asyncio", "no loopback"), passing("trio")) for n in (1, 2)]
    assert reasons_not_judged(verdict(*tests, trouble="the box died")) == ("the box died", "no loopback")


KIT_AT_FAULT = "the kit is at fault: exercises/ex01_join/test_hidden.py:8: KeyError"


@pytest.mark.parametrize(
    ("one", "commands"),
    [
        (perfect(), ["grade solution ex01", "grade"]),
        (mixed(), ["grade hint ex01"]),
        (unjudgeable(), ["grade ex01"]),
        (verdict(trouble="no box"), ["grade doctor"]),
        (verdict(case(1, "x", 8, not_judged("trio", KIT_AT_FAULT))), ["grade kit check"]),
        (verdict(case(1, "x", 8), complete_run=False), ["grade ex01"]),
        (verdict(failed_on_both(2, "x", 8, failure(schedule=7))), ["grade hint ex01", "grade ex01 --test 2 --seed 7"]),
    ],
)
def test_every_verdict_ends_with_something_to_type(one, commands):
    assert [command.line for command in next_commands(one)] == commands


def test_the_caret_underlines_what_the_fault_names():
    fault = Fault(kind="import", error="e", help="h", line=1, column=8, width=7, text="import asyncio as a")
    assert excerpt_of_fault(fault) == Excerpt(before="import ", marked="asyncio", after=" as a")


def test_a_caret_behind_the_end_of_the_line_still_shows():
    fault = Fault(kind="syntax", error="e", help="h", line=1, column=9, text="\tdef f()")
    assert excerpt_of_fault(fault) == Excerpt(before="    def f()", marked=" ", after="")


def test_a_figure_is_drawn_only_where_there_is_something_to_see():
    assert timelines(failure(trace=None)) is None
    assert timelines(failure(trace=turns(0, 0, 0), reference=turns(0))) is None, "one task takes its turns alone"
    assert timelines(failure(trace=turns(0, 1, 0), reference=None)) is not None
    assert timelines(failure()) is not None
    assert timelines(failure(trace=together(a=3, b=2))) is None, "it looks like the reference"


def test_a_play_that_was_stopped_is_drawn_as_it_stood():
    drawn = timelines(deadlock(ended=Ended.DEADLOCK, reference=None))

    assert drawn is not None
    assert {lane.label: lane.end for lane in drawn[0].lanes} == {"left": None, "reader": None}


def test_lists_are_said_as_people_say_them():
    assert [joined(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_what_was_noticed_in_tests_that_passed_is_noted_once_for_each_line():
    unclosed, fragile = remarks(careless())

    assert remark_said(unclosed) == "something is still open (tests 1 and 2; it costs no points)"
    assert (unclosed.line, unclosed.source) == (4, "    send, receive = stream()")
    assert remark_said(fragile) == "it depends on turns (test 2; it costs no points)"
    assert remarks(perfect()) == ()


def test_many_tests_are_counted_and_not_listed():
    assert remark_said(replace(remarks(careless())[0], tests=(1, 2, 3, 4))).endswith(
        "(tests 1, 2, 3 and 4; it costs no points)"
    )
    assert remark_said(replace(remarks(careless())[0], tests=(1, 2, 3, 4, 5))).endswith("(5 tests; it costs no points)")


@pytest.mark.parametrize(("number", "said"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests")])
def test_how_many_is_said_in_the_singular_for_one_alone(number, said):
    assert counted(number, "test") == said


# ---- cancelled at every step -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cancellation", "said"),
    [
        (None, ""),
        (Cancellation(step=4, steps=9, time=2), "the caller was cancelled at its step 4 of 9, after 2 s"),
        (Cancellation(step=4, time=0), "the caller was cancelled at its step 4, after 0 s"),
        (Cancellation(step=0, steps=9, time=0), "the caller was cancelled before its first wait"),
        (Cancellation(step=4, steps=9), "the caller was to be cancelled at its step 4, and was over before that"),
    ],
)
def test_where_the_caller_was_cancelled_is_said(cancellation, said):
    assert cancellation_said(failure(cancellation=cancellation)) == said


def test_a_cancellation_is_marked_in_the_timeline_at_its_virtual_time():
    drawn = timelines(cancelled_at_step(at=2))

    assert drawn is not None
    mine, _ = drawn
    label = mine.labels[0]
    assert (label.at, label.text, mine.lanes[label.lane].label) == (2, "cancelled here", "caller")


def test_where_no_time_passes_a_cancellation_is_marked_at_its_step():
    play = turns(0, 1, 0, 1)
    events = [*play.events]
    steps = [place for place, one in enumerate(events) if one.kind in ("start", "resume")]
    events.insert(steps[2], event(0, "cancel", 0))
    cancelled = replace(play, events=tuple(events), spans=(span("caller", 0, 0, task=0),))

    drawn = timelines(failure(trace=cancelled, reference=turns(0, 1)))

    assert drawn is not None
    label = drawn[0].labels[0]
    assert (label.at, drawn[0].lanes[label.lane].label) == (2, "caller")
