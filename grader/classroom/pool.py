"""Grades the files of a class: workers, each with a box that stays warm, and the pools that they work in.

A worker is a process of this computer or of a dask cluster. It grades one chunk of files after the other; a chunk
carries everything that is needed, and its answer is plain data, because a worker may be on another computer, and an
exception of ours would not survive the way back. ``Conditions`` are what a verdict depends on besides the file, so that
the gradebook uses an earlier one again only where it holds.
"""

from __future__ import annotations

import gc
import importlib
import json
import multiprocessing
import signal
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from enum import StrEnum
from multiprocessing import connection
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from grader import __version__
from grader.errors import GraderError, InternalError, KitError, MachineError
from grader.judge import engine
from grader.judge.documents import verdict_document
from grader.judge.engine import Request
from grader.judge.engine import versions as installed
from grader.judge.options import PlayOptions
from grader.judge.parallel import settle_in
from grader.judge.verdict import Status, Verdict
from grader.kit import kept
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit, digest_of, files_in, load_kit
from grader.policy.submission import Fault, Submission
from grader.sandbox import isolation
from grader.sandbox.box import Box

TRIES = 2
"""How often a file is tried if the grader fails, because a cause such as full memory may be gone the next time."""
CONNECT_SECONDS = 10
"""How long a dask scheduler, and then its first worker, may take to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Two verdicts on the same bytes under equal conditions are the same verdict.

    ``kit`` is a digest of what judges the exercise; its lesson and the other exercises are no part of it, so that a
    correction there regrades nothing. ``versions`` names the grader, Python without its patch number, anyio and trio.
    The isolation level is no part either: it decides whether a file may be played at all, not what comes out.
    """

    exercise: str
    kit: str
    schedules: int
    versions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedKit:
    """A kit on its way to a worker: where it lies, and its files if the worker may not see that place."""

    root: Path
    digest: str
    files: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One file to grade. ``key`` is its digest, or names what is wrong with it when it cannot be taken in."""

    exercise: str
    key: str
    taken: Submission | Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Files of one exercise that a worker grades one after the other."""

    kit: PackedKit
    exercise: str
    works: tuple[Work, ...]
    options: PlayOptions
    versions: str
    level: int = 0
    """The least isolation at which they may be played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """A verdict as it is stored: what lists and marks need, and the whole verdict as a document.

    Its fields are columns of the gradebook. It belongs to no learner: it is about the bytes of a file.
    """

    exercise: str
    key: str
    status: Status
    points: float
    total: int
    level: int
    own_fault: bool
    fault: str
    """The kind of the first fault of the file."""
    trouble: str
    """Why it was not judged, if it was not."""
    judged_at: str
    document: bytes = b""
    """The whole verdict, compressed; empty where the gradebook lists verdicts without opening them."""


class CannotStart(StrEnum):
    """Why a worker could not start on a chunk."""

    MACHINE = "machine"
    VERSIONS = "versions"
    KIT = "kit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of a chunk, in ``seconds`` of wall time: its verdicts, or why the worker could not start on it."""

    verdicts: tuple[StoredVerdict, ...] = ()
    seconds: float = 0.0
    cannot_start: CannotStart | None = None
    message: str = ""
    hint: str = ""

    def error(self) -> GraderError:
        """The error to raise where the worker could not start."""
        kind = KitError if self.cannot_start is CannotStart.KIT else MachineError
        return kind(self.message, hint=self.hint)


def conditions(kit: Kit, exercise: Exercise, schedules: int) -> Conditions:
    """The conditions under which this process would judge an exercise. Raises KitError if a file cannot be read."""
    return Conditions(
        exercise=exercise.id, kit=digest_of(_deciding_files(kit, exercise)), schedules=schedules, versions=versions()
    )


def versions() -> str:
    """The versions that decide how a play goes, in one line."""
    libraries = dict(installed())
    python = ".".join(libraries.pop("python").split(".")[:2])
    every = {"grade": __version__, "python": python, **libraries}
    return ", ".join(f"{name} {version}" for name, version in every.items())


def _deciding_files(kit: Kit, exercise: Exercise) -> dict[str, Path]:
    """Named without the place where the kit lies: a copy of it elsewhere judges alike."""
    lesson = (exercise.lesson, *(exercise.folder / figure.file for figure in exercise.figures))
    inside = {f"exercise/{name}": path for name, path in files_in(exercise.folder).items() if path not in lesson}
    # The reference is drawn beside every failure.
    reference = {} if exercise.reference is None else {"reference": exercise.reference}
    return {"kit.toml": kit.root / "exercises" / "kit.toml", **inside, **reference}


def stored_verdict(key: str, verdict: Verdict) -> StoredVerdict:
    """A verdict in the form in which it is stored, without what belongs to one learner: the name of the file."""
    document = verdict_document(replace(verdict, file="", ignored=()))
    return StoredVerdict(
        exercise=verdict.exercise,
        key=key,
        status=verdict.status,
        points=verdict.points,
        total=verdict.total,
        level=verdict.isolation,
        own_fault=verdict.own_fault,
        fault=verdict.faults[0].kind if verdict.faults else "",
        trouble=_trouble(verdict),
        judged_at=verdict.judged_at,
        # Traces repeat themselves and shrink to a tenth.
        document=zlib.compress(json.dumps(document, ensure_ascii=True).encode("ascii")),
    )


def _trouble(verdict: Verdict) -> str:
    if verdict.status is not Status.NOT_JUDGED:
        return ""
    reasons = (result.reason for test in verdict.tests for result in test.results if result.reason)
    return verdict.trouble or next(reasons, "")


def pack_kit(kit: Kit) -> PackedKit:
    """The kit with its files, for workers that do not see this machine's disk. Wrong answers stay at home."""
    references = [exercise.reference for exercise in kit.exercises if exercise.reference is not None]
    files = [path for path in sorted((kit.root / "exercises").rglob("*")) if path.is_file()]
    inside = [path for path in (*files, *references) if "__pycache__" not in path.parts]
    named = tuple((path.relative_to(kit.root).as_posix(), path.read_bytes()) for path in inside)
    return PackedKit(root=kit.root, digest=kit.digest, files=named)


def grade_chunk(chunk: Chunk) -> Answer:
    """Grade a chunk. This is what is sent to an executor; one chunk at a time in each process."""
    began = time.perf_counter()
    # A process has one pytest and one box, and a dask worker may have several threads.
    with _turn:
        if chunk.versions != versions():
            return _other_versions(chunk)
        try:
            verdicts = tuple(_worker.grade(chunk))
            _worker.settle()
        except MachineError as error:
            return Answer(cannot_start=CannotStart.MACHINE, message=str(error), hint=error.hint)
        except KitError as error:
            return Answer(cannot_start=CannotStart.KIT, message=str(error), hint=error.hint)
    return Answer(verdicts=verdicts, seconds=time.perf_counter() - began)


def _other_versions(chunk: Chunk) -> Answer:
    return Answer(
        cannot_start=CannotStart.VERSIONS,
        message=f"a worker has {versions()}, and this computer has {chunk.versions}",
        hint="Install the same versions on both, and run the same command again.",
    )


class _Worker:
    """What a worker process keeps between chunks: the box, and the kits that it was sent."""

    def __init__(self) -> None:
        self._box: Box | None = None
        self._settled = False
        self._kits: dict[str, Kit] = {}
        self._folders: list[tempfile.TemporaryDirectory[str]] = []

    def grade(self, chunk: Chunk) -> Iterator[StoredVerdict]:
        kit = self._kit(chunk.kit)
        exercise = kit.exercise(chunk.exercise)
        verdicts = self._verdicts(kit, exercise, [_request(work, chunk) for work in chunk.works], chunk.level)
        return (stored_verdict(work.key, verdict) for work, verdict in zip(chunk.works, verdicts, strict=True))

    def _verdicts(self, kit: Kit, exercise: Exercise, requests: Sequence[Request], level: int) -> list[Verdict]:
        """The verdicts on these submissions, each tried again once in a new box if the box or the judge gave up."""
        verdicts: list[Verdict] = []
        tries = 0
        while len(verdicts) < len(requests):
            before = len(verdicts)
            try:
                box = self._warm_box()
                isolation.require(box.level, allowed=level)
                for verdict in engine.grade_each(box, kit, exercise, requests[before:]):
                    verdicts.append(verdict)  # one by one: an error does not take earlier ones back
            except InternalError as error:
                self._throw_away()
                tries = tries + 1 if len(verdicts) == before else 1
                if tries == TRIES:
                    verdicts.append(engine.not_judged(kit, exercise, requests[before], error))
                    tries = 0
            except KitError as error:
                rest = requests[len(verdicts) :]
                verdicts += [engine.not_judged(kit, exercise, request, error) for request in rest]
        return verdicts

    def _warm_box(self) -> Box:
        if self._box is None:
            self._box = Box()
        return self._box

    def _throw_away(self) -> None:
        box, self._box = self._box, None
        if box is not None:
            box.close()

    def _kit(self, packed: PackedKit) -> Kit:
        if packed.digest not in self._kits:
            read = load_kit(self._unpack(packed)) if packed.files else kept.load(packed.root)
            self._kits[packed.digest] = read
        kit = self._kits[packed.digest]
        if kit.digest != packed.digest:
            del self._kits[packed.digest]
            hint = "Run the same command again once the kit is no longer being changed."
            raise KitError(f"{packed.root}: the kit has changed since the run began", hint=hint)
        return kit

    def _unpack(self, packed: PackedKit) -> Path:
        folder = tempfile.TemporaryDirectory(prefix="grade-kit-")
        self._folders.append(folder)  # it is removed with the process
        for name, content in packed.files:
            path = Path(folder.name, *PurePosixPath(name).parts)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return Path(folder.name)

    def settle(self) -> None:
        """Hide what the first chunk has loaded from the garbage collector, once.

        Each collection took 30 ms to look through all of it, which comes to a millisecond for each file.
        """
        if not self._settled:
            gc.collect()
            gc.freeze()
            self._settled = True


_turn = threading.Lock()
_worker = _Worker()


def _request(work: Work, chunk: Chunk) -> Request:
    path = work.taken.path if isinstance(work.taken, Submission) else Path()
    return Request(path=path, shown="", options=chunk.options, taken=work.taken)


# ---- pools -----------------------------------------------------------------------------------------------------------


WorkerLost = BrokenProcessPool
"""A process of the pool has died, and with it every chunk that was handed over."""


def is_loss(error: Exception) -> bool:
    """Whether a cluster has given a chunk up, because too many of its workers were killed with it."""
    return type(error).__name__ == "KilledWorker"  # of dask.distributed, which need not be installed


class Pool(Protocol):
    """An executor of chunks that can be made anew after one of its processes was killed."""

    @property
    def size(self) -> int:
        """How many chunks it grades at once."""

    def submit(self, chunk: Chunk) -> Future[Answer]:
        """Hand over a chunk. Its future raises ``WorkerLost``, or the error that stopped the grading."""

    def renew(self) -> None:
        """Make every process anew after one was lost; chunks that were handed over and not finished are forgotten."""

    def close(self) -> None:
        """Stop at once, in the middle of a chunk if need be."""


class LocalPool:
    """Processes of this computer, each with a warm box. They end when this process does, even by SIGKILL."""

    def __init__(self, jobs: int) -> None:
        self.size = jobs
        self._begin()

    def _begin(self) -> None:
        # Not forked: a fork would copy the threads and locks of the parent, such as those of the progress bar.
        context = multiprocessing.get_context("spawn")
        self._reader, self._lifeline = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(
            self.size, mp_context=context, initializer=_settle_in, initargs=(self._reader,)
        )

    def submit(self, chunk: Chunk) -> Future[Answer]:
        return self._executor.submit(grade_chunk, chunk)

    def renew(self) -> None:
        self.close()
        self._begin()

    def close(self) -> None:
        # The executor would wait until its processes have finished their chunks, which may take minutes; they end
        # when the lifeline is closed.
        self._lifeline.close()
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._reader.close()


def _settle_in(lifeline: connection.Connection) -> None:
    """Make a new process a worker, which ignores Ctrl-C: the parent answers it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle_in(lifeline)  # the executor alone would let it wait for ever for a parent that is dead


class ClusterPool:
    """The workers of a dask scheduler."""

    def __init__(self, address: str) -> None:
        try:
            # Imported by name: it is installed with an extra only, and has no types.
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise MachineError(
                "--cluster needs dask.distributed, which is not installed",
                hint=f"Type `{sys.executable} -m pip install 'awaitlings[cluster]'`.",
            ) from None
        self._client = _connected(distributed, address)
        self._executor: Executor = self._client.get_executor(pure=False)

    @property
    def size(self) -> int:
        """The threads of all workers, which come and go; while there are none, chunks wait for the first."""
        return max(1, sum(int(threads) for threads in self._client.nthreads().values()))

    def submit(self, chunk: Chunk) -> Future[Answer]:
        return self._executor.submit(grade_chunk, chunk)

    def renew(self) -> None:
        """Do nothing: the scheduler hands the chunks of a lost worker to another one by itself."""

    def close(self) -> None:
        self._executor.shutdown(wait=False)  # dask's executor cancels the chunks that have not begun
        self._client.close()


def _connected(distributed: Any, address: str) -> Any:
    """A client of the scheduler at this address, which has a worker. Raises MachineError."""
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise MachineError(
            f"{address}: no dask scheduler answers there ({type(error).__name__})",
            hint="Start one with `dask scheduler`, and give its address as in `--cluster tcp://host:8786`.",
        ) from error
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except TimeoutError:
        client.close()
        raise MachineError(
            f"{address}: this dask scheduler has no worker",
            hint=f"Start some with `dask worker {address} --nthreads 1 --death-timeout 60`.",
        ) from None
    return client
