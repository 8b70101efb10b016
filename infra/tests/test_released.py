"""A stack of an earlier version is updated in place: no resource gets another name.

Never edit the files in `released`. If a resource gets another URN, it needs an alias.
"""

from pathlib import Path

from aws import PretendedAws
from pulumi_program import Program
from released import name_in_aws, released

EVERYTHING = {
    "accessLogs": True,
    "alarms": True,
    "alarmEmails": ["me@example.com"],
    "tracing": True,
}


def test_each_resource_of_a_deployed_stack_keeps_its_urn_and_its_name(program: Program) -> None:
    run = program.run("prod", PretendedAws(), EVERYTHING)
    names = {each.urn: name_in_aws(each) for each in run.resources}
    assert released(Path(__file__).parent / "released/prod.txt").items() <= names.items()
