"""`switchyard services`: who is there, how they are, and what they offer."""

import argparse
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.arguments import number
from scripts.api.shown import note, say
from scripts.control.arguments import merged, values, without_none
from scripts.control.codes import DONE, FAILED
from scripts.control.command import add_action, add_area
from scripts.control.paging import add_paging, listed
from scripts.control.reading import Record, count, parts, record, records
from scripts.control.showing import Columns, say_record, show, span_of, table, time_of
from shared.control.registry.statuses import Status

LONGEST_LEASE: Final = 7 * 86_400  # seconds
_METADATA: Final = "or an object in JSON; health_path says where it is asked how it is"
_LISTABLE: Final = [str(status) for status in Status if status is not Status.DEREGISTERED]
PATIENCE: Final = 35.0  # seconds: others are asked meanwhile, and the API has 29

_LISTED: Columns = {
    "service": "name",
    "status": "status",
    "since": time_of("status_since"),
    "seen": time_of("last_seen"),
    "address": "base_url",
    "owner": "owner",
}
_ABOUT: Columns = {
    "service": "name",
    "status": "status",
    "because": "status_detail",
    "since": time_of("status_since"),
    "address": "base_url",
    "openapi": "openapi_url",
    "endpoints": "endpoints",
    "metadata": "metadata",
    "owner": "owner",
    "lease": span_of("lease_seconds"),
    "seen": time_of("last_seen"),
    "checked": time_of("last_checked"),
    "registered": time_of("registered_at"),
    "from": "origin",
    "version": "version",
}
_POLLED: Columns = {
    "service": "service",
    "changed": "changed",
    "added": "added",
    "removed": "removed",
    "altered": lambda found: [one.get("operation") for one in parts(found, "changed_operations")],
    "breaking": "breaking",
    "error": "error",
}
_SYNCED: Columns = {"peer": "peer", "status": "status", "sent": "sent", "error": "error"}
_PEERS: Columns = {
    "peer": "url",
    "status": "status",
    "since": time_of("since"),
    "seen": time_of("last_seen"),
    "services": "services",
    "failures": "failures",
    "error": "last_error",
}
_OFFER: Columns = {
    "hash": "current.hash",
    "version": "current.version",
    "operations": "current.operations",
    "since": time_of("current.since"),
    "checked": time_of("current.checked_at"),
    "error": "current.error",
}
_CHANGES: Columns = {
    "time": time_of("at"),
    "type": "type",
    "version": "version",
    "added": "added",
    "removed": "removed",
    "altered": lambda found: [one.get("operation") for one in parts(found, "changed")],
    "breaking": "breaking",
}


def add_services(areas: Any) -> None:
    actions = add_area(areas, "services", "who is there, how they are, and what they offer")
    services = add_action(actions, "list", list_services, "who is there")
    services.add_argument("--status", choices=_LISTABLE, help="only who is so; who is expired is shown only then")
    add_paging(services)
    _add_service(actions, "show", show_service, "one of them")
    _add_register(actions)
    _add_service(actions, "heartbeat", renew, "say that it is alive: its lease is renewed")
    _add_service(actions, "deregister", deregister, "take it off the list")
    maintenance = _add_service(actions, "maintenance", maintain, "nobody is told while it is worked on; or it is over")
    maintenance.add_argument("state", choices=["on", "off"])
    add_paging(_add_service(actions, "openapi", show_offer, "what it offers, and how that has changed"))
    poll = add_action(actions, "poll-openapi", poll_offers, "ask services what they offer, and say what has changed")
    poll.add_argument("name", metavar="NAME", nargs="?", help="only this one")
    add_action(actions, "sync-peers", sync_peers, "tell the peers which services there are")
    add_action(actions, "peers", list_peers, "which peers there are, and whether they can be reached")


def _add_service(actions: Any, name: str, does: Any, about: str) -> argparse.ArgumentParser:
    parser = add_action(actions, name, does, about)
    parser.add_argument("name", metavar="NAME")
    return parser


def _add_register(actions: Any) -> None:
    register = _add_service(actions, "register", register_service, "put it on the list, or change what is said of it")
    register.add_argument("base_url", metavar="URL", help="where it is")
    register.add_argument("--openapi-url", metavar="URL", help="where it says what it offers")
    register.add_argument("--endpoint", action="append", default=[], metavar="TEXT", help="repeatable")
    register.add_argument("--metadata", action="append", default=[], type=values, metavar="NAME=VALUE", help=_METADATA)
    register.add_argument("--owner", metavar="KEY", help="id of the key that may change it; yours, if none is said")
    lease = number(10, LONGEST_LEASE)
    register.add_argument("--lease", type=lease, metavar="SECONDS", help="renewed by heartbeats; without it, it stays")


def list_services(api: Api, options: argparse.Namespace) -> int:
    reply = listed(api, "registry", name="services", query={"status": options.status}, options=options)
    return show(reply, options, table(_LISTED, "services", empty="there are no such services"))


def show_service(api: Api, options: argparse.Namespace) -> int:
    return show(api.ask("GET", "registry", options.name, repeatable=True), options, _tell_one)


def _tell_one(found: Record) -> None:
    say_record(_ABOUT, found)


def register_service(api: Api, options: argparse.Namespace) -> int:
    body = without_none(
        name=options.name,
        base_url=options.base_url,
        openapi_url=options.openapi_url,
        endpoints=options.endpoint,
        metadata=merged(options.metadata),
        owner=options.owner,
        lease_seconds=options.lease,
    )
    reply = api.ask("POST", "registry", "register", body=body, repeatable=True)
    return show(reply, options, lambda found: say_record(_ABOUT, record(found.get("service"))))


def renew(api: Api, options: argparse.Namespace) -> int:
    reply = api.ask("POST", "registry", options.name, "heartbeat", body={}, repeatable=True)
    about: Columns = {"service": "name", "seen": time_of("last_seen"), "until": time_of("lease_until")}
    return show(reply, options, lambda found: say_record(about, found))


def deregister(api: Api, options: argparse.Namespace) -> int:
    reply = api.ask("DELETE", "registry", options.name, repeatable=True)
    return show(reply, options, lambda found: _tell_gone(options.name, found))


def _tell_gone(name: str, found: Record) -> None:
    say(f"{name} is off the list" if found.get("deregistered") is not False else f"{name} was not on the list")


def maintain(api: Api, options: argparse.Namespace) -> int:
    path = ("registry", options.name, "maintenance")
    return show(api.ask("POST", *path, body={"on": options.state == "on"}, repeatable=True), options, _tell_one)


def show_offer(api: Api, options: argparse.Namespace) -> int:
    reply = listed(api, "registry", options.name, "openapi", name="history", query={}, options=options)
    return show(reply, options, _tell_offer)


def _tell_offer(found: Record) -> None:
    say_record({"service": "service", **_OFFER}, found)
    say("")
    table(_CHANGES, "history", empty="it has not changed")(found)


def poll_offers(api: Api, options: argparse.Namespace) -> int:
    """Failed where a service could not be asked, or was not reached in time."""
    body = without_none(service=options.name)
    reply = api.ask("POST", "registry", "poll-openapi", body=body, repeatable=True, seconds=PATIENCE)
    show(reply, options, table(_POLLED, "results", empty="nobody is to be asked"))
    if left := count(record(reply.body), "left"):
        note(f"{left} were not asked: there was no time; say it again")
    return FAILED if left or any(one.get("error") for one in records(reply.body, "results")) else DONE


def sync_peers(api: Api, options: argparse.Namespace) -> int:
    """Failed where a peer could not be told."""
    reply = api.ask("POST", "registry", "sync-peers", body={}, repeatable=True, seconds=PATIENCE)
    show(reply, options, table(_SYNCED, "results", empty="there are no peers"))
    return FAILED if any(one.get("error") for one in records(reply.body, "results")) else DONE


def list_peers(api: Api, options: argparse.Namespace) -> int:
    return show(api.ask("GET", "peers", repeatable=True), options, table(_PEERS, "peers", empty="there are no peers"))
