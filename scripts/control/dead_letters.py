"""`switchyard dead-letters`: what was given up, where and why; trying it again, throwing it away."""

import argparse
from typing import Any, Final

from scripts.api.api import Api
from scripts.api.arguments import number, said
from scripts.api.confirming import is_confirmed
from scripts.api.place import CalledWronglyError
from scripts.api.shown import note, say
from scripts.control.arguments import without_none
from scripts.control.codes import DONE, FAILED
from scripts.control.command import add_action, add_area
from scripts.control.following import add_waiting
from scripts.control.reading import Record, count, parts, record, records
from scripts.control.showing import Columns, say_records, show, span_of, table, time_of
from scripts.control.starting import started

FASTEST: Final = 500  # letters a second
MOST: Final = 1_000_000
MOST_SHOWN: Final = 200
_ALONE: Final = "say --yes where nobody can be asked"
PATIENCE: Final = 35.0  # seconds: queues are looked through meanwhile, and the API has 29


def _causes(found: Record) -> list[str]:
    return [f"{one.get('count')} {one.get('cause')}" for one in parts(found, "causes")]


_QUEUES: Columns = {
    "queue": "queue",
    "letters": lambda found: "cannot be asked" if found.get("messages") is None else found["messages"],
    "oldest": span_of("oldest_seconds"),
    "goes back to": "source",
    "causes": lambda found: [*_causes(found), *(["…"] if found.get("is_sample") else [])],
}
_LETTERS: Columns = {
    "letter": "letter_id",
    "queue": "queue",
    "sent": time_of("sent_at"),
    "times": "receive_count",
    "event": "event_type",
    "cause": "cause",
    "cannot be retried": "why_not",
}


def add_dead_letters(areas: Any) -> None:
    actions = add_area(areas, "dead-letters", "what was given up, where and why")
    add_action(actions, "stats", show_stats, "how many lie where, since when, and why")
    letters = add_action(actions, "list", list_letters, "look into them; as JSON with what they say")
    _add_which(letters)
    letters.add_argument("--limit", type=number(1, MOST_SHOWN), default=50, metavar="N", help="at most so many; 50")
    _add_retry(actions)
    _add_discard(actions)


def _add_which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--queue", metavar="NAME", help="only of this dead-letter queue")
    parser.add_argument("--letter", metavar="ID", help="only this one")
    parser.add_argument("--cause", metavar="TEXT", help="only what is dead for this, as `stats` says it")
    parser.add_argument("--type", metavar="TYPE", help="only what is about events of this type")


def _add_retry(actions: Any) -> None:
    retry = add_action(actions, "retry", retry_letters, "try them again: some, or all")
    _add_which(retry)
    retry.add_argument("--all", action="store_true", help="all of all queues")
    retry.add_argument("--dry-run", action="store_true", help="only say what would be tried again")
    retry.add_argument("--rate", type=number(1, FASTEST), metavar="N", help="so many a second; 50")
    retry.add_argument("--limit", type=number(1, MOST), metavar="N", help="at most so many; up to ten are done at once")
    add_waiting(retry)


def _add_discard(actions: Any) -> None:
    discard = add_action(actions, "discard", discard_letters, "throw them away; what they were about stays on record")
    discard.add_argument("--queue", required=True, metavar="NAME", help="of this dead-letter queue")
    which = discard.add_mutually_exclusive_group(required=True)
    which.add_argument("--letter", metavar="ID", help="only this one")
    which.add_argument("--cause", metavar="TEXT", help="only what is dead for this, as `stats` says it")
    which.add_argument("--all", action="store_true", help="all that lie there")
    discard.add_argument("--reason", required=True, type=said, metavar="TEXT")
    discard.add_argument("--yes", action="store_true", help="do not ask")


def show_stats(api: Api, options: argparse.Namespace) -> int:
    reply = api.ask("GET", "infrastructure", "dlq", "stats", repeatable=True, seconds=PATIENCE)
    return show(reply, options, _tell_stats)


def _tell_stats(found: Record) -> None:
    """Only where something lies, or may lie."""
    queues = records(found, "queues")
    lying = [queue for queue in queues if queue.get("messages") != 0]
    say_records(_QUEUES, lying, empty=f"nothing lies in any of {len(queues)} queues")
    if lying and len(lying) < len(queues):
        note(f"queues with nothing in them: {len(queues) - len(lying)}")


def list_letters(api: Api, options: argparse.Namespace) -> int:
    query = {
        "queue": options.queue,
        "letter_id": options.letter,
        "cause": options.cause,
        "event_type": options.type,
        "limit": options.limit,
    }
    reply = api.ask("GET", "infrastructure", "dlq", "letters", query=query, repeatable=True, seconds=PATIENCE)
    return show(reply, options, table(_LETTERS, "letters", empty="there are no such letters"))


def retry_letters(api: Api, options: argparse.Namespace) -> int:
    """At once, or by a run. Raises CalledWronglyError."""
    if not (options.all or options.queue or options.letter or options.cause or options.type):
        raise CalledWronglyError("which? Say --queue, --letter, --cause or --type, or --all for all of all queues")
    body = without_none(
        queue=options.queue,
        letter_id=options.letter,
        cause=options.cause,
        event_type=options.type,
        dry_run=options.dry_run or None,
        rate=options.rate,
        limit=options.limit,
    )
    path = ("infrastructure", "dlq", "retry")
    reply = api.ask("POST", *path, body=body, repeatable=options.dry_run, seconds=PATIENCE)
    if record(reply.body).get("run_id") is not None:
        return started(api, reply, options)
    show(reply, options, _tell_retried)
    return FAILED if count(reply.body, "not_accepted") else DONE


def _tell_retried(found: Record) -> None:
    if (would := found.get("would_retry")) is not None:
        say(f"{would} of about {found.get('total_events')} would be tried again")
    else:
        say(f"{found.get('retried_events')} of about {found.get('total_events')} are on their way again")
    if refused := count(found, "not_accepted"):
        say(f"{refused} were not accepted, and are where they were")
    for one in parts(found, "refused"):
        say(f"{one.get('count')} cannot be tried again: {one.get('why_not')}")
    if found.get("is_all") is False:
        note("there may be more")


def discard_letters(api: Api, options: argparse.Namespace) -> int:
    """Raises CalledWronglyError where nobody can be asked."""
    if not options.yes and not is_confirmed(f"Throw away {_meant(options)} of {options.queue}?", otherwise=_ALONE):
        note("nothing is thrown away")
        return FAILED
    body = without_none(queue=options.queue, letter_id=options.letter, cause=options.cause, all=options.all or None)
    path = ("infrastructure", "dlq", "discard")
    reply = api.ask("POST", *path, body={**body, "reason": options.reason}, repeatable=False, seconds=PATIENCE)
    return show(reply, options, _tell_discarded)


def _meant(options: argparse.Namespace) -> str:
    if options.letter:
        return f"letter {options.letter}"
    return f"what is dead for {options.cause!r}" if options.cause else "all"


def _tell_discarded(found: Record) -> None:
    say(f"{found.get('discarded')} are thrown away")
    if found.get("is_all") is False:
        note("there are more: say it again")
