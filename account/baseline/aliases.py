"""What the components were called when this program was `visitor-counter-bootstrap`.

An account that was set up then keeps its resources: docs/upgrade.md.
"""

import pulumi

_FORMER_PROJECT = "visitor-counter-bootstrap"


def with_former_type(
    name: str, opts: pulumi.ResourceOptions | None = None
) -> pulumi.ResourceOptions:
    """Return options that let the engine find a component by its former type.

    Args:
        name: of its class then.
        opts: its other options.

    """
    former = f"visitor-counter:bootstrap:{name}"
    aliases = [
        # `pulumi stack rename` takes the stack along into the project of today,
        pulumi.Alias(type_=former),
        # `pulumi stack export` and `import` don't.
        pulumi.Alias(type_=former, project=_FORMER_PROJECT),
    ]
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=aliases))
