"""How often the verdicts of an audit would be wrong, in rows for a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recaudit.reports.intervals import limit_words
from recaudit.reports.language import N_, _, ngettext
from recaudit.reports.numbers import show, show_count, show_seconds
from recaudit.reports.visible import visible

if TYPE_CHECKING:
    from rich.console import RenderableType

    from recaudit.audit.calibration import Calibration, GateCalibration, JointCalibration, Rate

NOT_MEANT = "–"
RATES = (N_("False FAIL"), N_("False PASS"), N_("Holds"), N_("Accused"), N_("Passes"), N_("Power"))
"""Names of the rates in a row; what they mean is in `LEGEND`."""

LEGEND = N_(
    "False FAIL: although the truth lies exactly at the limit. False PASS: although it lies just beyond. "
    "Holds: the interval holds the truth. Accused: a difference is claimed where groups or arms do not differ; "
    "Passes: the gate then passes. Power: the gate fails when the truth lies beyond its limit by what stands in "
    "brackets. ± is one Monte-Carlo standard error."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationRow:
    """One gate of one system, or the gates of a system together, as a reader sees it.

    Attributes:
        system: The system, "" for all together.
        gate: Id of the claim, or what stands for several.
        limit: In words.
        rates: One text per name in `RATES`.
        note: Why there are no rates, or no power, else "".
        joint: Whether it stands for several gates.
    """

    system: str
    gate: str
    limit: str
    rates: tuple[str, ...]
    note: str
    joint: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationView:
    """What the page shows of a calibration.

    Attributes:
        sentence: What was simulated.
        rates: Heads of the rates.
        rows: Gates, and gates together.
        legend: What the rates mean.
    """

    sentence: str
    rates: tuple[str, ...]
    rows: tuple[CalibrationRow, ...]
    legend: str


def calibration_view(calibration: Calibration) -> CalibrationView:
    """Put a calibration into words."""
    return CalibrationView(
        sentence=calibration_sentence(calibration),
        rates=tuple(map(_, RATES)),
        rows=calibration_rows(calibration),
        legend=_(LEGEND),
    )


def calibration_rows(calibration: Calibration) -> tuple[CalibrationRow, ...]:
    """Every gate in the order of the file, each system's after what they do together; last all systems together."""
    joint = {one.system: one for one in calibration.systems}
    names = list(dict.fromkeys(gate.system for gate in calibration.gates))
    rows: list[CalibrationRow] = []
    for name in names:
        if name in joint:
            rows.append(_joint_row(joint[name]))
        rows += [_row(gate) for gate in calibration.gates if gate.system == name]
    if "" in joint:
        rows.append(_joint_row(joint[""]))
    return tuple(rows)


def calibration_sentence(calibration: Calibration) -> str:
    """What was simulated.

    It names the number of worlds of each kind and of simulated audits, their resamples, the seed and the time.
    """
    about = {
        "worlds": show_count(calibration.worlds),
        "audits": show_count(calibration.audits),
        "resamples": show_count(calibration.resamples),
        "seed": calibration.seed,
        "duration": show_seconds(calibration.seconds),
    }
    simulated = _(
        "{worlds} worlds of each kind, {audits} simulated audits with {resamples} resamples each, seed {seed}, "
        "{duration}."
    ).format(**about)
    stopped = _("It was stopped early.")
    meant = _(
        "Joint intervals are meant to hold in at least {confidence} of the worlds; any wrong verdict of one "
        "system's gates in at most {rest}."
    ).format(confidence=f"{calibration.confidence:.0%}", rest=f"{1 - calibration.confidence:.0%}")
    return " ".join([simulated, *([stopped] if calibration.interrupted else []), meant])


def render_calibration(calibration: Calibration) -> tuple[RenderableType, ...]:
    """Make what `rich` prints."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(_("Gate"), overflow="fold", min_width=16)
    for column in RATES:
        table.add_column(_(column), justify="right")
    notes = []
    for row in calibration_rows(calibration):
        style = "bold" if row.joint else ""
        name = f"{row.system or _('all systems')}: {row.gate}" if row.joint else row.gate
        table.add_row(*(Text(visible(cell), style=style) for cell in (name, *row.rates)))
        if row.note:
            notes.append(Text(visible(f"  {row.system}: {row.gate}: {row.note}")))
    heading = [Text(_("Without a number"), style="bold")] if notes else []
    return (
        Text(_("Calibration of {name}").format(name=visible(calibration.name)), style="bold"),
        Text(calibration_sentence(calibration)),
        table,
        *heading,
        *notes,
        Text(_(LEGEND), style="dim"),
    )


def _row(gate: GateCalibration) -> CalibrationRow:
    rates = (
        gate.false_fail,
        gate.false_pass,
        gate.coverage,
        gate.null_fail,
        gate.null_pass,
    )
    return CalibrationRow(
        system=gate.system,
        gate=gate.finding,
        limit=limit_words(gate.limit),
        rates=(*map(_rate, rates), _power(gate)),
        note=_note(gate),
    )


def _joint_row(joint: JointCalibration) -> CalibrationRow:
    rates = (joint.false_fail, joint.false_pass, joint.coverage, joint.null_fail, None, None)
    gates = ngettext("{number} gate together", "{number} gates together", joint.gates)
    return CalibrationRow(
        system=joint.system,
        gate=gates.format(number=joint.gates),
        limit="",
        rates=tuple(map(_rate, rates)),
        note="",
        joint=True,
    )


def _rate(rate: Rate | None) -> str:
    if rate is None:
        return NOT_MEANT
    places = 0 if rate.error >= 0.01 else 1
    return f"{100 * rate.value:.{places}f} ± {100 * rate.error:.{places}f} %"


def _power(gate: GateCalibration) -> str:
    if gate.power is None or gate.effect is None:
        return NOT_MEANT
    factor = "× " if gate.contrast in {"ratio", "part ratio"} else ""
    return f"{_rate(gate.power)} ({factor}{show(gate.effect)})"


def _note(gate: GateCalibration) -> str:
    if gate.not_calibrated:
        return _("not calibrated: {reason}").format(reason=gate.not_calibrated)
    notes = [_("no power: {reason}").format(reason=gate.no_power)] if gate.no_power else []
    if gate.no_interval is not None and gate.no_interval.value:
        notes.append(_("no interval in {share} of the worlds").format(share=_rate(gate.no_interval)))
    return "; ".join(notes)
