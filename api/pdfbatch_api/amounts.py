"""Numbers of things as people read them: 1 shard, 1,200 shards."""


def counted(number: int, one: str, many: str | None = None) -> str:
    """So many of them.

    Args:
        one: the word for one.
        many: the word for several, where an s after `one` is not enough.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
