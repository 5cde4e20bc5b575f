"""What code asks of AWS and of other services, seen where every call passes; and a process that dies on the way."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.signers import RequestSigner

from shared.runtime import http

Moment = Literal["before", "after"]
Kill = tuple[int, Moment]  # the index of a call


@dataclass(kw_only=True)
class Call:
    """`service` is `http` for a request to another service, with its method as the operation."""

    service: str
    operation: str
    parameters: Mapping[str, Any]
    answered: bool = False
    refused: str | None = None  # AWS's code


class KilledError(BaseException):
    """The process is gone. Not an Exception: nothing in it gets to clean up."""


class _Watch:
    def __init__(self, kill: Kill | None) -> None:
        self.calls: list[Call] = []
        self._kill = kill
        self._is_dead = False

    def call(self, call: Call, make: Callable[[], Any]) -> Any:
        if self._is_dead:
            raise KilledError  # whatever tries to clean up
        self.calls.append(call)
        dies = self._kill[1] if self._kill and self._kill[0] == len(self.calls) - 1 else None
        self._is_dead = dies is not None
        if dies == "before":
            raise KilledError
        try:
            answer = make()
        except ClientError as error:
            call.refused = error.response["Error"]["Code"]
            raise
        call.answered = True
        if dies == "after":
            raise KilledError
        return answer


# Who was built during an earlier watch has kept its way to send: it asks here who watches now.
_watching: list[_Watch] = []


@contextmanager
def watched(kill: Kill | None = None) -> Iterator[list[Call]]:
    """The calls made inside, in order; with `kill`, the process dies before or after the call of that index.

    A link to a file counts as the call it allows.
    """
    assert not _watching, "one watch at a time"
    watch = _Watch(kill)
    make_api_call: Any = BaseClient._make_api_call  # type: ignore[attr-defined]
    presign: Any = RequestSigner.generate_presigned_url
    send = http.send_over

    def watched_call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
        call = Call(service=client.meta.service_model.service_name, operation=operation, parameters=parameters)
        return watch.call(call, lambda: make_api_call(client, operation, parameters))

    def watched_link(signer: Any, request_dict: dict[str, Any], operation_name: str, **how: Any) -> Any:
        call = Call(service="s3", operation=operation_name, parameters=_place(request_dict["url"]))
        return watch.call(call, lambda: presign(signer, request_dict, operation_name, **how))

    def watched_send(client: Any, url: str, call: http.Call, headers: Mapping[str, str]) -> http.Answer:
        if not _watching:
            return send(client, url, call, headers)
        request = Call(service="http", operation=call.method, parameters={"url": url})
        answer: http.Answer = _watching[0].call(request, lambda: send(client, url, call, headers))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", watched_call)
        patch.setattr(RequestSigner, "generate_presigned_url", watched_link)
        patch.setattr(http, "send_over", watched_send)
        patch.setattr(f"{__name__}._watching", [watch])
        yield watch.calls


def _place(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {"Bucket": (parts.hostname or "").partition(".")[0], "Key": unquote(parts.path.lstrip("/"))}
