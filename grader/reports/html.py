"""Reports as one HTML file that needs no network, no script and no server; here the learner's own.

The templates hold no arithmetic and mark nothing as safe. What they print is cleaned by ``finalize`` and escaped by
jinja2, so a learner's text is shown and never acts. The content policy allows the page's own style and script, by hash.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.diagnosis import Diagnosis
from grader.reports.clean import clean
from grader.reports.page import exercise_views, moment, summary, versions
from grader.reports.page_findings import MAX_TEXT
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
    context = {
        "kit_title": kit_title,
        "exercises": exercise_views(verdicts, diagnoses),
        "summary": summary(verdicts),
        "made_at": moment(made_at),
        "versions": versions(verdicts),
    }
    return render(templates, "learner.html", parts=("learner",), context=context)


@cache
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


def render(templates: Path, name: str, *, parts: Sequence[str], context: Mapping[str, object]) -> str:
    """Render a template with the style and the script of ``parts``: ``class`` stands for class.css and class.js."""
    from markupsafe import Markup

    style = "".join((templates / f"{part}.css").read_text("utf-8") for part in parts)
    script = "".join((templates / f"{part}.js").read_text("utf-8") for part in parts)
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    # The files are ours, and a hash is of the bytes as they stand: escaping them would break both.
    inline = {"style": Markup(style), "script": Markup(script)}

    return environment(templates).get_template(name).render(**context, **inline, policy=policy)


def _harmless(value: object) -> object:
    """Clean every text that a template prints. Only what a template made itself is left as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return clean(str(value), MAX_TEXT)
    return value


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
