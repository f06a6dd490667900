"""Content codings: what is worth it goes as gzip to who takes it (RFC 9110 §8.4, §12.5.3).

A layer around all that the application answers. An answer of a known length is packed whole; one
that is made as it goes is packed part by part, each sent at once, so that the first rows are read
while the rest is made. A stream that is broken off has no end in gzip either.

All that is served is public and nothing depends on cookies, so that the length of a packed answer
tells nobody a secret.
"""

from __future__ import annotations

import asyncio
import functools
import zlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final, cast

from registry.formats import ANSWER_FORMATS
from registry.negotiation import codings
from registry.web.result_cache import Kept, ResultCache

if TYPE_CHECKING:
    from a2wsgi.asgi_typing import HTTPScope, Send, SendEvent

Headers = list[tuple[bytes, bytes]]

#: Of three hundred megabytes a second; the higher levels take twice as long for a tenth less.
_LEVEL: Final = 1
_GZIP: Final = 16 + zlib.MAX_WBITS
#: Less fits into a packet as it is.
_LEAST: Final = 1000
#: From here on, packing takes so long that the event loop does something else meanwhile.
_LONG: Final = 1 << 16
_TEXTS: Final = frozenset(form.media_type.encode() for form in ANSWER_FORMATS)
_NOT_MODIFIED: Final = 304
#: No content, or a part that was asked for in bytes.
_AS_THEY_ARE: Final = frozenset({204, 206})
_VARY: Final = b"Accept-Encoding"
_MATCH: Final = b"if-none-match"
#: By what the tag of the packed form differs from that of the plain one (RFC 9110 §8.8.3.3).
_SUFFIX: Final = b'-gzip"'
_gzip: Final = functools.partial(zlib.compressobj, _LEVEL, wbits=_GZIP)


class Compression:
    """The layer; ``kept`` remembers the packed form of small answers under their entity tag."""

    def __init__(self, kept: ResultCache[Kept]) -> None:
        self._kept = kept

    def around(self, scope: HTTPScope, send: Send) -> Send:
        """Return a ``send`` that packs the answer to this request where its client takes it."""
        accept = _joined(scope["headers"], b"accept-encoding")
        taken, forced = _accepted(accept) if accept else (False, False)
        if not taken:
            return _plain(send)
        known = _joined(scope["headers"], _MATCH)
        if _SUFFIX in known:
            # Within, only the plain form is known.
            rest = [each for each in scope["headers"] if each[0] != _MATCH]
            scope["headers"] = [*rest, (_MATCH, known.replace(_SUFFIX, b'"'))]
        return cast("Send", _Packing(scope["method"], known, send, self._kept, forced=forced))


@functools.lru_cache(256)
def _accepted(accept: bytes) -> tuple[bool, bool]:
    """Return whether gzip is to be used, and whether even where it is not worth it."""
    qualities = codings(accept.decode("latin-1"))
    others = qualities.get("*")
    packed = qualities.get("gzip", qualities.get("x-gzip", others or 0))
    # The plain form is acceptable unless it is excluded, by name or by the star.
    plain = qualities.get("identity", 1 if others is None else others)
    return packed > 0 and packed >= qualities.get("identity", 0), plain == 0


def _plain(send: Send) -> Send:
    async def passing(message: SendEvent) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = _varying(message["status"], cast("Headers", message["headers"]))
        await send(message)

    return passing


class _Packing:
    """The answer to one request; called with each message of it."""

    __slots__ = ("_brief", "_forced", "_kept", "_known", "_parts", "_send", "_start", "_stream")

    def __init__(
        self, method: str, known: bytes, send: Send, kept: ResultCache[Kept], *, forced: bool
    ) -> None:
        self._brief = method == "HEAD"
        self._known = known
        self._forced = forced
        self._send: Any = send
        self._kept = kept
        #: The beginning and the parts that are held back until the answer is whole.
        self._start: Any = None
        self._parts: list[bytes] = []
        self._stream: Any = None

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._start is not None:
            await self._hold(message)
        elif self._stream is not None:
            await self._pass(message)
        else:
            await self._send(message)

    async def _begin(self, start: Any) -> None:
        headers = start["headers"] = _varying(start["status"], start["headers"])
        found = dict(headers)
        length = found.get(b"content-length")
        if start["status"] == _NOT_MODIFIED:
            start["headers"] = [(n, self._known_as(v) if n == b"etag" else v) for n, v in headers]
        elif not self._worth_it(start["status"], found, length):
            pass
        elif self._brief:
            start["headers"] = _packed(headers, weak=length is None)
        elif length is None:
            start["headers"] = _packed(headers, weak=True)
            self._stream = _gzip()
        else:
            self._start = start
            return
        await self._send(start)

    def _worth_it(self, status: int, found: dict[bytes, bytes], length: bytes | None) -> bool:
        if status in _AS_THEY_ARE or b"content-encoding" in found:
            return False
        if self._forced:
            return length != b"0"
        return _is_text(found) and (length is None or int(length) >= _LEAST)

    def _known_as(self, tag: bytes) -> bytes:
        """Return the tag of the form that the client has, as it has it."""
        packed = tag[:-1] + _SUFFIX
        if packed not in self._known:
            return tag
        return b"W/" + packed if b"W/" + packed in self._known else packed

    async def _hold(self, message: Any) -> None:
        self._parts.append(message["body"])
        start, plain = self._start, b"".join(self._parts)
        if len(plain) < int(dict(start["headers"])[b"content-length"]):
            return
        self._start = None
        headers = _packed(start["headers"], weak=False)
        body = await self._whole(dict(headers), plain)
        start["headers"] = [*headers, (b"content-length", b"%d" % len(body))]
        await self._send(start)
        await self._send(message | {"body": body})

    async def _whole(self, found: dict[bytes, bytes], plain: bytes) -> bytes:
        """Return the packed form; its tag names it among all answers (``caching.validator``)."""
        tag = found.get(b"etag", b"").decode("latin-1")
        kept = self._kept.get(tag) if tag else None
        if kept is not None:
            return kept.body
        stream = _gzip()
        body = await _apart(stream, plain) + stream.flush()
        if tag:
            self._kept.put(tag, Kept(found[b"content-type"], body))
        return body

    async def _pass(self, message: Any) -> None:
        """Pack a part so that all of it can be read when it arrives."""
        packed = await _apart(self._stream, message["body"])
        packed += self._stream.flush(
            zlib.Z_SYNC_FLUSH if message.get("more_body") else zlib.Z_FINISH
        )
        await self._send(message | {"body": packed})


async def _apart(stream: Any, part: bytes) -> bytes:
    if len(part) < _LONG:
        return cast("bytes", stream.compress(part))
    return cast("bytes", await asyncio.to_thread(stream.compress, part))


def _packed(headers: Headers, *, weak: bool) -> Headers:
    """Return the headers of the packed form, without its length.

    ``weak``: its bytes depend on where the parts of the stream were cut (RFC 9110 §8.8.1).
    """
    found = [(b"content-encoding", b"gzip")]
    for name, value in headers:
        if name == b"etag":
            mark = b"W/" if weak and not value.startswith(b"W/") else b""
            found.append((name, mark + value[:-1] + _SUFFIX))
        elif name != b"content-length":
            found.append((name, value))
    return found


def _varying(status: int, headers: Headers) -> Headers:
    """Say that the answer depends on ``Accept-Encoding`` where it may."""
    found = dict(headers)
    if status != _NOT_MODIFIED and not _is_text(found):
        return headers
    vary = found.get(b"vary")
    if vary is None:
        return [*headers, (b"vary", _VARY)]
    if _VARY in vary:
        return headers
    return [(n, vary + b", " + _VARY if n == b"vary" else v) for n, v in headers]


def _is_text(found: dict[bytes, bytes]) -> bool:
    kind = found.get(b"content-type", b"").partition(b";")[0].strip()
    return kind.startswith(b"text/") or kind.endswith((b"json", b"xml")) or kind in _TEXTS


def _joined(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """Return a header's value, that of several lines as one (RFC 9110 §5.3)."""
    return b", ".join(value for each, value in headers if each == name)
