"""What a scenario may use, against submissions that do not mean well."""

from __future__ import annotations

from typing import NoReturn

import pytest

from grader.box.simulation.core import Bounds, Simulation
from grader.box.simulation.schedule import Schedule
from grader.box.stage import MAX_MESSAGE, MAX_ROWS, Stage
from grader.sandbox.box import Box
from grader.wire.recording import Ended
from grader.wire.values import Token
from tests.plays_samples import RUN_MAIN_WITH_STAGE, line_of, on_both_backends, played


def stage_alone() -> Stage:
    """A stage for what needs no play."""
    return Stage(Simulation(Schedule(), Bounds()))


# ---- tokens ----------------------------------------------------------------------------------------------------------


@on_both_backends
def test_a_token_is_known_when_this_very_object_comes_back(box: Box, backend: str) -> None:
    scenarios = """
    async def scenario(stage):
        mine = [1, 2]
        stage.token("list", mine)
        stage.token("nothing in particular")
        return [await stage.submission.main(mine), [1, 2], stage.token("anonymous")]
    """
    recording = played(box, backend, "async def main(value): return value", scenarios)

    assert recording.result == [Token("list"), [1, 2], Token("anonymous")]


@on_both_backends
def test_an_object_that_claims_to_equal_everything_is_no_token(box: Box, backend: str) -> None:
    source = """
    class Chameleon(Exception):
        def __init__(self, original):
            super().__init__(*original.args)
            self.original = original
        def __eq__(self, other): return True
        def __hash__(self): return hash(self.original)
        def __getattribute__(self, name): return getattr(object.__getattribute__(self, "original"), name)
        __class__ = property(lambda self: ValueError)
    async def main(error):
        raise Chameleon(error)
    """
    scenarios = """
    async def scenario(stage):
        await stage.submission.main(stage.token("boom", ValueError("boom")))
    """
    (leaf,) = played(box, backend, source, scenarios).raised.leaves

    assert leaf.token is None
    assert leaf.types[:2] == ("submission.Chameleon", "Exception")


@on_both_backends
def test_an_error_that_is_a_token_is_known_inside_groups_too(box: Box, backend: str) -> None:
    source = """
    async def main(error):
        raise ExceptionGroup("a", [ExceptionGroup("b", [error]), error])
    """
    scenarios = """
    async def scenario(stage):
        await stage.submission.main(stage.token("boom", ValueError("boom")))
    """
    recording = played(box, backend, source, scenarios)

    assert recording.raised == "boom"
    assert not recording.raised.bare
    assert recording.raised.isa("ValueError")


@on_both_backends
def test_what_was_a_token_and_died_does_not_lend_its_name_to_what_takes_its_place(box: Box, backend: str) -> None:
    scenarios = """
    async def scenario(stage):
        found = []
        for _ in range(100):
            stage.token("gone", object())
            found.append(object())
        return [len(found), *found]
    """
    result = played(box, backend, "", scenarios).result

    assert isinstance(result, list)
    assert Token("gone") not in result


# ---- marks, spans, attempts, gates -----------------------------------------------------------------------------------


@on_both_backends
def test_a_span_may_begin_and_end_in_a_worker_thread(box: Box, backend: str) -> None:
    source = """
    import time, anyio
    async def main(stage):
        def work(fails):
            with stage.span("work"):
                time.sleep(2)
                if fails:
                    raise stage.token("boom", ValueError("boom"))
        async with stage.span("waits"):
            await anyio.to_thread.run_sync(work, False)
        await anyio.to_thread.run_sync(work, True)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)
    waits, *spans = recording.spans

    # A thread works for the task that waits for it.
    assert {span.task for span in spans} == {waits.task}
    assert [(span.start, span.end, span.how) for span in spans] == [(0, 2, "returned"), (2, 4, "raised")]
    assert spans[1].raised == recording.raised == "boom"


@on_both_backends
def test_a_dataclass_of_the_scenarios_knows_its_module(box: Box, backend: str) -> None:
    scenarios = """
    from __future__ import annotations
    import sys
    from dataclasses import dataclass

    @dataclass
    class Page:
        number: int

    async def scenario(stage):
        return Page(3).number, sys.modules["scenarios"].Page is Page
    """
    assert played(box, backend, "", scenarios).result == (3, True)


@on_both_backends
def test_marks_keep_order_time_and_value(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        stage.mark("a", (1, None))
        await anyio.sleep(2)
        stage.mark("b")
        stage.mark("a", 1.5)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.order == ["a", "b", "a"]
    assert recording.values("a") == [(1, None), 1.5]
    assert recording.times("a") == [0, 2]


@on_both_backends
def test_a_span_says_when_it_began_and_ended_and_how(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def work(stage, name, seconds, error=None):
        async with stage.span(name):
            await anyio.sleep(seconds)
            if error:
                raise error
    async def main(stage):
        await work(stage, "good", 1)
        try:
            await work(stage, "bad", 1, ValueError("no"))
        except ValueError:
            pass
        with anyio.move_on_after(1):
            await work(stage, "cut short", 5)
        await work(stage, "endless", float("inf"))
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)
    spans = [recording.span(name) for name in ("good", "bad", "cut short", "endless")]

    assert [(span.start, span.stopped, span.how) for span in spans] == [
        (0, 1, "returned"),
        (1, 2, "raised"),
        (2, 3, "cancelled"),
        (3, 3, "cancelled"),
    ]
    assert spans[1].raised.isa("ValueError")
    assert spans[2].cancelled_at == 3


@on_both_backends
def test_an_attempt_notes_value_or_error_and_goes_on(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def good(value):
        await anyio.sleep(1)
        return value
    async def bad():
        raise LookupError("no")
    def plain(value): return value
    """
    scenarios = """
    import anyio
    async def scenario(stage):
        x = stage.submission
        returned = [
            await stage.attempt("good", x.good, 5),
            await stage.attempt("bad", x.bad),
            await stage.attempt("plain", x.plain, 6),
            stage.attempt_sync("plain sync", x.plain, 7),
            stage.attempt_sync("refused", x.plain),
        ]
        with anyio.move_on_after(1):
            await stage.attempt("cut short", anyio.sleep, 5)
        return returned
    """
    recording = played(box, backend, source, scenarios)

    assert recording.result == [5, None, 6, 7, None]
    assert [recording.attempt(name).value for name in ("good", "plain", "plain sync")] == [5, 6, 7]
    assert (recording.attempt("good").start, recording.attempt("good").end) == (0, 1)
    assert recording.attempt("bad").raised.isa("LookupError")
    assert recording.attempt("refused").raised.isa("TypeError")
    assert recording.attempt("cut short").cancelled_at == 2


@on_both_backends
def test_a_gate_opens_for_the_last_who_arrives(box: Box, backend: str) -> None:
    source = """
    import anyio
    async def main(stage):
        arrive = stage.gate(3)
        async def come(after):
            await anyio.sleep(after)
            await arrive()
            stage.mark("through")
        async with anyio.create_task_group() as tg:
            for after in (1, 5, 3):
                tg.start_soon(come, after)
    """
    assert played(box, backend, source, RUN_MAIN_WITH_STAGE).times("through") == [5, 5, 5]


# ---- what an error says about itself ---------------------------------------------------------------------------------


@on_both_backends
def test_classes_of_the_submission_say_so_whatever_they_are_called(box: Box, backend: str) -> None:
    source = """
    class ValueError(Exception): pass
    class Timeout(TimeoutError):
        __module__ = "builtins"
    class Inner:
        class Lost(LookupError): pass
    Liar = type("KeyError", (Exception,), {"__module__": "builtins", "__qualname__": "KeyError"})
    async def main(name):
        raise {"own": ValueError, "builtin": Timeout, "inner": Inner.Lost, "liar": Liar}[name]
    """
    scenarios = """
    async def scenario(stage):
        for name in ("own", "builtin", "inner", "liar"):
            await stage.attempt(name, stage.submission.main, name)
    """
    recording = played(box, backend, source, scenarios)
    types = {name: recording.attempt(name).raised.leaves[0].types for name in ("own", "builtin", "inner", "liar")}

    assert types["own"][:2] == ("submission.ValueError", "Exception")
    assert types["builtin"][:2] == ("submission.Timeout", "TimeoutError")
    assert types["inner"][:2] == ("submission.Inner.Lost", "LookupError")
    assert types["liar"][:2] == ("submission.KeyError", "Exception")


@on_both_backends
def test_a_metaclass_cannot_forge_the_names_of_a_class(box: Box, backend: str) -> None:
    source = """
    class Forger(type):
        __mro__ = (TimeoutError, 5)
        __class__ = property(lambda cls: int)
        __hash__ = lambda cls: hash(int)
        __eq__ = lambda cls, other: True
        __name__ = property(lambda cls: ["no string"])
        __module__ = property(lambda cls: "builtins")
        def __getattribute__(cls, name):
            raise MemoryError
    class Forged(Exception, metaclass=Forger): pass
    async def main():
        raise Forged("x")
    async def value():
        return Forged("x")
    """
    scenarios = """
    async def scenario(stage):
        await stage.attempt("raised", stage.submission.main)
        await stage.attempt("value", stage.submission.value)
    """
    recording = played(box, backend, source, scenarios)

    assert recording.ended is Ended.RETURNED
    assert recording.attempt("raised").raised.leaves[0].types[:2] == ("submission.Forged", "Exception")
    assert recording.attempt("value").value.type_name == "Forged"  # type: ignore[attr-defined]


HOSTILE_STR = {
    "raises": "raise SystemExit",
    "returns no string": "return 5",
    "returns a string of its own kind": "return Text('mine')",
    "is huge": "return 'x' * 10_000_000",
    "holds a lone surrogate": "return chr(0xd800)",
    "recurses": "return str(self)",
}


@on_both_backends
@pytest.mark.parametrize("body", HOSTILE_STR.values(), ids=HOSTILE_STR)
def test_a_hostile_message_does_not_end_the_play(box: Box, backend: str, body: str) -> None:
    source = f"""
    class Text(str):
        def __getitem__(self, key): return [self]
        def __len__(self): return 0
    class Hostile(Exception):
        def __str__(self):
            {body}
        __repr__ = __str__
    async def main():
        raise Hostile
    """
    recording = played(box, backend, source)

    assert recording.raised.isa("submission.Hostile")
    assert len(recording.raised.message) <= MAX_MESSAGE


@on_both_backends
def test_a_message_that_takes_for_ever_blocks_the_loop(box: Box, backend: str) -> None:
    source = """
    class Hostile(Exception):
        def __str__(self):
            while True: pass  # here
    async def main():
        raise Hostile
    """
    recording = played(box, backend, source)

    assert (recording.ended, recording.line) == (Ended.BLOCKED_LOOP, line_of(source))


@on_both_backends
def test_a_group_may_lie_about_what_it_holds_and_be_as_deep_and_wide_as_it_likes(box: Box, backend: str) -> None:
    source = """
    class Endless(ExceptionGroup):
        @property
        def exceptions(self): return (self, self)
    async def lying(): raise Endless("a", [ValueError("inside")])
    async def deep():
        error = ValueError("inside")
        for _ in range(50_000): error = ExceptionGroup("a", [error])
        raise error
    async def wide():
        error = ValueError("inside")
        for _ in range(60): error = ExceptionGroup("a", [error, error])
        raise error
    """
    scenarios = """
    async def scenario(stage):
        for name in ("lying", "deep", "wide"):
            await stage.attempt(name, getattr(stage.submission, name))
    """
    recording = played(box, backend, source, scenarios)

    assert recording.ended is Ended.RETURNED
    for name in ("lying", "deep", "wide"):
        assert {leaf.message for leaf in recording.attempt(name).raised.leaves} == {"inside"}


@on_both_backends
def test_an_object_that_only_claims_to_be_a_group_is_a_leaf(box: Box, backend: str) -> None:
    source = """
    class Fake(Exception):
        __class__ = property(lambda self: ExceptionGroup)
        exceptions = ()
    async def main():
        raise Fake("x")
    """
    recording = played(box, backend, source)

    assert recording.raised.bare
    assert recording.raised.isa("submission.Fake")


# ---- what may not cross ----------------------------------------------------------------------------------------------

TOO_MUCH = {
    "a huge list": """
    async def main(stage):
        return list(range(1_000_000))
    """,
    "huge texts": """
    async def main(stage):
        return ["x" * 150_000 + str(number) for number in range(400)]
    """,
    "huge bytes": """
    async def main(stage):
        return [bytes(900_000) for number in range(100)]
    """,
    "characters that take twelve bytes": """
    async def main(stage):
        return [chr(0x1f600) * 150_000 for _ in range(10)]
    """,
    "marks without end": """
    async def main(stage):
        while True: stage.mark("x")
    """,
    "marks without end that catch everything": """
    import anyio
    async def main(stage):
        while True:
            try:
                while True:
                    stage.mark("x")
            except BaseException:
                await anyio.sleep(0)
    """,
    "marks without end in a child task": """
    import anyio
    async def main(stage):
        async def mark():
            while True: stage.mark("x")
        async with anyio.create_task_group() as tg:
            tg.start_soon(mark)
    """,
    "marks with much to say": """
    async def main(stage):
        while True: stage.mark("x" * 5_000, "y" * 100_000)
    """,
    "attempts with much to say": """
    async def main(stage):
        def bad(): raise ValueError("x" * 2000)
        while True: stage.attempt_sync("x", bad)
    """,
    "spans with long names": """
    async def main(stage):
        while True:
            async with stage.span("x" * 100_000): pass
    """,
}


@on_both_backends
@pytest.mark.parametrize("source", TOO_MUCH.values(), ids=TOO_MUCH)
def test_a_play_that_leaves_too_much_behind_ends_at_the_limit(box: Box, backend: str, source: str) -> None:
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert (recording.ended, recording.reason) == (Ended.LIMIT, "it returned or marked more than the grader accepts")


@on_both_backends
def test_as_much_as_may_cross_does(box: Box, backend: str) -> None:
    source = f"""
    async def main(stage):
        for _ in range({MAX_ROWS - 1}):
            stage.mark("x", 1)
        return "x" * 150_000
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert len(recording.order) == MAX_ROWS - 1
    assert recording.result == "x" * 150_000


@on_both_backends
def test_odd_values_cross_as_what_they_are(box: Box, backend: str) -> None:
    source = """
    class Int(int): pass
    async def main():
        loop = []
        loop.append(loop)
        return [1, 1.0, True, None, b"\\xff", (1,), {1: 2}, float("nan"), float("-inf"), Int(1), 10**2000, {1}, [loop]]
    """
    result = played(box, backend, source).result

    assert isinstance(result, list)
    assert [type(item).__name__ for item in result[:3]] == ["TypedInt", "TypedFloat", "TypedBool"]
    assert result[3:7] == [None, b"\xff", (1,), {1: 2}]
    assert repr(result[7:9]) == "[nan, -inf]"
    assert [item.type_name for item in result[9:12]] == ["Int", "int", "set"]


def test_a_stage_encodes_what_belongs_to_nobody_by_its_type() -> None:
    assert stage_alone().encode(object()) == {"o": "object"}


# ---- what is noted beside the rows -----------------------------------------------------------------------------------


def test_a_row_and_what_is_noted_of_it_come_and_go_together(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation = Simulation(Schedule(), Bounds())
    stage = Stage(simulation)
    stage.mark("first")

    def no_memory(document: object) -> NoReturn:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr("grader.box.stage.checksum", no_memory)
        with pytest.raises(MemoryError):
            stage.mark("lost")
    stage.mark("second")

    assert [name for _, name, _ in stage.marks] == ["first", "second"]
    assert [number for _, _, number, _ in simulation.clock.instants()] == [0, 1]


def test_a_loop_of_blocking_calls_fills_no_message() -> None:
    simulation = Simulation(Schedule(), Bounds())
    for _ in range(3):
        simulation.blocked("time.sleep(1)", 1, None)

    assert simulation.clock.instants() == [[0.0, "block", 0, 0]]


@on_both_backends
def test_what_several_threads_record_at_once_is_in_one_order(box: Box, backend: str) -> None:
    source = """
    import time
    import anyio

    async def main(stage):
        def work(name):
            for number in range(20):
                stage.attempt_sync(name, stage.mark, name, number)
                time.sleep(0.5)

        async with anyio.create_task_group() as group:
            for name in "abcd":
                group.start_soon(anyio.to_thread.run_sync, work, name)
    """
    recording = played(box, backend, source, RUN_MAIN_WITH_STAGE)

    assert recording.ended is Ended.RETURNED
    assert len(recording.marks) == len(recording.attempts) == 80
