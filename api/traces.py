"""Traces, from a request through the workspace to the question to a model, for any collector that speaks OTLP over HTTP.

No tracer is loaded unless OTEL_EXPORTER_OTLP_ENDPOINT is set (and the extra `telemetry` installed). Where traces go, how
many and under which name are the usual OTEL_ variables. A span tells route templates, outcomes and counts, no name and no word of a client.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from store import telling
from store.errors import Invalid

ASKED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


@contextmanager
def open_traces() -> Iterator[None]:
    """As long as the block lasts, spans are sent where the environment says; without one that says so none is loaded."""
    if not any(os.environ.get(name) for name in ASKED):
        yield
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise Invalid(f"{ASKED[0]} is set, and the packages are missing: pip install 'tickmark[telemetry]'") from None
    with tracing(BatchSpanProcessor(OTLPSpanExporter())):
        yield


@contextmanager
def tracing(processor: Any) -> Iterator[None]:
    """Spans go to this processor of OpenTelemetry's as long as the block lasts."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win over our name
    name = {} if os.environ.get("OTEL_SERVICE_NAME") else {"service.name": "tickmark"}
    provider = TracerProvider(resource=Resource.create(name))
    provider.add_span_processor(processor)
    telling.trace(_Spans(provider.get_tracer("tickmark")))
    try:
        yield
    finally:
        telling.trace(None)
        provider.shutdown()


class _Spans:
    """Spans of OpenTelemetry, each with its parent said outright: threads and streams come and go between the two."""

    def __init__(self, tracer: Any) -> None:
        from opentelemetry.trace import set_span_in_context
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        self._tracer, self._around = tracer, set_span_in_context
        self._words = TraceContextTextMapPropagator()

    def begin(self, name: str, parent: Any, attributes: Mapping[str, Any]) -> Any:
        """`parent` is a span of ours, what a caller's headers say, or None."""
        if isinstance(parent, Mapping):
            around: Any = self._words.extract(dict[str, str](parent))
        else:
            around = None if parent is None else self._around(parent)
        return self._tracer.start_span(name, context=around, attributes=dict(attributes))

    def end(self, span: Any, attributes: Mapping[str, Any]) -> None:
        span.set_attributes(dict(attributes))
        span.end()

    def headers(self, span: Any) -> Mapping[str, str]:
        carrier = dict[str, str]()
        if span is not None:
            self._words.inject(carrier, context=self._around(span))
        return carrier
