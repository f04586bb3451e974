"""Templates to pages: autoescape, one inlined style sheet allowed by its hash, nothing from elsewhere."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ingest.reports.plain_text import counted, day_in_words, days_in_words, moment_in_words, size_in_words


def render_page(template: str, **values: Any) -> str:
    """Return a self-contained HTML page."""
    style = _style()
    return _environment(True).get_template(template).render(style=style, style_hash=_hash(style), **values)


def render_plain(template: str, **values: Any) -> str:
    """Return a plain text; every value in it has been cleaned by the content builders."""
    return _environment(False).get_template(template).render(**values)


@cache
def _environment(is_html: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("ingest.reports"),
        autoescape=is_html,  # noqa: S701 - off for plain-text e-mails alone
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        moment=moment_in_words,
        day=day_in_words,
        size=size_in_words,
        days=days_in_words,
        counted=counted,
        lower_first=lambda text: text[:1].lower() + text[1:],
    )
    return environment


@cache
def _style() -> Markup:
    """Return the style sheet. It is the program's own file: no value of the data is in it."""
    text = (files("ingest.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    return Markup(text)  # noqa: S704 - as the docstring says


def _hash(style: str) -> str:
    """Return the source expression by which a Content Security Policy admits this very style sheet."""
    return f"sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}"
