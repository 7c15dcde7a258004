"""The first screens of fifty wrong programs, as they were read one by one at 80x24 and kept in ``tests/gold``.

    python tests/gold_screens.py

writes them anew; ``git diff tests/gold`` is then what a person has to read. What depends on the machine is left out:
how long the grading took.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

from rich.console import Console

from grader.judge import engine
from grader.kit.kit import builtin_root, load_kit
from grader.policy import rules
from grader.reports.screen import UNICODE
from grader.reports.terminal import show_run
from grader.sandbox.box import Box
from tests.forging_samples import no_rules

ROOT = Path(__file__).resolve().parent.parent
GOLD = ROOT / "tests" / "gold"
HEIGHT = 24
_SECONDS = re.compile(r" +\d+\.\d s real, [\d,]+ s virtual")

KIT = {
    "ex01": "completion_order dict_by_function eager empty_is_an_error forgot_await late_binding none_is_missing "
    "polling returns_exceptions sequential swallows_cancel waits_for_all_then_raises",
    "ex02": "decides_in_two_steps first_success hangs_on_empty polling sequential shields_the_race waits_for_everyone",
    "ex03": "break_without_aclosing filter_recurses no_checkpoint peeks_at_construction reads_ahead swallows_errors",
    "ex04": "leaks_group none_means_timeout returns_none wrong_seconds zero_never_tries",
    "ex05": "drops_query one_at_a_time single_receive_head",
}
LEARNERS = (
    "ex01_10_infinite ex01_14_module_run ex01_16_noresult ex01_17_call ex01_22_time_sleep ex01_23_no_import "
    "ex01_26_plain_with ex01_27_await_start_soon ex01_31_return_early ex01_48_markdown ex01_53_pass ex01_59_wrong_attr "
    "ex02_04_tuple ex02_07_no_nonlocal ex02_10_return_in_task ex03_03_list ex03_06_stopiteration ex04_13_except_base"
)


def programs() -> dict[str, Path]:
    """The programs by the name of their screen, which begins with the exercise."""
    found = {}
    for exercise, names in KIT.items():
        (folder,) = (ROOT / "solutions").glob(f"{exercise}_*/wrong")
        found |= {f"{exercise}_{name}": folder / f"{name}.py" for name in names.split()}
    found |= {name: ROOT / "benchmarks" / "learners" / f"{name}.py" for name in LEARNERS.split()}
    return found


def screen_of(box: Box, name: str, path: Path) -> str:
    """What ``grade exNN`` prints of a program, whose name begins with the exercise."""
    return screen_of_answer(box, name[:4], path)


def screen_of_answer(box: Box, id: str, path: Path) -> str:
    """What ``grade exNN`` prints of a file, without colours."""
    kit = load_kit(builtin_root())
    exercise = kit.exercise(id)
    # The wrong answers of the kit may use what is off limits.
    check = no_rules if path.parent.name == "wrong" else rules.check
    request = engine.Request(path=path, shown=exercise.file, check=check)
    printed = io.StringIO()
    console = Console(file=printed, width=80, height=HEIGHT, color_system=None)
    show_run(console, engine.grade(box, kit, exercise, [request]), glyphs=UNICODE)
    return _SECONDS.sub("", printed.getvalue())


def main() -> None:
    """Write all screens anew."""
    GOLD.mkdir(exist_ok=True)
    for old in GOLD.glob("*.txt"):
        old.unlink()
    with Box() as box:
        for name, path in programs().items():
            (GOLD / f"{name}.txt").write_text(screen_of(box, name, path), encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
