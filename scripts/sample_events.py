"""The sample event of a function, with real keys where it says whose key it wants."""

from collections.abc import Mapping

from scripts.local_aws import ROOT

FOLDER = ROOT / "events"


def sample_event(function: str, keys: Mapping[str, str]) -> str:
    """JSON; `{{keys.<role>}}` in the file stands for the key of a role."""
    text = (FOLDER / f"{function}.json").read_text()
    for role, key in keys.items():
        text = text.replace(f"{{{{keys.{role}}}}}", key)
    return text
