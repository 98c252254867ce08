"""What the registry knows of an outlet, as far as the other fields need it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutletFacts:
    """A row of the outlet registry; every field but the name may be unknown."""

    outlet_id: str | None
    name: str
    domain: str | None = None
    country: str | None = None  # ISO 3166 alpha-2, upper case
    language: str | None = None  # BCP 47
    timezone: str | None = None  # IANA: where the outlet has its seat
    display_timezone: str | None = None  # IANA: the zone it is known to print, null where nobody checked
