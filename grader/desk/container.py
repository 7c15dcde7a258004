"""A container that starts with the course ready: ``.devcontainer/``.

What stands in it is documented at containers.dev/implementors/json_reference. The container gets this very
grader as a wheel, because an index need not have it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from grader.desk.author.bundle import Files
from grader.desk.author.wheel import WHEEL_NAME, learners_wheel
from grader.errors import WorkspaceError
from grader.kit.kit import Kit, builtin_root

FOLDER = ".devcontainer"
IMAGE = "mcr.microsoft.com/devcontainers/python:3.13"
README = """\
# The container of this course

`devcontainer.json` describes a container with Python and with the grader beside this file. In Visual Studio Code,
"Dev Containers: Reopen in Container" starts it; GitHub Codespaces does so by itself. Making it for the first time takes
a few minutes and needs the network, because pip installs what the grader needs.

The container keeps what runs in it away from your computer, but for this folder, which it shares. Inside of it, `grade`
isolates your code as it does everywhere, as far as the container lets it: Docker forbids user namespaces by default, so
expect isolation level 2 (Landlock, seccomp and resource limits), and level 1 where the kernel has no Landlock. Either
is enough for code of your own. `grade doctor` says which it is, and why it is not a higher one.

To reach level 3 the container would have to run with fewer restrictions (`--security-opt seccomp=unconfined`). That
would make the box round your code stronger and the container round everything weaker, so it is not done here.
"""


def container_files(root: Path, kit: Kit) -> Files:
    """The files of the container by their path in the workspace.

    Raises WorkspaceError for a kit that the container would not see, and MachineError where no wheel can be made.
    """
    built_in = kit.root.resolve() == builtin_root().resolve()
    if not built_in and not kit.root.resolve().is_relative_to(root.resolve()):
        there = os.path.relpath(kit.root.resolve(), root.resolve())
        hint = "Put the kit into this folder, and write its new path into grade.toml."
        raise WorkspaceError(f"the exercises come from {there}, which a container does not see", hint=hint)
    wheel = f"{FOLDER}/{WHEEL_NAME}"
    description = {
        "name": kit.title,
        "image": IMAGE,
        # Lists and no shell: nothing has to be quoted.
        "updateContentCommand": ["python3", "-m", "pip", "install", "--quiet", wheel],
        "postAttachCommand": ["python3", "-m", "grader"],
        "customizations": {"vscode": {"extensions": ["ms-python.python"]}},
    }
    return {
        f"{FOLDER}/devcontainer.json": json.dumps(description, indent=4).encode() + b"\n",
        f"{FOLDER}/README.md": README.encode(),
        wheel: learners_wheel(),
    }
