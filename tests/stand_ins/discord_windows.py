"""Rate limits of Discord's kind: so many requests of one channel or one token in a window of seconds."""

from collections import defaultdict, deque
from collections.abc import Mapping
from threading import Lock
from time import monotonic
from typing import Any

from tests.stand_ins.http import Request


class Windows:
    def __init__(self) -> None:
        self._lock = Lock()
        self._met: defaultdict[str, deque[float]] = defaultdict(deque)

    def full(self, request: Request, limits: Mapping[str, Any]) -> float:
        """Seconds until there is room; 0 where there is, and then the request has taken its place."""
        segments = request.parts()[2:5]  # below /api/v10
        kind = {"channels": "channel", "webhooks": "webhook"}.get(segments[0] if segments else "", "")
        most = int(limits.get(kind, 0))
        if request.method == "GET" or not most:
            return 0.0
        name = segments[1] if kind == "channel" else segments[-1]
        with self._lock:
            met, now, window = self._met[name], monotonic(), float(limits["seconds"])
            while met and met[0] <= now - window:
                met.popleft()
            if len(met) >= most:
                return round(met[0] + window - now, 3) or 0.001
            met.append(now)
        return 0.0
