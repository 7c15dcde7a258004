"""Runs one coroutine function in virtual time, under a chosen order of task steps, on asyncio or on trio.

``core`` is the simulation, which knows neither backend: time, steps, endings, and what happens when no task can run;
``asyncio_`` and ``trio_`` attach it to theirs. ``schedule`` chooses who takes the next step, ``trace`` notes it.
``workers`` makes worker threads and child processes take turns, ``hygiene`` finds what was left open or swallowed,
``watch`` notices a step that burns CPU, by CPU clocks and never by elapsed time. The patches are process-wide and
active only while a play runs. ``private`` lists every private name of asyncio, trio and anyio that is touched here.
Time moves by a jump, or by a blocking call that would have taken so long, and never otherwise.

    schedule trace workers hygiene core asyncio_ trio_ worker_calls worker_sockets patches private watch run
"""
