"""What is shown of the whole system: figures, judgements, settings; and nothing that nobody should see."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.control.ingestion import confluence, engine, jira, notifying
from shared.control.ingestion.documents import remote
from shared.control.ingestion.envelope import SOURCES
from shared.control.overview.circuits import CONTROL, circuit_names
from shared.control.overview.effective import effective, redacted
from shared.control.overview.info import VERSION, info
from shared.control.overview.metrics import Metric, as_json, as_text, by, one
from shared.control.overview.system import System, troubles
from shared.control.overview.system import as_json as system_json
from shared.control.proxies import notification, recalculation, reporting, sending_logs, summarization
from shared.control.registry.standing import Standing
from shared.listings import chatterbot, ebay_lister
from shared.runtime import github
from shared.runtime.configuration import Chosen
from shared.runtime.gathering import Unread
from shared.runtime.settings import settings
from shared.runtime.settings import told as names_told
from tests.support.builders import NOON
from tests.support.told import told

WELL = System(
    backends={"database": "connected"},
    services=Standing(statuses={"reporting": "healthy", "agent": "unknown", "old": "maintenance"}),
    queues={"NotionQueue": 3},
    dead_letters={"NotionDeadLetters": 0},
    lag=timedelta(seconds=2),
    circuits={"ebay": "closed", "notion": "trying"},
    parked=0,
)


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[5] / "pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert info(stage="local", instance="a")["version"] == VERSION


def test_where_all_is_well_there_is_no_trouble() -> None:
    assert troubles(WELL) == []
    assert system_json(WELL, at=NOON)["overall_healthy"] is True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"backends": {"bus": "disconnected"}}, "bus is disconnected"),
        ({"services": Standing(statuses={"reporting": "unhealthy"})}, "service reporting is unhealthy"),
        (
            {"services": Standing(statuses={"reporting": "healthy"}, unasked=timedelta(days=3))},
            "services have not been asked how they are for 4320 minutes",
        ),
        ({"services": Unread("no answer in time")}, "services cannot be read: no answer in time"),
        ({"queues": {"NotionQueue": None}}, "queue NotionQueue cannot be asked"),
        ({"dead_letters": {"NotionDeadLetters": 4}}, "4 dead letters in NotionDeadLetters"),
        ({"dead_letters": {"NotionDeadLetters": 1}}, "1 dead letter in NotionDeadLetters"),
        ({"dead_letters": {"NotionDeadLetters": None}}, "queue NotionDeadLetters cannot be asked"),
        ({"lag": timedelta(minutes=2)}, "events wait for 120 s on their way to the bus"),
        ({"lag": Unread("x")}, "lag cannot be read: x"),
        ({"circuits": {"ebay": "open"}}, "ebay is left alone: its circuit is open"),
        ({"parked": 2}, "2 runs wait for a person"),
    ],
)
def test_each_trouble_is_said_and_nothing_is_well_then(change: Mapping[str, Any], said: str) -> None:
    unwell = replace(WELL, **change)
    assert troubles(unwell) == [said]
    shown = system_json(unwell, at=NOON)
    assert (shown["overall_healthy"], shown["troubles"]) == (False, [said])


def test_what_could_not_be_read_is_shown_as_that() -> None:
    assert system_json(replace(WELL, parked=Unread("late")), at=NOON)["parked_runs"] == {"unread": "late"}
    assert system_json(WELL, at=NOON)["stream_lag_seconds"] == 2.0


def test_figures_are_numbers_or_lists_with_labels() -> None:
    figures = [
        Metric(name="lag", help="Lag", samples=one(1.5)),
        Metric(name="listings", help="Listings", samples=by("state", {"FOUND": 2, "SOLD": 0})),
    ]
    assert as_json(figures, {"queues": Unread("late")}) == {
        "metrics": {"lag": 1.5, "listings": [{"state": "FOUND", "value": 2}, {"state": "SOLD", "value": 0}]},
        "unread": {"queues": "late"},
    }


def test_prometheus_reads_them_whatever_labels_say() -> None:
    figures = [Metric(name="queue", help="A queue", samples=by("queue", {'a"b\\c\nd': 3}))]
    assert as_text(figures, {"runs": Unread("late")}).splitlines() == [
        "# HELP switchyard_queue A queue",
        "# TYPE switchyard_queue gauge",
        r'switchyard_queue{queue="a\"b\\c\nd"} 3',
        "# HELP switchyard_unread 1 for what could not be read just now",
        "# TYPE switchyard_unread gauge",
        'switchyard_unread{part="runs"} 1',
    ]


def test_every_setting_says_where_it_is_from() -> None:
    file = {"reporting_url": Chosen(value="https://reporting.example", source="file")}
    known = effective(settings(), file, told={"stage", "redis_url"})
    assert known["reporting_url"] == {"value": "https://reporting.example", "source": "file"}
    assert known["stage"]["source"] == "environment"
    assert known["redis_url"] == {"value": "", "source": "default"}


def test_what_only_other_functions_are_told_is_not_said_to_be_empty() -> None:
    assert effective(settings(), {}, told={"stage"})["sink_mode"] == {"value": None, "source": "elsewhere"}
    with told(discord_operators="1,2"):
        assert {"stage", "discord_operators"} <= names_told()
    assert "discord_operators" not in names_told()


def test_passwords_and_tokens_in_addresses_are_not_shown() -> None:
    here = replace(settings(), redis_url="rediss://user:hush@cache.example:6379/0", database_url="postgresql://a@b/c")
    chosen = {"doc_store_url": Chosen(value="https://x.example/d?key=hush", source="environment")}
    known = effective(here, chosen, told={"redis_url", "database_url"})
    assert known["redis_url"]["value"] == "rediss://***@cache.example:6379/0"
    assert "hush" not in str(known)
    assert redacted("postgres://u:p@ss@db.example/x") == "postgres://***@db.example/x"
    hook = "https://discord.com/api/webhooks/123456789012345678/"
    assert redacted(f"{hook}aW50ZXJhY3Rpb246MTIz") == f"{hook}***"
    assert (
        redacted("a=https://u:p@x.example,b=https://v:q@y.example") == "a=https://***@x.example,b=https://***@y.example"
    )


def test_every_service_that_is_called_by_name_is_among_the_circuits() -> None:
    modules = (reporting, notification, summarization, sending_logs, notifying, engine, remote, jira, confluence)
    called = {module.NAME for module in modules} | {recalculation.DOC_STORE} | {f"{one}-agent" for one in SOURCES}
    assert called <= set(CONTROL)
    assert {*called, chatterbot.NAME, ebay_lister.NAME, github.NAME, "scraper"} <= set(circuit_names())


def test_each_host_that_describes_apis_has_a_circuit() -> None:
    hosts = ("https://a.example/1", "https://a.example/2", "https://b.example:8443/")
    assert circuit_names(descriptions=hosts)[-2:] == ("swagger:a.example", "swagger:b.example")
