"""What a stack costs: its bill for a month of visits, and the most that an attack adds in a day.

`stack_settings` reads a stack's settings without the engine, `prices` the prices and assumptions of
prices.yaml. `usage` says what of each is used, `bill` what that costs, `page` how it looks. What is
only wanted at a deployment isn't here: nothing talks to AWS.
"""
