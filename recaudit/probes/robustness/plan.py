"""What is asked: the plain question several times, and every variant of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recaudit.datasets import AuditData, first_users
from recaudit.errors import InputError
from recaudit.probes.candidates import candidate_sets, in_random_order, relevant_items
from recaudit.probes.robustness.options import PromptRobustnessOptions, RobustnessOptions
from recaudit.records import Capability, ItemId, Request, UserId

PLAIN, SHUFFLED, MORE = "plain history", "history shuffled", "more candidates"
WORDED, TYPOS = "plain wording", "typing errors"


def length_arm(length: int) -> str:
    """The arm in which the history is cut.

    >>> length_arm(5)
    'newest 5'
    """
    return f"newest {length}"


def paraphrase_arm(place: int) -> str:
    """The arm of a paraphrase, by its place from 0."""
    return f"paraphrase {place + 1}"


def language_arm(language: str) -> str:
    """The arm of a language."""
    return f"in {language}"


def needs_of(options: RobustnessOptions) -> Capability:
    """What a system must be able to do."""
    return "lists" if options.candidates is None else "candidates"


def plan_histories(data: AuditData, options: RobustnessOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """Every user with the whole history, shuffled, cut to each length, and with more candidates if asked.

    Raises:
        InputError: If nobody has held-out items and a history that is long enough.
    """
    rng = np.random.default_rng(run_seed)
    histories = data.histories()
    longest = options.lengths[-1]
    users = first_users(_with_truth(data, longest), options.units, run_seed)
    few, many = _candidates(data, options, users, rng)
    requests = []
    for user in users:
        whole = histories[user]
        shuffled = in_random_order(whole, rng)
        arms = [(PLAIN, whole, few.get(user))] * options.repeats
        arms.append((SHUFFLED, shuffled, few.get(user)))
        arms += [(length_arm(length), whole[-length:], few.get(user)) for length in options.lengths]
        if options.more_candidates is not None:
            arms.append((MORE, whole, many[user]))
        seen: dict[str, int] = {}
        for arm, history, candidates in arms:
            requests.append(
                Request(
                    unit=user,
                    arm=arm,
                    replicate=seen.setdefault(arm, 0),
                    user=user,
                    history=history,
                    candidates=candidates,
                    k=options.k if candidates is None else len(candidates),
                    needs=needs_of(options),
                    run_seed=run_seed,
                )
            )
            seen[arm] += 1
    return requests


def _with_truth(data: AuditData, longest: int) -> list[UserId]:
    histories = data.histories()
    known = [user for user in relevant_items(data) if len(histories.get(user, ())) > longest]
    if not known:
        raise InputError(
            f"no user has held-out items and a history of more than {longest} items; lower lengths or change "
            "[data.split]"
        )
    return known


def _candidates(
    data: AuditData, options: RobustnessOptions, users: Sequence[UserId], rng: np.random.Generator
) -> tuple[dict[UserId, tuple[ItemId, ...]], dict[UserId, tuple[ItemId, ...]]]:
    """For each user few candidates in random order, and more with these among them; empty without candidates."""
    if options.candidates is None:
        return {}, {}
    most = options.more_candidates or options.candidates
    few, many = {}, {}
    for one in candidate_sets(data, users, most, rng, most_wanted=1):
        everything = [*one.wanted, *one.others]
        chosen = everything[: options.candidates]
        few[one.user] = in_random_order(chosen, rng)
        many[one.user] = in_random_order(everything, rng)
    return few, many


def plan_prompts(data: AuditData, options: PromptRobustnessOptions, k: int, run_seed: int) -> list[Request]:  # noqa: ARG001
    """Every user in the plain wording, in each paraphrase and language, and with typing errors; all repeated.

    Raises:
        InputError: If nobody has held-out items and a history.
    """
    rng = np.random.default_rng(run_seed)
    histories = data.histories()
    titles = data.items["title"].to_dict()
    requests = []
    for user in first_users(_with_truth(data, 0), options.units, run_seed):
        names = [str(titles[item]) for item in histories[user][-options.history :]]
        wrong = with_typos(names, options.typos, rng)
        sentences = {
            WORDED: (options.template, names),
            **{paraphrase_arm(at): (text, names) for at, text in enumerate(options.paraphrases)},
            **{language_arm(name): (text, names) for name, text in options.languages.items()},
            TYPOS: (options.template, wrong),
        }
        requests += [
            Request(
                unit=user,
                arm=arm,
                replicate=replicate,
                user=user,
                history=histories[user],
                k=options.k,
                needs="instructions",
                instruction=sentence(text, options, words),
                run_seed=run_seed,
            )
            for arm, (text, words) in sentences.items()
            for replicate in range(options.repeats)
        ]
    return requests


def sentence(text: str, options: PromptRobustnessOptions, titles: Sequence[str]) -> str:
    """Fill a sentence in; titles may hold braces and are put in as they are.

    >>> sentence("I liked {history}; {k} {noun}", PromptRobustnessOptions(), ["A {b}", "C"])
    'I liked A {b}; C; 10 films'
    """
    parts = [part.format(k=options.k, noun=options.noun) for part in text.split("{history}")]
    return "; ".join(titles).join(parts)


def with_typos(titles: Sequence[str], count: int, rng: np.random.Generator) -> list[str]:
    """Let two different neighbouring letters change places in so many of the titles, chosen at random.

    Titles without two such letters stay as they are.
    """
    wrong = list(titles)
    for at in rng.permutation(len(titles))[:count]:
        title = wrong[at]
        places = [
            place
            for place in range(len(title) - 1)
            if title[place].isalpha() and title[place + 1].isalpha() and title[place] != title[place + 1]
        ]
        if places:
            place = places[int(rng.integers(len(places)))]
            wrong[at] = title[:place] + title[place + 1] + title[place] + title[place + 2 :]
    return wrong
