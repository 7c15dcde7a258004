"""Sets a learner's timeline beside the reference's: marks what differs, and leaves out what is alike.

Spans are told apart by their names, lanes by their labels. Times that no eye could tell apart in the picture are equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from grader.reports.lanes import LEAST_SHARE, LOOKED_AT, Bar, How, Lane
from grader.reports.timeline import MAX_LANES, Label, Timeline, cancelled_here, count_steps, layout, layout_in_steps
from grader.wire.recording import Trace
from grader.wire.rows import Span

MAX_LABELS = 4
"""Labels of one timeline; a dozen of them say no more than the first few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A moment at which a span of the learner's play goes another way than in the reference's play.

    ``other`` is the span for which it waited, if it did.
    """

    at: float
    name: str
    text: str
    other: str = ""


def side_by_side(student: Trace, reference: Trace | None) -> tuple[Timeline, Timeline | None]:
    """Lay out both plays on one scale, with labels where the student's goes another way.

    The label of a cancellation that a test has asked for stands before them.
    """
    if reference is None:
        return _cancelled(layout(student, scale_end=student.elapsed), student), None
    end = max(student.elapsed, reference.elapsed)
    if end > 0:
        mine, theirs = layout(student, scale_end=end), layout(reference, scale_end=end)
        mine = _labelled(mine, marks(student, reference))
    else:
        steps = max(count_steps(student), count_steps(reference))
        mine, theirs = layout_in_steps(student, steps), layout_in_steps(reference, steps)
    begun = {span.name for span in student.spans}
    named = _by_name(reference).keys()
    never = [lane.label for lane in theirs.lanes if lane.label in named and lane.label not in begun]
    return _with_lanes(_cancelled(mine, student), never), theirs


def _with_lanes(timeline: Timeline, never: Sequence[str]) -> Timeline:
    end = timeline.end
    lanes = [Lane(label=name, depth=0, start=end, end=end, how=How.NEVER, bars=(), is_span=True) for name in never]
    room = max(0, MAX_LANES - len(timeline.lanes))
    hidden = timeline.hidden + max(0, len(lanes) - room)
    return replace(timeline, lanes=(*timeline.lanes, *lanes[:room]), hidden=hidden)


def _labelled(timeline: Timeline, found: Iterable[Mark]) -> Timeline:
    rows = {lane.label: row for row, lane in reversed(list(enumerate(timeline.lanes)))}
    shown = [mark for mark in found if mark.name in rows and mark.at <= timeline.end][:MAX_LABELS]
    labels = (Label(at=mark.at, lane=rows[mark.name], text=mark.text, other=mark.other) for mark in shown)
    return replace(timeline, labels=tuple(labels))


def _cancelled(timeline: Timeline, trace: Trace) -> Timeline:
    """The same timeline, with a label where the play cancels its caller."""
    here = cancelled_here(trace, timeline.axis)
    rows = [row for row, lane in enumerate(timeline.lanes) if here is not None and lane.label == here.lane]
    if here is None or not rows or here.at > timeline.end:
        return timeline
    return replace(timeline, labels=(Label(at=here.at, lane=rows[0], text="cancelled here"), *timeline.labels))


# ---- what differs ----------------------------------------------------------------------------------------------------


def marks(student: Trace, reference: Trace) -> tuple[Mark, ...]:
    """Find where spans begin too late or in vain, or go on although the reference cancels them, in order of time."""
    mine, theirs = _by_name(student), _by_name(reference)
    least = max(student.elapsed, reference.elapsed) * LEAST_SHARE
    late = [mark for mark in _going_on(mine, theirs, least) if mine[mark.name].how == "cancelled"]
    found = [*_begun_late(mine, theirs), *_begun_in_vain(mine, reference)]
    found += [mark for mark in _going_on(mine, theirs, least) if mark not in late]
    # What only ends later may just have been started later, or be cancelled at the end of a play that takes longer.
    return tuple(sorted(found or late, key=lambda mark: (mark.at, mark.name)))


def _begun_late(mine: dict[str, Span], theirs: dict[str, Span]) -> Iterator[Mark]:
    """Find spans that begin exactly where another ends, while in the reference both are under way together."""
    shared = sorted(mine.keys() & theirs.keys())
    for name in shared:
        begin = mine[name].start
        # A span that begins and ends at one moment comes neither before nor after another one.
        before = [other for other in shared if other != name and mine[other].start < begin == mine[other].stopped]
        gains = {other: _overlap(theirs[name], theirs[other]) for other in before}
        if before and max(gains.values()) > 0:
            other = max(before, key=gains.__getitem__)
            yield Mark(at=begin, name=name, text=f"starts only when `{other}` ends", other=other)


def _begun_in_vain(mine: dict[str, Span], reference: Trace) -> Iterator[Mark]:
    """Find spans that the reference never begins."""
    names = {span.name for span in reference.spans}
    for name in mine.keys() - names if names else ():
        yield Mark(at=mine[name].start, name=name, text="should not start")


def _going_on(mine: dict[str, Span], theirs: dict[str, Span], least: float) -> Iterator[Mark]:
    """Find spans that go on when the reference cancels them, for so long that it can be seen."""
    for name in mine.keys() & theirs.keys():
        at, stopped = theirs[name].stopped, mine[name].stopped
        if at is None or theirs[name].how != "cancelled" or mine[name].start > at:
            continue
        if stopped is None or stopped > at + least:
            yield Mark(at=at, name=name, text="should be cancelled here")


def _by_name(trace: Trace) -> dict[str, Span]:
    """Return the spans that can be told apart: those of a name that occurs once."""
    spans = trace.spans[:LOOKED_AT]
    counts = Counter(span.name for span in spans)
    return {span.name: span for span in spans if counts[span.name] == 1}


def _overlap(span: Span, other: Span) -> float:
    ends = [one.stopped for one in (span, other) if one.stopped is not None]
    start = max(span.start, other.start)
    return min(ends) - start if ends else 1.0


# ---- what is alike ---------------------------------------------------------------------------------------------------


def alike(mine: Timeline, theirs: Timeline) -> bool:
    """Whether a picture of one play looks like that of the other."""
    same = len(mine.lanes) == len(theirs.lanes) and mine.hidden == theirs.hidden and not mine.labels
    return same and len(lanes_alike(mine, theirs)[0]) == len(mine.lanes)


def lanes_alike(mine: Timeline, theirs: Timeline) -> tuple[set[str], set[str]]:
    """Return the labels of the lanes of either picture that look the same in the other one, at whatever depth.

    A task that is named after a function may have another name there.
    """
    least = mine.end * LEAST_SHARE
    left = list(theirs.lanes)
    pairs: list[tuple[str, str]] = []
    for lane in mine.lanes:
        partners = [other for other in left if _same(lane, other, least)]
        if partners:
            partner = min(partners, key=lambda other: other.label != lane.label)
            left.remove(partner)
            pairs.append((lane.label, partner.label))
    return {one for one, _ in pairs}, {other for _, other in pairs}


def _same(lane: Lane, other: Lane, least: float) -> bool:
    named_apart = lane.label != other.label and (lane.is_span or other.is_span)
    if named_apart or (lane.how, len(lane.bars)) != (other.how, len(other.bars)):
        return False
    begin_together = abs(lane.start - other.start) <= least
    return begin_together and all(_same_bar(*bars, least) for bars in zip(lane.bars, other.bars, strict=True))


def _same_bar(bar: Bar, other: Bar, least: float) -> bool:
    return bar.kind is other.kind and abs(bar.start - other.start) <= least and abs(bar.end - other.end) <= least


def folded(mine: Timeline, theirs: Timeline, rows: int) -> tuple[Timeline, Timeline]:
    """Leave out lanes until both timelines have no more than ``rows``, first those that are alike in both.

    A lane with a mark stays only together with the lanes that the mark names.
    """
    if len(mine.lanes) + len(theirs.lanes) <= rows:
        return mine, theirs
    told = {mine.lanes[label.lane].label for label in mine.labels}
    named = {label.other for label in mine.labels if label.other}
    by = {mine.lanes[label.lane].label: {label.other} for label in reversed(mine.labels) if label.other}
    here, there = lanes_alike(mine, theirs)
    mine, theirs = _without_alike(mine, here - told - named), _without_alike(theirs, there - told - named)
    # Lanes that never began are named together in one row.
    never = {lane.label for lane in mine.lanes if lane.how is How.NEVER}
    begun = [lane.label for lane in mine.lanes if lane.how is not How.NEVER]
    labels = dict.fromkeys([*begun, *(lane.label for lane in theirs.lanes)])
    kept_here: set[str] = set()
    kept_there: set[str] = set()
    for label in sorted(labels, key=lambda label: (label not in told, label not in named)):
        with_here = kept_here | ({label} | by.get(label, set())) & {*begun}
        with_there = kept_there | {lane.label for lane in theirs.lanes if lane.label == label}
        if len(with_here) + len(with_there) <= rows - bool(never):
            kept_here, kept_there = with_here, with_there
    return cut_to(mine, kept_here | never), cut_to(theirs, kept_there)


def says_something(mine: Timeline, theirs: Timeline) -> bool:
    """Whether what is left of a folded picture is worth its place: what differs, or the better part of both plays."""
    if not (mine.lanes and theirs.lanes):
        return False
    told = bool(mine.labels) or any(lane.how is How.NEVER for lane in mine.lanes)
    return told or all(part.hidden <= len(part.lanes) for part in (mine, theirs))


def cut_to(timeline: Timeline, kept: Collection[str]) -> Timeline:
    """Leave out all lanes but those of these labels, and count them as hidden."""
    left = _only(timeline, kept)
    return replace(left, hidden=timeline.hidden + len(timeline.lanes) - len(left.lanes))


def _without_alike(timeline: Timeline, same: Collection[str]) -> Timeline:
    left = _only(timeline, {lane.label for lane in timeline.lanes} - set(same))
    return replace(left, alike=len(timeline.lanes) - len(left.lanes))


def _only(timeline: Timeline, kept: Collection[str]) -> Timeline:
    rows = [row for row, lane in enumerate(timeline.lanes) if lane.label in kept]
    labels = (replace(label, lane=rows.index(label.lane)) for label in timeline.labels if label.lane in rows)
    return replace(timeline, lanes=tuple(timeline.lanes[row] for row in rows), labels=tuple(labels))
