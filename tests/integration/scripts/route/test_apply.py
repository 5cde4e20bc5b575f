"""`switchyard route --apply` against stand-ins that keep what they are asked for: everything arrives, nothing twice."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.integration.scripts.conftest import eventually
from tests.integration.scripts.route.routing import ROOT, lines, snapshot, summary, switchyard
from tests.stand_ins.client import StandIns
from tests.stand_ins.discord import Discord
from tests.stand_ins.google import Google
from tests.stand_ins.neighbours import SINKS, neighbours
from tests.stand_ins.notion import Notion
from tests.stand_ins.shopify import Shopify
from tests.stand_ins.telegram import Telegram

TEAM = "routes: [{name: all to the team, when: {always: true}, to: [discord, telegram]}]"
TASK = {"id": "t-1", "content": "Buy more tape", "event_type": "task.created"}
ALL = ("route", "--demo", "--apply", "--json")


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIns]:
    stack_file = tmp_path_factory.mktemp("stand_ins") / "stack.json"
    with neighbours(stack_file, kinds=(*SINKS, Telegram)) as addresses:
        yield StandIns(addresses)


@pytest.fixture
def stand_ins(opened: StandIns) -> Iterator[StandIns]:
    opened.reset()
    yield opened
    assert opened.violations() == []


@pytest.fixture
def known(stand_ins: StandIns) -> dict[str, str]:
    """The environment of somebody who has set up every sink."""
    at = stand_ins.addresses
    return {
        "NOTION_API_TOKEN": Notion.key,
        "NOTION_DATABASE_ID": Notion.database_id,
        "NOTION_API_URL": at["notion"],
        "GOOGLE_API_TOKEN": Google.key,
        "GOOGLE_CALENDAR_ID": Google.calendar_id,
        "GOOGLE_API_URL": f"{at['google']}/calendar/v3",
        "GOOGLE_TOKEN_URL": f"{at['google']}/token",
        "SHOPIFY_ACCESS_TOKEN": Shopify.key,
        "SHOPIFY_STORE_DOMAIN": "switchyard-test",
        "SHOPIFY_API_URL": at["shopify"],
        "DISCORD_BOT_TOKEN": Discord.key,
        "DISCORD_CHANNEL_ID": "200000000000000002",
        "DISCORD_API_URL": f"{at['discord']}/api/v10",
        "TELEGRAM_BOT_TOKEN": Telegram.key,
        "TELEGRAM_CHAT_ID": "-1001",
        "TELEGRAM_API_URL": at["telegram"],
    }


def made(stand_ins: StandIns) -> tuple[int, int, int]:
    """Pages, meetings, orders."""
    return len(stand_ins.pages()), len(stand_ins.calendar_events()), len(stand_ins.draft_orders())


def counted(done: subprocess.CompletedProcess[str], column: str) -> dict[str, int]:
    return {sink: counts[column] for sink, counts in summary(done)["sinks"].items() if counts[column]}


EVERYTHING = {"notion": 3, "google-calendar": 2, "shopify": 1}


def test_the_demo_is_delivered_once_however_often_it_is_routed(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    first = switchyard(tmp_path, *ALL, environment=known)
    assert (first.returncode, first.stderr) == (0, "")
    assert counted(first, "delivered") == EVERYTHING
    assert made(stand_ins) == (3, 2, 1)

    again = switchyard(tmp_path, *ALL, environment=known)
    assert again.returncode == 0
    assert counted(again, "already_there") == EVERYTHING
    assert made(stand_ins) == (3, 2, 1)

    kept = [one for entry in snapshot(tmp_path)["events"] for one in entry["deliveries"].values()]
    assert len(kept) == 6
    assert {one["status"] for one in kept} == {"delivered"}
    assert all(one["external_id"] for one in kept)


def test_a_dry_run_afterwards_shows_what_is_there_and_takes_nothing_back(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    switchyard(tmp_path, *ALL, environment=known)
    before = snapshot(tmp_path)["events"]
    dry = switchyard(tmp_path, "route", "--demo", "--json", environment=known)
    assert counted(dry, "already_there") == EVERYTHING
    assert [entry["deliveries"] for entry in snapshot(tmp_path)["events"]] == [entry["deliveries"] for entry in before]
    assert made(stand_ins) == (3, 2, 1)


def test_without_a_record_the_providers_are_looked_at(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    runs = [switchyard(tmp_path, *ALL, "--disable-ssot", environment=known) for _ in range(2)]
    assert [run.returncode for run in runs] == [0, 0]
    assert counted(runs[0], "delivered") == EVERYTHING
    assert counted(runs[1], "already_there") == EVERYTHING
    assert made(stand_ins) == (3, 2, 1)
    assert not list(tmp_path.iterdir())


def test_what_was_delivered_from_elsewhere_is_already_there(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    """With a record of its own, from another folder: whoever delivered it, what stands there is found."""
    (tmp_path / "there").mkdir()
    places = [(tmp_path, ()), (tmp_path, ("--ssot-repo", "another")), (tmp_path / "there", ())]
    runs = [switchyard(folder, *ALL, *options, environment=known) for folder, options in places]
    assert [(run.returncode, run.stderr) for run in runs] == [(0, "")] * 3
    assert [counted(run, "delivered") for run in runs] == [EVERYTHING, {}, {}]
    assert [counted(run, "already_there") for run in runs] == [{}, EVERYTHING, EVERYTHING]
    assert made(stand_ins) == (3, 2, 1)


def test_where_nobody_can_look_a_new_record_is_told_once(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(TEAM)
    call = (*ALL, "--rules", str(rules))
    first, again = (switchyard(tmp_path, *call, environment=known) for _ in range(2))
    assert [run.returncode for run in (first, again)] == [0, 0]
    told = "the record of deliveries is new: what an earlier run elsewhere has sent there cannot be known"
    assert first.stderr.splitlines() == [f"discord: {told}", f"telegram: {told}"]
    assert again.stderr == ""
    assert len(stand_ins.discord_messages()) == 5


def test_a_run_that_is_killed_over_a_request_is_finished_by_the_next(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    stand_ins.set("notion", faults={"late": 20.0})
    command = [sys.executable, "-m", "scripts.cli", *ALL]
    paths = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, cwd=tmp_path, env=paths | known, stdout=subprocess.DEVNULL) as run:
        assert eventually(stand_ins.pages)
        run.send_signal(signal.SIGKILL)
    stand_ins.set("notion", faults={"late": 0.0})

    done = switchyard(tmp_path, *ALL, environment=known)
    assert done.returncode == 0
    assert made(stand_ins) == (3, 2, 1)


def test_a_provider_that_asks_for_patience_gets_it(tmp_path: Path, stand_ins: StandIns, known: dict[str, str]) -> None:
    stand_ins.set("notion", faults={"fail": {"status": 429, "retry_after": 1, "next": 2}})
    done = switchyard(tmp_path, *ALL, environment=known)
    assert done.returncode == 0
    assert counted(done, "delivered") == EVERYTHING


def test_what_a_provider_refuses_is_told_and_delivered_by_a_later_run(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    wrong = known | {"NOTION_API_TOKEN": "not-the-key"}
    failed = switchyard(tmp_path, *ALL, environment=wrong)
    assert failed.returncode == 1
    assert counted(failed, "failed") == {"notion": 3}
    assert any("401" in line["reason"] for line in lines(failed, "delivery") if line["sink"] == "notion")
    assert "not-the-key" not in failed.stdout + failed.stderr + json.dumps(snapshot(tmp_path))

    done = switchyard(tmp_path, *ALL, environment=known)
    assert done.returncode == 0
    assert made(stand_ins) == (3, 2, 1)
    stand_ins.reset("notion")  # a wrong key is what this test is about, not a fault of a request


def test_a_sink_without_a_token_is_a_dry_run_and_the_others_are_served(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    done = switchyard(tmp_path, *ALL, environment=known | {"SHOPIFY_ACCESS_TOKEN": ""})
    assert done.returncode == 1
    assert counted(done, "dry_run") == {"shopify": 1}
    assert made(stand_ins) == (3, 2, 0)
    assert summary(done)["problems"] == ["shopify: not set: SHOPIFY_ACCESS_TOKEN; what is for it was not sent"]

    later = switchyard(tmp_path, *ALL, environment=known)
    assert later.returncode == 0
    assert made(stand_ins) == (3, 2, 1)


def test_what_may_have_been_told_and_cannot_be_looked_for_is_told_to_the_person_only(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(TEAM)
    stand_ins.set("telegram", faults={"fail": {"status": 500, "after_work": True, "next": 1}})
    call = ("route", "--input", "-", "--apply", "--json", "--rules", str(rules))
    runs = [switchyard(tmp_path, *call, said=json.dumps([TASK]), environment=known) for _ in range(2)]

    assert [run.returncode for run in runs] == [1, 1]
    for run in runs:
        assert counted(run, "failed") == {"telegram": 1}
    statuses = [one["status"] for one in lines(runs[1], "delivery") if one["sink"] == "telegram"]
    assert statuses == ["in_doubt"]
    (problem,) = summary(runs[1])["problems"]
    assert problem.startswith("telegram: 1 in doubt, perhaps sent; have a look there")
    assert len(stand_ins.state("telegram")["messages"]["-1001"]) == 1
    assert len(stand_ins.discord_messages()) == 1


@pytest.mark.parametrize(("doubtful", "word", "times"), [("sent", "already_there", 1), ("again", "delivered", 2)])
def test_who_has_looked_settles_what_is_in_doubt(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str], doubtful: str, word: str, times: int
) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(TEAM)
    stand_ins.set("telegram", faults={"fail": {"status": 500, "after_work": True, "next": 1}})
    call = ("route", "--input", "-", "--apply", "--json", "--rules", str(rules))
    options: list[tuple[str, ...]] = [(), ("--doubtful", doubtful), ()]
    runs = [switchyard(tmp_path, *call, *each, said=json.dumps([TASK]), environment=known) for each in options]

    assert [run.returncode for run in runs] == [1, 0, 0]
    assert counted(runs[1], word)["telegram"] == 1
    assert counted(runs[2], "already_there") == {"telegram": 1, "discord": 1}
    assert len(stand_ins.state("telegram")["messages"]["-1001"]) == times
    assert len(stand_ins.discord_messages()) == 1
    (entry,) = snapshot(tmp_path)["events"]
    assert ("--doubtful sent" in (entry["deliveries"]["telegram"]["last_error"] or "")) is (doubtful == "sent")


def test_what_was_delivered_under_an_id_cannot_be_told_differently(
    tmp_path: Path, stand_ins: StandIns, known: dict[str, str]
) -> None:
    call = ("route", "--input", "-", "--apply", "--json")
    first = switchyard(tmp_path, *call, said=json.dumps([TASK]), environment=known)
    other = switchyard(tmp_path, *call, said=json.dumps([TASK | {"content": "Buy less tape"}]), environment=known)
    assert (first.returncode, other.returncode) == (0, 1)
    (refused,) = lines(other, "refused")
    assert "was told under this id before" in refused["reason"]
    assert len(stand_ins.pages()) == 1
    assert snapshot(tmp_path)["events"][0]["payload"]["content"] == "Buy more tape"


def test_a_service_account_gets_its_own_token(tmp_path: Path, stand_ins: StandIns, known: dict[str, str]) -> None:
    private = generate_private_key(65_537, 2_048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    account: dict[str, Any] = {"client_email": "bot@project.iam.gserviceaccount.com", "private_key": private.decode()}
    file = tmp_path / "account.json"
    file.write_text(json.dumps(account))
    settings = known | {"GOOGLE_API_TOKEN": "", "GOOGLE_SERVICE_ACCOUNT_FILE": str(file)}
    done = switchyard(tmp_path, *ALL, "--sinks", "google-calendar", environment=settings)
    assert done.returncode == 0
    assert counted(done, "delivered") == {"google-calendar": 2}
    assert len(stand_ins.calendar_events()) == 2
