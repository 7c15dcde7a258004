"""Cases and evidence for the rules that explain failures, made by hand, and small programs graded for their words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from textwrap import dedent

from grader.authoring import Diagnosed
from grader.judge.engine import Request, grade
from grader.judge.explain.code import Code
from grader.judge.explain.evidence import Case, Evidence
from grader.judge.options import PlayOptions
from grader.judge.verdict import Failure, Verdict
from grader.kit.kit import Kit, builtin_root, load_kit
from grader.policy.promises import definitions, promises
from grader.sandbox.box import Box
from grader.wire.recording import Ended, Recording, Trace
from grader.wire.rows import Event, Leaf, Raised, Returned, Span, TracedTask, Waiting
from tests.forging_samples import no_rules
from tests.kit_samples import make_kit

JOIN = "async def join(*fns) -> list[object]: ...\n"


@cache
def builtin() -> Kit:
    return load_kit(builtin_root())


# ---- the submission --------------------------------------------------------------------------------------------------


def code(source: str) -> Code:
    """The code of a source that begins with a line break, which counts for no line."""
    return Code(text(source))


def text(source: str) -> str:
    return dedent(source).removeprefix("\n")


def case(source: str, *, stub: str = JOIN, exercise: str = "ex01", threads: bool = False) -> Case:
    found = builtin().exercise(exercise)
    rules = replace(found.rules, imports=(*found.rules.imports, *(["anyio.to_thread"] if threads else [])))
    return Case(
        code=code(source),
        exercise=replace(found, rules=rules),
        promised=promises(stub),
        defined=definitions(text(source)),
        catalogue=builtin().diagnoses,
    )


# ---- the play --------------------------------------------------------------------------------------------------------


def play(ended: Ended = Ended.RETURNED, **fields: object) -> Recording:
    recording = Recording(scenario="s", backend="trio", ended=ended)
    return replace(recording, **fields)  # type: ignore[arg-type]


def leaf(kind: str, message: str = "", *, line: int | None = 1, scenario: int | None = None) -> Leaf:
    return Leaf(token=None, types=(kind, "Exception"), message=message, line=line, scenario_line=scenario)


def raising(*leaves: Leaf, **fields: object) -> Recording:
    return play(Ended.RAISED, error=Raised(bare=True, leaves=leaves), **fields)


def span(name: str, start: float, stopped: float | None, task: int = 1, how: str = "") -> Span:
    ended = how or ("open" if stopped is None else "returned")
    return Span(name=name, start=start, stopped=stopped, how=ended, value_or_error=None, task=task)


def returned(value: object, name: str = "join") -> tuple[Returned, ...]:
    return (Returned(name=name, types=(type(value).__name__, "object"), value=value),)


def waiting(line: int | None, awaiting: str, since: float = 0, task: str = "run") -> Waiting:
    return Waiting(task=task, line=line, awaiting=awaiting, since=since)


def suspend(time: float, task: int, line: int | None, awaiting: str = "sleep") -> Event:
    return Event(time=time, kind="suspend", task=task, line=line, info=awaiting)


def resume(time: float, task: int) -> Event:
    return Event(time=time, kind="resume", task=task, line=None, info=None)


def trace(
    *events: Event,
    parents: Sequence[tuple[int, int | None]] = ((0, None), (1, 0), (2, 0), (3, 0)),
    failed_at: float | None = None,
) -> Trace:
    tasks = tuple(TracedTask(id=number, name="run", parent=parent) for number, parent in parents)
    return Trace(tasks=tasks, events=events, spans=(), elapsed=9, failed_at=failed_at)


def evidence(
    shown: Recording | None = None,
    reference: Recording | None = None,
    *,
    slug: str = "serial",
    said: Diagnosed | None = None,
    chosen: bool = False,
    stumbled: bool = False,
    show: tuple[str, ...] = (),
) -> Evidence:
    return Evidence(
        test=replace(builtin().exercise("ex01").tests[0], show=show),
        backend="trio",
        slug=slug,
        said=said,
        chosen=chosen,
        stumbled=stumbled,
        shown=play() if shown is None else shown,
        reference=reference,
    )


# ---- whole programs --------------------------------------------------------------------------------------------------


def verdict_of(box: Box, root: Path, source: str, *, exercise: str, backends: tuple[str, ...]) -> Verdict:
    """A submission of an exercise that comes with the grader, graded without the rules on its syntax tree."""
    return _graded(box, builtin(), root, source, exercise=exercise, backends=backends)


def failures_of(
    box: Box, root: Path, source: str, *, exercise: str = "ex01", backends: tuple[str, ...] = ("trio",)
) -> list[Failure]:
    """All failures, in the order of the hidden tests."""
    verdict = verdict_of(box, root, source, exercise=exercise, backends=backends)
    return [result.failure for test in verdict.tests for result in test.results if result.failure is not None]


def of_double(box: Box, root: Path, source: str, *, backends: tuple[str, ...] = ("asyncio", "trio")) -> list[Failure]:
    """The failures of the first hidden test of a tiny exercise, which asks ``double(3)`` for 6."""
    kit = load_kit(make_kit(root / "kit"))
    verdict = _graded(box, kit, root, source, exercise="ex01", backends=backends)
    return [result.failure for result in verdict.tests[0].results if result.failure is not None]


def _graded(box: Box, kit: Kit, root: Path, source: str, *, exercise: str, backends: tuple[str, ...]) -> Verdict:
    path = root / "answer.py"
    path.write_text(text(source))
    options = PlayOptions(schedules=1, backends=backends)
    request = Request(path=path, shown="answer.py", options=options, check=no_rules)
    (verdict,) = grade(box, kit, kit.exercise(exercise), [request])
    assert not verdict.trouble
    return verdict


def in_short(failure: Failure) -> str:
    """A failure in one text, to look for words in it."""
    return json.dumps([failure.error, failure.help], ensure_ascii=False)
