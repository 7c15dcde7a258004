"""Hidden tests of ex08: judge recordings of workflows, on both backends, under every schedule."""

from __future__ import annotations

import pytest

from grader.authoring import Diagnosed, Play, Recording, grading, token

FIGURE = {"A1": 0, "A2": 1, "A3": 6, "A4": 9, "B1": 0, "B2": 3, "B3": 4}
"""When each step of the lesson's workflow can start."""
NEEDS = {"A2": ["A1"], "A3": ["A2", "B3"], "A4": ["A3"], "B2": ["B1"], "B3": ["B2"]}

OWN = {"quick": 1.37, "slow": 10.11, "after quick": 1, "after both": 1, "last": 1}
OWN_DEPS = {"after quick": ["quick"], "after both": ["slow", "quick"], "last": ["after quick"]}

DIAMOND = {"top": 1, "left": 2, "right": 3, "bottom": 1, "aside": 4}
DIAMOND_DEPS = {"left": ["top"], "right": ["top"], "bottom": ["left", "right"], "aside": ["top"]}

TIE = {"b": 1, "a": 1, "x": 1, "both": 1}
TIE_DEPS = {"x": ["a"], "both": ["a", "b"]}


def started(recording: Recording, name: str) -> float:
    """When a step was called first."""
    times = recording.times(name)
    if not times:
        raise Diagnosed("late-start", f"Step `{name}` was never called.")
    return times[0]


def starts_in_time(recording: Recording, deps: dict[str, list[str]]) -> None:
    """Each step starts at the moment the last of its own dependencies ends."""
    for name, needed in deps.items():
        began, last = started(recording, name), max(needed, key=lambda each: recording.span(each).end)
        ready = recording.span(last).end
        if began > ready:
            more = f"{listed(needed)}. The last of them" if len(needed) > 1 else f"`{last}` alone. That"
            raise Diagnosed(
                "late-start",
                f"Step `{name}` needs {more} was finished after {ready:g} s, and `{name}` started after {began:g} s.",
            )
        assert began == ready


def listed(names: list[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), *quoted[-1:])))


@grading(
    points=5,
    promise=1,
    schedules=3,
    diagnosis="missing-results",
    feedback="The dict that comes back must have the result of every step, by its name.",
    help="store each result under the name of its step, also those that another step has used",
)
def test_returns_the_result_of_every_step(play: Play) -> None:
    """the results of all steps come back"""
    result = play("figure").result
    missing = sorted(set(FIGURE) - set(result))
    if missing:
        raise Diagnosed("missing-results", f"Of seven steps, the results of {listed(missing)} are missing.")
    assert result == {name: f"result of {name}" for name in FIGURE}

    kinds = ("from a tuple", "from a set", "from a frozenset", "from a dict", "from an empty list")
    assert set(play("collections").result) == {"one", "two", *kinds}


@grading(
    points=3,
    promise=1,
    diagnosis="edge-case",
    feedback="A workflow without steps must return an empty dict.",
    help="do without a special case: a loop over no steps runs no turn",
    show=("expected",),
)
def test_empty_workflow(play: Play) -> None:
    """an empty workflow returns {}"""
    assert play("empty").result == {}


@grading(
    points=7,
    promise=2,
    schedules=3,
    diagnosis="wrong-inputs",
    feedback="A step must be called with a dict of its own, which has exactly the results that it declared.",
    help="make a new dict for each step: `{needed: results[needed] for needed in deps.get(name, ())}`",
)
def test_inputs_are_exactly_the_declared_results(play: Play) -> None:
    """each step gets exactly the inputs it declared"""
    recording = play("workflow", seconds=DIAMOND, deps=DIAMOND_DEPS)
    for name in DIAMOND:
        inputs, wanted = recording.values(name)[0], DIAMOND_DEPS.get(name, [])
        if set(inputs) != set(wanted):
            raise Diagnosed(
                "wrong-inputs",
                f"Step `{name}` declared {listed(wanted) or 'no inputs'}, and it was called with "
                f"{listed(sorted(inputs)) or 'an empty dict'}.",
            )
        assert inputs == {each: f"result of {each}" for each in wanted}

    spoilt = play("greedy").result["last"]
    if spoilt != {"source": "result of source"}:
        raise Diagnosed(
            "wrong-inputs",
            "One step changed the dict that it was called with, and another step saw that. Each step needs a dict "
            "of its own.",
        )


@grading(
    points=7,
    promise=2,
    schedules=3,
    diagnosis="called-twice",
    feedback="A step must be called once, however many steps need its result.",
)
def test_every_step_is_called_once(play: Play) -> None:
    """each step is called once"""
    for seconds, deps in ((DIAMOND, DIAMOND_DEPS), (TIE, TIE_DEPS)):
        recording = play("workflow", seconds=seconds, deps=deps)
        if recording.ended_as("deadlock"):
            continue  # a step that is never called is the subject of another test
        for name in seconds:
            calls = len(recording.times(name))
            users = [user for user, needed in deps.items() if name in needed]
            if calls > 1:
                raise Diagnosed(
                    "called-twice",
                    f"Step `{name}` was called {calls} times; {len(users)} other steps need its result."
                    if len(users) > 1
                    else f"Step `{name}` was called {calls} times.",
                )
    same = play("one_function").result
    assert same["calls"] == 3
    assert same["results"]["c"] == 2


@grading(
    points=10,
    promise=3,
    schedules=3,
    diagnosis="late-start",
    feedback="A step of the lesson's workflow did not start when it could have.",
)
def test_the_workflow_of_the_lesson(play: Play) -> None:
    """the workflow of the lesson takes 11 s"""
    recording = play("figure")
    starts_in_time(recording, NEEDS)
    assert all(started(recording, name) == at for name, at in FIGURE.items())
    assert recording.elapsed == 11


@grading(
    points=10,
    promise=3,
    schedules=3,
    diagnosis="late-start",
    feedback="A step waited for another one whose result it does not need.",
)
def test_a_step_waits_only_for_its_own_inputs(play: Play) -> None:
    """a step waits for its own inputs only"""
    recording = play("workflow", seconds=OWN, deps=OWN_DEPS)
    starts_in_time(recording, OWN_DEPS)


@grading(
    points=4,
    promise=3,
    schedules=5,
    diagnosis="late-start",
    feedback="Two steps were finished at the same instant, and a third one that needs both did not start then.",
    help="change what is known about a step in one go, without an `await` between looking and storing",
    show=("seconds", "deps"),
)
def test_two_inputs_at_the_same_instant(play: Play) -> None:
    """two inputs may come at the same instant"""
    recording = play("workflow", seconds=TIE, deps=TIE_DEPS)
    if recording.ended_as("deadlock"):
        raise Diagnosed(
            "stale-state",
            "Two steps were finished at the same instant, and a third one that needs both never started.",
            help="change what is known about a step in one go, without an `await` between looking and storing",
        )
    starts_in_time(recording, TIE_DEPS)


@grading(
    points=8,
    promise=4,
    schedules=2,
    diagnosis="serial",
    feedback="Steps that need nothing were to run at the same time. Some did not begin before others had ended.",
    help="start every step in a task of its own at the beginning, however many there are",
    show=("count",),
)
def test_independent_steps_run_at_the_same_time(play: Play) -> None:
    """independent steps run at the same time"""
    for count in (3, 300):
        recording = play("meeting", count=count)
        if not recording.times("called"):
            raise Diagnosed("nothing-done", "run_workflow() was over, and had called no step.")
        if recording.ended_as("deadlock"):
            raise Diagnosed(
                "serial",
                f"Each of {count} steps waits until all of them run, and that never happened.",
                help="start every step in a task of its own at the beginning, however many there are",
            )


@grading(
    points=5,
    promise=5,
    schedules=3,
    diagnosis="falsy-value",
    feedback="Steps returned None, False, 0, an empty text, an empty list and an exception object. They are finished "
    "all the same, and those are their results.",
    help="ask whether there is a result (`name in results`), and never what it is",
)
def test_any_result_unblocks(play: Play) -> None:
    """a step that returned None is finished, too"""
    recording = play("odd_results")
    if recording.ended_as("deadlock", "late", "never-yields"):
        raise Diagnosed(
            "falsy-value",
            "Steps returned None, False, 0 and other odd values, and a step that needs one of them never started.",
            help="ask whether there is a result (`name in results`), and never what it is",
        )
    assert not recording.raised
    values = {"None": None, "False": False, "zero": 0, "empty": "", "list": [], "error": token("an error")}
    for name, value in values.items():
        assert recording.result[f"after {name}"] == [value]


def refuses(recording: Recording, what: str, help: str) -> None:
    """ValueError, and no step was called."""
    if recording.ended_as("deadlock"):
        raise Diagnosed("edge-case", f"{what}, and run_workflow() waits for ever.", help=help)
    calls = len(recording.order)
    if calls:
        raise Diagnosed(
            "edge-case",
            f"{what}, and {'a step was' if calls == 1 else f'{calls} steps were'} called all the same.",
            help=help,
        )
    assert recording.raised.isa("ValueError")


@pytest.mark.parametrize(
    "deps",
    [
        pytest.param({"b": ["c"], "c": ["b"]}, id="two"),
        pytest.param({"b": ["a"], "c": ["c", "a"]}, id="itself"),
        pytest.param({"b": ["a", "d"], "c": ["b"], "d": ["c"], "e": ["d"]}, id="three"),
    ],
)
@grading(
    points=7,
    promise=6,
    diagnosis="edge-case",
    feedback="Steps need each other in a circle. That must raise ValueError before any step is called.",
    help="call `graphlib.TopologicalSorter(deps).prepare()` first; its CycleError is a ValueError",
    show=("deps",),
)
def test_cycles_are_refused(play: Play, deps: dict[str, list[str]]) -> None:
    """a cycle is a ValueError before anything starts"""
    recording = play("refused", names=["a", "b", "c", "d", "e"], deps=deps)
    itself = any(name in needed for name, needed in deps.items())
    refuses(
        recording,
        "A step needs itself" if itself else "Steps need each other in a circle",
        "look for cycles before any task is started: `graphlib.TopologicalSorter(deps).prepare()` raises a ValueError",
    )


@pytest.mark.parametrize(
    "deps",
    [
        pytest.param({"a": ["b"], "c": ["typo"]}, id="needed"),
        pytest.param({"b": ["a"], "typo": ["a"]}, id="needing"),
        pytest.param({"typo": []}, id="needing nothing"),
    ],
)
@grading(
    points=5,
    promise=7,
    diagnosis="edge-case",
    feedback="A name in `deps` is no step. That must raise ValueError before any step is called.",
    help="look at every name of `deps` first, those that need something and those that are needed",
    show=("deps",),
)
def test_unknown_names_are_refused(play: Play, deps: dict[str, list[str]]) -> None:
    """an unknown name is a ValueError, too"""
    recording = play("refused", names=["a", "b", "c"], deps=deps)
    refuses(
        recording,
        "`typo` stands in `deps` and is no step",
        "look at every name of `deps` first, those that need something and those that are needed",
    )


@grading(
    points=6,
    promise=8,
    schedules=2,
    diagnosis="siblings-left-running",
    feedback="One step failed after 1 s. What runs must be cancelled then, its clean-up awaited, and nothing new "
    "started.",
    show=("kind",),
)
def test_a_failure_stops_the_whole_workflow(play: Play) -> None:
    """a failure stops the whole workflow"""
    recording = play("failing", kind="ValueError")

    hidden(recording)
    slow = recording.span("slow")
    if slow.how != "cancelled" or slow.cancelled_at != 1:
        raise Diagnosed(
            "siblings-left-running",
            "One step failed after 1 s, and another one, which needed 50 s, went on.",
        )
    assert recording.span("tidy").end == recording.span("clean-up").end == 4
    if recording.span("run_workflow").end != 4:
        raise Diagnosed(
            "cleanup-not-awaited",
            "One step failed after 1 s, and another one cleaned up until 4 s. run_workflow() was over after "
            f"{recording.span('run_workflow').end:g} s.",
        )
    nothing_new(recording, "after bad", "after slow")


@grading(
    points=3,
    promise=8,
    schedules=2,
    diagnosis="siblings-left-running",
    feedback="After a failure nothing new may be started.",
)
def test_nothing_is_started_after_a_failure(play: Play) -> None:
    """after a failure nothing new is started"""
    recording = play("failing_beside_a_stubborn_one")
    hidden(recording)
    nothing_new(recording, "after")


def hidden(recording: Recording) -> None:
    """An error that is not noticed stops nothing. What comes out is asked by another test."""
    if recording.ended_as("returned"):
        raise Diagnosed(
            "lost-error",
            "A step raised ValueError after 1 s, and run_workflow() went on and returned as if nothing had happened.",
            help="let the error leave the task of the step: the task group cancels the others, and raises it",
        )
    assert recording.ended_as("raised")
    assert not recording.raised.isa("NotImplementedError")


def nothing_new(recording: Recording, *names: str) -> None:
    for span in recording.spans:
        if span.name in names and (span.how != "cancelled" or span.took > 0):
            raise Diagnosed(
                "siblings-left-running",
                f"Step `{span.name}` was started after {span.start:g} s, when the workflow had been stopped already.",
                help="start nothing once the group is cancelled: `if not tg.cancel_scope.cancel_called`",
            )


@grading(
    points=4,
    promise=9,
    schedules=3,
    diagnosis="lost-error",
    feedback="A step failed, and its own error must come out: the same object, and nothing else.",
    help="let the error leave the task of the step: the task group cancels the others, and raises it",
    show=("kind",),
)
def test_the_error_comes_out(play: Play) -> None:
    """the error of the step comes out"""
    for kind in ("ValueError", "KeyError", "OSError", "TimeoutError"):
        for scenario in ("failing", "failing_at_once"):
            recording = play(scenario, kind=kind)
            if recording.ended_as("returned"):
                raise Diagnosed(
                    "lost-error",
                    f"A step raised {kind}, and run_workflow() returned as if nothing had happened.",
                    help="let the error leave the task of the step: the task group cancels the others, and raises it",
                )
            assert recording.raised == "boom"

    together = play("failing_together").raised
    if not together or not {leaf.token for leaf in together.leaves} <= {"boom 1", "boom 2"}:
        raise Diagnosed(
            "lost-error",
            "Two steps failed at the same instant, and an error came out that no step has raised.",
            help="let both errors leave their tasks, or raise one of them: put no other in their place",
        )


@grading(
    points=6,
    promise=10,
    schedules=5,
    diagnosis="swallowed-cancellation",
    feedback="run_workflow() was cancelled. Its steps must be cancelled then, their clean-up awaited, and nothing new "
    "started.",
    help="let the cancellation pass: catch `Exception`, never `BaseException`, and put no shield round the steps",
)
def test_cancellation_stops_the_workflow(play: Play) -> None:
    """cancelling it cancels the steps that run"""
    recording = play("cancelled_from_outside")
    for name in ("slow", "tidy"):
        span = recording.span(name)
        if span.how != "cancelled" or (name == "slow" and span.cancelled_at != 2):
            raise Diagnosed(
                "swallowed-cancellation",
                f"run_workflow() was cancelled after 2 s, and step `{name}` went on.",
                help="let the cancellation pass: catch `Exception`, never `BaseException`, and put no shield round it",
            )
    assert "came back" not in recording.order
    # A step that cannot be stopped is done after 7 s at the latest, counted from its beginning.
    assert recording.span("run_workflow").end == max(recording.span("clean-up").end, recording.span("stubborn").end)
    nothing_new(recording, "after slow", "after")

    for recording in play.each_step("cancelled_at_each_step"):
        assert recording.stopped_at_once
        assert not recording.left_running
        # Cancelled too late to matter: all steps were done.
        assert recording.caller.how == "cancelled" or recording.span("c").how == "returned"


@grading(
    points=4,
    promise=11,
    schedules=1,
    diagnosis="recursion",
    feedback="A chain of 1200 steps must work, too, and a cycle as long as that must be found.",
    help="follow the dependencies in a loop, or leave that to `graphlib`: a function that calls itself goes 1000 deep",
    show=("length",),
)
def test_a_long_chain(play: Play) -> None:
    """a chain of 1200 steps works, too"""
    recording = play("chain", length=1200)
    if recording.ended_as("late", "limit", "never-yields"):
        raise Diagnosed(
            "edge-case",
            "A chain of 1200 steps was not done after 80,000 turns of its tasks. Each step that is finished wakes all "
            "the others, and nearly all of them wait again.",
            help="give each step an event of its own, so that it wakes only those that need it",
        )
    assert recording.result == 1200

    recording = play("long_cycle", length=1200)
    # What becomes of a cycle is asked by another test.
    if recording.ended_as("raised"):
        assert not recording.raised.isa("RecursionError")


@grading(
    points=3,
    promise=12,
    schedules=3,
    diagnosis="changes-the-arguments",
    feedback="The mappings of the caller were changed.",
)
def test_the_mappings_are_left_alone(play: Play) -> None:
    """the caller's mappings are not modified"""
    result = play("left_alone").result
    assert result["results"]
    for name in ("steps", "deps"):
        if not result[name]:
            raise Diagnosed("changes-the-arguments", f"`{name}` was not the same after the call as before it.")


@grading(
    points=3,
    promise=13,
    schedules=3,
    diagnosis="shared-between-calls",
    feedback="Two workflows had steps of the same names, and one of them saw results of the other.",
    show=("at_once",),
)
def test_workflows_know_nothing_of_each_other(play: Play) -> None:
    """workflows know nothing of each other"""
    for at_once in (False, True):
        recording = play("two_workflows", at_once=at_once)
        for name, other in (("first", "second"), ("second", "first")):
            results = recording.result[name]
            assert results["b"] == f"{name} again"
            assert results[f"only {name}"] == f"result of only {name}"
            assert f"only {other}" not in results
        assert recording.elapsed == (2 if at_once else 4)
