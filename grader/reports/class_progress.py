"""Shows how far a class run is: a bar on a terminal, and elsewhere a line every ten seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from grader.reports.words import counted

if TYPE_CHECKING:
    from rich.console import Console

    from grader.class_run import Progress

EVERY_SECONDS = 10.0


@contextmanager
def watching(console: Console) -> Iterator[Callable[[Progress], None]]:
    """Give a function to call with every step of progress; on a terminal the bar goes when the block is left."""
    if not console.file.isatty():  # whatever --color says: a log is no place for a bar that moves
        yield _Lines(console)
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (BarColumn(bar_width=28), TextColumn("{task.description}", markup=False))
    with Bar(*columns, console=console, transient=True, refresh_per_second=5) as bar:
        task = bar.add_task("", total=None)

        def show(progress: Progress) -> None:
            bar.update(task, total=progress.files, completed=progress.files_done, description=said(progress))

        yield show


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = time.monotonic() + EVERY_SECONDS

    def __call__(self, progress: Progress) -> None:
        if time.monotonic() >= self._next:
            self._console.print(said(progress), markup=False, highlight=False, soft_wrap=True)
            self._next = time.monotonic() + EVERY_SECONDS


def said(progress: Progress) -> str:
    """How far a run is, in one line."""
    parts = [f"{progress.learners_done} of {counted(progress.learners, 'learner')} done"]
    if progress.not_gradable:
        parts.append(f"{progress.not_gradable} not gradable")
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min" if minutes >= 10 else f"{minutes} min {rest:02} s"
