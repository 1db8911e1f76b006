"""What is asked: every unit in every arm, each arm several times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recaudit.datasets import AuditData, first_users
from recaudit.errors import InputError
from recaudit.probes.candidates import candidate_sets, in_random_order
from recaudit.probes.counterfactual.options import ProfileOptions, PromptOptions
from recaudit.probes.counterfactual.values import NEUTRAL, Arm, arms_of
from recaudit.records import ItemId, Request, UserId

NOBODY = Arm(label=NEUTRAL, attribute="", words="", article="", profile=())


def plan_prompts(data: AuditData, options: PromptOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """One instruction per seed, arm and repeat; the sentences differ in the named word only."""
    arms = [NOBODY, *options.placebo_arms(), *options.arms()]
    return [
        Request(
            unit=seed,
            arm=arm.label,
            replicate=replicate,
            user=seed,
            history=(),
            k=options.depth,
            needs="instructions",
            instruction=sentence(options, arm, seed),
            run_seed=run_seed,
        )
        for seed in _seeds(data, options, run_seed)
        for arm in arms
        for replicate in range(options.repeats)
    ]


def sentence(options: PromptOptions, arm: Arm, seed: str) -> str:
    """What is said in one arm about one seed.

    >>> options = PromptOptions(template="I am {article} {value} fan of {seed}; {k}.", similarity=["jaccard@3"])
    >>> sentence(options, NOBODY, "Heat"), sentence(options, options.placebo_arms()[0], "Heat")
    ('I am a fan of Heat; 3.', 'I am a keen fan of Heat; 3.')
    """
    article = arm.article or options.neutral_article
    values = {"article": article, "value": arm.words, "k": options.depth, "noun": options.noun}
    # A seed may hold braces or double blanks, so it is put in last and as it is.
    return seed.join(_spaced(part.format(**values)) for part in options.template.split("{seed}"))


def _spaced(text: str) -> str:
    while "  " in text:
        text = text.replace("  ", " ")
    return text


def _seeds(data: AuditData, options: PromptOptions, run_seed: int) -> list[str]:
    if options.seeds is not None:
        given = list(dict.fromkeys(options.seeds))
        if len(given) <= options.units:
            return given
        chosen = np.random.default_rng(run_seed).choice(len(given), options.units, replace=False)
        return [given[place] for place in np.sort(chosen)]
    counts = data.interactions["item"].value_counts()
    ranked = counts.reindex(data.items.index, fill_value=0).sort_values(ascending=False, kind="stable")
    titles = data.items["title"].reindex(ranked.index).dropna().tolist()
    if not titles:
        raise InputError("the items have no titles to be a fan of; give seeds, or a column of titles")
    return list(dict.fromkeys(titles))[: options.units]


def plan_profiles(data: AuditData, options: ProfileOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """One list per user, arm and repeat; only what is disclosed differs."""
    arms = [NOBODY, *options.placebo_arms(), *profile_arms(data, options)]
    histories = data.histories()
    return [
        Request(
            unit=user,
            arm=arm.label,
            replicate=replicate,
            user=user,
            history=histories.get(user, ()),
            candidates=candidates,
            k=options.depth if candidates is None else min(options.depth, len(candidates)),
            needs="profiles",
            profile=arm.profile,
            run_seed=run_seed,
        )
        for user, candidates in _asked_users(data, options, run_seed)
        for arm in arms
        for replicate in range(options.repeats)
    ]


def profile_arms(data: AuditData, options: ProfileOptions) -> list[Arm]:
    """One arm per group of each attribute that has enough users.

    Raises:
        InputError: If an attribute is unknown or has fewer than two such groups.
    """
    values = {}
    for attribute in options.attributes:
        counts = data.groups_of(attribute).value_counts()
        groups = sorted(str(group) for group, count in counts.items() if count >= options.min_users)
        if len(groups) < 2:
            raise InputError(
                f"attribute '{attribute}' has {len(groups)} group(s) of at least {options.min_users} users, and a "
                "counterfactual needs two; lower min_users or leave it out"
            )
        values[attribute] = groups
    return arms_of(values)  # type: ignore[arg-type] # plain labels are values


def _asked_users(
    data: AuditData, options: ProfileOptions, run_seed: int
) -> Iterator[tuple[UserId, tuple[ItemId, ...] | None]]:
    rng = np.random.default_rng(run_seed)
    disclosed = data.users.loc[data.asked, options.attributes].notna().all(axis=1)
    known = disclosed.index[disclosed].tolist()
    if not known:
        raise InputError(f"no user has a value for {', '.join(options.attributes)}; leave one out")
    users = first_users(known, options.units, run_seed)
    if options.candidates is None:
        yield from ((user, None) for user in users)
        return
    for one in candidate_sets(data, users, options.candidates, rng):
        yield one.user, in_random_order([*one.wanted, *one.others], rng)
