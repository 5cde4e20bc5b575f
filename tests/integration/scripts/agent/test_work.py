"""An agent at work: what its command is told, what becomes of its answers, and what of its failures."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent import agent
from tests.support.blackboard_api import KEY, BlackboardApi, Fault, artefact
from tests.support.ends import FOR_EVER
from tests.support.waiting import eventually

ECHO = """
import json, sys
said = json.load(sys.stdin)
print(json.dumps({"artefact_type": "Draft", "artefact_payload": said, "summary": "as it\\nwas told"}))
"""
DRAFT = 'print(\'{"artefact_type": "Draft", "artefact_payload": {"text": "Hello"}}\')'


def posted(api: BlackboardApi) -> dict[str, Any]:
    """The one artefact, as soon as it is there."""
    (one,) = eventually(lambda: list(api.artefacts.values()))
    return one


def test_the_command_is_told_what_it_works_on_and_its_answer_is_posted(api: BlackboardApi, tmp_path: Path) -> None:
    context = [artefact(type="Review", structural_type="Review", payload="shorter")]
    claim_id = api.grant(rework=True, context_chain=context)
    with agent(api, tmp_path, "--once", code=ECHO) as running:
        assert running.waits() == 0
    one = posted(api)
    assert (one["claim_id"], one["type"], one["structural_type"]) == (claim_id, "Draft", "Standard")
    assert one["summary"] == "as it was told"
    told = one["payload"]
    assert set(told) == {"claim_type", "target_artefact", "context_chain", "rework"}
    assert (told["claim_type"], told["rework"], told["context_chain"]) == ("exclusive", True, context)
    assert told["target_artefact"]["payload"] == "A camera shop"


def test_a_payload_that_had_no_room_in_the_answer_is_read_by_its_id(api: BlackboardApi, tmp_path: Path) -> None:
    large = artefact(type="GoalDefined", payload=None)
    api.payloads[large["id"]] = "x" * 1_000_000
    api.grant(target_artefact=large)
    with agent(api, tmp_path, "--once", code=ECHO) as running:
        assert running.waits() == 0
    assert posted(api)["payload"]["target_artefact"]["payload"] == "x" * 1_000_000


def test_what_is_called_a_review_is_one(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant("review")
    with agent(api, tmp_path, "--once", code='print(\'{"artefact_type": "Review", "artefact_payload": {}}\')'):
        assert posted(api)["structural_type"] == "Review"


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        ("print('no json')", "the command's output cannot be used", "Expecting value"),
        ("pass", "the command's output cannot be used", "there is none"),
        ("print('[1]')", "the command's output cannot be used", "no JSON object"),
        ("print('{} {}')", "the command's output cannot be used", "Extra data"),
        ("import sys; sys.stdout.buffer.write(bytes(range(256)))", "the command's output cannot be used", "UTF-8"),
        ("print('[' * 100_000)", "the command's output cannot be used", "nested too deeply"),
        ('print(\'{"artefact_type": "Draft"}\')', "the command's output cannot be used", "artefact_payload"),
        ("import sys; print('partly'); sys.exit(3)", "the command ended with 3", ""),
        ("import os; os.kill(os.getpid(), 11)", "the command ended with -11", ""),
    ],
)
def test_garbage_becomes_a_failure_that_says_why(
    api: BlackboardApi, tmp_path: Path, code: str, reason: str, error: str
) -> None:
    api.grant()
    with agent(api, tmp_path, "--once", code=code) as running:
        assert running.waits() == 0
    one = posted(api)
    assert (one["type"], one["structural_type"]) == ("ToolExecutionFailure", "Failure")
    assert set(one["payload"]) == {"reason", "exit_code", "stdout", "stderr", "error"}
    assert one["payload"]["reason"] == reason
    assert error in one["payload"]["error"]


def test_of_long_texts_a_failure_keeps_five_thousand_characters(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    code = "import sys; print('o' * 90_000); print('e' * 900_000, 'the end', file=sys.stderr); sys.exit(1)"
    with agent(api, tmp_path, "--once", code=code):
        payload = posted(api)["payload"]
    assert payload["stdout"] == "o" * 5_000
    assert len(payload["stderr"]) == 5_000
    assert payload["stderr"].endswith("the end\n")


def test_ten_megabytes_of_output_are_cut_off_at_once(api: BlackboardApi, tmp_path: Path) -> None:
    """It would go on for ever."""
    api.grant()
    code = "import sys\nwhile True: sys.stdout.write('x' * 1_000_000)"
    with agent(api, tmp_path, "--once", "--max-output", str(10 * 1024 * 1024), "--timeout", "60", code=code) as running:
        assert running.waits() == 0
        payload = posted(api)["payload"]
    assert payload["reason"] == "the command said too much"
    assert "10,485,760 bytes" in payload["error"]


def test_a_command_that_takes_too_long_is_ended_with_all_it_has_started(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    code = f"""
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep({FOR_EVER})"])
pathlib.Path({str(tmp_path / "child")!r}).write_text(str(child.pid))
time.sleep({FOR_EVER})
"""
    with agent(api, tmp_path, "--once", "--timeout", "4", code=code) as running:
        assert running.waits() == 0
    assert posted(api)["payload"]["reason"] == "the command was not done in time"
    eventually(lambda: not is_there(int((tmp_path / "child").read_text())))


def test_who_leaves_a_child_behind_is_done_all_the_same(api: BlackboardApi, tmp_path: Path) -> None:
    """It holds the pipes open, and would for minutes."""
    api.grant()
    code = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", "import time; time.sleep({FOR_EVER})"])
{DRAFT}
"""
    with agent(api, tmp_path, "--once", code=code) as running:
        assert running.waits() == 0
    assert posted(api)["payload"] == {"text": "Hello"}


def test_a_command_that_is_no_longer_there_is_a_failure(api: BlackboardApi, tmp_path: Path) -> None:
    program = tmp_path / "write"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    with agent(api, tmp_path, "--once", "--workspace", str(tmp_path), "--command", "./write") as running:
        eventually(lambda: ("GET", "/blackboard/work") in api.calls)
        program.unlink()
        api.grant()
        assert running.waits() == 0
    assert posted(api)["payload"]["reason"] == "the command could not be started"


def test_a_command_that_hears_nothing_is_not_waited_for(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant(target_artefact=artefact(payload="x" * 3_000_000))
    with agent(api, tmp_path, "--once", code=DRAFT) as running:
        assert running.waits() == 0
    assert posted(api)["payload"] == {"text": "Hello"}


def test_what_the_api_refuses_becomes_a_failure_with_its_words(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    api.faults.append(Fault("/artefacts", 422))
    with agent(api, tmp_path, "--once", code=DRAFT) as running:
        assert running.waits() == 0
    payload = posted(api)["payload"]
    assert payload["reason"] == "the API did not take the artefact"
    assert payload["error"] == "422 as the test wants it"


def test_what_is_refused_twice_is_given_back(api: BlackboardApi, tmp_path: Path) -> None:
    claim_id = api.grant()
    api.faults.append(Fault("/artefacts", 422, times=2))
    with agent(api, tmp_path, "--once", code=DRAFT) as running:
        assert running.waits() == 1
    assert "422" in api.releases[claim_id]


def test_an_answer_that_was_lost_is_posted_again_as_the_same(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    api.faults.append(Fault("/artefacts", 502, times=2, is_done=True))
    with agent(api, tmp_path, "--once", code=DRAFT) as running:
        assert running.waits() == 0
    assert len(api.posts) == 3
    assert api.posts[0] == api.posts[1] == api.posts[2]
    assert len(api.artefacts) == 1


def test_an_api_that_is_unwell_is_asked_again_when_it_says(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    api.faults.append(Fault("/work", 429, headers={"Retry-After": "1"}))
    api.faults.append(Fault("/work", 503))
    with agent(api, tmp_path, "--once", code=DRAFT) as running:
        assert running.waits() == 0
        first, second = running.lines("api_unreachable")
    assert first["retry_in"] >= 1
    assert (first["error"], second["error"]) == ("as the test wants it", "as the test wants it")
    assert running.lines("api_answers_again")


def test_what_was_done_while_it_was_told_of_is_not_done_again(api: BlackboardApi, tmp_path: Path) -> None:
    api.answers_late = 1.0
    api.grant()
    with agent(api, tmp_path, code=DRAFT) as running:
        running.told("work_done")
        asked = api.calls.count(("GET", "/blackboard/work"))
        eventually(lambda: api.calls.count(("GET", "/blackboard/work")) > asked + 1)
        assert len(running.lines("work_granted")) == 1
    assert len(api.posts) == 1


def until_told(folder: Path) -> str:
    """Code that waits for a file."""
    return f"import pathlib, time\nwhile not pathlib.Path({str(folder / 'go')!r}).exists(): time.sleep(0.05)"


def test_a_lease_is_kept_while_the_command_runs(api: BlackboardApi, tmp_path: Path) -> None:
    api.lease = 2.0
    claim_id = api.grant()
    with agent(api, tmp_path, "--once", code=f"{until_told(tmp_path)}\n{DRAFT}") as running:
        eventually(lambda: len(api.beats) >= 3)
        (tmp_path / "go").touch()
        assert running.waits() == 0
    assert set(api.beats) == {claim_id}


def test_the_lease_is_kept_through_errors_of_the_api(api: BlackboardApi, tmp_path: Path) -> None:
    api.lease = 2.0
    api.grant()
    api.faults.append(Fault("/heartbeat", 500, times=2))
    with agent(api, tmp_path, "--once", code=f"{until_told(tmp_path)}\n{DRAFT}") as running:
        eventually(lambda: api.beats)
        (tmp_path / "go").touch()
        assert running.waits() == 0
        assert len(running.lines("heartbeat_failed")) == 2


def test_who_loses_the_lease_stops_and_posts_nothing(api: BlackboardApi, tmp_path: Path) -> None:
    api.lease = 2.0
    claim_id = api.grant()
    code = f"import os, time; open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid())); time.sleep({FOR_EVER})"
    with agent(api, tmp_path, code=code) as running:
        pid = int(eventually(lambda: read(tmp_path / "pid")))
        api.lose(claim_id)
        assert running.told("lease_lost")["claim_id"] == claim_id
        eventually(lambda: not is_there(pid))
        api.grant()  # it goes on with other work
        eventually(lambda: len(running.lines("work_granted")) == 2)
    assert not api.posts


def test_two_at_once_where_it_is_told_so(api: BlackboardApi, tmp_path: Path) -> None:
    """Each waits for the other."""
    for _ in range(2):
        api.grant()
    code = f"""
import os, pathlib, time
folder = pathlib.Path({str(tmp_path)!r})
(folder / f"here-{{os.getpid()}}").touch()
while len(list(folder.glob("here-*"))) < 2: time.sleep(0.05)
{DRAFT}
"""
    with agent(api, tmp_path, "--parallel", "2", code=code):
        eventually(lambda: len(api.artefacts) == 2)
    assert {one["type"] for one in api.artefacts.values()} == {"Draft"}


def test_one_after_the_other_where_it_is_not(api: BlackboardApi, tmp_path: Path) -> None:
    for _ in range(3):
        api.grant()
    code = f"""
import os, pathlib, sys, time
here = pathlib.Path({str(tmp_path / "here")!r})
if here.exists(): sys.exit("two at once")
here.touch(); time.sleep(0.3); here.unlink()
{DRAFT}
"""
    with agent(api, tmp_path, code=code):
        eventually(lambda: len(api.artefacts) == 3)
    assert {one["type"] for one in api.artefacts.values()} == {"Draft"}


def test_the_command_does_not_see_the_key(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    code = "import json, os; print(json.dumps({'artefact_type': 'Seen', 'artefact_payload': dict(os.environ)}))"
    with agent(api, tmp_path, "--once", code=code) as running:
        assert running.waits() == 0
        assert running.lines("agent_startup")
    assert KEY not in json.dumps(posted(api))
    assert posted(api)["payload"]["SETT_INSTANCE_NAME"] == "tests"


def test_neither_key_nor_payloads_are_logged(api: BlackboardApi, tmp_path: Path) -> None:
    api.lease = 2.0
    api.ask(target_artefact=artefact(payload="a secret of the artefact"))
    claim_id = api.grant()
    code = "import sys; print('a secret'); print('a secret', file=sys.stderr); sys.exit(1)"
    api.faults.append(Fault("/artefacts", 500))
    with agent(api, tmp_path, "--once", code=code) as running:
        assert running.waits() == 0
        assert running.lines("work_done")[0]["claim_id"] == claim_id
        assert all(line.startswith('{"level": "') for line in running.said.splitlines())
        assert KEY not in running.said
        assert "a secret" not in running.said
        assert "A camera shop" not in running.said


def test_commands_run_in_the_workspace(api: BlackboardApi, tmp_path: Path) -> None:
    api.grant()
    (tmp_path / "here").mkdir()
    code = "import json, os; print(json.dumps({'artefact_type': 'Place', 'artefact_payload': os.getcwd()}))"
    with agent(api, tmp_path, "--once", "--workspace", str(tmp_path / "here"), code=code) as running:
        assert running.waits() == 0
    assert posted(api)["payload"] == str(tmp_path / "here")


def read(file: Path) -> str:
    """Nothing where it is not there yet."""
    return file.read_text() if file.exists() else ""


def is_there(pid: int) -> bool:
    """And not only waiting for somebody to take note of its end."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
