"""What was handed in the same is shown as groups to look at; what says nothing about anybody is no group."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from grader.classroom.marks import ClassResults
from grader.kit.kit import builtin_root
from grader.policy.submission import Fault
from grader.reports.of_class.figures import links_of
from grader.reports.of_class.normal_form import normal_form
from grader.reports.of_class.page import anonymous_class_page, class_page
from grader.reports.of_class.same import LEAST_SIZE, Sameness, same_groups
from tests.page_samples import Page
from tests.results_samples import course, judged, person, results_of
from tests.samples import case, verdict

TEMPLATES = builtin_root() / "templates"
KIT = course(1)
EXERCISE = KIT.exercises[0]
STUB = EXERCISE.stub.read_text("utf-8")
LINES = "".join(f"    value{number} = fns[{number}] + len(fns)\n" for number in range(20))
LONG = f"async def join(*fns):\n{LINES}    return value0\n"
SHORT = "async def join(*fns):\n    return [await fn() for fn in fns]\n"


def disguised(source: str) -> str:
    """The same with other names, comments and layout."""
    renamed = re.sub(r"\b(fns|value)", r"my_\1", source)
    return f"# mine\n{renamed}".replace(" = ", "   =  ")


def handed_in(*sources: str, files: Sequence[str] = ()) -> ClassResults:
    """A class in which each learner has handed in one of these; ``files`` are where the instructor finds them."""
    people = [person(number) for number in range(len(sources))]
    shown = files or [f"{one.key}/join.py" for one in people]
    made = [
        replace(
            verdict(case(1, "x", 100)), source=source, digest=hashlib.sha256(source.encode()).hexdigest(), file=file
        )
        for source, file in zip(sources, shown, strict=True)
    ]
    return results_of(KIT, people, [judged(one, each) for one, each in zip(people, made, strict=True)])


def groups(results: ClassResults) -> list[tuple[Sameness, tuple[str, ...], bool]]:
    found = same_groups(results, links_of(results, {}))
    return [(group.sameness, tuple(one.name for one in group.learners), group.short) for group in found]


def names(*numbers: int) -> tuple[str, ...]:
    return tuple(person(number).name for number in numbers)


def size(source: str) -> int:
    form = normal_form(source, STUB)
    assert form is not None
    return form.size


def test_identical_files_are_a_group_and_so_are_files_identical_but_for_names_comments_and_layout() -> None:
    results = handed_in(LONG, SHORT, LONG, disguised(LONG), LONG.replace("value1 ", "other "))

    assert size(LONG) >= LEAST_SIZE
    assert groups(results) == [(Sameness.FORM, names(0, 2, 3, 4), False), (Sameness.BYTES, names(0, 2), False)]


def test_files_that_do_something_else_are_no_group() -> None:
    assert groups(handed_in(LONG, LONG.replace("+", "-"), LONG.replace("fns[3]", "fns[4]"))) == []


def test_a_short_answer_is_a_group_only_if_the_files_are_identical_and_the_group_says_so() -> None:
    assert size(SHORT) < LEAST_SIZE
    assert groups(handed_in(SHORT, SHORT, disguised(SHORT))) == [(Sameness.BYTES, names(0, 1), True)]


@pytest.mark.parametrize("least", [LEAST_SIZE - 1, LEAST_SIZE])
def test_the_bound_counts_what_stands_beyond_the_stub(least: int) -> None:
    body = "async def join(*fns):\n    return fns\n"
    made = body + "".join(f"n{number} = 1\n" for number in range((least - size(body)) // 3))
    made += "pass\n" * (least - size(made))

    assert size(made) == least
    assert bool(groups(handed_in(f"{STUB}\n{made}", disguised(made)))) is (least >= LEAST_SIZE)


def test_answers_that_are_the_reference_but_for_names_are_no_group() -> None:
    kit = course(3)
    exercise = kit.exercises[2]
    assert exercise.reference is not None
    source = exercise.reference.read_text("utf-8")
    form = normal_form(source, exercise.stub.read_text("utf-8"))
    made = [
        replace(verdict(case(1, "x", 100)), exercise="ex03", source=text, digest=text, file=text[-9:])
        for text in (source + "# a", source + "# b")
    ]
    results = results_of(kit, [person(0), person(1)], [judged(person(n), each) for n, each in enumerate(made)])

    assert form is not None
    assert form.size >= LEAST_SIZE, "its length alone would let it in"
    assert groups(results) == []


def test_what_a_team_handed_in_once_is_one_hand_in() -> None:
    assert groups(handed_in(LONG, LONG, files=["Team 1/join.py", "Team 1/join.py"])) == []
    assert groups(handed_in(LONG, LONG, disguised(LONG), files=["Team 1/join.py", "Team 1/join.py", "a/join.py"])) == [
        (Sameness.FORM, names(0, 1, 2), False)
    ]


def test_untouched_stubs_are_no_answers_and_files_that_python_cannot_read_can_still_be_identical() -> None:
    untouched = verdict(digest="1", faults=(Fault(kind="untouched", error="x", help="y"),))
    broken = verdict(digest="2", faults=(Fault(kind="syntax", error="x", help="y"),))
    made = [replace(each, file=f"{n}.py") for n, each in enumerate([untouched, untouched, broken, broken])]
    results = results_of(KIT, [person(n) for n in range(4)], [judged(person(n), each) for n, each in enumerate(made)])

    assert groups(results) == [(Sameness.BYTES, names(2, 3), True)]


def test_long_answers_come_before_short_ones_and_large_groups_before_small_ones() -> None:
    other = LONG.replace("+", "-")
    results = handed_in(SHORT, SHORT, SHORT, LONG, LONG, other, other, other)

    assert [who for _, who, _ in groups(results)] == [names(5, 6, 7), names(3, 4), names(0, 1, 2)]


# ---- the page --------------------------------------------------------------------------------------------------------


def section(text: str) -> str:
    found = re.search(r'<section id="same".*?</section>', text, re.DOTALL)
    return found[0] if found else ""


def test_the_page_shows_groups_to_look_at_with_links_to_the_answers_and_gives_no_score() -> None:
    shown = section(class_page(handed_in(LONG, SHORT, disguised(LONG)), templates=TEMPLATES))
    text = Page(shown).text

    assert "These are groups to look at, and they accuse no one" in text
    assert "identical but for names, comments and layout" in text
    assert shown.count('#ex01">') == 2
    assert not re.search(r"\d ?%|score|similar|copied|plagiar|cheat", text)


def test_the_page_says_so_where_nothing_is_the_same() -> None:
    assert "No two learners handed in the same." in section(class_page(handed_in(LONG, SHORT), templates=TEMPLATES))


def test_class_toml_can_leave_it_out_and_an_anonymous_page_always_does() -> None:
    results = handed_in(LONG, LONG)
    off = replace(results, same_files=False)

    assert groups(off) == []
    for page in (class_page(off, templates=TEMPLATES), anonymous_class_page(results, templates=TEMPLATES)):
        assert section(page) == ""
        assert "#same" not in page
