"""What a run of a class hands to the workers, which may be other computers."""

from __future__ import annotations

import pickle
from concurrent.futures import Future
from pathlib import Path

from grader.classroom.gradebook import Gradebook
from grader.classroom.pool import Answer, Chunk, PackedKit, stored_verdict
from grader.classroom.run import ClassOrder, ClassRun
from grader.judge.options import PlayOptions
from grader.kit.kit import builtin_root, load_kit
from tests import samples
from tests.class_samples import JOIN, exercises, folder, taken


class Listening:
    """A pool that keeps the bytes of what it is handed, and judges nothing."""

    size = 1

    def __init__(self) -> None:
        self.heard = b""

    def submit(self, chunk: Chunk) -> Future[Answer]:
        self.heard += pickle.dumps(chunk)
        answered: Future[Answer] = Future()
        verdicts = tuple(stored_verdict(work.key, samples.perfect()) for work in chunk.works)
        answered.set_result(Answer(verdicts=verdicts, seconds=0.1))
        return answered

    def renew(self) -> None: ...

    def close(self) -> None: ...


def test_workers_get_the_file_and_nothing_about_the_learner(tmp_path: Path) -> None:
    source = folder(tmp_path / "class", {"Lovelace, Ada/join.py": JOIN})
    intake, pool = taken(source, tmp_path / "staging"), Listening()
    kit = load_kit(builtin_root())
    order = ClassOrder(kit=kit, exercises=exercises()[:1], options=PlayOptions(schedules=1), level=0)
    with Gradebook(tmp_path / "gradebook.sqlite") as gradebook:
        run = ClassRun(order, intake, gradebook, lambda _: None)
        assert run.reuse() == 1
        run.grade(pool, PackedKit(root=kit.root, digest=kit.digest))

    assert JOIN.encode() in pool.heard
    assert b"lovelace" not in pool.heard.lower()
    assert str(tmp_path).encode() not in pool.heard
