"""A budget for the whole account, with mails before and when it is spent. It stops nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from baseline.arns import Account

_PERCENT = (80, 100)
_COSTS = ("ACTUAL", "FORECASTED")


@dataclass(frozen=True)
class BudgetArgs:
    """The inputs of the budget."""

    name: str
    account: pulumi.Output[Account]
    amount: int
    """A month, in the currency of the account."""
    emails: Sequence[str]
    tags: Mapping[str, str]


class Budget(pulumi.ComponentResource):
    """A monthly budget."""

    def __init__(
        self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the budget."""
        super().__init__("visitor-counter:account:Budget", name, None, opts)
        aws.budgets.Budget(
            name,
            name=args.name,
            budget_type="COST",
            limit_amount=str(args.amount),
            limit_unit=args.account.apply(currency),
            time_unit="MONTHLY",
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    notification_type=cost,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=[pulumi.Output.secret(each) for each in args.emails],
                )
                for cost in _COSTS
                for percent in _PERCENT
            ],
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def currency(account: Account) -> str:
    """Return the currency in which AWS bills an account.

    http://docs.amazonaws.cn/en_us/aws/latest/userguide/billing-and-payment.html
    """
    return "CNY" if account.partition == "aws-cn" else "USD"
