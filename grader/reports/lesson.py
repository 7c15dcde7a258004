"""Renders the lesson of an exercise as HTML: the Markdown that GitHub shows, with its pictures inside the page.

A lesson is text of a kit's author, and is treated like any other text: raw HTML is shown and does not act, but for the
tags that fold something away, and a picture runs no script, because it is an ``<img>``.
"""

from __future__ import annotations

import base64
import re
from collections.abc import MutableMapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markupsafe import Markup

SAME = "same-"
"""How the names of programs begin that do the same thing, each with another library: they stand side by side."""

_FOLDING = re.compile(r"</?(?:details|summary)>")
_OF_DIAGNOSIS = re.compile(r"(?:\.\./diagnoses/)?(?P<slug>[a-z][a-z0-9-]*)\.md")
_OF_EXERCISE = re.compile(r"\.\./(?P<id>ex\d{2,3})_[a-z0-9_]+/(?:README\.md)?")


def diagnosis_page(slug: str) -> str:
    """The name of the page of a diagnosis, in the folder of the course."""
    return f"diagnosis-{slug}.html"


def lesson_as_html(lesson: str, *, folder: Path) -> Markup:
    """The lesson without its title; ``folder`` holds its pictures, and other lessons are pages beside this one."""
    from markupsafe import Markup

    markdown = _markdown()
    tokens = markdown.parse(lesson)
    titled = bool(tokens) and tokens[0].tag == "h1"
    body = tokens[3:] if titled else tokens  # the opening of the heading, its text, its end
    return Markup(markdown.renderer.render(body, markdown.options, {"folder": folder}))


def page_as_html(page: str, *, folder: Path) -> Markup:
    """The page of a diagnosis, which lies in that folder and borrows pictures of the exercises beside it.

    A picture in letters is left out: the picture itself stands there.
    """
    from markupsafe import Markup

    markdown = _markdown()
    tokens = [token for token in markdown.parse(page) if not token.info.startswith("text figure=")]
    return Markup(markdown.renderer.render(tokens, markdown.options, {"folder": folder, "root": folder.parent}))


def code_as_html(source: str) -> Markup:
    """Python with a class for each kind of word; the style of the page gives them their colours."""
    from markupsafe import Markup
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    return Markup(highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def parsed(text: str) -> Sequence[Token]:
    """The parts of a text in Markdown."""
    return _markdown().parse(text)


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark").enable("table")
    markdown.add_render_rule("fence", _fence)
    markdown.add_render_rule("image", _image)
    markdown.add_render_rule("link_open", _link)
    markdown.add_render_rule("html_block", _html)
    markdown.add_render_rule("html_inline", _html)
    return markdown


def _fence(self: object, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    """A block of code, with a line above it that says what it is; programs that do the same stand side by side."""
    token = tokens[index]
    language, *words = token.info.split() or [""]
    info = dict(word.partition("=")[::2] for word in words)
    code = str(code_as_html(token.content)) if language == "python" else _escaped(token.content)
    # Pictures in letters stand one after the other, so each has its name here; `ex01/serial` is one of an exercise.
    label = label_of(token) or info.get("figure", "").rpartition("/")[2].replace("-", " ")
    caption = f"<figcaption>{_escaped(label)}</figcaption>" if label else ""
    kind = "screen" if "screen" in info or "figure" in info else "code" if language == "python" else "output"
    block = f'<figure class="block {kind}">{caption}<pre tabindex="0"><code>{code}</code></pre></figure>\n'
    if not _is_same(token):
        return block
    opens = "" if index > 0 and _is_same(tokens[index - 1]) else '<div class="side-by-side">\n'
    closes = "" if index + 1 < len(tokens) and _is_same(tokens[index + 1]) else "</div>\n"
    return f"{opens}{block}{closes}"


def _is_same(token: Token) -> bool:
    return token.type == "fence" and f"run={SAME}" in token.info


def label_of(token: Token) -> str:
    """What a block of code is: the name of a program, or whose output it shows; empty for anything else."""
    info = dict(word.partition("=")[::2] for word in token.info.split()[1:])
    if "run" in info:
        return info["run"].removeprefix(SAME) if info["run"].startswith(SAME) else f"{info['run']}.py"
    if "screen" in info:
        return f"what grade says of {info['screen']}"
    if "output" in info:
        on = f" on {info['backend']}" if "backend" in info else ""
        return "all three print" if info["output"] == "same" else f"{info['output']}.py prints{on}"
    return ""


def _image(self: Any, tokens: Sequence[Token], index: int, options: object, env: MutableMapping[str, Any]) -> str:
    """A picture of the exercise, inside the page; another one, or one that is missing, by its words."""
    token = tokens[index]
    words = self.renderInlineAsText(token.children or [], options, env)
    path = env["folder"] / str(token.attrs.get("src", ""))
    root = env.get("root", env["folder"]).resolve()
    if path.suffix != ".svg" or not path.resolve().is_relative_to(root) or not path.is_file():
        return f"<em>{_escaped(words)}</em>"
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img class="picture" src="data:image/svg+xml;base64,{data}" alt="{_escaped(words)}">'


def _link(self: Any, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    """A link to another lesson leads to its page; one to the network says nothing of where it comes from."""
    token = tokens[index]
    href = str(token.attrs.get("href", ""))
    if other := _OF_EXERCISE.fullmatch(href):
        token.attrSet("href", f"{other['id']}.html")
    elif diagnosis := _OF_DIAGNOSIS.fullmatch(href):
        token.attrSet("href", diagnosis_page(diagnosis["slug"]))
    token.attrSet("rel", "noreferrer")
    return str(self.renderToken(tokens, index, options, env))


def _html(self: object, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    """Tags that fold something away as they are, and everything else as text."""
    content, pieces, end = tokens[index].content, [], 0
    for tag in _FOLDING.finditer(content):
        pieces += [_escaped(content[end : tag.start()]), tag[0]]
        end = tag.end()
    return "".join([*pieces, _escaped(content[end:])])


def _escaped(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))
