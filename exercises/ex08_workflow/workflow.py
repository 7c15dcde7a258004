"""ex08 - run_workflow: a partially parallel workflow."""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Mapping
from typing import Any, Protocol


class Step(Protocol):
    """One box of the workflow: gets the results that it depends on, and returns its own."""

    def __call__(self, inputs: dict[str, Any], /) -> Coroutine[Any, Any, Any]: ...


async def run_workflow(steps: Mapping[str, Step], deps: Mapping[str, Collection[str]]) -> dict[str, Any]:
    """Run every step as early as its dependencies allow.

    `steps` has an async function for each name.  deps[name] are the names of the steps whose
    results `name` needs, in any collection without duplicates; a missing entry means "none".

    1. The results of all steps come back in a dict by their names, in any order.  An empty
       workflow returns {}.
    2. Each step is called once, with a dict of its own: exactly the results that it declared.
    3. A step starts at the very moment the LAST of its own dependencies is finished - not when a
       whole "level" is, and not when somebody looks again.
    4. Steps without open dependencies all run at the same time, however many they are.
    5. A step that has returned is finished, whatever it returned: None, False or an exception.
    6. A dependency cycle (a step that needs itself included) raises ValueError before any step
       is called.
    7. A name in `deps` that is not in `steps`, on either side, raises ValueError before any step
       is called.
    8. If a step fails, everything that still runs is cancelled at once, and its cleanup awaited.
       Nothing new is started.  (A step that is called all the same must be cancelled at its first
       wait.)
    9. The error of that step comes out: the same object, bare or in an ExceptionGroup, and
       nothing else.
    10. Cancelling run_workflow() cancels the steps that run, awaits their cleanup, starts no new
        ones, and goes on its way.
    11. A workflow may be thousands of steps deep, listed in any order.  So a step that is finished
        wakes those that need it, and not everybody.
    12. The caller's mappings, and the collections in them, are not modified.
    13. Calls know nothing of each other: workflows may run one after the other and at the same
        time.
    """
    raise NotImplementedError("your turn")
