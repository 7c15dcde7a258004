"""ex10 - export_video: threads and processes together with async."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

F = TypeVar("F")


async def export_video(
    frames: Sequence[F],
    encode: Callable[[F], bytes],
    *,
    workers: int = 1,
    on_progress: Callable[[int, int], None] | None = None,
    processes: bool = False,
) -> list[bytes]:
    """Encode all frames while the user interface keeps ticking.

    `encode` is an ordinary function that computes for a long time.  It is called in worker
    threads; with processes=True in worker processes, and then `encode`, the frames and what
    it returns or raises can be pickled.  The user interface runs in the event loop.

    1. encode() is called once for each frame, and the results are returned in a list in the
       order of the frames, whichever is done first.  No frames: [].
    2. encode() is never called in the thread of the event loop, and nothing else holds that
       thread up: all other tasks go on meanwhile.
    3. `workers` calls run at the same time as long as there are that many frames left, were
       it 150.
    4. No more than `workers` calls run at any time, and only one where it is left out.  In
       which order frames begin is free.
    5. Each export has workers of its own: it waits for the workers of no other export, and
       other work of the program that is done in threads waits for none of them.
    6. workers < 1 is a ValueError, even without frames, and nothing is encoded.
    7. on_progress(done, total) is called after each finished frame, with done counting 1, 2,
       ... total, in the thread of the event loop: user interfaces are not thread-safe.
    8. It is called at the moment a frame is finished, while the others go on.
    9. If encode() raises, no further frames begin (one that would begin at the very moment of
       the failure may), and the error comes out: the same object, bare or in an
       ExceptionGroup (with processes: a copy of it), and no other error.
    10. If export_video() is cancelled, no further frames begin, and the cancellation goes on.
    11. A thread cannot be killed: in both cases export_video() waits for the calls that are
        running, and is over when the last of them is.
    12. With processes=True the calls run in other processes than the event loop's, `workers`
        of them at the same time.

    Not specified: what happens if on_progress() raises.
    """
    raise NotImplementedError("your turn")
