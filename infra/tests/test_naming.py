"""Names and tags."""

import pytest
from stack.config import ConfigError
from stack.naming import Naming


def test_stacks_have_names_and_tags_of_their_own() -> None:
    staging, prod = Naming("visitor-counter", "staging"), Naming("visitor-counter", "prod")
    assert (staging.name, prod.name) == ("visitor-counter-staging", "visitor-counter-prod")
    assert prod.tags == {"project": "visitor-counter", "stack": "prod"}


@pytest.mark.parametrize("stack", ["v1.2", "a" * 49, "prod/eu"])
def test_a_stack_that_aws_could_not_name_things_after_is_refused(stack: str) -> None:
    with pytest.raises(ConfigError, match=f"the stack can't be named '{stack}'"):
        Naming("visitor-counter", stack)


def test_the_longest_name_is_taken() -> None:
    assert len(Naming("visitor-counter", "a" * 48).name) == 64
