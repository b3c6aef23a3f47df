"""The queue library without the clients that an installation does not use.

Huey takes in the clients of Redis and PostgreSQL wherever they are installed, which costs every process some twenty megabytes
and the better part of a second, also where the queue is an SQLite file. So it is imported without them, and each is given to
it when a queue of its kind is made.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def _without(*names: str) -> Iterator[None]:
    """Let imports of these modules fail for a moment, as if they were not installed; those that are in stay in."""
    left_out = [name for name in names if name not in sys.modules]
    modules: dict[str, Any] = sys.modules
    modules.update(dict.fromkeys(left_out))
    try:
        yield
    finally:
        for name in left_out:
            del modules[name]


with _without("redis", "psycopg"):
    from huey import MemoryHuey, crontab, storage
    from huey.api import Huey, PostgresHuey, PriorityRedisHuey, SqliteHuey
    from huey.consumer import Consumer
    from huey.registry import Message
    from huey.serializer import Serializer

__all__ = [
    "Consumer",
    "Huey",
    "MemoryHuey",
    "Message",
    "Serializer",
    "SqliteHuey",
    "crontab",
    "postgres_queue",
    "redis_queue",
]


def redis_queue(name: str, url: str, **habits: Any) -> Huey:
    """A queue in Redis."""
    import redis

    storage.Redis = storage.RedisStorage.redis_client = redis.Redis
    storage.ConnectionPool = redis.ConnectionPool
    storage.ConnectionError, storage.TimeoutError = redis.ConnectionError, redis.TimeoutError
    return PriorityRedisHuey(name, url=url, **habits)


def postgres_queue(name: str, url: str, **habits: Any) -> Huey:
    """A queue in PostgreSQL."""
    import psycopg

    storage.psycopg = psycopg
    return PostgresHuey(name, dsn=url, **habits)
