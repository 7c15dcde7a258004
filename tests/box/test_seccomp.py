"""The compiled filter does what the tables say, for every system call and every argument that matters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from errno import EAFNOSUPPORT, ENOSYS, EPERM
from itertools import combinations
from pathlib import Path

import pytest

from grader.box import seccomp
from grader.box.seccomp import FREE, PROCESSORS, RULES, RULES_WITH, Instruction, NoneOf, Process, Processor, rule_for
from grader.wire.orders import FILTERED_MACHINES

OWN, PARENT = 41, 7
X86 = PROCESSORS["x86_64"]
NEEDS = [subset for size in range(3) for subset in combinations(RULES_WITH, size)]
HEADER = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")

ALLOWED, KILLED = 0x7FFF0000, 0x80000000
FAILS = 0x00050000


def verdict(program: Sequence[Instruction], number: int, arguments: Sequence[int] = (), audit: int = X86.audit) -> int:
    """What the kernel does about a call: classic BPF, as far as filters are made of it."""
    words = {0: number, 4: audit}
    for index in range(6):
        argument = arguments[index] if index < len(arguments) else 0
        words[16 + 8 * index], words[20 + 8 * index] = argument & 0xFFFFFFFF, argument >> 32
    loaded = at = 0
    while True:
        what, if_true, if_false, value = program[at]
        at += 1
        match what:
            case 0x20:
                loaded = words[value]
            case 0x54:
                loaded &= value
            case 0x15:
                at += if_true if loaded == value else if_false
            case 0x35:
                at += if_true if loaded >= value else if_false
            case 0x06:
                return value
            case _:
                raise AssertionError(f"no such instruction: {what:#x}")


def by_the_table(name: str | None, arguments: Sequence[int], needs: Sequence[str]) -> int:
    """What the tables say about a call."""
    rule = None if name is None else rule_for(name, needs)
    if rule is None:
        return FAILS | EPERM
    for condition in rule:
        values = [
            {Process.OWN: OWN, Process.PARENT: PARENT}[each] if isinstance(each, Process) else each
            for each in condition.values
        ]
        known = arguments[condition.argument] & condition.mask in values
        if known is isinstance(condition, NoneOf):
            return FAILS | condition.otherwise
    return ALLOWED


def interesting(name: str | None, needs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The first two arguments of a call: all that its rules name, their neighbours, every bit, and none of these."""
    values = {0, 1, 2, OWN, PARENT, 0xFFFFFFFF, 1 << 32, *(1 << bit for bit in range(32))}
    for condition in (rule_for(name, needs) if name else None) or ():
        for value in condition.values:
            number = {Process.OWN: OWN, Process.PARENT: PARENT}[value] if isinstance(value, Process) else value
            values |= {number, number + 1, number | ~condition.mask & 0xFFFFFFFF, number | condition.mask}
    if rule_for(name, needs) if name else None:
        yield from ((first, second) for first in values for second in values)
    else:
        yield from ((0, 0), (OWN, 1), (1, OWN))


@pytest.mark.parametrize("needs", NEEDS, ids="+".join)
@pytest.mark.parametrize("here", PROCESSORS.values(), ids=PROCESSORS.keys())
def test_the_filter_does_to_every_call_what_the_tables_say(here: Processor, needs: tuple[str, ...]) -> None:
    program = seccomp.filter_for(here, OWN, PARENT, needs)
    names = {number: name for name, number in here.calls.items()}
    for number in range(520):
        for arguments in interesting(names.get(number), needs):
            found = verdict(program, number, arguments, here.audit)
            assert found == by_the_table(names.get(number), arguments, needs), (number, names.get(number), arguments)


def test_what_the_tables_say_about_the_calls_that_matter() -> None:
    """The tables once more, by hand, so that a mistake in the words of a rule does not prove itself right."""

    def says(name: str, *arguments: int, needs: tuple[str, ...] = ()) -> int:
        return verdict(seccomp.filter_for(X86, OWN, PARENT, needs), X86.calls[name], arguments)

    for name in ("kill", "tkill", "tgkill"):
        assert says(name, OWN) == ALLOWED
        for other in (0, 1, PARENT, 0xFFFFFFFF, OWN + 1):
            assert says(name, other) == FAILS | EPERM
        for other in (0, 1, PARENT, 0xFFFFFFFF, 2**64 - 1):
            assert says(name, other, needs=("processes",)) == FAILS | EPERM
        assert says(name, OWN + 1, needs=("processes",)) == ALLOWED
    assert says("prlimit64", PARENT) == FAILS | EPERM
    assert says("prlimit64", 0) == says("prlimit64", OWN) == ALLOWED
    thread, process, namespaces = 0x3D0F00, 17, (0x80, 0x20000, 0x2000000, 0x10000000, 0x20000000, 0x40000000)
    assert says("clone", thread) == says("clone", process, needs=("processes",)) == ALLOWED
    assert says("clone", process) == FAILS | EPERM
    for flag in namespaces:
        assert says("clone", process | flag, needs=("processes",)) == FAILS | EPERM
    assert says("clone3", 0, 0, needs=("processes",)) == FAILS | ENOSYS
    stream, datagram, flags = 1, 2, 0o2004000
    assert says("socketpair", 1, stream | flags) == ALLOWED
    assert says("socketpair", 1, datagram) == says("socket", 2, stream) == FAILS | EPERM
    assert says("socket", 2, stream | flags, needs=("loopback",)) == ALLOWED
    assert says("socket", 2, datagram, needs=("loopback",)) == FAILS | EPERM
    assert says("socket", 1, stream, needs=("loopback",)) == FAILS | EAFNOSUPPORT
    assert says("ioctl", OWN, 0x5421) == ALLOWED
    assert says("ioctl", OWN, 0x5412) == FAILS | EPERM  # TIOCSTI types into a terminal
    assert says("prctl", 38) == FAILS | EPERM
    for name in ("fork", "execve", "connect", "bind", "mkdir", "pidfd_open"):
        assert says(name) == FAILS | EPERM


@pytest.mark.parametrize("needs", NEEDS, ids="+".join)
def test_a_call_through_another_door_ends_the_process(needs: tuple[str, ...]) -> None:
    """In the 32-bit and the x32 interface the same number is another call. No honest program uses them."""
    program = seccomp.filter_for(X86, OWN, PARENT, needs)

    assert {verdict(program, number, audit=0x40000003) for number in range(520)} == {KILLED}
    assert {verdict(program, X86.foreign + number) for number in range(520)} == {KILLED}


def test_a_call_added_to_the_table_of_a_processor_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = verdict(seccomp.filter_for(X86, OWN, PARENT, ()), 101)
    monkeypatch.setitem(seccomp._X86_64, "ptrace", 101)

    assert (before, verdict(seccomp.filter_for(X86, OWN, PARENT, ()), 101)) == (FAILS | EPERM, ALLOWED)


def test_every_rule_is_about_a_call_that_has_a_number() -> None:
    known = {name for processor in PROCESSORS.values() for name in processor.calls}

    assert RULES.keys() | {name for rules in RULES_WITH.values() for name in rules} <= known
    for name in ("read", "futex"):
        assert rule_for(name, ()) == FREE


def test_the_trusted_side_knows_for_which_processors_there_is_a_table() -> None:
    assert tuple(PROCESSORS) == FILTERED_MACHINES


@pytest.mark.skipif(not HEADER.is_file(), reason="THE NUMBERS ARE NOT COMPARED: the kernel's header is not installed")
def test_the_numbers_are_the_kernels() -> None:
    numbers = {name: int(number) for name, number in re.findall(r"#define __NR_(\w+) (\d+)", HEADER.read_text())}

    assert {name: number for name, number in X86.calls.items() if numbers.get(name) != number} == {}
