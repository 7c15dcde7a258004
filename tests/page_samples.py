"""Pages taken apart, and the verdicts and classes that make pages worth looking at."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

from grader.classroom.found import LeftOver
from grader.classroom.gradebook import Learner
from grader.classroom.marks import ClassResults
from grader.judge.verdict import Verdict
from grader.kit.catalogue import BUILTIN
from grader.kit.kit import builtin_root
from grader.policy.submission import Fault
from grader.reports.page import learner_page
from tests.results_samples import course, judged, results_of
from tests.samples import (
    HOSTILE,
    RACE,
    case,
    deadlock,
    failed_on_both,
    failing,
    failure,
    hostile,
    mixed,
    perfect,
    race,
    rooted,
    span,
    trace,
    turns,
    unjudgeable,
    verdict,
)

TEMPLATES = builtin_root() / "templates"
VOID = {"meta", "br", "hr", "img", "input", "link"}
SELF_CLOSING = {"rect", "line", "use", "path"}


class Page(HTMLParser):
    """A page taken apart. Fails on tags that do not match."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.blocks: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], "every tag is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SELF_CLOSING, f"<{tag}/> closes itself in SVG only"
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] in ("style", "script"):
            self.blocks[self._open[-1]] = data
        else:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def render(*verdicts: Verdict) -> str:
    return learner_page(
        verdicts,
        kit_title="Async Python by doing it",
        diagnoses=BUILTIN,
        made_at="2026-11-22T04:00:00+00:00",
        templates=TEMPLATES,
    )


def everything() -> list[Verdict]:
    blocked = trace(span("a", 0, 4), elapsed=4)
    more = verdict(
        failed_on_both(1, "steps", 50, failure(trace=turns(0, 1, 2, 1, 0), reference=turns(0, 1, 2, 0), schedule=7)),
        case(2, "in two ways", 25, failing("asyncio", failure()), failing("trio", deadlock(output="hello\n" * 30))),
        failed_on_both(3, "no trace", 25, failure(trace=None, reference=None, line=None, source="")),
        failed_on_both(4, "no reference", 25, failure(trace=blocked, reference=None, diagnosis="polling")),
        exercise="ex02",
    )
    raced = failure(trace=race(), reference=None, turns="`b` goes on before `a` at 2 s", schedule=3, line=12)
    out_of_turn = verdict(failed_on_both(1, "in any order", 100, raced), exercise="ex07", source=RACE)
    values = {"got": "returned ['c']", "expected": "returned ['a', 'b', 'c']", "inputs": "seconds = {'a': 3}"}
    one_reason = replace(apart(rooted(failure(last_line=11, **values))), exercise="ex08")
    others = [replace(hostile(), exercise="ex04"), replace(unjudgeable(), exercise="ex05")]
    troubled = verdict(trouble="no box", exercise="ex06")
    return [mixed(), more, replace(perfect(), exercise="ex03"), *others, troubled, one_reason, out_of_turn]


def apart(shared: Verdict) -> Verdict:
    """Give each test of a verdict a failure of its own, as tests have: a page tells failures apart by identity."""
    tests = []
    for test in shared.tests:
        results = (replace(one, failure=one.failure and replace(one.failure)) for one in test.results)
        tests.append(replace(test, results=tuple(results)))
    return replace(shared, tests=tuple(tests))


def hostile_class(text: str = HOSTILE) -> ClassResults:
    """A class in which every field that a learner, a kit or a platform can fill holds this text."""
    people = tuple(
        Learner(key=f"{number}{text}", name=text, email=text, ids=(("canvas", text),)) for number in range(3)
    )
    play = trace(span(text, 0, 3, "raised", task=1), elapsed=3, tasks=((0, text, None), (1, text, 0)))
    why = deadlock(error=text, help=text, exception=text, source=text, output=text, trace=play, reference=None)
    fault = Fault(kind="syntax", error=text, help=text, line=1, column=3, text=text)
    fails = verdict(failed_on_both(1, "results come back in argument order", 50, why), file=text, look=(fault,))
    broken = verdict(file=text, faults=(fault,), exercise="ex02")
    marks = [mark for one in people for mark in (judged(one, fails, override=text), judged(one, broken))]
    left = (LeftOver(shown=text, reason=text),)
    results = results_of(course(2), people, marks)
    intake = replace(results.intake, because=text, unmatched=left, refused=left, strangers=left)
    return replace(results, title=text, moved=(text,), reproduce=(text,), intake=intake)


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)
