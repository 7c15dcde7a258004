"""Renders templates into a page that needs no network and no server, and in which no text of a learner's acts.

What a template prints is cleaned by ``finalize`` and escaped by jinja2, and no template marks anything as safe, so text
of a learner is shown and never acts. The content policy allows the page's own style and script, by hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.text import clean

if TYPE_CHECKING:
    from jinja2 import Environment

MAX_TEXT = 2000

_CODE = re.compile(r"`([^`\n]+)`")


@cache
def environment(templates: Path) -> Environment:
    """Return a jinja2 environment that cleans and escapes everything it prints."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["text_and_code"] = text_and_code
    return environment


def text_and_code(sentence: str) -> tuple[str, ...]:
    """Split a sentence at its pairs of backticks: text, code, text, and so on. A backtick without a partner is text.

    The sentence is cut first: each part is cut where it is printed, but there may be any number of parts.
    """
    return tuple(_CODE.split(clean(sentence, MAX_TEXT)))


def _harmless(value: object) -> object:
    """Clean every text that a template prints. Only what a template made itself is left as it is."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return clean(str(value), MAX_TEXT)
    return value


def render(templates: Path, name: str, *, parts: Sequence[str], context: Mapping[str, object], images: str = "") -> str:
    """Render a template with the style and the script of ``parts``: ``class`` stands for class.css and class.js.

    ``images`` says where images may come from, as in a content policy (``data:`` is inside the page); by default there
    are none.
    """
    from markupsafe import Markup

    style = _joined(templates, parts, "css")
    script = _joined(templates, parts, "js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        f"{f'img-src {images}; ' if images else ''}base-uri 'none'; form-action 'none'"
    )
    # The files are ours, and a hash is of the bytes as they stand: escaping them would break both.
    inline = {"style": Markup(style), "script": Markup(script)}

    return environment(templates).get_template(name).render(**context, **inline, policy=policy)


def _joined(templates: Path, parts: Sequence[str], ending: str) -> str:
    files = [templates / f"{part}.{ending}" for part in parts]
    return "".join(file.read_text("utf-8") for file in files if file.is_file())


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
