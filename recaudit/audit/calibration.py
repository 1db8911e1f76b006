"""How often the verdicts of an audit would be wrong: the numbers, and `calibration.json`, written and read here.

A page may show them beside the `result.json` they belong to, which `config_digest` and `seed` tell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from recaudit.audit.json_files import json_with_schema
from recaudit.errors import InputError
from recaudit.files import write_atomically
from recaudit.records import Contrast, Limit

CALIBRATION = "calibration.json"
CALIBRATION_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A share of simulated audits.

    Attributes:
        value: The share.
        error: Its Monte-Carlo standard error, above 0 even when the share is 0 or 1: that of (x + 2) / (n + 4), after
            Agresti and Coull.
        worlds: Number n of simulated audits.
    """

    value: float
    error: float
    worlds: int


def rate_of(happened: int, worlds: int) -> Rate | None:
    """A rate from counts, None from no world at all.

    >>> rate_of(5, 100).value, round(rate_of(5, 100).error, 4)
    (0.05, 0.0246)
    """
    if not worlds:
        return None
    share = (happened + 2) / (worlds + 4)
    return Rate(value=happened / worlds, error=math.sqrt(share * (1 - share) / (worlds + 4)), worlds=worlds)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCalibration:
    """How one gate behaves for one system, in worlds of the audit's size and shape.

    Attributes:
        system: The system's name.
        finding: Id of the claim.
        contrast: What is compared.
        limit: The gate's.
        not_calibrated: Why nothing could be simulated, "" if it was.
        false_fail: FAIL although the truth lies exactly at the limit.
        false_pass: PASS although the truth lies beyond the limit, by next to nothing.
        coverage: The interval holds the truth.
        no_interval: No interval was given, so that nothing was decided.
        null_fail: FAIL in worlds without any difference, were the limit "no difference"; None for claims that are not
            about a difference.
        null_pass: PASS in worlds without any difference, at the gate's own limit.
        power: FAIL when the truth lies beyond the limit by `effect`.
        effect: The smallest detectable effect of the finding; for ratios a factor.
        no_power: Why there is no power, "" if there is.
    """

    system: str
    finding: str
    contrast: Contrast
    limit: Limit
    not_calibrated: str = ""
    false_fail: Rate | None = None
    false_pass: Rate | None = None
    coverage: Rate | None = None
    no_interval: Rate | None = None
    null_fail: Rate | None = None
    null_pass: Rate | None = None
    power: Rate | None = None
    effect: float | None = None
    no_power: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JointCalibration:
    """The gates of one system, or of all systems, together.

    Attributes:
        system: The system's name, "" for all systems together.
        gates: How many gates were calibrated.
        false_fail: At least one false FAIL, every truth being exactly at its limit.
        false_pass: At least one false PASS, every truth being next to its limit, beyond it.
        coverage: All intervals hold.
        null_fail: At least one difference is claimed where there is none.
    """

    system: str
    gates: int
    false_fail: Rate | None
    false_pass: Rate | None
    coverage: Rate | None
    null_fail: Rate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What `recaudit calibrate` found.

    Attributes:
        schema: Number of this form of the file.
        name: Of the audit.
        config_digest: Of the configuration that the run had.
        confidence: Joint level that the audit promises for one system.
        resamples: Of every simulated audit, as many as the audit itself takes.
        worlds: Worlds of each kind.
        audits: Simulated audits in all, over kinds of worlds and systems.
        seed: Of the worlds.
        seconds: Wall-clock seconds.
        interrupted: Whether it was stopped before as many worlds as were asked for.
        gates: One entry per gate and system.
        systems: One entry per system with a calibrated gate; with several systems one more for all together.
    """

    schema: int = CALIBRATION_SCHEMA
    name: str
    config_digest: str
    confidence: float
    resamples: int
    worlds: int
    audits: int
    seed: int
    seconds: float
    interrupted: bool
    gates: tuple[GateCalibration, ...]
    systems: tuple[JointCalibration, ...]

    def to_json(self) -> str:
        """The content of `calibration.json`."""
        from pydantic import TypeAdapter

        return TypeAdapter(Calibration).dump_json(self, indent=1).decode() + "\n"

    def save(self, folder: Path) -> None:
        """Write `calibration.json` into a run folder, atomically."""
        write_atomically(folder / CALIBRATION, self.to_json())

    @classmethod
    def load(cls, folder: Path) -> Calibration | None:
        """Read the calibration of a run folder; None if there is none.

        Raises:
            InputError: If the file is damaged or of another schema.
        """
        from pydantic import TypeAdapter

        file = folder / CALIBRATION
        if not file.is_file():
            return None
        remedy = f"calibrate the run again with: recaudit calibrate {folder}"
        try:
            content, schema = json_with_schema(file)
            if schema != CALIBRATION_SCHEMA:
                raise InputError(
                    f"{file} has schema {schema}, this version reads {CALIBRATION_SCHEMA}; {remedy}"
                )
            return TypeAdapter(Calibration).validate_python(content)
        except ValueError as error:
            raise InputError(f"{file} is damaged; {remedy}") from error
