"""Builds the results of invented classes, as large as a test or a look at the page needs them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from grader.classroom.found import LeftOver
from grader.classroom.gradebook import Learner
from grader.classroom.intake import Handed, Intake
from grader.classroom.layouts.claims import Layout
from grader.classroom.marks import ClassResults, Mark, Standing
from grader.judge.verdict import BackendResult, Failure, TestResult, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, builtin_root, load_kit
from grader.policy.submission import Fault
from grader.wire.recording import Trace
from tests.samples import (
    case,
    deadlock,
    failed_on_both,
    failing,
    failure,
    not_judged,
    one_after_the_other,
    passing,
    together,
    turns,
    verdict,
)

FIRST = (
    *("Ada", "Bilal", "Chiara", "Dmitri", "Esra", "Farid", "Grace", "Hedvig", "Ines", "Jun", "Katarzyna", "Lwazi"),
    *("Mireille", "Nils", "Oyelaran", "Priya", "Quentin", "Rosalind", "Søren", "Tomáš", "Uxía", "Vikram", "Wanda"),
)
LAST = (
    *("Abadi", "Brzezinski", "Castellano", "Demirtas", "Eriksson", "Fontaine", "Grünwald", "Haddad", "Ivanova"),
    *("Johansson", "Kowalczyk", "Lindqvist", "Mbeki", "Nakamura", "Okonkwo", "Papadopoulos", "Quispe", "Rasmussen"),
)
DISTINCT = 200
LATER = ("channel", "semaphore", "pipeline", "retry", "throttle", "offload", "mailbox", "supervise", "rate limit")
LINES = {
    "serial": ("    return [await fn() for fn in fns]", "        results.append(await fn())  # one by one"),
    "completion-order": ("            results.append(value)", "    done.append(await receive.receive())"),
    "siblings-left-running": ("        except Exception as error:", "            errors.append(error)"),
    "falsy-value": ("            if result is None:", "        if not result:"),
    "lost-error": ("        except ValueError:  # the ugly one", '        print("it failed", error)'),
    "polling": ("        await anyio.sleep(0.01)", "    while not done: await anyio.sleep(0)"),
    "eager": ("    coroutines = [fn() for fn in fns]",),
    "edge-case": ("    first = fns[0]",),
    "never-awaited": ("        fn()",),
    "swallowed-cancellation": ("        except BaseException:",),
    "raised": ("    raise errors[0]",),
    "deadlock": ("    await done.wait()", "        item = await receive.receive()"),
    "blocked-loop": ("        time.sleep(delay)",),
}


def person(number: int) -> Learner:
    first, last = FIRST[number % len(FIRST)], LAST[number * 7 // 3 % len(LAST)]
    name = f"{first} {last}" if number < len(FIRST) * 3 else f"{first} {last} {number}"
    key = f"{first[0]}{last}{number}".lower()
    return Learner(key=key, name=name, email=f"{key}@example.edu", ids=(("canvas", str(10_000 + 37 * number)),))


@cache
def course(exercises: int = 12) -> Kit:
    """The built-in kit, with as many exercises as asked for; those it does not have yet are copies of others."""
    kit = load_kit(builtin_root())
    there = list(kit.exercises)
    for number in range(len(there) + 1, exercises + 1):
        model = kit.exercises[number % len(kit.exercises)]
        there.append(replace(model, id=f"ex{number:02}", title=LATER[number % len(LATER)]))
    return replace(kit, exercises=tuple(there[:exercises]))


def class_of(learners: int, exercises: int, *, seed: int = 1) -> ClassResults:
    """An ordinary class: a third is strong, some stop half-way, a few files are broken, a few learners never came."""
    chance = random.Random(seed)
    kit = course(exercises)
    people = tuple(sorted((person(number) for number in range(learners)), key=lambda one: one.name))
    # Making up a verdict takes longer than reporting it, so a large class repeats itself.
    patterns = [_marks(chance, kit, one) for one in people[:DISTINCT]]
    marks = tuple(replace(mark, learner=one.key) for n, one in enumerate(people) for mark in patterns[n % DISTINCT])

    return results_of(kit, people, marks)


def results_of(kit: Kit, people: Sequence[Learner], marks: Sequence[Mark], **changes: object) -> ClassResults:
    fields: dict[str, object] = {
        "title": "Concurrent programming, autumn 2026",
        "kit": kit,
        "exercises": tuple(exercise.id for exercise in kit.exercises),
        "intake": Intake(
            layout=Layout.CANVAS,
            because="recognised by file names such as abadiada_10234_5567_join.py",
            learners=tuple(people),
            files=tuple(
                Handed(learner=m.learner, exercise=m.exercise, path=Path("/tmp/x.py"), shown=m.verdict.file)
                for m in marks
                if m.verdict is not None
            ),
            unmatched=(LeftOver(shown="notes_2991_5510_todo.txt", reason="no exercise has a file of this name"),),
            refused=(LeftOver(shown="bmbeki_2001_5511_join.py", reason="a link that leads out of the folder"),),
        ),
        "marks": tuple(marks),
        "made_at": "2026-11-22T06:50:00+00:00",
        "version": "0.1.0",
        "isolation": 3,
        "schedules": 21,
        "reused": len(marks) // 2,
        "moved": tuple(f"{one.name}, ex01: 82 -> 100, because the file changed" for one in people[:1]),
        "reproduce": ("grade class submissions.zip --layout canvas --roster roster.csv --schedules 21",),
    }
    return ClassResults(**(fields | changes))  # type: ignore[arg-type]


def class_with(*verdicts: Verdict | None) -> ClassResults:
    """A class of one exercise in which each learner has one of these verdicts, or handed nothing in."""
    kit = course(1)
    pairs = [(person(number), made) for number, made in enumerate(verdicts)]
    marks = [judged(one, made) if made else missing(one, kit.exercises[0]) for one, made in pairs]
    return results_of(kit, [one for one, _ in pairs], marks)


def failing_with(why: Failure) -> Verdict:
    """60 of 100 points, and one test that fails on both backends."""
    return verdict(failed_on_both(1, "takes as long as the slowest", 40, why), case(9, "the rest", 60))


# ---- marks -----------------------------------------------------------------------------------------------------------


def missing(one: Learner, exercise: Exercise) -> Mark:
    return Mark(learner=one.key, exercise=exercise.id, total=100, standing=Standing.MISSING, points=0.0)


def judged(one: Learner, verdict: Verdict, **changes: object) -> Mark:
    fields: dict[str, object] = {
        "learner": one.key,
        "exercise": verdict.exercise,
        "total": verdict.total,
        "standing": Standing.CANNOT_JUDGE if verdict.faults else Standing.JUDGED,
        "verdict": verdict,
        "raw": verdict.points,
        "points": verdict.points,
    }
    return Mark(**(fields | changes))  # type: ignore[arg-type]


def _marks(chance: random.Random, kit: Kit, one: Learner) -> list[Mark]:
    skill = chance.betavariate(2.6, 1.3)
    stops = chance.choice([0, 5, 9, *[99] * 22])
    return [
        missing(one, exercise) if number >= stops else _mark(chance, kit, one, exercise, skill - number * 0.015)
        for number, exercise in enumerate(kit.exercises)
    ]


def _mark(chance: random.Random, kit: Kit, one: Learner, exercise: Exercise, skill: float) -> Mark:
    made = _verdict(chance, kit, one, exercise, skill)
    if any(result.reason for test in made.tests for result in test.results):
        return judged(one, made, standing=Standing.NOT_JUDGED, points=None)
    if made.faults or chance.random() > 0.04:
        return judged(one, made)
    if chance.random() < 0.75:
        return judged(one, made, days_late=2, deducted=made.points * 0.2, points=made.points * 0.8)
    return judged(one, made, override="shown in the lab that it works", points=100.0)


def _verdict(chance: random.Random, kit: Kit, one: Learner, exercise: Exercise, skill: float) -> Verdict:
    blank = Verdict(
        exercise=exercise.id,
        title=exercise.title,
        file=f"{one.key}_{one.ids[0][1]}_5567_{exercise.file}",
        digest=f"{one.key}-{exercise.id}",
        kit=f"{kit.title} {kit.version}",
        isolation=3,
        versions=(("python", "3.13.1"), ("anyio", "4.16.0"), ("trio", "0.35.0")),
        real_seconds=0.4,
        virtual_seconds=212.0,
        judged_at="2026-11-22T03:50:00+00:00",
        look=(LOOK,) if chance.random() < 0.01 else (),
    )
    if chance.random() < 0.02:
        return replace(blank, look=(), faults=(chance.choice(FAULTS),))
    careful = chance.random() < skill * 0.6
    tests = [_test(chance, kit, exercise, number, careful, skill) for number in range(len(exercise.tests))]
    if chance.random() < 0.004:
        broken = tuple(not_judged(backend, "the box did not start") for backend in exercise.backends)
        tests = [replace(test, results=broken) for test in tests]
    return replace(blank, tests=tuple(tests))


LOOK = Fault(
    kind="please-look",
    error="`__subclasses__` reaches into the machinery of Python",
    help="read this line before the mark counts",
    line=31,
    column=17,
    width=21,
    text="    for kind in object.__subclasses__():",
)
FAULTS = (
    Fault(
        kind="syntax",
        error="Python cannot read this: '(' was never closed",
        help="close the bracket",
        line=14,
        column=30,
        text="    async with anyio.open_file(name as file:",
    ),
    Fault(
        kind="off-limits",
        error="`asyncio.gather` is off limits: it is the answer to this exercise",
        help="build it from the parts that the README names",
        line=12,
        column=18,
        width=14,
        text="    return await asyncio.gather(*fns)",
    ),
    Fault(
        kind="name-missing",
        error="there is no function of the name that the exercise asks for",
        help="call the function as the stub does",
    ),
)


# ---- tests -----------------------------------------------------------------------------------------------------------


def _test(chance: random.Random, kit: Kit, exercise: Exercise, number: int, careful: bool, skill: float) -> TestResult:
    test = exercise.tests[number]
    hard = 0.1 + 0.9 * (sum(map(ord, exercise.id + test.name)) % 17 / 16) ** 2
    results: tuple[BackendResult, ...] = tuple(passing(backend) for backend in exercise.backends)
    if not careful and chance.random() > skill * 0.8 and chance.random() < hard:
        why = _failure(chance, kit, test.diagnosis, test.feedback)
        gap = chance.random() < 0.05
        results = tuple(passing(b) if gap and b == "asyncio" else failing(b, why) for b in exercise.backends)
    return TestResult(number=test.number, name=test.name, label=test.label, points=test.points, results=results)


def _failure(chance: random.Random, kit: Kit, declared: str, feedback: str) -> Failure:
    others = ["deadlock", "raised", "never-awaited", "blocked-loop"]
    slug = chance.choices([declared, *others], [12, 2, 2, 1, 1])[0]
    line = chance.choice(LINES.get(slug, ("    await group.start(worker)",)))
    if slug == "deadlock":
        return deadlock(source=line, line=14)
    known = kit.diagnoses[slug]
    error = feedback if slug == declared else known.sentence
    return failure(diagnosis=slug, error=error, help=known.help, source=line, trace=_play(chance), line=9)


def _play(chance: random.Random) -> Trace:
    scale = chance.choice([1, 2, 4])
    lengths = {"left": 3.0 * scale, "right": 2.0 * scale, "third": 1.0 * scale}
    match chance.choices(["in turn", "together", "in steps", "two"], [6, 3, 2, 2])[0]:
        case "in steps":
            return turns(0, 1, 2, 1, 0, 2)
        case "together":
            return together(**lengths)
        case "two":
            return one_after_the_other(left=lengths["left"], right=lengths["right"])
        case _:
            return one_after_the_other(**lengths)
