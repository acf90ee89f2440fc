"""A small writer of plots as SVG: axes with round ticks, lines, points, bars. Colours are classes of the page's style.

The same numbers give the same bytes: coordinates are rounded to a tenth of a pixel.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

Points = Sequence[Sequence[float]]


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round numbers from ``low`` to ``high``: steps of 1, 2 or 5 times a power of ten (Heckbert, 1990)."""
    rough = (high - low) / max(about, 1)
    if not rough > 0:
        return [low]
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(step * size for step in (1, 2, 5, 10) if step * size >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


@dataclass
class Plot:
    """One plot; ``across`` and ``up`` are the ranges of its axes, sizes are in pixels."""

    across: tuple[float, float]
    up: tuple[float, float]
    across_label: str
    up_label: str
    width: int = 340
    height: int = 280
    left: int = 48
    bottom: int = 40
    row_names: Sequence[str] = ()
    whole_ticks: bool = False
    marks: list[str] = field(default_factory=list)

    def x(self, value: float) -> float:
        """Pixel of a value on the axis across."""
        return self._scaled(value, self.across, self.left, self.width - 12)

    def y(self, value: float) -> float:
        """Pixel of a value on the axis up."""
        return self._scaled(value, self.up, self.height - self.bottom, 12)

    @staticmethod
    def _scaled(value: float, ends: tuple[float, float], start: float, stop: float) -> float:
        low, high = ends
        share = (value - low) / (high - low) if high > low else 0.5
        return round(start + min(max(share, -0.05), 1.05) * (stop - start), 1)

    def line(self, points: Points, style: str = "line") -> None:
        """A line through points."""
        path = " ".join(f"{self.x(point[0]):g},{self.y(point[1]):g}" for point in points)
        self.marks.append(f'<polyline class="{style}" points="{path}"/>')

    def dots(self, points: Points, style: str = "dot", radius: float = 3) -> None:
        """A dot at each point."""
        self.marks += [
            f'<circle class="{style}" cx="{self.x(point[0]):g}" cy="{self.y(point[1]):g}" r="{radius:g}"/>'
            for point in points
        ]

    def box(self, left: float, right: float, low: float, high: float, style: str = "bar") -> None:
        """A filled rectangle between values."""
        x, width = self.x(left), self.x(right) - self.x(left)
        y, height = self.y(high), self.y(low) - self.y(high)
        self.marks.append(f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:.1f}" height="{height:.1f}"/>')

    def to_svg(self, title: str) -> str:
        """The plot as an SVG element with its title for screen readers."""
        frame = [*self._axis_across(), *(self._rows() if self.row_names else self._axis_up())]
        view = f'viewBox="0 0 {self.width} {self.height}" width="{self.width}" height="{self.height}"'
        inner = "".join([f"<title>{escape(title)}</title>", *frame, *self.marks])
        return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {view}>{inner}</svg>'

    def _axis_across(self) -> list[str]:
        base, top = self.height - self.bottom, 12
        drawn = []
        for tick in ticks(*self.across):
            if self.whole_ticks and tick != round(tick):
                continue
            x = self.x(tick)
            drawn.append(f'<line class="grid" x1="{x:g}" x2="{x:g}" y1="{top}" y2="{base}"/>')
            drawn.append(f'<text class="tick" text-anchor="middle" x="{x:g}" y="{base + 15}">{tick:g}</text>')
        middle = (self.left + self.width - 12) / 2
        label = escape(self.across_label)
        return [*drawn, f'<text class="label" text-anchor="middle" x="{middle:g}" y="{self.height - 6}">{label}</text>']

    def _axis_up(self) -> list[str]:
        drawn = []
        for tick in ticks(*self.up):
            y = self.y(tick)
            drawn.append(f'<line class="grid" x1="{self.left}" x2="{self.width - 12}" y1="{y:g}" y2="{y:g}"/>')
            drawn.append(f'<text class="tick" text-anchor="end" x="{self.left - 6}" y="{y + 4:g}">{tick:g}</text>')
        middle, label = (12 + self.height - self.bottom) / 2, escape(self.up_label)
        turned = f'transform="translate(11 {middle:g}) rotate(-90)"'
        return [*drawn, f'<text class="label" text-anchor="middle" {turned}>{label}</text>']

    def _rows(self) -> list[str]:
        """Names in place of an axis, the first on top; rows have the places 0, 1, 2 … from below."""
        count = len(self.row_names)
        return [
            f'<text class="tick" text-anchor="end" x="{self.left - 8}" y="{self.y(count - 1 - place) + 4:g}">'
            f"{escape(_short(name))}</text>"
            for place, name in enumerate(self.row_names)
        ]


def row_plot(names: Sequence[str], across: tuple[float, float], across_label: str, left: int = 220) -> Plot:
    """A plot with a named row for each thing, for intervals and bars that lie."""
    height = 60 + 24 * len(names)
    return Plot(across, (-0.7, len(names) - 0.3), across_label, "", 700, height, left, row_names=names)


def _short(name: str) -> str:
    return name if len(name) <= 34 else name[:33] + "…"
