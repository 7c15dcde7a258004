#!/usr/bin/env bash
# Gradescope runs this as root, once, while it builds the image of the autograder. It installs the grader of this zip
# in /opt/awaitlings, and leaves the system's python3 alone, which Gradescope's own harness needs.
set -euo pipefail

home=/opt/awaitlings
source=/autograder/source

usable='import sys, venv, ensurepip
sys.exit(not ((3, 11) <= sys.version_info[:2] <= (3, 13) and sys.version_info.releaselevel == "final"))'
python=
for name in python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null && "$name" -c "$usable" 2>/dev/null; then
        python=$name
        break
    fi
done

if [ -n "$python" ]; then
    "$python" -m venv "$home/grader"
else
    # Ubuntu 22.04, Gradescope's default, has Python 3.10, and its package python3.11 is a release candidate. uv brings
    # a Python of its own; not under /root, because the box gives up root, and must still read its interpreter.
    apt-get update
    apt-get install -y --no-install-recommends python3-venv ca-certificates
    python3 -m venv "$home/uv"
    "$home/uv/bin/python" -m pip install --quiet uv==0.13.9
    export UV_PYTHON_INSTALL_DIR="$home/python"
    "$home/uv/bin/uv" venv --seed --managed-python --python 3.13 "$home/grader"
fi
"$home/grader/bin/python" -m pip install --quiet "$source"/awaitlings-*.whl

# The hidden tests are root's alone: where the box is weak, this still keeps a submission from reading them.
chmod -R go= "$source"

# In the build log: what the box can promise in a container like this. The line that counts is "isolation".
"$home/grader/bin/grade" doctor || true
