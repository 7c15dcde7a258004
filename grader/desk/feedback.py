"""Sends the learners' pages home: zips for a platform, a folder for each learner, or letters.

The pages are those that lie in ``learners`` beside the page of the class; they are copied one at a time.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import assert_never

from grader.classroom import feedback
from grader.classroom.feedback import PAGE, Addressed, Recipients, Upload
from grader.classroom.gradebook import Learner
from grader.classroom.intake import Intake
from grader.classroom.marks import ClassResults
from grader.classroom.sheet import load_sheet
from grader.errors import UsageError, WorkspaceError
from grader.files import write_bytes, write_file
from grader.kit.exercise import Exercise
from grader.reports.of_class.letter import letter
from grader.reports.of_class.page import LEARNERS, page_name
from grader.reports.of_class.sent import SentPage, sent_table
from grader.text import clean_line, counted

NAMED = 3
"""Learners who get no page that are named on the screen."""
SENT = "feedback.csv"
MAX_NAME = 60
LISTED = ".feedback-files"
"""The file that lists what was written beside it, so that the next run can take back what is no learner's any more."""
CANVAS_NOTICE = (
    b"<!-- This is the report on what you have handed in, and not your program. Canvas has given it the name of your "
    b"file: rename it to report.html and open it in a browser. -->\n"
)
_OPTION = "--feedback FORM=PATH"
_PIECE = 1 << 16


class FeedbackForm(StrEnum):
    """How the pages go home."""

    MOODLE = "moodle"
    CANVAS = "canvas"
    FOLDER = "folder"
    EMAIL = "email"

    @property
    def is_zip(self) -> bool:
        """Whether the pages are packed into zips, and do not lie in a folder."""
        return self in (FeedbackForm.MOODLE, FeedbackForm.CANVAS)

    @property
    def default(self) -> str:
        """The file or folder among the results, if no path is given."""
        return f"feedback-{self}.zip" if self.is_zip else f"feedback-{self}"


_NEXT = {
    FeedbackForm.MOODLE: "in the assignment on Moodle, choose Upload multiple feedback files in a zip",
    FeedbackForm.CANVAS: "in Canvas' gradebook, in the menu of the assignment, choose Re-Upload Submissions",
    FeedbackForm.FOLDER: "the folders are called by the keys of grades.csv",
    FeedbackForm.EMAIL: "a letter for each learner, which nothing has sent yet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackOrder:
    """What is asked for with ``--feedback``: a zip for a platform, or a folder."""

    form: FeedbackForm
    path: Path


def read_orders(texts: Sequence[str], *, directory: Path, out: Path) -> tuple[FeedbackOrder, ...]:
    """Read the values of ``--feedback``, each ``FORM`` or ``FORM=PATH``. Raises UsageError."""
    orders = tuple(_read_order(text, directory, out) for text in texts)
    if len({order.path for order in orders}) < len(orders):
        raise UsageError("--feedback: two forms go to the same path", hint="Give each a path of its own.")
    return orders


def _read_order(text: str, directory: Path, out: Path) -> FeedbackOrder:
    name, equals, given = text.partition("=")
    if name not in list(FeedbackForm):
        forms = ", ".join(FeedbackForm)
        raise UsageError(f"--feedback: there is no form {name!r}", hint=f"Write FORM or FORM=PATH; there are {forms}.")
    if equals and not given:
        raise UsageError(f"--feedback {text}: no path is named", hint=f"Write `--feedback {name}` or name one.")
    form = FeedbackForm(name)
    path = directory / given if given else out / form.default
    if form.is_zip and path.is_dir():
        raise UsageError(f"--feedback {text}: {path} is a folder", hint="Name a file in it, such as `feedback.zip`.")
    if not form.is_zip and path.is_file():
        raise UsageError(f"--feedback {text}: {path} is a file", hint="Name a folder.")
    return FeedbackOrder(form=form, path=path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What was written for one order, and what is to be said about it."""

    paths: tuple[Path, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingHome:
    """The feedback that is asked for, for one class."""

    orders: tuple[FeedbackOrder, ...]
    out: Path
    """The folder of the results."""
    exercises: tuple[Exercise, ...]
    worksheets: tuple[Path, ...]
    """Grading worksheets of Moodle, which say the numbers of participants."""
    named: bool
    """Whether names of learners may stand in what is written."""

    def check(self, intake: Intake) -> None:
        """Refuse before anything is graded what can reach no learner. Raises ClassroomError."""
        for order in self.orders:
            match order.form:
                case FeedbackForm.MOODLE:
                    feedback.check_for_moodle(intake, self.worksheets)
                case FeedbackForm.CANVAS:
                    feedback.check_for_canvas(intake)
                case FeedbackForm.EMAIL:
                    feedback.check_for_mail(intake.learners)
                case FeedbackForm.FOLDER:
                    pass
                case never:
                    assert_never(never)

    def write(self, results: ClassResults) -> Iterator[Sent]:
        """Write everything; the pages of the learners are there already.

        Raises ClassroomError, and WorkspaceError if a file cannot be written.
        """
        pages = {key: self.out / LEARNERS / page_name(key) for key in results.learners}
        pages = {key: path for key, path in pages.items() if path.is_file()}
        recipients = Recipients(results=results, pages=pages, named=self.named)
        sent: list[SentPage] = []
        for order in self.orders:
            addressed = self._addressed(order.form, recipients)
            for upload in addressed.uploads:
                self._write(order, upload, pages, results)
            sent += _listed(order, addressed, results.learners)
            note = _said(order, addressed) + _left_out(addressed.left_out, results.learners)
            yield Sent(paths=tuple(_path_of(order, upload) for upload in addressed.uploads), note=note)
        if self.orders:
            write_file(self.out / SENT, sent_table(sent), option="--out OUT")
            yield Sent(paths=(self.out / SENT,))

    def _write(self, order: FeedbackOrder, upload: Upload, pages: Mapping[str, Path], results: ClassResults) -> None:
        path, contents = _path_of(order, upload), _contents(order.form, upload, pages, results, self.named)
        if order.form.is_zip:
            write_bytes(path, _zipped(contents, results.made_at), option=_OPTION)
        else:
            _write_folder(path, contents, upload.names.values())

    def _addressed(self, form: FeedbackForm, recipients: Recipients) -> Addressed:
        match form:
            case FeedbackForm.MOODLE if self.worksheets:
                sheets = [load_sheet(path) for path in self.worksheets]
                return feedback.for_worksheets(recipients, sheets, self.exercises)
            case FeedbackForm.MOODLE:
                return feedback.for_moodle(recipients)
            case FeedbackForm.CANVAS:
                return feedback.for_canvas(recipients)
            case FeedbackForm.FOLDER:
                return feedback.for_folders(recipients)
            case FeedbackForm.EMAIL:
                return feedback.for_mail(recipients)
            case never:
                assert_never(never)


def _contents(
    form: FeedbackForm, upload: Upload, pages: Mapping[str, Path], results: ClassResults, named: bool
) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of every file of an upload; one page is in memory at a time."""
    for key, name in upload.names.items():
        page, learner = pages[key].read_bytes(), results.learners[key]
        match form:
            case FeedbackForm.MOODLE | FeedbackForm.FOLDER:
                yield name, page
            case FeedbackForm.CANVAS:
                yield name, CANVAS_NOTICE + page
            case FeedbackForm.EMAIL:
                greeted = learner.name if named else ""
                yield name, letter(page, title=results.title, to=learner.email, name=greeted, attached_as=PAGE)
            case never:
                assert_never(never)


def _said(order: FeedbackOrder, addressed: Addressed) -> str:
    """What was written, and what to do with it, in one sentence for the screen."""
    paths = [_path_of(order, upload) for upload in addressed.uploads]
    pages = counted(sum(len(upload.names) for upload in addressed.uploads), "page")
    if not paths:
        return f"{order.path.name}: not written"
    if not order.form.is_zip:
        return f"{order.path.name}: {pages}; {_NEXT[order.form]}"
    size = _size(max(path.stat().st_size for path in paths))
    if len(paths) == 1:
        return f"{paths[0].name}: {pages}, {size}; {_NEXT[order.form]}"
    name = f"{order.path.stem}-*{order.path.suffix}"
    return f"{name}: {len(paths)} zips, one for each assignment, {pages}, up to {size} each; {_NEXT[order.form]}"


def _left_out(left_out: Mapping[str, str], learners: Mapping[str, Learner]) -> str:
    """How many learners get no page, and of the first ones who they are and why."""
    if not left_out:
        return ""
    shown = [f"{clean_line(learners[key].name, MAX_NAME)} ({why})" for key, why in list(left_out.items())[:NAMED]]
    more = ", ..." if len(left_out) > NAMED else ""
    return f". No page for {counted(len(left_out), 'learner')}, see {SENT}: {', '.join(shown)}{more}"


def _listed(order: FeedbackOrder, addressed: Addressed, learners: Mapping[str, Learner]) -> Iterator[SentPage]:
    for upload in addressed.uploads:
        file = _path_of(order, upload).name
        for key, name in upload.names.items():
            yield SentPage(learner=learners[key], form=order.form, file=file, name=name)
    for key, why in addressed.left_out.items():
        yield SentPage(learner=learners[key], form=order.form, file=order.path.name, reason=why)


def _path_of(order: FeedbackOrder, upload: Upload) -> Path:
    path = order.path
    return path.with_name(f"{path.stem}-{upload.title}{path.suffix}") if upload.title else path


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{-(-size // 1000)} kB"


def _zipped(contents: Iterable[tuple[str, bytes]], made_at: str) -> Iterator[bytes]:
    """The bytes of a zip, in pieces."""
    # Through a file, because without one ``zipfile`` writes the sizes behind the members and not before them, which not
    # every unpacker of a platform reads.
    moment = datetime.fromisoformat(made_at)
    packed_at = (moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second)
    with TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w") as archive:
            for name, content in contents:
                info = zipfile.ZipInfo(name, date_time=packed_at)
                archive.writestr(info, content, compress_type=zipfile.ZIP_DEFLATED)
        packed.seek(0)
        while piece := packed.read(_PIECE):
            yield piece


def _write_folder(folder: Path, contents: Iterable[tuple[str, bytes]], names: Iterable[str]) -> None:
    """Write the files, and take back those of an earlier run that are no learner's any more."""
    now, earlier = set(names), _written_before(folder)
    # Whatever moment ends this, no file is written that is not listed.
    _note_written(folder, now | earlier)
    for name, content in contents:
        write_bytes(folder / name, [content], option=_OPTION)
    for name in earlier - now:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise WorkspaceError(f"{folder / name}: {error.strerror}", hint=f"Name another one: {_OPTION}.") from error
    _note_written(folder, now)


def _written_before(folder: Path) -> set[str]:
    """What an earlier run has written here, as relative paths that stay below the folder."""
    try:
        names = (folder / LISTED).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    return {name for name in names if name and not {"..", "/"} & set(PurePosixPath(name).parts)}


def _note_written(folder: Path, names: Iterable[str]) -> None:
    write_file(folder / LISTED, "".join(f"{name}\n" for name in sorted(names)), option=_OPTION)
