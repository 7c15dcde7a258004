"""Which of several files of a learner counts for an exercise, and why the others do not."""

from __future__ import annotations

import filecmp
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from grader.classroom.found import LeftOver
from grader.classroom.layouts.claims import Claim
from grader.classroom.matching import Match, is_helper, stem_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A file that may be a learner's answer to an exercise."""

    claim: Claim
    learner: str
    match: Match

    @property
    def shown(self) -> str:
        return self.claim.found.shown

    @property
    def rank(self) -> tuple[int, int]:
        """The platform's number, then that of a copy; the largest counts."""
        return self.claim.rank, stem_of(self.claim.found.parts[-1]).copy


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What became of the candidates: at most one for each learner and exercise counts."""

    chosen: tuple[Candidate, ...]
    left: tuple[LeftOver, ...]


def choose(candidates: Iterable[Candidate]) -> Choice:
    """Decide for every learner and exercise."""
    groups: dict[tuple[str, str], list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.learner, candidate.match.exercise].append(candidate)
    chosen: list[Candidate] = []
    left: list[LeftOver] = []
    for group in groups.values():
        best, others = _best(group)
        chosen.extend(best)
        left.extend(others)

    return Choice(chosen=tuple(chosen), left=tuple(left))


def _best(group: Sequence[Candidate]) -> tuple[list[Candidate], list[LeftOver]]:
    named = [one for one in group if one.match.named]
    if named:
        others = [one for one in group if not one.match.named]
        left = [_left(one, f"lies beside {named[0].claim.name}, which is the answer") for one in others]
        best, superseded = _newest(named)
        return best, left + superseded
    helpers = [one for one in group if is_helper(one.claim.name)]
    left = [_left(one, f"is named like a test or a part, and not like {one.match.exercise}") for one in helpers]
    loose = [one for one in group if one not in helpers]
    if len({stem_of(one.claim.name).text.casefold() for one in loose}) > 1:
        what = f"is one of {len(loose)} files that could be {loose[0].match.exercise}, none of which is named like it"
        return [], left + [_left(one, what) for one in loose]
    best, superseded = _newest(loose) if loose else ([], [])

    return best, left + superseded


def _newest(group: Sequence[Candidate]) -> tuple[list[Candidate], list[LeftOver]]:
    last = max(one.rank for one in group)
    level = [one for one in group if one.rank == last]
    best = level[0]
    if not all(_same(best, one) for one in level[1:]):
        return [], [_left(one, _unclear(one, level, group)) for one in group]
    left = [_left(one, f"is the same as {best.shown}") for one in level[1:]]
    left += [_left(one, f"is superseded by {best.shown}") for one in group if one.rank != last]

    return [best], left


def _unclear(one: Candidate, level: Sequence[Candidate], group: Sequence[Candidate]) -> str:
    others = [each.shown for each in (level if one in level else group) if each is not one]
    return f"could be {one.match.exercise}, and so could {', '.join(others[:3])}: it is not clear which of them counts"


def _same(one: Candidate, other: Candidate) -> bool:
    first, second = one.claim.found.path, other.claim.found.path
    try:
        return first is not None and second is not None and filecmp.cmp(first, second, shallow=False)
    except OSError:
        return False


def _left(one: Candidate, reason: str) -> LeftOver:
    return LeftOver(shown=one.shown, reason=reason)
