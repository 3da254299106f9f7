"""Why the operator could not do what it decided, in words for the person whose batch it is."""

from typing import Final

from pdfbatch_operator.cluster.errors import PERSISTENT, ApiError, Kind

# Errors that pass are told of once they have not for so many turns in a row (with the backoff: about 15 seconds).
_PATIENCE: Final = 5


def worth_telling(error: ApiError, failures: int) -> bool:
    """Whether a person should hear of it.

    Args:
        failures: turns in a row that have failed before this one.
    """
    if error.kind in PERSISTENT or error.kind is Kind.ALREADY_EXISTS:
        return True
    return error.kind is Kind.SERVER and failures >= _PATIENCE


def in_words(error: ApiError) -> tuple[str, str]:
    """Reason and message of the condition: what, where, what to do."""
    match error.kind:
        case Kind.FORBIDDEN if " cannot " in error.message:
            hint = (
                "The operator's ServiceAccount lacks this permission, which its chart gives: upgrade or mend the chart"
            )
        case Kind.FORBIDDEN:
            hint = "A policy of the cluster refuses it: change the batch, or ask the cluster's admin"
        case Kind.QUOTA:
            hint = "Delete what is not needed in the namespace, or have its quota raised; it is tried again by itself"
        case Kind.ALREADY_EXISTS:
            hint = "Delete or rename it; it is tried again by itself"
        case Kind.INVALID:
            hint = "Look at spec.podTemplate first; create the batch anew with what is allowed"
        case Kind.TOO_LARGE:
            hint = "Put an inline template or inline items into files, and name them by URI"
        case Kind.UNAUTHORIZED:
            hint = "The operator's credentials are refused: restart it, and look at its ServiceAccount"
        case _:
            hint = "It is tried again by itself"
    return str(error.kind), f"cannot {error.what}: {error.message.rstrip('.')}. {hint}."
