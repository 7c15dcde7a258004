"""What the pages of a class cost: bytes, and CPU seconds to write them, for 200 and 1000 learners of 12 exercises.

    python benchmarks/class_page.py [FOLDER]

The class is invented. With a folder, its pages are left there to be looked at.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from grader.classroom.marks import ClassResults  # noqa: E402
from grader.kit.kit import builtin_root  # noqa: E402
from grader.reports.of_class.page import anonymous_class_page, class_page, learner_pages  # noqa: E402
from tests.results_samples import class_of  # noqa: E402

EXERCISES = 12
TEMPLATES = builtin_root() / "templates"
Made = TypeVar("Made")
PAGES = {"class": class_page, "anonymous": anonymous_class_page}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    print(f"{'learners':>8}  {'page':<10}{'bytes':>10}{'CPU':>9}")
    for learners in (200, 1000):
        results = class_of(learners, EXERCISES)
        gc.freeze()  # as the command does
        for name, page in PAGES.items():
            text, seconds = _timed(partial(page, results, templates=TEMPLATES))
            print(f"{learners:>8}  {name:<10}{len(text.encode()):>10,}{seconds:>8.2f}s")
            _leave(folder, f"{name}-{learners}.html", text)
    _learners(class_of(50, EXERCISES), folder)


def _learners(results: ClassResults, folder: Path | None) -> None:
    pages, seconds = _timed(lambda: dict(learner_pages(results, templates=TEMPLATES)))
    largest = max(len(text.encode()) for text in pages.values())
    print(f"{1:>8}  {'learner':<10}{largest:>10,}{seconds / len(pages):>8.3f}s  (bytes of the largest)")
    for name, text in pages.items():
        _leave(folder, f"learners/{name}", text)


def _timed(make: Callable[[], Made]) -> tuple[Made, float]:
    began = time.process_time()
    made = make()
    return made, time.process_time() - began


def _leave(folder: Path | None, name: str, text: str) -> None:
    if folder is not None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
