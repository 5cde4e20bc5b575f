"""Which tags a message gets, which sinks it goes to, and why: rules of an operator, read once, asked often."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shared.messages.message import Message
from shared.messages.words import Phrases, folded

# Says why the condition holds, or None where it does not.
Test = Callable[["_Subject"], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Conditions, all of which have to hold; of the values of one, any. None and empty ask nothing.

    A type or a channel may end in `*`, which stands for any rest. Case does not matter.
    """

    always: bool = False
    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    words: tuple[str, ...] = ()  # or phrases, whole, in the content
    has_time: bool | None = None
    _tests: tuple[Test, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_tests", tuple(_tests(self)))  # made once, not for each message

    def holds(self, subject: "_Subject") -> str | None:
        """Why it holds; None where it does not."""
        reasons = []
        for test in self._tests:
            reason = test(subject)
            if reason is None:
                return None
            reasons.append(reason)
        return "; ".join(reasons) or ("always" if self.always else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRule:
    name: str
    when: When
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    name: str
    when: When
    to: tuple[str, ...]  # names of sinks


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """`options` are what the file says of each sink, for the sink to read; `lines` where it says so, by path."""

    tag_rules: tuple[TagRule, ...] = ()
    routes: tuple[Route, ...] = ()
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict, repr=False, compare=False)

    def line_of(self, option: str) -> int:
        """Of the line where it is said, like `notion.properties.title`; where it is not, of what it is missing in."""
        while option and option not in self.lines:
            option = option.rpartition(".")[0]
        return self.lines.get(option, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fired:
    """A tag rule that holds for a message, and why."""

    rule: str
    tags: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A sink a message goes to, by the first route that names it, and why."""

    sink: str
    route: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    tags: tuple[str, ...] = ()  # sorted, each once
    fired: tuple[Fired, ...] = ()
    sent: tuple[Sent, ...] = ()  # in the order of the routes

    @property
    def sinks(self) -> tuple[str, ...]:
        """Sorted."""
        return tuple(sorted(sent.sink for sent in self.sent))

    @property
    def rules(self) -> tuple[str, ...]:
        """The names of the tag rules that fired and of the routes that were taken, in their order."""
        names = [fired.rule for fired in self.fired] + [sent.route for sent in self.sent]
        return tuple(dict.fromkeys(names))


def decide(message: Message, rules: Rules) -> Decision:
    """The same for the same message and rules, whenever it is asked."""
    subject = _Subject(message)
    fired = []
    for rule in rules.tag_rules:
        why = rule.when.holds(subject)
        if why is not None:
            fired.append(Fired(rule=rule.name, tags=rule.tags, why=why))
    tags = tuple(sorted({tag for each in fired for tag in each.tags}))
    subject.tags = frozenset(tags)
    return Decision(tags=tags, fired=tuple(fired), sent=tuple(_sent(subject, rules.routes)))


def _sent(subject: "_Subject", routes: Iterable[Route]) -> Iterable[Sent]:
    served: set[str] = set()
    for route in routes:
        why = route.when.holds(subject)
        if why is None:
            continue
        for sink in route.to:
            if sink not in served:
                served.add(sink)
                yield Sent(sink=sink, route=route.name, why=why)


class _Subject:
    """A message as the tests look at it. Its content is put in order for comparing only where a rule asks for words."""

    __slots__ = ("_content", "author", "channel", "has_time", "message", "priority", "tags", "type")

    def __init__(self, message: Message) -> None:
        self.message = message
        self.type = message.type
        self.channel = folded(message.channel or "")
        self.author = folded(message.author or "")
        self.priority = folded(message.priority or "")
        self.has_time = message.scheduled_for is not None
        self.tags: frozenset[str] = frozenset()
        self._content: str | None = None

    @property
    def content(self) -> str:
        if self._content is None:
            self._content = folded(self.message.content)
        return self._content


_NAMED: Final = {"type": "types", "channel": "channels", "author": "authors", "priority": "priorities"}


def _tests(when: When) -> Iterable[Test]:
    for name, values in _NAMED.items():
        if getattr(when, values):
            yield _named(name, getattr(when, values))
    if when.tags:
        yield _tagged(when.tags)
    if when.has_time is not None:
        yield _timed(when.has_time)
    if when.words:  # last: the only one that costs anything
        yield _says(when.words)


def _named(name: str, values: tuple[str, ...]) -> Test:
    exact = frozenset(folded(value) for value in values)
    starts = tuple(folded(value[:-1]) for value in values if value.endswith("*") and name in ("type", "channel"))

    def test(subject: _Subject) -> str | None:
        value: str = getattr(subject, name)
        if value and (value in exact or value.startswith(starts)):
            return f"{name} is {getattr(subject.message, name)}"
        return None

    return test


def _tagged(tags: tuple[str, ...]) -> Test:
    wanted = tuple(folded(tag) for tag in tags)

    def test(subject: _Subject) -> str | None:
        has = next((tag for tag in wanted if tag in subject.tags), None)
        return f"is tagged {has}" if has is not None else None

    return test


def _timed(wanted: bool) -> Test:
    why = "has a time" if wanted else "has no time"
    return lambda subject: why if subject.has_time is wanted else None


def _says(phrases: tuple[str, ...]) -> Test:
    wanted = Phrases(phrases)

    def test(subject: _Subject) -> str | None:
        phrase = wanted.first_in(subject.content)
        return f'says "{phrase}"' if phrase is not None else None

    return test
