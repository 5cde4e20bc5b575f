"""Which place keeps the state: the one that is asked for, or else the first that there is an address of."""

from enum import StrEnum


class Backend(StrEnum):
    """In the order in which they are looked for."""

    REDIS = "redis"
    POSTGRES = "postgres"
    DYNAMODB = "dynamodb"
    MEMORY = "memory"


# Where the address of each is looked for; memory has none.
_ADDRESSES = {Backend.REDIS: "REDIS_URL", Backend.POSTGRES: "DATABASE_URL", Backend.DYNAMODB: "STATE_TABLE"}


def choose(wanted: str, *, redis_url: str, database_url: str, table: str) -> Backend:
    """Raises ValueError where a place is wanted that is unknown, or has no address: nothing is put elsewhere."""
    known = {Backend.REDIS: redis_url, Backend.POSTGRES: database_url, Backend.DYNAMODB: table, Backend.MEMORY: "here"}
    if not wanted:
        return next(backend for backend, address in known.items() if address)
    if wanted not in list(Backend):
        raise ValueError(f"STATE_STORE_BACKEND is one of {', '.join(Backend)}, or empty")
    if not known[Backend(wanted)]:
        raise ValueError(f"STATE_STORE_BACKEND is {wanted}, and {_ADDRESSES[Backend(wanted)]} is empty")
    return Backend(wanted)
