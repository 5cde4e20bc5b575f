"""DynamoDB and SQS over the standard library alone, for functions that have no time to load the SDK.

Both speak JSON over one POST; connections are kept. Sources: DynamoDB's low-level API, SQS's JSON protocol.
"""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Thread
from typing import Any, Final
from urllib.parse import urlsplit

from shared.runtime.environment import variable
from shared.runtime.errors import DependencyError
from shared.runtime.sigv4 import Credentials, Request, Scope, signed_headers

TRIES: Final = 2  # a connection that was kept may be dead; a 500 of AWS is usually alone
_TARGETS: Final = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}

Answer = tuple[int, bytes]  # status, body


class AwsRefusedError(DependencyError):
    """AWS answered, and will not. `code` is its name for why."""

    def __init__(self, service: str, code: str, said: Mapping[str, Any]) -> None:
        super().__init__(f"{service} refuses: {code}")
        self.code = code
        self.said = said


class AwsCalls:
    """Calls of one account in one region. What is asked may be done although no answer came, and more than once."""

    def __init__(self, *, credentials: Credentials, region: str, endpoint: Callable[[str], str]) -> None:
        self._credentials = credentials
        self._region = region
        self._endpoint = endpoint  # the address of a service
        self._idle: dict[str, HTTPConnection] = {}  # by service
        self._context: ssl.SSLContext | None = None

    def ask(self, service: str, action: str, body: Mapping[str, Any], *, seconds: float) -> dict[str, Any]:
        """The answer, within so many seconds. Raises AwsRefusedError; DependencyError where there is no answer.

        A thread asks, because no timeout of a socket bounds the whole: names are looked up, addresses tried one after
        the other, and an answer may come drop by drop. Who is left behind keeps the connection to itself.
        """
        answers: list[Answer | None] = []
        until = time.monotonic() + seconds
        asking = Thread(target=lambda: answers.append(self._answer(service, action, body, until)), daemon=True)
        asking.start()
        asking.join(max(seconds, 0))
        if not answers or answers[0] is None:
            raise DependencyError(f"{service} does not answer")
        return _read(service, *answers[0])

    def _answer(self, service: str, action: str, body: Mapping[str, Any], until: float) -> Answer | None:
        answer = None
        text = json.dumps(body).encode()
        for _ in range(TRIES):
            left = until - time.monotonic()
            answer = self._try(service, action, text, left) if left > 0 else answer
            if answer is not None and answer[0] < 500:
                break
        return answer

    def _try(self, service: str, action: str, body: bytes, seconds: float) -> Answer | None:
        url = urlsplit(self._endpoint(service))
        connection = self._idle.pop(service, None) or self._connection(url.scheme, url.netloc)
        connection.timeout = seconds
        if connection.sock is not None:
            connection.sock.settimeout(seconds)
        headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "X-Amz-Target": f"{_TARGETS[service]}.{action}",
        }
        request = Request("POST", url.netloc, url.path or "/", headers, body)
        signed = signed_headers(request, self._credentials, Scope(service, self._region), at=time.time())
        try:
            connection.request("POST", request.path, body=body, headers=signed)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            self._trust_more(error)
            return None
        if self._idle.setdefault(service, connection) is not connection:  # somebody left behind came back
            connection.close()
        return answer.status, content

    def _connection(self, scheme: str, host: str) -> HTTPConnection:
        if scheme == "http":
            return HTTPConnection(host)
        self._context = self._context or _trusting_amazon()
        return HTTPSConnection(host, context=self._context)

    def _trust_more(self, error: Exception) -> None:
        """Where AWS shows a certificate of somebody else's, this machine's own list decides."""
        if isinstance(error, ssl.SSLCertVerificationError):
            self._context = ssl.create_default_context()


def aws_from_environment() -> AwsCalls:
    """As Lambda sets it."""
    return AwsCalls(
        credentials=Credentials(
            variable("AWS_ACCESS_KEY_ID", ""), variable("AWS_SECRET_ACCESS_KEY", ""), variable("AWS_SESSION_TOKEN", "")
        ),
        region=region(),
        endpoint=endpoint,
    )


def region() -> str:
    return variable("AWS_REGION", "") or variable("AWS_DEFAULT_REGION")


def endpoint(service: str) -> str:
    """The address of a service, or what stands in for it, under the names the SDK knows."""
    known = variable(f"AWS_ENDPOINT_URL_{service.upper()}", "") or variable("AWS_ENDPOINT_URL", "")
    domain = "amazonaws.com.cn" if region().startswith("cn-") else "amazonaws.com"
    return known or f"https://{service}.{region()}.{domain}"


def _trusting_amazon() -> ssl.SSLContext:
    """Trusts the five roots that Amazon says its certificates come from: to read all there are takes 20 ms.

    Source: amazontrust.com/repository.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=f"{__file__.rpartition('/')[0]}/amazon_roots.pem")
    return context


def _read(service: str, status: int, content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content or b"{}")
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise DependencyError(f"{service} answers {status}, and no JSON")
    if status != 200:
        raise AwsRefusedError(service, str(said.get("__type", status)).rpartition("#")[2], said)
    return said
