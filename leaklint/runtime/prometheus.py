"""The text that Prometheus reads (exposition format 0.0.4)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Sample(NamedTuple):
    """One number, with its labels."""

    labels: dict[str, str]
    value: float


class Gauge(NamedTuple):
    """One metric: name, what it means, samples."""

    name: str
    help: str
    samples: Sequence[Sample]


def text(gauges: Iterable[Gauge]) -> str:
    """The page; it ends with a line feed."""
    return "".join(f"{line}\n" for gauge in gauges for line in _lines(gauge))


def _lines(gauge: Gauge) -> Iterator[str]:
    yield f"# HELP {gauge.name} {_escaped(gauge.help)}"
    yield f"# TYPE {gauge.name} gauge"
    for labels, value in gauge.samples:
        inner = ",".join(f'{name}="{_label(content)}"' for name, content in sorted(labels.items()))
        yield f"{gauge.name}{{{inner}}} {value:g}" if inner else f"{gauge.name} {value:g}"


def _escaped(content: str) -> str:
    return content.replace("\\", "\\\\").replace("\n", "\\n")


def _label(content: str) -> str:
    return _escaped(content).replace('"', '\\"')
