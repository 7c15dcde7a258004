"""What a box is started with: its orders, the command line that encloses it, and bytecode of what it imports."""

from __future__ import annotations

import os
import secrets
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source, find_spec
from pathlib import Path

from grader.kit.kit import PACKED, builtin_root
from grader.sandbox.grants import grants, mounted, trees
from grader.sandbox.isolation import STRONGEST, bubblewrap, countable
from grader.wire.orders import Orders, Targets

NOBODY = 65534
PACKAGE = PACKED.parent
SCRATCH = "/box"
"""A folder in the memory of a box of level 3. Only submissions that need processes can see it."""
_SCRATCH_BYTES = 64 << 20

_BOX = PACKAGE / "box"
_COMPILED_TOO = ("anyio", "trio")
_COMPILE_SECONDS = 60
_COMPILE = """
import compileall, sys
sys.path.insert(0, sys.argv[1])
import grader.box.zygote
compileall.compile_dir(sys.argv[2], quiet=2)
"""


def orders(level: int, landlock: int) -> Orders:
    """The orders of a zygote at a level, with Landlock of no newer version than this."""
    # At level 3 an empty folder is mounted over the kit. Otherwise all that lies beside the kit is allowed one by one,
    # for which every child takes 17 ms instead of 3 where 200 packages are installed (measured on a busy machine).
    hidden = PACKED if level < STRONGEST and PACKED.is_dir() else None
    root = os.geteuid() == 0 if hasattr(os, "geteuid") else False
    return {
        "level": level,
        "landlock": landlock,
        "root": str(PACKAGE.parent),
        "user": NOBODY if root and _open_to_all(inside=level >= STRONGEST) else None,
        "mapped": level >= STRONGEST and not root,
        "countable": countable(),
        "grants": grants(hidden=hidden),
        "scratch": f"{SCRATCH}/" if level >= STRONGEST else _unguessable(),
        "targets": _targets(),
    }


def _unguessable() -> str:
    """The beginning of a path that cannot have been prepared by another user; all may write to the folder above it."""
    return os.path.join(tempfile.gettempdir(), f"grade-box-{secrets.token_hex(8)}-")


def _targets() -> Targets:
    home = os.path.expanduser("~")
    inside = [path.relative_to(home) for path in map(Path, (*trees(), str(PACKAGE))) if path.is_relative_to(home)]
    return {
        "secrets": ["/etc/passwd", str(builtin_root() / "exercises" / "kit.toml")],
        "home": home,
        "known": sorted({name for path in inside for name in path.parts[:1]}),
        "folders": list(dict.fromkeys(["/", "/tmp", "/dev/shm", home, str(PACKAGE), sys.prefix])),
    }


# ---- level 3 ---------------------------------------------------------------------------------------------------------


def bubblewrap_arguments(reports: int, status: int) -> list[str]:
    """The command that goes before the interpreter's. Both ends of the pipe on which bubblewrap reports are given."""
    program = bubblewrap()
    assert program is not None
    root = os.geteuid() == 0
    # As root bubblewrap would make a user namespace in which root stays root for the kernel, and reads root's files.
    # Without one, the box can become another user itself: that is what the capabilities are for.
    user = (
        ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
        if root
        else (["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)])
    )
    # No --die-with-parent: it fires when the *thread* ends that started the box. The end of the control socket does it.
    return [
        # If no process reads the report, bubblewrap dies, and its child waits for ever. So bubblewrap holds the other
        # end itself: if this process is killed meanwhile, the box is set up all the same, finds no orders, and ends.
        *(program, "--sync-fd", str(reports), "--json-status-fd", str(status), *user),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--hostname", "box", "--chdir", "/", *_mounts()),
        # /dev is a writable tmpfs otherwise, and so is the root that everything is mounted on.
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--perms", "1777", "--size", str(_SCRATCH_BYTES), "--tmpfs", SCRATCH, "--remount-ro", "/", "--"),
    ]


def _mounts() -> Iterator[str]:
    own = [] if any(PACKAGE.is_relative_to(tree) for tree in trees()) else [str(PACKAGE)]
    paths = [path for path in (*mounted(), *own) if os.path.exists(path)]
    parents = {str(parent) for path in paths for parent in Path(path).parents}
    for parent in sorted(parents - {"/", *paths}):
        yield from ("--perms", "0755", "--dir", parent)  # bubblewrap makes folders for its own user only
    for path in paths:
        if os.path.islink(path) and os.path.isdir(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind", path, path)
    if PACKED.is_dir():
        yield from ("--tmpfs", str(PACKED), "--remount-ro", str(PACKED))


# ---- root ------------------------------------------------------------------------------------------------------------


@cache
def _open_to_all(*, inside: bool) -> bool:
    """Whether every user can read the interpreter; with ``inside``, once level 3 has mounted it.

    Only root can run an interpreter in a home folder that only root may enter, but level 3 mounts it into open folders.
    """
    for path in (*trees(), str(PACKAGE)):
        place = Path(os.path.realpath(path))
        chain = [place] if inside else [place, *place.parents]
        if any(not _readable(folder) for folder in chain if folder.exists()):
            return False
    return True


def _readable(path: Path) -> bool:
    mode = path.stat().st_mode
    wanted = stat.S_IROTH | stat.S_IXOTH if path.is_dir() else stat.S_IROTH
    return mode & wanted == wanted


# ---- bytecode --------------------------------------------------------------------------------------------------------


@cache
def ensure_bytecode() -> None:
    """Have Python compile what a box imports, if the bytecode is missing or old. A failure costs time only.

    A box that cannot write would compile it at every start, which takes a second for anyio and trio. pip compiles what
    it installs, uv does not.
    """
    if all(map(_is_compiled, _sources())):
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            [sys.executable, "-P", "-s", "-c", _COMPILE, str(PACKAGE.parent), str(_BOX)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            timeout=_COMPILE_SECONDS,
        )


def _sources() -> list[str]:
    origins = [spec.origin for name in _COMPILED_TOO if (spec := find_spec(name)) is not None]
    return [origin for origin in origins if origin] + [str(path) for path in _BOX.rglob("*.py")]


def _is_compiled(source: str) -> bool:
    """Whether there is bytecode no older than its source, or its folder cannot be written to."""
    target = cache_from_source(source)
    try:
        return os.stat(target).st_mtime >= os.stat(source).st_mtime
    except OSError:
        return not os.access(os.path.dirname(os.path.dirname(target)), os.W_OK)
