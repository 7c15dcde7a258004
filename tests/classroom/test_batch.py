"""Batches: files in chunks, workers that die, files that kill, machines that cannot; and real worker processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classroom.batch import ALONE, DEATHS_IN_A_ROW, Batch
from grader.classroom.pool import (
    Answer,
    CannotStart,
    Chunk,
    ClusterPool,
    LocalPool,
    PackedKit,
    StoredVerdict,
    Work,
    conditions,
    pack_kit,
    stored_verdict,
    versions,
)
from grader.errors import GraderError, KitError, MachineError
from grader.judge.options import PlayOptions
from grader.judge.verdict import Status
from grader.kit.kit import load_kit
from grader.policy.submission import Fault, Submission
from tests import samples
from tests.kit_samples import RIGHT, WRONG_VALUE, answer, change, make_kit
from tests.processes import CHECKOUT, below, wait_until

SPEED = 0.1
"""Seconds that a file takes in the pools below, by their own account."""


TOO_DEEP = RecursionError("too deep")


class Pool:
    """A pool of one thread that pretends. ``deadly`` keys kill it, with everything that was handed over.

    A chunk with a ``failing`` key comes back as ``error``.
    """

    def __init__(
        self, size: int = 2, *, deadly: Sequence[str] = (), failing: Sequence[str] = (), error: Exception = TOO_DEEP
    ) -> None:
        self.size = size
        self.deadly = deadly
        self.failing = failing
        self.error = error
        self.chunks: list[tuple[str, ...]] = []
        self.together: list[int] = []
        """How many chunks were under way, itself included, whenever one was handed over."""
        self.renewed = 0
        self._thread = ThreadPoolExecutor(1)
        self._lock = threading.Lock()
        self._queue: deque[tuple[tuple[str, ...], Future[Answer]]] = deque()
        self._dead = False

    def submit(self, chunk: Chunk) -> Future[Answer]:
        with self._lock:
            if self._dead:
                raise BrokenProcessPool
            keys, future = tuple(work.key for work in chunk.works), Future[Answer]()
            self.chunks.append(keys)
            self._queue.append((keys, future))
            self.together.append(len(self._queue))
        self._thread.submit(self._grade_one)
        return future

    def _grade_one(self) -> None:
        with self._lock:
            if not self._queue:
                return
            keys, future = self._queue.popleft()
            if set(keys) & set(self.deadly):
                self._dead = True
                for _, one in ((keys, future), *self._queue):
                    one.set_exception(BrokenProcessPool())
                self._queue.clear()
            elif set(keys) & set(self.failing):
                future.set_exception(self.error)
            else:
                future.set_result(graded(keys))

    def renew(self) -> None:
        with self._lock:
            self.renewed += 1
            self._dead = False

    def close(self) -> None:
        self._thread.shutdown()


class Prompt(Pool):
    """A pool that grades each chunk at once."""

    def submit(self, chunk: Chunk) -> Future[Answer]:
        future: Future[Answer] = Future()
        future.set_result(graded([work.key for work in chunk.works]))
        return future


def graded(keys: Sequence[str]) -> Answer:
    return Answer(verdicts=tuple(judged(key) for key in keys), seconds=SPEED * len(keys))


def judged(key: str, status: Status = Status.PASS) -> StoredVerdict:
    return replace(stored_verdict(key, samples.verdict()), exercise="ex01", status=status)


def works(count: int, exercise: str = "ex01") -> list[Work]:
    fault = Fault(kind="missing", error="", help="")
    return [Work(exercise=exercise, key=f"{exercise}-{number}", taken=fault) for number in range(count)]


def chunk_of(works: tuple[Work, ...]) -> Chunk:
    packed = PackedKit(root=Path(), digest="")
    return Chunk(kit=packed, exercise=works[0].exercise, works=works, options=PlayOptions(schedules=1), versions="")


def run(pool: Pool, todo: Sequence[Work]) -> dict[str, StoredVerdict]:
    noted: list[StoredVerdict] = []

    def give_up(work: Work, error: GraderError) -> StoredVerdict:
        return replace(judged(work.key, Status.NOT_JUDGED), own_fault=error.exit_code == 70)

    Batch(pool, chunk=chunk_of, note=noted.extend, give_up=give_up).run(todo)
    keys = [one.key for one in noted]
    assert len(keys) == len(set(keys))
    return {one.key: one for one in noted}


# ---- chunks ----------------------------------------------------------------------------------------------------------


def test_every_file_is_graded_exactly_once() -> None:
    todo = [*works(97), *works(13, "ex02")]

    assert set(run(Pool(), todo)) == {work.key for work in todo}


def test_a_chunk_holds_one_exercise_and_about_a_second_of_work() -> None:
    pool = Pool()
    run(pool, [*works(100), *works(100, "ex02")])

    assert all(len({key.partition("-")[0] for key in keys}) == 1 for keys in pool.chunks)
    assert max(len(keys) for keys in pool.chunks) == round(1 / SPEED)


def test_the_last_chunks_are_small_so_that_no_worker_waits_long_for_another() -> None:
    pool = Pool()
    run(pool, works(100))

    sizes = [len(keys) for keys in pool.chunks]
    assert sizes[-3:] == [1, 1, 1]
    assert sizes[len(sizes) // 2 :] == sorted(sizes[len(sizes) // 2 :], reverse=True)


def test_nothing_to_do_asks_nothing_of_the_pool() -> None:
    pool = Pool()

    assert run(pool, []) == {}
    assert pool.chunks == []


# ---- deaths ----------------------------------------------------------------------------------------------------------


def test_a_file_that_kills_its_worker_is_found_and_all_others_are_graded() -> None:
    pool = Pool(deadly=["ex01-37"])
    found = run(pool, works(60))

    assert [key for key, one in found.items() if one.status is Status.NOT_JUDGED] == ["ex01-37"]
    assert len(found) == 60
    assert pool.renewed <= ALONE + 6


def test_several_files_that_kill_are_all_found() -> None:
    deadly = ["ex01-0", "ex01-1", "ex01-20", "ex01-59"]
    found = run(Pool(deadly=deadly), works(60))

    assert sorted(key for key, one in found.items() if one.status is Status.NOT_JUDGED) == sorted(deadly)
    assert not any(one.own_fault for one in found.values())  # as of a computer without memory


def test_a_chunk_under_suspicion_is_graded_alone() -> None:
    pool = Pool(deadly=["ex01-5"])
    run(pool, works(30))

    last = [number for number, keys in enumerate(pool.chunks) if "ex01-5" in keys][ALONE:]
    assert last
    assert [pool.together[number] for number in last] == [1] * len(last)


def test_a_file_with_which_the_grader_itself_fails_is_found_without_a_death() -> None:
    pool = Pool(failing=["ex01-7"])
    found = run(pool, works(30))

    assert [key for key, one in found.items() if one.status is Status.NOT_JUDGED] == ["ex01-7"]
    assert found["ex01-7"].own_fault
    assert pool.renewed == 0


def test_a_file_with_which_a_cluster_loses_its_workers_is_no_fault_of_the_grader() -> None:
    killed = type("KilledWorker", (Exception,), {})()
    found = run(Pool(failing=["ex01-7"], error=killed), works(30))

    assert [key for key, one in found.items() if one.status is Status.NOT_JUDGED] == ["ex01-7"]
    assert not found["ex01-7"].own_fault


def test_a_machine_on_which_every_worker_dies_ends_the_run() -> None:
    todo = works(500)
    pool = Pool(deadly=[work.key for work in todo])
    with pytest.raises(MachineError, match="worker processes die again and again"):
        run(pool, todo)

    assert pool.renewed == DEATHS_IN_A_ROW


@pytest.mark.parametrize(("why", "kind"), [(CannotStart.MACHINE, MachineError), (CannotStart.KIT, KitError)])
def test_a_worker_that_cannot_start_ends_the_run_with_what_it_says(why: CannotStart, kind: type[Exception]) -> None:
    class Refusing(Pool):
        def submit(self, chunk: Chunk) -> Future[Answer]:
            future: Future[Answer] = Future()
            future.set_result(Answer(cannot_start=why, message="no room", hint="Make some."))
            return future

    with pytest.raises(kind, match="no room"):
        run(Refusing(), works(5))


def test_what_is_graded_when_a_run_is_stopped_is_noted() -> None:
    noted: list[StoredVerdict] = []

    def stop() -> None:
        raise KeyboardInterrupt

    batch = Batch(Prompt(), chunk=chunk_of, note=noted.extend, give_up=lambda work, why: judged(work.key), tick=stop)
    with pytest.raises(KeyboardInterrupt):
        batch.run(works(40))

    assert len(noted) == 8  # everything that was handed over: four chunks of two


# ---- real processes --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pool() -> Iterator[LocalPool]:
    pool = LocalPool(1)
    yield pool
    pool.close()


def real_chunk(root: Path, *texts: str, **changes: object) -> Chunk:
    kit = load_kit(root)
    under = conditions(kit, kit.exercise("ex01"), 1)
    sources = [answer(text) for text in texts]
    works = tuple(
        Work(exercise="ex01", key=str(number), taken=Submission(path=Path("double.py"), source=source, digest="d"))
        for number, source in enumerate(sources)
    )
    packed = PackedKit(root=root, digest=kit.digest)
    chunk = Chunk(
        kit=packed, exercise="ex01", works=works, options=PlayOptions(schedules=1), versions=under.versions, level=0
    )
    return replace(chunk, **changes)  # type: ignore[arg-type]


def test_a_worker_process_grades_a_chunk_in_order(pool: LocalPool, tiny: Path) -> None:
    found = pool.submit(real_chunk(tiny, RIGHT, WRONG_VALUE, "def (", RIGHT)).result()

    assert [(one.key, one.points) for one in found.verdicts] == [("0", 100), ("1", 40), ("2", 0), ("3", 100)]
    assert [one.fault for one in found.verdicts] == ["", "", "syntax", ""]


def test_a_worker_with_other_versions_refuses(pool: LocalPool, tiny: Path) -> None:
    found = pool.submit(real_chunk(tiny, RIGHT, versions="grade 0")).result()

    assert (found.cannot_start, found.message) == (
        CannotStart.VERSIONS,
        f"a worker has {versions()}, and this computer has grade 0",
    )


def test_a_worker_does_not_grade_with_another_kit_than_the_run_began_with(pool: LocalPool, tiny: Path) -> None:
    found = pool.submit(real_chunk(tiny, RIGHT, kit=PackedKit(root=tiny, digest="other"))).result()

    assert found.cannot_start is CannotStart.KIT


def test_a_worker_says_what_is_wrong_with_a_kit_that_was_damaged_while_the_run_went_on(
    pool: LocalPool, tmp_path: Path
) -> None:
    root = make_kit(tmp_path / "kit")
    change(root / "exercises/kit.toml", "Tiny", "One that the worker has not read yet")
    chunk = real_chunk(root, RIGHT)
    (root / "exercises/kit.toml").write_text("[[[")
    found = pool.submit(chunk).result()

    assert found.cannot_start is CannotStart.KIT
    assert found.message.startswith(f"{root / 'exercises/kit.toml'}:1: ")


def test_a_kit_that_travels_with_its_chunk_needs_no_disk_in_common(pool: LocalPool, tmp_path: Path) -> None:
    root = make_kit(tmp_path / "kit")
    change(root / "exercises/kit.toml", "Tiny", "Travelling")
    packed = pack_kit(load_kit(root))
    chunk = real_chunk(root, RIGHT, kit=packed)
    root.rename(tmp_path / "elsewhere")

    (one,) = pool.submit(chunk).result().verdicts

    assert one.points == 100
    assert not any("right/" in name or "wrong/" in name for name, _ in packed.files)


def test_broken_hidden_tests_cost_no_learner_anything(pool: LocalPool, tmp_path: Path) -> None:
    root = make_kit(tmp_path / "kit")
    change(root / "exercises/ex01_double/test_hidden.py", "from grader.judge", "import nonsense\nfrom grader.judge")
    found = pool.submit(real_chunk(root, RIGHT, RIGHT)).result()

    assert [(one.status, one.own_fault) for one in found.verdicts] == [(Status.NOT_JUDGED, False)] * 2


def test_a_worker_that_is_killed_costs_its_time_and_nothing_else(tiny: Path) -> None:
    pool = LocalPool(2)
    noted: list[StoredVerdict] = []
    killed: list[int] = []

    def note(verdicts: Sequence[StoredVerdict]) -> None:
        noted.extend(verdicts)
        if not killed:
            pool.submit(real_chunk(tiny)).result()
            worker = next(iter(pool._executor._processes))
            killed.append(worker)
            os.kill(worker, signal.SIGKILL)

    chunk = real_chunk(tiny, RIGHT)
    todo = [replace(chunk.works[0], key=str(number)) for number in range(12)]
    batch = Batch(
        pool,
        chunk=lambda works: replace(chunk, works=works),
        note=note,
        give_up=lambda work, why: judged(work.key, Status.NOT_JUDGED),
    )
    try:
        batch.run(todo)
    finally:
        pool.close()

    assert killed
    assert sorted(int(one.key) for one in noted) == list(range(12))
    assert {one.status for one in noted} == {Status.PASS}


PROGRAM = """
import sys
from pathlib import Path
from grader.classroom.pool import LocalPool
from tests.classroom.test_batch import real_chunk, RIGHT
if __name__ == "__main__":
    pool = LocalPool(2)
    futures = [pool.submit(real_chunk(Path(sys.argv[1]), RIGHT)) for _ in range(2)]
    [future.result() for future in futures]
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_when_the_parent_is_killed_its_workers_and_their_boxes_end_too(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "program.py"), str(tiny)],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    family = below(process.pid)
    assert len(family) >= 4  # two workers, and a box for each that was given something
    process.kill()
    process.communicate()

    wait_until(lambda: not any(Path(f"/proc/{one}").exists() for one in family))


def test_a_cluster_without_its_library_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MachineError, match=r"needs dask\.distributed") as caught:
        ClusterPool("tcp://127.0.0.1:1")

    assert "pip install 'awaitlings[cluster]'" in caught.value.hint
