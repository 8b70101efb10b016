"""First deployments, and what only an administrator may deploy."""

import json
from pathlib import Path

import pytest
import yaml
from counter_ops.errors import UserError
from counter_ops.gate.summary import markdown
from counter_ops.protected_stacks import protected_stacks
from previews import (
    ALARM,
    API,
    FIRST,
    FUNCTION,
    ROLE,
    STAGE,
    TABLE,
    Json,
    changed,
    deployed,
    edited,
    first,
    recorded,
    refused,
    since,
    state,
    step,
    verdict,
)

ALL = recorded("prod", **FIRST)
NOBODY: set[str] = set()
STAGE_URN = next(urn for urn in ALL if "stage:Stage::" in urn)


@pytest.mark.parametrize("stack", ["prod", "staging", "prod-eu"])
def test_the_first_deployment_of_an_empty_stack_passes(stack: str) -> None:
    assert refused(*first(stack, **FIRST)) == []


@pytest.mark.parametrize(
    "kind",
    [
        *("aws:apigateway/domainName:DomainName", "aws:apigateway/basePathMapping:BasePathMapping"),
        "aws:wafv2/webAclAssociation:WebAclAssociation",
    ],
)
def test_so_do_a_domain_and_a_web_acl(kind: str) -> None:
    assert refused(*first(), step("create", kind)) == []


@pytest.mark.parametrize(
    "kind", ["aws:lambda/functionUrl:FunctionUrl", "aws:s3/bucket:Bucket", "evil:index:Resource"]
)
def test_a_type_that_the_program_doesnt_make_needs_an_entry_even_then(kind: str) -> None:
    assert refused(*first(), step("create", kind)) == ["create"]


@pytest.mark.parametrize("operation", ["import", "delete", "update", "replace"])
def test_a_first_deployment_only_creates(operation: str) -> None:
    assert "create" in refused(*first(), step(operation, FUNCTION, "old"))


@pytest.mark.parametrize("made", [0, 1, 10, 20, 30, len(ALL) - 1])
def test_one_that_broke_off_may_be_finished_while_there_is_no_stage(made: int) -> None:
    before = {urn: ALL[urn] for urn in [each for each in ALL if each != STAGE_URN][:made]}
    steps = since(before, ALL)
    assert refused(*steps) == []
    shown = [each for each in steps if each["op"] != "same"]
    assert refused(*shown, hidden=made) == []


def test_after_that_it_is_a_change_like_any_other() -> None:
    before = {urn: each for urn, each in ALL.items() if each.kind not in {TABLE, ROLE}}
    assert "create" in refused(*since(before, ALL))
    shown = [each for each in since(before, ALL) if each["op"] != "same"]
    assert "create" in refused(*shown, hidden=len(before))


def test_another_stage_doesnt_make_it_a_first_deployment() -> None:
    stage = step("create", "aws:apigateway/stage:Stage", "more")
    assert refused(*deployed(), stage) == ["create"]
    assert refused(stage, hidden=40) == ["create"]
    again = {**stage, "urn": STAGE_URN}
    assert refused(*deployed(), again) == ["create"]
    # The name of any resource may end like the URN of another.
    for kind in (STAGE, ALARM):
        named = step("create", kind, f"x::{STAGE_URN.split('::', 2)[2]}")
        assert "create" in refused(named, step("create", ROLE), hidden=40)


def test_a_first_deployment_lists_the_stage_that_it_makes() -> None:
    assert refused(step("create", TABLE), hidden=1) == ["create"]


WRITE_CAP = changed("prod", {}, {"maxWritesPerSecond": 60})


@pytest.mark.parametrize(
    ("steps", "names"),
    [
        (WRITE_CAP, {"table"}),
        (edited(deployed(), TABLE, "pointInTimeRecovery.enabled", value=False), {"table"}),
        ([*deployed(), step("delete", TABLE, "old")], {"old"}),
        ([*deployed(), step("delete", API, "old")], {"old"}),
        ([*deployed(), step("delete", STAGE, "old")], {"old"}),
        (edited(deployed(), API, "tags.team", "x"), {"api"}),
        (edited(deployed(), STAGE, "tags.team", "x"), {"api"}),
        (edited(deployed(), ROLE, "tags.team", "x"), {"function"}),
        (edited(deployed(), FUNCTION, "tags.team", "x"), {"function"}),
        (edited(deployed(), ROLE, "permissionsBoundary", "arn:x"), {"function"}),
        (first(), {each.name for each in recorded("prod").values()}),
        (edited(deployed(), FUNCTION, "memorySize", 512), NOBODY),
        ([*deployed(), step("delete", ALARM, "old")], NOBODY),
    ],
)
def test_in_a_protected_stack_an_administrator_changes_what_holds_the_count(
    steps: list[Json], names: set[str]
) -> None:
    assert {each.step.name for each in verdict(*steps, protected={"prod"}).administrators} == names
    assert verdict(*steps, protected={"staging"}).administrators == []


def test_a_workflow_is_blocked_and_told_who_can_deploy() -> None:
    judged = verdict(*WRITE_CAP, protected={"prod"}, in_workflow=True)
    text = markdown(judged, 10_000, "")
    assert not judged.may_go_on
    assert "### An administrator must deploy this" in text
    assert "can't change `table`" in text
    assert "`make deploy STACK=prod`" in text
    assert "```yaml" not in text


def test_a_workflow_is_told_some_of_what_it_cannot_make_in_a_first_deployment() -> None:
    text = markdown(verdict(*first(), protected={"prod"}, in_workflow=True), 100_000, "")
    names = {each["urn"].split("::", 3)[3] for each in first() if "aws:" in each["urn"]}
    assert f", {len(names) - 10} more. An administrator" in text


def test_the_administrator_isnt() -> None:
    judged = verdict(*WRITE_CAP, protected={"prod"})
    assert judged.may_go_on
    assert "### An administrator must deploy this" in markdown(judged, 10_000, "")
    assert verdict(*first(), protected={"prod"}).may_go_on


def account(folder: Path, default: object, file: object = None) -> Path:
    setting = {} if default is None else {"protectedEnvironments": {"default": default}}
    (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "an-account", "config": setting}))
    if file is not None:
        config = {"config": {"an-account:protectedEnvironments": file}}
        (folder / "Pulumi.account.yaml").write_text(yaml.safe_dump(config))
    return folder


@pytest.mark.parametrize(
    ("default", "file", "stacks"),
    [
        (["prod"], None, {"prod"}),
        (["prod"], ["live", "prod-eu"], {"live", "prod-eu"}),
        (["prod"], json.dumps(["live"]), {"live"}),
        (["prod"], [], NOBODY),
        (None, None, NOBODY),
    ],
)
def test_which_stacks_are_protected_is_the_accounts_setting(
    tmp_path: Path, default: object, file: object, stacks: set[str]
) -> None:
    assert protected_stacks(account(tmp_path, default, file)) == stacks


def test_without_the_accounts_program_none_is(tmp_path: Path) -> None:
    assert protected_stacks(tmp_path / "account") == frozenset()


@pytest.mark.parametrize("file", ["prod", {"prod": True}, [1]])
def test_a_setting_that_is_no_list_of_names_is_an_error(tmp_path: Path, file: object) -> None:
    with pytest.raises(UserError, match=r"protectedEnvironments in .* must be a list"):
        protected_stacks(account(tmp_path, ["prod"], file))


def test_a_file_of_the_account_that_is_no_yaml_is_an_error(tmp_path: Path) -> None:
    folder = account(tmp_path, ["prod"])
    (folder / "Pulumi.account.yaml").write_text("config: [")
    with pytest.raises(UserError, match=r"Pulumi.account.yaml isn't valid YAML"):
        protected_stacks(folder)


def test_a_resource_without_inputs_is_no_way_around() -> None:
    assert refused(*deployed(), step("create", FUNCTION, "x", new=state())) == ["create"]
