"""Names in a kit that do not exist are found in its text; what may exist is passed over."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.box.stage import Stage
from grader.judge.kitnames import STAGE, STAGE_INSIDE, of_hidden_tests, of_kit_files, of_scenarios
from grader.kit.kit import builtin_root, load_kit
from tests.kit_samples import change, make_kit

TESTS = "exercises/ex01_double/test_hidden.py"
SCENARIOS = "exercises/ex01_double/scenarios.py"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_kit(tmp_path / "kit")


def in_tests(root: Path, *lines: str) -> list[tuple[int, str]]:
    """What is found in a hidden test of these lines, the first of which has the number 1."""
    change(root / TESTS, 'assert play("call", n=3).result == 6', "\n    ".join(lines))
    found = of_hidden_tests(load_kit(root).exercises[0])
    assert all(fault.path == root / TESTS for fault in found)
    return [(fault.line - 6, f"{fault.what}: {fault.hint}") for fault in found]


def in_scenarios(root: Path, text: str) -> list[tuple[int, str]]:
    (root / SCENARIOS).write_text(text)
    return [(fault.line, fault.what) for fault in of_scenarios(load_kit(root).exercises[0])]


def test_what_a_stage_has_is_known() -> None:
    public = {name for name in vars(Stage) if not name.startswith("_")} | {"submission"}
    of_instances = {"spans", "marks", "attempts"}

    assert set(STAGE) | set(STAGE_INSIDE) == public | of_instances | {"submission"}


def test_the_exercises_that_come_with_the_grader_use_no_name_that_does_not_exist() -> None:
    assert [fault for exercise in load_kit(builtin_root()).exercises for fault in of_kit_files(exercise)] == []


# ---- hidden tests ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'assert play("call", n=3).no_such == 6',
            "`play('call', n=3)` has no `no_such`: Take it out; there are `attempt`",
        ),
        ('assert play("call", n=3).elapsd == 3', "`play('call', n=3)` has no `elapsd`: Write `elapsed`; there are `"),
        (
            'assert play("call", n=3).span("call").ends == 3',
            "`play('call', n=3).span('call')` has no `ends`: Write `end`; there are `",
        ),
        (
            'assert play("call", n=3).raised.messages',
            "`play('call', n=3).raised` has no `messages`: Write `message`; there are `",
        ),
        ('assert play("cal", n=3)', 'scenarios.py has no scenario "cal": Write "call".'),
        (
            'assert play("anything_else")',
            'scenarios.py has no scenario "anything_else": Add it there: `async def anything_else(stage): ...`.',
        ),
        (
            'assert play("call")',
            'the scenario "call" needs `n`: Give it to `play` as a keyword: `play("call", n=...)`.',
        ),
        (
            'assert play("call", n=3, m=4)',
            'the scenario "call" takes no `m`: Leave it out, or add it to the scenario: `async def call(stage, n, m)`.',
        ),
    ],
)
def test_a_line_that_cannot_work_is_found_with_what_to_do(root: Path, line: str, said: str) -> None:
    ((number, found),) = in_tests(root, line)

    assert number == 1
    assert found.startswith(said)


def test_a_name_that_stands_for_a_recording_is_followed(root: Path) -> None:
    found = in_tests(
        root,
        'recording = play("call", n=3)',
        'other = recording.span("call")',
        "assert recording.result == 6 and other.took == 3 and other.value_or_error is None",
        "assert recording.returned == other.finish",
    )

    assert [line for line, _ in found] == [4, 4]
    assert "`recording` has no `returned`" in found[0][1]
    assert "`other` has no `finish`" in found[1][1]


@pytest.mark.parametrize(
    "line",
    ['recording: object = play("call", n=3)', 'assert (recording := play("call", n=3))'],
)
def test_a_name_is_followed_however_it_is_bound(root: Path, line: str) -> None:
    ((number, said),) = in_tests(root, line, "assert recording.returned == 6")

    assert number == 2
    assert said.startswith("`recording` has no `returned`")


FIXTURE = """\
@pytest.fixture
def recording(play):
    return play("call", n=3)


@pytest.fixture
def call(recording):
    yield recording.span("call")


"""


@pytest.mark.parametrize(
    ("argument", "line", "said"),
    [
        ("recording", "assert recording.returned == 6", "`recording` has no `returned`"),
        ("call", "assert call.ends == 3", "`call` has no `ends`"),
    ],
)
def test_what_a_fixture_gives_is_followed(root: Path, argument: str, line: str, said: str) -> None:
    change(root / TESTS, "from grader.judge import grading\n\n\n", f"import pytest\n\n{FIXTURE}")
    change(root / TESTS, "def test_value(play)", f"def test_value({argument})")
    change(root / TESTS, 'assert play("call", n=3).result == 6', line)

    (fault,) = of_hidden_tests(load_kit(root).exercises[0])

    assert fault.what == said


@pytest.mark.parametrize(
    "lines",
    [
        ('recording = play("call", n=3)', "recording = recording.result", "assert recording.anything"),
        ('recording = play("call", n=3)', "assert all(recording.anything for recording in recording.result)"),
        ('assert play("call", n=3).result.anything', 'assert play("call", n=3).span("call").value.anything'),
        ('assert (lambda recording: recording.anything)(play("call", n=3).result)',),
        ('name = "cal"', "assert play(name, n=3)"),
        ('assert play("call", **{"n": 3}, within=5).elapsed',),
        (
            'recording = play("call", n=3)',
            "match recording.result:",
            "    case int() as recording:",
            "        recording.x",
        ),
        ('recording = play("call", n=3)', "match [1]:", "    case [*recording]:", "        recording.copy()"),
        ('recording = play("call", n=3)', "match {}:", "    case {**recording}:", "        recording.items()"),
        ('recording = play("call", n=3)', "try:", "    pass", "except ValueError as recording:", "    recording.args"),
        ('recording = play("call", n=3)', "import math as recording", "assert recording.pi"),
        ('recording = play("call", n=3)', "import recording.part", "assert recording.part"),
        ('recording = play("call", n=3)', "def recording():", "    pass", "recording.note = 1"),
    ],
)
def test_what_cannot_be_told_from_the_text_is_passed_over(root: Path, lines: tuple[str, ...]) -> None:
    assert in_tests(root, *lines) == []


@pytest.mark.parametrize(
    "text",
    [
        "if True:\n    async def other(stage, n): ...\n",
        "try:\n    import trio\nexcept ImportError:\n    async def other(stage, n): ...\n",
        "if True:\n    async def other(stage): ...\nelse:\n    async def other(stage, n): ...\n",
        "if True:\n    async def other(stage, n): ...\nelse:\n    async def other(stage): ...\n",
        "async def other(stage): ...\nother = print\n",
        "def make():\n    global other\n    async def other(stage, n): ...\nmake()\n",
        "from elsewhere import *\n",
        "from elsewhere import other\n",
    ],
)
def test_a_scenario_may_be_bound_in_any_way(root: Path, text: str) -> None:
    (root / SCENARIOS).write_text(f"async def call(stage, n): ...\n{text}")

    assert in_tests(root, 'assert play("other", n=3)') == []


def test_what_only_classes_and_functions_of_the_scenarios_bind_is_no_scenario(root: Path) -> None:
    (root / SCENARIOS).write_text(
        "async def call(stage, n): ...\nclass Source:\n    def other(self):\n        another = 1\n"
    )

    assert [line for line, _ in in_tests(root, 'play("other")', 'play("another")', 'play("Source")')] == [1, 2]


# ---- scenarios -------------------------------------------------------------------------------------------------------


def test_a_name_that_no_stage_has_is_found_wherever_it_stands(root: Path) -> None:
    found = in_scenarios(
        root,
        "def helper(stage):\n"
        "    return lambda: stage.marc('a')\n"
        "async def call(stage, n):\n"
        "    async def inner():\n"
        "        stage.note('a')\n"
        "    stage.own = 1\n"
        "    return stage.own, stage.now, stage.token('a'), stage.__class__\n",
    )

    assert found == [(2, "`stage` has no `marc`"), (5, "`stage` has no `note`")]


@pytest.mark.parametrize(
    "text",
    [
        "def theatre():\n    for stage in ['one', 'two']:\n        print(stage.upper())\n",
        "def theatre():\n    stage = {'a': 1}\n    stage.update(b=2)\n",
        "def theatre(stage):\n    stage = [*stage.spans]\n    stage.sort()\n",
        "def theatre(stage):\n    return [stage.upper() for stage in 'ab']\n",
        "def theatre(stage):\n    return sorted('ab', key=lambda stage: stage.upper())\n",
        "def theatre(stage):\n    match stage.now:\n        case float() as stage:\n            stage.hex()\n",
        "import stage\nstage.anything()\n",
        "class Phone:\n    def ring(self):\n        self.stage.anything()\n",
        "class Phone:\n    def ring(self):\n        self.stage.own = 1\nasync def call(stage, n):\n    stage.own\n",
    ],
)
def test_what_is_called_stage_and_may_be_something_else_is_passed_over(root: Path, text: str) -> None:
    assert in_scenarios(root, text) == []


def test_a_stage_is_known_in_each_function_that_takes_one(root: Path) -> None:
    found = in_scenarios(
        root,
        "class Source:\n"
        "    def __init__(self, items, *, stage):\n"
        "        stage.note('a')\n"
        "def theatre():\n"
        "    stage = {}\n"
        "    stage.update(a=1)\n"
        "async def call(stage, n):\n"
        "    stage.update(a=1)\n",
    )

    assert [line for line, _ in found] == [3, 8]


# ---- cancel at every step --------------------------------------------------------------------------------------------

CANCELS = "\n\nasync def moving(stage, n):\n    with stage.caller():\n        await stage.submission.double(n)\n"


@pytest.fixture
def cancelling(root: Path) -> Path:
    scenarios = root / SCENARIOS
    scenarios.write_text(scenarios.read_text() + CANCELS)
    return root


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('play.each_step("movin", n=3)', 'scenarios.py has no scenario "movin": Write "moving".'),
        (
            'play.each_step("moving")',
            'the scenario "moving" needs `n`: Give it to `play` as a keyword: `play("moving", n=...)`.',
        ),
        (
            'play.each_step("moving", n=3, m=1)',
            'the scenario "moving" takes no `m`: Leave it out, or add it to the scenario: '
            "`async def moving(stage, n, m)`.",
        ),
        ('play.every_step("moving", n=3)', "`play` has no `every_step`: Write `each_step`; there are `each_step`."),
    ],
)
def test_a_play_at_each_step_is_a_play(cancelling: Path, line: str, said: str) -> None:
    assert in_tests(cancelling, line) == [(1, said)]


@pytest.mark.parametrize("body", ["assert recording.stoped_at_once", "assert recording.caller.anything"])
def test_each_recording_of_a_play_at_each_step_is_followed(cancelling: Path, body: str) -> None:
    (found,) = in_tests(cancelling, 'for recording in play.each_step("moving", n=3, within=9):', f"    {body}")

    assert found[0] == 2


def test_what_a_test_does_with_plays_at_each_step_is_passed_over(cancelling: Path) -> None:
    lines = ('plays = play.each_step("moving", n=3)', "assert next(plays).order", "plays.close()")

    assert in_tests(cancelling, *lines) == []


def test_a_play_at_each_step_needs_a_caller(root: Path) -> None:
    ((line, said),) = in_tests(root, 'play.each_step("call", n=3)')

    assert line == 1
    assert said.startswith("no scenario enters `stage.caller()`")
