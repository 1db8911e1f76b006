"""What a run would ask, what that would cost, and what it could show: everything before the first call."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scipy.special import ndtri

from recaudit.adapters.language.model import Previewed
from recaudit.audit.build import BuiltSystem, build_system
from recaudit.audit.config import AuditConfig
from recaudit.audit.config_tables import AuditTable, PriceTable, SystemTable
from recaudit.audit.plan import AuditPlan, make_plan, why_not_run
from recaudit.audit.progress import Progress, silent
from recaudit.audit.usage import price_of
from recaudit.datasets.assets import Announce
from recaudit.datasets.assets import silent as say_nothing
from recaudit.records import Capability, Hypothesis, Limit, Recommender, Request
from recaudit.statistics import detectable_effect


@dataclass(frozen=True, slots=True, kw_only=True)
class AskingForecast:
    """What one probe would ask one system.

    Attributes:
        system: The system's name.
        probe: The probe's name.
        requests: Requests that no earlier probe asks already; those that the system does not offer to answer
            are left out.
        not_offered: Requests that it does not offer to answer.
        claims: What would be tested.
        not_run: Why some of the probe's claims would be NOT_RUN, and how many for each reason.
        calls: Calls behind them.
        tokens_in: Tokens sent, by a rule of thumb of four characters each.
        tokens_out: Tokens written, at most.
        cost: By the configuration's prices, at most; None without prices.
        currency: Of the cost.
    """

    system: str
    probe: str
    requests: int
    not_offered: int
    claims: int
    not_run: Mapping[str, int]
    calls: int
    tokens_in: int
    tokens_out: int
    cost: float | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateForecast:
    """What one gate could show.

    Attributes:
        system: The system's name.
        finding: The claim.
        not_run: Why it would be NOT_RUN, else "".
        units: Units that would be asked about.
        limit: Of the gate; None for one that only has a margin.
        margin: Of the gate, decided where there is a baseline; None without one.
        detectable: Smallest effect seen with 80 % power if values scatter as widely as their bounds allow; None
            where that is not known beforehand.
    """

    system: str
    finding: str
    not_run: str
    units: int
    limit: Limit | None
    margin: float | None
    detectable: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a run would do.

    Attributes:
        name: Of the audit.
        failures: System to why it cannot be asked anything.
        asking: What each probe would ask each system.
        gates: What each gate could show.
    """

    name: str
    failures: Mapping[str, str]
    asking: tuple[AskingForecast, ...]
    gates: tuple[GateForecast, ...]

    def to_json(self) -> str:
        """The same as JSON."""
        from pydantic import TypeAdapter

        return TypeAdapter(Forecast).dump_json(self, indent=1).decode()


def forecast(
    config: AuditConfig,
    *,
    only: Collection[str] = (),
    sequential: bool = False,
    progress: Progress = silent,
    announce: Announce = say_nothing,
) -> Forecast:
    """Plan a run and build its systems without asking them anything.

    Raises:
        InputError: If the run could not begin.
    """
    progress("loading data", 0, 1)
    plan = make_plan(config, only=only, sequential=sequential, announce=announce)
    progress("loading data", 1, 1)
    systems: list[BuiltSystem] = []
    tables = config.tables.systems
    for position, table in enumerate(tables):
        progress(f"building {table.name}", position, len(tables))
        systems.append(build_system(table, plan.data, config.folder))
    progress("building systems", len(tables), len(tables))
    return forecast_of(plan, systems)


def forecast_of(plan: AuditPlan, systems: Iterable[BuiltSystem]) -> Forecast:
    """What a run over systems that are built would do; asks them nothing."""
    tables = {table.name: table for table in plan.config.tables.systems}
    asking: list[AskingForecast] = []
    gates: list[GateForecast] = []
    failures: dict[str, str] = {}
    for built in systems:
        table = tables[built.card.name]
        if built.recommender is None:
            failures[table.name] = built.failure
        else:
            asking.extend(_asking(plan, table, built.recommender))
            gates.extend(_gates(plan, table, built.recommender.offers))
    return Forecast(
        name=plan.config.tables.audit.name, failures=failures, asking=tuple(asking), gates=tuple(gates)
    )


def _asking(plan: AuditPlan, table: SystemTable, system: Recommender) -> Iterable[AskingForecast]:
    wanted = {request.id for request in plan.requests_of(table)}
    seen: set[str] = set()
    for probe in plan.probes:
        new = [request for request in probe.requests if request.id in wanted - seen]
        seen.update(request.id for request in new)
        offered = [request for request in new if request.needs in system.offers]
        calls, tokens_in, tokens_out = _calls(system, offered, table.prices)
        prices = table.prices
        yield AskingForecast(
            system=table.name,
            probe=probe.name,
            requests=len(offered),
            not_offered=len(new) - len(offered),
            claims=sum(claim.needs in system.offers for claim in probe.hypotheses),
            not_run=Counter(
                why_not_run(claim) for claim in probe.hypotheses if claim.needs not in system.offers
            ),
            calls=calls,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            cost=None if prices is None else price_of(tokens_in, tokens_out, calls=calls, prices=prices),
            currency="" if prices is None else prices.currency,
        )


def _calls(
    system: Recommender, requests: Sequence[Request], prices: PriceTable | None
) -> tuple[int, int, int]:
    """Calls, tokens sent and tokens written; a priced system that does not say is taken to make one a request."""
    if not isinstance(system, Previewed):
        return (len(requests) if prices is not None else 0), 0, 0
    calls = tokens_in = tokens_out = 0
    for request in requests:
        for call in system.preview(request):
            calls += 1
            tokens_in += call.tokens_sent
            tokens_out += call.max_tokens
    return calls, tokens_in, tokens_out


def _gates(plan: AuditPlan, table: SystemTable, offers: Collection[Capability]) -> Iterator[GateForecast]:
    limits = {claim: limit for (name, claim), limit in plan.limits.items() if name == table.name}
    margins = {one.finding: one.margin for one in plan.margins if one.system == table.name}
    wanted = {request.id for request in plan.requests_of(table)}
    for probe in plan.probes:
        for claim in probe.hypotheses:
            if claim.id not in limits and claim.id not in margins:
                continue
            offered = claim.needs in offers
            units = {one.unit for one in probe.requests if one.needs == claim.needs and one.id in wanted}
            sizes = _sizes(plan, claim, units)
            settings = plan.config.tables.audit
            yield GateForecast(
                system=table.name,
                finding=claim.id,
                not_run="" if offered else why_not_run(claim),
                units=len(units) if offered else 0,
                limit=limits.get(claim.id),
                margin=margins.get(claim.id),
                detectable=_detectable(claim, sizes, max(len(limits), 1), settings) if offered else None,
            )


def _sizes(plan: AuditPlan, claim: Hypothesis, units: set[int | str]) -> list[int]:
    """The number of units, or for a comparison of groups the two smallest groups that are compared."""
    if claim.contrast not in {"gap", "worst"} or claim.attribute is None:
        return [len(units)]
    groups = plan.groups[claim.attribute]
    counts = groups[groups.index.isin(units)].value_counts()
    compared = sorted(counts[counts >= plan.config.tables.audit.min_group].tolist())
    return compared[: 1 if claim.contrast == "worst" else 2]


def _detectable(claim: Hypothesis, sizes: list[int], family: int, settings: AuditTable) -> float | None:
    """The effect that worst-case scatter leaves visible; the family's intervals by Bonferroni."""
    width = claim.bounds[1] - claim.bounds[0]
    if (
        claim.contrast in {"corpus", "ratio", "arm spread", "part gap", "part ratio", "part size"}
        or not math.isfinite(width)
        or not min(sizes, default=0)
    ):
        return None
    if claim.contrast == "trend":
        width *= _steepest(claim.levels)
    paired = claim.contrast in {"excess", "change", "arm gap", "trend"}
    spread = width if paired else width / 2
    error = spread * math.sqrt(sum(1 / size for size in sizes))
    critical = float(ndtri(1 - (1 - settings.confidence) / (2 * family)))
    return detectable_effect(error, critical)


def _steepest(levels: Sequence[float]) -> float:
    """The largest slope over these levels of a value that stays within a width of 1."""
    centred = [level - sum(levels) / len(levels) for level in levels]
    return sum(abs(x) for x in centred) / (2 * sum(x * x for x in centred))
