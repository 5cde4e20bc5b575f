"""Whether something is named in an event or a document: as a word of its own, in capitals or not."""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from shared.control.proxies.documents import Document
from shared.ledger.envelope import Event


class Names:
    """Names of one thing. A name is found as a whole word: PROJ-12 in `fix/PROJ-12-login`, and not in PROJ-123."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        one_of = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self._word = re.compile(rf"(?<!\w)(?:{one_of})(?!\w)", re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        return self._word.search(text) is not None

    def is_of(self, event: Event) -> bool:
        """Where the event is about it, belongs to its thread, or says its name."""
        if self._names & {event.subject, event.correlation_id, event.trace_id, event.id}:
            return True
        return self.is_said_in(event.data) or self.is_in(event.subject)

    def is_said_in(self, value: Any) -> bool:
        return any(map(self.is_in, texts_in(value)))

    def is_about(self, document: Document) -> bool:
        """By what is known of it, without its content."""
        said = (document.id, document.place, document.title, document.url, document.metadata)
        return self.is_said_in(said)


def texts_in(value: Any) -> Iterator[str]:
    """All texts in JSON values, but for the names of fields."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts_in(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)
