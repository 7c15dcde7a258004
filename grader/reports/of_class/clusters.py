"""Groups failing plays of a hidden test by the shape of their timelines, whatever the names and times.

Two plays have one shape if their tasks begin, wait and end in the same order. Learners who share a shape most often
share the mistake, also where no diagnosis tells them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from grader.reports.lanes import How, Kind, Lane
from grader.reports.of_class.failures import Miss, TestKey, first_misses, kinds_said
from grader.reports.timeline import Timeline
from grader.reports.timeline_svg import Chart, chart, kinds_in
from grader.reports.views import timelines
from grader.text import counted

MAX_TESTS = 8
"""Tests whose shapes are shown: those that most learners fail with a picture."""
MAX_SHAPES = 3
ENDS = {
    How.OPEN: ("never ends", "never end"),
    How.CANCELLED: ("is cancelled", "are cancelled"),
    How.RAISED: ("raises", "raise"),
    How.NEVER: ("never starts", "never start"),
}
LEAST = 2
"""Learners that make a cluster."""

Timelines = tuple[Timeline, Timeline | None]
Shape = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Plays of one shape; ``chart`` is that of one of them."""

    learners: int
    caption: str
    kinds: str
    chart: Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustered:
    """One hidden test, with its most frequent shapes. ``reference`` is how the reference's play looks."""

    exercise: str
    number: int
    label: str
    failing: int
    clusters: tuple[Cluster, ...]
    others: str
    reference: Chart | None

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        charts = tuple(cluster.chart for cluster in self.clusters)
        return kinds_in((*charts, self.reference) if self.reference else charts)


def clustered(missed: Iterable[Miss]) -> tuple[Clustered, ...]:
    """Return the tests whose failing plays come in shapes, those that most learners fail first."""
    by_test = first_misses(miss for miss in missed if miss.failure.trace is not None)
    most = sorted(by_test.items(), key=lambda item: (-len(item[1]), item[0]))[:MAX_TESTS]
    tests = (_clustered(key, tuple(group.values())) for key, group in most if len(group) >= LEAST)
    return tuple(test for test in tests if test.clusters)


class _Drawn(NamedTuple):
    miss: Miss
    drawn: Timelines


def _clustered(key: TestKey, group: Sequence[Miss]) -> Clustered:
    shapes = _by_shape(group)
    shown = [plays for plays in shapes if len(plays) >= LEAST][:MAX_SHAPES]
    left = len(group) - sum(map(len, shown))
    others = len(shapes) - len(shown)

    return Clustered(
        exercise=key[0],
        number=key[1],
        label=group[0].test.label,
        failing=len(group),
        clusters=tuple(_cluster(plays) for plays in shown),
        others=f"and {counted(left, 'other learner')} in {counted(others, 'other shape')}" if left else "",
        reference=_reference(shown[0][0].drawn) if shown else None,
    )


def _by_shape(group: Iterable[Miss]) -> list[list[_Drawn]]:
    """Group the plays by shape, the most frequent shape first; a play without a picture is left out."""
    by_shape: dict[Shape, list[_Drawn]] = defaultdict(list)
    for miss in group:
        if drawn := timelines(miss.failure):
            by_shape[shape_of(drawn[0])].append(_Drawn(miss, drawn))
    return sorted(by_shape.values(), key=len, reverse=True)


# ---- shapes ----------------------------------------------------------------------------------------------------------


def shape_of(timeline: Timeline) -> Shape:
    """Return the lanes of a timeline without names, and with ranks instead of times."""
    times = (time for lane in timeline.lanes for bar in lane.bars for time in (bar.start, bar.end))
    rank = _ranks((*times, *(lane.start for lane in timeline.lanes)))
    lanes = sorted((_lane(lane, rank) for lane in timeline.lanes), key=repr)
    return timeline.axis, timeline.hidden > 0, tuple(lanes)


def _lane(lane: Lane, rank: dict[float, int]) -> Shape:
    bars = tuple((bar.kind, rank[bar.start], rank[bar.end]) for bar in lane.bars)
    return rank[lane.start], lane.how, lane.depth, bars


def _ranks(times: Iterable[float]) -> dict[float, int]:
    """Return the rank of each time; times that differ by rounding alone have the same rank."""
    ranks: dict[float, int] = {}
    rank, before = -1, None
    for time in sorted(set(times)):
        if before is None or time - before > 1e-9 * max(1.0, abs(time)):
            rank += 1
        ranks[time] = rank
        before = time
    return ranks


# ---- pictures --------------------------------------------------------------------------------------------------------


def _cluster(plays: Sequence[_Drawn]) -> Cluster:
    miss, drawn = plays[0]
    known: set[str] = set()
    if reference := miss.failure.reference:
        known = {span.name for span in reference.spans} | {task.name for task in reference.tasks}
    return Cluster(
        learners=len(plays),
        caption=in_words(drawn[0]),
        kinds=kinds_said([play.miss for play in plays]),
        chart=chart(_renamed(drawn[0], known), counted(len(plays), "learner")),
    )


def _reference(drawn: Timelines) -> Chart | None:
    return chart(drawn[1], "Reference") if drawn[1] else None


def _renamed(timeline: Timeline, known: set[str]) -> Timeline:
    """Number the lanes that bear a learner's own names: they say whose play it is, and a shape has no names."""
    lanes = tuple(
        lane if _is_known(lane.label, known) else replace(lane, label=f"task {number}")
        for number, lane in enumerate(timeline.lanes, start=1)
    )
    return replace(timeline, lanes=lanes)


def _is_known(label: str, known: set[str]) -> bool:
    # The layout numbers lanes of one name: ``run``, ``run 2``.
    name, _, number = label.rpartition(" ")
    return label in known or (number.isdecimal() and name in known)


def in_words(timeline: Timeline) -> str:
    """Say a shape: ``3 tasks, one after the other, 1 cancelled``."""
    lanes = timeline.lanes
    parts = [counted(len(lanes) + timeline.hidden, "task")]
    begun = [lane for lane in lanes if lane.how is not How.NEVER]
    leaves = [lane for lane in begun if not any(_inside(other, lane) for other in begun)]
    if len(leaves) > 1:
        ends = [(lane.start, timeline.end if lane.end is None else lane.end) for lane in leaves]
        apart = all(end <= start for (_, end), (start, _) in zip(sorted(ends), sorted(ends)[1:], strict=False))
        parts.append("one after the other" if apart else "at the same time")
    for how, words in ENDS.items():
        if count := sum(lane.how is how for lane in lanes):
            parts.append(f"{count} {words[count > 1]}")
    if any(bar.kind is Kind.BLOCKED for lane in lanes for bar in lane.bars):
        parts.append("the loop is held up")

    return ", ".join(parts)


def _inside(other: Lane, lane: Lane) -> bool:
    """Whether ``other`` lies under ``lane``. A lane that holds others together is not counted as one of them."""
    return other.depth > lane.depth and other.start >= lane.start and (lane.end is None or other.start < lane.end)
