"""What was asked of the database a moment ago, kept in the process for a few seconds.

For facts that thousands ask for at the same moment and that nobody decides by: which municipality and which round an
address means. Whatever decides (states, deadlines, rights, ballots) is asked of the database each time.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

Thing = TypeVar("Thing")


class Recent:
    """At most `most` answers, each for `seconds`; with 0 seconds nothing is kept."""

    def __init__(self, seconds: float, most: int = 500) -> None:
        self.seconds = seconds
        self.most = most
        self._kept: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, ask: Callable[[], Thing | None]) -> Thing | None:
        """The answer kept under `key`, or else that of `ask`. That there is nothing is not kept."""
        if self.seconds <= 0:
            return ask()
        with self._lock:
            until, kept = self._kept.get(key, (0.0, None))
        if until >= time.monotonic():
            return cast(Thing, kept)
        found = ask()
        if found is not None:
            with self._lock:
                self._kept[key] = (time.monotonic() + self.seconds, found)
                self._kept.move_to_end(key)
                while len(self._kept) > self.most:
                    self._kept.popitem(last=False)
        return found
