"""A learner's own page: what fails first, with the lines round it, hints, and what changed since the last attempt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.judge.verdict import Verdict
from grader.kit.catalogue import BUILTIN
from grader.reports.page import Background, learner_page
from grader.reports.views import ExerciseProgress, ExerciseState
from tests.page_samples import TEMPLATES, Page, everything, render
from tests.samples import (
    case,
    failed_on_both,
    failure,
    mixed,
    one_after_the_other,
    perfect,
    together,
    unjudgeable,
    verdict,
)

SOURCE = "".join(f"line_{number} = 0\n" for number in range(1, 21))


def progress(id: str, state: ExerciseState, points: float = 0.0) -> ExerciseProgress:
    return ExerciseProgress(id=id, title=f"the {id}", summary="", level=1, minutes=5, state=state, points=points)


def mine(verdicts: Sequence[Verdict], **background: object) -> str:
    return learner_page(
        verdicts,
        kit_title="Async",
        diagnoses=BUILTIN,
        made_at="",
        templates=TEMPLATES,
        background=Background(**background),  # type: ignore[arg-type]
    )


def stub(**changes: object) -> Verdict:
    return replace(unjudgeable(kind="untouched"), **changes)


def test_a_stub_is_not_started_and_nothing_on_the_page_is_red_for_it() -> None:
    text = render(stub())

    assert "<h1>join is not started</h1>" in text
    assert '<p class="verdict new"><span aria-hidden="true">·</span> Not started' in text
    assert "cannot" not in Page(text).text.lower()
    assert 'class="lead fail"' not in text
    assert "check what you have written" in text


def test_what_fails_stands_before_what_passes() -> None:
    shown = [perfect(), stub(), unjudgeable(), mixed(), verdict(trouble="no box")]
    text = render(*[replace(one, exercise=f"ex0{number}") for number, one in enumerate(shown, start=1)])

    assert re.findall(r'<section class="exercise" id="(\w+)"', text) == ["ex04", "ex03", "ex05", "ex02", "ex01"]
    rows = re.findall(r'<span class="id">(ex\d+)</span> join</a></th>', text)
    assert rows == ["ex01", "ex02", "ex03", "ex04", "ex05"], "the table is in the order of the course"
    first = text[text.index('id="ex04"') : text.index('id="ex03"')]
    assert first.index('id="ex04-2"') < first.index("1 test passes") < first.index("results come back")


def test_the_mistake_stands_among_the_lines_round_it() -> None:
    text = render(replace(verdict(failed_on_both(1, "x", 5, failure(line=9, source="line_9 = 0"))), source=SOURCE))
    lines = re.findall(r'source-line( told)?"><span class="line-number">(\d+)</span>(.*?)</span>', text)

    assert [(bool(told), int(number)) for told, number, _ in lines] == [(n == 9, n) for n in range(6, 13)]
    assert all(shown == f"line_{number} = 0" for _, number, shown in lines)


def test_blank_lines_at_the_ends_of_an_excerpt_and_lines_that_are_not_there_are_left_out() -> None:
    short = replace(verdict(failed_on_both(1, "x", 5, failure(line=2, source="b = 1"))), source="a = 1\nb = 1\n\n\n")

    assert re.findall(r'line-number">(\d+)<', render(short)) == ["1", "2"]


def test_the_failure_to_mend_first_is_the_one_that_is_shown_in_full() -> None:
    """Also where a test before it fails with the same diagnosis."""
    shown = next(one for one in everything() if one.exercise == "ex08")
    text = render(shown)
    assert shown.root is not None
    card = text[text.index(f'id="ex08-{shown.root.test}"') :]

    assert '<figure class="timeline">' in card[: card.index("</article>")]


# ---- hints -----------------------------------------------------------------------------------------------------------


def test_a_learners_page_has_the_hints_that_are_open_and_the_command_for_the_next() -> None:
    text = mine([mixed()], hints={"ex01": ("Look at `line` 9.",)})

    assert "<details><summary>Hint 1</summary><p>Look at <code>line</code> 9.</p></details>" in text
    assert "Hint 2" not in text
    assert "<span>The next hint</span> <code>grade hint ex01</code>" in text
    assert "<span>A hint</span> <code>grade hint ex01</code>" in mine([mixed()], hints={"ex01": ()})


def test_a_page_of_a_class_report_has_all_hints_of_the_diagnosis_folded_away() -> None:
    text = render(mixed())

    assert re.findall(r"<summary>(Hint \d)</summary>", text) == ["Hint 1", "Hint 2", "Hint 3"]
    assert "grade hint" not in text[text.index("Hint 3") :].split("</article>")[0]


# ---- what was tried before -------------------------------------------------------------------------------------------


def test_it_says_what_changed_since_the_attempt_before() -> None:
    before = replace(verdict(*(failed_on_both(n, "x", 10, failure()) for n in (1, 2))), source="a = 1\n", digest="a")
    after = replace(verdict(case(1, "x", 10), failed_on_both(2, "x", 10, failure())), source="b = 1\n", digest="b")
    page = Page(mine([after], attempts={"ex01": [before, after]}))

    assert "Since the attempt before better: test 1." in page.text
    assert "What you changed in the file" in page.text
    assert "- a = 1 + b = 1" in page.text
    assert "Your last 2 attempts" in page.text


def test_of_a_first_attempt_nothing_is_said_to_have_changed() -> None:
    text = mine([mixed()], attempts={"ex01": [mixed()]})

    assert "Since the attempt" not in text
    assert "Your last" not in text


# ---- the course round it ---------------------------------------------------------------------------------------------


def test_the_table_has_every_exercise_of_the_course_and_the_way_to_its_lesson() -> None:
    entries = (
        progress("ex01", ExerciseState.FAILING, 69.0),
        progress("ex02", ExerciseState.NEW),
        progress("ex03", ExerciseState.COMPLETE, 100.0),
    )
    text = mine([mixed()], progress=entries, course="grade-course/")
    hrefs = [attrs["href"] for attrs in Page(text).all("a")]

    assert "<h1>1 of 3 exercises complete</h1>" in text
    assert [f"grade-course/ex0{number}.html" in hrefs for number in (1, 2, 3)] == [True] * 3
    assert "#ex01" in hrefs
    assert "#ex02" not in hrefs
    assert "grade-course/diagnosis-serial.html" in hrefs
    assert "grade-course/index.html" in hrefs


def test_where_no_course_is_written_nothing_leads_out_of_the_page() -> None:
    page = Page(mine([mixed()], progress=(progress("ex01", ExerciseState.FAILING),)))

    assert all(attrs["href"].startswith("#") for attrs in page.all("a"))


def test_no_backtick_is_left_in_what_is_rendered() -> None:
    sentence = "`film` from 0 s to 3.1 s, `song` from 3.1 s"
    why = failure(got=sentence, expected=sentence, help=sentence, error=sentence, promise=sentence, inputs="")
    text = render(verdict(failed_on_both(1, sentence, 5, why), exercise="ex01"))

    assert "`" not in re.sub(r"<(script|style|pre)\b.*?</\1>", "", text, flags=re.DOTALL)


def test_a_page_with_a_long_history_of_failures_stays_below_300_kilobytes() -> None:
    names = {f"download {number}": number + 1.0 for number in range(16)}
    play = {"trace": one_after_the_other(**names), "reference": together(**names), "output": "x" * 3000}
    source = "".join(f"    line_{number} = compute(something, long, and, wide)\n" for number in range(400))
    attempts: dict[str, list[Verdict]] = {}
    for exercise in range(1, 13):
        why = [failure(diagnosis=f"kind-{number % 5}", line=9 * number, **play) for number in range(1, 14)]
        tests = [failed_on_both(number, "in a learner's words", 8, one) for number, one in enumerate(why)]
        last = replace(verdict(*tests, exercise=f"ex{exercise:02}"), source=source)
        before = replace(last, source=source.replace("compute", "calculate"), digest="before")
        attempts[last.exercise] = [before] * 49 + [last]
    hints = dict.fromkeys(attempts, ("A hint of some length. " * 10,) * 6)
    entries = tuple(progress(id, ExerciseState.FAILING) for id in attempts)
    text = mine([tried[-1] for tried in attempts.values()], attempts=attempts, hints=hints, progress=entries)

    assert len(text.encode()) < 300_000
