"""The trend as an SVG drawing: findings by severity over commits, stacked. Colours are those of the page."""

from collections.abc import Iterator, Sequence
from html import escape

from leaklint.audit.model import Point

_WIDTH, _HEIGHT = 860, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 12, 14, 30
_LAYERS = ("error", "warning", "info")


def trend(points: Sequence[Point]) -> str:
    """The drawing; "" for less than two points."""
    return "".join(_drawing(points)) if len(points) > 1 else ""


def _drawing(points: Sequence[Point]) -> Iterator[str]:
    top = ceiling(max(point.total for point in points))
    what = f"From {points[0].total} findings at {points[0].commit} to {points[-1].total} at {points[-1].commit}"
    yield f'<svg class="trend" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(what)}">'
    yield from _grid(top)
    below = [0] * len(points)
    for layer in _LAYERS:
        above = [base + getattr(point, layer) for base, point in zip(below, points, strict=True)]
        outline = [_at(n, value, len(points), top) for n, value in enumerate(above)]
        floor = [_at(n, value, len(points), top) for n, value in reversed(list(enumerate(below)))]
        yield f'<polygon class="{layer}" points="{_joined([*outline, *floor])}"><title>{layer}</title></polygon>'
        below = above
    yield from _marks(points, top)
    yield "</svg>"


def _grid(top: int) -> Iterator[str]:
    """Four lines and their numbers."""
    for value in sorted({round(top * part / 4) for part in range(5)}):
        y = _at(0, value, 1, top)[1]
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'
        yield f'<text class="axis" x="{_LEFT - 8}" y="{y + 4}" text-anchor="end">{value}</text>'


def _marks(points: Sequence[Point], top: int) -> Iterator[str]:
    """A dot per commit that tells what it stands for, and dates that don't touch."""
    every = -(-len(points) // 8)
    for number, point in enumerate(points):
        x, y = _at(number, point.total, len(points), top)
        told = f"{point.commit} {point.when}: {point.total} findings\n{point.title}"
        yield f'<circle class="dot" cx="{x}" cy="{y}" r="3.5"><title>{escape(told)}</title></circle>'
        if (len(points) - 1 - number) % every == 0:
            anchor = "end" if number == len(points) - 1 else "start" if number == 0 else "middle"
            yield f'<text class="axis" x="{x}" y="{_HEIGHT - 8}" text-anchor="{anchor}">{escape(point.when)}</text>'


def _at(number: int, value: int, count: int, top: int) -> tuple[float, float]:
    x = _LEFT + (_WIDTH - _LEFT - _RIGHT) * number / max(count - 1, 1)
    y = _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - value / top)
    return round(x, 1), round(y, 1)


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def ceiling(value: int) -> int:
    """The next round number from `value` on: 1, 2, 4, 5, 8, 10, 20, ... at least 4, so that the grid has whole numbers."""
    scale = 1
    while True:
        for step in (4, 8, 12, 20, 24, 32):
            if value <= step * scale:
                return step * scale
        scale *= 10
