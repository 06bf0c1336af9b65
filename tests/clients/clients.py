"""What the scripts of this folder share: an Eider to talk to, and rows to check."""

import os

import httpx

ARROW = "application/vnd.apache.arrow.stream"
PARQUET = "application/vnd.apache.parquet"

http = httpx.Client(base_url=os.environ["EIDER_URL"], timeout=60, trust_env=False)
table = os.environ.get("EIDER_TABLE")


def answer(response):
    assert response.is_success, f"{response.request.method} {response.url}: {response.status_code} {response.text}"
    return response


def rows(sql):
    return answer(http.post("/query", json={"sql": sql})).json()["rows"]


def download(media_type):
    return answer(http.get(f"/tables/{table}/data", headers={"Accept": media_type})).content


def append(media_type, body):
    headers = {"Content-Type": media_type}
    return answer(http.put(f"/tables/{table}", content=body, headers=headers)).json()


def check(found, expected, what):
    assert found == expected, f"{what}: found {found!r}, expected {expected!r}"
