"""The table `[probes.exposure]`."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StrictStr

from recaudit.metrics.item_groups import Discount, Overlap
from recaudit.probes.options import ProbeOptions, UtilityLabel, label_of

ExposureLabel = Annotated[StrictStr, AfterValidator(label_of("exposure"))]
SampleLabel = Annotated[StrictStr, AfterValidator(label_of("samples"))]
GroupListLabel = Annotated[StrictStr, AfterValidator(label_of("list"))]


class ExposureOptions(ProbeOptions):
    """`[probes.exposure]`.

    Attributes:
        groupings: How items are grouped: "groups" (such as genres), "year" (decades), "popularity" (head, middle,
            tail), or a column of the items such as "provider".
        metrics: What is compared between the groups of each grouping.
        list_metrics: Measured for every list and grouping, such as "awrf@10" and "ndkl@10".
        expected: Measured on repeated lists, such as "eel@10"; with one sample "eed" is 1 for every full list.
        samples: How often each list is asked for; more than once for a system that answers differently each time.
        utility: What users get, shown beside what items get.
        min_items: Groups of fewer items are not compared.
        overlap: For `metrics`, "split" if an item counts for each of its groups in equal parts, "repeat" if fully;
            list metrics always split.
        discount: For `metrics`, how exposure falls with the place: "log" 1 / log2(rank + 1), "geometric", or "none";
            list metrics and expected exposure always take "log".
    """

    groupings: Annotated[list[StrictStr], Field(min_length=1)] = ["popularity", "groups"]
    metrics: Annotated[list[ExposureLabel], Field(min_length=1)] = [
        "exposure_excess@10",
        "exposure_per_merit@10",
        "exposure_per_item@10",
        "hits_per_wanted@10",
        "pairwise_accuracy@10",
    ]
    list_metrics: list[GroupListLabel] = ["awrf@10", "ndkl@10"]
    expected: list[SampleLabel] = ["eed@10", "eer@10", "eel@10"]
    samples: Annotated[int, Field(ge=1, le=50)] = 1
    utility: list[UtilityLabel] = ["ndcg@10"]
    min_items: Annotated[int, Field(ge=1)] = 10
    overlap: Overlap = "split"
    discount: Discount = "log"

    @property
    def labels(self) -> list[str]:
        """All metric labels."""
        return [*self.metrics, *self.list_metrics, *self.expected, *self.utility]
