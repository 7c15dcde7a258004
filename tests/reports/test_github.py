"""What GitHub Actions reads: workflow commands and the summary of a job, within GitHub's limits.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands (the form of a command, 1 MiB per
step's summary) and https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md (ten errors and ten warnings
per step, fifty annotations per job). How a runner reads a line: ``ActionCommand`` in https://github.com/actions/runner.
"""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from grader.judge.verdict import Verdict
from grader.reports.github import MAX_SUMMARY, annotation_commands, class_summary, cut_to, run_summary, silence
from tests import samples
from tests.results_samples import class_of

COMMAND = re.compile(r"::(?P<name>error|warning) (?P<properties>[^:\r\n]*)::(?P<message>[^\r\n]*)")


def read(line: str) -> tuple[str, dict[str, str], str]:
    """What a runner makes of a line: the name of a command, its properties and its message."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    pairs = (pair.split("=", 1) for pair in found["properties"].split(","))
    return found["name"], {name: unquote(value) for name, value in pairs}, unquote(found["message"])


def failing(*lines: int) -> Verdict:
    """A verdict with a failed test for each line."""
    tests = [
        samples.failed_on_both(number, f"no. {number}", 1, samples.failure(line=line))
        for number, line in enumerate(lines)
    ]
    return samples.verdict(*tests)


def test_a_failure_stands_at_its_line_with_what_to_do():
    kind, properties, message = read(annotation_commands([samples.mixed()])[0])

    assert (kind, properties) == ("error", {"file": "ex01_join/join.py", "line": "9", "title": "ex01 serial"})
    assert message.splitlines() == [
        "error: the second function starts only after the first has ended",
        "help: start every function before waiting for any",
        "test 2: takes as long as the slowest",
        "again: grade ex01 --test 2",
    ]


def test_an_annotation_quotes_the_promise_that_is_broken():
    why = samples.failure(promise="7. It takes as long as the slowest.")
    _, _, message = read(annotation_commands([samples.verdict(samples.failed_on_both(1, "x", 1, why))])[0])

    assert message.splitlines()[1] == "promise: 7. It takes as long as the slowest."


def test_the_root_is_annotated_first_at_all_lines_of_its_expression_and_names_the_tests_of_its_reason():
    verdict = samples.rooted(samples.failure(last_line=11), failing=3)
    tests = (samples.failed_on_both(20, "another", 1, samples.failure(line=4)), *verdict.tests)
    commands = annotation_commands([replace(verdict, tests=tests)])
    _, properties, message = read(commands[0])

    assert (properties["line"], properties["endLine"]) == ("9", "11")
    assert "this test fails for the same reason: 2\nlook at this one afterwards: 3\n" in message
    assert "endLine" not in read(commands[1])[1]


def test_one_mistake_is_one_annotation_however_many_tests_it_fails():
    (command,) = annotation_commands([failing(9, 9, 9)])

    assert [line for line in read(command)[2].splitlines() if line.startswith("test ")] == [
        "test 0: no. 0",
        "test 1: no. 1",
        "test 2: no. 2",
    ]


def test_a_fault_of_the_file_is_an_error_and_what_was_not_judged_a_warning():
    broken = samples.verdict(samples.case(1, "x", 100, samples.not_judged("trio", "the box did not start")))

    kinds = [read(command)[0] for command in annotation_commands([samples.unjudgeable(), broken])]

    assert kinds == ["error", "warning"]


@pytest.mark.parametrize("number", [9, 10, 11, 40])
def test_no_step_has_more_than_ten_errors_and_the_last_says_how_many_are_missing(number):
    commands = annotation_commands([failing(*range(1, number + 1))])

    assert len(commands) == min(number, 10)
    assert commands[-1].startswith(f"::error title=and {number - 9} more::") == (number > 10)


def test_every_exercise_is_heard_before_one_is_heard_twice():
    talkative, quiet = failing(*range(1, 30)), replace(failing(7), exercise="ex02")

    titles = [read(command)[1]["title"] for command in annotation_commands([talkative, quiet])]

    assert titles[:2] == ["ex01 serial", "ex02 serial"]


def test_a_complete_run_annotates_nothing():
    assert annotation_commands([samples.perfect()]) == []


def test_no_text_of_a_learner_ends_a_command_or_begins_another():
    evil = samples.failure(
        error="x\n::error::forged", exception="%0A::set-output name=a::b", help="\r::stop-commands::x"
    )
    verdict = samples.verdict(samples.failed_on_both(1, "a,line=1::b", 100, evil), file="a,title=x::b\n::error::c.py")

    commands = [*annotation_commands([verdict]), *annotation_commands([samples.hostile()])]
    found = [set(properties) for _, properties, _ in map(read, commands)]

    assert len(found) == 3
    assert [names for names in found if not {"file", "title"} <= names <= {"file", "line", "endLine", "title"}] == []


def test_the_two_lines_of_a_silence_cannot_be_guessed():
    first, second = silence(), silence()

    assert re.fullmatch(r"::stop-commands::([0-9a-f]{32})", first.begin)
    assert first.end == f"::{first.begin.rpartition('::')[2]}::"
    assert first != second


# ---- the summary of a job --------------------------------------------------------------------------------------------


def test_the_summary_has_a_row_per_exercise_and_a_section_for_each_that_is_not_complete():
    summary = run_summary((samples.mixed(), replace(samples.perfect(), exercise="ex02")))

    assert "| ex01 | join | FAIL | 74 of 100 points |" in summary
    assert "2 of 2 exercises judged, 174 of 200 points." in summary
    assert re.findall(r"(?m)^### (\w+)", summary) == ["ex01"]
    assert "| 3 an error before the first await counts too | pass | FAIL | 5 of 10 |" in summary


def test_a_summary_of_nothing_says_so():
    assert "Nothing was judged" in run_summary(())


def test_a_learners_text_is_no_markup_in_the_summary():
    summary = run_summary((samples.hostile(),))

    assert "<script>" not in summary
    assert "<img" not in summary
    assert all(char.isprintable() or char == "\n" for char in summary)


def test_a_summary_is_cut_between_two_exercises_where_there_is_no_room():
    many = tuple(replace(failing(*range(1, 200)), exercise=f"ex{number}") for number in range(40))

    summary = run_summary(many)

    assert len(summary.encode()) <= MAX_SUMMARY
    assert "too long for a summary" in summary
    assert re.findall(r"(?m)^### (\w+)", summary) == [f"ex{number}" for number in range(summary.count("\n### "))]


def test_a_summary_is_cut_to_the_room_that_is_left():
    whole = run_summary((samples.mixed(),))

    assert cut_to(whole, 10_000) == whole
    assert "### ex01" not in cut_to(whole, len(whole.encode()) - 1)
    assert cut_to(whole, 20) == ""


def test_the_summary_of_a_class_has_numbers_and_no_names():
    results = class_of(40, 5)

    summary = class_summary(results)

    assert "40 learners, 5 exercises; 1 unmatched and 1 refused files." in summary
    assert not [learner.name for learner in results.intake.learners if learner.name in summary]
    assert len(re.findall(r"(?m)^\| ex\d\d \|", summary)) == 5


def test_the_summary_says_at_the_root_what_fails_for_the_same_reason_and_what_comes_afterwards():
    summary = run_summary((samples.rooted(samples.failure(), failing=4),))

    assert summary.count("these tests fail for the same reason\\: 2 and 3<br>") == 1
    assert summary.index("**1 serial") < summary.index("**2 serial")
    assert summary.count("look at this one afterwards\\: 4<br>") == 1
