"""The Discord of the local stack: its application, server, channels and roles, as the stand-in knows them too."""

from typing import Final

APPLICATION: Final = "1300000000000000001"
GUILD: Final = "1300000000000000010"
CHANNELS: Final = {
    "operations": "1180000000000000001",  # where the sink and the alarms write
    "cards": "1180000000000000002",  # where listings have their cards
    "questions": "1180000000000000004",  # where people are asked what the blackboard waits for
    "random": "1180000000000000003",
}
# Discord's roles, by what they may do here.
ROLES: Final = {
    "viewer": "1300000000000000101",
    "operator": "1300000000000000102",
    "admin": "1300000000000000103",
}
