"""The stand-ins start once, stop exactly themselves, and come back to their ports."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scripts import stand_ins
from tests.stand_ins.client import StandIns


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    stand_ins.stop(tmp_path / "home")


def start(home: Path) -> dict[str, str]:
    return stand_ins.start(home, home / "stack.json")


def test_started_twice_they_run_once_and_all_answer(home: Path) -> None:
    addresses = start(home)
    pid = stand_ins.running(home)
    assert start(home) == addresses
    assert stand_ins.running(home) == pid is not None
    names = {"scraper", "chatterbot", "ebay", "telegram", "github", "notion", "google", "shopify", "discord", "sources"}
    assert {name: StandIns(addresses).control(name)["service"] for name in addresses} == {name: name for name in names}


def test_stopped_they_are_gone_and_stopping_again_does_nothing(home: Path) -> None:
    addresses = start(home)
    assert stand_ins.stop(home)
    assert stand_ins.running(home) is None
    assert not stand_ins.stop(home)
    with pytest.raises(httpx.ConnectError):
        httpx.get(addresses["scraper"], trust_env=False)


def test_started_again_they_have_the_same_ports(home: Path) -> None:
    addresses = start(home)
    stand_ins.stop(home)
    assert start(home) == addresses


def test_a_port_that_was_taken_meanwhile_is_left_to_who_has_it(home: Path) -> None:
    addresses = start(home)
    stand_ins.stop(home)
    port = int(addresses["ebay"].rpartition(":")[2])
    with socket.create_server(("127.0.0.1", port)):
        assert {name for name, address in start(home).items() if address != addresses[name]} == {"ebay"}


def test_a_killed_one_is_not_taken_for_running(home: Path) -> None:
    start(home)
    killed = stand_ins.running(home)
    assert killed is not None
    os.kill(killed, 9)
    os.waitpid(killed, 0)
    assert stand_ins.running(home) is None
    start(home)
    assert stand_ins.running(home) != killed


def test_a_stranger_who_got_the_process_id_is_left_alone(home: Path) -> None:
    home.mkdir()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (home / "stand_ins.pid").write_text(json.dumps({"pid": stranger.pid}))
        assert not stand_ins.stop(home)
        assert stranger.poll() is None
        stranger.kill()


def test_they_stop_in_the_middle_of_their_work(home: Path) -> None:
    addresses = start(home)
    StandIns(addresses).set("telegram", faults={"slow": 3_600, "look_ups": "too"})
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{addresses['telegram']}/file", timeout=0.1, trust_env=False)
    assert stand_ins.stop(home)
    assert (home / "stand_ins.log").read_text() == ""


def test_they_listen_to_this_machine_only(home: Path) -> None:
    port = int(start(home)["chatterbot"].rpartition(":")[2])
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.2", port))
