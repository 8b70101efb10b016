"""What an AWS account needs once, before workflows deploy to it, and the rights that they get.

As in `infra/stack`, a component is a file, and what it is made from (ARNs, policies) is apart.
"""
