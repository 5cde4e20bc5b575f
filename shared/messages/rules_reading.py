"""From the parts of a rules file to rules: everything is checked, and nothing unknown is passed over."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NoReturn

from shared.messages.routing import Route, Rules, TagRule, When
from shared.messages.words import folded
from shared.runtime.errors import InvalidInputError
from shared.runtime.part import Part

LONGEST_TEXT: Final = 200
LONGEST_NAME: Final = 100
LONGEST_TAG: Final = 50
NO_ROUTE: Final = "without a route no message goes anywhere"

_SECTIONS: Final = ("tags", "routes", "sinks")
_TEXTS: Final = {
    "type": "types",
    "channel": "channels",
    "author": "authors",
    "priority": "priorities",
    "words": "words",
}
_CONDITIONS: Final = (*_TEXTS, "has_time", "always")
_WITH_STAR: Final = ("type", "channel")


def rules_from(document: Part, sinks: Collection[str]) -> Rules:
    """Raises InvalidInputError with the place of what is wrong."""
    sections = document.fields(_SECTIONS)
    tag_rules = [_tag_rule(part) for part in _entries(sections, "tags")]
    routes = [_route(part, sinks) for part in _entries(sections, "routes")]
    if not routes:
        _refuse_silence(sections.get("routes"))
    _check_names(sections)
    _check_tags(sections, {tag for rule in tag_rules for tag in rule.tags})
    options = sections.get("sinks")
    return Rules(
        tag_rules=tuple(tag_rules),
        routes=tuple(routes),
        options=_options(options, sinks),
        lines=dict(options.lines()) if options is not None else {},
    )


def _refuse_silence(routes: Part | None) -> NoReturn:
    """Whoever wants no message to go anywhere pauses the sinks; a file that says so forgot something."""
    if routes is not None:
        routes.wrong(NO_ROUTE)
    raise InvalidInputError(f"routes: {NO_ROUTE}")


def _entries(sections: Mapping[str, Part], name: str) -> list[Part]:
    """A section that is left out, or has nothing but comments, is empty."""
    section = sections.get(name)
    return section.entries() if section is not None and section.value is not None else []


def _tag_rule(part: Part) -> TagRule:
    fields = _needed(part, ("name", "when", "tags"))
    tags = tuple(dict.fromkeys(folded(tag) for tag in fields["tags"].texts(LONGEST_TAG)))
    if any("," in tag for tag in tags):
        fields["tags"].wrong("a tag has no comma; several tags are a list: [one, two]")
    return TagRule(name=fields["name"].text(LONGEST_NAME), when=_when(fields["when"], _CONDITIONS), tags=tags)


def _route(part: Part, sinks: Collection[str]) -> Route:
    fields = _needed(part, ("name", "when", "to"))
    to = fields["to"].texts(LONGEST_TEXT)
    if not set(to) <= set(sinks):
        fields["to"].wrong(f"there is no such sink; the sinks are {', '.join(sorted(sinks))}")
    when = _when(fields["when"], ("tags", *_CONDITIONS))
    return Route(name=fields["name"].text(LONGEST_NAME), when=when, to=tuple(dict.fromkeys(to)))


def _needed(part: Part, names: tuple[str, ...]) -> dict[str, Part]:
    fields = part.fields(names)
    missing = [name for name in names if name not in fields]
    if missing:
        part.wrong(f"`{missing[0]}` is missing")
    return fields


def _when(part: Part, allowed: tuple[str, ...]) -> When:
    if part.value is None or part.value == {}:
        part.wrong("a condition is needed; for every message, write `always: true`")
    given = part.fields(allowed)
    if "always" in given:
        return _always(given)
    values: dict[str, Any] = {field: _values(given[name], name) for name, field in _TEXTS.items() if name in given}
    values |= {"tags": tuple(map(folded, given["tags"].texts(LONGEST_TAG)))} if "tags" in given else {}
    values |= {"has_time": given["has_time"].yes_or_no()} if "has_time" in given else {}
    return When(**values)


def _always(given: Mapping[str, Part]) -> When:
    if not given["always"].yes_or_no():
        given["always"].wrong("only true makes sense here; to switch a rule off, put # before its lines")
    if len(given) > 1:
        given["always"].wrong("this stands alone: other conditions would say when, and always says ever")
    return When(always=True)


def _values(part: Part, name: str) -> tuple[str, ...]:
    values = tuple(value.lstrip("#") if name == "channel" else value for value in part.texts(LONGEST_TEXT))
    if not all(values):
        part.wrong("a channel needs a name after the #")
    if name in _WITH_STAR and any("*" in value[:-1] for value in values):
        part.wrong("a * may stand only at the end")
    if name == "type":
        _check_types(part, values)
    return values


def _check_types(part: Part, values: Iterable[str]) -> None:
    """All types there can be have a dot."""
    if lacking := next((value for value in values if "." not in value and not value.endswith("*")), None):
        name = lacking.lower()
        part.wrong(f"a type has a dot, like `{name}.created`; `{name}.*` stands for all that begin so")


def _check_names(sections: Mapping[str, Part]) -> None:
    """Over both lists: a message's record says by name alone which rules fired."""
    seen: set[str] = set()
    for part in (*_entries(sections, "tags"), *_entries(sections, "routes")):
        name = part.mapping()["name"]
        text = folded(name.text(LONGEST_NAME))
        if text in seen:
            name.wrong("another rule has this name")
        seen.add(text)


def _check_tags(sections: Mapping[str, Part], given: Collection[str]) -> None:
    """A route for a tag that nobody gives would wait for ever."""
    for part in _entries(sections, "routes"):
        wanted = part.mapping()["when"].mapping().get("tags")
        if wanted is not None and not {folded(tag) for tag in wanted.texts(LONGEST_TAG)} <= set(given):
            wanted.wrong("no rule under `tags` gives this tag")


def _options(part: Part | None, sinks: Collection[str]) -> dict[str, dict[str, Any]]:
    if part is None or part.value is None:
        return {}
    options = part.fields(sorted(sinks))
    return {name: {key: value.plain() for key, value in each.mapping().items()}
            for name, each in options.items() if each.value is not None}  # fmt: skip
