"""The emulator with both stacks, once for all tests."""

import json
import os
from collections.abc import Iterator
from contextlib import closing

import pytest
from pulumi_program import Program
from workspace import PROJECT, copy_project, package

from emulator.clients import ACCOUNT, Clients
from emulator.deployed import OWN_ORIGINS, Cloud, Deployed
from emulator.host_build import host_bootstrap
from emulator.provider import EmulatedAws
from emulator.server import emulator

_ALL_RIGHTS = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
    }
)

_LOG_ROLE = f"arn:aws:iam::{ACCOUNT}:role/gateway-logs"


@pytest.fixture(scope="session")
def aws() -> Iterator[Clients]:
    """Run the emulator, and return clients of it."""
    with pytest.MonkeyPatch.context() as environment:
        # The developer's AWS settings and proxy must not interfere.
        for variable in filter(lambda name: name.startswith("AWS_"), list(os.environ)):
            environment.delenv(variable)
        for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            environment.setenv(variable, os.devnull)
        for variable in ("NO_PROXY", "no_proxy"):
            environment.setenv(variable, "127.0.0.1", prepend=",")
        with emulator() as endpoint, closing(Clients.of(endpoint)) as clients:
            yield clients


@pytest.fixture(scope="session")
def cloud(aws: Clients, tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    """Return the emulator, and the program with the real function's package."""
    folder = tmp_path_factory.mktemp("workspace")
    copy_project(folder)
    package(folder, host_bootstrap(PROJECT))
    return Cloud(EmulatedAws(aws), Program(folder))


@pytest.fixture(scope="session")
def staging(cloud: Cloud) -> Deployed:
    """Return staging. Its throttles are higher than on AWS, because here a call takes no time."""
    return cloud.deploy(
        "staging",
        allowedOrigins=["*"],
        throttleRate=10_000,
        throttleBurst=5_000,
        readThrottleRate=10_000,
        readThrottleBurst=5_000,
    )


@pytest.fixture(scope="session")
def prod(aws: Clients, cloud: Cloud) -> Deployed:
    """Return prod, with origins of its own and all options on."""
    boundary = aws.iam.create_policy(PolicyName="all-rights", PolicyDocument=_ALL_RIGHTS)
    # As the account's program does.
    aws.apigateway.update_account(
        patchOperations=[{"op": "replace", "path": "/cloudwatchRoleArn", "value": _LOG_ROLE}]
    )
    return cloud.deploy(
        "prod",
        allowedOrigins=OWN_ORIGINS,
        throttleRate=10_000,
        throttleBurst=5_000,
        accessLogs=True,
        alarms=True,
        reservedConcurrency=5,
        tracing=True,
        alarmEmails=["owner@example.com"],
        permissionsBoundary=boundary["Policy"].get("Arn"),
    )
