"""``grade watch`` between what happens and its screen: grade a file again whenever it is saved.

A session keeps warm what one run would have to set up: the box, the kit, the hidden tests, what the reference answer
did. It is told of saves and of keys through a queue; a save also ends the check that goes on, at once.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from grader.desk.learner import Desk
from grader.desk.run import RunDesk, RunOptions
from grader.desk.watching import Saves
from grader.errors import GraderError, UsageError
from grader.judge.cells import usable_processors
from grader.judge.engine import Grading, Stage
from grader.judge.progress import Onlooker, Overtaken, Overtaking, Progress
from grader.judge.verdict import Status, Verdict
from grader.kit.exercise import Exercise
from grader.kit.kit import files_in
from grader.reports.changes import changes, changes_in_natural_order
from grader.reports.watched import Key, Result, View

if TYPE_CHECKING:
    from rich.console import Console

    from grader.reports.screen import Glyphs
    from grader.sandbox.box import Box

BUSY_AFTER_SECONDS = 0.3
"""For how long new contents are checked until the screen says so: most checks have shown something by then."""
BUSY_AGAIN_SECONDS = 0.2


class Happening(StrEnum):
    """What a session is told of, besides the keys."""

    SAVED = "saved"
    KIT_CHANGED = "kit changed"
    RESIZED = "resized"


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key of the keyboard."""

    key: str


Events = SimpleQueue[Happening | Pressed]
"""What has happened. A ``SimpleQueue``, because a signal handler may put something in while another call does."""


class WatchSession:
    """Grades one exercise of a learner again and again, and another one when the learner asks for the next.

    ``unread`` says whether nobody reads any more what is shown, which ends the session.
    """

    def __init__(
        self,
        desk: Desk,
        box: Box,
        exercise: Exercise,
        view: View,
        screen: tuple[Console, Glyphs],
        *,
        unread: Callable[[], bool],
    ) -> None:
        self.events: Events = SimpleQueue()
        self._desk = desk
        self._box = box
        self._exercise = exercise
        self._view = view
        self._screen = screen
        self._unread = unread
        self._overtaking = Overtaking()
        self._box.check = self._overtaking.check
        self._grading: Grading | None = None
        self._last: Verdict | None = None
        """The last whole verdict of this exercise."""
        self._before: Verdict | None = None
        """The last whole verdict with tests, which the next one is compared with."""
        self._shown_digest: str | None = None
        """The contents that the screen is about, as far as a whole verdict on them is there."""
        self._began = self._said = 0.0
        self._news = ""
        """What to say beside the next result."""
        self._due = True
        self._leaving = self._resetting = False
        self._going_to: Exercise | None = exercise

    # ---- from the other threads --------------------------------------------------------------------------------------

    def tell(self, event: Happening | Pressed) -> None:
        """Tell the session of something, from any thread or signal handler."""
        if event in (Happening.SAVED, Happening.KIT_CHANGED) or event == Pressed("q"):
            # First: a check that this ends may find nothing in the queue yet, and the session then waits for it.
            self._overtaking.overtake()
        self.events.put(event)

    def press(self, key: str) -> None:
        """Tell the session of a key."""
        self.tell(Pressed(key))

    # ---- the main thread ---------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Check the file, and again whenever it is saved, until the learner quits. Ctrl-C raises KeyboardInterrupt."""
        while self._going_to is not None:
            if self._going_to is not self._exercise:
                self._forget()
            self._exercise, self._going_to = self._going_to, None
            self._due = True
            with self._saves():
                self._watch()

    def _watch(self) -> None:
        """Watch the exercise until the learner quits or goes on to another one."""
        while not self._leaving and self._going_to is None:
            if self._due:
                self._check()
            else:
                self._take(self.events.get())

    def _saves(self) -> Saves:
        exercise = self._exercise
        others = [*files_in(exercise.folder).values(), exercise.folder.parent / "kit.toml"]
        if exercise.reference is not None:
            others.append(exercise.reference)
        return Saves(
            self._desk.file_of(exercise),
            others,
            saved=partial(self.tell, Happening.SAVED),
            changed=partial(self.tell, Happening.KIT_CHANGED),
        )

    def _take(self, event: Happening | Pressed) -> None:
        match event:
            case Happening.SAVED:
                self._due = self._due or self._digest() != self._shown_digest
            case Happening.KIT_CHANGED:
                self._read_kit_again()
            case Happening.RESIZED:
                self._view.redraw()
            case Pressed(key=key):
                self._press(key)

    # ---- checking ----------------------------------------------------------------------------------------------------

    def _check(self) -> None:
        """Check the file as it is now. A new save ends it, and leaves the next check due."""
        self._overtaking.begin()  # before the file is read: what is saved from here on ends this check
        self._due, self._shown_digest = False, None
        self._began = self._said = time.monotonic()
        try:
            for stage in self._stages():
                self._show(stage)
        except Overtaken:
            # What has done it is in the queue. If that is a save which made the contents what they were, they are
            # checked again, as no whole verdict on them was shown.
            pass
        except GraderError as error:
            self._view.note(f"{error}. {error.hint}")

    def _stages(self) -> Iterator[Stage]:
        if self._grading is None:
            onlooker = Onlooker(watch=self._follow, stopping=self._overtaking)
            self._grading = Grading(self._box, self._desk.kit, self._exercise, usable_processors(), onlooker)
        return self._grading.stages(self._run_desk().request(self._exercise))

    def _run_desk(self) -> RunDesk:
        return RunDesk(self._desk, RunOptions())

    def _show(self, stage: Stage) -> None:
        verdict = stage.verdict
        if stage.so_far:
            changed = changes_in_natural_order(self._before, verdict)
            self._view.natural(Result(verdict=verdict, changes=changed, so_far=True), self._keys(None))
            return
        self._last, self._shown_digest = verdict, verdict.digest
        self._view.whole(Result(verdict=verdict, changes=changes(self._before, verdict)), self._keys(verdict))
        if verdict.tests:
            self._before = verdict
        if self._news:
            self._view.note(self._news)
            self._news = ""
        # Stored last, as `grade run` does it: the learner has seen the verdict if the disk is full.
        self._run_desk().store([verdict])
        self._leaving = self._leaving or self._unread()

    def _digest(self) -> str:
        try:
            return hashlib.sha256(self._desk.file_of(self._exercise).read_bytes()).hexdigest()
        except OSError:
            return ""

    def _follow(self, progress: Progress) -> None:
        """Take the keys between two tests, and say how far a check is that takes its time."""
        self._take_keys()
        now = time.monotonic()
        if now - self._began > BUSY_AFTER_SECONDS and now - self._said > BUSY_AGAIN_SECONDS:
            self._said = now
            self._view.busy(progress)

    def _take_keys(self) -> None:
        """Answer the keys that were pressed; leave in the queue whatever ends the check."""
        later = []
        while True:
            try:
                event = self.events.get_nowait()
            except Empty:
                break
            if isinstance(event, Pressed) and event.key != "q":
                self._press(event.key)
            elif event is Happening.RESIZED:
                self._view.redraw()
            else:
                later.append(event)
        for event in later:
            self.events.put(event)

    def _read_kit_again(self) -> None:
        desk = Desk(directory=self._desk.directory, kit=self._desk.kit_given)
        try:
            self._going_to = desk.kit.exercise(self._exercise.id)
        except GraderError as error:
            self._view.note(f"the exercise has changed and cannot be read: {error}. {error.hint}")
            return
        self._desk = desk
        self._news = "the exercise itself has changed; your file was checked by what it asks for now"

    def _forget(self) -> None:
        """Give up what was kept of the exercise."""
        if self._grading is not None:
            self._grading.reference.close()
        self._grading = self._last = self._before = self._shown_digest = None

    # ---- keys --------------------------------------------------------------------------------------------------------

    def _keys(self, verdict: Verdict | None) -> tuple[Key, ...]:
        """The keys that do something now; the verdict is None while not all of it is known."""
        passed = verdict is not None and verdict.status is Status.PASS
        return (
            *(() if passed else (Key("h", "hint"),)),
            Key("r", "rerun"),
            Key("v", "more"),
            Key("l", "list"),
            Key("o", "report"),
            Key("x", "reset"),
            *((Key("n", "next"),) if passed else ()),
            Key("q", "quit"),
        )

    def _press(self, key: str) -> None:
        resetting, self._resetting = self._resetting, False
        if key == "q":
            self._leaving = True
            return
        if resetting:
            self._reset() if key == "x" else self._view.back()
            return
        act = self._acts().get(key)
        if act is None:
            self._view.back()
            return
        act()

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "h": self._hint,
            "r": self._rerun,
            "v": self._view.in_full,
            "l": self._list,
            "o": self._report,
            "x": self._ask_reset,
            "n": self._next,
        }

    @contextmanager
    def _complaining(self) -> Iterator[None]:
        try:
            yield
        except GraderError as error:
            self._view.note(f"{error}. {error.hint}")

    def _rerun(self) -> None:
        self._due = True
        self._overtaking.overtake()

    def _hint(self) -> None:
        with self._complaining():
            hint = self._desk.hint(self._exercise.id)
            self._view.page(lambda console: _print(console, self._screen[1], hint))

    def _list(self) -> None:
        with self._complaining():
            desk, glyphs = self._desk, self._screen[1]
            self._view.page(lambda console: desk.list_exercises(console, glyphs))

    def _report(self) -> None:
        with self._complaining():
            path = self._desk.write_report(None)
            opened = _has_browser() and webbrowser.open(path.resolve().as_uri())
            self._view.note(f"written: {self._desk.shown(path)}{', and opened in the browser' if opened else ''}")

    def _ask_reset(self) -> None:
        self._resetting = True
        file = self._desk.shown(self._desk.file_of(self._exercise))
        self._view.note(f"x once more makes {file} the stub again and keeps a copy of yours; any other key leaves it")

    def _reset(self) -> None:
        with self._complaining():
            before, said = self._digest(), self._desk.reset(self._exercise.id)
            if self._digest() == before:
                self._view.note(said)
                return
            self._news = said
            self._rerun()

    def _next(self) -> None:
        """Go on with the exercise that follows, once this one passes."""
        if self._last is None or self._last.status is not Status.PASS:
            self._view.note(f"{self._exercise.id} does not pass yet; `n` goes on to the next exercise when it does")
            return
        with self._complaining():
            following = self._desk.following()
            if following is None:
                self._view.note("all exercises are complete; `grade report` puts all of it on pages")
                return
            self._going_to = following
            self._overtaking.overtake()


def chosen(desk: Desk, id: str | None) -> Exercise:
    """The exercise to watch: the one that is named, else the one that `grade` names as the next one."""
    exercise = desk.kit.exercise(id) if id is not None else desk.following()
    if exercise is None:
        raise UsageError("all exercises are complete", hint="Name one of them, as in `grade watch ex01`.")
    desk.file_of(exercise)  # it raises where there is no workspace
    return exercise


def _print(console: Console, glyphs: Glyphs, text: str) -> None:
    from grader.reports.screen import Piece, Screen

    screen = Screen(console, glyphs)
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        screen.wrapped(Piece(indent), line) if line.strip() else screen.blank()


def _has_browser() -> bool:
    """Whether a page can be opened in a window; a browser of letters would take this terminal."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
