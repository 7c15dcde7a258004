"""Waits for files to be saved, and says which have other contents than before.

Editors save in many ways: in place, by a new file that takes the place of the old one, with a backup beside it. So an
event of the system only says when to look; what has changed is decided by the contents of the files. A folder on a
network or of another system, which sends no events, is polled instead, as ``WATCHFILES_FORCE_POLLING`` asks for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

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
