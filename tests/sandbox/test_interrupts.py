"""Ctrl-C while something is being started: it acts as soon as that can be ended again, and not before."""

from __future__ import annotations

import signal
import threading

import pytest

from grader.sandbox.box import held_back


def test_an_interrupt_acts_when_the_block_is_left() -> None:
    done = []

    def start() -> None:
        with held_back():
            signal.raise_signal(signal.SIGINT)
            done.append("the rest of the block")

    with pytest.raises(KeyboardInterrupt):
        start()

    assert done == ["the rest of the block"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_in_the_block_goes_its_way_without_an_interrupt() -> None:
    with pytest.raises(ValueError, match="mine"), held_back():
        raise ValueError("mine")

    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_who_ignores_interrupts_goes_on_doing_so() -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back():
            signal.raise_signal(signal.SIGINT)

        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_are_left_alone() -> None:
    found = []

    def start() -> None:
        with held_back():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()

    assert found == [signal.default_int_handler]
