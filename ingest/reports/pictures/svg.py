"""SVG by hand: attributes and texts are always escaped; colours come from the page's style sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

# Pictures wider than this are scrolled on a phone; others shrink to its width.
_PHONE = 460


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture: inline SVG, its title and caption, and the same in words for who cannot see it."""

    svg: Markup
    title: str
    caption: str
    description: str


def element(tag: str, *children: Markup | str, **attributes: object) -> Markup:
    """Return one SVG element; `text_anchor` becomes `text-anchor`, `class_` `class`; None is left out."""
    pairs = [
        f' {name.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for name, value in attributes.items()
        if value is not None
    ]
    inner = "".join(str(escape(child)) for child in children)
    return Markup(f"<{tag}{''.join(pairs)}>{inner}</{tag}>")  # noqa: S704 - every part is escaped above


def drawing(key: str, width: float, height: float, title: str, description: str, *parts: Markup) -> Markup:
    """Return a whole picture with its text alternative; `key` is unique on the page."""
    return element(
        "svg",
        element("title", title, id=f"{key}-title"),
        element("desc", description, id=f"{key}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        width=width,
        height=height,
        role="img",
        class_="wide" if width > _PHONE else None,
        aria_labelledby=f"{key}-title {key}-desc",
    )


def hatching(key: str) -> Markup:
    """Return the pattern for what is missing: diagonal lines, legible without colour."""
    return element(
        "defs",
        element(
            "pattern",
            element("rect", width=7, height=7, class_="hatch-ground"),
            element("path", d="M0 7 L7 0 M-1 1 L1 -1 M6 8 L8 6", class_="hatch-line"),
            id=f"{key}-hatch",
            width=7,
            height=7,
            patternUnits="userSpaceOnUse",
        ),
    )


def label(x: float, y: float, text: str, class_: str = "", anchor: str = "start") -> Markup:
    """Return one line of text."""
    return element("text", text, x=x, y=y, class_=class_ or None, text_anchor=anchor)


def cross(x: float, y: float, radius: float = 9) -> Markup:
    """Return the mark of what is broken: a cross in a disc."""
    arm = radius * 0.45
    return element(
        "g",
        element("circle", cx=x, cy=y, r=radius, class_="broken-disc"),
        element(
            "path",
            d=path(
                ("M", x - arm, y - arm),
                ("L", x + arm, y + arm),
                ("M", x + arm, y - arm),
                ("L", x - arm, y + arm),
            ),
            class_="broken-cross",
        ),
    )


def path(*commands: tuple[str | float, ...]) -> str:
    """Return the `d` of a path from commands like `("M", 0, 10)`."""
    return " ".join(" ".join(_number(part) for part in command) for command in commands)


def shorten(text: str, most: int) -> str:
    """Return `text` cut to so many characters."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def sentences(parts: Iterable[str]) -> str:
    """Return the parts as sentences in a row."""
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts if part)


def _number(value: object) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
