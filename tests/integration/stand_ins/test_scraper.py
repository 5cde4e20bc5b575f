"""The scraper takes a job on once, and reports what it found."""

import httpx

from shared.listings.contracts import JobComplete, Match
from tests.integration.stand_ins.receiver import Receiver
from tests.integration.stand_ins.requests import a_search, scrape
from tests.stand_ins.client import StandIns


def test_a_job_is_taken_on_and_reported(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    answer = scrape(http, stand_ins)
    job_id = answer.json()["job_id"]
    assert (answer.status_code, answer.json()["status"]) == (202, "pending")
    stand_ins.settle()
    assert receiver.paths == ["/api/webhooks/scraper/job-complete"]
    report = JobComplete.model_validate(receiver.received[0].body)
    assert str(report.job_id) == job_id
    assert len([Match.model_validate(match) for match in report.matches]) == 3
    looked_up = http.get(f"{stand_ins.addresses['scraper']}/scrape/{job_id}")
    assert looked_up.json() == {"job_id": job_id, "status": "completed"}
    assert stand_ins.violations() == []


def test_a_repeated_job_is_the_same_job(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    assert scrape(http, stand_ins).text == scrape(http, stand_ins).text
    stand_ins.settle()
    assert len(receiver.received) == 1


def test_it_finds_what_it_is_told_to_find(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    stand_ins.set("scraper", matches=[{"any": "thing"}])
    scrape(http, stand_ins)
    stand_ins.settle()
    assert receiver.received[0].body["matches"] == [{"any": "thing"}]


def test_a_job_that_fails_is_not_reported(stand_ins: StandIns, http: httpx.Client, receiver: Receiver) -> None:
    stand_ins.set("scraper", outcome="failed")
    job_id = scrape(http, stand_ins).json()["job_id"]
    stand_ins.settle()
    assert http.get(f"{stand_ins.addresses['scraper']}/scrape/{job_id}").json()["status"] == "failed"
    assert receiver.received == []


def test_it_may_report_unasked(stand_ins: StandIns, receiver: Receiver) -> None:
    assert stand_ins.report([])["state"] == "accepted"
    assert receiver.paths == ["/api/webhooks/scraper/job-complete"]


def test_a_job_nobody_asked_for_is_not_there(stand_ins: StandIns, http: httpx.Client) -> None:
    assert http.get(f"{stand_ins.addresses['scraper']}/scrape/1").status_code == 404


def test_a_job_without_a_key_or_brands_is_refused(stand_ins: StandIns, http: httpx.Client) -> None:
    assert scrape(http, stand_ins, brands=[]).status_code == 400
    assert http.post(f"{stand_ins.addresses['scraper']}/scrape", json=a_search()).status_code == 400
    assert len(stand_ins.violations()) == 2
