"""Answers shown: as they are for programs, in tables and fields for people."""

import argparse
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scripts.api.api import Reply
from scripts.api.shown import note, say_fields, say_json_text
from scripts.api.table import say_table
from scripts.control.codes import DONE
from scripts.control.reading import Record, part, record, records, span, utc

How = str | Callable[[Record], Any]
Columns = Mapping[str, How]  # title → where its value stands, or how it is read


def show(reply: Reply, options: argparse.Namespace, for_people: Callable[[Record], None]) -> int:
    """Done, whatever the answer says."""
    if not options.json:
        for_people(record(reply.body))
    elif reply.text:
        say_json_text(reply.text.rstrip("\n"))
    return DONE


def table(columns: Columns, name: str, *, empty: str) -> Callable[[Record], None]:
    """What is listed under that name; and that there is more, where there is."""

    def tell(found: Record) -> None:
        say_records(columns, records(found, name), empty=empty)
        if cursor := found.get("next_cursor"):
            note(f"there is more: --cursor {cursor}")
        elif found.get("is_all") is False:
            note("there may be more")

    return tell


def say_records(columns: Columns, found: Iterable[Record], *, empty: str) -> None:
    rows = [[_read(one, how) for how in columns.values()] for one in found]
    say_table(tuple(columns), rows, empty=empty)


def say_record(columns: Columns, found: Record) -> None:
    """What is not there is left out."""
    known = {title: _read(found, how) for title, how in columns.items()}
    say_fields({title: value for title, value in known.items() if value not in (None, "", [], {})})


def time_of(path: str) -> Callable[[Record], Any]:
    return lambda found: utc(part(found, path))


def span_of(path: str) -> Callable[[Record], Any]:
    return lambda found: span(part(found, path))


def number_of(path: str) -> Callable[[Record], Any]:
    """How many are listed there."""
    return lambda found: len(listed) if isinstance(listed := part(found, path), list | dict) else None


def _read(found: Record, how: How) -> Any:
    return part(found, how) if isinstance(how, str) else how(found)
