"""Asking services and peers over real connections, through the guard: slow, huge, endless, and led elsewhere."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from threading import Barrier, BrokenBarrierError, Event, Thread
from typing import Any

import pytest

from shared.control.registry import health
from shared.control.registry.description import Description
from shared.control.registry.openapi import polling as openapi
from shared.control.registry.openapi.polling import poll_openapi
from shared.control.registry.openapi.reading import LARGEST
from shared.control.registry.polling import poll_services
from shared.control.registry.service import new_service
from shared.control.registry.statuses import Health
from shared.control.registry.syncing import PATH, known_peers, sync_peers
from shared.runtime import http
from shared.runtime.clock import system_clock
from shared.runtime.gathering import MOST_AT_ONCE
from shared.runtime.guard import UrlGuard
from shared.runtime.origin import origins
from tests.support.builders import a_cause
from tests.support.ends import FOR_EVER, has_an_end
from tests.support.http_server import PatientServer
from tests.support.raw_server import Serve, answer, dripping, raw_server, resetting, saying, silent
from tests.support.registries import Instance
from tests.unit.shared.control.registry.openapi.samples import NEW

IN_TIME = 4.0  # seconds; what product code is given where somebody gives no answer
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
TROUBLES: dict[str, Serve] = {
    "silent": silent,
    "a head that drips": dripping(HEAD + b"X: ", b"x", every=0.05),
    "a body that drips": dripping(HEAD + b"Content-Length: 100000\r\n\r\n", b" ", every=0.05),
    "endless": dripping(CHUNKED, b"10000\r\n" + bytes(65_536) + b"\r\n", every=0),
    "huge": saying(answer(bytes(LARGEST + 1))),
    "a lie about its size": saying(HEAD + b"Content-Length: 999999999999\r\n\r\n{}"),
    "packed": saying(answer(b"...", "Content-Encoding: gzip")),
    "torn": resetting,
    "no HTTP": saying(b"SSH-2.0-OpenSSH\r\n"),
}


@pytest.fixture
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SECONDS", IN_TIME)
    monkeypatch.setattr(openapi, "SECONDS", IN_TIME)
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", IN_TIME)


def an_instance(*allowed: str, origin: str = "https://a.example") -> Instance:
    """With a guard that lets it call these, and nobody else inside."""
    here = Instance(origin, clock=system_clock)
    here.ports = replace(here.ports, send=UrlGuard(origins(",".join(allowed))).send_guarded)
    return here


def put(here: Instance, name: str, url: str) -> None:
    """As a peer would say it: nobody has checked it."""
    said = Description(base_url=url, openapi_url=f"{url}/openapi.json", owner="o")
    here.services.save(new_service(name, said, origin="b", at=system_clock()), a_cause())


def poll(here: Instance, work: Callable[..., dict[str, Any]], seconds: float = 60) -> dict[str, Any]:
    return work(here.ports, a_cause("clock"), until=system_clock() + timedelta(seconds=seconds))


@contextmanager
def troubled() -> Iterator[dict[str, str]]:
    """The URL of each trouble."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(raw_server(serve)).url for name, serve in TROUBLES.items()}


@pytest.mark.usefixtures("_hurried")
def test_whoever_is_slow_huge_or_endless_all_are_asked_in_time() -> None:
    with troubled() as urls, raw_server(saying(answer(b'{"status": "ok"}'))) as well:
        here = an_instance(*urls.values(), well.url)
        for name, url in (urls | {"well": well.url}).items():
            put(here, name.replace(" ", "-"), url)
        with has_an_end():
            told = poll(here, poll_services)
    assert (told["services"], told["healthy"], told["unhealthy"]) == (10, 1, 9)
    details = {one.name: one.health_detail for one in here.services.all()}
    assert details["silent"] == "it did not answer in time"
    assert details["endless"] == "it answered more than is read"


def when_all_have_come(number: int, serve: Serve) -> Serve:
    """Nobody is answered before so many have asked."""
    all_have_come = Barrier(number)

    def wait(connection: socket.socket, ends: Event) -> None:
        with suppress(BrokenBarrierError):
            all_have_come.wait(FOR_EVER)
            serve(connection, ends)

    return wait


@pytest.mark.parametrize(
    ("work", "number"), [(poll_services, MOST_AT_ONCE), (poll_openapi, openapi.AT_ONCE)], ids=["health", "descriptions"]
)
def test_services_are_asked_at_once(
    work: Callable[..., dict[str, Any]], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SECONDS", FOR_EVER)
    monkeypatch.setattr(openapi, "SECONDS", FOR_EVER)
    with raw_server(when_all_have_come(number, saying(answer(json.dumps(NEW).encode())))) as server, has_an_end():
        here = an_instance(server.url)
        for each in range(number):
            put(here, f"s{each}", server.url)
        told = poll(here, work, seconds=FOR_EVER)
    assert len(server.requests) == number
    if work is poll_services:
        assert told["healthy"] == number
    else:
        assert all("hash" in result for result in told["results"])


@pytest.mark.usefixtures("_hurried")
def test_of_descriptions_that_are_slow_huge_or_endless_each_is_said_so_and_the_good_one_read() -> None:
    with troubled() as urls, raw_server(saying(answer(json.dumps(NEW).encode()))) as well:
        here = an_instance(*urls.values(), well.url)
        for name, url in (urls | {"well": well.url}).items():
            put(here, name.replace(" ", "-"), url)
        with has_an_end():
            results = {result.pop("service"): result for result in poll(here, poll_openapi)["results"]}
    assert "hash" in results.pop("well")
    assert all("error" in result for result in results.values())
    assert results["huge"]["error"] == "it answered more than is read"
    assert results["a-body-that-drips"]["error"] == "it did not answer in time"


def test_what_takes_longer_than_there_is_time_is_left_for_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SECONDS", FOR_EVER)
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", FOR_EVER)
    with raw_server(silent) as slow:
        here = an_instance(slow.url)
        put(here, "slow", slow.url)
        with has_an_end():
            told = poll(here, poll_services, seconds=0.1)
    assert (told["left"], told["changed"]) == (1, [])
    assert here.services.get("slow").health is Health.UNKNOWN


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_no_redirect_is_followed_not_even_to_who_may_be_called(status: str) -> None:
    with raw_server(saying(answer(json.dumps(NEW).encode()))) as inside:
        moved = answer(b"", f"Location: {inside.url}/openapi.json", status=status)
        with raw_server(saying(moved)) as server:
            here = an_instance(server.url, inside.url)
            put(here, "docs", server.url)
            assert poll(here, poll_services)["unknown"] == 1
            assert poll(here, poll_openapi)["results"][0]["error"] == f"it answers {status[:3]}"
            here.names(server.url)
            assert sync(here)["results"][0]["error"] == f"it answers {status[:3]}, and not as a registry does"
        assert inside.requests == []


def test_nobody_inside_is_called_whose_origin_is_not_allowed() -> None:
    with raw_server(saying(answer(json.dumps(NEW).encode()))) as inside:
        port = inside.url.rpartition(":")[2]
        here = an_instance("http://127.0.0.1:1").names(inside.url)
        others = ["localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::1]", "0"]
        for number, host in enumerate(["127.0.0.1", *others]):
            put(here, f"s{number}", f"http://{host}:{port}")
        assert poll(here, poll_services)["unhealthy"] == 9
        errors = [result["error"] for result in poll(here, poll_openapi)["results"]]
        assert len(errors) == 9
        assert all(error.startswith("it may not be called: ") for error in errors)
        assert sync(here)["results"][0]["error"].startswith("it may not be called: ")
        assert inside.requests == []


def test_a_tag_goes_there_and_back() -> None:
    pages = [answer(json.dumps(NEW).encode(), 'ETag: "v1"'), answer(b"", 'ETag: "v1"', status="304 Not Modified")]

    def serve(connection: Any, ends: Any) -> None:
        connection.sendall(pages[0] if len(pages) > 1 else pages[-1])
        del pages[:-1]

    with raw_server(serve) as server:
        here = an_instance(server.url)
        put(here, "docs", server.url)
        first, second = (poll(here, poll_openapi)["results"][0] for _ in range(2))
        assert first["hash"] == second["hash"]
        assert b'if-none-match: "v1"' in server.requests[1].lower()
        assert b"if-none-match" not in server.requests[0].lower()


# peers


def sync(here: Instance) -> dict[str, Any]:
    until = system_clock() + timedelta(seconds=60)
    return sync_peers(here.ports, a_cause("clock"), until=until, insistent=True)


@contextmanager
def reached_at(here: list[Instance]) -> Iterator[str]:
    """Where the first of these answers, as soon as there is one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told = here[0].replicate(body, dict(self.headers.items())) if self.path == PATH else None
            self.send_response(told.status if told else 404)
            self.end_headers()
            self.wfile.write(told.body if told else b"")

        def log_message(self, *_: object) -> None:
            pass

    with PatientServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_three_instances_in_a_ring_over_http_come_to_know_the_same() -> None:
    with ExitStack() as stack:
        places: list[list[Instance]] = [[], [], []]
        urls = [stack.enter_context(reached_at(place)) for place in places]
        for number, (place, url) in enumerate(zip(places, urls, strict=True)):
            here = an_instance(*urls, origin=url)
            put_here = Description(base_url=f"https://s{number}.example", owner="o")
            here.services.save(new_service(f"s{number}", put_here, origin=url, at=system_clock()), a_cause())
            place.append(here.names(urls[(number + 1) % 3], url))
        all_of_them = [place[0] for place in places]
        for _ in range(2):
            assert all(one["status"] == "reachable" for here in all_of_them for one in sync(here)["results"])
        known = [here.known() for here in all_of_them]
        assert known[0] == known[1] == known[2]
        assert len(known[0]) == 3
        assert [len(known_peers(here.ports)) for here in all_of_them] == [1, 1, 1], "nobody is a peer of himself"
        assert sum(len(here.taken) for here in all_of_them) == 6


@pytest.mark.usefixtures("_hurried")
def test_peers_in_trouble_are_told_apart_in_time_and_the_good_one_is_told() -> None:
    other = Instance("https://b.example", clock=system_clock)
    with troubled() as urls, reached_at([other]) as well:
        here = an_instance(*urls.values(), well).names(*urls.values(), well)
        put(here, "docs", "https://docs.example")
        with has_an_end():
            told = sync(here)
    assert [result["status"] for result in told["results"]] == ["unreachable"] * len(urls) + ["reachable"]
    assert (told["sent"], list(other.known())) == (1, ["docs"])
