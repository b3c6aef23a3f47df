"""What the count says no to, before it starts: every fault is a sentence that names what is wrong."""


class ElectionError(ValueError):
    """The election itself cannot be counted (an unknown project on a ballot, a cost of nothing)."""


class RuleError(ValueError):
    """The rule cannot be used as it stands, or does not fit this election."""
