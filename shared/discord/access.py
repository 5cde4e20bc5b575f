"""Who may do what from Discord: ids of roles and people, each with the role it has here. Nobody unsaid may anything.

The receiver of interactions loads this, so it loads nothing itself.
"""

from collections.abc import Collection

ROLES = ("viewer", "operator", "admin")  # each may do what those before it may


class Access:
    """Ids are Discord's, of its roles and of its users: the two never meet."""

    def __init__(self, **ids: str) -> None:
        """`viewer`, `operator`, `admin`: ids, separated by commas."""
        self._ids = {role: _split(ids.get(role, "")) for role in ROLES}

    def role_of(self, user_id: str, role_ids: Collection[str]) -> str | None:
        """The highest role; None for who has none."""
        theirs = {user_id, *role_ids}
        return next((role for role in reversed(ROLES) if theirs & self._ids[role]), None)


def may(role: str | None, needed: str) -> bool:
    return role in ROLES and ROLES.index(role) >= ROLES.index(needed)


def _split(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())
