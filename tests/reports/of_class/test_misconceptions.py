"""A class is told its mistakes and not their consequences: each answer has one, however many tests it fails."""

from __future__ import annotations

from dataclasses import replace

from grader.classroom.gradebook import Learner
from grader.judge.verdict import Root, Verdict
from grader.kit.kit import builtin_root
from grader.reports.of_class.anonymous import EXCERPT_UNSAID, anonymised
from grader.reports.of_class.misconceptions import kinds_of_learners, misconceptions, roots
from grader.reports.of_class.page import anonymous_class_page, class_page
from tests.page_samples import Page
from tests.results_samples import class_with, course, failing_with, judged, person, results_of
from tests.samples import case, deadlock, failed_on_both, failing, failure, passing, verdict

KIT = course(1)
KINDS = ("deadlock", "serial", "siblings-left-running", "lost-error", "eager", "falsy-value", "polling", "edge-case")


def one_after_the_other(*, exercise: str = "ex01") -> Verdict:
    """A sequential answer: eight tests fail with eight diagnoses, most of them because of the second."""
    tests = [
        failed_on_both(number, f"test {number}", 10, failure(diagnosis=kind, source=f"    of_{kind[:4]} = 1"))
        for number, kind in enumerate(KINDS, start=1)
    ]
    root = Root(test=2, backend="asyncio", same=(1, 3, 4, 5, 6, 7), afterwards=(8,))
    return verdict(*tests, case(9, "the rest", 20), root=root, exercise=exercise)


def test_an_answer_that_fails_eight_tests_in_eight_ways_is_one_misconception() -> None:
    results = class_with(one_after_the_other(), one_after_the_other())
    (one,) = misconceptions(results, roots(results))

    assert (one.slug, one.learners, one.tests) == ("serial", 2, "ex01 test 2")
    assert one.consequences == "ex01 tests 1, 3, 4, 5, 6 and 7"
    assert one.others == "ex01 test 8"
    assert one.excerpt == "of_seri = 1", "the line of the root"


def test_a_test_that_fails_as_a_consequence_for_some_is_not_named_twice() -> None:
    other = replace(one_after_the_other(), root=Root(test=2, backend="trio", same=(1,), afterwards=(3, 8)))
    results = class_with(one_after_the_other(), other)
    (one,) = misconceptions(results, roots(results))

    assert (one.consequences, one.others) == ("ex01 tests 1, 3, 4, 5, 6 and 7", "ex01 test 8")


def test_without_a_root_the_finding_that_is_shown_counts_and_the_others_are_told_beside_it() -> None:
    results = class_with(replace(one_after_the_other(), root=None))
    (one,) = misconceptions(results, roots(results))

    assert (one.slug, one.tests, one.consequences) == ("deadlock", "ex01 test 1", "")
    assert one.others == "ex01 tests 2, 3, 4, 5, 6 and 7 and 1 other test"


def test_a_learner_counts_once_for_one_mistake_in_two_exercises_and_for_each_of_two() -> None:
    both, one, other = person(0), person(1), person(2)
    marks = [judged(both, one_after_the_other()), judged(both, one_after_the_other(exercise="ex02"))]
    marks += [judged(one, failing_with(deadlock())), judged(one, one_after_the_other(exercise="ex02"))]
    marks += [judged(other, verdict(case(1, "x", 100)))]
    results = results_of(course(2), [both, one, other], marks)
    serial, dead = misconceptions(results, roots(results))

    assert (serial.slug, serial.learners, serial.exercises) == ("serial", 2, ("ex01", "ex02"))
    assert serial.tests == "ex01 test 2, ex02 test 2"
    assert (dead.slug, dead.learners) == ("deadlock", 1)
    assert kinds_of_learners([serial, dead], roots(results)) == {both.key: {0}, one.key: {0, 1}}


def test_the_backend_of_the_root_gives_the_diagnosis() -> None:
    tests = case(1, "x", 100, failing("asyncio", deadlock()), failing("trio", failure()))
    results = class_with(verdict(tests, root=Root(test=1, backend="trio")))

    assert [one.slug for one in misconceptions(results, roots(results))] == ["serial"]


def test_an_answer_that_fails_nothing_has_no_root() -> None:
    results = class_with(verdict(case(1, "x", 100, passing("asyncio"), passing("trio"))), None)
    assert roots(results) == ()


def test_the_anonymous_results_have_the_same_misconceptions_and_no_source() -> None:
    results = class_with(replace(one_after_the_other(), source="# Ada"), failing_with(deadlock()))
    hidden = anonymised(results)

    assert {(one.slug, one.tests, one.consequences) for one in misconceptions(hidden, roots(hidden))} == {
        (one.slug, one.tests, one.consequences) for one in misconceptions(results, roots(results))
    }
    assert {mark.verdict.source for mark in hidden.marks if mark.verdict is not None} == {""}


def test_the_page_has_one_card_and_says_what_else_fails() -> None:
    results = class_with(one_after_the_other(), one_after_the_other())
    page = Page(class_page(results, templates=builtin_root() / "templates"))

    assert len([attrs for attrs in page.all("article") if (attrs.get("id") or "").startswith("kind-")]) == 1
    assert "These learners also fail ex01 tests 1, 3, 4, 5, 6 and 7, as a consequence." in page.text
    assert "To be looked at afterwards: ex01 test 8." in page.text
    assert len([attrs for attrs in page.all("article") if "shapes" in (attrs.get("class") or "")]) == 1


def test_what_else_fails_is_folded_away_behind_what_to_say() -> None:
    text = class_page(class_with(one_after_the_other()), templates=builtin_root() / "templates")
    card = text[text.index('id="kind-0"') : text.index("</article>")]

    assert card.index('class="tell"') < card.index("<details") < card.index("also fails ex01 tests 1, 3")


def test_the_addresses_of_the_learners_can_be_copied_and_keys_stand_for_those_that_have_none() -> None:
    people = [person(0), replace(person(1), email=""), person(2)]
    marks = [judged(one, failing_with(deadlock() if n == 2 else failure())) for n, one in enumerate(people)]
    results = results_of(KIT, people, marks)
    serial, dead = sorted(misconceptions(results, roots(results)), key=lambda one: -one.learners)

    assert serial.people == (people[0].email, people[1].key)
    assert dead.people == (people[2].email,)
    page = Page(class_page(results, templates=builtin_root() / "templates"))
    assert f"Addresses to copy {people[0].email}, {people[1].key} " in page.text


def test_the_anonymous_page_has_no_address() -> None:
    results = class_with(failing_with(failure()), failing_with(failure()))
    text = anonymous_class_page(results, templates=builtin_root() / "templates")

    assert "example.edu" not in text
    assert "Keys to copy" in text
    assert "Addresses to copy" not in text


def test_of_one_learner_the_card_speaks_of_one() -> None:
    page = Page(class_page(class_with(one_after_the_other()), templates=builtin_root() / "templates"))
    assert "This learner also fails ex01 tests 1, 3, 4, 5, 6 and 7, as a consequence." in page.text


# ---- what a card says ------------------------------------------------------------------------------------------------


def test_misconceptions_count_learners_and_the_most_frequent_comes_first() -> None:
    results = class_with(failing_with(deadlock()), failing_with(failure()), failing_with(failure()), None)
    found = misconceptions(results, roots(results))

    assert [(one.slug, one.learners, one.share, one.exercises) for one in found] == [
        ("serial", 2, "50%", ("ex01",)),
        ("deadlock", 1, "25%", ("ex01",)),
    ]
    serial = KIT.diagnoses["serial"]
    assert (found[0].sentence, found[0].say, found[0].ask) == (serial.sentence, serial.explanation, serial.hints[0])


def test_learners_are_found_by_their_misconceptions() -> None:
    results = class_with(failing_with(deadlock()), failing_with(failure()), failing_with(failure()))
    found = kinds_of_learners(misconceptions(results, roots(results)), roots(results))

    assert found == {person(0).key: {1}, person(1).key: {0}, person(2).key: {0}}


def test_the_excerpt_is_the_line_that_most_learners_have_without_comments() -> None:
    sources = ["    x = await f()  # mine", "        x = await f()", "    y = 1", "async def join(*fns):"]
    results = class_with(*(failing_with(failure(source=source)) for source in [*sources, sources[3], sources[3]]))
    (one,) = misconceptions(results, roots(results))

    assert (one.excerpt, one.alike) == ("x = await f()", "2 learners with such a line")


def test_the_excerpt_does_not_name_its_author() -> None:
    ada = Learner(key="lovelacea", name="Ada Lovelace", email="ada.l@example.edu")
    line = '    ada_result, lovelace2 = await AdaJoin(lovelacea, data, "for Ada")  # by Ada'
    results = results_of(KIT, [ada], [judged(ada, failing_with(failure(source=line)))])
    (one,) = misconceptions(results, roots(results))

    assert (one.excerpt, one.alike) == (EXCERPT_UNSAID, "")


def test_the_excerpt_is_the_next_best_line_where_the_best_names_its_author() -> None:
    ada = Learner(key="lovelacea", name="Ada Lovelace")
    lines = {ada: "    ada_result = await f()", person(1): "async def join(*fns):"}
    marks = [judged(one, failing_with(failure(source=line))) for one, line in lines.items()]
    results = results_of(KIT, list(lines), marks)
    (one,) = misconceptions(results, roots(results))

    assert one.excerpt == "async def join(*fns):"
