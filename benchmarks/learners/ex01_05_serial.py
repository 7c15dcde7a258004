# root: serial
# line: 6, 7
async def join(*fns):
    results = []
    for fn in fns:
        results.append(await fn())
    return results
