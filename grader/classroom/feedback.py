"""To whom the learners' pages go, and under which names a platform finds their owners.

Moodle ("Upload multiple feedback files in a zip") splits every part of a path at its underscores: the second piece is
the number of the participant in this one assignment, the third and fourth name the plugin that the file is for. The
first piece means nothing, and must have no underscore of its own. Where groups hand in, the number in an export is that
of the group, which the import would take for a participant of the same number; then a grading worksheet has to say the
numbers. Source: ``is_valid_filename_for_import`` in mod/assign/feedback/file/importziplib.php and
``get_student_prefix`` in mod/assign/classes/downloader.php of https://github.com/moodle/moodle .

Canvas ("Re-Upload Submissions", in the gradebook's menu of an assignment whose files were downloaded) splits the name
of a file at its underscores: the first two pieces that are numbers are the user and an upload of that user in this
assignment, and ``anon`` in front announces the user of an anonymous assignment. The file becomes a comment, for the
whole group where a group handed in. It is shown and given out under the name of the learner's upload, whatever it is
called here, and the CSV of the gradebook has no column for comments. Source: ``infer_comment_context_from_filename``
and ``generate_comments_from_files`` in app/models/abstract_assignment.rb and ``disposition_filename`` in
app/models/attachment.rb of https://github.com/instructure/canvas-lms .
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.classroom.found import Layout
from grader.classroom.gradebook import Learner
from grader.classroom.handback import rows_of, worksheet_exercise
from grader.classroom.intake import Intake
from grader.classroom.layouts import canvas, moodle
from grader.classroom.marks import ClassResults, Standing
from grader.classroom.people import MOODLE, slug
from grader.classroom.roster import people_in
from grader.classroom.sheet import Sheet
from grader.errors import ClassroomError
from grader.kit.exercise import Exercise

PAGE = "report.html"
"""What a learner's page is called when it goes home."""
NO_PAGE = "nothing of theirs has been graded"
_NOT_HERE = "nothing in this export is theirs"
_A_GROUP = "a group handed it in"
_WORKSHEET = "give the grading worksheet with --moodle"
_ANONYMOUS = "anon_"
_LONGEST = 60
_PORTABLE = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9](?:[a-z0-9._@+-]{0,78}[a-z0-9])?")
"""A key that every file system takes for a name; Windows keeps some for itself."""
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_MAILBOX = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)
"""An address that fits into the header of a letter as it is, without quotes or another alphabet."""

Folders = tuple[str, ...]
"""The folders in which an export has one assignment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What goes to one place at once, such as one assignment of a platform."""

    title: str
    """Tells several uploads apart; empty if there is only one."""
    names: Mapping[str, str]
    """By the key of the learner, the name that their page has there; a path with ``/`` in a zip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Whose pages can go home and under which names, and who gets none, and why."""

    uploads: tuple[Upload, ...]
    left_out: Mapping[str, str]
    """By the key of the learner, why there is no page for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipients:
    """The learners of a class while it is looked for where their pages go.

    ``pages`` holds the keys of those who have a page. ``named`` says whether their names may be read from the names of
    files.
    """

    results: ClassResults
    pages: Container[str]
    named: bool

    def learners(self) -> Iterator[Learner]:
        """Those who have a page."""
        return (learner for key, learner in self.results.learners.items() if key in self.pages)

    def addressed(self, names: Mapping[str, Mapping[str, str]], why: Mapping[str, str], otherwise: str) -> Addressed:
        """Those in ``names``, by title and key, and why the others get none."""
        reached = {key for of_upload in names.values() for key in of_upload}
        return Addressed(
            uploads=tuple(Upload(title=title, names=names[title]) for title in sorted(names)),
            left_out={
                key: why.get(key, otherwise) if key in self.pages else NO_PAGE
                for key in self.results.learners
                if key not in reached
            },
        )


# ---- Moodle ----------------------------------------------------------------------------------------------------------


def check_for_moodle(intake: Intake, worksheets: Sequence[object]) -> None:
    """Refuse a class of which the numbers of the participants cannot be known. Raises ClassroomError."""
    if intake.layout is not Layout.MOODLE and not worksheets:
        message = f"--feedback moodle: this class is laid out as {intake.layout}, which does not number participants"
        raise ClassroomError(message, hint="Download the grading worksheet of the assignment, and add `--moodle CSV`.")


def for_moodle(recipients: Recipients) -> Addressed:
    """The path of each page in the zip of an assignment, with the numbers that the export gives."""
    intake, known = recipients.results.intake, recipients.results.learners
    names: dict[str, dict[str, str]] = defaultdict(dict)
    why: dict[str, str] = {}
    found = {shown: moodle.participant(shown.split("/")) for shown in _files(intake)}
    titles = _titles(place[0] for place in found.values() if place)
    for shown, owners in _files(intake).items():
        for key in owners:
            place = found[shown]
            if place is None:
                why[key] = f"the export does not give their number; {_WORKSHEET}"
            elif len(owners) > 1 or (MOODLE, place[1]) not in known[key].ids:
                why[key] = f"{_A_GROUP}; {_WORKSHEET}"
            elif key in recipients.pages:
                names[titles[place[0]]][key] = _in_moodle(known[key], place[1], named=recipients.named)
    return recipients.addressed(names, why, _NOT_HERE)


def for_worksheets(recipients: Recipients, worksheets: Sequence[Sheet], exercises: Sequence[Exercise]) -> Addressed:
    """The path of each page in the zip of an assignment, with the numbers that its grading worksheet gives.

    Raises ClassroomError if a worksheet does not say of which exercise it is.
    """
    names: dict[str, dict[str, str]] = defaultdict(dict)
    why: dict[str, str] = {}
    for sheet in worksheets:
        exercise = worksheet_exercise(sheet.where, exercises)
        handed_in = _handed_in(recipients.results, exercise)
        rows, numbers = rows_of(sheet, recipients.results.intake.learners), _numbers(sheet)
        for learner in recipients.learners():
            number = numbers[rows[learner.key]] if learner.key in rows else ""
            if not number:
                why[learner.key] = f"{sheet.where.name} does not, or not clearly, say their number"
            elif learner.key in handed_in:
                title = exercise if len(worksheets) > 1 else ""
                names[title][learner.key] = _in_moodle(learner, number, named=recipients.named)
    return recipients.addressed(names, why, "nothing was handed in for the exercise of a worksheet")


def _in_moodle(learner: Learner, number: str, *, named: bool) -> str:
    # A slug has no underscore, so that the number stays the second piece, and no slash, so that it stays one part.
    name = slug(learner.name)[:_LONGEST] if named else "participant"
    return f"{name}_{number}_assignfeedback_file_/{PAGE}"


def _handed_in(results: ClassResults, exercise: str) -> frozenset[str]:
    graded = (mark for mark in results.marks if mark.exercise == exercise)
    return frozenset(mark.learner for mark in graded if mark.standing is not Standing.MISSING)


def _numbers(sheet: Sheet) -> dict[int, str]:
    """The number of the participant in each row; empty where there is none."""
    return {line.row: dict(line.person.ids).get(MOODLE, "") for line in people_in(sheet)}


# ---- Canvas ----------------------------------------------------------------------------------------------------------


def check_for_canvas(intake: Intake) -> None:
    """Refuse a class of whose files Canvas would find no owner. Raises ClassroomError."""
    if intake.layout is not Layout.CANVAS:
        message = f"--feedback canvas: this class is laid out as {intake.layout}, without the numbers that Canvas needs"
        raise ClassroomError(message, hint="Give the zip that Canvas exported, or use `--feedback email`.")


def for_canvas(recipients: Recipients) -> Addressed:
    """The name of each page in the zip of an assignment.

    A learner of whom several files count gets the page once, for the first of them. Members of a group get none: Canvas
    would show the page of one of them, which has all their marks, to the others.
    """
    intake = recipients.results.intake
    names: dict[str, dict[str, str]] = defaultdict(dict)
    why: dict[str, str] = {}
    found = {shown: canvas.upload(shown.split("/")) for shown in _files(intake)}
    titles = _titles(upload.assignment for upload in found.values() if upload)
    for shown, owners in _files(intake).items():
        for key in owners:
            upload = found[shown]
            if upload is None:
                why[key] = "the export does not give the number of their upload"
            elif len(owners) > 1:
                why[key] = f"{_A_GROUP}, and Canvas would show one page to all of it; use `--feedback email`"
            elif key in recipients.pages:
                names[titles[upload.assignment]].setdefault(key, _in_canvas(upload, named=recipients.named))
    return recipients.addressed(names, why, _NOT_HERE)


def _in_canvas(upload: canvas.Upload, *, named: bool) -> str:
    if upload.owner.startswith(_ANONYMOUS):
        return f"{upload.owner}_{upload.attachment}_{PAGE}"
    pieces = upload.label.split("_")
    # A piece that is a number would be taken for the user, and "anon" in front for an anonymous assignment.
    misleading = pieces[0] in ("", "anon") or any(piece.isdigit() for piece in pieces)
    label = upload.label if named and not misleading else "feedback"
    return f"{label}_{upload.owner}_{upload.attachment}_{PAGE}"


# ---- folders and mail ------------------------------------------------------------------------------------------------


def for_folders(recipients: Recipients) -> Addressed:
    """The path of each page below a folder: a folder for each learner, called by their key, as in ``grades.csv``."""
    names = {learner.key: f"{_stem(learner.key, recipients)}/{PAGE}" for learner in recipients.learners()}
    return recipients.addressed({"": names}, {}, NO_PAGE)


def check_for_mail(learners: Iterable[Learner]) -> None:
    """Refuse a class in which no learner has an address. Raises ClassroomError."""
    if not any(learner.email for learner in learners):
        message = "--feedback email: no learner of this class has an address"
        raise ClassroomError(message, hint="Add `--roster CSV`, a list of the class with a column `email`.")


def for_mail(recipients: Recipients) -> Addressed:
    """The file name of each letter. The addresses are those of the learners."""
    used = Counter(learner.email.casefold() for learner in recipients.results.learners.values())
    names: dict[str, str] = {}
    why: dict[str, str] = {}
    for learner in recipients.learners():
        if not learner.email:
            why[learner.key] = "no address; give it in the roster, in a column `email`"
        elif not _MAILBOX.fullmatch(learner.email):
            why[learner.key] = "what stands for their address is not one"
        elif used[learner.email.casefold()] > 1:
            why[learner.key] = "another learner has the same address"
        else:
            names[learner.key] = f"{_stem(learner.key, recipients)}.eml"
    return recipients.addressed({"": names}, why, NO_PAGE)


def _stem(key: str, recipients: Recipients) -> str:
    """A name for a file or folder that every file system takes; it is another one for every key."""
    if recipients.named and _PORTABLE.fullmatch(key):
        return key
    # The digest is the one in the name of the learner's page, by which the instructor can tell whose it is.
    return f"learner-{hashlib.sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:10]}"


# ---- what an export says ---------------------------------------------------------------------------------------------


def _files(intake: Intake) -> dict[str, list[str]]:
    """The files of this export that count, with the keys of their owners: several for a file of a group.

    Not those that the gradebook has from earlier exports: the numbers in their names hold for other assignments.
    """
    owners: dict[str, list[str]] = defaultdict(list)
    for handed in intake.files:
        owners[handed.shown].append(handed.learner)
    return owners


def _titles(folders: Iterable[Folders]) -> dict[Folders, str]:
    """A title for each assignment of an export, after the folder it lies in; empty if there is only one."""
    apart = sorted(set(folders))
    if len(apart) == 1:
        return {apart[0]: ""}
    plain = [slug(place[-1].removesuffix(".zip"))[:_LONGEST] if place else "" for place in apart]
    often = Counter(plain)
    return {
        place: title if title and often[title] == 1 else f"{title or 'assignment'}-{number}"
        for number, (place, title) in enumerate(zip(apart, plain, strict=True), start=1)
    }
