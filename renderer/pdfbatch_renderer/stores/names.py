"""What a name below a store may be. The plan has checked every output's name already: this is the guard behind it."""

from pdfbatch_api.errors import StoreRefusedError, Where


def check_name(name: str, root: str) -> None:
    """Refuses a name that would leave the store, or that means nothing.

    Args:
        name: of an object, parts separated by /.
        root: the store's URI, for the message.

    Raises:
        StoreRefusedError: the name is empty, absolute, or has an empty part, a dot part or a NUL; or, for
            Azure, a backslash.
    """
    if "\0" in name or any(part in ("", ".", "..") for part in name.split("/")):
        raise StoreRefusedError(
            "this name would leave the store or has an empty part",
            where=Where(uri=root, name=name),
            hint="Correct output.name so that it gives a relative path without //, . or .. parts",
        )
    if "\\" in name and root.startswith("az://"):
        raise StoreRefusedError(
            "Azure makes a / of the \\ in this name, and so it could be another document's",
            where=Where(uri=root, name=name),
            hint="Take the \\ out of it: what output.name gives never has one",
        )


def check_prefix(prefix: str, root: str) -> None:
    """Refuses a prefix that is not a folder below the store; the empty one is the store itself.

    Raises:
        StoreRefusedError: see check_name.
    """
    if not prefix:
        return
    if not prefix.endswith("/"):
        raise ValueError(f"a prefix ends in /: {prefix!r}")
    check_name(prefix[:-1], root)
