#!/usr/bin/env python3
"""Loads the sample tables into a running Eider, over HTTP like anyone: tools/load_samples.py URL

A table that has rows is left alone; after an interruption the same idempotency key makes it exactly one load.
"""

import http.client
import json
import sys
from urllib.parse import urlsplit

from common import CACHE, Problem, main, say

PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
# name, file, media type, columns
SAMPLES = [
    ("flights", "flights-3m.parquet", PARQUET, {
        "date": "TIMESTAMP", "delay": "BIGINT", "distance": "BIGINT", "origin": "VARCHAR", "destination": "VARCHAR",
    }),
    ("flights_200k", "flights-200k.arrow", ARROW, {"delay": "SMALLINT", "distance": "SMALLINT", "time": "FLOAT"}),
]
CHUNK = 256 * 1024


def arrow_stream(file):
    """The stream inside an Arrow file, which is one with a magic word before it and a footer behind."""
    footer_length = int.from_bytes(file[-10:-6], "little")
    return file[8:-10 - footer_length]


class Server:
    def __init__(self, url):
        self.address = urlsplit(url).netloc

    def request(self, method, path, body=None, headers=None):
        """(status, JSON) of one request; what is not 2xx or 404 is a Problem with the server's own words."""
        connection = http.client.HTTPConnection(self.address, timeout=120)
        try:
            connection.request(method, path, body=body, headers=headers or {})
        except BrokenPipeError:
            pass  # it refused while we were sending: its answer says why
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        if answer.status >= 300 and answer.status != 404:
            raise Problem(f"{method} {path} answered {answer.status}: {text.decode(errors='replace')}")
        return answer.status, json.loads(text or "null")


def with_progress(name, body):
    """Hands out the body in pieces, and draws how far it is where someone is looking."""
    for start in range(0, len(body), CHUNK):
        yield body[start:start + CHUNK]
        sent = min(start + CHUNK, len(body))
        if sys.stderr.isatty():
            bar = "#" * (30 * sent // len(body))
            print(f"\r  {name:<14} [{bar:<30}] {sent / 1e6:5.1f} of {len(body) / 1e6:.1f} MB",
                  end="" if sent < len(body) else "\n", file=sys.stderr, flush=True)


def load(server, name, file, media_type, columns):
    status, table = server.request("GET", f"/tables/{name}")
    if status == 404:
        body = {"name": name, "columns": [{"name": column, "type": kind} for column, kind in columns.items()]}
        server.request("POST", "/tables", json.dumps(body), {"Content-Type": "application/json"})
        _, table = server.request("GET", f"/tables/{name}")
    elif table["row_count"] > 0:
        return
    content = (CACHE / "data" / file).read_bytes()
    if media_type == ARROW:
        content = arrow_stream(content)
    # One key for one table: a table that was dropped and made again is loaded again.
    key = f"sample-{name}-{table['created_at']}"
    headers = {"Content-Type": media_type, "Content-Length": str(len(content)), "Idempotency-Key": key}
    _, appended = server.request("PUT", f"/tables/{name}", with_progress(name, content), headers)
    say(f"  {name:<14} {appended['rows']:,} rows from {file}")


def load_samples(arguments):
    if len(arguments) != 1:
        raise Problem("it takes the server's address: tools/load_samples.py http://127.0.0.1:8000")
    server = Server(arguments[0])
    for sample in SAMPLES:
        load(server, *sample)


if __name__ == "__main__":
    main(load_samples)
