"""The guard over real connections: what was checked is what is connected to, and nothing else is."""

import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from shared.runtime import guard as guards
from shared.runtime import http, name_lookup
from shared.runtime.errors import DependencyError
from shared.runtime.guard import UrlGuard
from shared.runtime.http import Address, Call, NoAnswerError, NotSentError, Service, ServiceDownError
from shared.runtime.name_lookup import UnknownNameError, look_up
from shared.runtime.origin import origins
from tests.integration.shared.state.certificates import self_signed
from tests.support.ends import FOR_EVER, has_an_end
from tests.support.raw_server import Serve, answer, dripping, raw_server, read_request, saying, silent

IN_TIME = 0.5
POST = Call(method="POST", path="", json={"a": 1}, repeatable=True)
PUBLIC = "93.184.216.34"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


class Names:
    """Each look gives the next answer; the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def test_an_allowed_origin_is_called_at_the_address_its_name_was_looked_up_to() -> None:
    names = Names(["127.0.0.1"])
    with raw_server(saying(answer(b'{"ok": true}'))) as server:
        origin = f"http://agent.test:{port_of(server.url)}"
        got = UrlGuard(origins(origin), resolve=names).send_guarded(f"{origin}/hook?x=1", POST, {"x-some": "thing"})
    assert got.json() == {"ok": True}
    head = server.requests[0].lower()
    assert head.startswith(b"post /hook?x=1 http/1.1\r\n")
    assert f"host: agent.test:{port_of(server.url)}".encode() in head
    assert names.asked == [("agent.test", port_of(server.url))], "looked at once, and called there"


def test_where_the_first_address_does_not_listen_the_next_is_tried() -> None:
    with raw_server(saying(answer())) as server:
        origin = f"http://agent.test:{port_of(server.url)}"
        names = Names(["127.0.0.77", "127.0.0.1"])
        assert UrlGuard(origins(origin), resolve=names).send_guarded(origin, POST, {}).status == 200


@contextmanager
def connections(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Where the system was asked to connect to; nothing is let out."""
    seen: list[str] = []

    def connect(where: tuple[str, int], *_: object, **__: object) -> socket.socket:
        seen.append(where[0])
        raise ConnectionRefusedError

    with monkeypatch.context() as patch:
        patch.setattr(socket, "create_connection", connect)
        yield seen


def test_a_public_name_is_called_at_the_very_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    with connections(monkeypatch) as seen, pytest.raises(NotSentError):
        UrlGuard(resolve=names).send_guarded("https://agent.example/", POST, {})
    assert (seen, len(names.asked)) == ([PUBLIC], 1)


def test_a_name_that_is_public_when_it_is_registered_and_private_when_it_is_called_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = Names([PUBLIC], ["127.0.0.1"])
    guard = UrlGuard(resolve=names)
    guard.check("https://agent.example/")
    with connections(monkeypatch) as seen, pytest.raises(NotSentError, match="not of the public internet"):
        guard.send_guarded("https://agent.example/", POST, {})
    assert seen == []


@pytest.mark.parametrize("addresses", [[PUBLIC, "10.0.0.1"], ["::1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]])
def test_nothing_is_connected_to_where_one_address_is_not_public(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with connections(monkeypatch) as seen, pytest.raises(NotSentError):
        UrlGuard(resolve=Names(addresses)).send_guarded("https://agent.example/", POST, {})
    assert seen == []


def test_no_more_than_two_addresses_of_a_name_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [f"93.184.216.{number}" for number in range(20)]
    with connections(monkeypatch) as seen, pytest.raises(NotSentError):
        UrlGuard(resolve=Names(many)).send_guarded("https://agent.example/", POST, {})
    assert seen == many[:2]


def test_whatever_a_client_takes_the_host_to_be_that_host_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the spelling left out: what connects looks for itself."""
    guard = UrlGuard(resolve=Names(["127.0.0.1"]))
    for url in ("https://127.0.0.1/", "http://agent.example/", "https://agent.example/", "http://[::1]:22/"):
        with connections(monkeypatch) as seen, pytest.raises(NotSentError):
            http.send_over(lambda: guard._client, url, POST, {})
        assert seen == []


# TLS


@contextmanager
def tls_server(context: ssl.SSLContext) -> Iterator[tuple[int, list[str | None]]]:
    """Answers one request; tells which name it was asked for by."""
    asked: list[str | None] = []
    context.sni_callback = lambda _connection, name, _context: asked.append(name)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secured:
                    read_request(secured)
                    secured.sendall(answer())
            except OSError:
                connection.close()

        thread = Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], asked
        thread.join(FOR_EVER)


@pytest.mark.parametrize(("name", "is_trusted"), [("agent.test", True), ("other.test", False)])
def test_the_certificate_is_that_of_the_name_though_the_connection_is_made_to_an_address(
    name: str, is_trusted: bool, tmp_path: Path
) -> None:
    shown, context = self_signed(tmp_path, name="agent.test")
    trust = ssl.create_default_context(cafile=str(shown))
    with tls_server(context) as (port, asked):
        origin = f"https://{name}:{port}"
        guard = UrlGuard(origins(origin), resolve=Names(["127.0.0.1"]), trust=trust)
        if is_trusted:
            assert guard.send_guarded(origin, POST, {}).status == 200
        else:
            with pytest.raises(NotSentError):
                guard.send_guarded(origin, POST, {})
    assert asked == [name]


def test_who_shows_a_certificate_of_his_own_is_not_told_anything(tmp_path: Path) -> None:
    _, context = self_signed(tmp_path, name="agent.test")
    with tls_server(context) as (port, _):
        origin = f"https://agent.test:{port}"
        with pytest.raises(NotSentError):
            UrlGuard(origins(origin), resolve=Names(["127.0.0.1"])).send_guarded(origin, POST, {})


# answers


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", IN_TIME)


def test_a_redirect_is_not_followed_wherever_it_leads() -> None:
    with raw_server(saying(answer())) as inside:
        for place in (inside.url, "http://169.254.169.254/latest/meta-data/", "//127.0.0.1/", "file:///etc/passwd"):
            moved = answer(b"", f"Location: {place}", status="307 Temporary Redirect")
            with raw_server(saying(moved)) as server:
                guard = UrlGuard(origins(f"{server.url},{inside.url}"))
                assert guard.send_guarded(server.url, POST, {}).status == 307
        assert inside.requests == []


@pytest.mark.usefixtures("_hurried")
@pytest.mark.parametrize(
    "serve",
    [
        silent,
        dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b" ", every=0.05),
        dripping(b"HTTP/1.1 200 OK\r\nX: ", b"x", every=0.05),
        dripping(CHUNKED, b"10000\r\n" + bytes(65_536) + b"\r\n", every=0),
        saying(answer(bytes(2 * http.MAX_ANSWER_BYTES))),
        saying(answer(b"...", "Content-Encoding: gzip")),
    ],
    ids=["silent", "dripping", "a dripping head", "endless", "huge", "packed"],
)  # fmt: skip
def test_an_answer_that_is_slow_huge_or_endless_ends_in_time(serve: Serve) -> None:
    with raw_server(serve) as server, has_an_end(), pytest.raises(NoAnswerError):
        UrlGuard(origins(server.url)).send_guarded(server.url, POST, {})


def test_no_proxy_is_asked_to_go_where_we_would_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with raw_server(saying(answer(status="502 Bad Gateway"))) as proxy, raw_server(saying(answer())) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        assert UrlGuard(origins(server.url)).send_guarded(server.url, POST, {}).status == 200
        assert proxy.requests == []


def test_a_service_behind_the_guard_says_why_it_was_not_called() -> None:
    guard = UrlGuard(resolve=Names(["10.0.0.1"]))
    service = Service(
        "agent", lambda fresh=False: Address(url="https://agent.example/a-secret"), send=guard.send_guarded
    )
    with pytest.raises(ServiceDownError) as refused:
        service.ask(POST)
    assert "not of the public internet" in refused.value.said
    assert "a-secret" not in str(refused.value)


# names


def test_the_system_knows_its_own_name_and_both_spellings_of_its_address() -> None:
    assert set(look_up("localhost", 443)) <= {"127.0.0.1", "::1"}
    assert look_up("127.0.0.1", 443) == ["127.0.0.1"]


def test_a_name_that_there_cannot_be_is_unknown_or_cannot_be_looked_up() -> None:
    with pytest.raises((UnknownNameError, DependencyError)):
        look_up("nothing.invalid", 443)


@pytest.mark.parametrize(
    ("number", "error"), [(socket.EAI_NONAME, UnknownNameError), (socket.EAI_AGAIN, DependencyError)]
)
def test_what_is_not_there_is_told_from_what_cannot_be_asked(
    number: int, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise socket.gaierror(number, "said by the system")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with pytest.raises(error):
        look_up("agent.example", 443)


def test_a_look_up_that_takes_for_ever_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    over = Event()

    def dawdle(*_: object, **__: object) -> list[object]:
        over.wait(FOR_EVER)
        return []

    monkeypatch.setattr(name_lookup, "SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", dawdle)
    with has_an_end(), pytest.raises(DependencyError):
        look_up("agent.example", 443)
    over.set()


def test_to_check_a_url_loads_no_client_of_http() -> None:
    assert not hasattr(guards, "httpx")
