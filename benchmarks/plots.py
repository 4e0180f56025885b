"""Plots as SVG, written by hand: the same figures give the same bytes."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Points = Sequence[tuple[float, float]]

__all__ = ["bars", "curves", "stacks"]

_COLOURS = ("#2563a8", "#e08a1e", "#7a7a7a", "#4f9d69", "#b04a5a")
_DASHES = ("none", "6 3", "2 3", "8 3 2 3")


def _page(width: int, height: int, lines: Sequence[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-size="11">'
    ground = f'<rect width="{width}" height="{height}" fill="white"/>'
    return "\n".join([head, ground, *lines, "</svg>", ""])


def _text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def _legend(names: Sequence[str], y: float) -> list[str]:
    lines = []
    for number, name in enumerate(names):
        x = 120 + 120 * number
        lines.append(f'<rect x="{x}" y="{y - 9:.1f}" width="10" height="10" fill="{_COLOURS[number]}"/>')
        lines.append(_text(x + 15, y, name, "start"))
    return lines


def bars(rows: Mapping[str, Mapping[str, float]], unit: str) -> str:
    """Draw a group of bars for each row, one for each of its values, in the colours of their names."""
    names = list(next(iter(rows.values())))
    largest = max(value for row in rows.values() for value in row.values())
    scale = 430 / largest
    thick = 10
    lines = _legend(names, 16)
    y = 30.0
    for label, row in rows.items():
        lines.append(_text(112, y + thick * len(row) / 2 + 4, label, "end"))
        for name, value in row.items():
            size = f'width="{value * scale:.1f}" height="{thick - 1}"'
            lines.append(f'<rect x="120" y="{y:.1f}" {size} fill="{_COLOURS[names.index(name)]}"/>')
            lines.append(_text(124 + value * scale, y + 8.5, f"{value:.0f} {unit}", "start"))
            y += thick
        y += 8
    return _page(620, ceil(y), lines)


def stacks(rows: Mapping[str, Mapping[str, float]]) -> str:
    """Draw each row as one bar of shares that come to one."""
    names = list(next(iter(rows.values())))
    lines = _legend(names, 16)
    y = 30
    for label, row in rows.items():
        lines.append(_text(152, y + 14, label, "end"))
        x = 160.0
        for number, share in enumerate(row.values()):
            width = share * 560
            lines.append(
                f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="20" fill="{_COLOURS[number]}"/>'
            )
            if share > 0.04:
                lines.append(
                    f'<text x="{x + width / 2:.1f}" y="{y + 14}" text-anchor="middle" fill="white">'
                    f"{share:.1%}</text>"
                )
            x += width
        y += 28
    return _page(740, y + 4, lines)


def curves(lines_of: Mapping[str, Points], across: str, up: str) -> str:
    """Draw curves, both axes by powers of ten: a straight line of slope one is linear growth."""
    points = [point for each in lines_of.values() for point in each]
    left, right = floor(log10(min(x for x, _ in points))), ceil(log10(max(x for x, _ in points)))
    low, high = floor(log10(min(y for _, y in points))), ceil(log10(max(y for _, y in points)))
    wide, tall = 320 / (right - left), 250 / (high - low)

    def place(x: float, y: float) -> str:
        return f"{60 + (log10(x) - left) * wide:.1f},{270 - (log10(y) - low) * tall:.1f}"

    lines = ['<path d="M60 20V270H400" fill="none" stroke="black"/>']
    lines += [_text(60 + n * wide, 286, f"{10 ** (left + n):g}") for n in range(right - left + 1)]
    lines += [_text(54, 274 - n * tall, f"{10.0 ** (low + n):g}", "end") for n in range(high - low + 1)]
    lines += [_text(230, 306, across), _text(20, 14, up, "start")]
    for number, (name, each) in enumerate(lines_of.items()):
        stroke = f'fill="none" stroke="{_COLOURS[number]}" stroke-dasharray="{_DASHES[number]}"'
        lines.append(f'<polyline points="{" ".join(place(*point) for point in each)}" {stroke}/>')
        lines.append(f'<path d="M80 {32 + 15 * number}H110" {stroke}/>')
        lines.append(_text(116, 36 + 15 * number, name, "start"))
    return _page(420, 320, lines)
