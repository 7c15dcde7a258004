"""Shows which hidden tests fail on which wrong answers: a row for each test, a numbered column for each answer.

A letter stands for a diagnosis, so that the answers of any exercise stand side by side on a narrow screen; those that
do not fit it follow in another block.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from string import ascii_letters

from grader.judge.kittable import Table, TableAnswer
from grader.kit.contract import Promise
from grader.kit.hidden_tests import HiddenTest
from grader.reports.screen import Piece, Screen
from grader.text import counted

FORMAT = 1
_CELL = 3
_NAME = 32
_ANSWER = 34
_NUMBERED = 4
_POINTS = 5
_PROVEN = 8
_BROKEN = 16
_PASSED = "."
_NOT_JUDGED = "?"


def show_table(screen: Screen, table: Table) -> None:
    """Show the table, what its letters and numbers mean, and which tests stand alone."""
    points = sum(test.points for test in table.tests)
    title = [Piece(table.exercise, "strong"), Piece(f"  {table.title}")]
    tests = f"{counted(len(table.tests), 'hidden test')} of {counted(points, 'point')}"
    screen.spread(title, [Piece(f"{tests}, {counted(len(table.answers), 'wrong answer')}")])
    letters = dict(zip(table.slugs, _letters(len(table.slugs)), strict=True))
    room = (screen.width - _NUMBERED - _NAME - _POINTS) // _CELL
    numbered = list(enumerate(table.answers, start=1))
    for first in range(0, max(1, len(numbered)), room):
        block = numbered[first : first + room]
        screen.blank()
        _show_block(screen, table, block, letters)
    screen.blank()
    _show_letters(screen, letters)
    screen.blank()
    _show_answers(screen, numbered)
    if table.promises:
        screen.blank()
        _show_promises(screen, table)
    screen.blank()
    for text in _conclusions(table):
        screen.wrapped(Piece(""), text)


def _show_block(
    screen: Screen, table: Table, block: Sequence[tuple[int, TableAnswer]], letters: Mapping[str, str]
) -> None:
    head = "".join(f"{number:>{_CELL}}" for number, _ in block)
    screen.line(Piece(" " * (_NUMBERED + _NAME)), Piece("pts".rjust(_POINTS), "quiet"), Piece(head, "quiet"))
    for test in table.tests:
        left = [Piece(f"{test.number:2}  ", "quiet"), Piece(screen.fit(_short(test), _NAME))]
        cells = [_cell(test, answer, letters) for _, answer in block]
        screen.line(*left, Piece(f"{test.points:{_POINTS}}"), *cells)
    screen.line(
        Piece(" " * _NUMBERED + "points earned".ljust(_NAME), "quiet"),
        Piece(f"{sum(test.points for test in table.tests):{_POINTS}}", "quiet"),
        *(Piece(f"{answer.points:>{_CELL}.0f}", "quiet") for _, answer in block),
    )


def _short(test: HiddenTest) -> str:
    return test.name.removeprefix("test_")


def _cell(test: HiddenTest, answer: TableAnswer, letters: Mapping[str, str]) -> Piece:
    if test.name in answer.shown:
        return Piece("".join(letters[slug] for slug in answer.shown[test.name][: _CELL - 1]).rjust(_CELL), "fail")
    if test.name in answer.unjudged or answer.faults:
        return Piece(_NOT_JUDGED.rjust(_CELL), "skipped")
    return Piece(_PASSED.rjust(_CELL), "quiet")


def _letters(count: int) -> list[str]:
    """A letter for each diagnosis. No exercise shows more than there are; if one did, the rest would share a sign."""
    return [*ascii_letters[:count], *("+" for _ in range(count - len(ascii_letters)))]


def _show_letters(screen: Screen, letters: Mapping[str, str]) -> None:
    """Say what the letters mean, in as many columns as fit."""
    entries = [f"{letter}  {slug}" for slug, letter in letters.items()]
    entries += [f"{_PASSED}  passes", f"{_NOT_JUDGED}  is not judged"]
    width = max(map(screen.cells, entries)) + 3
    columns = max(1, screen.width // width)
    for first in range(0, len(entries), columns):
        screen.line(*(Piece(screen.fit(entry, width)) for entry in entries[first : first + columns]))


def _show_answers(screen: Screen, numbered: Sequence[tuple[int, TableAnswer]]) -> None:
    for number, answer in numbered:
        failed = f"{answer.points:3.0f} points, {counted(len(answer.shown), 'test')}"
        left = [
            Piece(f"{number:2}  ", "quiet"),
            Piece(screen.fit(answer.name, _ANSWER)),
            Piece(f"  {answer.root or ''}", "note"),
        ]
        screen.spread(left, [Piece("cannot be judged" if answer.faults else failed, "quiet")])


def _show_promises(screen: Screen, table: Table) -> None:
    """Say which tests prove each promise, and which answers break no other one."""
    numbers = {answer.name: str(number) for number, answer in enumerate(table.answers, start=1)}
    head = [Piece("    promise".ljust(screen.width - _PROVEN - _BROKEN), "quiet")]
    screen.line(*head, Piece("tests".ljust(_PROVEN), "quiet"), Piece("broken alone by", "quiet"))
    for promise in table.promises:
        tests = " ".join(str(test.number) for test in table.proving(promise))
        answers = " ".join(numbers[answer.name] for answer in table.breaking(promise))
        text = screen.fit(promise.text, screen.width - _NUMBERED - _PROVEN - _BROKEN - 1)
        screen.line(
            Piece(f"{promise.number:2}  ", "quiet"),
            Piece(f"{text} "),
            _listed(screen, tests, _PROVEN - 1),
            Piece(" "),
            _listed(screen, answers, _BROKEN),
        )


def _listed(screen: Screen, numbers: str, width: int) -> Piece:
    return Piece(screen.fit(numbers, width)) if numbers else Piece(screen.fit("none", width), "fail")


def _conclusions(table: Table) -> Iterator[str]:
    """Say which tests one answer alone proves, and which no answer fails alone."""
    numbers = {answer.name: number for number, answer in enumerate(table.answers, start=1)}
    if table.lonely:
        lonely = (f"{test.number} (answer {numbers[answer.name]})" for test, answer in table.lonely)
        yield f"lonely, failed by exactly one answer: {', '.join(lonely)}"
    if table.never_alone:
        yield f"failed by no answer alone: {', '.join(str(test.number) for test in table.never_alone)}"
    if table.never_failed:
        yield f"failed by no answer: {', '.join(str(test.number) for test in table.never_failed)}"
    if not (table.lonely or table.never_alone or table.never_failed):
        yield "Several answers fail each test, and some answer fails it alone."


# ---- for programs ----------------------------------------------------------------------------------------------------


def document(table: Table) -> str:
    """The table as a JSON document."""
    return json.dumps(
        {
            "format": FORMAT,
            "exercise": table.exercise,
            "title": table.title,
            "promises": [_promise(table, promise) for promise in table.promises],
            "tests": [_test(test) for test in table.tests],
            "answers": [_answer(answer) for answer in table.answers],
            "lonely": {test.name: answer.name for test, answer in table.lonely},
            "never_alone": [test.name for test in table.never_alone],
            "never_failed": [test.name for test in table.never_failed],
        },
        indent=2,
    )


def _promise(table: Table, promise: Promise) -> dict[str, object]:
    return {
        "number": promise.number,
        "text": promise.text,
        "tests": [test.name for test in table.proving(promise)],
        "broken_alone_by": [answer.name for answer in table.breaking(promise)],
    }


def _test(test: HiddenTest) -> dict[str, object]:
    return {"number": test.number, "name": test.name, "label": test.label, "points": test.points}


def _answer(answer: TableAnswer) -> dict[str, object]:
    return {
        "name": answer.name,
        "path": str(answer.path),
        "root": answer.root,
        "points": round(answer.points, 2),
        "shows": {test: list(slugs) for test, slugs in answer.shown.items()},
        "not_judged": sorted(answer.unjudged),
        "faults": list(answer.faults),
    }
