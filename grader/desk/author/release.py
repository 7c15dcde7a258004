"""Makes of a kit what its instructor hands out and uploads: for learners, Gradescope, GitHub and Classroom 50.

What the platforms do is documented here:

- Gradescope: https://gradescope-autograders.readthedocs.io/en/latest/specs/, .../base_images/, .../troubleshooting/
- Classroom 50: https://github.com/foundation50/classroom50/wiki/Advanced-Autograding and .../Assignment-Templates
- GitHub Classroom was retired on 28 August 2026: https://github.com/orgs/community/discussions/205975
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from pathlib import Path

from grader import __version__
from grader.desk.author.bundle import (
    Bundle,
    Files,
    below,
    filled,
    kit_files,
    left_out,
    lesson_files,
    reference_files,
    release_file,
    write_folder,
    write_zip,
)
from grader.desk.author.wheel import WHEEL_NAME, grader_wheel
from grader.desk.workspace import MARKER
from grader.errors import UsageError, WorkspaceError
from grader.files import write_file
from grader.kit.exercise import Exercise
from grader.kit.kit import Kit
from grader.sandbox.isolation import FENCED
from grader.text import counted

LEARNERS = "learners"
GRADER = ".github/grader"
"""Where a starter repository has the kit and the grader. Whatever looks for answers passes over hidden folders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOptions:
    """What the instructor wants to be in the bundles."""

    hidden_tests: bool = True
    """Whether learners get the hidden tests, without which they cannot check an answer themselves."""
    references: bool = False
    """Whether learners get the reference answers, which `grade solution` shows after a pass."""
    allow_level: int = FENCED
    """The isolation level below which the autograders refuse to grade."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What was made."""

    bundles: tuple[Bundle, ...]
    left_out: tuple[str, ...]
    """Files in the kit's ``exercises/`` that no bundle has."""


def release(kit: Kit, directory: Path, options: ReleaseOptions) -> Released:
    """Write all bundles below a folder. Raises UsageError unless it is empty or new, KitError and WorkspaceError."""
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        hint = "Name a new folder, or remove this one: the bundles of two releases must not mix."
        raise UsageError(f"{directory}: this is not an empty folder", hint=hint)
    wheel = {WHEEL_NAME: grader_wheel()}
    learners = learners_bundle(kit, options, wheel)
    gradescope = gradescope_bundles(kit, options, wheel)
    starter = starter_bundle(kit, options, wheel)
    classroom50 = classroom50_bundle(kit, options, wheel)

    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{directory}: {error.strerror}", hint="Name a folder that you may write to.") from error
    for bundle in (learners, starter, classroom50):
        write_folder(directory / bundle.name, bundle.files)
    write_zip(directory / f"{learners.name}.zip", below(learners.name, learners.files))
    for bundle in gradescope:
        write_zip(directory / bundle.name, bundle.files)
    made = (learners, *gradescope, starter, classroom50)
    write_file(directory / "README.md", overview(kit, made), option="DIR")
    return Released(bundles=made, left_out=tuple(sorted(left_out(kit))))


def overview(kit: Kit, bundles: Sequence[Bundle]) -> str:
    """What lies in the folder of a release, and what to do with each part of it."""
    rows = [f"| `{bundle.name}` | {bundle.next_step} |" for bundle in bundles]
    return filled("README.md", title=_title(kit), grader=__version__, bundles="\n".join(rows)).decode()


# ---- for learners ----------------------------------------------------------------------------------------------------


def learners_bundle(kit: Kit, options: ReleaseOptions, wheel: Files) -> Bundle:
    """A kit that learners use on their own computers; without hidden tests a folder that they fill and hand in."""
    if not options.hidden_tests:
        readme = filled("learners/hand_in.md", title=_title(kit), exercises=_table(kit, ""))
        marker = release_file("learners/grade.toml")
        return Bundle(
            name=LEARNERS,
            files={**lesson_files(kit), "README.md": readme, MARKER: marker, **_references(kit, options)},
            next_step="Give learners.zip to your learners. They write the stubs and hand in the folder.",
        )
    readme = filled("learners/README.md", title=_title(kit), exercises=_table(kit, "exercises/"), wheel=WHEEL_NAME)
    return Bundle(
        name=LEARNERS,
        files={**kit_files(kit), "README.md": readme, **wheel, **_references(kit, options)},
        next_step="Give learners.zip to your learners. `grade init course --kit learners` makes a folder to work in.",
    )


def _references(kit: Kit, options: ReleaseOptions) -> Files:
    return reference_files(kit) if options.references else {}


# ---- Gradescope ------------------------------------------------------------------------------------------------------


def gradescope_bundles(kit: Kit, options: ReleaseOptions, wheel: Files) -> tuple[Bundle, ...]:
    """An autograder for each exercise, and one for all of them together.

    They have the reference answers, with which the judge tells a mistake in the kit from one in a submission. Only the
    instructor's account holds the zip, and no box can read it.
    """
    kit_in_it = below("kit", {**kit_files(kit), **reference_files(kit)})
    single = [_gradescope(f"{one.folder.name}.zip", (one,), options, {**kit_in_it, **wheel}) for one in kit.exercises]
    if len(single) == 1:
        return tuple(single)
    return (*single, _gradescope("all.zip", kit.exercises, options, {**kit_in_it, **wheel}))


def _gradescope(name: str, exercises: Sequence[Exercise], options: ReleaseOptions, files: Files) -> Bundle:
    # Gradescope stops an autograder after 10 minutes, or up to 40 if the assignment says so, and gives it half of a
    # processor. The budget of one submission is 85 s of CPU time for each exercise (`Limits`).
    minutes = min(40, max(10, 5 * len(exercises)))
    readme = filled(
        "gradescope/README.md",
        files=", ".join(f"`{exercise.file}`" for exercise in exercises),
        level=str(options.allow_level),
        minutes=str(minutes),
        wheel=WHEEL_NAME,
    )
    own = {
        "setup.sh": release_file("gradescope/setup.sh"),
        "run_autograder": release_file("gradescope/run_autograder"),
        "README.md": readme,
        **_harness(exercises, options),
    }
    step = "Upload it at Configure Autograder of a programming assignment, and press Test Autograder after the build."
    return Bundle(name=f"gradescope/{name}", files={**files, **own}, next_step=step)


def _harness(exercises: Sequence[Exercise], options: ReleaseOptions) -> Files:
    settings = {
        "exercises": [
            {"id": exercise.id, "folder": exercise.folder.name, "file": exercise.file} for exercise in exercises
        ],
        "allow_level": options.allow_level,
    }
    return {
        "handed_in.py": release_file("handed_in.py"),
        "autograder.json": (json.dumps(settings, indent=1) + "\n").encode(),
    }


# ---- GitHub and Classroom 50 -----------------------------------------------------------------------------------------


def starter_bundle(kit: Kit, options: ReleaseOptions, wheel: Files) -> Bundle:
    """A template repository, of which each learner gets a copy."""
    step = "Push it as a repository of its own, and tick Settings > General > Template repository there."
    ignored = {".gitignore": release_file("starter/gitignore")}
    if not options.hidden_tests:
        readme = filled("starter/hand_in.md", title=_title(kit), exercises=_table(kit, ""))
        own = {"README.md": readme, MARKER: release_file("learners/grade.toml"), **ignored}
        return Bundle(name="starter", files={**lesson_files(kit), **own, **_references(kit, options)}, next_step=step)
    grader = below(GRADER, {**wheel, **below("kit", {**kit_files(kit), **_references(kit, options)})})
    own = {
        "README.md": filled("starter/README.md", title=_title(kit), exercises=_table(kit, ""), wheel=WHEEL_NAME),
        MARKER: release_file("starter/grade.toml"),
        ".github/workflows/grade.yml": release_file("starter/grade.yml"),
        **ignored,
    }
    return Bundle(name="starter", files={**lesson_files(kit), **grader, **own}, next_step=step)


def classroom50_bundle(kit: Kit, options: ReleaseOptions, wheel: Files) -> Bundle:
    """The folder of an assignment's autograder in an organization's repository ``classroom50``.

    Classroom 50 publishes that folder on a site that anybody can read, so it has references only where learners have.
    """
    readme = filled("classroom50/README.md", level=str(options.allow_level))
    own = {"autograder.py": release_file("classroom50/autograder.py"), "README.md": readme}
    kit_in_it = below("kit", {**kit_files(kit), **_references(kit, options)})
    return Bundle(
        name="classroom50",
        files={**kit_in_it, **wheel, **_harness(kit.exercises, options), **own},
        next_step="Copy it into your repository `classroom50` as CLASSROOM/autograders/ASSIGNMENT/, and push.",
    )


# ---- words -----------------------------------------------------------------------------------------------------------


def _title(kit: Kit) -> str:
    return f"{kit.title} {kit.version}"


def _table(kit: Kit, folder: str) -> str:
    """The exercises, each with its lesson and the file to write, as rows of a Markdown table."""
    rows = [
        f"| {one.id} | [{one.title}]({folder}{one.folder.name}/README.md): {one.summary} | `{one.file}` |"
        for one in kit.exercises
    ]
    return "\n".join(["| | lesson | file |", "|---|---|---|", *rows])


def described(kit: Kit, released: Released) -> Iterator[str]:
    """The lines that tell the instructor what was made, and what to do with it."""
    yield f"{_title(kit)}: {counted(len(kit.exercises), 'exercise')}, with grade {__version__}"
    for step, bundles in groupby(released.bundles, key=attrgetter("next_step")):
        yield ""
        for bundle in bundles:
            yield f"{bundle.name}  {counted(len(bundle.files), 'file')}"
            # What learners get is listed file by file: nobody can take it back.
            yield from (f"    {name}" for name in sorted(bundle.files) if bundle.name == LEARNERS)
        yield f"  next: {step}"
    if released.left_out:
        yield "\nIn none of them, because they are no part of an exercise:"
        yield from (f"    {name}" for name in released.left_out)
