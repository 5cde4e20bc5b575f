"""A run of the workflow, and a look at what it shipped."""

import re
from dataclasses import dataclass
from typing import Any

_IN_A_KEY = "[A-Za-z0-9-]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """As GitHub tells it. Source: docs.github.com/rest/actions/workflow-runs, API version 2026-03-10."""

    id: int
    title: str  # `run-name` of the workflow
    status: str  # queued, in_progress, completed, waiting, requested, pending
    conclusion: str | None = None  # success, failure, cancelled, timed_out …
    url: str | None = None  # where people see it

    @property
    def is_over(self) -> bool:
        return self.status == "completed"

    @property
    def has_succeeded(self) -> bool:
        return self.is_over and self.conclusion == "success"

    def is_called(self, key: str) -> bool:
        """Whether its name has the key in it, as a word."""
        word = rf"(?<!{_IN_A_KEY}){re.escape(key)}(?!{_IN_A_KEY})"
        return re.search(word, self.title, re.ASCII) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found at one address. `milliseconds` is the middle of what good answers took; None: there were none."""

    name: str
    is_good: bool
    tries: int
    milliseconds: int | None = None
    said: str | None = None  # what was wrong

    def told(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "good": self.is_good,
            "tries": self.tries,
            "milliseconds": self.milliseconds,
            "said": self.said,
        }
