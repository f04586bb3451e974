"""The plot of `bench_workers.py`: zips a second by heavy workers, as bars."""

from __future__ import annotations

_WIDTH, _HEIGHT, _GROUND = 420, 260, 220


def draw(rates: dict[int, float]) -> str:
    """Return the SVG."""
    top = max(rates.values()) * 1.15
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            'font-family="sans-serif" font-size="13">'
        ),
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#fff"/>',
        '<text x="20" y="24" fill="#222">zips a second, by heavy workers</text>',
        f'<line x1="40" y1="{_GROUND}" x2="{_WIDTH - 20}" y2="{_GROUND}" stroke="#888"/>',
    ]
    for place, (count, rate) in enumerate(rates.items()):
        left, bar = 70 + place * 115, 170 * rate / top
        middle = f'x="{left + 35}" text-anchor="middle" fill="#222"'
        lines += [
            f'<rect x="{left}" y="{_GROUND - bar:.1f}" width="70" height="{bar:.1f}" fill="#2f6f9f"/>',
            f'<text y="{_GROUND - 8 - bar:.1f}" {middle}>{rate:.2f}</text>',
            f'<text y="{_GROUND + 20}" {middle}>{count}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"
