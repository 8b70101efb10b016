"""The function as Lambda runs it, and the profile that it is optimized with."""
