"""`switchyard route` in a dry run, and `switchyard rules`, from a terminal."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.route.bench import bench_route
from tests.integration.scripts.conftest import eventually
from tests.integration.scripts.route.routing import ROOT, imported, lines, snapshot, summary, switchyard
from tests.support.ends import FOR_EVER

TASK = {"id": "t-1", "content": "Buy more tape", "channel": "Warehouse", "event_type": "task.created"}
KICKOFF = {
    "id": "unique-id",
    "content": "Kickoff with ACME Corp",
    "author": "Alice",
    "channel": "sales",
    "created_at": "2023-08-01T12:00:00Z",
    "scheduled_for": "2023-08-01T15:00:00Z",
    "duration_minutes": 60,
    "priority": "high",
}


def told(*messages: object) -> str:
    return json.dumps(list(messages))


def test_the_demo_shows_what_would_be_sent_and_keeps_a_snapshot(tmp_path: Path) -> None:
    done = switchyard(tmp_path, "route", "--demo")
    assert (done.returncode, done.stderr) == (0, "")
    assert "#0 example-1  message.created in sales  tags: scheduled, urgent" in done.stdout
    assert "POST /v1/pages" in done.stdout
    assert "messages: 5 routed, 0 known, 0 passed over, 0 refused" in done.stdout

    kept = snapshot(tmp_path)
    assert kept["metadata"]["count"] == 5
    assert {one["status"] for entry in kept["events"] for one in entry["deliveries"].values()} == {"dry_run"}
    assert kept["events"][0]["raw"]["discord"]["id"] == kept["events"][0]["payload"]["id"]


def test_verbose_shows_whole_requests(tmp_path: Path) -> None:
    brief = switchyard(tmp_path, "route", "--demo", "--disable-ssot").stdout
    whole = switchyard(tmp_path, "route", "--demo", "--disable-ssot", "--verbose").stdout
    assert '"children": [' in whole
    assert len(whole.splitlines()) > 3 * len(brief.splitlines())
    assert not list(tmp_path.iterdir())


def test_messages_come_in_by_the_standard_input_and_go_out_as_json_lines(tmp_path: Path) -> None:
    done = switchyard(tmp_path, "route", "--input", "-", "--json", said=told(KICKOFF, KICKOFF, TASK))
    assert (done.returncode, done.stderr) == (0, "")
    first, second = lines(done, "message")
    assert first["event_id"] == "message:unique-id:1"
    assert first["tags"] == ["scheduled", "urgent"]
    requests = {one["sink"]: one["request"] for one in first["sinks"]}
    assert requests["google-calendar"]["body"]["start"]["dateTime"].startswith("2023-08-01T15:00:00")
    assert requests["notion"]["path"] == "/v1/pages"
    assert [one["status"] for one in second["sinks"]] == ["dry_run"]
    assert lines(done, "known") == [{"kind": "known", "index": 1, "id": "unique-id"}]
    assert summary(done)["messages"] == {"routed": 2, "known": 1, "passed_over": 0, "refused": 0}
    assert summary(done)["sinks"]["notion"]["dry_run"] == 2


def test_bad_messages_are_refused_and_the_others_are_routed(tmp_path: Path) -> None:
    bad = [{"id": "x"}, 7, TASK | {"scheduled_for": "tomorrow 9am", "id": "y"}, TASK | {"content": "Buy less tape"}]
    done = switchyard(tmp_path, "route", "--input", "-", "--json", said=told(TASK, *bad, KICKOFF))
    assert done.returncode == 1
    assert [line["index"] for line in lines(done, "message")] == [0, 5]
    refused = {line["index"]: line["reason"] for line in lines(done, "refused")}
    assert list(refused) == [1, 2, 3, 4]
    assert refused[3].startswith("scheduled_for: ")
    assert "was told under this id before" in refused[4]
    assert snapshot(tmp_path)["metadata"]["count"] == 2


def test_what_comes_before_a_mistake_in_the_file_is_routed(tmp_path: Path) -> None:
    done = switchyard(tmp_path, "route", "--input", "-", said=told(TASK)[:-1] + ', {"id": ')
    assert done.returncode == 1
    assert "#0 t-1" in done.stdout
    assert "! the input cannot be read on: line 1, column" in done.stdout
    assert snapshot(tmp_path)["metadata"]["count"] == 1


@pytest.mark.parametrize(
    ("options", "routed", "passed_over"),
    [
        (["--channel", "SALES"], 2, 3),
        (["--channel", "#sales", "--channel", "General"], 3, 2),
        (["--limit", "2"], 2, 0),
        (["--limit", "0"], 0, 0),
        (["--limit", "1", "--channel", "warehouse"], 1, 2),
    ],
)
def test_channels_and_a_limit_choose_messages(
    tmp_path: Path, options: list[str], routed: int, passed_over: int
) -> None:
    done = switchyard(tmp_path, "route", "--demo", "--json", "--disable-ssot", *options)
    assert done.returncode == 0
    counted = summary(done)["messages"]
    assert (counted["routed"], counted["passed_over"]) == (routed, passed_over)


def test_only_the_sinks_that_are_asked_for_are_shown(tmp_path: Path) -> None:
    done = switchyard(tmp_path, "route", "--demo", "--json", "--sinks", "shopify", "google-calendar")
    assert set(summary(done)["sinks"]) == {"shopify", "google-calendar"}
    assert {one["sink"] for line in lines(done, "message") for one in line["sinks"]} == {"shopify", "google-calendar"}


def test_places_and_the_duration_of_the_command_line_stand_in_the_requests(tmp_path: Path) -> None:
    message = {name: value for name, value in KICKOFF.items() if name != "duration_minutes"}
    options = ["--default-duration", "25", "--calendar-id", "sales@example.com", "--notion-database", "d" * 32]
    done = switchyard(
        tmp_path,
        "route",
        "--input",
        "-",
        "--json",
        *options,
        said=told(message),
        environment={"NOTION_DATA_SOURCE_ID": "e" * 32},
    )
    (line,) = lines(done, "message")
    requests = {one["sink"]: one["request"] for one in line["sinks"]}
    assert requests["google-calendar"]["body"]["end"]["dateTime"].startswith("2023-08-01T15:25:00")
    assert "/calendars/sales%40example.com/" in requests["google-calendar"]["path"]
    assert requests["notion"]["body"]["parent"]["database_id"] == "d" * 32


def test_rules_of_ones_own_decide(tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("routes: [{name: all to the team, when: {always: true}, to: [discord, telegram]}]")
    done = switchyard(tmp_path, "route", "--demo", "--json", "--rules", str(rules))
    assert done.returncode == 0
    counted = summary(done)["sinks"]
    assert (counted["discord"]["dry_run"], counted["notion"]["dry_run"]) == (5, 0)


def test_the_snapshot_is_where_the_environment_and_the_command_line_say(tmp_path: Path) -> None:
    known = {"SSOT_REPO_PATH": str(tmp_path / "repository"), "SSOT_DATABASE_FILE": "all.json"}
    switchyard(tmp_path, "route", "--demo", environment=known)
    assert snapshot(tmp_path, "repository/all.json")["metadata"]["repo_root"] == known["SSOT_REPO_PATH"]
    switchyard(tmp_path, "route", "--demo", "--ssot-database", str(tmp_path / "one.json"), environment=known)
    assert snapshot(tmp_path, "one.json")["metadata"]["count"] == 5


def test_a_second_run_adds_to_the_snapshot(tmp_path: Path) -> None:
    switchyard(tmp_path, "route", "--input", "-", said=told(TASK))
    first = snapshot(tmp_path)["events"][0]["ingested_at"]
    switchyard(tmp_path, "route", "--input", "-", said=told(KICKOFF, TASK))
    kept = snapshot(tmp_path)
    assert [entry["key"] for entry in kept["events"]] == [
        "discord:message.created:unique-id",
        "discord:task.created:t-1",
    ]
    assert kept["events"][1]["ingested_at"] == first


def test_two_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    known = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "scripts.cli", "route", "--input", "-"]
    runs = [
        subprocess.Popen(
            command, cwd=tmp_path, env=known, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for number, run in enumerate(runs):
        assert run.stdin is not None
        run.stdin.write(told(*(TASK | {"id": f"{number}-{index}"} for index in range(50))).encode())
        run.stdin.close()
    for run in runs:
        assert run.wait(60) == 0
        assert run.stderr is not None
        run.stderr.close()
    assert snapshot(tmp_path)["metadata"]["count"] == 200


def test_what_is_no_snapshot_is_not_written_over(tmp_path: Path) -> None:
    file = tmp_path / "notes.json"
    file.write_text("my notes")
    done = switchyard(tmp_path, "route", "--demo", "--ssot-database", str(file))
    assert done.returncode == 1
    assert "is no snapshot and stays as it is" in done.stderr
    assert file.read_text() == "my notes"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "one of the arguments --demo --input is required"),
        (["--demo", "--input", "x.json"], "not allowed with"),
        (["--demo", "--limit", "-1"], "--limit"),
        (["--demo", "--limit", "many"], "a whole number"),
        (["--demo", "--default-duration", "0"], "--default-duration"),
        (["--demo", "--sinks", "jira"], "invalid choice"),
        (["--demo", "--shopify-store", "evil.example"], "myshopify.com"),
        (["--demo", "--apply", "--disable-ssot", "--sinks", "telegram"], "no record is kept"),
        (["--demo", "--ssot-database", "../../x.json"], "SSOT_DATABASE_FILE: ../../x.json is not in the repository"),
        (["--demo", "--doubtful", "again"], "--doubtful: this goes with --apply"),
        (["--demo", "--apply", "--disable-ssot", "--doubtful", "sent"], "--doubtful: this goes with --apply"),
        (["--demo", "--apply", "--doubtful", "perhaps"], "invalid choice"),
    ],
)
def test_a_wrong_call_is_told_with_the_code_2(tmp_path: Path, options: list[str], said: str) -> None:
    done = switchyard(tmp_path, "route", *options)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert done.stdout == ""
    assert not list(tmp_path.iterdir())


def test_the_environment_does_not_lead_out_of_the_repository_either(tmp_path: Path) -> None:
    done = switchyard(tmp_path, "route", "--demo", environment={"SSOT_DATABASE_FILE": "../x.json"})
    assert done.returncode == 2
    assert "is not in the repository" in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_currency_that_is_none_stops_the_run_before_anything_is_read(tmp_path: Path) -> None:
    done = switchyard(tmp_path, "route", "--demo", environment={"DEFAULT_CURRENCY": "pounds"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "switchyard: DEFAULT_CURRENCY: the three letters of ISO 4217 are needed, like GBP\n"
    assert not list(tmp_path.iterdir())


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Programs started here hear Ctrl-C, also where the tests were started in the background and are deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_who_stops_it_is_told_so_and_nothing_is_left_lying_about(tmp_path: Path, how: signal.Signals) -> None:
    work = tmp_path / "work"
    work.mkdir()
    known = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "TMPDIR": str(work)}
    command = [sys.executable, "-m", "scripts.cli", "route", "--input", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=tmp_path, env=known, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as run:
        assert eventually(lambda: list(work.iterdir()))
        run.send_signal(how)
        _, said = run.communicate(timeout=FOR_EVER)
    assert (run.returncode, said) == (1, "switchyard: stopped\n")
    assert not list(work.iterdir())


@pytest.mark.parametrize(
    "options",
    [["--input", "nowhere.json"], ["--demo", "--rules", "nowhere.yaml"], ["--input", "."]],
)
def test_a_file_that_is_not_there_is_told_in_a_line(tmp_path: Path, options: list[str]) -> None:
    done = switchyard(tmp_path, "route", *options)
    assert done.returncode == 1
    assert done.stderr.startswith("switchyard: ")
    assert len(done.stderr.splitlines()) == 1


def test_applying_without_a_token_asks_nobody_and_says_so(tmp_path: Path) -> None:
    done = switchyard(tmp_path, "route", "--demo", "--apply", environment={"NOTION_API_TOKEN": "secret-token"})
    assert done.returncode == 1
    assert "! notion: not set: NOTION_DATABASE_ID or NOTION_DATA_SOURCE_ID; what is for it was not sent" in done.stdout
    assert "! shopify: not set: SHOPIFY_ACCESS_TOKEN, SHOPIFY_STORE_DOMAIN" in done.stdout
    assert "! telegram" not in done.stdout
    assert "secret-token" not in done.stdout + done.stderr
    statuses = {one["status"] for entry in snapshot(tmp_path)["events"] for one in entry["deliveries"].values()}
    assert statuses == {"dry_run"}


def test_what_a_message_says_does_not_steer_the_terminal(tmp_path: Path) -> None:
    message = TASK | {"id": "a\u202eb", "content": "\u009b31mred\u2028"}
    known = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = switchyard(tmp_path, "route", "--input", "-", "--verbose", said=told(message), environment=known)
    assert done.stdout.isascii()
    assert "\\u202e" not in done.stdout
    assert "\x9b" not in done.stdout


def test_who_stops_reading_is_no_crash(tmp_path: Path) -> None:
    file = tmp_path / "many.json"
    file.write_text(told(*(TASK | {"id": str(index)} for index in range(2_000))))
    script = f"{sys.executable} -m scripts.cli route --input many.json | head -1"
    known = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, env=known, capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("arguments", [("route", "--demo"), ("rules", "show")])
def test_no_aws_and_no_network_is_loaded_to_show_what_would_be_sent(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    loaded = imported(tmp_path, *arguments)
    for module in (
        "boto3",
        "botocore",
        "httpx",
        "aws_lambda_powertools",
        "shared.runtime.wiring",
        "shared.runtime.settings",
        "shared.runtime.observability",
    ):
        assert module not in loaded


def test_rules_are_checked_and_shown_without_a_stack(tmp_path: Path) -> None:
    shown = switchyard(tmp_path, "rules", "show")
    assert shown.returncode == 0
    file = tmp_path / "rules.yaml"
    file.write_text(shown.stdout)
    checked = switchyard(tmp_path, "rules", "check", "rules.yaml")
    assert checked.returncode == 0
    assert "sales to Shopify: a message whose type is sale.* goes to shopify" in checked.stdout

    file.write_text("routes: [{name: a, when: {always: true}, to: nowhere}]")
    wrong = switchyard(tmp_path, "rules", "check", "rules.yaml")
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("switchyard: rules.yaml: ")


def test_ten_times_the_messages_take_no_more_memory() -> None:
    few, many = bench_route([300, 3_000])
    assert (few.messages, many.messages) == (300, 3_000)
    assert many.peak_memory < few.peak_memory * 1.2
