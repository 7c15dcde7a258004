"""An anonymous report does not say who the learners are, wherever their names have been written."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from functools import cache

import pytest

from grader.classroom.found import LeftOver
from grader.classroom.gradebook import Learner
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.classroom.people import folded
from grader.judge.verdict import PassedRemark
from grader.kit.kit import builtin_root
from grader.policy.submission import Fault
from grader.reports.of_class.anonymous import (
    EXCERPT_UNSAID,
    UNSAID,
    KnownNames,
    anonymised,
    labels_of,
    without_texts,
)
from grader.reports.of_class.page import anonymous_class_page, class_page
from tests.page_samples import Page
from tests.results_samples import class_of, course, judged, results_of
from tests.samples import case, deadlock, failed_on_both, failure, not_judged, passing, span, trace, verdict

TEMPLATES = builtin_root() / "templates"
KIT = course(2)
PEOPLE = (
    Learner(key="qlovelace77", name="Quirina Lovelace", email="quirina.l@example.edu", ids=(("canvas", "904417"),)),
    Learner(key="zåström", name="Zoë Åström", email="zoa@example.edu", ids=(("moodle", "904418"),)),
    Learner(key="904419", name="Ødegård, Bjørn-Ivar", email="bio@example.edu"),
)
WORDS = (
    *("quirina", "lovelace", "qlovelace77", "904417", "zoë", "zoe", "åström", "astrom", "zoa", "904418"),
    *("904419", "ødegård", "odegard", "bjørn", "bjorn", "ivar", "example.edu", "their-own", "diary"),
)


def written_everywhere(one: Learner) -> list[Mark]:
    """The marks of a learner whose name stands everywhere it can."""
    name, key, word = one.name, one.key, re.sub(r"\W+", "_", one.name)
    file = f"export/{key}_{name}_their-own_diary.py"
    path = trace(span(word, 0, 3, task=1), span(name, 3, 5, task=1), elapsed=5, tasks=((0, key, None), (1, name, 0)))
    source = f'    {word} = await {key}Join("{name}")  # {name}, {folded(name)}, {one.email}'
    said = f"`{word}` in {file} by {name} ({one.email}), diary.py of {key}"
    why = {"error": said, "help": said, "exception": said, "output": said, "turns": said, "trace": path}
    fault = Fault(kind="syntax", error=said, help=said, line=1, column=6, width=8, text=source)
    remarked = replace(passing("asyncio"), remarks=(PassedRemark(kind="unclosed", text=said, line=1, source=source),))
    fails = verdict(
        failed_on_both(1, "results come back in argument order", 40, failure(source=source, **why)),
        failed_on_both(2, "takes as long as the slowest", 30, deadlock(source=source, **why)),
        case(3, "the rest", 20, not_judged("asyncio", said), not_judged("trio", said)),
        case(4, "passes with a remark", 10, remarked, passing("trio")),
        file=file,
        digest=key,
        look=(fault,),
        ignored=(file,),
        trouble=said,
    )
    broken = verdict(file=file, digest=key, exercise="ex02", faults=(fault,))
    lost = judged(one, fails, override=f"{name} was ill", standing=Standing.NOT_JUDGED, days_late=1)
    return [lost if key == "904419" else judged(one, fails, override=f"{name} was ill"), judged(one, broken)]


@cache
def named() -> ClassResults:
    marks = [mark for one in PEOPLE for mark in written_everywhere(one)]
    left = tuple(LeftOver(shown=f"{one.key}/diary of {one.name}.txt", reason=f"{one.name} again") for one in PEOPLE)
    plain = results_of(KIT, PEOPLE, marks)
    names = "names such as qlovelace77_their-own_diary.py"
    intake = replace(plain.intake, because=names, unmatched=left, refused=left, strangers=left)
    moved = tuple(f"{one.name}: 10 -> 20" for one in PEOPLE)
    return replace(plain, intake=intake, moved=moved, reproduce=("grade class export/zåström --resume",))


@pytest.mark.parametrize("word", WORDS)
def test_no_name_key_address_or_file_name_is_in_the_bytes(word: str) -> None:
    assert word not in anonymous_class_page(named(), templates=TEMPLATES).casefold()


def test_the_results_with_names_have_every_word_that_is_looked_for() -> None:
    shown = repr((named().intake, named().marks)).casefold()
    plain = "".join(char for char in unicodedata.normalize("NFKD", shown) if not unicodedata.combining(char))

    assert [word for word in WORDS if word not in shown and word not in plain] == []


def test_the_page_with_names_has_them() -> None:
    text = class_page(named(), templates=TEMPLATES).casefold()
    assert [word for word in ("quirina", "qlovelace77", "zoë", "åström", "904419", "diary") if word not in text] == []


@pytest.mark.parametrize("word", WORDS)
def test_no_word_that_names_a_learner_is_left_in_the_results(word: str) -> None:
    made = anonymised(named())
    shown = repr((made.intake, made.marks, made.moved, made.reproduce)).casefold()

    assert word not in shown


def test_every_learner_is_still_there_with_points_and_states() -> None:
    results = class_of(30, 2)
    cells = re.compile(r'<td class="[pfcnm]\d?">(.*?)</td>')
    with_names = sorted(cells.findall(class_page(results, templates=TEMPLATES)))
    without = anonymous_class_page(results, templates=TEMPLATES)

    assert sorted(cells.findall(without)) == with_names
    assert re.findall(r'<th scope="row">(L\d{3})</th>', without)[:30] == [f"L{number:03}" for number in range(1, 31)]


def test_no_link_leads_to_a_learners_page() -> None:
    page = Page(anonymous_class_page(class_of(12, 2), templates=TEMPLATES))
    assert {attrs["href"][0] for _, attrs in page.tags if "href" in attrs} == {"#"}


# ---- labels ----------------------------------------------------------------------------------------------------------


def test_the_same_results_give_the_same_labels() -> None:
    assert labels_of(class_of(40, 2)) == labels_of(class_of(40, 2))


def test_labels_do_not_follow_the_order_of_names_or_keys() -> None:
    results = class_of(40, 2)
    labels = labels_of(results)

    assert sorted(labels.values()) == list(labels.values())
    assert list(labels) != sorted(labels)
    assert list(labels) != list(results.learners)


def test_a_reader_with_the_roster_and_without_the_submissions_cannot_compute_the_labels() -> None:
    results = class_of(40, 2)
    others = [
        mark if mark.verdict is None else replace(mark, verdict=replace(mark.verdict, digest=f"other {number}"))
        for number, mark in enumerate(results.marks)
    ]

    assert labels_of(results) != labels_of(replace(results, marks=tuple(others)))


# ---- lines of code ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("x = f()  # Ada", "x = f()"),
        ("# Ada", ""),
        ('x = "Ada # 1"  # Ada', 'x = "…"'),
        ("x = 'it\\'s Ada' + y", "x = '…' + y"),
        ('x = f"{ada}"', 'x = f"…"'),
        ("Ada's answer", "Ada'…'"),
        ('x = """Ada', 'x = "…""…"'),
    ],
)
def test_comments_and_texts_are_taken_out_of_a_line(line: str, left: str) -> None:
    assert without_texts(line) == left


NAMES = KnownNames([Learner(key="k1", name="Ada Lovelace", email="al@example.edu"), Learner(key="904", name="Zoë In")])


@pytest.mark.parametrize(
    "line",
    [
        "ada = 1",
        "AdaStream(x)",
        "f(ada_1)",
        "f(adaStream)",
        "lovelace2 = 1",
        "x = mylovelacestream",
        "adalovelace",
        "lovelaceada",
        "zoë",
        "ZOE",
        "zoe",
        "al",
        "x = k1",
        "f(904)",
        "anybody@example.org",
        "x" * 2001,
    ],
)
def test_names_addresses_and_numbers_are_found_in_a_line(line: str) -> None:
    assert NAMES.appear_in(line)


@pytest.mark.parametrize(
    "line",
    ["adamant = canada", "await task_group.start(worker)", "for item in order: return in_x", "x" * 2000],
)
def test_other_words_are_no_names(line: str) -> None:
    assert not NAMES.appear_in(line)


def test_a_line_with_a_name_is_left_out_and_a_line_without_is_shown() -> None:
    one, other = PEOPLE[:2]
    marks = [
        judged(
            one, verdict(failed_on_both(1, "x", 100, failure(source="    quirina = await f()", diagnosis="serial")))
        ),
        judged(other, verdict(failed_on_both(1, "x", 100, failure(source="    y = await g()", diagnosis="polling")))),
    ]
    text = Page(anonymous_class_page(results_of(KIT, PEOPLE, marks), templates=TEMPLATES)).text

    assert text.count(EXCERPT_UNSAID) == 1
    assert "y = await g()" in text
    assert "= await f()" not in text, "nothing of the line is shown"


def test_a_fault_that_holds_a_name_keeps_its_kind() -> None:
    named_fault = Fault(kind="syntax", error="`quirina` is not a keyword", help="x", line=2, text="quirina")
    marks = [judged(PEOPLE[0], verdict(faults=(named_fault,)))]
    text = Page(anonymous_class_page(results_of(KIT, PEOPLE, marks), templates=TEMPLATES)).text

    assert f"join.py:2 syntax; the rest is {UNSAID} {EXCERPT_UNSAID}" in text


@pytest.mark.parametrize(
    "sentence", ["`diary.py` is too large", "see diary_of_mine", "export/diary_of_mine.py is gone"]
)
def test_a_sentence_that_names_a_file_of_the_learner_is_left_out(sentence: str) -> None:
    marks = [judged(PEOPLE[0], verdict(file="export/diary_of_mine.py", trouble=sentence))]
    (mark, *_) = anonymised(results_of(KIT, PEOPLE[:1], marks)).marks

    assert mark.verdict is not None
    assert mark.verdict.trouble == UNSAID


def test_where_the_kit_is_at_fault_stays() -> None:
    reason = "the kit is at fault: exercises/ex01_join/test_hidden.py:8: AttributeError: no such name"
    marks = [judged(PEOPLE[0], verdict(file="export/diary_of_mine.py", trouble=reason))]
    (mark, *_) = anonymised(results_of(KIT, PEOPLE[:1], marks)).marks

    assert mark.verdict is not None
    assert mark.verdict.trouble == reason


def test_a_sentence_about_the_file_of_the_exercise_stays() -> None:
    marks = [judged(PEOPLE[0], verdict(file="export/diary_of_mine.py", trouble="`join.py` is too large"))]
    (mark, *_) = anonymised(results_of(KIT, PEOPLE[:1], marks)).marks

    assert mark.verdict is not None
    assert mark.verdict.trouble == "`join.py` is too large"
