"""The learner's report: one HTML file that needs no network, no script and no server.

The templates hold no arithmetic and mark nothing as safe. What they print is cleaned by ``finalize`` and escaped by
jinja2, so a learner's text is shown and never acts. The content policy allows the page's own style and script, by hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader.diagnosis import Diagnosis
from grader.reports.clean import clean
from grader.reports.page import MAX_TEXT, exercise_views, moment, summary, versions
from grader.verdict import Verdict

if TYPE_CHECKING:
    from jinja2 import Environment


def learner_page(
    verdicts: Sequence[Verdict],
    *,
    kit_title: str,
    diagnoses: Mapping[str, Diagnosis],
    made_at: str,
    templates: Path,
) -> str:
    """Render the report of one learner as one self-contained page."""
    return _render(
        templates,
        kit_title=kit_title,
        exercises=exercise_views(verdicts, diagnoses),
        summary=summary(verdicts),
        made_at=moment(made_at),
        versions=versions(verdicts),
    )


def environment(templates: Path) -> Environment:
    """A jinja2 environment in which nothing is printed that is not cleaned and escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _render(templates: Path, **context: object) -> str:
    from markupsafe import Markup

    style = (templates / "learner.css").read_text("utf-8")
    script = (templates / "learner.js").read_text("utf-8")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    # The two files are ours, and a hash is of the bytes as they stand: escaping them would break both.
    inline = {"style": Markup(style), "script": Markup(script)}

    return environment(templates).get_template("learner.html").render(**context, **inline, policy=policy)


def _harmless(value: object) -> object:
    """Clean every text that a template prints. Only what a template made itself is left as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return clean(str(value), MAX_TEXT)
    return value


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
