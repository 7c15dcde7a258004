"""Takes in a class's submissions: which file is whose, for which exercise, and what is left over and why.

The decisions, in one place:

* One file counts for each learner and exercise: the one with the platform's highest number, else the highest number of
  a copy (``join (2).py``). The others are listed as superseded. If two are level and differ, neither counts.
* A file counts by its name; one that is named otherwise counts by the folder or assignment it lies in, if it is the
  only Python file there that it could be.
* On a roster, a learner is known by number, login, address or name, in that order. Somebody who is not on it, or could
  be two people of it, is kept as a learner of their own and listed in ``Intake.strangers``.
* What systems and tools leave behind is counted and not listed, and so is what ``grade init`` puts beside the answers.
"""

from __future__ import annotations

import filecmp
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from grader.classroom.archive import gather
from grader.classroom.found import Found, Gathered, LeftOver, RefusedFile, shown_path
from grader.classroom.gradebook import Learner
from grader.classroom.layouts import canvas, flat, folders, gradescope, moodle
from grader.classroom.layouts.claims import Claim, Layout, Reader
from grader.classroom.layouts.recognise import Evidence, recognise
from grader.classroom.matching import Match, is_helper, match_exercise, stem_of
from grader.classroom.people import words_of
from grader.classroom.roster import Owners, Roster
from grader.kit.exercise import Exercise

# ---- choosing --------------------------------------------------------------------------------------------------------
#
# Which of several files of a learner counts for an exercise, and why the others do not.


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


_KINDS = {
    ".html": "is text that was typed into the platform, or a link; no file was handed in",
    ".ipynb": "is a notebook; ask for the Python file",
    **dict.fromkeys((".rar", ".7z", ".gz", ".tgz", ".tar", ".xz", ".bz2"), "is an archive, but not a zip"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One file that somebody handed in."""

    learner: str
    """The key of the learner."""
    exercise: str
    path: Path
    """Where the file is now: a zip is unpacked first."""
    shown: str
    """Where the instructor finds it: its path in what the platform exported."""
    late: bool = False
    """Whether the platform marked it so."""
    submitted_at: str = ""
    """UTC, ISO 8601; empty if the platform does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Everything that was found. Nothing is dropped: each file is handed in, unmatched or refused."""

    layout: Layout
    because: str
    """What the layout was recognised by, in words."""
    learners: tuple[Learner, ...]
    """In order of their names; those of the roster who handed in nothing are among them."""
    files: tuple[Handed, ...]
    """At most one for each learner and exercise, in that order."""
    unmatched: tuple[LeftOver, ...] = ()
    refused: tuple[LeftOver, ...] = ()
    strangers: tuple[LeftOver, ...] = ()
    """Learners who handed something in and are not clearly on the roster, by the name the export has, and why."""
    leavings: int = 0
    """How many files and folders systems, tools and the grader itself left there; they are not listed."""


def take_in(
    source: Path, *, exercises: Sequence[Exercise], layout: Layout | None, roster: Roster | None, staging: Path
) -> Intake:
    """Take in a folder or zip of submissions. With no ``layout`` it is recognised.

    ``staging`` is an existing folder for what has to be unpacked; it must stay until the files have been read, and is
    the caller's to remove. Raises ClassroomError if the source cannot be read or recognised, MachineError if there is
    no room.
    """
    gathered = gather(source, staging)
    evidence = (
        recognise(source, gathered.files, exercises)
        if layout is None
        else Evidence(layout=layout, because="it was asked for")
    )
    read = _reader(evidence.layout, gathered, source, exercises)
    owners = Owners(roster)
    sorted_out = [one for found in gathered.files for one in _sort(found, read, owners, source, exercises)]
    _meet_refused(gathered.refused, read, owners)
    choice = choose(one for one in sorted_out if isinstance(one, Candidate))
    left = [one for one in sorted_out if isinstance(one, LeftOver)]

    return Intake(
        layout=evidence.layout,
        because=evidence.because,
        learners=owners.learners(),
        files=_in_order(choice.chosen, owners, exercises),
        unmatched=_sorted((*left, *choice.left)),
        refused=_sorted(LeftOver(shown=shown_path(one.parts), reason=one.reason) for one in gathered.refused),
        strangers=owners.strangers(),
        leavings=gathered.leavings,
    )


def _reader(layout: Layout, gathered: Gathered, source: Path, exercises: Sequence[Exercise]) -> Reader:
    match layout:
        case Layout.CANVAS:
            return canvas.read
        case Layout.MOODLE:
            return moodle.reader(gathered.files)
        case Layout.GRADESCOPE:
            return gradescope.reader(gathered.files)
        case Layout.FOLDERS:
            return folders.reader(gathered, source.name, exercises)
        case Layout.FLAT:
            return flat.reader(source.name, exercises)
        case never:
            assert_never(never)


def _sort(
    found: Found, read: Reader, owners: Owners, source: Path, exercises: Sequence[Exercise]
) -> Iterator[Candidate | LeftOver]:
    """Say of one file whose answer it may be to what; a group has one answer each."""
    claims = read(found)
    if isinstance(claims, str):
        yield LeftOver(shown=found.shown, reason=_kind(found) or claims)
        return
    for claim in claims:
        key = owners.key(claim.person)
        matched = _kind(found) or match_exercise(
            claim.name,
            folders=claim.folders,
            context=(source.stem, *claim.context),
            besides=(*words_of(owners.name(key)), *words_of(claim.person.name)),
            exercises=exercises,
        )
        if isinstance(matched, str):
            yield LeftOver(shown=found.shown, reason=matched)
        else:
            yield Candidate(claim=claim, learner=key, match=matched)


def _kind(found: Found) -> str:
    """Why a file cannot be an answer by what it is; nothing if it is a Python file."""
    if found.suffix == ".py":
        return ""
    if found.parts[-1].lower().endswith(".py.txt"):
        return "is a Python file with .txt after its name; ask for it without"
    return _KINDS.get(found.suffix, "is not a Python file")


def _meet_refused(refused: Sequence[RefusedFile], read: Reader, owners: Owners) -> None:
    """Know the owners of what was refused: they are in the class, too, and perhaps handed in nothing else."""
    for one in refused:
        # A zip that was refused stands for a folder, and the layouts look for owners in the names of folders.
        parts = (*one.parts, "") if one.parts[-1].lower().endswith(".zip") else one.parts
        claims = read(Found(parts=parts, path=None))
        for claim in claims if not isinstance(claims, str) else ():
            owners.key(claim.person)


def _in_order(chosen: Sequence[Candidate], owners: Owners, exercises: Sequence[Exercise]) -> tuple[Handed, ...]:
    people = {learner.key: at for at, learner in enumerate(owners.learners())}
    order = {exercise.id: at for at, exercise in enumerate(exercises)}
    handed = [_handed(one, path) for one in chosen if (path := one.claim.found.path) is not None]
    return tuple(sorted(handed, key=lambda one: (people[one.learner], order[one.exercise])))


def _handed(candidate: Candidate, path: Path) -> Handed:
    return Handed(
        learner=candidate.learner,
        exercise=candidate.match.exercise,
        path=path,
        shown=candidate.shown,
        late=candidate.claim.late,
        submitted_at=candidate.claim.submitted_at,
    )


def _sorted(left: Iterable[LeftOver]) -> tuple[LeftOver, ...]:
    return tuple(sorted(dict.fromkeys(left), key=lambda one: (one.shown, one.reason)))
