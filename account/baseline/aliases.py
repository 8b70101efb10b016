"""The former types of the components, from when this project was `visitor-counter-bootstrap`.

With these, an account that was set up then keeps its resources: docs/upgrade.md.
"""

import pulumi

_FORMER_PROJECT = "visitor-counter-bootstrap"


def with_former_type(
    name: str, opts: pulumi.ResourceOptions | None = None
) -> pulumi.ResourceOptions:
    """Return options that let the engine find a component by its former type.

    Args:
        name: the component's class at that time.
        opts: the component's other options.

    """
    former = f"visitor-counter:bootstrap:{name}"
    aliases = [
        # `pulumi stack rename` moves the state into the new project;
        pulumi.Alias(type_=former),
        # `pulumi stack export` and `import` don't.
        pulumi.Alias(type_=former, project=_FORMER_PROJECT),
    ]
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=aliases))
