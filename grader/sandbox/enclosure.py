"""What of this computer a box gets to see: the interpreter, the libraries it needs, and nothing of anybody's work."""

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

from grader.kit.kit import builtin_root
from grader.sandbox.isolation import STRONGEST, bubblewrap

NOBODY = 65534
PACKAGE = Path(__file__).resolve().parents[1]
_KIT = PACKAGE / "_kit"
_LIBRARIES = ("/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64")
_DATA = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_RESOLVER = ("/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/resolv.conf", "/etc/services", "/etc/gai.conf")
SCRATCH = "/box"
"""In a box of level 3, memory that files can be put in. Submissions do not see it, unless they need processes."""
_SCRATCH_BYTES = 64 << 20

Orders = dict[str, object]


@cache
def trees() -> tuple[str, ...]:
    """Folders and files with the interpreter, its modules and shared libraries, those above others first."""
    prefixes = {*(sys.prefix, sys.base_prefix), *map(os.path.realpath, (sys.prefix, sys.base_prefix))}
    found = {*_LIBRARIES, *_DATA, *(os.path.dirname(program) for program in interpreters())}
    found |= {os.path.join(prefix, name) for prefix in prefixes for name in ("lib", "lib64", "pyvenv.cfg")}
    found |= {path for path in sys.path if os.path.basename(path) in ("site-packages", "dist-packages")}
    spec = find_spec("anyio")
    if spec is not None and spec.origin is not None:
        found.add(str(Path(spec.origin).parent.parent))
    # What a link points to is visible under its own name as well.
    found |= {os.path.realpath(path) for path in found}
    return tuple(sorted(path for path in found if os.path.lexists(path) and not _inside_another(path, found)))


def _inside_another(path: str, others: set[str]) -> bool:
    return any(str(parent) in others and not os.path.islink(parent) for parent in Path(path).parents)


def interpreters() -> tuple[str, ...]:
    """The program that runs this, under every name that it has between the first and the file itself."""
    names = [sys.executable]
    while os.path.islink(names[-1]) and len(names) < 20:
        names.append(os.path.normpath(os.path.join(os.path.dirname(names[-1]), os.readlink(names[-1]))))
    return tuple(dict.fromkeys([*names, os.path.realpath(sys.executable)]))


def orders(level: int) -> Orders:
    """What a zygote is told at its start."""
    # At level 3 something empty is mounted over it. Otherwise all that stands beside it is allowed one by one, which
    # every child pays for: 17 ms against 3 where 200 packages are installed (measured on a busy machine).
    hidden = _KIT if level < STRONGEST and _KIT.is_dir() else None
    readable, listable = _split(trees(), hidden)
    root = os.geteuid() == 0 if hasattr(os, "geteuid") else False
    return {
        "level": level,
        "root": str(PACKAGE.parent),
        "user": NOBODY if root and _open_to_all(inside=level >= 3) else None,
        "mapped": level >= 3 and not root,
        "readable": readable,
        "listable": listable,
        "resolver": list(_RESOLVER),
        "scratch": f"{SCRATCH}/" if level >= STRONGEST else _unguessable(),
        "interpreter": [*interpreters(), *_loaders()],
        "probes": _probes(),
    }


def _unguessable() -> str:
    """The beginning of a path that nobody can have prepared; the folder of everybody's files is shared."""
    return os.path.join(tempfile.gettempdir(), f"grade-box-{secrets.token_hex(8)}-")


def _probes() -> dict[str, object]:
    """Where the self-test looks for what must not be there: the kit, the home folder, the passwords.

    ``names`` are those on the way to the interpreter, which may be all that is left of the home folder.
    """
    home = os.path.expanduser("~")
    names = [
        path.relative_to(home).parts[:1] for path in map(Path, (*trees(), str(PACKAGE))) if path.is_relative_to(home)
    ]
    return {
        "secrets": ["/etc/passwd", str(builtin_root() / "exercises" / "kit.toml")],
        "home": home,
        "names": sorted({name for parts in names for name in parts}),
        "places": list(dict.fromkeys(["/", "/tmp", "/dev/shm", home, str(PACKAGE), sys.prefix])),
    }


def _split(found: tuple[str, ...], hidden: Path | None) -> tuple[list[str], list[str]]:
    """What may be read with everything below it, and what may be listed only because something hidden is below it."""
    readable: list[str] = []
    listable: list[str] = []
    for tree in found:
        if hidden is None or not hidden.is_relative_to(os.path.realpath(tree)):
            readable.append(tree)
            continue
        place = Path(os.path.realpath(tree))
        while place != hidden:
            following = place / hidden.relative_to(place).parts[0]
            listable.append(str(place))
            readable += [
                entry.path for entry in os.scandir(place) if entry.path != str(following) and _imported(entry.name)
            ]
            place = following
    return list(dict.fromkeys(readable)), list(dict.fromkeys(listable))


def _imported(name: str) -> bool:
    return not name.endswith((".dist-info", ".egg-info", ".pth"))


def _loaders() -> list[str]:
    """The program of the system that loads shared libraries; the kernel runs it when it runs the interpreter."""
    return [str(path) for folder in ("/lib64", "/lib") for path in Path(folder).glob("ld-*.so*")]


# ---- level 3 ---------------------------------------------------------------------------------------------------------


def bubblewrap_arguments(reports: int, status: int) -> list[str]:
    """The command that goes before the interpreter's. The descriptors are both ends of what bubblewrap reports on."""
    program = bubblewrap()
    assert program is not None
    root = os.geteuid() == 0
    # As root bubblewrap would make a user namespace in which root stays root for the kernel, and reads root's files.
    # Without one, the box can become somebody else: that is what the two capabilities are for.
    user = (
        ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"]
        if root
        else (["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)])
    )
    # No --die-with-parent: it fires when the *thread* ends that started the box. The end of the control socket does it.
    return [
        # A report that nobody reads kills bubblewrap, and what it has started waits for its word for ever. So it holds
        # the other end itself: when this process is killed meanwhile, everything is set up, finds no orders, and ends.
        *(program, "--sync-fd", str(reports), "--json-status-fd", str(status), *user),
        *("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"),
        *("--hostname", "box", "--chdir", "/", *_mounts()),
        # /dev is a writable tmpfs otherwise, and so is the root that everything is mounted on.
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--perms", "1777", "--size", str(_SCRATCH_BYTES), "--tmpfs", SCRATCH, "--remount-ro", "/", "--"),
    ]


def _mounts() -> Iterator[str]:
    own = [] if any(PACKAGE.is_relative_to(tree) for tree in trees()) else [str(PACKAGE)]
    paths = [path for path in (*trees(), *_RESOLVER, *own) if os.path.exists(path)]
    parents = {str(parent) for path in paths for parent in Path(path).parents}
    for parent in sorted(parents - {"/", *paths}):
        yield from ("--perms", "0755", "--dir", parent)  # bubblewrap makes them for its own user only
    for path in paths:
        if os.path.islink(path) and os.path.isdir(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind", path, path)
    if _KIT.is_dir():
        yield from ("--tmpfs", str(_KIT), "--remount-ro", str(_KIT))


# ---- root ------------------------------------------------------------------------------------------------------------


@cache
def _open_to_all(*, inside: bool) -> bool:
    """Whether a user who is nobody can read the interpreter: from the root of this computer on, or as level 3 binds it.

    An interpreter in a home folder that only root may enter cannot be run by anybody else, but it can be bound.
    """
    for path in (*trees(), str(PACKAGE)):
        place = Path(os.path.realpath(path))
        chain = [place] if inside else [place, *place.parents]
        if any(not _readable(each) for each in chain if each.exists()):
            return False
    return True


def _readable(path: Path) -> bool:
    mode = path.stat().st_mode
    wanted = stat.S_IROTH | stat.S_IXOTH if path.is_dir() else stat.S_IROTH
    return mode & wanted == wanted


# ---- bytecode --------------------------------------------------------------------------------------------------------
#
# Has Python compile once what a box imports: where nothing can be written it would be compiled at every start.


_BOX = PACKAGE / "box"
_OTHERS = ("anyio", "trio")
_SECONDS = 60
_CODE = """
import compileall, sys
sys.path.insert(0, sys.argv[1])
import grader.box.zygote
compileall.compile_dir(sys.argv[2], quiet=2)
"""


@cache
def ensure_bytecode() -> None:
    """Import it all in a process that may write, if its bytecode is missing or old. A failure costs time only.

    pip compiles what it installs, uv does not; uncompiled, anyio and trio take a second.
    """
    if all(map(_is_compiled, _sources())):
        return
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            [sys.executable, "-P", "-s", "-c", _CODE, str(_BOX.parent.parent), str(_BOX)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            timeout=_SECONDS,
        )


def _sources() -> list[str]:
    origins = [spec.origin for name in _OTHERS if (spec := find_spec(name)) is not None]
    return [origin for origin in origins if origin] + [str(path) for path in _BOX.rglob("*.py")]


def _is_compiled(source: str) -> bool:
    """Whether there is bytecode no older than its source, or no hope of writing any."""
    target = cache_from_source(source)
    try:
        return os.stat(target).st_mtime >= os.stat(source).st_mtime
    except OSError:
        return not os.access(os.path.dirname(os.path.dirname(target)), os.W_OK)
