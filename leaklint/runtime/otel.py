"""The monitor's numbers as OpenTelemetry metrics (extra `otel`)."""

from collections.abc import Callable, Iterator
from typing import Any

from leaklint.runtime.monitoring import Monitor


def instrument(monitor: Monitor, provider: Any = None) -> None:
    """Make an observable gauge of each metric of `monitor`, on the given meter provider or the global one."""
    from opentelemetry import metrics

    meter = metrics.get_meter("leaklint", meter_provider=provider)
    for gauge in monitor.gauges():
        name = gauge.name.replace("leaklint_", "leaklint.")
        meter.create_observable_gauge(name, callbacks=[_callback(monitor, gauge.name)], description=gauge.help)


def _callback(monitor: Monitor, name: str) -> Callable[[Any], Iterator[Any]]:
    from opentelemetry.metrics import Observation

    def observe(_options: Any) -> Iterator[Any]:
        for gauge in monitor.gauges():
            if gauge.name == name:
                yield from (Observation(sample.value, sample.labels) for sample in gauge.samples)

    return observe
