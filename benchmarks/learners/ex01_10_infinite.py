# root: blocked-loop
# also: never-yields
# not: to_thread|worker thread
# line: 9, 10
import anyio

async def join(*fns):
    n = 0
    while True:
        n += 1
