"""A line plot as an SVG file: axes, a legend, and nothing to install."""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import Callable, List, Sequence, Tuple

COLOURS = (
    "#1b6ca8",
    "#d1495b",
    "#2e8b57",
    "#8a5fbf",
    "#e08e0b",
    "#5f6b7a",
    "#00979c",
    "#b0508b",
    "#6d4c2f",
    "#222222",
    "#a3b18a",
)
ACROSS, HEIGHT = 570, 440
"""The width without the legend, and the height."""

LEFT, TOP, BOTTOM = 70, 46, 56
LETTER = 6.6
"""About the width of a letter."""


@dataclass(frozen=True)
class Line:
    """Points that belong together; one alone is drawn as a dot."""

    name: str
    points: Sequence[Tuple[float, float]]


@dataclass(frozen=True)
class Axis:
    """What a direction means."""

    title: str
    logarithmic: bool = False
    shown: Callable[[float], str] = "{:g}".format


def ticks(low: float, high: float, logarithmic: bool) -> List[float]:
    """Round numbers from low to high."""
    if logarithmic:
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        steps = (1, 2, 5) if math.log10(high / low) < 3 else (1,)
        return [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(step * place, 12) for place in range(first, last + 1)]


class Scale:
    """From numbers to places on the page."""

    def __init__(self, numbers: Sequence[float], axis: Axis, start: float, end: float) -> None:
        self.axis, self.start, self.end = axis, start, end
        self.low, self.high = min(numbers), max(numbers)
        if self.low == self.high:
            self.low, self.high = 0.9 * self.low - 0.01 * (self.low == 0), 1.1 * self.high + 0.01 * (self.high == 0)

    def place(self, number: float) -> float:
        low, high, value = self.low, self.high, number
        if self.axis.logarithmic:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def ticks(self) -> List[float]:
        return ticks(self.low, self.high, self.axis.logarithmic)


def svg(title: str, across: Axis, up: Axis, lines: Sequence[Line]) -> str:
    """The plot as a whole file; it needs at least one point, and numbers above 0 on a logarithmic axis."""
    points = [point for line in lines for point in line.points]
    x = Scale([point[0] for point in points], across, LEFT, ACROSS)
    width = ACROSS + 50 + LETTER * max(len(line.name) for line in lines)
    y = Scale([point[1] for point in points], up, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {HEIGHT}"',
        ' font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{width:.0f}" height="{HEIGHT}" fill="white"/>',
        text(LEFT, 24, title, 'font-size="14" font-weight="bold"'),
    ]
    for tick in x.ticks():
        place = x.place(tick)
        parts.append(rule(place, TOP, place, HEIGHT - BOTTOM))
        parts.append(text(place, HEIGHT - BOTTOM + 18, across.shown(tick), 'text-anchor="middle"'))
    for tick in y.ticks():
        place = y.place(tick)
        parts.append(rule(LEFT, place, ACROSS, place))
        parts.append(text(LEFT - 8, place + 4, up.shown(tick), 'text-anchor="end"'))
    parts.append(text((LEFT + ACROSS) / 2, HEIGHT - 14, across.title, 'text-anchor="middle"'))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(text(18, middle, up.title, f'text-anchor="middle" transform="rotate(-90 18 {middle:g})"'))
    for number, line in enumerate(lines):
        parts += drawn(line, number, x, y)
    return "\n".join([*parts, "</svg>"]) + "\n"


def drawn(line: Line, number: int, x: Scale, y: Scale) -> List[str]:
    """A line, its points, and its entry in the legend."""
    colour = COLOURS[number % len(COLOURS)]
    places = [(x.place(across), y.place(up)) for across, up in line.points]
    path = " ".join(f"{across:.1f},{up:.1f}" for across, up in places)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    if len(places) <= 16:
        parts += [f'<circle cx="{across:.1f}" cy="{up:.1f}" r="3" fill="{colour}"/>' for across, up in places]
    height = TOP + 12 + 20 * number
    start = ACROSS + 14
    parts.append(
        f'<line x1="{start}" y1="{height}" x2="{start + 18}" y2="{height}" stroke="{colour}" stroke-width="3"/>'
    )
    return [*parts, text(start + 24, height + 4, line.name)]


def rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def text(x: float, y: float, words: str, attributes: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" {attributes}>{escape(words)}</text>'
