"""``grade class --forget KEY``: remove one learner from what ``grade class`` has written into its folder.

Nothing is kept to remember who was forgotten, because that would be a record of the person: if their files still lie
among the submissions, the next run takes them in again. So what cannot be reached is named instead.
"""

from __future__ import annotations

import csv
import json
import operator
import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from grader.classroom.gradebook import Forgotten, Gradebook, Learner, held
from grader.desk.class_ import GRADEBOOK, STAGING
from grader.desk.class_files import GRADES, LINES, PAGE
from grader.desk.feedback import LISTED as WRITTEN
from grader.desk.feedback import SENT, FeedbackForm
from grader.errors import ClassroomError, UsageError, WorkspaceError
from grader.files import write_texts
from grader.reports.of_class.page import LEARNERS, is_learner_page, page_name
from grader.text import clean_cell, clean_line, counted, nearest

LISTED = 20
"""Files that are named one by one; the others are counted."""
MAX_PATH = 300
PACKED = frozenset({".zip", ".gz", ".tgz", ".xz", ".bz2", ".eml"})
"""Ends of files in which a name may stand without its bytes being there to see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """What was removed and what remains, in sentences for the instructor."""

    removed: tuple[str, ...]
    remains: tuple[str, ...]


def forget(out: Path, key: str) -> Forgetting:
    """Remove the learner with this key from the gradebook, the pages and the tables in ``out``.

    The gradebook comes last, so that the command can be given again if a file could not be written. Raises UsageError
    if no learner has this key, ClassroomError if there is no gradebook or another run is at work in the folder, and
    WorkspaceError if a file cannot be changed.
    """
    path = out / GRADEBOOK
    if not path.is_file():
        raise ClassroomError(f"{path}: there is no gradebook", hint="Name the folder of the results with --out.")
    with held(out), Gradebook(path) as gradebook:
        learner = _learner(gradebook.learners(), key)
        removed = [*_remove_files(out, learner.key), *_remove_feedback(out, learner.key)]
        removed += _remove_rows(out, learner.key)
        forgotten = gradebook.forget(key)
        assert forgotten is not None, "this process alone writes to the gradebook"
    return Forgetting(removed=(_from_gradebook(forgotten), *removed), remains=tuple(_remains(out, forgotten)))


def _learner(learners: Sequence[Learner], key: str) -> Learner:
    known = {learner.key: learner for learner in learners}
    if key not in known:
        near = nearest(key, known)
        hint = f"Write `--forget {shlex.quote(near)}`." if near else f"The keys of all learners stand in {GRADES}."
        raise UsageError(f"the gradebook has no learner {key!r}", hint=hint)
    return known[key]


def _from_gradebook(forgotten: Forgotten) -> str:
    files = counted(len(forgotten.files), "file")
    return f"{GRADEBOOK}: {files} handed in, and {counted(forgotten.verdicts, 'verdict')}"


def _remove_files(out: Path, key: str) -> Iterator[str]:
    """Remove what is about the learner, or about the class and made anew by every run."""
    page = out / LEARNERS / page_name(key)
    if is_learner_page(page):
        _changed(page, page.unlink)
        yield f"{LEARNERS}/{page.name}"
    if (out / PAGE).is_file():
        _changed(out / PAGE, (out / PAGE).unlink)
        yield f"{PAGE}, which the next run writes again"
    for left in out.glob(f"{STAGING}*"):  # of a run that was killed; none is at work now
        _changed(left, partial(shutil.rmtree, left))
        yield f"{left.name}, unpacked submissions that a run left behind when it was killed"


def _remove_feedback(out: Path, key: str) -> Iterator[str]:
    """Remove the learner's letter and folder, and zips with the page of everybody; of those in ``out`` alone."""
    for form in FeedbackForm:
        if form.is_zip:
            stem = form.default.removesuffix(".zip")
            for packed in sorted({*out.glob(f"{stem}.zip"), *out.glob(f"{stem}-*.zip")}):
                _changed(packed, packed.unlink)
                yield f"{packed.name}, which the next run with --feedback {form} writes again"
            continue
        for page in _sent_to(out, form.default, key):
            # The guide to feedback has an instructor rename a letter that is sent.
            for path in (out / form.default / page, out / form.default / f"{page}.sent"):
                if path.is_file():
                    _changed(path, path.unlink)
                    yield path.relative_to(out).as_posix()
                if path.parent != out / form.default and path.parent.is_dir() and not any(path.parent.iterdir()):
                    _changed(path.parent, path.parent.rmdir)
            _without_lines(out / form.default / WRITTEN, partial(operator.eq, page))


def _sent_to(out: Path, folder: str, key: str) -> Iterator[str]:
    """The paths below a folder of feedback that are this learner's, as ``feedback.csv`` has them."""
    if not (out / SENT).is_file():
        return
    for line in _lines(out / SENT):
        if _is_row_of(key, line):
            _, _, _, _, file, page, *_ = next(csv.reader([line]))
            if file == folder and page and ".." not in PurePosixPath(page).parts and not page.startswith("/"):
                yield page


def _remove_rows(out: Path, key: str) -> Iterator[str]:
    for name, is_of in ((GRADES, _is_row_of), (SENT, _is_row_of), (LINES, _is_line_of)):
        if (out / name).is_file() and (gone := _without_lines(out / name, partial(is_of, key))):
            yield f"{name}: {counted(gone, 'line')}"


def _without_lines(path: Path, leaves: Callable[[str], bool]) -> int:
    """Write a file of lines again without some; returns how many those are."""
    lines = _lines(path) if path.is_file() else []
    kept = [line for line in lines if not leaves(line)]
    if len(kept) < len(lines):
        write_texts(path, ("\n".join(kept),), option="--out OUT")
    return len(lines) - len(kept)


def _lines(path: Path) -> list[str]:
    # Only \r\n and \n end a line of ours; a name may hold what str.splitlines takes for an end.
    return path.read_bytes().decode("utf-8", "surrogateescape").split("\n")


def _is_row_of(key: str, line: str) -> bool:
    """Whether a line of ``grades.csv`` or ``feedback.csv`` is a row of this learner."""
    return next(csv.reader([line]), [""])[:1] == [clean_cell(key, 200)]


def _is_line_of(key: str, line: str) -> bool:
    """Whether a line of ``results.jsonl`` is about this learner."""
    try:
        return bool(json.loads(line)["learner"]["key"] == clean_line(key, 500))
    except (ValueError, KeyError, TypeError):
        return False


def _changed(path: Path, change: Callable[[], object]) -> None:
    try:
        change()
    except OSError as error:
        hint = "Correct the permissions there, and give the same command again."
        raise WorkspaceError(f"{path}: {error.strerror or error}", hint=hint) from error


# ---- what cannot be reached ------------------------------------------------------------------------------------------


def _remains(out: Path, forgotten: Forgotten) -> Iterator[str]:
    yield from _listed("handed in, and taken in again by the next run unless you delete it", forgotten.files)
    naming, packed = [], []
    for path in sorted(path for path in out.rglob("*") if path.is_file() and path.name != GRADEBOOK):
        if path.suffix.lower() in PACKED:
            packed.append(str(path.relative_to(out)))
        elif _names(path, forgotten.learner):
            naming.append(str(path.relative_to(out)))
    yield from _listed("names the learner, and was not written by this command alone", naming)
    yield from _listed("cannot be searched for the learner", packed)
    yield "the roster, class.toml and what the platform exported, and every copy of the results outside of this folder"


def _listed(what: str, files: Sequence[str]) -> Iterator[str]:
    for file in files[:LISTED]:
        yield f"{clean_line(file, MAX_PATH)}: {what}"
    if len(files) > LISTED:
        yield f"{counted(len(files) - LISTED, 'more file')}: {what}"


def _names(path: Path, learner: Learner) -> bool:
    """Whether a file holds a word by which the learner is known; one that cannot be read is taken to."""
    words: Iterable[str] = {learner.key, learner.name, learner.email, *(id for _, id in learner.ids)} - {""}
    pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return True
    return re.search(pattern, text, re.IGNORECASE) is not None
