"""A store of objects on this machine, as the environment names one."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import boto3
from moto.server import ThreadedMotoServer
from s3fs import S3FileSystem

from orchestration.landing.store import reader

BUCKET = "evidence"
SECRET = "a-secret-that-is-shown-nowhere"  # noqa: S105 - the server takes any


@contextmanager
def object_store() -> Iterator[str]:
    """Serve a store with an empty bucket, let the environment name it, and yield its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    settings = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with patch.dict(os.environ, settings):
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        _forget_clients()
        try:
            yield f"s3://{BUCKET}/landing"
        finally:
            server.stop()
            _forget_clients()


def _forget_clients() -> None:
    """Clients are kept for as long as the process; the next server is another one."""
    S3FileSystem.clear_instance_cache()
    reader.cache_clear()
