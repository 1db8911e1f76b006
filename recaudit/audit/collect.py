"""Asking every system what it has not answered yet, and storing what it says."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict

from recaudit.audit.batches import batches_of
from recaudit.audit.build import BuiltSystem, build_system
from recaudit.audit.config_tables import PriceTable, SystemTable
from recaudit.audit.evidence import AskedSystem, EvidenceStore
from recaudit.audit.execute import ask
from recaudit.audit.measure import settled
from recaudit.audit.plan import AuditPlan
from recaudit.audit.progress import Progress, timed
from recaudit.audit.usage import cost_of
from recaudit.errors import InputError, SystemFailureError
from recaudit.records import Answer, Capability, Request

BATCH = 256
"""Answers stored together where none of them took a call, so that losing them costs nothing."""


class Purse:
    """What may be spent in a run, and what has been.

    Args:
        limit: None for no limit.
        spent: In earlier sessions.
    """

    def __init__(self, limit: float | None, spent: float) -> None:
        self._limit = limit
        self._spent = spent

    @property
    def is_empty(self) -> bool:
        """Whether the limit is reached."""
        return self._limit is not None and self._spent >= self._limit

    def pay(self, answer: Answer, prices: PriceTable | None) -> None:
        """Count an answer's calls.

        Raises:
            SystemFailureError: If the limit is reached.
        """
        if prices is None:
            return
        self._spent += sum(cost_of(call, prices) for call in answer.exchanges)
        if self.is_empty:
            raise SystemFailureError(
                f"the limit of {self._limit:g} {prices.currency} is reached ({self._spent:.4g} spent); go on with "
                "--resume and a higher --max-cost"
            )


def check_budget(tables: Sequence[SystemTable], max_cost: float | None) -> None:
    """Refuse a limit that nothing can be counted against.

    Raises:
        InputError: If no system has prices, or they are in several currencies.
    """
    if max_cost is None:
        return
    currencies = sorted({table.prices.currency for table in tables if table.prices is not None})
    if not currencies:
        raise InputError(
            "--max-cost needs prices, and no system has any; add [systems.prices] with input and output per "
            "million tokens"
        )
    if len(currencies) > 1:
        raise InputError(f"--max-cost needs one currency, the prices are in {', '.join(currencies)}")


def pending(
    requests: Collection[Request], asked: AskedSystem | None, settled: Collection[str]
) -> list[Request]:
    """The requests that a system is still to answer, in the order of asking.

    The order is by seed: arms and units alternate at random, so that a drift of the system over time meets all of
    them alike.

    Args:
        requests: All that are planned.
        asked: The system, where it is known what it offers; otherwise all requests count as offered.
        settled: Ids of those that need not be asked.
    """
    left = [
        request
        for request in requests
        if (asked is None or request.needs in asked.offers) and request.id not in settled
    ]
    return sorted(left, key=lambda request: (request.seed, request.id))


def build_pending(plan: AuditPlan, evidence: EvidenceStore | None, progress: Progress) -> list[BuiltSystem]:
    """Build the systems that have something to answer.

    Raises:
        InputError: If a person can mend it, or a system is not what it was when the run began.
    """
    known = {} if evidence is None else evidence.systems()
    tables = [
        table
        for table in plan.config.tables.systems
        if evidence is None or _has_more(plan, table, known.get(table.name), evidence)
    ]
    built = []
    for position, table in enumerate(tables):
        progress(f"building {table.name}", position, len(tables))
        system = build_system(table, plan.data, plan.config.folder)
        _refuse_another(system, known.get(table.name))
        built.append(system)
    progress("building systems", len(tables), len(tables))
    return built


def _has_more(
    plan: AuditPlan, table: SystemTable, asked: AskedSystem | None, evidence: EvidenceStore
) -> bool:
    """Whether a system is still to answer something; a sequential run looks whether its gates are settled."""
    if asked is None or not plan.sequential:
        return bool(pending(plan.requests_of(table), asked, evidence.settled(table.name)))
    return any(
        pending(part, asked, evidence.settled(table.name))
        for part in rounds(plan, table, asked.offers, evidence)
    )


def rounds(
    plan: AuditPlan, table: SystemTable, offers: frozenset[Capability], evidence: EvidenceStore
) -> Iterator[Sequence[Request]]:
    """What a system is asked, in parts; a part begins when the one before is answered.

    An ordinary run has one part. A sequential one has batches, and ends after the first that settles every gate. A
    look back is left out where answers to the next batch are there already.
    """
    if not plan.sequential:
        yield [request for request in plan.requests_of(table) if request.needs in offers]
        return
    batches = batches_of(plan, table, offers)
    for place, batch in enumerate(batches):
        yield batch.requests
        answers = evidence.answers(table.name)
        went_on = place + 1 < len(batches) and any(one.id in answers for one in batches[place + 1].requests)
        if not went_on and settled(
            plan, table.name, offered=offers, batches=batches, done=place + 1, answers=answers
        ):
            return


def _refuse_another(built: BuiltSystem, known: AskedSystem | None) -> None:
    if known is None or built.recommender is None:
        return
    before, now = asdict(known.card), asdict(built.card)
    changed = [name for name in now if now[name] != before[name]]
    if changed:
        shown = "; ".join(f"{name} was {before[name]!r} and is {now[name]!r}" for name in changed)
        raise InputError(
            f"system '{built.card.name}' is not the one that the run began with: {shown}; bring it back, or "
            "begin a new run"
        )


def collect(
    plan: AuditPlan,
    systems: Sequence[BuiltSystem],
    evidence: EvidenceStore,
    *,
    max_cost: float | None,
    progress: Progress,
) -> None:
    """Ask the systems and store their answers; a system that fails is a stored failure, and the rest go on.

    A limit of cost that stops a sequential run is no failure: what is answered until then can be decided.
    """
    tables = {table.name: table for table in plan.config.tables.systems}
    prices = {name: table.prices for name, table in tables.items()}
    known = evidence.systems()
    purse = Purse(max_cost, 0.0 if max_cost is None else _spent(evidence, prices))
    for built in systems:
        name, seconds = built.card.name, {"build": built.seconds}
        if built.recommender is None:
            evidence.add_failure(name, built.failure)
            evidence.add_seconds(name, seconds)
            continue
        offers = built.recommender.offers
        if name not in known:
            evidence.add_system(built.card, offers)
        table = tables[name]
        total = sum(request.needs in offers for request in plan.requests_of(table))
        done = 0
        try:
            for part in rounds(plan, table, offers, evidence):
                left = pending(part, None, evidence.settled(name))
                done += len(part) - len(left)
                progress(f"asking {name}", done, total)
                with timed(seconds, "answer"):
                    asking = ask(built.recommender, left, plan.data.items.index)
                    with closing(_stored(asking, name, evidence)) as answers:
                        for answer in answers:
                            done += 1
                            progress(f"asking {name}", done, total)
                            purse.pay(answer, prices[name])
        except SystemFailureError as error:
            if not (plan.sequential and purse.is_empty):
                evidence.add_failure(name, str(error))
        finally:
            evidence.add_seconds(name, seconds)


def _stored(answers: Generator[Answer], system: str, evidence: EvidenceStore) -> Generator[Answer]:
    """Pass answers on once they are on disk; an answer that took a call is stored at once."""
    waiting: list[Answer] = []
    try:
        for answer in answers:
            waiting.append(answer)
            if answer.exchanges or len(waiting) == BATCH:
                stored, waiting = waiting, []
                evidence.add_answers(system, stored)
                yield from stored
    finally:
        answers.close()
        if waiting:
            evidence.add_answers(system, waiting)
    yield from waiting


def _spent(evidence: EvidenceStore, prices: Mapping[str, PriceTable | None]) -> float:
    return sum(
        cost_of(call, price)
        for name, price in prices.items()
        if price is not None
        for answer in evidence.answers(name).values()
        for call in answer.exchanges
    )
