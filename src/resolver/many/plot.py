"""A picture of how long the lines took: how many of them so long, as SVG or in a page of HTML.

Written by hand, so that it needs nothing; the same times give the same bytes.  Times lie on a logarithmic
axis, since a few lines take a hundred times as long as most.
"""

from __future__ import annotations

from math import floor, log10

from resolver.many.tally import percentile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from resolver.many.tally import Tally, Timing

__all__ = ["SUFFIXES", "drawn", "page"]

SUFFIXES = (".svg", ".html")
"""What the name of a plot may end in."""

_WIDTH, _HEIGHT = 640, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 620, 40, 270
_STEPS = 10  # bars a decade
_LEAST = 1e-6  # seconds: a shorter time counts as this one
_SOLVED, _OTHERS = "#99bbdd", "url(#others)"


def drawn(timings: Sequence[Timing]) -> str:
    """Return the plot of ``timings``, of which there is at least one, as an SVG document."""
    return "\n".join([*_lines(timings), ""])


def page(tally: Tally, said: Sequence[str]) -> str:
    """Return a page that needs no other file: what was ``said`` in the end, the plot, the slowest lines."""
    rows = [
        f"<tr><td>{each.number}</td><td>{_escaped(each.requirement)}</td><td>{each.seconds * 1000:.2f}</td>"
        f"<td>{'solved' if each.solved else 'not solved'}</td></tr>"
        for each in tally.slowest
    ]
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        "<title>resolver resolve-many</title>",
        "<style>body { font-family: sans-serif; margin: 2em } td { padding-right: 1.5em }</style>",
        "</head>",
        "<body>",
        "<h1>resolver resolve-many</h1>",
        *(f"<p>{_escaped(text)}</p>" for text in said),
        *_lines(tally.timings),
        "<table>",
        "<tr><th>line</th><th>requirement</th><th>ms</th><th>outcome</th></tr>",
        *rows,
        "</table>",
        "</body>",
        "</html>",
        "",
    ]
    return "\n".join(lines)


def _lines(timings: Sequence[Timing]) -> Iterator[str]:
    solved, others = _counted(timings, solved=True), _counted(timings, solved=False)
    axis = _Axis([*solved, *others])
    most = max(solved.get(step, 0) + others.get(step, 0) for step in (*solved, *others))
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-size="11">'
    yield "<title>How long the lines took</title>"
    yield '<pattern id="others" width="4" height="4" patternUnits="userSpaceOnUse">'
    yield '<path d="M0 4L4 0" stroke="#cc3311" fill="none"/></pattern>'
    for step in sorted({*solved, *others}):
        below = _height(solved.get(step, 0), most)
        yield from _bar(axis, step, _BOTTOM - below, below, _SOLVED)
        yield from _bar(
            axis,
            step,
            _BOTTOM - below - _height(others.get(step, 0), most),
            _height(others.get(step, 0), most),
            _OTHERS,
        )
    yield f'<path d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}" fill="none" stroke="black"/>'
    yield from axis.ticks()
    for count in sorted({0, most // 2, most}):
        yield _text(_LEFT - 6, _BOTTOM - _height(count, most) + 4, f"{count:,}", "end")
    yield _text(_LEFT, _TOP - 26, "lines", "middle")
    yield from _percentiles(timings, axis)
    yield from _legend(sum(solved.values()), sum(others.values()))
    yield "</svg>"


def _counted(timings: Sequence[Timing], *, solved: bool) -> dict[int, int]:
    """Return how many lines there are by step of the axis."""
    found: dict[int, int] = {}
    for timing in timings:
        if timing.solved == solved:
            step = floor(log10(max(timing.seconds, _LEAST)) * _STEPS)
            found[step] = found.get(step, 0) + 1
    return found


class _Axis:
    """The axis of times: whole decades around the steps that have bars."""

    __slots__ = ("_first", "_last")

    def __init__(self, steps: Sequence[int]) -> None:
        self._first = min(steps) // _STEPS * _STEPS
        self._last = (max(steps) // _STEPS + 1) * _STEPS

    def x(self, step: float) -> float:
        """Return the place of a step; a bar reaches to the next one."""
        return _LEFT + (_RIGHT - _LEFT) * (step - self._first) / (self._last - self._first)

    def ticks(self) -> Iterator[str]:
        """Yield a mark and a time for each decade."""
        for step in range(self._first, self._last + 1, _STEPS):
            x = self.x(step)
            yield f'<path d="M{x:.1f} {_BOTTOM}v4" stroke="black"/>'
            yield _text(x, _BOTTOM + 16, _time(step // _STEPS), "middle")


def _time(decade: int) -> str:
    """Return ten to the power of ``decade`` seconds in words.

    >>> _time(-6), _time(-2), _time(1)
    ('1 µs', '10 ms', '10 s')
    """
    if decade >= 0:
        return f"{10**decade:,} s"
    return f"{10 ** (decade + 3)} ms" if decade >= -3 else f"{10 ** (decade + 6)} µs"


def _height(count: int, most: int) -> float:
    return (_BOTTOM - _TOP) * count / most


def _bar(axis: _Axis, step: int, top: float, height: float, fill: str) -> Iterator[str]:
    if height:
        x = axis.x(step)
        width = axis.x(step + 1) - x
        yield f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"/>'


def _percentiles(timings: Sequence[Timing], axis: _Axis) -> Iterator[str]:
    times = sorted(timing.seconds for timing in timings)
    for row, (share, name) in enumerate(((50, "median"), (90, "90 %"), (99, "99 %"))):
        seconds = percentile(times, share)
        x = axis.x(log10(max(seconds, _LEAST)) * _STEPS)
        yield f'<path d="M{x:.1f} {_TOP}V{_BOTTOM}" stroke="black" stroke-dasharray="3 3"/>'
        right = x < (_LEFT + _RIGHT) / 2  # on the other side it could reach beyond the frame
        place, anchor = (x + 3, "start") if right else (x - 3, "end")
        yield _text(place, _TOP + 10 + 12 * row, f"{name} {seconds * 1000:.2f} ms", anchor)


def _legend(solved: int, others: int) -> Iterator[str]:
    for x, fill, said in (
        (_LEFT + 60, _SOLVED, f"{solved:,} solved"),
        (_LEFT + 200, _OTHERS, f"{others:,} not"),
    ):
        yield f'<rect x="{x}" y="{_TOP - 34}" width="10" height="10" fill="{fill}" stroke="black"/>'
        yield _text(x + 15, _TOP - 25, said, "start")


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{_escaped(said)}</text>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
