"""The screens fit a terminal, say what matters, and let nothing of a learner's text act."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from grader.reports.screen import ASCII, PLAIN, UNICODE, Glyphs, Piece, Screen
from grader.reports.terminal import show_list, show_overview, show_run, show_run_quiet, show_run_verbose
from grader.reports.views import Command, ExerciseProgress, ExerciseState
from tests.samples import (
    HOSTILE,
    cancelled_at_step,
    careless,
    case,
    deadlock,
    failed_on_both,
    failure,
    hostile,
    in_parts,
    mixed,
    not_judged,
    one_after_the_other,
    passing,
    perfect,
    rooted,
    span,
    together,
    trace,
    turns,
    typical_failures,
    unjudgeable,
    verdict,
)

Show = Callable[..., None]

PROGRESS = [
    ExerciseProgress(
        id="ex01", title="join", summary="wait for all", level=1, minutes=30, state=ExerciseState.COMPLETE, points=100
    ),
    ExerciseProgress(
        id="ex02", title="select", summary="first wins", level=2, minutes=60, state=ExerciseState.FAILING, points=99.5
    ),
    ExerciseProgress(id="ex03", title=HOSTILE, summary=HOSTILE, level=3, minutes=120, state=ExerciseState.NEW),
]


def console(*, width: int = 80, colour: bool = False) -> Console:
    return Console(file=io.StringIO(), width=width, force_terminal=colour, color_system="truecolor" if colour else None)


def written(one: Console) -> str:
    assert isinstance(one.file, io.StringIO)
    return one.file.getvalue()


def screen_of(show: Show, *args: object, glyphs: Glyphs = ASCII, width: int = 80, **more: object) -> str:
    target = console(width=width)
    show(target, *args, glyphs=glyphs, **more)
    return written(target)


SCREENS = {
    "mixed": (show_run, [mixed()]),
    "perfect": (show_run, [perfect()]),
    "faults": (show_run, [unjudgeable()]),
    "rooted": (show_run, [rooted(typical_failures()["all at once"])]),
    "no tests": (show_run, [verdict(trouble="the box could not be started")]),
    "steps": (
        show_run,
        [verdict(failed_on_both(1, "x", 5, failure(trace=turns(0, *[1, 2] * 99), reference=turns(0, 1))))],
    ),
    "many lanes": (
        show_run,
        [verdict(failed_on_both(1, "x", 5, failure(trace=together(**{f"s{n}": n + 1 for n in range(99)}))))],
    ),
    "long time": (show_run, [verdict(failed_on_both(1, "x", 5, failure(trace=one_after_the_other(a=1e6, b=0.001))))]),
    "cancelled": (show_run, [verdict(failed_on_both(1, "x", 5, cancelled_at_step()))]),
    "hostile": (show_run, [hostile()]),
    "hostile fault": (show_run, [unjudgeable(error=HOSTILE, help=HOSTILE, text=HOSTILE, column=150, width=40)]),
    "hostile, all": (show_run_verbose, [hostile(), mixed(), unjudgeable()]),
    "table": (show_run, [mixed(), perfect(), hostile(), unjudgeable(error=HOSTILE)]),
    "quiet": (show_run_quiet, [mixed(), hostile(), unjudgeable()]),
    "list": (show_list, PROGRESS),
}


def overview(target: Console, progress: object, *, glyphs: Glyphs) -> None:
    commands = [Command(line=HOSTILE, does=HOSTILE)]
    show_overview(target, HOSTILE, PROGRESS, following=PROGRESS[2], note=HOSTILE, commands=commands, glyphs=glyphs)


SCREENS["overview"] = (overview, [])
EVERY_SCREEN = pytest.mark.parametrize(("show", "what"), SCREENS.values(), ids=list(SCREENS))


# ---- what holds on every screen --------------------------------------------------------------------------------------


def is_word_of_a_command(line: str) -> bool:
    """Whether the line is one word of a command to type, which would be another command if it were cut."""
    return line.startswith("        ") and line.endswith(" \\") and len(line.split()) == 2


@EVERY_SCREEN
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("width", [200, 80, 50])
def test_no_line_is_wider_than_the_terminal_or_80_columns(show, what, glyphs, width):
    for line in screen_of(show, what, glyphs=glyphs, width=width).split("\n"):
        assert cell_len(line) <= min(width, 80) or is_word_of_a_command(line), line


@EVERY_SCREEN
def test_ascii_is_ascii(show, what):
    assert screen_of(show, what, glyphs=ASCII).isascii()


@EVERY_SCREEN
def test_nothing_of_a_learners_text_acts(show, what):
    shown = screen_of(show, what, glyphs=UNICODE)

    assert all(line.isprintable() for line in shown.split("\n")), "no escape, no control, no bidi"
    shown.encode("utf-8")


@EVERY_SCREEN
def test_colours_are_the_only_escapes(show, what):
    target = console(colour=True)
    show(target, what, glyphs=UNICODE)
    plain = screen_of(show, what, glyphs=UNICODE)

    from rich.text import Text

    assert Text.from_ansi(written(target)).plain.rstrip("\n") == plain.rstrip("\n")
    assert "\x1b]" not in written(target)


@EVERY_SCREEN
def test_no_line_ends_in_blanks(show, what):
    assert not [line for line in screen_of(show, what).split("\n") if line != line.rstrip()]


def test_a_million_characters_are_cut():
    flood = failure(
        error="e" * 10**6, help="h " * 10**6, exception="x\n" * 10**6, output="o\n" * 10**6, source="s" * 10**6
    )
    assert len(screen_of(show_run, [verdict(failed_on_both(1, "label", 5, flood))])) < 6000


@settings(deadline=None, max_examples=60)
@given(
    text=st.text(alphabet=st.characters(exclude_categories=())),
    column=st.integers(1, 200),
    length=st.integers(1, 200),
    width=st.integers(40, 90),
)
def test_any_text_anywhere_fits(text, column, length, width):
    play = trace(span(text, 0, 3, "raised"), span("b", 1, None), elapsed=3)
    bad = deadlock(error=text, help=text, exception=text, source=text, output=text, trace=play, got=text, expected=text)
    fault = unjudgeable(error=text, text=text, column=column, width=length)
    for one in (verdict(failed_on_both(1, text, 5, bad), title=text, file=text), fault):
        for line in screen_of(show_run, [one], glyphs=UNICODE, width=width).split("\n"):
            assert cell_len(line) <= min(width, 80)
            assert line.isprintable()


# ---- what each screen says -------------------------------------------------------------------------------------------


def test_the_verdict_is_the_last_line():
    last = screen_of(show_run, [mixed()]).rstrip("\n").split("\n")[-1]

    assert last.startswith("ex01  FAIL  74 of 100 points")
    assert last.endswith("0.3 s real, 31 s virtual")
    assert len(last) == 80


def test_quiet_is_the_verdict_line_alone():
    assert screen_of(show_run_quiet, [mixed()]) == screen_of(show_run, [mixed()]).rstrip("\n").split("\n")[-1] + "\n"


def test_the_run_screen_reads_like_this():
    assert screen_of(show_run, [mixed()]) == "\n".join(
        [
            "ex01  join   3 tests   1 passes on both backends               ex01_join/join.py",
            "fails:  2 takes as long as the slowest",
            "        3 an error before the first await counts too (trio)",
            "",
            "FAIL 2  takes as long as the slowest                                      serial",
            "error: the second function starts only after the first has ended",
            "  --> ex01_join/join.py:9",
            "   9 |     return [await fn() for fn in fns]",
            "     0s             1s             2s            3s             4s            5s",
            "yours",
            "  a  ############################################|",
            "  b  . . . . . . . . . starts only when `a` ends ##############################|",
            "reference",
            "  a  ############################################|",
            "  b  ##############################|",
            "help: start every function before waiting for any",
            "      grade hint ex01    a hint",
            "ex01  FAIL  74 of 100 points                            0.3 s real, 31 s virtual",
            "",
        ]
    )


def test_a_failure_quotes_the_promise_that_is_broken():
    shown = screen_of(show_run, [rooted(failure(promise="7. It takes as long as the slowest. " + "No more. " * 30))])

    (at,) = (number for number, line in enumerate(shown.splitlines()) if line.startswith("promise: 7. It takes as"))
    assert shown.splitlines()[at + 1].startswith("         ")
    assert shown.splitlines()[at + 2].startswith("help: ")
    assert len(shown.splitlines()) <= 23


def test_a_screen_of_tests_that_all_pass_is_short():
    assert screen_of(show_run, [perfect()]).splitlines() == [
        "ex01  join   2 tests   all pass on both backends               ex01_join/join.py",
        "",
        "      grade solution ex01    compare with the reference",
        "      grade                  what comes next",
        "ex01  PASS  100 of 100 points                           0.3 s real, 31 s virtual",
    ]


def test_verbose_shows_the_whole_table():
    shown = screen_of(show_run_verbose, [mixed()])

    assert "  1  results come back in argument order                pass        pass" in shown
    assert "  3  an error before the first await counts too         pass        FAIL" in shown


# ---- one screen ------------------------------------------------------------------------------------------------------

TYPICAL = pytest.mark.parametrize("why", typical_failures().values(), ids=list(typical_failures()))


@TYPICAL
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_finding_and_its_verdict_fit_a_terminal_of_24_lines_with_the_prompt(why, glyphs):
    lines = screen_of(show_run, [rooted(why)], glyphs=glyphs).splitlines()

    assert len(lines) <= 23
    assert all(cell_len(line) <= 80 for line in lines)
    assert lines[-1].startswith("ex01  FAIL")


@TYPICAL
def test_what_is_most_important_is_on_the_screen_whatever_else_there_is(why):
    shown = screen_of(show_run, [rooted(why)])

    for words in (
        "FAIL 1  ",
        "error: ",
        "  --> ex01_join/join.py:9",
        "help: ",
        "grade hint ex01",
        "for the same reason",
    ):
        assert words in shown
    assert ("got:" in shown, "expected:" in shown, "with:" in shown) == (bool(why.got),) * 3


def test_what_came_back_stands_above_what_was_expected():
    shown = screen_of(show_run, [rooted(typical_failures()["another order"])]).splitlines()
    at = shown.index("with:     seconds = {'a': 3, 'b': 5, 'c': 2}")

    assert shown[at + 1] == "got:      returned ['c', 'a', 'b']"
    assert shown[at + 2] == "expected: returned ['a', 'b', 'c']"
    assert "yours" not in shown, "the plays look alike, so there is no picture"


def test_what_fails_for_the_same_reason_is_said_apart_from_what_comes_afterwards():
    shown = screen_of(show_run, [rooted(failure(), failing=5)])

    assert "note: these tests fail for the same reason: 2, 3 and 4\nnote: look at this one afterwards: 5\n" in shown


def test_a_few_tests_that_fail_are_named_and_the_rest_are_numbers():
    few, many = (screen_of(show_run, [rooted(failure(trace=None), failing=count)]) for count in (3, 9))

    assert "fails:  1 what test 1 promises to learners\n        2 what test 2" in few
    assert "        3 what the last test promises (trio)\n" in few
    assert "\n          and tests 4, 5, 6, 7, 8 and 9 " in many
    assert "--verbose shows them\n" in many


def test_a_title_that_leaves_no_room_has_the_counts_below_it():
    lines = screen_of(show_run, [replace(mixed(), title="a title that takes its time")]).splitlines()

    assert lines[0].startswith("ex01  a title that takes its time   ")
    assert lines[1] == "3 tests   1 passes on both backends"


def test_an_expression_over_several_lines_is_shown_as_a_whole():
    shown = screen_of(show_run, [rooted(failure(last_line=11), failing=3)])
    assert "   9 |     line_9 = 0\n  10 |     line_10 = 0\n  11 |     line_11 = 0\n" in shown


def test_lanes_that_are_alike_are_counted_where_a_picture_would_be_large():
    many = {f"s{number}": number + 1.0 for number in range(6)}
    why = failure(trace=together(**many, late=9), reference=together(**many, late=7))
    shown = screen_of(show_run, [rooted(why)])

    assert "yours   and 6 lanes alike in both\n  late " in shown
    assert "  s0 " not in shown
    assert "  s0 " in screen_of(show_run_verbose, [rooted(why)])


def test_a_lane_that_a_mark_names_is_shown_however_little_room_there_is():
    spans = {"a": 3.0, "b": 5.0, "c": 2.0}
    why = failure(
        trace=one_after_the_other(**spans),
        reference=together(**spans),
        got="`a` from 0 s to 3 s, `b` from 3 s to 8 s, `c` from 8 s to 10 s",
        expected="`a`, `b` and `c` under way at the same time",
        inputs="seconds = {'a': 3, 'b': 5, 'c': 2}",
    )
    for lines in range(9, 13):
        shown = screen_of(show_run, [rooted(replace(why, last_line=lines), failing=13 - lines + 2)])

        assert "starts only when `a` ends" in shown
        assert "\n  a  ####" in shown


def test_a_mark_that_several_lanes_share_stands_once_below_the_last():
    mine = trace(span("a", 0, 9, task=1), span("b", 0, 9, task=2), elapsed=9)
    theirs = trace(span("a", 0, 2, "cancelled", task=1), span("b", 0, 2, "cancelled", task=2), elapsed=2)
    shown = screen_of(show_run, [rooted(failure(trace=mine, reference=theirs), failing=3)])

    assert shown.count("^ should be cancelled here") == 1
    assert shown.index("    b   ####") < shown.index("should be cancelled here") < shown.index("\nreference")


def test_spans_that_never_start_are_named_in_one_row():
    why = failure(trace=together(a=5), reference=together(a=3, b=2, c=1))

    assert "  b and c never start\n" in screen_of(show_run, [rooted(why)])
    crowd = failure(trace=together(a=5), reference=together(a=3, **{f"s{number}": 1 for number in range(9)}))
    assert "  s0, s1, s2, s3 and 5 more never start\n" in screen_of(show_run, [rooted(crowd)])


def test_a_picture_in_steps_says_what_a_step_is():
    shown = screen_of(show_run, [rooted(failure(trace=turns(0, 1, 2, 1, 0), reference=turns(0, 1, 1, 2, 0)))])
    assert "steps: one task at a time, from one wait to the next" in shown


def test_what_costs_no_points_is_one_line_beside_a_failure():
    noted = careless()
    worse = replace(noted, tests=(*noted.tests, failed_on_both(3, "x", 5, failure())), ignored=("a.py", "b.py"))
    shown = screen_of(show_run, [worse])

    assert "note: unclosed in line 4 and fragile, which cost no points\n" in shown
    assert "note: only ex01_join/join.py is judged, not a.py and b.py\n" in shown
    assert "something is still open" in screen_of(show_run_verbose, [worse])


def test_of_many_faults_the_first_few_are_shown():
    faults = tuple(replace(unjudgeable().faults[0], line=number) for number in range(1, 7))
    lines = screen_of(show_run, [verdict(faults=faults)]).splitlines()

    assert len(lines) <= 23
    assert "and 4 more faults; --verbose shows them" in lines


# ---- other screens ---------------------------------------------------------------------------------------------------


def test_a_fault_shows_the_line_and_underlines_what_is_wrong():
    lines = screen_of(show_run, [unjudgeable()]).split("\n")
    where = next(number for number, line in enumerate(lines) if line.startswith("  12 |"))
    start = lines[where].index("anyio.gather")

    assert lines[where - 1] == "  --> ex01_join/join.py:12"
    assert lines[where + 1] == "     |".ljust(start) + "^" * len("anyio.gather")
    assert "ex01  CANNOT BE JUDGED" in lines


def test_the_caret_stands_under_wide_characters_too():
    text = "x = '\u65e5\u672c' + anyio.gather"
    lines = screen_of(show_run, [unjudgeable(text=text, column=12, width=12)], glyphs=UNICODE).split("\n")
    where = next(number for number, line in enumerate(lines) if line.startswith("  12 "))
    before = lines[where][: lines[where].index("anyio")]

    assert lines[where + 1].index("^") == cell_len(before)


def test_a_deadlock_names_who_waits_for_what_since_when():
    shown = screen_of(show_run, [verdict(failed_on_both(1, "x", 5, deadlock(reference=None)))])

    assert "worker                line 14   Event.wait" in shown
    assert "since 0.25 s" in shown
    assert shown.count("never ends") == 2


def test_more_than_eight_tasks_that_wait_are_counted():
    (one, *_) = deadlock().waiting
    crowd = deadlock(waiting=tuple(replace(one, task=f"worker {number}") for number in range(1, 11)))
    one_screen, in_full = (
        screen_of(show, [verdict(failed_on_both(1, "x", 5, crowd))]) for show in (show_run, show_run_verbose)
    )

    assert "these tasks wait:  and 2 more\n" in in_full
    assert "worker 8 " in in_full
    assert "worker 9 " not in in_full
    assert "worker 5 " not in one_screen


def test_tasks_that_wait_alike_are_one_line():
    (one, *_) = deadlock().waiting
    crowd = deadlock(waiting=(one,) * 49)

    assert "  worker (49 tasks)     line 14   Event.wait" in screen_of(show_run, [rooted(crowd)])


def test_a_mark_that_is_wider_than_the_screen_ends_where_the_screen_ends():
    lines = screen_of(show_run, [unjudgeable(text="x" * 200, column=1, width=200)]).split("\n")

    assert [line for line in lines if "^" in line] == ["     | " + "^" * 73]


def test_a_failing_schedule_is_named_and_can_be_played_again():
    shown = screen_of(show_run, [verdict(failed_on_both(4, "x", 5, failure(schedule=7)))])

    assert "order 7, which may happen just as well, fails" in " ".join(shown.split())
    assert "grade ex01 --test 4 --seed 7" in shown


def test_printed_output_is_capped_at_ten_lines():
    printed = "".join(f"line {n}\n" for n in range(25))
    shown = screen_of(show_run_verbose, [verdict(failed_on_both(1, "x", 5, failure(output=printed)))])

    assert "  | line 9\n  | and 15 lines more\n" in shown


def test_verbose_shows_every_diagnosis():
    assert "deadlock" not in screen_of(show_run, [mixed()])
    assert screen_of(show_run_verbose, [mixed()]).count("error: ") == 2


def test_several_exercises_make_a_table():
    lines = screen_of(show_run, [mixed(), replace(perfect(), exercise="ex02")]).rstrip("\n").split("\n")

    assert lines[0].split() == ["ex01", "join", "FAIL", "74", "2", "takes", "as", "long", "as", "the", "slowest"]
    assert lines[1].split() == ["ex02", "join", "PASS", "100"]
    assert lines[-2].split()[:2] == ["grade", "ex01"]
    assert lines[-1] == "1 of 2 exercises complete"


def test_what_was_not_judged_costs_nothing_and_says_why():
    tests = [case(n, "x", 50, passing("asyncio"), not_judged("trio", "no loopback here")) for n in (1, 2)]
    shown = screen_of(show_run, [verdict(*tests)])

    assert shown.count("no loopback here") == 1
    assert shown.count("this costs no points") == 1
    assert "ex01  NOT JUDGED" in shown


def test_two_cells_that_were_not_judged_stay_apart():
    both = case(1, "x", 100, not_judged("asyncio", "no"), not_judged("trio", "no"))

    assert "not judged  not judged" in screen_of(show_run_verbose, [verdict(both)], glyphs=UNICODE)


def test_the_caller_chooses_what_to_type_next():
    shown = screen_of(show_run, [perfect()], commands=[Command(line="grade ex02", does="the next exercise")])

    assert "grade ex02    the next exercise" in shown
    assert "grade solution" not in shown


def test_a_long_title_does_not_touch_what_stands_beside_it() -> None:
    long = replace(PROGRESS[0], title="merge, throttle, timeout_each", summary="streams in time")

    assert "merge, throt... streams in time" in screen_of(show_list, [long])


def test_other_files_are_named_as_ignored():
    shown = screen_of(show_run, [replace(perfect(), ignored=("helpers.py", "notes.txt"))])
    assert "only ex01_join/join.py is judged, not helpers.py and notes.txt" in " ".join(shown.split())


# ---- pieces ----------------------------------------------------------------------------------------------------------


@given(text=st.text(alphabet=st.characters(exclude_categories=())), width=st.integers(0, 30))
def test_a_fitted_text_has_exactly_that_width(text, width):
    screen = Screen(console(), UNICODE)
    assert cell_len(screen.fit(text, width)) == width


def test_rich_is_not_imported_before_something_is_shown():
    code = "import sys, grader.reports.terminal; print('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_markup_of_rich_is_text():
    screen = Screen(console(), ASCII)
    screen.line(Piece("[bold]x[/bold] :smile: [link=file:///]"))

    assert written(screen.console) == "[bold]x[/bold] :smile: [link=file:///]\n"


def test_a_note_names_the_line_the_command_and_that_it_costs_nothing():
    screen = screen_of(show_run, [careless()])

    assert "note: something is still open (tests 1 and 2; it costs no points)" in screen
    assert "  --> ex01_join/join.py:4\n   4 |     send, receive = stream()" in screen
    assert "grade explain unclosed" in screen
    assert screen.splitlines()[-1].startswith("ex01  PASS")


def test_the_step_at_which_the_caller_was_cancelled_stands_on_the_screen() -> None:
    screen = screen_of(show_run, [verdict(failed_on_both(1, "x", 8, cancelled_at_step()))])

    assert "when: the caller was cancelled at its step 4 of 9, after 2 s" in screen
    assert "cancelled here" in screen


# ---- parts -----------------------------------------------------------------------------------------------------------


def test_parts_stand_above_the_finding_and_tests_of_what_is_not_written_are_not_listed_as_failing():
    assert screen_of(show_run, [in_parts()]).splitlines()[:7] == [
        "ex01  join   4 tests   1 passes on both backends               ex01_join/join.py",
        "part 1  one: the first part                                      20 of 40 points",
        "part 2  two: the second part                                     not written yet",
        "",
        "FAIL 2  the second                                                        serial",
        "error: the second function starts only after the first has ended",
        "  --> ex01_join/join.py:9",
    ]


def test_verbose_groups_the_tests_by_part_and_shows_no_card_of_what_is_not_written():
    shown = screen_of(show_run_verbose, [in_parts()]).splitlines()

    assert [line.strip().split("   ")[0] for line in shown[3:9]] == [
        "part 1  one: the first part",
        "1  the first",
        "2  the second",
        "part 2  two: the second part",
        "3  the third",
        "4  the fourth",
    ]
    assert [line[:6] for line in shown if line.startswith("FAIL")] == ["FAIL 2"]


# ---- not started, narrow, and in words -------------------------------------------------------------------------------

STUB = unjudgeable(kind="untouched", error="the file is still the stub", help="write the body of `join`")


def test_a_stub_is_not_started_and_no_error() -> None:
    shown = screen_of(show_run, [STUB])

    assert shown.startswith("ex01  join")
    assert "note: the file is still the stub\n  --> ex01_join/join.py:" in shown
    assert "help: write the body of `join`\n" in shown
    assert shown.splitlines()[-1] == "ex01  NOT STARTED"
    assert "error" not in shown
    assert "^" not in shown


@pytest.mark.parametrize("verdicts", [[STUB], [STUB, STUB]], ids=["one", "several"])
def test_nothing_about_a_stub_is_red(verdicts):
    target = console(colour=True)
    show_run(target, verdicts, glyphs=ASCII)
    lines = [line for line in written(target).splitlines() if "NOT STARTED" in line]

    assert lines
    assert "\x1b[1;31m" not in "".join(lines)
    assert "CANNOT BE JUDGED" not in written(target)


def test_on_a_narrow_screen_the_names_and_how_far_each_is_remain() -> None:
    commands = [Command(line="grade", does="x")]
    shown = [
        screen_of(show_overview, "A course", PROGRESS, following=None, commands=commands, width=40),
        screen_of(show_list, PROGRESS, width=40),
    ]

    for screen in shown:
        for exercise in PROGRESS:
            (line,) = (line for line in screen.splitlines() if exercise.id in line)
            assert line.rstrip().endswith(exercise.state)


def test_on_a_narrow_screen_the_points_remain() -> None:
    assert "74 of 100 points" in screen_of(show_run, [mixed()], width=40).splitlines()[-1]


def test_a_plain_screen_says_the_picture_in_words() -> None:
    what = [verdict(failed_on_both(1, "x", 5, failure(trace=one_after_the_other(a=1, b=2), reference=None)))]
    drawn, said = screen_of(show_run, what), screen_of(show_run, what, glyphs=PLAIN)

    assert "##" in drawn
    assert "##" not in said
    assert "yours:\n  a: 0 s to 1 s\n  b: 1 s to 3 s" in said


def test_a_plain_overview_has_no_meters() -> None:
    drawn, plain = (
        screen_of(show_overview, "A course", PROGRESS, following=None, commands=[], glyphs=glyphs)
        for glyphs in (ASCII, PLAIN)
    )

    assert ".........." in drawn
    assert ".........." not in plain
