"""The diagnoses of every kit, by slug: those that the grader can make for any exercise."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from grader.kit.diagnosis import Diagnosis
from grader.kit.of_plays import OF_PLAYS
from grader.kit.of_python import OF_PYTHON
from grader.kit.of_tasks import OF_TASKS

BUILTIN: Mapping[str, Diagnosis] = MappingProxyType(
    {diagnosis.slug: diagnosis for diagnosis in (*OF_PLAYS, *OF_PYTHON, *OF_TASKS)}
)
