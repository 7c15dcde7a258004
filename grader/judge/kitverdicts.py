"""Grades the stub and the answers of an exercise for the check of a kit, as far as its faults let them be judged.

A hidden test without an end is found on the reference answer first, and is a fault of the kit: each answer would wait
for it. Under fewer schedules than all, a wrong answer that passes what it names is graded again under all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from grader.errors import KitError
from grader.judge import engine
from grader.judge.attempt import ENDLESS
from grader.judge.kitanswers import is_wrong, request_for
from grader.judge.kitclaims import passes_what_it_names
from grader.judge.kitfault import fault_in
from grader.judge.kitmending import Mended, fault_of
from grader.judge.kitstub import stub_requests
from grader.judge.options import EVERYTHING, PlayOptions
from grader.judge.verdict import Verdict
from grader.kit.faults import KitFault
from grader.kit.kit import Kit
from grader.policy import submission
from grader.policy.submission import Fault
from grader.sandbox.box import Box

_SECONDS_TO_END = 5
"""Seconds of CPU time in which hidden tests have ended that end at all, on what the reference answer returns."""


def verdicts_for_check(
    box: Box, kit: Kit, case: Mended, files: Sequence[Path], options: PlayOptions
) -> tuple[list[Verdict], list[KitFault]]:
    """The verdicts on the stub and on the answers, and the faults of the kit that kept them from being judged."""
    requests = [*stub_requests(case), *(request_for(path, options) for path in files)]
    what = "nothing of this exercise can be judged"
    why = KitError(what, hint="Correct what is reported of it.")
    faults: list[KitFault] = []
    if case.judgeable:
        try:
            faults = _tests_without_end(box, kit, case)
            if not faults:
                verdicts = engine.grade(box, kit, case.exercise, requests)
                return _under_all_schedules_where_needed(box, kit, case, requests, verdicts), []
        except KitError as error:
            why = error
            fault = fault_of(why, otherwise=case.place(case.exercise.test_file.name))
            faults = [replace(fault, path=original_of(case, fault.path))]
    return [_unjudged(kit, case, request, why) for request in requests], faults


def _under_all_schedules_where_needed(
    box: Box, kit: Kit, case: Mended, requests: Sequence[engine.Request], verdicts: Sequence[Verdict]
) -> list[Verdict]:
    """The same verdicts, but those under all schedules of wrong answers that fail too little under those asked for."""
    again = [
        number
        for number, (request, verdict) in enumerate(zip(requests, verdicts, strict=True))
        if not request.options.complete and is_wrong(request.path) and passes_what_it_names(request.path, verdict)
    ]
    judged = engine.grade(box, kit, case.exercise, [replace(requests[number], options=EVERYTHING) for number in again])
    found = list(verdicts)
    for number, verdict in zip(again, judged, strict=True):
        found[number] = verdict
    return found


def _tests_without_end(box: Box, kit: Kit, case: Mended) -> list[KitFault]:
    """The faults of hidden tests that do not end on the reference answer: each other answer would wait for them."""
    reference = case.original.reference
    if reference is None:
        return []
    seconds = min(_SECONDS_TO_END, case.exercise.limits.judging_seconds)
    exercise = replace(case.exercise, limits=replace(case.exercise.limits, judging_seconds=seconds))
    # In natural order, which takes little time: a test without an end has none in any order.
    (verdict,) = engine.grade(box, kit, exercise, [request_for(reference, PlayOptions(schedules=1))])
    endless = {test.name for test in verdict.tests for result in test.results if ENDLESS in result.reason}
    hint = "Look for a loop in this test that nothing ends, such as `while True`."
    return [
        KitFault(
            path=case.original.test_file,
            line=test.line,
            what=f"`{test.name}` computes without an end on the reference answer, so no answer was judged",
            hint=hint,
        )
        for test in case.original.tests
        if test.name in endless
    ]


def without_tests_never_judged(case: Mended, verdicts: Sequence[Verdict]) -> Mended:
    """The same with a fault for each hidden test that no answer can be judged by, as it looks at no play."""
    reasons: dict[str, set[str]] = {}
    for judged in (judged for verdict in verdicts for judged in verdict.tests):
        reasons.setdefault(judged.name, set()).update(result.reason for result in judged.results)
    faults, left_out = list(case.faults), set(case.left_out)
    for test in case.original.tests:
        (reason, *others) = reasons.get(test.name) or [""]
        if reason and not others and fault_in(reason) is None:
            what = f"no answer can be judged by `{test.name}`: {reason}"
            hint = 'Write what must hold of a play: `assert play("scenario").result == 6`.'
            faults.append(KitFault(path=case.original.test_file, line=test.line, what=what, hint=hint))
            left_out.add(test.name.partition("[")[0])
    return replace(case, faults=tuple(faults), left_out=frozenset(left_out))


def _unjudged(kit: Kit, case: Mended, request: engine.Request, error: KitError) -> Verdict:
    """The verdict on an answer of which nothing can be played: what its text alone shows."""
    verdict = engine.not_judged(kit, case.exercise, request, error)
    taken = submission.take(request.path, limit=case.exercise.limits.file_bytes)
    if isinstance(taken, Fault):
        return replace(verdict, faults=(taken,))
    stub = case.exercise.stub.read_text(encoding="utf-8", errors="replace") if case.stub_is_whole else ""
    return replace(verdict, faults=request.check(taken, case.exercise, stub).faults)


def original_of(case: Mended, path: Path) -> Path:
    """The file of the kit for one of the copy that was judged."""
    return case.place(path.name) if path.parent.name == case.original.folder.name else path
