"""What schemathesis cannot make up: bodies of rows, and whether an answer of rows is whole.

EIDER_BODIES is a folder with a body of each format, named by the format.
"""

import os
from pathlib import Path

import schemathesis
from hypothesis import strategies

BODIES = Path(os.environ["EIDER_BODIES"])
ENDS = {"arrow": b"\xff\xff\xff\xff\0\0\0\0", "parquet": b"PAR1"}
MEDIA_TYPES = {
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
}


def broken(body):
    """The body with a byte of it changed, or cut."""
    place = strategies.integers(0, len(body) - 1)
    changed = strategies.builds(lambda at, byte: body[:at] + bytes([byte]) + body[at + 1 :], place, strategies.integers(0, 255))
    return changed | place.map(lambda at: body[:at])


for name, media_type in [*MEDIA_TYPES.items(), ("csv", "application/csv")]:
    whole = (BODIES / name).read_bytes()
    schemathesis.openapi.media_type(media_type, strategies.just(whole) | broken(whole) | strategies.binary(max_size=64))


@schemathesis.hook
def before_call(context, case, kwargs):
    """Mends what the schema allows and no route takes together, or takes with a 5xx that is right."""
    if case.meta is None or case.meta.generation.mode is not schemathesis.GenerationMode.POSITIVE:
        return
    for fields in (case.query, case.body):
        if isinstance(fields, dict):
            if fields.get("snapshot") is not None and fields.get("as_of") is not None:
                del fields["as_of" if str(fields["snapshot"]) in "024" else "snapshot"]
            if isinstance(fields.get("timeout_seconds"), (int, float)):
                fields["timeout_seconds"] = max(30, fields["timeout_seconds"])  # in less a query is a 504


@schemathesis.check
def answers_of_rows_are_whole(ctx, response, case):
    media_type = response.headers.get("content-type", [""])[0]
    for name, end in ENDS.items():
        if media_type == MEDIA_TYPES[name] and case.method == "GET":
            assert response.content.endswith(end), f"{media_type} is cut short"
