"""The self-test notices when a rule of the filter is missing: nothing that it forbids works under a green level."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from grader.box import seccomp
from grader.sandbox.isolation import ceiling, proven, read_probes

ROOT = Path(__file__).resolve().parents[2]
LANDLOCK_OF_FILES = 3
"""Newer ones restrict TCP, which in some kernels refuses fast open as well, and signals. The filter holds alone."""

WITHOUT_A_RULE = """
import json, os, sys
from grader.box import seccomp, selftest
from grader.box.fence import Fence

call, landlock = sys.argv[1], int(sys.argv[2])
seccomp.RULES = {name: rule for name, rule in seccomp.RULES.items() if name != call}
seccomp.RULES_WITH = {
    need: {name: seccomp.FREE if name == call else rule for name, rule in rules.items()}
    for need, rules in seccomp.RULES_WITH.items()
}
seccomp._NEEDED -= {call}
fence = Fence(level=2, landlock=landlock, grants=(), scratch="/nowhere/", processes=100_000)
targets = {"secrets": ["/etc/passwd"], "home": "/", "known": [], "folders": ["/tmp"]}
print(json.dumps(selftest.end(*selftest.begin(fence, targets))))
"""


def probes_without(call: str) -> list[list[object]]:
    """What the self-test of level 2 reports where one call may be made with any arguments."""
    command = [sys.executable, "-c", WITHOUT_A_RULE, call, str(LANDLOCK_OF_FILES)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    rows: list[list[object]] = json.loads(done.stdout)
    return rows


POSSIBLE = {
    "fcntl": {"F_SETOWN", "F_SETOWN_EX", "F_SETSIG", "O_ASYNC", "F_SETLEASE", "F_NOTIFY", "signalled, with needs"},
    "ioctl": {"FIOSETOWN", "SIOCSPGRP", "FIOASYNC"},
    "prctl": {"death"},
    "prlimit64": {"limits of the process"},
    "kill": {"signal to the process", "signal its parent, with needs", "parent's group"},
    "tkill": {"parent by tkill", "parent by tkill, with needs"},
    "tgkill": {"parent by tgkill", "parent by tgkill, with needs"},
    "clone": {"call for threads", "sends another signal", "beside itself", "user namespace, with needs"},
    "clone3": {"flags no filter sees"},
    "mknod": {"name by mknod"},
    "mknodat": {"name by mknodat"},
    "socket": {"by MPTCP", "by MPTCP and IPv6", "by SCTP", "datagram"},
    "socketpair": {"pair of datagram"},
    "sendto": {"by fast open"},
    "sendmsg": {"message with fast open"},
    "setsockopt": {"later, by fast open", "accept fast open", "change the protocol", "load a program"},
}
"""Parts of what the probes say that succeed where a call may be made with any arguments."""
CONDITIONAL = {name for rules in (seccomp.RULES, *seccomp.RULES_WITH.values()) for name, rule in rules.items() if rule}
"""The calls that have conditions, in any table."""


@pytest.mark.skipif(ceiling()[0] < 2, reason="LEVEL 2 IS NOT TESTED: not on this system")
@pytest.mark.parametrize("call", sorted(CONDITIONAL))
def test_a_rule_that_is_missing_is_noticed_and_lowers_the_level(call: str) -> None:
    rows = probes_without(call)
    found = [str(what) for _, what, prevented, _ in rows if not prevented]

    assert {part for part in POSSIBLE[call] if not any(part in what for what in found)} == set()
    assert proven(2, read_probes(rows)) == 1


@pytest.mark.skipif(ceiling()[0] < 2, reason="LEVEL 2 IS NOT TESTED: not on this system")
def test_with_every_rule_nothing_is_possible_that_a_rule_forbids() -> None:
    assert [what for _, what, prevented, _ in probes_without("no call") if not prevented] == []
