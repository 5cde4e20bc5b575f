"""Logs and metrics: JSON lines with the trace id, metrics in CloudWatch's embedded format."""

import gc
import re
import secrets
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from shared.runtime.settings import settings
from shared.runtime.span_buffer import SpanBuffer
from shared.runtime.tracing import Invocation, way_out

logger = Logger(service="switchyard", log_uncaught_exceptions=False, utc=True)
metrics = Metrics(service="switchyard", namespace="Switchyard")
metrics.set_default_dimensions(stage=settings().stage)

Handler = Callable[[Any, Any], Any]

# Versions after 00 may have more fields; ff is no version, and ids of zeros are none.
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?")
_AMAZON_TRACE = re.compile(r"(?:^|;)Root=1-(?!0{8}-0{24})([0-9a-f]{8})-([0-9a-f]{24})(?:;|\Z)")


def count(name: str, value: int = 1) -> None:
    if value:
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def milliseconds(name: str, value: float) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=value)


def observed(handler: Handler) -> Handler:
    """Around every handler: Lambda's context in each log line; spans leave, and metrics are written, at the end.

    It stands at the end of a function's module, so it also says that the module is loaded.
    """

    @wraps(handler)
    def observe(event: Any, context: Any) -> Any:
        with Invocation(service) as spans:
            try:
                return logged(event, context)
            finally:
                _leave(spans)
                if metrics.metric_set:
                    metrics.flush_metrics()

    service = _folder_of(handler)
    logged = logger.inject_lambda_context(handler, clear_state=True)
    gc.freeze()  # what is loaded stays: see cold_start, which this ends
    gc.enable()
    return observe


def _folder_of(handler: Handler) -> str:
    """`functions.serve_admin.app` -> `serve_admin`."""
    return handler.__module__.split(".")[-2:][0]


def _leave(spans: SpanBuffer) -> None:
    """The work is done: whatever becomes of the spans, it stays so."""
    way = way_out()
    parcel = spans.parcel(way.rate) if way else None
    if way and parcel:
        count("SpansCut", parcel.cut)
        count("SpansLost", 0 if way.send(parcel.body) else parcel.spans)


def trace_id_from(headers: Mapping[str, str]) -> str:
    """The caller's trace id (W3C `traceparent` before Amazon's header), or a new one. 32 hex digits.

    Header names in lower case. Sources: W3C Trace Context §3.2; X-Ray developer guide, "Tracing header".
    """
    if match := _traceparent(headers):
        return match[2]
    if match := _AMAZON_TRACE.search(headers.get("x-amzn-trace-id", "")):
        return match[1] + match[2]
    return secrets.token_hex(16)


def parent_id_from(headers: Mapping[str, str]) -> str | None:
    """The caller's own span, which goes with `trace_id_from`; None where it says none. 16 hex digits."""
    match = _traceparent(headers)
    return match[3] if match else None


def _traceparent(headers: Mapping[str, str]) -> re.Match[str] | None:
    match = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    return match if match and (match[1] != "00" or match[4] is None) else None
