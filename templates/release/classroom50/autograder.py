"""Classroom 50 runs this for every submission, in the learner's repository. It grades the repository: result.json.

The runner takes every exit code but 0 for a fault of the autograder, and then publishes no score.
"""

from __future__ import annotations

import sys
import tempfile
import venv
from pathlib import Path
from subprocess import run

from handed_in import JUDGED, grade_handed_in

BUNDLE = Path(__file__).resolve().parent
TESTED = ((3, 11), (3, 13))

if not TESTED[0] <= sys.version_info[:2] <= TESTED[1]:
    print(
        '::warning::the grader is tested on Python 3.11 to 3.13; set "python": "3.13" in the runtime of the assignment'
    )

with tempfile.TemporaryDirectory(prefix="grader-") as folder:
    venv.create(folder, symlinks=True)
    python = str(Path(folder, "bin", "python"))
    (wheel,) = BUNDLE.glob("awaitlings-*.whl")
    # Nothing may be imported from the learner's repository, where a `pip.py` could write any result.
    pip = [sys.executable, "-P", "-m", "pip", "--python", python]
    run([*pip, "install", "--quiet", str(wheel)], cwd=folder, check=True)
    result = Path("result.json").resolve()
    code, _ = grade_handed_in(python, BUNDLE, Path.cwd(), f"classroom50={result}")
sys.exit(0 if code in JUDGED else 1)
