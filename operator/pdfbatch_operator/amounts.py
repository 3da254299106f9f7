"""How much is left of something, as people read it."""


def left(number: int) -> str:
    """How many of them are left: 1 is left, 3 are left."""
    return f"{number:,} {'is' if number == 1 else 'are'} left"
