"""Takes in a class's submissions: which file is whose, for which exercise, and what is left over and why.

The decisions, in one place:

* One file counts for each learner and exercise: the one with the platform's highest number, else the highest number of
  a copy (``join (2).py``). The others are listed as superseded. If two are level and differ, neither counts.
* A file counts by its name; one that is named otherwise counts by the folder or assignment it lies in, if it is the
  only Python file there that it could be.
* A group's file is the answer of each of its members: ``groups`` says how they are known.
* What ``[files]`` of ``class.toml`` says of a file goes before all else.
* A file that is named like nothing may still be taken: ``misnamed`` says when.
* On a roster, a learner is known by number, login, address or name, in that order. A person who is not on it, or could
  be two learners of it, is kept as a learner of their own and listed in ``Intake.strangers``.
* What systems and tools leave behind is counted and not listed, and so is what ``grade init`` puts beside the answers.
"""

from __future__ import annotations

import filecmp
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.archive import gather
from grader.classroom.files_by_hand import FileByHand, FilesByHand, not_there
from grader.classroom.found import Claim, FoundFile, Layout, LeftOver, Reader, RefusedFile, is_archive, shown_path
from grader.classroom.gradebook import Learner
from grader.classroom.group_notes import notes_on_groups
from grader.classroom.groups import Group, person_named
from grader.classroom.layouts.recognise import Evidence, reader_of, recognise
from grader.classroom.matching import Match, Unnamed, is_helper, match_exercise, stem_of
from grader.classroom.misnamed import only_answer
from grader.classroom.people import Person, words_of
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

_NAMED = 5
"""Files of a kind that a note names."""


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
    notes: tuple[str, ...] = ()
    """What was guessed or is in doubt, one sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A file that may be a learner's answer to an exercise."""

    claim: Claim
    learner: str
    match: Match
    by_hand: bool = False
    """Whether ``class.toml`` says that it is."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Misnamed:
    """A learner's Python file of which nothing says the exercise."""

    claim: Claim
    learner: str
    reason: str


def take_in(
    source: Path,
    *,
    exercises: Sequence[Exercise],
    layout: Layout | None,
    roster: Roster | None,
    staging: Path,
    asked: Collection[str] = (),
    groups: Sequence[Group] = (),
    by_hand: FilesByHand | None = None,
    reference: Roster | None = None,
    earlier: Roster | None = None,
) -> Intake:
    """Take in a folder or zip of submissions. With no ``layout`` it is recognised.

    ``exercises`` are those of the kit, and ``asked`` the ids of those to be graded, all of them if it is empty.
    ``groups`` and ``by_hand`` are as in ``class.toml``; ``reference`` and ``earlier`` are as in ``Owners``.
    ``staging`` is an existing folder for what has to be unpacked; it must stay until the files have been read, and is
    the caller's to remove.
    Raises ClassroomError if the source cannot be read or recognised, MachineError if there is no room.
    """
    gathered = gather(source, staging)
    graded = [exercise for exercise in exercises if not asked or exercise.id in asked]
    only = graded[0] if len(graded) == 1 else None
    owners = Owners(roster, groups, reference=reference, earlier=earlier)
    evidence = (
        Evidence(layout=layout, because="it was asked for")
        if layout is not None
        else recognise(source, gathered, exercises, owners.knows, only)
    )
    sorting = _Sorting(
        read=reader_of(evidence.layout, gathered, source, exercises, owners.knows, only),
        owners=owners,
        source=source,
        exercises=exercises,
        by_hand=by_hand or {},
    )
    sorted_out = [piece for file in gathered.files for piece in sorting.sort(file)]
    _meet_refused(gathered.refused, sorting.read, owners)
    candidates = [piece for piece in sorted_out if isinstance(piece, _Candidate)]
    misnamed = [piece for piece in sorted_out if isinstance(piece, _Misnamed)]
    taken = _only_answers(misnamed, candidates, graded, exercises)
    chosen, superseded = _choose((*candidates, *taken))
    left = [piece for piece in sorted_out if isinstance(piece, LeftOver)]
    left += [_left(piece) for piece in misnamed if piece.claim.file not in {one.claim.file for one in taken}]

    return Intake(
        layout=evidence.layout,
        because=evidence.because,
        learners=owners.learners(),
        files=_in_order(chosen, owners, exercises),
        unmatched=_sorted((*left, *superseded)),
        refused=_sorted(LeftOver(shown=shown_path(file.parts), reason=file.reason) for file in gathered.refused),
        strangers=owners.strangers(),
        leavings=gathered.leavings,
        notes=(
            *gathered.notes,
            *_of_misnamed(chosen, taken, owners),
            *notes_on_groups(owners, evidence.layout),
            *not_there(sorting.by_hand, [file.shown for file in gathered.files]),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorting:
    """Says of each file whose it is and for which exercise."""

    read: Reader
    owners: Owners
    source: Path
    exercises: Sequence[Exercise]
    by_hand: FilesByHand

    def sort(self, file: FoundFile) -> Iterator[_Candidate | _Misnamed | LeftOver]:
        """Say of one file whose answer it may be to which exercise; a group has one answer for each of its learners."""
        said = self.by_hand.get(file.shown)
        claims = self.read(file)
        if said is not None and said.learner:
            person = person_named(said.learner)
            claims = (Claim(file=file, person=person, name=file.parts[-1], folders=file.parts[:-1]),)
        if isinstance(claims, str):
            yield LeftOver(shown=file.shown, reason=_kind(file) or claims)
            return
        for claim in claims:
            for key in self._keys(claim.person, said):
                yield self._sort_for(claim, key, said)

    def _keys(self, person: Person, said: FileByHand | None) -> tuple[str, ...]:
        return (self.owners.named(person),) if said is not None and said.learner else self.owners.keys(person)

    def _sort_for(self, claim: Claim, key: str, said: FileByHand | None) -> _Candidate | _Misnamed | LeftOver:
        matched = _kind(claim.file) or self._match(claim, key, said)
        if isinstance(matched, str):
            return LeftOver(shown=claim.file.shown, reason=matched)
        if isinstance(matched, Unnamed):
            return _Misnamed(claim=claim, learner=key, reason=matched.reason)
        return _Candidate(claim=claim, learner=key, match=matched, by_hand=said is not None)

    def _match(self, claim: Claim, key: str, said: FileByHand | None) -> Match | Unnamed | str:
        if said is not None and said.exercise:
            return Match(exercise=said.exercise, named=True)
        return match_exercise(
            claim.name,
            folders=claim.folders,
            context=(self.source.stem, *claim.context),
            besides=(*words_of(self.owners.name(key)), *words_of(claim.person.name)),
            exercises=self.exercises,
        )


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


# ---- files that are named like nothing -------------------------------------------------------------------------------


def _only_answers(
    misnamed: Sequence[_Misnamed],
    candidates: Sequence[_Candidate],
    graded: Sequence[Exercise],
    exercises: Sequence[Exercise],
) -> list[_Candidate]:
    """The misnamed files that are taken all the same, where a learner has no other answer to an exercise."""
    of_learner: dict[str, list[_Misnamed]] = defaultdict(list)
    for piece in misnamed:
        of_learner[piece.learner].append(piece)
    answered = {(candidate.learner, candidate.match.exercise) for candidate in candidates}
    with_answers = {learner for learner, _ in answered}
    taken = []
    for learner, pieces in of_learner.items():
        files = [(piece.claim.name, path) for piece in pieces if (path := piece.claim.file.path) is not None]
        for exercise in graded:
            if (learner, exercise.id) not in answered:
                alone = len(graded) == 1 and learner not in with_answers
                match = Match(exercise=exercise.id, named=False)
                taken += [
                    _Candidate(claim=pieces[at].claim, learner=learner, match=match)
                    for at in only_answer(files, exercise, exercises, alone=alone)
                ]
    return taken


def _of_misnamed(chosen: Sequence[_Candidate], taken: Sequence[_Candidate], owners: Owners) -> Iterator[str]:
    """Say which misnamed files count."""
    counting = [candidate for candidate in taken if candidate in chosen]
    for candidate in counting[:_NAMED]:
        whose = f"{owners.name(candidate.learner)}'s {candidate.match.exercise}"
        otherwise = "if it is not, say in class.toml under [files] what it is"
        yield f"{candidate.shown} is taken as {whose}, as it can be no other; {otherwise}"
    if len(counting) > _NAMED:
        yield f"and so are {len(counting) - _NAMED} more files that are named like no exercise"


def _left(piece: _Misnamed) -> LeftOver:
    return LeftOver(shown=piece.claim.file.shown, reason=piece.reason)


# ---- which of several files counts -----------------------------------------------------------------------------------


def _choose(candidates: Iterable[_Candidate]) -> _Chosen:
    """Choose one file at most for each learner and exercise."""
    groups: dict[tuple[str, str], list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.learner, candidate.match.exercise].append(candidate)
    choices = [_best(group) for group in groups.values()]
    return [candidate for best, _ in choices for candidate in best], [file for _, left in choices for file in left]


def _best(group: Sequence[_Candidate]) -> _Chosen:
    by_hand = [candidate for candidate in group if candidate.by_hand]
    if by_hand and len(by_hand) < len(group):
        instead = f"does not count, because class.toml names {by_hand[0].shown}"
        return _newest(by_hand, [candidate.left(instead) for candidate in group if not candidate.by_hand])
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
