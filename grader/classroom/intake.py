"""Takes in a class's submissions: which file is whose, for which exercise, and what is left over and why.

The decisions, in one place:

* One file counts for each learner and exercise: the one with the platform's highest number, else the highest number of
  a copy (``join (2).py``). The others are listed as superseded. If two are level and differ, neither counts.
* A file counts by its name; one that is named otherwise counts by the folder or assignment it lies in, if it is the
  only Python file there that it could be.
* On a roster, a learner is known by number, login, address or name, in that order. A person who is not on it, or could
  be two learners of it, is kept as a learner of their own and listed in ``Intake.strangers``.
* What systems and tools leave behind is counted and not listed, and so is what ``grade init`` puts beside the answers.
"""

from __future__ import annotations

import filecmp
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.archive import gather
from grader.classroom.found import Claim, FoundFile, Layout, LeftOver, Reader, RefusedFile, is_archive, shown_path
from grader.classroom.gradebook import Learner
from grader.classroom.layouts.recognise import Evidence, reader_of, recognise
from grader.classroom.matching import Match, is_helper, match_exercise, stem_of
from grader.classroom.people import words_of
from grader.classroom.roster import Owners, Roster
from grader.classroom.zips import is_astray
from grader.kit.exercise import Exercise

_KINDS = {
    ".html": "is text that was typed into the platform, or a link; no file was handed in",
    ".ipynb": "is a notebook; ask for the Python file",
    **dict.fromkeys(
        (".rar", ".7z", ".gz", ".xz", ".bz2"), "is an archive that is not opened; ask for a zip or .tar.gz"
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """One file that a learner has handed in."""

    learner: str
    """The key of the learner."""
    exercise: str
    path: Path
    """The path at which the grader reads the file: a zip is unpacked first."""
    shown: str
    """The path at which the instructor finds it in what the platform exported."""
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
    """The learners of the class in order of their names, also those of the roster who handed in nothing."""
    files: tuple[Handed, ...]
    """The files that count, at most one for each learner and exercise, in that order."""
    unmatched: tuple[LeftOver, ...] = ()
    refused: tuple[LeftOver, ...] = ()
    strangers: tuple[LeftOver, ...] = ()
    """Learners who handed something in and are not clearly on the roster, by the name the export has, and why."""
    leavings: int = 0
    """How many files and folders systems, tools and the grader itself left there; they are not listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A file that may be a learner's answer to an exercise."""

    claim: Claim
    learner: str
    match: Match

    @property
    def shown(self) -> str:
        return self.claim.file.shown

    @property
    def rank(self) -> tuple[int, int]:
        """The platform's number, then that of a copy; the largest counts."""
        return self.claim.rank, stem_of(self.claim.file.parts[-1]).copy

    def left(self, reason: str) -> LeftOver:
        return LeftOver(shown=self.shown, reason=reason)


_Chosen = tuple[list[_Candidate], list[LeftOver]]
"""The candidates that count, and why the others do not."""


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
        Evidence(layout=layout, because="it was asked for")
        if layout is not None
        else recognise(source, gathered, exercises)
    )
    read = reader_of(evidence.layout, gathered, source, exercises)
    owners = Owners(roster)
    sorted_out = [piece for file in gathered.files for piece in _sort(file, read, owners, source, exercises)]
    _meet_refused(gathered.refused, read, owners)
    chosen, superseded = _choose(piece for piece in sorted_out if isinstance(piece, _Candidate))
    left = [piece for piece in sorted_out if isinstance(piece, LeftOver)]

    return Intake(
        layout=evidence.layout,
        because=evidence.because,
        learners=owners.learners(),
        files=_in_order(chosen, owners, exercises),
        unmatched=_sorted((*left, *superseded)),
        refused=_sorted(LeftOver(shown=shown_path(file.parts), reason=file.reason) for file in gathered.refused),
        strangers=owners.strangers(),
        leavings=gathered.leavings,
    )


def _sort(
    file: FoundFile, read: Reader, owners: Owners, source: Path, exercises: Sequence[Exercise]
) -> Iterator[_Candidate | LeftOver]:
    """Say of one file whose answer it may be to which exercise; a group has one answer for each of its learners."""
    claims = read(file)
    if isinstance(claims, str):
        yield LeftOver(shown=file.shown, reason=_kind(file) or claims)
        return
    for claim in claims:
        key = owners.key(claim.person)
        matched = _kind(file) or match_exercise(
            claim.name,
            folders=claim.folders,
            context=(source.stem, *claim.context),
            besides=(*words_of(owners.name(key)), *words_of(claim.person.name)),
            exercises=exercises,
        )
        if isinstance(matched, str):
            yield LeftOver(shown=file.shown, reason=matched)
        else:
            yield _Candidate(claim=claim, learner=key, match=matched)


def _kind(file: FoundFile) -> str:
    """Why a file of this kind cannot be an answer; nothing if it is a Python file."""
    if file.suffix == ".py":
        return ""
    if file.parts[-1].lower().endswith(".py.txt"):
        return "is a Python file with .txt after its name; ask for it without"
    return _KINDS.get(file.suffix, "is not a Python file")


def _meet_refused(refused: Sequence[RefusedFile], read: Reader, owners: Owners) -> None:
    """Add the owners of refused files to the class: they may have handed in nothing else."""
    for file in refused:
        # The folders of a path that leads out of an archive are nobody's; who handed in that archive, the rest says.
        known = file.parts[:-1] if is_astray(file.parts[-1]) else file.parts
        if not known:
            continue
        # An archive that was refused stands for a folder, and the layouts look for owners in the names of folders.
        parts = (*known, "") if is_archive(known[-1]) else known
        claims = read(FoundFile(parts=parts, path=None))
        for claim in claims if not isinstance(claims, str) else ():
            owners.key(claim.person)


def _in_order(chosen: Sequence[_Candidate], owners: Owners, exercises: Sequence[Exercise]) -> tuple[Handed, ...]:
    people = {learner.key: at for at, learner in enumerate(owners.learners())}
    order = {exercise.id: at for at, exercise in enumerate(exercises)}
    handed = [
        Handed(
            learner=candidate.learner,
            exercise=candidate.match.exercise,
            path=path,
            shown=candidate.shown,
            late=candidate.claim.late,
            submitted_at=candidate.claim.submitted_at,
        )
        for candidate in chosen
        if (path := candidate.claim.file.path) is not None
    ]
    return tuple(sorted(handed, key=lambda file: (people[file.learner], order[file.exercise])))


def _sorted(left: Iterable[LeftOver]) -> tuple[LeftOver, ...]:
    return tuple(sorted(dict.fromkeys(left), key=lambda file: (file.shown, file.reason)))


# ---- which of several files counts -----------------------------------------------------------------------------------


def _choose(candidates: Iterable[_Candidate]) -> _Chosen:
    """Choose one file at most for each learner and exercise."""
    groups: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.learner, candidate.match.exercise].append(candidate)
    choices = [_best(group) for group in groups.values()]
    return [candidate for best, _ in choices for candidate in best], [file for _, left in choices for file in left]


def _best(group: Sequence[_Candidate]) -> _Chosen:
    named = [candidate for candidate in group if candidate.match.named]
    if named:
        beside = f"lies beside {named[0].claim.name}, which is the answer"
        return _newest(named, [candidate.left(beside) for candidate in group if not candidate.match.named])
    helpers = [candidate for candidate in group if is_helper(candidate.claim.name)]
    exercise = group[0].match.exercise
    left = [candidate.left(f"is named like a test or a part, and not like {exercise}") for candidate in helpers]
    loose = [candidate for candidate in group if candidate not in helpers]
    if len({stem_of(candidate.claim.name).text.casefold() for candidate in loose}) > 1:
        why = f"is one of {len(loose)} files that could be {exercise}, none of which is named like it"
        return [], left + [candidate.left(why) for candidate in loose]
    return _newest(loose, left) if loose else ([], left)


def _newest(group: Sequence[_Candidate], left: list[LeftOver]) -> _Chosen:
    last = max(candidate.rank for candidate in group)
    level = [candidate for candidate in group if candidate.rank == last]
    best = level[0]
    if not all(_same(best, other) for other in level[1:]):
        return [], left + [candidate.left(_unclear(candidate, level, group)) for candidate in group]
    left = left + [candidate.left(f"is the same as {best.shown}") for candidate in level[1:]]
    return [best], left + [
        candidate.left(f"is superseded by {best.shown}") for candidate in group if candidate.rank != last
    ]


def _unclear(candidate: _Candidate, level: Sequence[_Candidate], group: Sequence[_Candidate]) -> str:
    others = [other.shown for other in (level if candidate in level else group) if other is not candidate]
    exercise = candidate.match.exercise
    return f"could be {exercise}, and so could {', '.join(others[:3])}: it is not clear which of them counts"


def _same(candidate: _Candidate, other: _Candidate) -> bool:
    first, second = candidate.claim.file.path, other.claim.file.path
    try:
        return first is not None and second is not None and filecmp.cmp(first, second, shallow=False)
    except OSError:
        return False
