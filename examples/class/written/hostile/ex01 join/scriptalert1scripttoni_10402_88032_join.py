"""Raises a page, in a line that is one."""


async def join(*fns):
    raise RuntimeError("</pre></td><img src=x onerror=alert(1)><script>document.title = '100 points'</script>")
