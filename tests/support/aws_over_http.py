"""The AWS of this process, for who speaks HTTP: signatures are checked with botocore's own, answers are moto's.

It answers slowly, not at all, or that it is unwell, where a test wants that.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from threading import Event, Lock, Thread
from typing import Any, Final

from botocore import xform_name
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.support.ends import FOR_EVER
from tests.support.http_server import PatientServer
from tests.support.in_process import client

_SERVICES: Final = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs"}


@dataclass
class AwsOverHttp:
    """`faults`, by service: `silent` (no answer as long as the test lasts), `closed` (the connection is closed before
    the answer), `lost` (the same, after it was done), `unwell` (500), `html` (200, and no JSON). `once`: the next call
    only.
    """

    url: str
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # operation, parameters
    faults: dict[str, str] = field(default_factory=dict)
    once: dict[str, str] = field(default_factory=dict)
    connections: int = 0

    def operations(self) -> list[str]:
        return [operation for operation, _ in self.asked]

    def sent(self) -> list[dict[str, Any]]:
        """The messages that were given to the queue."""
        bodies = [parameters["MessageBody"] for operation, parameters in self.asked if operation == "SendMessage"]
        return [json.loads(body) for body in bodies]


@contextmanager
def aws_over_http() -> Iterator[AwsOverHttp]:
    """Inside `aws_in_process`."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.aws
        finally:
            server.ends.set()
            server.shutdown()
            thread.join()


class _Server(PatientServer):
    def __init__(self, *how: Any) -> None:
        super().__init__(*how)
        self.aws = AwsOverHttp(f"http://127.0.0.1:{self.server_port}")
        self.ends = Event()
        self.one_at_a_time = Lock()  # moto is not made for threads

    def done(self, service: str, operation: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
        with self.one_at_a_time:
            self.aws.asked.append((operation, parameters))
            return _answer(service, operation, parameters)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.aws.connections += 1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target, _, operation = self.headers["X-Amz-Target"].partition(".")
        service, aws = _SERVICES[target], self.server.aws
        fault = aws.once.pop(service, "") or aws.faults.get(service, "")
        if fault in ("silent", "closed"):
            self._hang_up(wait=fault == "silent")
            return
        status, answer = (500, b"{}") if fault == "unwell" else self._done(service, operation, body)
        if fault == "lost":
            self._hang_up(wait=False)
            return
        self._say(status, b"<html>" if fault == "html" else answer)

    def _done(self, service: str, operation: str, body: bytes) -> tuple[int, bytes]:
        if not _is_signed(service, self, body):
            return 403, b'{"__type": "com.amazon.coral.service#InvalidSignatureException"}'
        return self.server.done(service, operation, json.loads(body))

    def _hang_up(self, *, wait: bool) -> None:
        if wait:
            self.server.ends.wait(FOR_EVER)
        self.close_connection = True

    def _say(self, status: int, answer: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


def _is_signed(service: str, handler: BaseHTTPRequestHandler, body: bytes) -> bool:
    """As botocore would sign just this request, with the same key at the same moment."""
    shown = handler.headers["Authorization"]
    names = shown.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    signed = {name: handler.headers[name] for name in names if name != "x-amz-date"}
    url = f"http://{handler.headers['Host']}{handler.path}"
    request = AWSRequest("POST", url, headers=signed, data=body)
    moment = handler.headers["X-Amz-Date"]
    request.context["timestamp"] = moment
    request.headers["X-Amz-Date"] = moment
    signer = SigV4Auth(Credentials("test", "test"), service, "us-east-1")
    proof = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return bool(shown.endswith(f"Signature={proof}"))


def _answer(service: str, operation: str, parameters: dict[str, Any]) -> tuple[int, bytes]:
    try:
        answer = getattr(client(service), xform_name(operation))(**parameters)
    except ClientError as error:
        refusal: dict[str, Any] = {**error.response}
        said = {"__type": f"com.amazonaws#{refusal['Error']['Code']}"}
        said |= {"Item": refusal["Item"]} if "Item" in refusal else {}
        return 400, json.dumps(said).encode()
    answer.pop("ResponseMetadata")
    return 200, json.dumps(answer).encode()
