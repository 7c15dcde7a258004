"""Hints belong to the failure that the screen shows, and go on where they ended; a failure of one's own is found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.desk.hints import (
    REMEMBERED,
    Subject,
    failure_to_mend,
    last_failure,
    next_hint,
    next_hint_now,
    open_hints,
    own_failure_said,
)
from grader.judge.verdict import Root, Verdict
from grader.kit.kit import load_kit
from grader.kit.parts import Part
from grader.wire.recording import Ended
from tests.samples import HOSTILE, case, failed_on_both, failure, not_judged, passing, unjudgeable, verdict

WRONG = failure(diagnosis="wrong-value", ended=Ended.RETURNED)
DEADLOCK = failure(diagnosis="deadlock", ended=Ended.DEADLOCK)


def subject(tiny: Path, last: Verdict | None, shown: Path | None = None) -> Subject:
    exercise = load_kit(tiny).exercises[0]
    again, check = "grade hint ex01", "grade ex01"
    return Subject(exercise=exercise, last=last, again=again, check=check, key="ex01", shown=shown)


def hinted(tiny: Path, last: Verdict | None, shown: Path | None = None) -> str:
    return next_hint(load_kit(tiny), subject(tiny, last, shown))


# ---- which failure ---------------------------------------------------------------------------------------------------


def test_it_is_the_failure_that_the_screen_shows_and_not_that_of_the_first_test() -> None:
    stuck = [failed_on_both(number, "stuck", 10, DEADLOCK) for number in (2, 3)]

    assert failure_to_mend(verdict(failed_on_both(1, "one", 10, WRONG), *stuck)) == (2, DEADLOCK)


def test_a_verdict_that_names_the_failure_to_mend_is_believed() -> None:
    both = verdict(failed_on_both(1, "one", 10, WRONG), failed_on_both(2, "two", 10, DEADLOCK))

    assert failure_to_mend(replace(both, root=Root(test=2, backend="trio"))) == (2, DEADLOCK)
    assert failure_to_mend(replace(both, root=Root(test=1, backend="asyncio"))) == (1, WRONG)
    assert failure_to_mend(replace(both, root=Root(test=9, backend="trio"))) == (1, WRONG), "there is no such test"


def test_without_a_failure_there_is_nothing_to_mend() -> None:
    assert failure_to_mend(verdict(case(1, "one", 100, passing("trio")))) is None
    assert failure_to_mend(verdict(case(1, "one", 100, not_judged("trio", "no")))) is None


def test_the_hints_are_those_of_that_failure(tiny: Path) -> None:
    last = verdict(failed_on_both(1, "one", 10, DEADLOCK), failed_on_both(2, "two", 10, WRONG))

    said = hinted(tiny, replace(last, root=Root(test=2, backend="trio")))
    assert said.startswith("ex01, test 2 (wrong-value), hint 1 of 6\n\nvalue hint 1\n\n")


def test_a_part_has_hints_of_its_own_which_are_counted_by_themselves(tiny: Path, tmp_path: Path) -> None:
    exercise = load_kit(tiny).exercises[0]
    parts = (
        Part(name="value", title="the value", minutes=1, hints=()),
        Part(name="time", title="the time", minutes=1, hints=("When?", "Later.", "Sleep.")),
    )
    tests = tuple(replace(test, part=part.name) for test, part in zip(exercise.tests, parts, strict=True))
    ours = replace(subject(tiny, None, tmp_path / "hints.json"), exercise=replace(exercise, parts=parts, tests=tests))
    last = verdict(failed_on_both(1, "one", 10, WRONG), failed_on_both(2, "two", 10, WRONG))

    def hints(test: int, times: int) -> list[str]:
        asked = replace(ours, last=replace(last, root=Root(test=test, backend="trio")))
        return [next_hint_now(load_kit(tiny), asked).split("\n\n")[1] for _ in range(times)]

    assert hints(2, 4) == ["value hint 1", "value hint 2", "value hint 3", "When?"]
    assert hints(1, 4) == ["value hint 1", "value hint 2", "value hint 3", "general hint 1"]


def test_a_part_of_an_exercise_that_passes_is_not_taken_for_all_of_it(tiny: Path) -> None:
    part = replace(verdict(case(1, "one", 100, passing("trio"))), complete_run=False)

    assert "general hint 1" in hinted(tiny, part)
    assert "no hint is needed" in hinted(tiny, replace(part, complete_run=True))


# ---- how many were given ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["[]", "{", '{"ex01 general": "x"}', '{"ex01 general": -7}', "[" * 100_000])
def test_a_damaged_memory_of_hints_begins_again(tiny: Path, tmp_path: Path, damage: str) -> None:
    (tmp_path / "hints.json").write_text(damage)

    assert "general hint 1" in hinted(tiny, None, tmp_path / "hints.json")


def test_where_nothing_can_be_written_there_is_still_a_hint(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "way").write_text("in the way")

    assert "general hint 1" in hinted(tiny, None, tmp_path / "way" / "hints.json")
    assert "general hint 1" in hinted(tiny, None, None)


def test_the_memory_stays_small_and_keeps_what_was_asked_last(tiny: Path, tmp_path: Path) -> None:
    shown = tmp_path / "hints.json"
    shown.write_text(json.dumps({"ex01 general": 0} | {f"other {number}": 1 for number in range(REMEMBERED)}))

    assert "general hint 2" in hinted(tiny, None, shown)
    kept = json.loads(shown.read_text())
    assert (len(kept), kept["ex01 general"]["level"], "other 0" in kept) == (REMEMBERED, 2, False)


# ---- levels ----------------------------------------------------------------------------------------------------------


def test_a_level_opens_after_a_run_with_a_changed_file_and_not_before(tiny: Path, tmp_path: Path) -> None:
    shown = tmp_path / "hints.json"
    first = verdict(failed_on_both(1, "one", 10, WRONG))
    runs = [replace(first, digest=digest) for digest in ("a", "a", "a", "b", "b", "a")]

    said = [hinted(tiny, run, shown).split("\n\n")[1] for run in runs]
    assert said == [f"value hint {level}" for level in (1, 1, 1, 2, 2, 3)]


def test_it_says_when_the_next_level_opens_and_how_to_have_it_at_once(tiny: Path, tmp_path: Path) -> None:
    shown = tmp_path / "hints.json"
    last = verdict(failed_on_both(1, "one", 10, WRONG))
    more = hinted(tiny, last, shown).split("\n\n")[2]

    assert more.startswith("The next one opens when you have changed the file and run `grade ex01`.")
    assert "`grade hint ex01 --now`" in more
    said = [next_hint_now(load_kit(tiny), subject(tiny, last, shown)) for _ in range(6)]
    assert [text.split("\n\n")[1] for text in said[:2]] == ["value hint 2", "value hint 3"]
    assert said[4] == said[5]
    assert said[5].endswith("That was the last one.")


def test_each_kind_of_failure_has_levels_of_its_own(tiny: Path, tmp_path: Path) -> None:
    shown = tmp_path / "hints.json"
    hinted(tiny, verdict(failed_on_both(1, "one", 10, WRONG)), shown)

    assert ", hint 1 of 6" in hinted(tiny, verdict(failed_on_both(1, "one", 10, DEADLOCK)), shown)


def test_what_is_open_is_what_was_asked_for(tiny: Path, tmp_path: Path) -> None:
    shown = tmp_path / "hints.json"
    last = verdict(failed_on_both(1, "one", 10, WRONG))
    before = open_hints(load_kit(tiny), subject(tiny, last, shown))
    hinted(tiny, last, shown)

    assert (before, open_hints(load_kit(tiny), subject(tiny, last, shown))) == ((), ("value hint 1",))


def test_a_file_that_cannot_be_judged_has_the_advice_of_its_fault(tiny: Path) -> None:
    said = hinted(tiny, unjudgeable())

    assert "error: `anyio.gather` is the answer to this exercise" in said
    assert "use a task group" in said
    assert said.endswith("then: `grade ex01`")


def test_a_stub_has_the_hints_of_the_exercise(tiny: Path) -> None:
    assert "general hint 1" in hinted(tiny, unjudgeable(kind="untouched"))


# ---- a failure of one's own ------------------------------------------------------------------------------------------


def test_it_is_the_latest_failure_of_that_diagnosis() -> None:
    def at(time: str, *tests: object) -> Verdict:
        return replace(verdict(*tests), judged_at=time)  # type: ignore[arg-type]

    early = at("2026-01-01T00:00:00+00:00", failed_on_both(1, "one", 10, DEADLOCK))
    late = at("2026-03-01T00:00:00+00:00", failed_on_both(1, "one", 10, WRONG), failed_on_both(2, "two", 10, DEADLOCK))
    other = at("2026-04-01T00:00:00+00:00", failed_on_both(1, "one", 10, WRONG))

    assert last_failure([late, early, other], "deadlock") == (late, DEADLOCK)
    assert last_failure([late, early, other], "serial") is None


def test_a_failure_without_a_line_has_its_file_and_its_sentence() -> None:
    said = own_failure_said(verdict(), replace(WRONG, line=None, source="", error="It is wrong."))

    assert said.splitlines() == ["the last time in your file:", f"  --> {verdict().file}", "  error: It is wrong."]


def test_nothing_in_it_acts() -> None:
    said = own_failure_said(replace(verdict(), file=HOSTILE), replace(WRONG, line=3, source=HOSTILE, error=HOSTILE))

    assert all(line.isprintable() for line in said.splitlines())
