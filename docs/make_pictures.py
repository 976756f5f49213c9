"""Draws the pictures of docs/distributors.md into docs/pictures: ``python -m docs.make_pictures``.

Plain SVG, and every point in it is drawn by the distributors themselves.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from random import Random

from ascetic_ddd.faker.domain.distributors.counts import ICountDistribution
from ascetic_ddd.faker.domain.distributors.counts.factory import counts_of
from ascetic_ddd.faker.domain.distributors.m2o.factory import distributor_factory
from tests.statistical.runs import Run

FOLDER = Path(__file__).parent / "pictures"
COLOURS = ("#1b6ca8", "#d1495b", "#3a7d44", "#e09f3e")
Point = tuple[float, float]


class Panel:
    """One coordinate system, from (0, 0) to (1, 1), with a frame and a title."""

    def __init__(self, left: float, top: float, width: float, height: float, title: str) -> None:
        self._left, self._top, self._width, self._height = left, top, width, height
        self._parts = [
            f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#999"/>',
            self._text(left + width / 2, top - 8, title, "middle"),
        ]

    def line(self, points: Iterable[Point], colour: str) -> None:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(self._at, points))
        self._parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>')

    def dots(self, points: Iterable[Point], colour: str) -> None:
        path = "".join(f"M{x:.0f} {y:.0f}h1" for x, y in map(self._at, points))
        self._parts.append(f'<path d="{path}" stroke="{colour}" stroke-width="1.4"/>')

    def bar(self, low: float, high: float, height: float, colour: str, label: str) -> None:
        (x, y), (right, bottom) = self._at((low, height)), self._at((high, 0.0))
        self._parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{right - x:.1f}" height="{bottom - y:.1f}" fill="{colour}" opacity=".25"/>'
        )
        self._parts.append(self._text((x + right) / 2, bottom - 6, label, "middle"))

    def label(self, point: Point, text: str, colour: str = "#333", anchor: str = "start") -> None:
        x, y = self._at(point)
        self._parts.append(self._text(x, y, text, anchor, colour))

    def axes(self, x: str, y: str) -> None:
        self._parts.append(self._text(self._left + self._width / 2, self._top + self._height + 16, x, "middle"))
        self._parts.append(
            f'<g transform="translate({self._left - 8} {self._top + self._height / 2}) rotate(-90)">'
            f"{self._text(0, 0, y, 'middle')}</g>"
        )

    def __str__(self) -> str:
        return "\n".join(self._parts)

    def _at(self, point: Point) -> Point:
        return self._left + point[0] * self._width, self._top + (1.0 - point[1]) * self._height

    @staticmethod
    def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333") -> str:
        return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'


def save(name: str, width: int, height: int, panels: Sequence[Panel]) -> None:
    """Write one picture."""
    body = "\n".join(map(str, panels))
    (FOLDER / f"{name}.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n',
        "utf-8",
    )


def curve(function: Callable[[float], float], steps: int = 200) -> list[Point]:
    """Points of a function on (0, 1], closer together near 0."""
    return [(u, min(1.0, function(u))) for u in ((step / steps) ** 2 for step in range(1, steps + 1))]


def shape(**asked: object) -> ICountDistribution:
    """A count distribution with mean 50."""
    found = counts_of(mean=50, **asked)  # type: ignore[arg-type]
    assert found is not None
    return found


def skews() -> None:
    """Uses by rank, and the share of the rows held by the top, for some skews."""
    uses = Panel(50, 30, 330, 220, "rows per value, most used first (mean 50)")
    held = Panel(440, 30, 330, 220, "share of rows held by the top of the values")
    for skew, colour in zip((1.0, 1.5, 2.0, 4.0), COLOURS, strict=True):
        counts = shape(skew=skew)
        uses.line(curve(lambda u, counts=counts: counts.quantile(min(u, 1 - 1e-9)) / 250), colour)  # type: ignore[misc]
        held.line([(0.0, 0.0), *curve(counts.share)], colour)
        held.label((0.3, counts.share(0.3) - 0.07), f"skew {skew:g}", colour)
    uses.axes("share of the values", "rows, 0…250")
    held.axes("share of the values", "share of the rows, 0…1")
    save("skew", 790, 280, (uses, held))


def weights() -> None:
    """The parts as they are asked for, and the curve that the values follow."""
    asked = (0.5, 0.25, 0.15, 0.1)
    panel = Panel(50, 30, 500, 220, "weights=[.5, .25, .15, .1], mean=50: rows per value, most used first")
    for part, weight in enumerate(asked):
        panel.bar(part / 4, (part + 1) / 4, weight * 4 * 50 / 220, COLOURS[0], f"{weight:.0%} of rows")
    counts = shape(weights=asked)
    panel.line(curve(lambda u: counts.quantile(min(u, 1 - 1e-9)) / 220), COLOURS[1])
    panel.axes("share of the values", "rows, 0…220")
    save("weights", 570, 280, (panel,))


def order() -> None:
    """Which value each row has, growing and planned, and planned with some spreads."""
    uses = 1_500
    panels = []
    for place, (title, spread) in enumerate(
        (("growing", None), ("planned", 1.0), ("planned, spread=.1", 0.1), ("planned, spread=0", 0.0))
    ):
        panel = Panel(40 + 195 * place, 30, 170, 170, title)
        distributor = distributor_factory(skew=2.0, mean=25, spread=1.0 if spread is None else spread)
        run = Run(distributor, 1, None if spread is None else uses).draw(uses)
        panel.dots(((row / uses, (number or 0) / run.values) for row, number in enumerate(run.drawn)), COLOURS[0])
        panel.axes("row, in order of insertion", "value, by birth")
        panels.append(panel)
    save("order", 830, 230, panels)


def naive() -> None:
    """What "with probability 1/mean a new one, else any of those there" makes, beside what was asked."""
    stream, counts = Random(1), [1]
    for _ in range(20_000):
        if stream.random() < 1 / 50:
            counts.append(1)
        else:  # uniform was asked
            counts[int(stream.random() * len(counts))] += 1
    panel = Panel(50, 30, 330, 200, "uniform asked, mean 50, 20,000 rows: rows per value")
    ranked = sorted(counts, reverse=True)
    panel.line([(rank / len(ranked), min(1.0, found / 300)) for rank, found in enumerate(ranked)], COLOURS[1])
    law = sorted(Run(distributor_factory(mean=50), 1).draw(20_000).counts, reverse=True)
    panel.line([(rank / len(law), found / 300) for rank, found in enumerate(law)], COLOURS[0])
    panel.label((0.3, 0.62), "coin toss: early values are offered longer", COLOURS[1])
    panel.label((0.45, 0.22), "this library", COLOURS[0])
    panel.axes("share of the values", f"rows, 0…300 (most used: {ranked[0]})")
    save("naive", 400, 260, (panel,))


def main() -> None:
    """Draw all pictures."""
    FOLDER.mkdir(exist_ok=True)
    for picture in (skews, weights, order, naive):
        picture()


if __name__ == "__main__":
    main()
