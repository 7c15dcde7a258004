"""JUnit XML, held against the schema of Jenkins' xUnit plugin and what GitLab documents.

https://github.com/jenkinsci/xunit-plugin/blob/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd/junit-10.xsd
(element and attribute names, what is required, the pattern of ``time``) and
https://docs.gitlab.com/ci/testing/unit_test_reports (``file`` of a case; of two cases of one name the second is
dropped; 30 MB per file). ``line`` of a case is not in either; https://github.com/testmoapp/junitxml documents it.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from grader.judge.verdict import Verdict
from grader.reports.junit import class_xml, run_xml
from tests import samples
from tests.results_samples import class_of, course, judged, missing, person, results_of

TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")
TEXT_WITH_TYPE = ({"type", "message"}, set(), set())
SCHEMA = {
    "testsuites": ({"name", "time", "tests", "failures", "errors"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "group", "time", "skipped", "timestamp", "hostname", "id"}
        | {"package", "file", "log", "url"},
        {"name", "tests", "failures", "errors"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, {"name", "value"}, set()),
    "testcase": (
        {"name", "time", "classname", "group"} | {"file", "line"},
        {"name"},
        {"skipped", "error", "failure", "system-out", "system-err"},
    ),
    "failure": TEXT_WITH_TYPE,
    "error": TEXT_WITH_TYPE,
    "skipped": TEXT_WITH_TYPE,
    "system-out": (set(), set(), set()),
}
"""By element, the attributes it may have, those it must have, and the elements it may hold."""


def checked(text: str) -> Element:
    """The root of a report that keeps to the schema."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        may, must, inside = SCHEMA[element.tag]
        assert must <= set(element.attrib) <= may, element.tag
        assert {child.tag for child in element} <= inside, element.tag
        assert TIME.fullmatch(element.get("time", "0")), element.attrib
    for suite in [root, *root.iter("testsuite")]:
        cases = list(suite.iter("testcase"))
        assert int(suite.attrib["tests"]) == len(cases)
        assert int(suite.attrib["failures"]) == sum(case.find("failure") is not None for case in cases)
        assert int(suite.attrib["errors"]) == sum(case.find("error") is not None for case in cases)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)
    return root


def cases(*verdicts: Verdict) -> list[Element]:
    return list(checked(run_xml(verdicts)).iter("testcase"))


def test_a_hidden_test_is_a_case_on_each_backend():
    assert [case.get("name") for case in cases(samples.mixed())] == [
        "1 results come back in argument order [asyncio]",
        "1 results come back in argument order [trio]",
        "2 takes as long as the slowest [asyncio]",
        "2 takes as long as the slowest [trio]",
        "3 an error before the first await counts too [asyncio]",
        "3 an error before the first await counts too [trio]",
    ]


def test_a_failure_has_the_diagnosis_the_line_and_what_to_do():
    case = cases(samples.mixed())[2]
    failure = case.find("failure")

    assert (case.get("file"), case.get("line")) == ("ex01_join/join.py", "9")
    assert failure is not None
    assert failure.get("type") == "serial"
    assert failure.get("message") == "the second function starts only after the first has ended"
    assert "help: start every function before waiting for any" in (failure.text or "")
    assert "return [await fn() for fn in fns]" in (failure.text or "")
    assert "grade ex01 --test 2" in (failure.text or "")


def test_the_root_says_what_fails_for_the_same_reason_and_shows_all_lines_of_its_expression():
    why = samples.failure(last_line=11, got="returned ['a']", expected="returned ['b']")
    texts = [case.findtext("failure") or "" for case in cases(samples.rooted(why, failing=4))]

    assert "note: these tests fail for the same reason: 2 and 3" in texts[0]
    assert not [text for text in texts[2:] if "for the same reason" in text]
    assert "      line_9 = 0\n      line_10 = 0\n      line_11 = 0\n" in texts[0]
    assert not [text for text in texts if "returned" in text], "these values may give a hidden test away"


def test_a_deadlock_says_who_waits_where_and_names_no_task():
    (text,) = [failure.text or "" for failure in checked(run_xml([samples.mixed()])).iter("failure")][-1:]

    assert "waits: line 14, for Event.wait, since 3 s" in text
    assert "worker" not in text


def test_a_file_that_cannot_be_judged_is_one_failure_with_its_line():
    (case,) = cases(samples.unjudgeable())
    failure = case.find("failure")

    assert case.get("line") == "12"
    assert failure is not None
    assert failure.get("type") == "off-limits"


def test_what_was_not_judged_is_an_error_and_no_failure():
    verdict = samples.verdict(samples.case(1, "x", 100, samples.not_judged("trio", "the box did not start")))
    (case,) = cases(verdict)
    error = case.find("error")

    assert error is not None
    assert (error.get("type"), error.get("message")) == ("not-judged", "the box did not start")


def test_a_run_in_which_nothing_was_judged_is_red():
    for verdicts in ([], [samples.verdict(trouble="no room on the disk")]):
        root = checked(run_xml(verdicts))

        assert int(root.attrib["errors"]) >= 1


def test_a_class_that_handed_nothing_in_is_red_too():
    kit, who = course(2), person(1)
    root = checked(class_xml(results_of(kit, [who], [missing(who, exercise) for exercise in kit.exercises])))

    assert [len(list(root.iter(tag))) for tag in ("skipped", "error")] == [2, 1]


def test_the_suites_of_a_class_tell_learners_apart():
    kit, people = course(1), [person(1), person(2)]
    root = checked(class_xml(results_of(kit, people, [judged(who, samples.perfect()) for who in people])))

    assert [suite.get("name") for suite in root] == [f"ex01.{who.key}" for who in people]
    assert int(root.attrib["errors"]) == 0


def test_hostile_text_leaves_the_document_well_formed():
    root = checked(run_xml([samples.hostile()]))
    texts = [text for element in root.iter() for text in (*element.attrib.values(), element.text or "")]

    assert all(text.replace("\n", "").isprintable() for text in texts)
    assert any("<script>" in text for text in texts), "markup is text here"


def test_a_case_of_a_class_is_a_hidden_test_and_says_where_it_fails_in_one_line():
    kit, who = course(1), person(1)
    (suite,) = checked(class_xml(results_of(kit, [who], [judged(who, samples.mixed())])))
    second, third = list(suite.iter("testcase"))[1:]
    failure = second.find("failure")

    assert [case.get("name") for case in (second, third)] == [
        "2 takes as long as the slowest",
        "3 an error before the first await counts too",
    ]
    assert failure is not None
    assert (failure.get("type"), second.get("line")) == ("serial", "9")
    assert failure.get("message") == "the second function starts only after the first has ended (on asyncio and trio)"
    assert failure.text == "return [await fn() for fn in fns]"


def test_a_hidden_test_of_a_class_that_was_not_judged_on_one_backend_is_an_error():
    kit, who = course(1), person(1)
    verdict = samples.verdict(samples.case(1, "x", 100, samples.not_judged("trio", "the box did not start")))
    root = checked(class_xml(results_of(kit, [who], [judged(who, verdict)])))

    assert [error.get("message") for error in root.iter("error")] == ["the box did not start"]


def test_what_programs_print_is_not_in_the_report_of_a_class():
    kit, who = course(1), person(1)
    verdict = samples.verdict(samples.failed_on_both(1, "x", 100, samples.failure(output="SPAM")))

    assert "SPAM" in run_xml([verdict])
    assert "SPAM" not in class_xml(results_of(kit, [who], [judged(who, verdict)]))


def test_a_class_of_three_hundred_stays_below_ten_megabytes():
    third = class_xml(class_of(100, 12))

    checked(third)
    assert 3 * len(third.encode()) < 10_000_000
