from __future__ import annotations

from recaudit.reports.methods import method_rows


def test_findings_that_were_made_alike_stand_in_one_row(make):
    rows = method_rows(
        [
            make.finding(estimate=make.estimate(n=60, detectable=0.1, p=0.01)),
            make.finding(metric="hit@10", estimate=make.estimate(n=943, detectable=0.02, p=0.2)),
            make.finding(verdict=None, estimate=make.estimate(p=0.2)),
            make.finding(verdict="NOT_RUN"),
        ]
    )
    assert [(row.claims, row.n, row.detectable, row.test) for row in rows] == [
        ("2", "60 to 943", "0.020 to 0.100", "no difference between groups; Holm"),
        ("1", "943", "", "no difference between groups; false discovery rate"),
    ]


def test_arms_are_permuted_and_labels_too(make):
    arms = make.finding(contrast="arm gap", attribute=None, estimate=make.estimate(p=0.3))
    labels = make.finding(contrast="corpus", attribute=None, estimate=make.estimate(p=0.3))
    assert [row.test.split(";")[0] for row in method_rows([arms, labels])] == [
        "arms permuted within units",
        "labels permuted",
    ]
