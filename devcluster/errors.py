"""What can go wrong, told apart so that tests know when to skip and when to fail."""


class DevClusterError(Exception):
    """Something went wrong; the text says what, where, and what to do."""


class MachineUnsuitableError(DevClusterError):
    """This machine cannot run the cluster (not root, no Go, not Linux …): tests skip, except in CI."""


class AddressTakenError(DevClusterError):
    """Somebody else on this machine uses the addresses or the names that this cluster would take."""


class DidNotStartError(DevClusterError):
    """A process of the cluster ended or never became ready; the text ends with the last lines of its log."""


class CommandFailedError(DevClusterError):
    """A command that had to succeed did not; the text has its stderr."""
