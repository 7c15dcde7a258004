"""Waits for files to be saved, and says which have other contents than before.

``Watching`` is for those who do nothing else meanwhile; ``Saves`` waits in a thread of its own, and tells at once.

Editors save in many ways: in place, by a new file that takes the place of the old one, with a backup beside it. So an
event of the system only says when to look; what has changed is decided by the contents of the files. A folder on a
network or of another system, which sends no events, is polled instead, as ``WATCHFILES_FORCE_POLLING`` asks for: what
a Windows program saves is polled under WSL, and ``Saves`` knows the file systems of networks and virtual machines.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType

from grader.kit.kit import files_in

LOOK_AGAIN_MS = 2_000
"""How long to wait for an event before looking anyhow, which finds what was saved before the first event could come."""
DEBOUNCE_MS = 400
"""How long saves may go on one after the other until they are told of together."""


class Watching:
    """Some folders, and what was in them when it was last told what has changed."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._seen = self._contents()

    def changes(self) -> Iterator[frozenset[Path]]:
        """Yield the files that were made, changed or removed, again and again.

        What is saved while the caller does something else is told of when the next set is asked for. Ctrl-C raises
        KeyboardInterrupt. A folder that is not there when the first set is asked for is looked into now and then.
        """
        import watchfiles  # loads a native library, which only those who watch need

        if changed := self._changed():
            yield changed
        there = [folder for folder in self._folders if folder.is_dir()]
        for _ in watchfiles.watch(
            *there, debounce=DEBOUNCE_MS, rust_timeout=LOOK_AGAIN_MS, yield_on_timeout=True, raise_interrupt=True
        ):
            if changed := self._changed():
                yield changed

    def _changed(self) -> frozenset[Path]:
        before, self._seen = self._seen, self._contents()
        both = before.keys() | self._seen.keys()
        return frozenset(path for path in both if before.get(path) != self._seen.get(path))

    def _contents(self) -> dict[Path, bytes]:
        """A digest of each file; of one that cannot be read, as it is just being replaced, none."""
        found: dict[Path, bytes] = {}
        for folder in self._folders:
            for path in files_in(folder).values():
                try:
                    found[path] = hashlib.sha256(path.read_bytes()).digest()
                except OSError:
                    continue
        return found


# ---- one file, told of at once ---------------------------------------------------------------------------------------

STEP_MS = 10
"""How often the system's events are collected. It is half of what passes between a save and its being told of."""
SETTLE_MS = 50
"""How long events may follow one another at that rate until they are told of together."""
POLL_MS = 100
"""How often files are looked at where no events come."""
GRACE_SECONDS = 0.15
"""For how long a file may be empty or gone before that is told of: some editors cut it off first and then write it."""
RETRY_SECONDS = 0.25
"""How often files are looked at while their folder is missing."""
OF_NETWORKS = frozenset({"afs", "ceph", "cifs", "fuse.gvfsd-fuse", "fuse.sshfs", "nfs", "nfs4", "smb3", "smbfs"})
OF_OTHER_SYSTEMS = frozenset({"9p", "drvfs", "fuse.vmhgfs-fuse", "fuseblk", "grpcfuse", "prl_fs", "vboxsf", "virtiofs"})
WITHOUT_EVENTS = OF_NETWORKS | OF_OTHER_SYSTEMS
"""File systems whose files another computer or system may change, of which no event comes."""


class Saves:
    """Tells from a thread of its own that a file has other contents, or that one of some other files was changed.

    ``saved`` and ``changed`` are called in that thread. Use it as a context manager; leaving it ends the thread. The
    file may be missing, and its folder too; both are told of once they are there.
    """

    def __init__(
        self, file: Path, others: Iterable[Path], *, saved: Callable[[], None], changed: Callable[[], None]
    ) -> None:
        self._file = file
        self._others = tuple(others)
        self._saved = saved
        self._changed = changed
        self._over = threading.Event()
        self._polls = False
        # Before anything is judged: what is saved from now on is told of.
        self._contents, self._stamps = _digest(file), self._stamps_now()
        self._thread = threading.Thread(target=self._run, name="waits for saves", daemon=True)

    def __enter__(self) -> Saves:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                self._watch()
            except (OSError, RuntimeError):  # the second is what watchfiles' own errors are
                # The folder has gone, or the system has no further watch to give away.
                self._polls = True
                self._over.wait(RETRY_SECONDS)
            self._look()

    def _watch(self) -> None:
        """Look whenever an event comes, until the folders are others than at first. Raises OSError, RuntimeError."""
        import watchfiles  # loads a native library

        folders = self._folders()
        there = _identities(folders)
        if not there:
            self._over.wait(RETRY_SECONDS)
            return
        polls = self._polls or any(file_system(folder) in WITHOUT_EVENTS for folder in there)
        for _ in watchfiles.watch(
            *there,
            watch_filter=None,  # its own passes over everything below a folder such as .venv, wherever that is
            debounce=SETTLE_MS,
            step=STEP_MS,
            rust_timeout=LOOK_AGAIN_MS,
            yield_on_timeout=True,
            stop_event=self._over,
            recursive=False,
            force_polling=polls or None,
            poll_delay_ms=POLL_MS,
        ):
            self._look()
            if _identities(folders) != there:
                return

    def _folders(self) -> list[Path]:
        """The folders to watch: also that of the file to which a link leads."""
        files = [self._file, Path(os.path.realpath(self._file)), *self._others]
        return list(dict.fromkeys(file.parent for file in files))

    def _look(self) -> None:
        now = _digest(self._file)
        if now != self._contents and now in (MISSING, EMPTY):
            self._over.wait(GRACE_SECONDS)
            now = _digest(self._file)
        if now != self._contents:
            self._contents = now
            self._saved()
        if (stamps := self._stamps_now()) != self._stamps:
            self._stamps = stamps
            self._changed()

    def _stamps_now(self) -> list[tuple[int, int] | None]:
        return [_stamp(path) for path in self._others]


MISSING = ""
EMPTY = hashlib.sha256(b"").hexdigest()


def _digest(file: Path) -> str:
    """A digest of the contents of a file; that of no contents if it cannot be read."""
    try:
        # Not of a pipe, which would never end; what is no file is said by those who judge it.
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else MISSING
    except OSError:
        return MISSING


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _identities(folders: Iterable[Path]) -> dict[Path, tuple[int, int]]:
    """Which folders are there; one that has been replaced is another one, of which no events come."""
    there = {}
    for folder in folders:
        try:
            status = folder.stat()
        except OSError:
            continue
        there[folder] = status.st_dev, status.st_ino
    return there


def file_system(folder: Path) -> str:
    """The kind of file system that a folder lies on, such as ``ext4`` or ``nfs4``; empty where that is not known."""
    try:
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
        device = folder.stat().st_dev
    except OSError:
        return ""
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in mounts.splitlines():
        fields = line.split(" ")
        if fields[2] == wanted and "-" in fields:
            return fields[fields.index("-") + 1]
    return ""
