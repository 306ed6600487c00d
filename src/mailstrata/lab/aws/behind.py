"""The emulator behind the gate: Route 53, Secrets Manager, S3, SNS, SQS and what else the lab does not do itself.

    app = ministack_app(account="123456789012", port=4566)      # an ASGI application, mounted in memory
    await call(app, WireRequest(method="GET", path="/2013-04-01/hostedzone", headers=credential("route53", …)))

This is the only module that names ministack. It is mounted, never started: its own server would bind every interface.
Its state is global to the process, so there is one lab per process. Its own keys and policies are off: the gate decides.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

from mailstrata.lab.aws.sigv4 import ALGORITHM
from mailstrata.lab.aws.wire import AsgiApp, WireRequest, call

EMULATED = frozenset({
    "cloudformation",
    "cloudtrail",
    "dynamodb",
    "events",
    "kms",
    "lambda",
    "logs",
    "monitoring",
    "route53",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "states",
    "tagging",
})  # fmt: skip
"""Credential-scope names of the services that the emulator answers for."""

UNKNOWN_OPERATION = (
    "Unknown action",
    "Unknown operation",
    "Unknown Route53 endpoint",
    "Unsupported service",
    "is not valid for this endpoint",
)
"""What the emulator's messages say when it does not know an operation."""


def ministack_app(*, account: str, port: int, region: str = "us-east-1") -> AsgiApp:
    """Mount the emulator for ``account``; ``port`` is the gate's own, which the emulator tells in URLs.

    It reads its settings from the environment of this process, where they stay: nothing else reads them.
    """
    os.environ.update(_settings(account=account, port=port, region=region))
    handlers = logging.root.handlers[:]
    import ministack.app

    logging.root.handlers[:] = handlers  # its import configures the root logger
    logging.getLogger("ministack").setLevel(logging.ERROR)
    app: AsgiApp = ministack.app.app
    return app


def _settings(*, account: str, port: int, region: str) -> Mapping[str, str]:
    return {
        "AUTH": "false",
        "CLOUDTRAIL_RECORDING": "0",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",  # it would reap containers at start
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "ERROR",
        "MINISTACK_ACCOUNT_ID": account,
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": region,
        "PERSIST_STATE": "0",
        "S3_PERSIST": "0",
        "SFTP_ENABLED": "0",
    }


def credential(service: str, *, account: str, region: str = "us-east-1") -> dict[str, str]:
    """Return the header by which the emulator tells service, account and region of a call."""
    scope = f"{account}/20000101/{region}/{service}/aws4_request"
    return {"authorization": f"{ALGORITHM} Credential={scope}, SignedHeaders=host, Signature={'0' * 64}"}


async def reset(app: AsgiApp) -> None:
    """Drop all state of the emulator."""
    await call(app, WireRequest(method="POST", path="/_ministack/reset"))
