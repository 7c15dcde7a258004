"""Runs one coroutine function in virtual time, under a chosen order of task steps, on asyncio or on trio.

``core``      the Simulation: time, steps, endings; it knows neither backend
``bounds``    when a run is too long
``idling``    what happens when no task can run
``schedule``  which of the ready tasks takes the next step
``workers``   worker threads take turns, one at a time, and hold the clock only while they can go on
``children``  child processes hold the clock unless they wait for input
``trace``     what happened when, and the hygiene of what was left behind
``where``     the student's line in which a task waits
``watch``     notices a step that burns CPU or sleeps in the kernel, by CPU clocks and never by elapsed time
``asyncio_``  ``trio_``  attach a Simulation to the backend
``asyncio_loop``  ``asyncio_ready``  the event loop of asyncio, and the queue of its tasks that are ready
``cancellation``  notices when the student's code swallows one
``left_open``     notices generators, streams and sockets that the student's code does not close
``patches``   process-wide replacements, active only while a play runs: time.*, child processes
``worker_calls``  the same for worker threads
``current``   which simulation runs now
``private``   every private name of asyncio, trio and anyio that any of these touches
``run``       one play

The backends call ``begin_step``, ``end_step``, ``workers.run`` and ``idling`` and nothing else. When no task can run,
in this order: poll the sockets; let one worker thread go on, or wait for the one that runs; serve those who wait for
"all tasks blocked"; give open sockets one short real grace; jump to the next timer; call it a deadlock. Time moves by
a jump, or by a blocking call that would have taken so long, and never otherwise.
"""
