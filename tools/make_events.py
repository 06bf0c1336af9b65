#!/usr/bin/env python3
"""Writes events/: one event for each route, as the API or the function URL hands it to the function, and for each trigger.

usage: tools/make_events.py [--check]      --check writes nothing and fails if a file would change

events/flights.arrow, the body of the append, was written with pyarrow: three rows of the columns below.
"""

import base64
import json

from urllib.parse import parse_qsl

from common import ROOT, Problem, main, say

EVENTS = ROOT / "events"
JSON = "application/json"
STREAM = "text/event-stream"
ARROW = "application/vnd.apache.arrow.stream"
# What the front door adds. No deployment has this secret: see events/README.md.
SECRET = "the-secret-of-no-deployment"
TABLE = {
    "name": "flights",
    "columns": [
        {"name": "flight_date", "type": "DATE"},
        {"name": "delay", "type": "BIGINT"},
        {"name": "distance", "type": "BIGINT"},
        {"name": "origin", "type": "VARCHAR"},
    ],
}

RUN = "01941f29-7c00-7000-8000-0000000000e1"
# Of no run: what a run that has not been started answers.
FAILED_RUN = "01941f29-7c00-7000-8000-0000000000e2"

# Operation -> function, method, path with query, headers, body.
OPERATIONS = {
    "get_root": ("system", "GET", "/", {"accept": JSON}, None),
    "get_health": ("system", "GET", "/health", {"accept": JSON}, None),
    "get_status": ("system", "GET", "/status", {"accept": JSON}, None),
    "get_config_summary": ("system", "GET", "/config/summary", {"accept": JSON}, None),
    "get_config_validate": ("system", "GET", "/config/validate", {"accept": JSON}, None),
    "get_config_features": ("system", "GET", "/config/features", {"accept": JSON}, None),
    "get_config_ducklake": ("tables", "GET", "/config/ducklake", {"accept": JSON}, None),
    "reconnect_ducklake": ("tables", "POST", "/config/ducklake/reconnect", {"accept": JSON}, None),
    "get_openapi": ("system", "GET", "/openapi.json", {"accept": JSON}, None),
    "get_docs": ("system", "GET", "/docs", {"accept": "text/html"}, None),
    "get_docs_asset": ("system", "GET", "/docs/swagger-ui.css", {"accept": "text/css"}, None),
    "get_redoc": ("system", "GET", "/redoc", {"accept": "text/html"}, None),
    "get_redoc_script": ("system", "GET", "/redoc/redoc.standalone.js", {"accept": "*/*"}, None),
    "create_table": ("tables", "POST", "/tables", {"content-type": JSON, "idempotency-key": "event-create"}, TABLE),
    "list_tables": ("tables", "GET", "/tables?limit=10", {"accept": JSON}, None),
    "append_table": ("tables", "PUT", "/tables/flights", {"content-type": ARROW, "idempotency-key": "event-append"},
                     EVENTS / "flights.arrow"),
    "get_table": ("tables", "GET", "/tables/flights", {"accept": JSON}, None),
    "patch_table": ("tables", "PATCH", "/tables/flights", {"content-type": JSON, "idempotency-key": "event-patch"},
                    {"comment": "Three flights", "sort_by": ["flight_date"]}),
    "list_snapshots": ("tables", "GET", "/tables/flights/snapshots?limit=10", {"accept": JSON}, None),
    "delete_table": ("tables", "DELETE", "/tables/flights", {"idempotency-key": "event-delete"}, None),
    "read_table": ("rows", "GET", "/tables/flights/data", {"accept": ARROW}, None),
    "read_changes": ("rows", "GET", "/tables/flights/changes?from=0&format=ndjson", {"accept": "*/*"}, None),
    "query_table": ("rows", "POST", "/tables/flights/query", {"accept": JSON, "content-type": JSON},
                    {"sql": "SELECT origin, delay FROM this WHERE distance > $1 ORDER BY origin", "params": [400]}),
    "run_query": ("rows", "POST", "/query", {"accept": JSON, "content-type": JSON},
                  {"sql": "SELECT count(*) AS flights, avg(delay) AS mean_delay FROM flights", "limit": 10}),
    "create_job": ("jobs", "POST", "/jobs", {"content-type": JSON, "idempotency-key": "event-create-job"},
                   {"name": "daily-load", "owner": "data@example.org", "outputs": ["flights"], "tags": ["nightly"]}),
    "list_jobs": ("jobs", "GET", "/jobs?tag=nightly", {"accept": JSON}, None),
    "get_job": ("jobs", "GET", "/jobs/daily-load", {"accept": JSON}, None),
    "start_run": ("jobs", "POST", "/jobs/daily-load/runs", {"content-type": JSON, "idempotency-key": "event-start-run"},
                  {"run_id": RUN, "parameters": {"day": "2026-11-20"}, "heartbeat_timeout_seconds": 300}),
    "list_runs": ("jobs", "GET", "/jobs/daily-load/runs?state=RUNNING", {"accept": JSON}, None),
    "get_run": ("jobs", "GET", f"/jobs/daily-load/runs/{RUN}", {"accept": JSON}, None),
    "list_run_datasets": ("jobs", "GET", f"/jobs/daily-load/runs/{RUN}/datasets", {"accept": JSON}, None),
    "list_run_tables": ("jobs", "GET", f"/jobs/daily-load/runs/{RUN}/tables", {"accept": JSON}, None),
    "stream_run": ("events", "GET", f"/jobs/daily-load/runs/{RUN}/events", {"accept": STREAM}, None),
    "stream_jobs": ("events", "GET", "/jobs/events?last_event_id=earliest", {"accept": STREAM}, None),
    "stream_job_events": ("events", "GET", "/events/jobs?last_event_id=earliest&events=job_status", {"accept": STREAM}, None),
    "put_progress": ("jobs", "PUT", f"/jobs/daily-load/runs/{RUN}/progress", {"content-type": JSON},
                     {"percentage": 50, "message": "half of the files", "metrics": {"rows": 3}}),
    "complete_run": ("jobs", "PUT", f"/jobs/daily-load/runs/{RUN}/complete", {"content-type": JSON}, {"message": "loaded", "outputs": ["flights"]}),
    "fail_run": ("jobs", "PUT", f"/jobs/daily-load/runs/{FAILED_RUN}/fail", {"content-type": JSON},
                 {"error": {"message": "the disk is full"}}),
    "abort_run": ("jobs", "PUT", f"/jobs/daily-load/runs/{FAILED_RUN}/abort", {"content-type": JSON},
                  {"error": {"message": "given up"}}),
    "delete_job": ("jobs", "DELETE", "/jobs/daily-load", {"idempotency-key": "event-delete-job"}, None),
}

# Trigger -> function, what it hands over.
TRIGGERS = {
    "sweep": ("worker", {"task": "sweep"}),
}

# These have a URL.
BY_URL = ("rows", "events")
# What template.yaml sends to a function of the API, with all below; the rest is for `system`.
ROOTS = {"tables": ("/tables", "/config/ducklake"), "jobs": ("/jobs",)}


def body_of(body):
    """The two fields of an event that hold a body; bytes go as base64."""
    if body is None:
        return {"isBase64Encoded": False}, 0
    if isinstance(body, dict):
        text = json.dumps(body)
        return {"body": text, "isBase64Encoded": False}, len(text)
    content = body.read_bytes()
    return {"body": base64.b64encode(content).decode(), "isBase64Encoded": True}, len(content)


def route_of(function, path):
    """The route of template.yaml and what its greedy part matched; function URLs have neither."""
    if function not in ROOTS:
        return "$default", {}
    (root,) = (root for root in ROOTS[function] if path == root or path.startswith(f"{root}/"))
    if path == root:
        return f"ANY {root}", {}
    return f"ANY {root}/{{proxy+}}", {"pathParameters": {"proxy": path.removeprefix(f"{root}/")}}


def event(function, method, target, headers, body):
    path, _, query = target.partition("?")
    by_url = function in BY_URL
    prefix = "hq2bxyzexample4url5abcdefghijklm" if by_url else "a1b2c3d4e5"
    domain = f"{prefix}.lambda-url.us-east-1.on.aws" if by_url else f"{prefix}.execute-api.us-east-1.amazonaws.com"
    route, parameters = route_of(function, path)
    content, length = body_of(body)
    every = {
        "host": domain,
        "user-agent": "curl/8.14.1",
        "via": "2.0 5f2c1e7a9b3d.cloudfront.net (CloudFront)",
        "x-amz-cf-id": "KX3Jexampleq0hTz2b5mW8vN1cR7sYdLpQ4uE6aGfIiOoZxCvBnM9A==",
        "x-amzn-trace-id": "Root=1-6920a1c0-0123456789abcdef01234567",
        "x-eider-front-door": SECRET,
        "x-eider-path": path,
        "x-forwarded-for": "203.0.113.10, 198.51.100.7",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
        **({"content-length": str(length)} if body is not None else {}),
        **headers,
    }
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": dict(sorted(every.items())),
        **({"queryStringParameters": dict(parse_qsl(query))} if query else {}),
        "requestContext": {
            "accountId": "anonymous" if by_url else "123456789012",
            "apiId": prefix,
            "domainName": domain,
            "domainPrefix": prefix,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "198.51.100.7",
                "userAgent": "curl/8.14.1",
            },
            "requestId": "6d1b7c0e-3f55-4c0a-9d0e-2b8f4a1c9e77" if by_url else "UTQ1eXAMPLEPHcESHA=",
            "routeKey": route,
            "stage": "$default",
            "time": "21/Nov/2026:12:00:00 +0000",
            "timeEpoch": 1795262400000,
        },
        **parameters,
        **content,
    }


def make_events(arguments):
    if arguments not in ([], ["--check"]):
        raise Problem(f"it cannot do {' '.join(arguments)!r}\n{__doc__}")
    wanted = {EVENTS / operation[0] / f"{name}.json": json.dumps(event(*operation), indent=2) + "\n"
              for name, operation in OPERATIONS.items()}
    wanted |= {EVENTS / function / f"{name}.json": json.dumps(handed, indent=2) + "\n"
               for name, (function, handed) in TRIGGERS.items()}
    found = {file: file.read_text() for file in EVENTS.glob("*/*.json")}
    if arguments:
        changed = [str(file.relative_to(ROOT)) for file in wanted.keys() | found.keys() if wanted.get(file) != found.get(file)]
        if changed:
            raise Problem(f"not as tools/make_events.py writes them: {', '.join(sorted(changed))}")
        return
    for file, text in wanted.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    for file in found.keys() - wanted.keys():
        file.unlink()
    say(f"{len(wanted)} events")


if __name__ == "__main__":
    main(make_events)
