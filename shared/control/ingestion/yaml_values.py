"""YAML that strangers wrote, as texts, lists and mappings: from its events, so that nothing is built but what is there.

PyYAML's own loaders recurse as deep as a text is nested, in C past the end of the stack, and copy what is merged.
"""

from typing import Any, Final

import yaml

_DEEPEST: Final = 100  # lists and mappings in each other
_PARSER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableYamlError(ValueError):
    """It is no YAML, or nested beyond reason."""


def read_yaml(text: str) -> Any:
    """The first document. Scalars are texts as they stand; what is repeated by an alias is the same object.

    Raises UnreadableYamlError.
    """
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_PARSER):
            if isinstance(event, yaml.DocumentEndEvent):
                break
            builder.take(event)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise UnreadableYamlError(type(error).__name__) from None
    return builder.value


class _Builder:
    """What is open stands in `_open`: a list, or a mapping with the key that waits for its value."""

    def __init__(self) -> None:
        self.value: Any = None
        self._open: list[tuple[Any, list[Any]]] = []
        self._known: dict[str | None, Any] = {}

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.ScalarEvent():
                self._put(event.value, event.anchor)
            case yaml.AliasEvent():
                self._put(self._known.get(event.anchor), None)
            case yaml.SequenceStartEvent():
                self._begin([], event.anchor)
            case yaml.MappingStartEvent():
                self._begin({}, event.anchor)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._open.pop()

    def _begin(self, collection: Any, anchor: str | None) -> None:
        if len(self._open) == _DEEPEST:
            raise UnreadableYamlError("nested too deep")
        self._put(collection, anchor)
        self._open.append((collection, []))

    def _put(self, value: Any, anchor: str | None) -> None:
        if anchor is not None:
            self._known[anchor] = value
        if not self._open:
            self.value = value
            return
        collection, key = self._open[-1]
        if isinstance(collection, list):
            collection.append(value)
        elif not key:
            key.append(value if isinstance(value, str) else None)
        else:
            collection[key.pop()] = value
