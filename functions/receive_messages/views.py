"""What a poster of messages is told."""

from pydantic import BaseModel, Field

from shared.messages.recording import Outcome, Routed


class Fired(BaseModel):
    rule: str
    tags: list[str]
    why: str


class Sent(BaseModel):
    sink: str
    route: str
    why: str


class RoutedView(BaseModel):
    index: int
    id: str
    event_id: str
    type: str
    tags: list[str]
    rules: list[Fired] = Field(description="Those that fired")
    sinks: list[Sent] = Field(description="Where it goes, and why")
    known: bool = Field(description="It was posted before: nothing happens again")


class RefusedView(BaseModel):
    index: int
    reason: str


class Routing(BaseModel):
    dry_run: bool = Field(description="Nothing was recorded")
    recorded: int
    known: int
    messages: list[RoutedView]
    refused: list[RefusedView]


def routing(outcome: Outcome, *, dry_run: bool) -> Routing:
    known = set(outcome.known)
    messages = []
    for routed in outcome.routed:
        messages.append(_view(routed, known=routed.message.key in known))
        known.add(routed.message.key)  # one that is posted twice in one call is known the second time
    repeated = sum(view.known for view in messages)
    recorded = 0 if dry_run else len(messages) - repeated
    refused = [RefusedView(index=index, reason=reason) for index, reason in sorted(outcome.refused.items())]
    return Routing(dry_run=dry_run, recorded=recorded, known=repeated, messages=messages, refused=refused)


def _view(routed: Routed, *, known: bool) -> RoutedView:
    message, decision = routed.message, routed.decision
    return RoutedView(
        index=routed.index,
        id=message.id,
        event_id=message.event_id,
        type=message.type,
        tags=list(decision.tags),
        rules=[Fired(rule=fired.rule, tags=list(fired.tags), why=fired.why) for fired in decision.fired],
        sinks=[Sent(sink=sent.sink, route=sent.route, why=sent.why) for sent in decision.sent],
        known=known,
    )
