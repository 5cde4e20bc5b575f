"""AWS that cannot be reached for one kind of request."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from botocore.exceptions import EndpointConnectionError


@contextmanager
def unwell(client: Any, operation: str) -> Iterator[None]:
    """Inside, this client of botocore's gets no connection for this operation."""
    moment = f"before-call.{client.meta.service_model.service_id.hyphenize()}.{operation}"

    def fail(**_: Any) -> NoReturn:
        raise EndpointConnectionError(endpoint_url=client.meta.endpoint_url)

    client.meta.events.register_first(moment, fail)
    try:
        yield
    finally:
        client.meta.events.unregister(moment, fail)
