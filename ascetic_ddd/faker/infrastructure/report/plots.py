"""Curves of A and B as SVG that stands in a page: no fixed colours, text as text, no addresses."""

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ascetic_ddd.faker.infrastructure.report.curves import lorenz, rank_frequency

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ("lorenz_plot", "rank_frequency_plot")

_Histogram = Sequence[tuple[int, int]]
_Points = Sequence[tuple[float, float]]

# Colours that stand for the page's own ones, which differ between light, dark and print.
_A, _B, _TEXT, _GRID = "#a10001", "#b10002", "#c10003", "#d10004"
_VARIABLES = {_A: "var(--a)", _B: "var(--b)", _TEXT: "var(--text)", _GRID: "var(--rule)"}
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.size": 10.0,
    "text.color": _TEXT,
    "axes.labelcolor": _TEXT,
    "axes.edgecolor": _GRID,
    "axes.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.xmargin": 0.02,
    "axes.ymargin": 0.05,
    "figure.facecolor": "none",
    "grid.color": _GRID,
    "grid.linewidth": 0.6,
    "legend.edgecolor": "none",
    "legend.facecolor": "none",
    "legend.framealpha": 0.0,
    "path.simplify": False,
    "xtick.color": _GRID,
    "xtick.labelcolor": _TEXT,
    "ytick.color": _GRID,
    "ytick.labelcolor": _TEXT,
}
_SIZE = (3.5, 2.6)  # inches: about as wide as a phone, so that its text is as large as the page's


def rank_frequency_plot(a: _Histogram, b: _Histogram, key: str) -> str:
    """Children per parent over the parent's rank, both axes logarithmic.

    Args:
        a: pairs (children, parents) of A.
        b: the same of B.
        key: of this plot in its page.
    """

    def draw(axes: "Axes") -> None:
        from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

        _draw(axes, rank_frequency(a), rank_frequency(b))
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            low, high = axis.get_data_interval()
            axis.set_major_locator(LogLocator(subs=(1.0,) if high > 50.0 * low else (1.0, 2.0, 5.0), numticks=7))
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
        axes.set_xlabel("rank of the parent")
        axes.set_ylabel("children")

    return _svg(draw, f"{key}-rank", "Children per parent by rank, A and B overlaid, on logarithmic axes")


def lorenz_plot(a: _Histogram, b: _Histogram, key: str) -> str:
    """Share of the rows that the top parents hold.

    Args:
        a: pairs (children, parents) of A.
        b: the same of B.
        key: of this plot in its page.
    """

    def draw(axes: "Axes") -> None:
        from matplotlib.ticker import PercentFormatter

        _draw(axes, lorenz(a), lorenz(b))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        axes.set_xlabel("of the parents, most used first")
        axes.set_ylabel("of the rows")

    return _svg(draw, f"{key}-lorenz", "Share of the rows held by the top parents, Lorenz curves of A and B overlaid")


def _draw(axes: "Axes", a: _Points, b: _Points) -> None:
    """A solid and wide, B dashed and on top: they can be told apart without colours, and where they coincide."""
    axes.plot([x for x, _ in a], [y for _, y in a], color=_A, linewidth=3.2, alpha=0.75, label="A")
    axes.plot([x for x, _ in b], [y for _, y in b], color=_B, linewidth=1.6, linestyle=(0, (4, 2)), label="B")
    axes.legend(handlelength=3.0)


def _svg(draw: "Callable[[Axes], None]", key: str, words: str) -> str:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE | {"svg.hashsalt": key}):
        figure = Figure(figsize=_SIZE, layout="constrained")
        draw(figure.subplots())
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inlined(written.getvalue(), key, words)


def _inlined(svg: str, key: str, words: str) -> str:
    """Make it a part of a page: ids of its own, the page's colours and font, a name for those who cannot see it."""
    body = svg[svg.index("<svg ") :]
    view_box = re.search(r'viewBox="([^"]+)"', body)
    assert view_box is not None
    body = body[body.index(">") + 1 :].replace("xlink:href", "href")
    body = re.sub(r"<(metadata|style)\b.*?</\1>", "", body, flags=re.DOTALL)
    body = re.sub(r"<!--.*?-->\s*", "", body, flags=re.DOTALL)
    referred = set(re.findall(r"(?:href=\"#|url\(#)([^\")]+)", body))
    body = re.sub(r'\s+id="([^"]+)"', lambda found: f' id="{key}-{found[1]}"' if found[1] in referred else "", body)
    body = re.sub(r'(href="#|url\(#)', rf"\g<1>{key}-", body)
    body = re.sub(r"font-family:[^;\"]+|(?<=px )'[^\"]+?(?=[;\"])", lambda found: _font(found[0]), body)
    body = re.sub(r"\n\s*", "\n", body)
    for colour, variable in _VARIABLES.items():
        body = body.replace(colour, variable)
    return f'<svg role="img" aria-label="{words}" viewBox="{view_box[1]}">{body}'


def _font(found: str) -> str:
    return "font-family: inherit" if found.startswith("font-family") else "system-ui, sans-serif"


def _short(value: float) -> str:
    """A tick: 1, 10, 1k, 1M.

    Example:
        >>> _short(10.0), _short(10_000.0), _short(0.1)
        ('10', '10k', '')
    """
    if value < 1.0:
        return ""
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{letter}"
    return f"{value:g}"
