"""Something that was asked for, and what is known of its run: kept aside while GitHub is asked for something more."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from shared.deploys.order import Action
from shared.deploys.run import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Each field is one of a deploy's, by the same name."""

    action: Action
    acted_by: str
    acted_at: datetime
    run_key: str
    run_id: int | None
    run_url: str | None
    in_doubt: bool
    looks: tuple[Look, ...]
    may_go_on: tuple[str, ...]


ASKED: Final = tuple(field.name for field in fields(Asked))
