"""The compiled filter does what the tables say, for every processor, system call and argument that matters.

The filter of a processor is a program of numbers, so all of this holds for both of them on any computer.
"""

from __future__ import annotations

import csv
import re
import struct
from collections.abc import Iterator, Sequence
from errno import EAFNOSUPPORT, ENOSYS, EPERM
from itertools import combinations, product
from pathlib import Path

import pytest

from grader.box import kernel, seccomp, selftest
from grader.box.seccomp import FREE, PROCESSORS, RULES, RULES_WITH, Instruction, NoneOf, Process, Processor, rule_for
from grader.wire.orders import FILTERED_MACHINES

OWN, PARENT = 41, 7
X86, ARM = PROCESSORS["x86_64"], PROCESSORS["aarch64"]
NEEDS = [subset for size in range(3) for subset in combinations(RULES_WITH, size)]
NUMBERS = Path(__file__).with_name("syscall_numbers.csv")
"""The numbers of every call in our tables as libseccomp 2.5.4 publishes them; no number where there is no such call."""
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
PROCESSES = {Process.OWN: OWN, Process.PARENT: PARENT, Process.GROUP_OF_PARENT: 2**32 - PARENT}

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
        if condition.when is not None and arguments[condition.when[0]] & 0xFFFFFFFF != condition.when[1]:
            continue
        values = [PROCESSES[each] if isinstance(each, Process) else each for each in condition.values]
        known = arguments[condition.argument] & condition.mask in values
        if known is isinstance(condition, NoneOf):
            return FAILS | condition.otherwise
    return ALLOWED


def interesting(name: str | None, needs: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """The arguments of a call: all that its rules name, their neighbours, every bit of a mask, and none of these."""
    values: list[set[int]] = [{0, OWN} for _ in range(6)]
    for condition in (rule_for(name, needs) if name else None) or ():
        found = values[condition.argument]
        found |= {0, 1, PARENT, OWN, 0xFFFFFFFF, 1 << 32}
        if condition.mask != 0xFFFFFFFF:
            found |= {1 << bit for bit in range(32)}
        for value in condition.values:
            number = PROCESSES[value] if isinstance(value, Process) else value
            found |= {number, number + 1, number | ~condition.mask & 0xFFFFFFFF, number | condition.mask}
            found |= {number | 1 << 32}
        if condition.when is not None:
            values[condition.when[0]] |= {condition.when[1]}
    yield from product(*values)


@pytest.mark.parametrize("needs", NEEDS, ids="+".join)
@pytest.mark.parametrize("here", PROCESSORS.values(), ids=PROCESSORS.keys())
def test_the_filter_does_to_every_call_what_the_tables_say(here: Processor, needs: tuple[str, ...]) -> None:
    program = seccomp.filter_for(here, OWN, PARENT, needs)
    names = {number: name for name, number in here.calls.items()}
    for number in range(470):
        for arguments in interesting(names.get(number), needs):
            found = verdict(program, number, arguments, here.audit)
            assert found == by_the_table(names.get(number), arguments, needs), (number, names.get(number), arguments)


class Says:
    """What the filter of a processor says about a call."""

    def __init__(self, here: Processor) -> None:
        self.here = here

    def __call__(self, name: str, *arguments: int, needs: tuple[str, ...] = ()) -> int:
        program = seccomp.filter_for(self.here, OWN, PARENT, needs)
        return verdict(program, self.here.calls[name], arguments, self.here.audit)


@pytest.fixture(params=PROCESSORS)
def says(request: pytest.FixtureRequest) -> Says:
    return Says(PROCESSORS[request.param])


def test_what_the_tables_say_about_the_calls_that_matter(says: Says) -> None:
    """The tables once more, by hand, so that a mistake in the words of a rule does not prove itself right."""
    for name in ("kill", "tkill", "tgkill"):
        assert says(name, OWN) == ALLOWED
        for other in (0, 1, PARENT, 0xFFFFFFFF, OWN + 1):
            assert says(name, other) == FAILS | EPERM
        for other in (0, 1, PARENT, 2**32 - PARENT, 2**64 - PARENT, 0xFFFFFFFF, 2**64 - 1):
            assert says(name, other, needs=("processes",)) == FAILS | EPERM
        assert says(name, OWN + 1, needs=("processes",)) == ALLOWED
    assert says("prlimit64", PARENT) == FAILS | EPERM
    assert says("prlimit64", 0) == says("prlimit64", OWN) == ALLOWED
    thread, process, namespaces = 0x3D0F00, 17, (0x80, 0x20000, 0x2000000, 0x10000000, 0x20000000, 0x40000000)
    assert says("clone", thread) == says("clone", process, needs=("processes",)) == ALLOWED
    assert says("clone", process) == FAILS | EPERM
    for flag in namespaces:
        assert says("clone", process | flag, needs=("processes",)) == FAILS | EPERM
        assert says("clone", thread | flag) == FAILS | EPERM
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
    pipe, plain, character_device, block_device, unix_socket = 0o010600, 0o100600, 0o020600, 0o060600, 0o140600
    assert says("mknodat", 5, 0, pipe, needs=("processes",)) == ALLOWED
    for mode in (0o600, plain, character_device, block_device, unix_socket):
        assert says("mknodat", 5, 0, mode, needs=("processes",)) == FAILS | EPERM
    for name in {
        "fork",
        "execve",
        "connect",
        "bind",
        "mkdir",
        "mkdirat",
        "mknod",
        "mknodat",
        "pidfd_open",
    } & says.here.calls.keys():
        assert says(name) == FAILS | EPERM


@pytest.mark.parametrize("needs", NEEDS, ids="+".join)
def test_no_signal_is_sent_by_asking_the_kernel_to_send_it(says: Says, needs: tuple[str, ...]) -> None:
    """Whatever the needs: by a file that has an owner, a lease, a timer, a queue, or the end of a process."""
    duplicate, get_fd, set_fd, get_flags, set_flags, duplicate_cloexec = 0, 1, 2, 3, 4, 1030
    for command in (duplicate, get_fd, set_fd, get_flags, duplicate_cloexec):
        assert says("fcntl", 5, command, 0x2000, needs=needs) == ALLOWED
    assert says("fcntl", 5, set_flags, 0o4000, needs=needs) == ALLOWED
    assert says("fcntl", 5, set_flags, 0o4000 | 0x2000, needs=needs) == FAILS | EPERM
    set_owner, get_owner, set_signal, set_owner_ex, lease, notify = 8, 9, 10, 15, 1024, 1026
    for command in (set_owner, get_owner, set_signal, set_owner_ex, lease, notify, 1 << 32 | set_owner):
        assert says("fcntl", 5, command, PARENT, needs=needs) == FAILS | EPERM
    for request in (0x8901, 0x8902, 0x5452):
        assert says("ioctl", 5, request, needs=needs) == FAILS | EPERM
    assert says("prctl", 1, 9, needs=needs) == FAILS | EPERM
    child, kill, parent, thread = 17, 9, 0x8000, 0x10000
    for flags in (kill, parent | child, 0x4100 | kill, parent | thread, thread):
        assert says("clone", flags, needs=needs) == FAILS | EPERM


def test_programs_of_libc_start_threads_and_processes_as_libc_does(says: Says) -> None:
    """glibc and musl: a thread, fork, and posix_spawn or vfork"""
    for thread in (0x3D0F00, 0x7D0F00):
        assert says("clone", thread) == says("clone", thread, needs=("processes",)) == ALLOWED
    for process in (0x1200011, 0x11, 0x4111):
        assert says("clone", process, needs=("processes",)) == ALLOWED


@pytest.mark.parametrize("needs", NEEDS, ids="+".join)
def test_a_stream_is_one_of_tcp_and_landlock_sees_each_of_its_connections(says: Says, needs: tuple[str, ...]) -> None:
    unix, inet, inet6, stream, tcp, mptcp, sctp = 1, 2, 10, 1, 6, 262, 132
    fast_open = 0x20000000
    for family, protocol in ((inet, mptcp), (inet, sctp), (inet6, mptcp), (inet, 1 << 16 | tcp)):
        assert says("socket", family, stream, protocol, needs=needs) == FAILS | EPERM
    assert says("socketpair", unix, stream, tcp, needs=needs) == FAILS | EPERM
    if "loopback" in needs:
        for protocol in (0, tcp):
            assert says("socket", inet6, stream | 0o2000000, protocol, needs=needs) == ALLOWED
    for flags in (0, 0x4000, 0x40):
        assert says("sendto", 5, 0, 0, flags, needs=needs) == says("sendmsg", 5, 0, flags, needs=needs) == ALLOWED
        assert says("sendto", 5, 0, 0, flags | fast_open, needs=needs) == FAILS | EPERM
        assert says("sendmsg", 5, 0, flags | fast_open, needs=needs) == FAILS | EPERM
    for level, option in ((1, 2), (1, 7), (6, 1), (6, 25), (41, 26)):
        assert says("setsockopt", 5, level, option, needs=needs) == ALLOWED
    attach_filter, bind_to_device, fast_open_server, fast_open_connect, upper_protocol, repair = 26, 25, 23, 30, 31, 19
    for level, option in (
        *((1, attach_filter), (1, bind_to_device), (1, 51), (1, 52), (0, 19), (0, 2), (41, 1), (262, 1), (132, 1)),
        *((6, fast_open_server), (6, fast_open_connect), (6, upper_protocol), (6, repair)),
    ):
        assert says("setsockopt", 5, level, option, needs=needs) == FAILS | EPERM


@pytest.mark.parametrize("needs", NEEDS, ids="+".join)
def test_a_call_through_another_door_ends_the_process(needs: tuple[str, ...]) -> None:
    """In the 32-bit and the x32 interface the same number is another call. No honest program uses them."""
    i386, arm = 0x40000003, 0x40000028
    for here, other in ((X86, i386), (X86, ARM.audit), (ARM, arm), (ARM, X86.audit)):
        program = seccomp.filter_for(here, OWN, PARENT, needs)
        assert {verdict(program, number, audit=other) for number in range(470)} == {KILLED}

    program = seccomp.filter_for(X86, OWN, PARENT, needs)
    assert X86.foreign == 1 << 30
    assert {verdict(program, X86.foreign + number) for number in range(470)} == {KILLED}


@pytest.mark.parametrize("needs", NEEDS, ids="+".join)
@pytest.mark.parametrize("here", PROCESSORS.values(), ids=PROCESSORS.keys())
def test_the_assembled_filter_is_one_that_the_kernel_takes(here: Processor, needs: tuple[str, ...]) -> None:
    """As the kernel checks it: known instructions, whole words of the data, jumps that stay inside, a last return."""
    program = seccomp.filter_for(here, OWN, PARENT, needs)
    text = seccomp.assembled(program)
    listed = list(struct.iter_unpack("=HBBI", text))

    assert listed == program
    assert len(text) == 8 * len(program) <= 8 * 4096
    for at, (what, if_true, if_false, value) in enumerate(listed):
        assert what in (0x20, 0x15, 0x35, 0x54, 0x06)
        assert what != 0x20 or (value % 4 == 0 and value < 64)
        assert what not in (0x15, 0x35) or at + 1 + max(if_true, if_false) < len(listed)
    assert listed[-1] == (0x06, 0, 0, FAILS | EPERM)


def test_a_call_added_to_the_table_of_a_processor_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    before = verdict(seccomp.filter_for(X86, OWN, PARENT, ()), 101)
    monkeypatch.setitem(seccomp._X86_64, "ptrace", 101)

    assert (before, verdict(seccomp.filter_for(X86, OWN, PARENT, ()), 101)) == (FAILS | EPERM, ALLOWED)


@pytest.mark.parametrize("name", PROCESSORS)
def test_every_rule_is_about_a_call_that_has_a_number_or_that_the_processor_does_not_have(name: str) -> None:
    ruled = RULES.keys() | {call for rules in RULES_WITH.values() for call in rules}

    assert {call for call in ruled - PROCESSORS[name].calls.keys() if published(name).get(call) is not None} == set()
    for call in ("read", "futex"):
        assert rule_for(call, ()) == FREE


def test_the_trusted_side_knows_for_which_processors_there_is_a_table() -> None:
    assert tuple(PROCESSORS) == FILTERED_MACHINES


# ---- the numbers -----------------------------------------------------------------------------------------------------


def published(machine: str) -> dict[str, int | None]:
    """What libseccomp has as the number of each call; None for a call that the processor does not have."""
    with NUMBERS.open(newline="") as file:
        return {row["call"]: int(row[machine]) if row[machine] else None for row in csv.DictReader(file)}


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_numbers_are_those_that_libseccomp_publishes(name: str) -> None:
    numbers = published(name)
    here = PROCESSORS[name]

    assert {call: number for call, number in here.calls.items() if numbers[call] != number} == {}
    assert numbers["seccomp"] == here.seccomp
    assert numbers["capset"] == kernel._CAPSET[name]
    assert {call: numbers[call] for call in selftest._UNLISTED[name]} == selftest._UNLISTED[name]


def test_a_processor_allows_every_call_of_the_other_one_that_it_has() -> None:
    for name, here in PROCESSORS.items():
        allowed = {call for other in PROCESSORS.values() for call in other.calls}
        assert {call for call in allowed if published(name)[call] is not None} == here.calls.keys()


@pytest.mark.parametrize("name", PROCESSORS)
def test_the_numbers_are_the_kernels(name: str) -> None:
    header = HEADERS[name]
    if not header.is_file():
        pytest.skip(f"THE NUMBERS ARE COMPARED WITH LIBSECCOMP ALONE: {header} is not installed")
    text = header.read_text()
    numbers = {call: int(number) for call, number in re.findall(r"#define __NR(?:3264)?_(\w+) (\d+)", text)}
    numbers["newfstatat"] = numbers.get("newfstatat", numbers.get("fstatat", 0))

    wrong = {call: number for call, number in PROCESSORS[name].calls.items() if numbers.get(call) != number}
    assert wrong == {}
