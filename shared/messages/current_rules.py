"""The routing rules as they are now: those operators have put in place, else those that are shipped."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Final

from shared.messages.routing import Rules
from shared.messages.rules_file import default_text, read_rules
from shared.runtime.clock import Clock
from shared.runtime.errors import DependencyError, InvalidInputError

LOOKED_AT_AFTER: Final = timedelta(seconds=5)  # so soon a change is seen everywhere


class CurrentRules:
    """`read` yields version and text of the file in place, None for none; `warn` hears what should be seen to."""

    def __init__(
        self,
        read: Callable[[], tuple[int, str | None]],
        *,
        sinks: Collection[str],
        clock: Clock,
        warn: Callable[[str], None],
    ) -> None:
        self._read = read
        self._sinks = sinks
        self._clock = clock
        self._warn = warn
        self._known: tuple[int, Rules] | None = None
        self._looked_at: datetime | None = None

    def __call__(self) -> Rules:
        """Raises DependencyError where they cannot be read and were not before."""
        now = self._clock()
        if self._known is None or self._looked_at is None or now - self._looked_at >= LOOKED_AT_AFTER:
            self._known = self._looked(self._known)
            self._looked_at = now
        return self._known[1]

    def _looked(self, known: tuple[int, Rules] | None) -> tuple[int, Rules]:
        try:
            version, text = self._read()
        except DependencyError:
            if known is None:
                raise
            return known
        if known is not None and known[0] == version:
            return known
        return version, self._parsed(text, known)

    def _parsed(self, text: str | None, known: tuple[int, Rules] | None) -> Rules:
        """Nothing broken is put in place; what another release took, and this one does not, is passed over."""
        if text is not None:
            try:
                return read_rules(text, sinks=self._sinks)
            except InvalidInputError as error:
                self._warn(f"the routing rules in place cannot be read: {error}")
                if known is not None:
                    return known[1]
        return read_rules(default_text(), sinks=self._sinks)
