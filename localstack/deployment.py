"""What the local AWS is given: the template, the zips, the parameters, the secrets."""

import json
import time

import zips
from bundles import FUNCTIONS, WITH_DUCKDB
from common import CACHE, ROOT, run, say

MINISTACK = CACHE / "tools/ministack/bin/python"


def parameters(env, secret):
    return {
        "Environment": "staging",  # as strict as production, but for what only a cloud can have
        "AllowAnonymous": "true",
        "CorsAllowOrigins": "http://localhost:3000",
        "DbHost": env["DB_POSTGRES_HOST"],
        "DbPort": env["DB_POSTGRES_PORT"],
        "DbSslMode": "prefer",  # tools/services gives PostgreSQL no certificate
        "DbName": env["DB_POSTGRES_DB"],
        "DbWriterUser": env["DB_POSTGRES_USER"],
        "DbWriterPasswordSecretArn": {"secret": "writer"},
        "DbReaderUser": env["DB_POSTGRES_READER_USER"],
        "DbReaderPasswordSecretArn": {"secret": "reader"},
        "DataBucketName": env["STORAGE_DEFAULT_BUCKET"],
        "FrontDoorSecret": secret,
        "EventsMaxConnectionSeconds": "20",  # cargo lambda hands the answer to an invocation over once it has ended
        "ExtensionDir": "extensions",  # in the zip, where the function starts
        "StorageEndpoint": env["STORAGE_MINIO_ENDPOINT"],
        "StorageSecure": env["STORAGE_MINIO_SECURE"],
        "StorageAccessKey": env["STORAGE_MINIO_ACCESS_KEY"],
        "StorageSecretKey": env["STORAGE_MINIO_SECRET_KEY"],
    }


def deploy(endpoint, region, env, secret, staged):
    """Outputs of the stack, and the environments that its functions were given."""
    packed = {f"target/lambda/{name}": zips.function(staged, name, name in WITH_DUCKDB) for name in FUNCTIONS}
    packed["target/lambda/duckdb"] = zips.layer(staged)
    wanted = {
        "endpoint": endpoint,
        "region": region,
        "template": (ROOT / "template.yaml").read_text(),
        "zips": {folder: str(file) for folder, file in packed.items()},
        # Either form that a secret may have: RDS keeps JSON, people keep the password.
        "secrets": {"writer": json.dumps({"username": env["DB_POSTGRES_USER"], "password": env["DB_POSTGRES_PASSWORD"]}),
                    "reader": env["DB_POSTGRES_READER_PASSWORD"]},
        "parameters": parameters(env, secret),
    }
    started = time.monotonic()
    deployed = json.loads(run([str(MINISTACK), str(ROOT / "localstack/deploy.py")], input=json.dumps(wanted)))
    say(f"  template deployed in {time.monotonic() - started:.1f} s")
    return deployed
