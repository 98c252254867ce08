"""How far each statement of a date is trusted: `config/dates/trust.yml`."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tasks.normalize.dates.candidates import Candidate
from tasks.settings import CONFIG, ConfigurationError, read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Entry(_Strict):
    """One line of the table; alternatives in `rule` and `type` are parted by bars."""

    source: str
    rule: str = ""
    type: str = ""
    place: str = ""
    label: str = ""
    trust: float = Field(ge=0, le=200)

    def fits(self, candidate: Candidate, place: str) -> bool:
        """Whether the candidate is of this kind."""
        rule = candidate.rule
        return (
            self.source == candidate.stamp.source
            and (not self.place or self.place == place)
            and (not self.label or self.label == candidate.label)
            and (not self.rule or any(part in rule for part in self.rule.split("|")))
            and (not self.type or any(part in rule.split(".")[0] for part in self.type.split("|")))
        )


class Trust(_Strict):
    """The table."""

    threshold: float
    agreement: float
    nearby: float
    echo: float
    alone: float
    later: float
    distance: float = Field(ge=0)
    above: float = Field(ge=0)
    lone_update: bool
    published: tuple[Entry, ...]

    def of(self, candidate: Candidate, place: str) -> float:
        """The trust in one candidate."""
        return next((entry.trust for entry in self.published if entry.fits(candidate, place)), 0.0)


@cache
def load_trust(config: Path = CONFIG) -> Trust:
    """Read the table. Raises ConfigurationError with one line for the first mistake."""
    path = config / "dates" / "trust.yml"
    try:
        return Trust.model_validate(read_yaml(path))
    except ValidationError as error:
        first = error.errors()[0]
        raise ConfigurationError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
