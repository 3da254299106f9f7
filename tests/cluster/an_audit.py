"""What was asked of the API server, and when: the tests and the bench read its audit log the same way."""

from devcluster.audit import OPERATOR, Audit, Call

__all__ = ["OPERATOR", "Audit", "Call"]
