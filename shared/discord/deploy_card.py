"""A deploy as a message: how far it is, and buttons for what can be done with it now."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from shared.discord.answers import Button, Colour, Embed, Field, Reply, Style, link, moment, shown

if TYPE_CHECKING:
    from shared.deploys.asked import Asked
    from shared.deploys.deploy import Deploy
    from shared.deploys.run import Look

# What buttons begin with; each is handled by functions/run_commands/commands/ship.py.
PROMOTE: Final = "ship.promote"
ROLL_BACK: Final = "ship.rollback"
DETAILS: Final = "ship.details"

_LONGEST_REASON: Final = 400
_IN_DOUBT: Final = "❔ GitHub may have started it; it is being looked for"
_DOUBT_STAYS: Final = "❓ GitHub did not say whether it started"
_LOOK_YOURSELF: Final = "Look at the workflow's runs on GitHub; where there is none of it, ship again."
_UNKNOWN: Final = "UNKNOWN"
_UNTOLD: Final = " What becomes of it is not told here any more: see its run."
_HEADLINES: Final[Mapping[str, str]] = {
    "STARTING": "🚀 Asking GitHub for a run",
    "RUNNING": "⚙️ The run is under way",
    "VERIFYING": "🔎 The run has succeeded; looking at what it shipped",
    "CANARY": "🐤 The canary is out, and waits for a decision",
    "PROMOTING": "⏫ Being promoted",
    "DEPLOYED": "✅ Deployed",
    "PROMOTED": "✅ Promoted",
    "UNHEALTHY": "⚠️ The run has succeeded, and what it shipped is not well",
    "ROLLING_BACK": "⏪ Being rolled back",
    "ROLLED_BACK": "⏪ Rolled back",
    "REFUSED": "❌ Not started: nothing has changed",
    "FAILED": "❌ The run has failed, and may have changed something",
    "UNKNOWN": "❓ It is not known what has become of it",
}
_COLOURS: Final[Mapping[str, Colour]] = {
    "CANARY": Colour.WARNING,
    "DEPLOYED": Colour.GOOD,
    "PROMOTED": Colour.GOOD,
    "UNHEALTHY": Colour.BAD,
    "ROLLED_BACK": Colour.QUIET,
    "REFUSED": Colour.BAD,
    "FAILED": Colour.BAD,
    "UNKNOWN": Colour.WARNING,
}
_LOOKED_AT: Final = frozenset({"CANARY", "DEPLOYED", "PROMOTED", "ROLLED_BACK"})
_ACTIONS: Final[Mapping[str, tuple[str, str]]] = {
    "promote": ("Promoted by", "Promotion asked for by"),
    "rollback": ("Rolled back by", "Rollback asked for by"),
}
_DONE: Final = frozenset({"PROMOTED", "ROLLED_BACK"})  # nothing else claims that it was


def progress(deploy: "Deploy") -> Reply:
    """What all see, edited at each step."""
    return Reply(embeds=(_embed(deploy),), buttons=buttons_of(deploy))


def details(deploy: "Deploy") -> Reply:
    """All that is known of it, for one person."""
    facts = {
        "State": deploy.state,
        "Asked for": _asked_for(deploy),
        **({"Not started": _asked_for(deploy.not_taken)} if deploy.not_taken else {}),
        "Run": f"{link(str(deploy.run_id), deploy.run_url)}" if deploy.run_id else "none that is known",
        "Named": f"`{deploy.run_key}`",
    }
    lines = [f"**{name}:** {value}" for name, value in facts.items()]
    return Reply(content="\n".join((f"**{deploy.id}**", *lines, *_notes(deploy))), private=True)


def superseded(before: Mapping[str, Any], newer_id: str) -> Reply:
    """A deploy that a newer one has followed: nothing can be done with it any more."""
    shipped = _shipped(before["ref"], before["strategy"], before["requested_by"], before["requested_at"])
    followed = f"{newer_id} has followed it.{_UNTOLD if before['state'] == _UNKNOWN else ''}"
    embed = Embed(
        title=f"{before['id']}: {_HEADLINES.get(before['state'], before['state'])}",
        description="\n".join((shipped, followed, *_going_on(before.get("may_go_on", ()), "it"))),
        url=_safe(before.get("run_url")),
        colour=Colour.QUIET,
    )
    return Reply(embeds=(embed,))


def line(told: Mapping[str, Any]) -> str:
    """One deploy of a list, from its summary."""
    name = link(told["id"], told.get("run_url"))
    headline = _HEADLINES.get(told["state"], told["state"])
    reason = f" ({shown(told['reason'], 100)})" if told.get("reason") else ""
    shipped = _shipped(told["ref"], told["strategy"], told["requested_by"], told["requested_at"])
    return f"**{name}** {headline}{reason}\n{shipped}"


def headline(deploy: "Deploy") -> str:
    if deploy.in_doubt and deploy.is_asked_for:
        return _IN_DOUBT
    return _DOUBT_STAYS if _is_unsettled(deploy) else _HEADLINES[deploy.state]


def who(actor: str) -> str:
    """A person of Discord as a mention, which calls nobody; anybody else by name."""
    kind, _, name = actor.partition(":")
    return f"<@{name}>" if kind == "discord" and name.isascii() and name.isdigit() else shown(actor, 100)


def _is_unsettled(deploy: "Deploy") -> bool:
    """Nobody could say whether there is a run, and nobody asks any more."""
    return deploy.in_doubt and deploy.state == _UNKNOWN


def _embed(deploy: "Deploy") -> Embed:
    shipped = _shipped(deploy.ref, deploy.strategy, deploy.requested_by, deploy.requested_at.timestamp())
    fields = [Field(name="Changed", value=moment(deploy.changed_at.timestamp())), *_acts(deploy)]
    if deploy.run_id:
        fields.append(Field(name="Run", value=link(f"#{deploy.run_id}", deploy.run_url)))
    return Embed(
        title=f"{deploy.id}: {headline(deploy)}",
        description="\n".join((shipped, *_notes(deploy), *_before(deploy))),
        colour=_COLOURS.get(deploy.state, Colour.NEUTRAL),
        fields=fields,
    )


def _acts(deploy: "Deploy") -> list[Field]:
    """Who has promoted it or rolled it back, or wanted to."""
    acts = []
    if deploy.action in _ACTIONS:
        done, asked = _ACTIONS[deploy.action]
        acts.append(Field(name=done if deploy.state in _DONE else asked, value=who(deploy.acted_by)))
    if deploy.not_taken:
        acts.append(Field(name=_ACTIONS[deploy.not_taken.action][1], value=who(deploy.not_taken.acted_by)))
    return acts


def _asked_for(asked: "Deploy | Asked") -> str:
    return f"{asked.action}, by {who(asked.acted_by)} {moment(asked.acted_at.timestamp(), 'f')}"


def _notes(deploy: "Deploy") -> list[str]:
    notes = [f"**Note:** {shown(deploy.reason, _LONGEST_REASON)}"] if deploy.reason else []
    if deploy.is_running and deploy.reason:
        notes.append(f"Asked for {moment(deploy.acted_at.timestamp())}; nothing else is shipped here meanwhile.")
    if _is_unsettled(deploy):
        notes.append(_LOOK_YOURSELF)
    if not deploy.looks and deploy.state in _LOOKED_AT and deploy.run_id:
        notes.append("Nobody has looked whether it is well: no checks are set up for this environment.")
    return [*notes, *map(_look, deploy.looks), *_going_on(deploy.may_go_on, "it")]


def _before(deploy: "Deploy") -> list[str]:
    """What may still come of the deploy before this one."""
    notes = []
    for before in deploy.earlier[:1]:
        if before["state"] == _UNKNOWN:
            name = link(before["id"], before.get("run_url"))
            notes.append(f"It is not known what has become of {name}: its run may still go on.")
        notes += _going_on(before.get("may_go_on", ()), before["id"])
    return notes


def _going_on(urls: Iterable[str], whose: str) -> list[str]:
    """Of runs that nobody follows any more, for something else was asked for since."""
    return [
        f"It is not known what has become of {link(f'an earlier run of {whose}', url)}: it may still go on."
        for url in urls
    ]


def _look(look: "Look") -> str:
    if look.is_good:
        return f"🟢 {shown(look.name)}: {look.milliseconds} ms"
    return f"🔴 {shown(look.name)}: {shown(look.said or 'no good answer', 100)}"


def buttons_of(deploy: "Deploy") -> tuple[Button, ...]:
    place = f"{deploy.environment}:{deploy.id}"
    known = {
        "promote": Button(label="Promote", custom_id=f"{PROMOTE}:{place}", style=Style.SUCCESS),
        "rollback": Button(label="Roll back", custom_id=f"{ROLL_BACK}:{place}", style=Style.DANGER),
    }
    label = "Run on GitHub" if deploy.run_id else "Runs on GitHub"
    run = (Button(label=label, url=url),) if (url := _safe(deploy.run_url)) else ()
    return (
        *(known[action] for action in deploy.open_actions),
        Button(label="Details", custom_id=f"{DETAILS}:{place}"),
        *run,
    )


def _shipped(ref: str, strategy: str, by: str, at: float) -> str:
    return f"`{ref}` ({strategy}), shipped by {who(by)} {moment(at)}"


def _safe(url: str | None) -> str:
    return url if url and url.startswith(("https://", "http://")) else ""
