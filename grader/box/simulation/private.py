"""Every private name of the standard library, trio and anyio that the simulation touches, with a probe for each.

They have no public equivalent. When a new version drops one, ``tests/box/simulation/test_private.py`` fails by its
name, and ``grade doctor`` says so before a play misbehaves. anyio's own test suite, run under the simulation, is the
other gate.
"""

from __future__ import annotations

import asyncio
import inspect
import queue
import subprocess
import threading
import warnings
from asyncio import selector_events
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import trio
from anyio._backends import _asyncio as anyio_asyncio
from anyio._backends import _trio as anyio_trio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from trio import _core as trio_core
from trio import _threads
from trio._core import _entry_queue as trio_entry_queue
from trio._core import _run

_STEPS = frozenset({"TaskStepMethWrapper", "TaskWakeupMethWrapper", "task_wakeup", "__step", "__wakeup"})


_POOLS = ((anyio_asyncio, "_shutdown_process_pool_on_exit"), (anyio_trio, "_shutdown_process_pool"))
_ENDERS = frozenset(getattr(module, name).__code__ for module, name in _POOLS if hasattr(module, name))


def resumes_task(callback: object) -> bool:
    """Whether a callback resumes a task; ``call_later(5, task.cancel)`` does not."""
    return type(callback).__name__ in _STEPS or getattr(callback, "__name__", "") in _STEPS


def ends_worker_processes(coroutine: object) -> bool:
    """Whether this is the task of anyio that lives beside the worker processes and ends them with the event loop."""
    return getattr(coroutine, "cr_code", None) in _ENDERS


def missing() -> list[str]:
    """The names that the installed versions do not have."""
    return [name for name, exists in probes().items() if not exists()]


def probes() -> dict[str, Callable[[], bool]]:
    """A function for each name that looks whether the name is there."""
    loop = asyncio.SelectorEventLoop()
    loop.close()
    probes = {f"asyncio loop.{name}": _has(loop, name) for name in _LOOP}
    probes["asyncio loop._write_to_self"] = _defines(selector_events.BaseSelectorEventLoop, "_write_to_self")
    for name in ("_callback", "_args"):
        probes[f"asyncio Handle.{name}"] = _has(asyncio.Handle, name)
    probes["asyncio's type of a task's step"] = _knows_steps
    probes["asyncio.tasks._PyTask"] = _has(asyncio.tasks, "_PyTask")
    for name in ("_exception", "_log_traceback"):
        probes[f"asyncio Task.{name}"] = _has(asyncio.Task, name)
    probes["warnings._warn_unawaited_coroutine"] = _has(warnings, "_warn_unawaited_coroutine")
    probes["trio Runner.task_exited(task, outcome)"] = _takes(_run.Runner, "task_exited", "self", "task", "outcome")
    for name in ("runq", "waiting_for_idle", "io_manager", "entry_queue", "deadlines"):
        probes[f"trio Runner.{name}"] = lambda name=name: name in _run.Runner.__annotations__  # type: ignore[misc]
    for name in ("size", "run_sync_soon"):
        probes[f"trio EntryQueue.{name}"] = _has(trio_entry_queue.EntryQueue, name)
    for name in ("_max_workers", "_threads"):
        probes[f"concurrent.futures ThreadPoolExecutor.{name}"] = _has(ThreadPoolExecutor(1), name)
    probes["trio GLOBAL_RUN_CONTEXT"] = _has(_run, "GLOBAL_RUN_CONTEXT")
    for name in ("_next_send_fn", "_next_send"):
        probes[f"trio Task.{name}"] = lambda name=name: name in trio.lowlevel.Task.__annotations__  # type: ignore[misc]
    probes["trio CancelScope._close"] = _defines(trio.CancelScope, "_close")
    probes["trio Nursery._nested_child_finished"] = _defines(trio.Nursery, "_nested_child_finished")
    probes["trio _threads.start_thread_soon(fn, deliver, name)"] = _takes(
        _threads, "start_thread_soon", "fn", "deliver", "name"
    )
    probes["trio _threads._send_message_to_trio"] = _has(_threads, "_send_message_to_trio")
    probes["trio _threads.Run.queue"] = lambda: "queue" in _threads.Run.__annotations__
    probes["trio _core._run.perf_counter"] = _has(_run, "perf_counter")
    for name in ("_allocate_lock", "_PyRLock", "_time"):
        probes[f"threading.{name}"] = _has(threading, name)
    probes["threading Thread._invoke_excepthook"] = _has(threading.Thread(), "_invoke_excepthook")
    for name in ("_PySimpleQueue", "time"):
        probes[f"queue.{name}"] = _has(queue, name)
    probes["subprocess._time"] = _has(subprocess, "_time")
    probes["anyio asyncio run_sync_in_worker_thread"] = _defines(
        anyio_asyncio.AsyncIOBackend, "run_sync_in_worker_thread"
    )
    for label, backend in (("asyncio", anyio_asyncio.AsyncIOBackend), ("trio", anyio_trio.TrioBackend)):
        probes[f"anyio {label} wait_all_tasks_blocked"] = _defines(backend, "wait_all_tasks_blocked")
    probes["trio _core.wait_all_tasks_blocked"] = _has(trio_core, "wait_all_tasks_blocked")
    for module, name in _POOLS:
        probes[f"anyio {name}"] = _has(module, name)
    for label, module in (("asyncio", anyio_asyncio), ("trio", anyio_trio)):
        probes[f"anyio {label} SocketStream"] = _has(module, "SocketStream")
    probes["anyio asyncio TaskGroup"] = _has(anyio_asyncio, "TaskGroup")
    probes["anyio asyncio TaskState.cancel_scope"] = lambda: hasattr(anyio_asyncio.TaskState, "cancel_scope")
    probes["anyio asyncio _task_states"] = _has(anyio_asyncio, "_task_states")
    for stream in (MemoryObjectSendStream, MemoryObjectReceiveStream):
        probes[f"anyio {stream.__name__}.__post_init__"] = _defines(stream, "__post_init__")
    for name in ("_tasks", "_child_scopes", "_parent_scope", "_cancel_called", "_shield"):
        probes[f"anyio CancelScope.{name}"] = lambda name=name: hasattr(anyio_asyncio.CancelScope(), name)  # type: ignore[misc]
    return probes


_LOOP = (
    "_ready",
    "_scheduled",
    "_clock_resolution",
    "_executor_shutdown_called",
)


def _knows_steps() -> bool:
    """Whether the step of a task is told from a plain callback; if not, all schedules would be the natural one."""

    async def step() -> bool:
        return True

    loop = asyncio.SelectorEventLoop()
    try:
        task = loop.create_task(step())
        handles = list(getattr(loop, "_ready", ()))
        return loop.run_until_complete(task) and [resumes_task(handle._callback) for handle in handles] == [True]
    finally:
        loop.close()


def _has(owner: object, name: str) -> Callable[[], bool]:
    return lambda: hasattr(owner, name)


def _defines(owner: type, name: str) -> Callable[[], bool]:
    # Not hasattr: the abstract base classes of anyio and asyncio have these names too.
    return lambda: name in vars(owner)


def _takes(owner: object, name: str, *parameters: str) -> Callable[[], bool]:
    return lambda: hasattr(owner, name) and tuple(inspect.signature(getattr(owner, name)).parameters) == parameters
