"""What GitHub Classroom's reporter reads: its fields, its sum, and nothing in it that the runner obeys.

``reported`` does what ``src/main.js``, ``src/notify-classroom.js`` and ``src/console-results.js`` of
https://github.com/classroom-resources/autograding-grading-reporter do with a runner's result.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

from grader.judge.verdict import Verdict
from grader.reports.github_classroom import MAX_ENCODED, output_line
from tests import samples

ROW = {"name", "status", "message", "test_code", "filename", "line_no", "duration", "score"}


@dataclass(frozen=True)
class Reported:
    """What the reporter makes of the outputs of runners."""

    annotation: str
    log: tuple[str, ...]
    red: bool


def decoded(*verdicts: Verdict) -> dict[str, Any]:
    name, _, value = output_line(verdicts).partition("=")
    assert name == "result"
    assert value.count("\n") == 1
    assert value.endswith("\n")
    document: dict[str, Any] = json.loads(base64.b64decode(value, validate=False))
    assert set(document) == {"version", "status", "max_score", "tests"}
    assert all(set(row) == ROW for row in document["tests"])
    return document


def reported(*documents: dict[str, Any]) -> Reported:
    log = []
    points = most = 0.0
    for document in documents:
        for row in document["tests"]:
            sign = {"pass": "✅", "error": "Error:"}.get(row["status"], "❌")
            text = row["message"] or f"Failed to run test '{row['name']}'" if sign == "Error:" else row["name"]
            log.append(f"{sign} {text}" + (f" - line {row['line_no']}" if sign != "Error:" and row["line_no"] else ""))
            log += [f"Test code:\n{row['test_code']}"] if row["test_code"] else []
        if document["max_score"]:
            most += document["max_score"]
            points += sum(row["score"] for row in document["tests"])
    red = any(document["status"] in ("fail", "error") for document in documents)
    return Reported(annotation=f"Points {points:g}/{most:g}", log=tuple(log), red=red)


def test_the_points_of_all_exercises_are_reported():
    seen = reported(decoded(samples.mixed(), samples.perfect()))

    total = samples.mixed().total + samples.perfect().total
    assert seen.annotation == f"Points {samples.mixed().points + samples.perfect().points:g}/{total}"
    assert seen.red
    assert seen.log[0].startswith(("✅ ex01 1 ", "❌ ex01 1 "))


def test_a_run_that_passes_is_green():
    assert decoded(samples.perfect())["status"] == "pass"
    assert not reported(decoded(samples.perfect())).red


def test_half_a_point_is_half_a_point():
    half = [samples.passing("asyncio"), samples.failing("trio", samples.failure())]

    verdict = replace(samples.verdict(samples.case(1, "x", 5, *half)), total=5)

    assert reported(decoded(verdict)).annotation == "Points 2.5/5"


def test_a_file_that_cannot_be_judged_is_red_and_says_why():
    seen = reported(decoded(samples.unjudgeable()))

    assert (seen.annotation, seen.red) == ("Points 0/100", True)
    assert samples.unjudgeable().faults[0].error[:30] in seen.log[0]


def test_hostile_text_is_one_line_that_no_runner_obeys():
    hostile = samples.unjudgeable()
    fault = replace(hostile.faults[0], error="x\n::error::forged\n##[error]forged " + samples.HOSTILE)
    documents = [decoded(samples.hostile()), decoded(replace(hostile, faults=(fault,)))]

    lines = "\n".join(reported(*documents).log).split("\n")
    assert "forged" in "".join(lines)
    assert [line for line in lines if line.lstrip().startswith("::") or "##[" in line or not line.isprintable()] == []


def test_the_result_of_a_large_kit_fits_into_a_variable():
    verdicts = []
    for number in range(40):
        tests = [samples.case(at, "requirement " * 20, 5, samples.passing("asyncio")) for at in range(1, 13)]
        verdicts.append(replace(samples.verdict(*tests), exercise=f"ex{number:02}", total=60))

    assert len(output_line(verdicts)) <= MAX_ENCODED + len("result=\n") + 4
    assert reported(decoded(*verdicts)).annotation == "Points 2400/2400"
    assert len(decoded(*verdicts)["tests"]) == 40
