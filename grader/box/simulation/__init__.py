"""Runs a coroutine function in virtual time, in a chosen order of task steps, on asyncio or trio; or a plain function.

A ``Schedule``, ``Bounds`` and the function come in; a trace, remarks and how the run ended go out.

``core`` is the simulation, which knows neither backend: time, steps, endings. What counts as a deadlock is a function,
``decide`` in ``idling``; when a run is too long stands in ``Bounds``, and ``pace`` tells a run that works from one that
spins, with what ``deliveries`` reports. ``asyncio_`` and ``trio_`` attach a simulation to their event loop; in
``plain`` there is none. ``schedule`` chooses which task takes the next step, ``clock`` holds the time, ``kept`` keeps
both out of reach of an assignment, ``trace`` notes the steps, and ``caller`` is what a play may cancel between two of
them. ``workers`` makes threads take turns, and child processes hold the clock while they work; the locks, sockets and
clocks that stand in for those of the standard library tell it when a thread rests, and until when. ``hygiene`` finds
what was left open or swallowed. ``watch`` notices a step that burns CPU, by CPU clocks and never by elapsed time;
``stall`` has the kernel write down where one call into C goes on for too long, and ``known`` are the lines in which
other plays have hung. All code of the learner's on the loop's thread is watched: steps, callbacks, abort functions,
finalizers. The patches replace functions of the standard library and of anyio in the whole process; they are inert
while no play runs. ``private`` lists every private name of asyncio, trio and anyio that is touched here. Time moves by
a jump to the next timer, or by a blocking call that would have taken so long, and never otherwise.

    kept schedule clock trace caller resting children posts calls known pace workers hygiene idling core deliveries
    worker_locks worker_calls worker_sockets wall_clocks private asyncio_ trio_ plain patches stall watch run
"""
