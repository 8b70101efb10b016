"""Clients of the emulator's services."""

from dataclasses import dataclass, fields
from typing import Any, cast

import boto3
from botocore.config import Config
from mypy_boto3_apigateway import APIGatewayClient
from mypy_boto3_cloudwatch import CloudWatchClient
from mypy_boto3_dynamodb import DynamoDBClient
from mypy_boto3_iam import IAMClient
from mypy_boto3_lambda import LambdaClient
from mypy_boto3_logs import CloudWatchLogsClient
from mypy_boto3_sns import SNSClient

REGION = "us-east-1"
ACCOUNT = "000000000000"


@dataclass(frozen=True)
class Clients:
    """A client of each service. Threads may share clients, but not create them concurrently."""

    apigateway: APIGatewayClient
    cloudwatch: CloudWatchClient
    dynamodb: DynamoDBClient
    firewall: Any
    """Of AWS WAF, whose types aren't installed."""
    iam: IAMClient
    functions: LambdaClient
    logs: CloudWatchLogsClient
    sns: SNSClient

    @classmethod
    def of(cls, endpoint: str, key: tuple[str, str] = (ACCOUNT, "none")) -> "Clients":
        """Return clients with the rights of a key, or with all rights in one account.

        The emulator takes an account's number as the access key of its root user.
        """
        options: dict[str, Any] = {
            "endpoint_url": endpoint,
            "region_name": REGION,
            "aws_access_key_id": key[0],
            "aws_secret_access_key": key[1],
            "config": Config(retries={"total_max_attempts": 1}),
        }
        # boto3's type names all services, including those whose types aren't installed.
        client: Any = cast("Any", boto3).client
        return cls(
            apigateway=client("apigateway", **options),
            cloudwatch=client("cloudwatch", **options),
            dynamodb=client("dynamodb", **options),
            firewall=client("wafv2", **options),
            iam=client("iam", **options),
            functions=client("lambda", **options),
            logs=client("logs", **options),
            sns=client("sns", **options),
        )

    def close(self) -> None:
        """Close their connections."""
        for field in fields(self):
            getattr(self, field.name).close()
