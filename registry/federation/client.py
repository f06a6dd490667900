"""One question to another SPARQL endpoint over HTTP (SPARQL 1.1 Protocol §2.1), read within bounds.

The other side may be slow, broken or hostile. Nothing is followed (redirects), kept (cookies),
taken from the environment (proxies, passwords) or unpacked (compression): what is counted is what
came over the network.
"""

from __future__ import annotations

from typing import Final

import aiohttp

from registry import __version__
from registry.query.model import ServiceCall
from registry.query.services import unanswered
from registry.texts import Text

_TAKEN: Final = frozenset({"application/sparql-results+json", "application/json"})
_OK: Final = 200
_QUOTED: Final = 60


class Allowance:
    """How many bytes may still come, in answer to one query."""

    def __init__(self, most: int) -> None:
        self._left = most

    def take(self, size: int) -> bool:
        """Take so many, and tell whether they were left."""
        self._left -= size
        return self._left >= 0


def session(owner: str) -> aiohttp.ClientSession:
    """Return a client that says for which registry it asks."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={
            "Accept": "application/sparql-results+json",
            "Accept-Encoding": "identity",
            "User-Agent": f"faces-registry/{__version__} (+{owner})",
        },
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
        auto_decompress=False,
    )


async def fetch(client: aiohttp.ClientSession, call: ServiceCall, left: Allowance) -> bytes:
    """Return the answer; raise QueryServiceError. Whoever awaits this limits its time."""
    try:
        sent = client.post(call.endpoint, data={"query": call.query}, allow_redirects=False)
        async with sent as response:
            _check(call.endpoint, response)
            body = bytearray()
            async for part in response.content.iter_any():
                if not left.take(len(part)):
                    reason = Text("its answer is too long.")
                    raise unanswered(call.endpoint, reason, "service_result_mib")
                body += part
            return bytes(body)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise unanswered(call.endpoint, _reason(error)) from error


def _check(endpoint: str, response: aiohttp.ClientResponse) -> None:
    """Raise QueryServiceError unless the answer is one to read."""
    encoding = response.headers.get("Content-Encoding", "identity")
    if response.status != _OK:
        reason = Text("it answered with the status {status}.", status=str(response.status))
    elif response.content_type not in _TAKEN:
        kind = response.content_type[:_QUOTED]
        reason = Text("it answered in “{kind}”, not in SPARQL JSON.", kind=kind)
    elif encoding.lower() != "identity":
        reason = Text("its answer is compressed, which was not asked for.")
    else:
        return
    raise unanswered(endpoint, reason)


def _reason(error: Exception) -> Text:
    """Say what went wrong without a word of the other side's own."""
    match error:
        case aiohttp.ClientSSLError():
            return Text("the connection to it is not secure (TLS).")
        case aiohttp.ClientConnectorError():
            return Text("it cannot be reached.")
        case _:
            return Text("it broke off, or does not speak HTTP as it should.")
