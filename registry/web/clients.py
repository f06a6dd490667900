"""Who asks, and how much of the workers each client has had: the allowance of one web process.

A client is a known token, or an address (IPv6: its /64, which one subscriber has whole). It may
use so many seconds of a worker each minute. They are counted when a query ends, so that the last
one may overdraw; what is overdrawn is waited for. Each web process counts for itself: a client
has at least what the settings say, and at most that once for each process.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from registry.errors import ClientBusyError, ClientSpentError
from registry.query.roster import shown
from registry.settings import Settings
from registry.texts import Text

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope

ANONYMOUS: Final = "anonymous"
#: Accounts that are remembered; the one unused longest is forgotten first.
MOST_ACCOUNTS: Final = 10_000
_MINUTE: Final = 60
_PREFIX: Final = 64
_BUSY_RETRY: Final = 1


@dataclass(frozen=True, slots=True)
class Client:
    """Who asks: the name of a known token or “anonymous”, and the address."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """Return what the account is kept under."""
        return self.name if self.name != ANONYMOUS else f"{ANONYMOUS} {subscriber(self.address)}"


@lru_cache(1024)
def subscriber(address: str) -> str:
    """Return what stands for all addresses that one subscriber has."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _PREFIX), strict=False))
    return str(found or address)


@lru_cache(1024)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address as proxies write it: with a port or brackets, or IPv4 inside IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


class Networks:
    """A list of addresses and networks."""

    def __init__(self, listed: tuple[str, ...]) -> None:
        self._networks = [ip_network(each, strict=False) for each in listed]
        # The same few addresses ask, and each request is looked at more than once.
        self._known = lru_cache(1024)(self._holds)

    def __contains__(self, address: str) -> bool:
        return self._known(address)

    def _holds(self, address: str) -> bool:
        found = _address(address)
        return found is not None and any(found in network for network in self._networks)


def header(scope: HTTPScope, name: bytes) -> str:
    """Return a header's value, that of several lines as one (RFC 9110 §5.3)."""
    return b", ".join(v for n, v in scope["headers"] if n == name).decode("latin-1")


@dataclass(slots=True)
class _Account:
    """What one client has left, and how many of its queries are under way."""

    left: float
    at: float
    running: int = 0


@dataclass(slots=True)
class Turn:
    """One query of a client; ``begin`` is called when a worker takes it, if one does.

    ``client`` is the key of its account.
    """

    client: str
    policy: str
    state: str
    clock: Callable[[], float]
    since: float | None = field(default=None)

    def begin(self) -> None:
        """Charge from now on, once for all workers that the query takes."""
        if self.since is None:
            self.since = self.clock()

    def headers(self) -> list[tuple[str, str]]:
        """Return the answer headers that tell the client where it stands."""
        return [("RateLimit-Policy", self.policy), ("RateLimit", self.state)]


class Clients:
    """The clients of one web process; asked by its event loop and its threads."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._proxies = Networks(settings.trusted_proxies)
        self._metrics = Networks(settings.metrics_allow)
        self._names = {digest: name for name, digest in settings.tokens.items()}
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._lock = threading.Lock()

    def client(self, scope: HTTPScope) -> Client:
        """Return who sent a request."""
        return Client(self._name(scope), self.address(scope))

    def _name(self, scope: HTTPScope) -> str:
        if not self._names:
            return ANONYMOUS
        scheme, _, token = header(scope, b"authorization").partition(" ")
        if scheme.lower() != "bearer":
            return ANONYMOUS
        digest = hashlib.sha256(token.strip().encode("latin-1")).hexdigest()
        return self._names.get(digest, ANONYMOUS)

    def address(self, scope: HTTPScope) -> str:
        """Return the address that a request came from: the last one that no trusted proxy has.

        Only ``X-Forwarded-For`` is read, and only from trusted proxies: they all write it, and
        pass a ``Forwarded`` of the client's own on unread.
        """
        address = _peer(scope)
        if address not in self._proxies:
            return address
        for hop in reversed(header(scope, b"x-forwarded-for").split(",")):
            found = _address(hop)
            if found is None:
                break
            address = str(found)
            if address not in self._proxies:
                break
        return address

    def may_read_metrics(self, scope: HTTPScope) -> bool:
        """Tell whether the metrics are for this client.

        What came through a proxy that is not trusted may come from anywhere.
        """
        proxied = header(scope, b"x-forwarded-for") or header(scope, b"forwarded")
        if proxied and _peer(scope) not in self._proxies:
            return False
        return self.address(scope) in self._metrics

    @contextmanager
    def turn(self, client: Client) -> Iterator[Turn]:
        """Let a client ask one query, and charge what it took.

        Raises ClientBusyError or ClientSpentError where it has to wait.
        """
        seconds = self._settings.client_seconds * self._factor(client)
        most = self._most_queries(client)
        with self._lock:
            account = self._account(client.key, seconds)
            turn = self._turn(client.key, account, seconds, most)
            account.running += 1
        try:
            yield turn
        finally:
            with self._lock:
                account.running -= 1
                if turn.since is not None:
                    account.left -= self._clock() - turn.since

    def check_queries(self, client: Client, running: int) -> None:
        """Raise ClientBusyError where a client may not have one more query under way."""
        _check_running(running, self._most_queries(client), [])

    def _factor(self, client: Client) -> float:
        return 1.0 if client.name == ANONYMOUS else self._settings.token_factor

    def _most_queries(self, client: Client) -> int:
        return max(1, int(self._settings.client_queries * self._factor(client)))

    def _turn(self, client: str, account: _Account, seconds: float, most: int) -> Turn:
        policy = (
            f'"worker-seconds";q={int(seconds)};w={_MINUTE};qu="seconds",'
            f' "queries";q={most};qu="concurrent-requests"'
        )
        free = max(0, most - account.running - 1)
        state = f'"worker-seconds";r={max(0, int(account.left))}, "queries";r={free}'
        turn = Turn(client, policy, state, self._clock)
        _check_running(account.running, most, turn.headers())
        if account.left <= 0:
            wait = math.ceil(-account.left * _MINUTE / seconds) + 1
            raise ClientSpentError(
                Text("Your queries have used up their time for now."),
                expected=Text("They may take {seconds} seconds a minute.", seconds=shown(seconds)),
                remedy=Text("Ask again in {wait} seconds, or ask for less.", wait=wait),
                limit="client_seconds",
                retry_seconds=wait,
                headers=turn.headers(),
            )
        return turn

    def _account(self, key: str, seconds: float) -> _Account:
        now = self._clock()
        account = self._accounts.get(key)
        if account is None:
            while len(self._accounts) >= MOST_ACCOUNTS:
                self._accounts.popitem(last=False)
            account = self._accounts[key] = _Account(seconds, now)
        self._accounts.move_to_end(key)
        account.left = min(seconds, account.left + (now - account.at) * seconds / _MINUTE)
        account.at = now
        return account


def _check_running(running: int, most: int, headers: list[tuple[str, str]]) -> None:
    if running >= most:
        raise ClientBusyError(
            Text("{n} of your queries are being answered already.", n=running),
            expected=Text("At most {n} are answered at the same time.", n=most),
            remedy=Text("Ask one after the other."),
            limit="client_queries",
            retry_seconds=_BUSY_RETRY,
            headers=headers,
        )


def _peer(scope: HTTPScope) -> str:
    client = scope.get("client")
    found = _address(client[0]) if client else None
    return str(found) if found else ""
