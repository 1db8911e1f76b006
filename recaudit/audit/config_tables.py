"""The tables of a configuration file."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictStr, model_validator

from recaudit.records import Limit
from recaudit.statistics.multiplicity import Screening

Inconclusive = Literal["fail", "warn", "pass"]


class Table(BaseModel):
    """A TOML table that knows all its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AuditTable(Table):
    """`[audit]`: what holds for the whole run.

    Attributes:
        name: Shown in the report.
        seed: Decides splits, resampling and the seeds given to systems.
        confidence: Simultaneous confidence of the intervals of one system's gated claims.
        resamples: Bootstrap resamples of users.
        min_group: Groups with fewer users are shown and not compared.
        shrink: Show in the tables of products such as "gender*age_band" each group's mean drawn towards the mean of all
            by how little is known of it, too; no interval or verdict changes.
        screening: How p-values of findings without a gate are adjusted for their number: "benjamini-hochberg", or
            "benjamini-yekutieli", which holds under any dependence between them.
        inconclusive: Exit code of an inconclusive audit: "fail" 4, "warn" and "pass" 0.
        users: Ask about this many users, drawn by the seed; about all without it.
        batch: Users or seed entities that a sequential run asks about between two looks.
    """

    name: StrictStr = "audit"
    seed: Annotated[int, Field(ge=0)] = 0
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    resamples: Annotated[int, Field(ge=200, le=100_000)] = 2000
    min_group: Annotated[int, Field(ge=2)] = 20
    shrink: bool = False
    screening: Screening = "benjamini-hochberg"
    inconclusive: Inconclusive = "fail"
    users: Annotated[int, Field(ge=1)] | None = None
    batch: Annotated[int, Field(ge=1)] = 25


class SplitTable(Table):
    """`[data.split]`: which interactions are held out.

    Attributes:
        method: "last" n per user by time, "random" n per user, or "given" by a truth file.
        n: Held-out interactions per user.
        relevant_from: Held-out ratings from here on are relevant; without it every held-out interaction is.
    """

    method: Literal["last", "random", "given"] = "last"
    n: Annotated[int, Field(ge=1)] = 5
    relevant_from: float | None = None


class DataTable(Table):
    """`[data]`: a named dataset, or files.

    Attributes:
        dataset: A name of `recaudit list datasets`.
        path: Where that dataset lies, when it is not found by itself.
        interactions: File with columns user, item and optionally rating and time.
        users: File with a column user and one column per attribute.
        items: File with a column item and optionally title, groups and year.
        truth: File with columns user, item and optionally grade or rating (split method "given").
        columns: Our column name to the name in the files, such as `user = "customer_id"`.
        split: What is held out.
    """

    dataset: StrictStr | None = None
    path: StrictStr | None = None
    interactions: StrictStr | None = None
    users: StrictStr | None = None
    items: StrictStr | None = None
    truth: StrictStr | None = None
    columns: dict[str, StrictStr] = {}
    split: SplitTable = SplitTable()

    @model_validator(mode="after")
    def _one_source(self) -> DataTable:
        if (self.dataset is None) == (self.interactions is None):
            raise ValueError('name either a dataset (dataset = "...") or a file (interactions = "...")')
        if self.dataset is not None and (self.users or self.items or self.truth or self.columns):
            raise ValueError("users, items, truth and columns belong to files, not to a named dataset")
        if self.path is not None and self.dataset is None:
            raise ValueError(
                "path belongs to a named dataset; for files use interactions, users, items, truth"
            )
        return self


class PriceTable(Table):
    """`[systems.prices]`: what calls cost.

    Attributes:
        input: Per million tokens sent.
        output: Per million tokens written.
        call: Per call.
        currency: Shown beside every cost.
    """

    input: Annotated[float, Field(ge=0)] = 0.0
    output: Annotated[float, Field(ge=0)] = 0.0
    call: Annotated[float, Field(ge=0)] = 0.0
    currency: StrictStr = "USD"


class SystemTable(Table):
    """`[[systems]]`: one audited system.

    Attributes:
        name: Unique in the audit.
        adapter: A name of `recaudit list adapters`, or `package.module:factory`.
        options: Passed to the adapter.
        prices: What its calls cost; needed for `--max-cost`.
        users: Ask it about so many of the users only, the same ones for every system and probe that asks few; about
            all without it.
    """

    name: Annotated[StrictStr, Field(min_length=1)]
    adapter: Annotated[StrictStr, Field(min_length=1)]
    options: dict[str, Any] = {}
    prices: PriceTable | None = None
    users: Annotated[int, Field(ge=1)] | None = None


class GateTable(Table):
    """`[[gates]]`: a limit that decides the audit.

    Attributes:
        finding: A finding id, or a pattern with `*`.
        min: Smallest acceptable value.
        max: Largest acceptable value.
        margin: By how much the value may get worse than it was in a baseline; asked of runs that are given one.
        systems: Which systems it holds for; all without it.
    """

    finding: Annotated[StrictStr, Field(min_length=1)]
    min: float | None = None
    max: float | None = None
    margin: Annotated[float, Field(gt=0)] | None = None
    systems: list[StrictStr] | None = None

    @model_validator(mode="after")
    def _a_range(self) -> GateTable:
        if self.min is None and self.max is None and self.margin is None:
            raise ValueError("a gate needs min, max or margin")
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min ({self.min:g}) must lie below max ({self.max:g})")
        return self

    @property
    def limit(self) -> Limit | None:
        """The range as a record, None for a gate that only has a margin."""
        return None if self.min is None and self.max is None else Limit(low=self.min, high=self.max)


class ConfigTables(Table):
    """The whole file; the tables under `[probes]` are validated by their probes."""

    audit: AuditTable = AuditTable()
    data: DataTable
    systems: Annotated[list[SystemTable], Field(min_length=1)]
    probes: Annotated[dict[str, dict[str, Any]], Field(min_length=1)]
    gates: list[GateTable] = []
