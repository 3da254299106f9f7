"""Numbers of things as people read them: 1 shard, 1,200 shards."""


def counted(number: int, one: str) -> str:
    """So many of them: `one` is the word for one, whose plural has an s."""
    return f"{number:,} {one if number == 1 else one + 's'}"


def left(number: int) -> str:
    """How many of them are left: 1 is left, 3 are left."""
    return f"{number:,} {'is' if number == 1 else 'are'} left"
