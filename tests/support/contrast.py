"""The contrast of text as a browser shows it, by the formula of WCAG 2."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from support.browser import Browser

__all__ = ["poor_contrasts"]

_FIND = """
const clear = "rgba(0, 0, 0, 0)";
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const text = walker.currentNode.textContent.trim();
  const element = walker.currentNode.parentElement;
  if (!text || element.closest("script, style, title, .visually-hidden")) continue;
  if (!element.checkVisibility()) continue;
  const style = getComputedStyle(element);
  let opacity = 1;
  for (let each = element; each; each = each.parentElement) opacity *= getComputedStyle(each).opacity;
  const drawn = element instanceof SVGElement;
  const ground = [];
  if (drawn) {
    const rect = element.parentElement.querySelector("rect") ?? element.previousElementSibling;
    const frame = element.previousElementSibling?.tagName === "rect" ? element.previousElementSibling : rect;
    const base = element.closest(".box") ? element.parentElement.querySelector(".frame") : frame;
    ground.push(getComputedStyle(base).fill);
  }
  for (let each = element; each; each = each.parentElement) {
    const colour = getComputedStyle(each).backgroundColor;
    if (colour !== clear) ground.push(colour);
  }
  found.push([text, drawn ? style.fill : style.color, ground, opacity]);
}
const input = document.querySelector("#search");
if (input && input.checkVisibility()) {
  const colour = getComputedStyle(input, "::placeholder").color;
  found.push(["placeholder", colour, [getComputedStyle(input).backgroundColor], 1]);
}
return found;
"""


def poor_contrasts(browser: Browser, least: float = 4.5) -> list[tuple[str, float]]:
    """Return each text whose contrast with what is behind it is below ``least``; there must be some text."""
    found = browser.js(_FIND)
    assert len(found) > 10
    measured = []
    for text, colour, grounds, opacity in found:
        ground = next((each for each in map(_channels, grounds) if each[3] == 1), (255.0, 255.0, 255.0, 1.0))
        front = _over(_channels(colour), ground, opacity)
        # Half transparent grounds do not occur; where one does, this says so.
        assert all(_channels(each)[3] in (0, 1) for each in grounds), (text, grounds)
        measured.append((text, round(_contrast(front, ground[:3]), 2)))
    return [each for each in measured if each[1] < least]


def _channels(colour: str) -> tuple[float, float, float, float]:
    numbers = [float(each) for each in colour[colour.index("(") + 1 : -1].split(",")]
    red, green, blue, *alpha = numbers
    return red, green, blue, alpha[0] if alpha else 1.0


def _over(
    colour: tuple[float, float, float, float], ground: tuple[float, float, float, float], opacity: float
) -> tuple[float, ...]:
    share = colour[3] * opacity
    return tuple(c * share + g * (1 - share) for c, g in zip(colour[:3], ground[:3], strict=True))


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[float, ...]) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    ]
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
