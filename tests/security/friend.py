"""A client that asks small questions over and over, each anew, so that none comes from a cache.

Run as a program with the server's host and an address to ask from; ends with its standard input,
and then prints what it met with as JSON.
"""

from __future__ import annotations

import http.client
import itertools
import json
import sys
import threading
import time
import uuid
from urllib.parse import urlencode

_QUERY = "SELECT ?p ?o WHERE {{ <https://w3id.org/faces/id/organization/apeas> ?p ?o }} # {}"
_PAUSE = 0.01
_CONNECTIONS = 2
_LEAST = 20
_RUN = uuid.uuid4()
_NUMBERS = itertools.count()


def ask(host: str, source: str, until: threading.Event, met: dict[str, list[object]]) -> None:
    """Ask until it is enough."""
    connection = http.client.HTTPConnection(host, timeout=30, source_address=(source, 0))
    while not until.is_set() or len(met["seconds"]) < _LEAST:
        path = f"/sparql?{urlencode({'query': _QUERY.format((_RUN, next(_NUMBERS)))})}"
        begun = time.perf_counter()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            rows = json.loads(answer.read())["results"]["bindings"]
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            met["failures"].append(repr(error))
            connection.close()
            break
        met["seconds"].append(time.perf_counter() - begun)
        if answer.status != 200 or not rows:
            met["failures"].append(f"{answer.status}, {len(rows)} rows")
        time.sleep(_PAUSE)
    connection.close()


def main(host: str, source: str) -> None:
    met: dict[str, list[object]] = {"seconds": [], "failures": []}
    enough = threading.Event()
    arguments = (host, source, enough, met)
    threads = [threading.Thread(target=ask, args=arguments) for _ in range(_CONNECTIONS)]
    for thread in threads:
        thread.start()
    print("asking", flush=True)
    sys.stdin.read()
    enough.set()
    for thread in threads:
        thread.join()
    print(json.dumps(met))


if __name__ == "__main__":
    main(*sys.argv[1:])
