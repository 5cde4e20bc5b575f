"""Text and JSON that may hold a secret, made fit to be shown: what looks like one, or is called one, is blotted out.

What is blotted out by its looks is what the services around give out, and whatever an address or a header carries to
prove who is asking. It errs on the side of blotting out too much.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from shared.runtime.text import clean

BLOT: Final = "•••"

_DEEPEST: Final = 32  # what lies deeper in each other is nobody's to read
_NAMES: Final = re.compile(
    r"secret|token|passw|pwd|passphrase|credential|signature|authori[sz]ation|cookie"
    r"|(api|access|private|client|session|signing|encryption|service|bot|master).?key|^x-api-key$|^key$"
)
_HARMLESS: Final = re.compile(r"^(page|next|continuation|sync)_?token$")  # places in lists
_SIGNS: Final = re.compile(
    r"""
      -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)
    | \b(?:Bearer|Basic|Bot|Token|ApiKey)[ ](?=[^\s0-9=]{0,60}[0-9=])[A-Za-z0-9._~+/=-]{8,}
    | \bswy_[0-9a-f]{16}_[A-Za-z0-9_-]+                                        # ours
    | \bwhsec_[A-Za-z0-9+/=]+
    | \beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*)*           # JWT
    | \b(?:gh[opusr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})
    | \b(?:ntn_|secret_)[A-Za-z0-9]{20,}                                       # Notion
    | \bshp(?:at|ca|pa|ss|ua|rk)_[A-Za-z0-9]{16,}                              # Shopify
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b
    | \bya29\.[A-Za-z0-9_-]{10,}                                               # Google
    | \bxox[abeprs]-[A-Za-z0-9-]{10,}
    | (?<![0-9])[0-9]{6,12}:[A-Za-z0-9_-]{20,}                                           # a bot of Telegram
    | \b[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}           # a bot of Discord
    | (?<=/webhooks/)(?P<webhook>[0-9]{10,}/)[A-Za-z0-9_-]{16,}                # where Discord is answered
    | (?<=/interactions/)(?P<interaction>[0-9]{10,}/)[A-Za-z0-9_-]{16,}
    | (?<=hooks\.slack\.com/services/)[A-Za-z0-9/_-]{10,}
    | (?P<scheme>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/"']+@                        # user and password in an address
    | (?P<name>(?:secret|token|passw(?:or)?d|pwd|signature|credential|authori[sz]ation|api[-_]?key|access[-_]?key)
        [A-Za-z0-9_-]{0,30}\\{0,8}["']?\s{0,3}[=:]\s{0,3}(?:\\{0,8}["'])?+)      # in JSON within JSON, too
      (?!•)(?:(?<=["'])(?:[^"'\n\\]|\\(?!\\{0,8}["'])){3,}
        |(?:(?:Bearer|Basic|Bot|Token)[ ])?[^\s&"',;)}\]]{3,})
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


def redacted_text(text: str) -> str:
    """The text without what looks like a secret, and without what is no text: half letters, control characters."""
    return _SIGNS.sub(_blotted, clean(text))


def redacted(value: Any) -> Any:
    """JSON values, with what is called a secret blotted out whole, and texts as `redacted_text` leaves them.

    A text that is JSON itself is looked into, and is a text again after that.
    """
    return _redacted(value, 0)


def is_secret(name: str) -> bool:
    """Whether what has this name is not to be shown, whatever it is."""
    low = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return bool(_NAMES.search(low)) and not _HARMLESS.search(low)


def _redacted(value: Any, depth: int) -> Any:
    if depth > _DEEPEST:
        return BLOT
    match value:
        case Mapping():
            return {clean(str(name)): _of_name(str(name), one, depth) for name, one in value.items()}
        case list() | tuple():
            return [_redacted(one, depth + 1) for one in value]
        case str():
            return _text(value, depth)
        case _:
            return value


def _of_name(name: str, value: Any, depth: int) -> Any:
    if is_secret(name) and value not in (None, "", True, False):
        return BLOT
    return _redacted(value, depth + 1)


def _text(text: str, depth: int) -> str:
    if text[:1] in ("{", "["):
        try:
            return json.dumps(_redacted(json.loads(text), depth + 1), ensure_ascii=False)
        except (ValueError, RecursionError):
            pass  # it only begins like JSON
    return redacted_text(text)


def _blotted(found: re.Match[str]) -> str:
    """What only leads to the secret stays."""
    if found["scheme"]:
        return f"{found['scheme']}{BLOT}@"
    return f"{found['webhook'] or found['interaction'] or found['name'] or ''}{BLOT}"
