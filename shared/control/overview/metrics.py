"""Figures of the whole system, as JSON and as Prometheus reads them.

Source of the text format: Prometheus, "Exposition formats", version 0.0.4.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.runtime.gathering import Unread

PREFIX: Final = "switchyard_"
_ESCAPES: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})

Number = int | float
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """All are gauges: they are read when they are asked for. `samples` are labels, each with its value."""

    name: str
    help: str
    samples: Sequence[tuple[Labels, Number]]


def by(label: str, values: Mapping[str, Number]) -> list[tuple[Labels, Number]]:
    return [({label: name}, value) for name, value in values.items()]


def one(value: Number) -> list[tuple[Labels, Number]]:
    return [({}, value)]


def as_json(metrics: Iterable[Metric], unread: Mapping[str, Unread]) -> dict[str, Any]:
    """Under each name a number, or a list of labels with their numbers; and what could not be read, with the reason."""
    known = {metric.name: _values(metric) for metric in metrics}
    return {"metrics": known, "unread": {name: failed.reason for name, failed in unread.items()}}


def as_text(metrics: Iterable[Metric], unread: Mapping[str, Unread]) -> str:
    could_not = Metric(
        name="unread",
        help="1 for what could not be read just now",
        samples=by("part", dict.fromkeys(unread, 1)),
    )
    return "".join(f"{line}\n" for metric in (*metrics, could_not) for line in _lines(metric))


def _values(metric: Metric) -> Any:
    if len(metric.samples) == 1 and not metric.samples[0][0]:
        return metric.samples[0][1]
    return [{**labels, "value": value} for labels, value in metric.samples]


def _lines(metric: Metric) -> Iterator[str]:
    name = f"{PREFIX}{metric.name}"
    yield f"# HELP {name} {metric.help}"
    yield f"# TYPE {name} gauge"
    for labels, value in metric.samples:
        yield f"{name}{_shown(labels)} {value}"


def _shown(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items()) + "}"
