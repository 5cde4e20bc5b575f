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

logger = Logger(service="switchyard", log_uncaught_exceptions=False, utc=True)
metrics = Metrics(service="switchyard", namespace="Switchyard")
metrics.set_default_dimensions(stage=settings().stage)

Handler = Callable[[Any, Any], Any]

# Versions after 00 may have more fields; ff is no version, and ids of zeros are none.
_TRACEPARENT = re.compile(r"(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_AMAZON_TRACE = re.compile(r"(?:^|;)Root=1-(?!0{8}-0{24})([0-9a-f]{8})-([0-9a-f]{24})(?:;|\Z)")


def count(name: str, value: int = 1) -> None:
    if value:
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)


def milliseconds(name: str, value: float) -> None:
    metrics.add_metric(name=name, unit=MetricUnit.Milliseconds, value=value)


def observed(handler: Handler) -> Handler:
    """Around every handler: Lambda's context in each log line, and the metrics written at the end.

    It stands at the end of a function's module, so it also says that the module is loaded.
    """

    @wraps(handler)
    def observe(event: Any, context: Any) -> Any:
        try:
            return logged(event, context)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    logged = logger.inject_lambda_context(handler, clear_state=True)
    gc.freeze()  # what is loaded stays: see cold_start, which this ends
    gc.enable()
    return observe


def trace_id_from(headers: Mapping[str, str]) -> str:
    """The caller's trace id (W3C `traceparent` before Amazon's header), or a new one. 32 hex digits.

    Header names in lower case. Sources: W3C Trace Context §3.2; X-Ray developer guide, "Tracing header".
    """
    match = _TRACEPARENT.fullmatch(headers.get("traceparent", ""))
    if match and (match[1] != "00" or match[3] is None):
        return match[2]
    if match := _AMAZON_TRACE.search(headers.get("x-amzn-trace-id", "")):
        return match[1] + match[2]
    return secrets.token_hex(16)
