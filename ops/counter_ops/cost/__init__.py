"""The costs of a stack: a month of visits, and the most that a day of attack adds.

`stack_settings` reads a stack's settings without the engine, and `prices` the prices and
assumptions in prices.yaml. `usage` computes quantities, `bill` their costs, and `page` formats
them. Nothing here calls AWS.
"""
