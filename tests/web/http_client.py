"""A client that shows answers as they are: no redirect followed, no status turned into an error."""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import urlencode


@dataclass
class Answer:
    """Status, headers, and the body as bytes."""

    status_code: int
    headers: Message
    data: bytes

    @property
    def text(self) -> str:
        return self.data.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.data)


class Client:
    """Sends each request on a connection of its own, from the address ``source`` if given."""

    def __init__(self, url: str, source: str = "") -> None:
        self._source = (source, 0)
        self._host = url.removeprefix("http://").rstrip("/")

    def request(
        self,
        method: str,
        path: str,
        *,
        query_string: Mapping[str, str] | None = None,
        data: Mapping[str, str] | str | bytes | None = None,
        content_type: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(self._host, timeout=30, source_address=self._source)
        sent = dict(headers or {})
        if isinstance(data, Mapping):
            data, content_type = urlencode(data), "application/x-www-form-urlencoded"
        if content_type:
            sent["Content-Type"] = content_type
        if query_string:
            path += "?" + urlencode(query_string)
        body = data.encode() if isinstance(data, str) else data
        try:
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **more: Any) -> Answer:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> Answer:
        return self.request("POST", path, **more)

    def options(self, path: str, **more: Any) -> Answer:
        return self.request("OPTIONS", path, **more)

    def head(self, path: str, **more: Any) -> Answer:
        return self.request("HEAD", path, **more)
