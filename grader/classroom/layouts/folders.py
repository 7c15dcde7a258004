"""A folder, a zip or a repository for each learner, perhaps below a folder for each exercise.

The folders of learners may lie in folders of sections, if the roster knows the learners and not the sections.
A learner's folder may hold the files themselves, folders like ``ex01_join/`` as ``grade init`` makes them, or
``exercises/ex01_join/``. GitHub Classroom clones to ``NAME-submissions/NAME-LOGIN``, and the common beginning is
taken off (https://docs.github.com/en/education/manage-coursework-with-github-classroom).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from grader.classroom.found import Claim, FoundFile, Gathered, Knows, Reader, bare_name
from grader.classroom.matching import exactly, forms_of
from grader.classroom.people import person_called, words_of
from grader.kit.exercise import Exercise

_EXERCISES = "exercises"
_OF_A_PROGRAM = frozenset(
    ("app", "code", "lib", "package", "project", "python", "solution", "solutions", "source", "src")
)
_MOST = 0.75
"""The share of folders that the roster must know to say that they are learners'."""
_CLONES = "-submissions"
_SEPARATORS = " _-."
_WORD = re.compile(r"[^\W_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPlace:
    """A path taken apart: the folders above a learner's own, the learner's own folder, and the path in it.

    ``owner`` is empty if the file lies in no learner's folder.
    """

    above: tuple[str, ...]
    owner: str
    inside: tuple[str, ...]


def place_of(file: FoundFile, *, root: int, exercises: Sequence[Exercise]) -> FolderPlace:
    """Take a path apart; its first ``root`` parts hold all files."""
    parts, at = file.parts, root
    while at < len(parts) - 1 and is_of_exercise(parts[at], exercises):
        at += 1
    if at >= len(parts) - 1:
        return FolderPlace(above=parts[:at], owner="", inside=parts[at:])
    return FolderPlace(above=parts[:at], owner=parts[at], inside=parts[at + 1 :])


def place_in_section(file: FoundFile, *, root: int, exercises: Sequence[Exercise]) -> FolderPlace:
    """Take a path apart in which the folder of a learner lies in that of a section."""
    place = place_of(file, root=root, exercises=exercises)
    if not place.owner or len(place.inside) < 2:
        return replace(place, owner="")
    return FolderPlace(above=(*place.above, place.owner), owner=place.inside[0], inside=place.inside[1:])


def _are_sections(places: Sequence[FolderPlace], knows: Knows) -> bool:
    """Whether the folders below those that seem to be learners' are the learners'."""
    outer = {bare_name(place.owner) for place in places if place.owner}
    inner = {bare_name(place.inside[0]) for place in places if place.owner and len(place.inside) > 1}
    known = sum(map(knows, inner))
    return known > 0 and known >= _MOST * len(inner) and not any(map(knows, outer))


def is_of_exercise(name: str, exercises: Sequence[Exercise]) -> bool:
    """Whether a folder is one of an exercise, such as ``ex01_join`` or ``exercises``, and not one of a learner."""
    bare = bare_name(name)
    return bare.casefold() == _EXERCISES or bool(exactly(bare, exercises))


def common_root(files: Sequence[FoundFile], exercises: Sequence[Exercise], knows: Knows) -> int:
    """How many folders hold all files: ``class/submissions/alice/join.py`` has two, if bob is there as well.

    With a single learner it is not clear whether the folder is theirs; it is taken for theirs if the roster knows its
    name, or if it holds exercises. Where nothing says which of several folders it is, as in ``alice/project/src``, it
    is the innermost that is not called like a part of a program.
    """
    root = 0
    while True:
        names = {file.parts[root] for file in files}
        inside = {file.parts[root + 1] for file in files if len(file.parts) > root + 2}
        if len(names) != 1:
            return root
        if is_of_exercise(name := next(iter(names)), exercises) or knows(bare_name(name)):
            return root
        if not all(len(file.parts) > root + 2 for file in files):
            return _not_of_a_program(files[0].parts[: root + 1])
        if all(is_of_exercise(name, exercises) for name in inside):
            return root
        root += 1


def _not_of_a_program(folders: Sequence[str]) -> int:
    """The place of the innermost folder that may be called after a person; that of the innermost if none may."""
    last = len(folders) - 1
    return next((at for at in range(last, -1, -1) if not _OF_A_PROGRAM & set(words_of(folders[at]))), last)


def reader(gathered: Gathered, source: str, exercises: Sequence[Exercise], knows: Knows) -> Reader:
    """How to claim a file by the folder it lies in. ``source`` is the name of the folder or zip that holds them all."""
    root = common_root([file for file in gathered.files if file.suffix == ".py"], exercises, knows)
    places = [place_of(file, root=root, exercises=exercises) for file in gathered.files]
    find_place = place_in_section if _are_sections(places, knows) else place_of
    places = [find_place(file, root=root, exercises=exercises) for file in gathered.files]
    owners = {(*place.above, place.owner) for place in places if place.owner}
    prefix = _prefix(owners, gathered.repositories, source)

    def read(file: FoundFile) -> Sequence[Claim] | str:
        place = find_place(file, root=root, exercises=exercises)
        if not place.owner:
            return "lies in no learner's folder"
        owner, assignment = _whose(bare_name(place.owner).removeprefix(prefix), exercises)
        return (
            Claim(
                file=file,
                person=person_called(owner),
                name=place.inside[-1],
                folders=place.inside[:-1],
                context=(*place.above, *([prefix] if prefix else []), *([assignment] if assignment else [])),
            ),
        )

    return read


def _prefix(owners: Collection[tuple[str, ...]], repositories: frozenset[tuple[str, ...]], source: str) -> str:
    """The common beginning of the names of repositories, which names the assignment; empty if there is none."""
    names = [owner[-1] for owner in owners]
    above = {owner[-2] if len(owner) > 1 else source for owner in owners}
    if len(above) == 1 and (holder := next(iter(above))).endswith(_CLONES):
        prefix = holder.removesuffix(_CLONES) + "-"
        return prefix if all(len(name) > len(prefix) and name.startswith(prefix) for name in names) else ""
    if len(names) < 2 or not all(owner in repositories for owner in owners):
        return ""
    first, last = min(names), max(names)
    shared = next((at for at, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1]), len(first))
    return first[: first.rfind("-", 0, shared) + 1]


def _whose(folder: str, exercises: Sequence[Exercise]) -> tuple[str, str]:
    """Take the id of an exercise off the beginning of a folder's name: ``ex01-alice`` is alice's, of ex01."""
    head = _WORD.match(folder)[0]  # type: ignore[index]  # it matches the empty text as well
    rest = folder[len(head) :].lstrip(_SEPARATORS)
    if rest and any(words_of(head) in forms_of(exercise).by_id for exercise in exercises):
        return rest, head
    return folder, ""
