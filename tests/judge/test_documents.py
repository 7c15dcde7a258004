"""Verdicts to JSON and back."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from grader.judge.documents import Unreadable, read_verdict, run_document, verdict_document
from grader.judge.verdict import Verdict
from grader.wire.rows import Leaf, Raised
from tests import samples

SAMPLES: list[Callable[[], Verdict]] = [
    samples.mixed,
    samples.perfect,
    samples.hostile,
    samples.unjudgeable,
    samples.verdict,
    lambda: samples.verdict(ignored=("a", "b"), versions=(("python", "3.12"),), own_fault=True, trouble="x"),
    lambda: samples.verdict(samples.case(1, "one", 100, samples.not_judged("trio", "no"))),
    lambda: samples.verdict(samples.failed_on_both(1, "one", 100, samples.cancelled_at_step())),
]


@pytest.mark.parametrize("make", SAMPLES)
def test_a_verdict_comes_back_as_it_went(make: Callable[[], Verdict]) -> None:
    verdict = make()

    text = json.dumps(verdict_document(verdict))

    assert read_verdict(json.loads(text)) == verdict


def test_status_and_points_are_spelled_out_for_other_readers() -> None:
    document = verdict_document(samples.mixed())

    assert (document["format"], document["status"], document["points"]) == (1, "fail", 74.0)


def test_a_run_is_one_ascii_document_whatever_a_learner_printed() -> None:
    text = run_document((samples.hostile(), samples.perfect()), version="1.2")
    document = json.loads(text)

    assert text.isascii()
    assert (document["grader"], len(document["verdicts"])) == ("1.2", 2)
    assert {**document["verdicts"][0], "tests": []} == {**verdict_document(samples.hostile()), "tests": []}


def test_a_run_names_no_test_function_which_is_its_authors_alone() -> None:
    tests = json.loads(run_document((samples.mixed(),), version="1.2"))["verdicts"][0]["tests"]

    assert [set(test) for test in tests] == [{"number", "label", "points", "part", "results"}] * 3


def test_nothing_in_a_run_begins_a_command_in_a_log_of_github() -> None:
    why = samples.failure(output="##[error]x\n::error::x")
    text = run_document((samples.verdict(samples.failed_on_both(1, "x", 100, why)),), version="1.2")

    assert "##[" not in text
    assert not [line for line in text.splitlines() if line.strip().startswith("::")]
    assert "##[error]x" in json.loads(text)["verdicts"][0]["tests"][0]["results"][0]["failure"]["output"]


def trace_in(document: dict[str, Any]) -> Any:
    return document["tests"][1]["results"][0]["failure"]["trace"]


def test_traces_are_rows_and_not_objects() -> None:
    trace = trace_in(verdict_document(samples.mixed()))

    assert trace["tasks"] == [[0, "main", None]]
    assert trace["events"][0] == [0, "start", 0, None, None]
    assert trace["spans"][0] == ["a", 0.0, 3.0, "returned", 0]


def test_what_a_span_raised_is_not_stored() -> None:
    error = Raised(bare=True, leaves=(Leaf(token=None, types=("ValueError",), message="no", line=3),))
    span = replace(samples.span("a", 0, 1, "raised"), value_or_error=error)
    why = samples.failure(trace=samples.trace(span, elapsed=1))
    document = verdict_document(samples.verdict(samples.failed_on_both(1, "x", 100, why)))

    failure = read_verdict(document).tests[0].results[0].failure

    assert failure is not None
    assert failure.trace is not None
    assert failure.trace.spans == (replace(span, value_or_error=None),)
    assert not failure.trace.spans[0].raised


def test_remarks_keep_the_key_that_earlier_documents_have_for_them() -> None:
    result = verdict_document(samples.careless())["tests"][0]["results"][0]

    assert [remark["kind"] for remark in result["cautions"]] == ["unclosed"]
    assert "remarks" not in result


Damage = Callable[[dict[str, Any]], object]
DAMAGE: dict[str, Damage] = {
    "another format": lambda d: d.update(format=2),
    "no format": lambda d: d.pop("format"),
    "a missing field": lambda d: d.pop("title"),
    "a number for a text": lambda d: d.update(title=3),
    "a text for a number": lambda d: d.update(total="100"),
    "true for a number": lambda d: d.update(total=True),
    "a text for a list": lambda d: d.update(tests="none"),
    "an object for a list": lambda d: d.update(tests={}),
    "null for a record": lambda d: d["tests"].__setitem__(0, None),
    "an unknown outcome": lambda d: d["tests"][0]["results"][0].update(outcome="great"),
    "a list for an outcome": lambda d: d["tests"][0]["results"][0].update(outcome=[]),
    "a pair of three": lambda d: d.update(versions=[["a", "b", "c"]]),
    "a trace that is none": lambda d: d["tests"][1]["results"][0]["failure"].update(trace=3),
    "a trace without events": lambda d: trace_in(d).pop("events"),
    "a short row": lambda d: trace_in(d)["tasks"].append([1]),
    "a short row alone": lambda d: trace_in(d).update(tasks=[[1]]),
    "a row that is none": lambda d: trace_in(d)["events"].append(3),
    "rows that are texts": lambda d: trace_in(d).update(deviations=["abc"]),
    "a kind of event that is a number": lambda d: trace_in(d)["events"][0].__setitem__(1, 3),
    "a time that is a text": lambda d: trace_in(d)["spans"][0].__setitem__(1, "0"),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_document_is_unreadable_and_nothing_worse(damage: Damage) -> None:
    document = json.loads(json.dumps(verdict_document(samples.mixed())))
    damage(document)

    with pytest.raises(Unreadable):
        read_verdict(document)


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, math.nan])
def test_what_is_no_document_at_all_is_unreadable(value: object) -> None:
    with pytest.raises(Unreadable):
        read_verdict(value)


def test_a_whole_number_is_read_where_seconds_belong() -> None:
    document = verdict_document(samples.perfect())
    document["real_seconds"] = 2

    assert type(read_verdict(document).real_seconds) is float
