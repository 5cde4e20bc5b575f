"""AWS over the standard library: what it answers, what it refuses, and that there is an end to every wait."""

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from shared.runtime.aws_calls import AwsCalls, AwsRefusedError, _trusting_amazon, aws_from_environment, endpoint
from shared.runtime.errors import DependencyError
from shared.runtime.sigv4 import Credentials
from tests.support.aws_over_http import AwsOverHttp, aws_over_http
from tests.support.ends import has_an_end
from tests.support.in_process import aws_in_process, client
from tests.support.raw_server import answer, dripping, raw_server, resetting, saying

KEY: Final = {"pk": {"S": "k"}}
ITEM: Final = {**KEY, "value": {"S": "ü \U0001f4f7"}, "expires_at": {"N": "1"}}
PUT: Final[dict[str, Any]] = {"TableName": "state", "Item": ITEM, "ConditionExpression": "attribute_not_exists(pk)"}
IN_TIME: Final = 0.8  # seconds; what is given where there will be no answer
LONG: Final = 20.0


@pytest.fixture
def aws() -> Iterator[AwsOverHttp]:
    with aws_in_process(), aws_over_http() as served:
        yield served


@pytest.fixture(autouse=True)
def _connections() -> Iterator[None]:
    """Closed in the end, as by a process that ends."""
    yield
    for asking in _made:
        for connection in asking._idle.values():
            connection.close()
    _made.clear()


_made: list[AwsCalls] = []


def calls_to(url: str, *, token: str = "", secret: str = "test") -> AwsCalls:
    asking = AwsCalls(credentials=Credentials("test", secret, token), region="us-east-1", endpoint=lambda _: url)
    _made.append(asking)
    return asking


@pytest.mark.parametrize("token", ["", "a token of the session"])
def test_a_call_is_signed_done_and_answered(aws: AwsOverHttp, token: str) -> None:
    asking = calls_to(aws.url, token=token)
    assert asking.ask("dynamodb", "PutItem", PUT, seconds=LONG) == {}
    assert client("dynamodb").get_item(TableName="state", Key=KEY)["Item"] == ITEM
    got = asking.ask("dynamodb", "GetItem", {"TableName": "state", "Key": KEY}, seconds=LONG)
    assert got["Item"] == ITEM


def test_a_call_with_another_key_is_refused(aws: AwsOverHttp) -> None:
    wrong = calls_to(aws.url, secret="toast")
    with pytest.raises(AwsRefusedError) as refusal:
        wrong.ask("dynamodb", "PutItem", PUT, seconds=LONG)
    assert (refusal.value.code, aws.asked) == ("InvalidSignatureException", [])


def test_a_refusal_has_the_name_that_aws_gives_it(aws: AwsOverHttp) -> None:
    asking = calls_to(aws.url)
    asking.ask("dynamodb", "PutItem", PUT, seconds=LONG)
    with pytest.raises(AwsRefusedError, match="dynamodb refuses: ConditionalCheckFailedException") as refusal:
        asking.ask("dynamodb", "PutItem", PUT | {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}, seconds=LONG)
    assert refusal.value.code == "ConditionalCheckFailedException"
    assert refusal.value.said["Item"] == ITEM


def test_one_connection_serves_many_calls(aws: AwsOverHttp) -> None:
    asking = calls_to(aws.url)
    for number in range(5):
        asking.ask("dynamodb", "PutItem", PUT | {"Item": {**ITEM, "pk": {"S": f"{number}"}}}, seconds=LONG)
    assert (len(aws.asked), aws.connections) == (5, 1)


@pytest.mark.parametrize("fault", ["closed", "lost", "unwell"])
def test_a_call_that_fails_once_is_made_once_more(aws: AwsOverHttp, fault: str) -> None:
    asking = calls_to(aws.url)
    asking.ask("dynamodb", "GetItem", {"TableName": "state", "Key": KEY}, seconds=LONG)
    aws.once["dynamodb"] = fault
    asking.ask(
        "dynamodb", "PutItem", {**PUT, "ConditionExpression": "attribute_exists(pk) OR :t = :t"} | _T, seconds=LONG
    )
    assert client("dynamodb").get_item(TableName="state", Key=KEY)["Item"] == ITEM


_T: Final = {"ExpressionAttributeValues": {":t": {"BOOL": True}}}


def test_a_service_that_is_unwell_twice_has_refused(aws: AwsOverHttp) -> None:
    aws.faults["dynamodb"] = "unwell"
    with pytest.raises(AwsRefusedError, match="dynamodb refuses: 500"):
        calls_to(aws.url).ask("dynamodb", "PutItem", PUT, seconds=LONG)


def test_what_is_no_json_is_no_answer(aws: AwsOverHttp) -> None:
    aws.faults["sqs"] = "html"
    with pytest.raises(DependencyError, match="sqs answers 200, and no JSON"):
        calls_to(aws.url).ask("sqs", "ListQueues", {}, seconds=LONG)


HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
BAD_SERVERS: Final = {
    "it tears the connection down": resetting,
    "it hangs up": saying(),
    "it speaks something else": saying(b"220 mail.example ESMTP\r\n"),
    "it says half": saying(HEAD + b"{"),
    "its headers never end": dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", every=0.05),
    "its body never ends": dripping(HEAD, b" ", every=0.05),
    "its body is no object": saying(answer(b"[]")),
    "its body is no JSON": saying(answer(b'{"a": "\\x"}')),
}


@pytest.mark.parametrize("serve", BAD_SERVERS.values(), ids=BAD_SERVERS)
def test_whatever_a_server_does_there_is_an_end(serve: Any) -> None:
    with raw_server(serve) as server, has_an_end(), pytest.raises(DependencyError):
        calls_to(server.url).ask("sqs", "SendMessage", {}, seconds=IN_TIME)


def test_a_server_that_says_nothing_is_not_waited_for(aws: AwsOverHttp) -> None:
    aws.faults["sqs"] = "silent"
    with has_an_end(), pytest.raises(DependencyError, match="sqs does not answer"):
        calls_to(aws.url).ask("sqs", "SendMessage", {}, seconds=IN_TIME)


def test_nobody_is_asked_when_there_is_no_time_left(aws: AwsOverHttp) -> None:
    with pytest.raises(DependencyError, match="does not answer"):
        calls_to(aws.url).ask("dynamodb", "PutItem", PUT, seconds=0)
    assert aws.asked == []


def test_after_a_call_nobody_answered_the_next_has_a_connection_of_its_own(aws: AwsOverHttp) -> None:
    asking = calls_to(aws.url)
    aws.once["dynamodb"] = "silent"
    with pytest.raises(DependencyError):
        asking.ask("dynamodb", "PutItem", PUT, seconds=IN_TIME)
    assert asking.ask("dynamodb", "GetItem", {"TableName": "state", "Key": KEY}, seconds=LONG) == {}


def test_a_server_that_is_not_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(DependencyError, match="sqs does not answer"):
        calls_to(url).ask("sqs", "SendMessage", {}, seconds=LONG)


@pytest.mark.parametrize(
    ("known", "address"),
    [
        ({}, "https://sqs.us-east-1.amazonaws.com"),
        ({"AWS_REGION": "eu-west-2"}, "https://sqs.eu-west-2.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1"}, "https://sqs.cn-north-1.amazonaws.com.cn"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "http://127.0.0.1:4566"),
        ({"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_SQS": "http://b"}, "http://b"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "http://b"}, "https://sqs.us-east-1.amazonaws.com"),
    ],
)
def test_the_address_of_a_service_is_where_the_sdk_finds_it(
    known: dict[str, str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    assert endpoint("sqs") == address


def test_the_environment_of_a_function_says_who_asks_and_where(
    aws: AwsOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = {"AWS_ENDPOINT_URL": aws.url, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    for name, value in known.items():  # moto has put in others
        monkeypatch.setenv(name, value)
    _made.append(aws_from_environment())
    assert _made[-1].ask("dynamodb", "PutItem", PUT, seconds=LONG) == {}


def test_amazon_s_own_roots_are_trusted_and_no_others() -> None:
    trusted = _trusting_amazon()
    found: list[Any] = trusted.get_ca_certs()
    names = [value for one in found for ((name, value),) in one["subject"] if name == "commonName"]
    assert sorted(names) == [
        *(f"Amazon Root CA {number}" for number in (1, 2, 3, 4)),
        "Starfield Services Root Certificate Authority - G2",
    ]
    assert (trusted.verify_mode, trusted.check_hostname) == (ssl.CERT_REQUIRED, True)


class _Pleased(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = json.dumps({"MessageId": "1"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


class _TlsServer(HTTPServer):
    def handle_error(self, *_: Any) -> None:
        """Who breaks off is meant to."""


@contextmanager
def served_with_tls(certificate: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with _TlsServer(("127.0.0.1", 0), _Pleased) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def certificate_for(host: str, file: Path) -> Path:
    """Signed by itself, with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(pem + made.public_bytes(Encoding.PEM))
    return file


def test_a_certificate_that_amazon_s_roots_do_not_know_is_looked_up_in_the_machine_s_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_for("localhost", tmp_path / "server.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with served_with_tls(certificate) as url:
        asking = calls_to(url)
        for _ in range(2):
            assert asking.ask("sqs", "SendMessage", {}, seconds=LONG) == {"MessageId": "1"}


@pytest.mark.parametrize("host", ["localhost", "sqs.us-east-1.amazonaws.com"])
def test_a_certificate_that_nobody_knows_or_for_another_host_is_not_trusted(
    host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first is known to nobody, the second is known, and another's."""
    certificate = certificate_for(host, tmp_path / "server.pem")
    if host != "localhost":
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with served_with_tls(certificate) as url, pytest.raises(DependencyError):
        calls_to(url).ask("sqs", "SendMessage", {}, seconds=LONG)
