"""Every private name that the simulation touches is there, and one that is gone is named."""

from __future__ import annotations

import subprocess
import sys
from asyncio import selector_events
from pathlib import Path

import pytest
from anyio._backends import _asyncio as anyio_asyncio
from anyio._backends import _trio as anyio_trio
from trio import _core, _threads
from trio._core import _run

from grader.box.simulation import private


@pytest.mark.parametrize("name", private.probes())
def test_the_installed_versions_have(name: str) -> None:
    assert private.probes()[name]()


def test_nothing_is_missing() -> None:
    assert private.missing() == []


def test_our_own_replacements_are_not_taken_for_a_new_version() -> None:
    look = "from grader.box.simulation import patches, private; patches.install(); print(private.missing())"
    root = Path(__file__).parents[3]

    assert subprocess.run([sys.executable, "-c", look], cwd=root, capture_output=True, text=True).stdout == "[]\n"


@pytest.mark.parametrize(
    ("owner", "attribute", "name"),
    [
        (selector_events.BaseSelectorEventLoop, "_write_to_self", "asyncio loop._write_to_self"),
        (anyio_asyncio.AsyncIOBackend, "run_sync_in_worker_thread", "anyio asyncio run_sync_in_worker_thread"),
        (anyio_trio, "SocketStream", "anyio trio SocketStream"),
        (anyio_trio.TrioBackend, "wait_all_tasks_blocked", "anyio trio wait_all_tasks_blocked"),
        (_threads, "_send_message_to_trio", "trio _threads._send_message_to_trio"),
        (_core, "wait_all_tasks_blocked", "trio _core.wait_all_tasks_blocked"),
        (_run, "GLOBAL_RUN_CONTEXT", "trio GLOBAL_RUN_CONTEXT"),
        (_run.Runner, "task_exited", "trio Runner.task_exited(task, outcome)"),
    ],
)
def test_a_name_that_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch, owner: object, attribute: str, name: str
) -> None:
    monkeypatch.delattr(owner, attribute)  # type: ignore[arg-type]

    assert private.missing() == [name]


def test_a_step_of_a_task_that_looks_like_a_plain_callback_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(private, "_STEPS", frozenset())

    assert private.missing() == ["asyncio's type of a task's step"]


def test_a_function_that_takes_other_parameters_now_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_run.Runner, "task_exited", lambda self, task: None)

    assert private.missing() == ["trio Runner.task_exited(task, outcome)"]
