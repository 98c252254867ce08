"""What can go wrong with a bundle: the run stops for the first, a reject is written for the second."""


class BundleError(Exception):
    """A bundle cannot be had at all; the message is one line that names it and says what to do."""


class Refused(Exception):  # noqa: N818 - a verdict on the input, no fault
    """A stream or record cannot be read; carries one of the contract's reasons and a detail for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Abandoned(Refused):
    """An outermost container in which so much is refused that the rest of it is not looked at."""
