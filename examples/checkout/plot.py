"""A step plot as SVG: connections checked out of the pool over time, before and after on the same scale."""

from load import Sample

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 24, 52, 48
INK, FAINT, PAPER = "#24292f", "#d0d7de", "#ffffff"
FONT = "font-family='system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif'"


def draw(title: str, note: str, samples: tuple[Sample, ...], size: int, seconds: float, colour: str) -> str:
    """The plot of one run. `size` is the pool's size (the red line), `seconds` the end of the time axis."""
    return "\n".join(
        (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {HEIGHT}' {FONT} font-size='12' role='img'>",
            f"<title>{title}: {note}</title>",
            f"<rect width='{WIDTH}' height='{HEIGHT}' fill='{PAPER}'/>",
            f"<text x='{LEFT}' y='22' font-size='15' font-weight='600' fill='{INK}'>{title}</text>",
            f"<text x='{LEFT}' y='40' fill='{INK}' opacity='.75'>{note}</text>",
            *_rows(size),
            *_columns(seconds),
            f"<path d='{_area(samples, size, seconds)}' fill='{colour}' fill-opacity='.15'/>",
            f"<path d='{_steps(samples, size, seconds)}' fill='none' stroke='{colour}' stroke-width='2'/>",
            *_limit(size),
            "</svg>\n",
        )
    )


def _x(at: float, seconds: float) -> float:
    return round(LEFT + min(at, seconds) / seconds * (WIDTH - LEFT - RIGHT), 1)


def _y(count: float, size: int) -> float:
    return round(HEIGHT - BOTTOM - count / (size * 1.1) * (HEIGHT - TOP - BOTTOM), 1)


def _rows(size: int) -> list[str]:
    """Horizontal lines with their numbers, and the axis' name."""
    lines = [
        f"<line x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{_y(count, size)}' y2='{_y(count, size)}' stroke='{FAINT}'/>"
        f"<text x='{LEFT - 8}' y='{_y(count, size) + 4}' text-anchor='end' fill='{INK}'>{count}</text>"
        for count in range(0, size + 1, 2)
    ]
    middle = (TOP + HEIGHT - BOTTOM) / 2
    name = f"<text transform='translate(20 {middle}) rotate(-90)' text-anchor='middle' fill='{INK}'>checked out</text>"
    return [*lines, name]


def _columns(seconds: float) -> list[str]:
    """The time axis."""
    numbers = [
        f"<text x='{_x(second, seconds)}' y='{HEIGHT - BOTTOM + 18}' text-anchor='middle' fill='{INK}'>{second}</text>"
        for second in range(0, int(seconds) + 1, max(1, int(seconds) // 12))
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*numbers, f"<text x='{middle}' y='{HEIGHT - 10}' text-anchor='middle' fill='{INK}'>seconds</text>"]


def _limit(size: int) -> list[str]:
    """The pool's size: nothing is left above it."""
    y = _y(size, size)
    return [
        f"<line x1='{LEFT}' x2='{WIDTH - RIGHT}' y1='{y}' y2='{y}' stroke='#cf222e' stroke-dasharray='6 4'/>",
        f"<text x='{WIDTH - RIGHT}' y='{y - 6}' text-anchor='end' fill='#cf222e'>the pool's size</text>",
    ]


def _steps(samples: tuple[Sample, ...], size: int, seconds: float) -> str:
    """The path of a step function through the samples."""
    first, *rest = samples
    start = f"M{_x(0, seconds)} {_y(first.checked_out, size)}"
    return " ".join([start, *(f"H{_x(at, seconds)}V{_y(count, size)}" for at, count in rest)])


def _area(samples: tuple[Sample, ...], size: int, seconds: float) -> str:
    """The same, closed down to the axis."""
    return f"{_steps(samples, size, seconds)} V{_y(0, size)} H{_x(0, seconds)} Z"
