"""Questions out and answers in, as JSON lines, for systems that are asked elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import (
    BaseModel,
    ConfigDict,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from recaudit.adapters.language.reading import read_list
from recaudit.adapters.language.titles import TitleIndex, index_titles
from recaudit.adapters.offline import OfflineRecommender
from recaudit.audit.build import BuiltSystem, build_system
from recaudit.audit.collect import pending
from recaudit.audit.config import AuditConfig
from recaudit.audit.config_tables import SystemTable
from recaudit.audit.execute import check_answer
from recaudit.audit.plan import AuditPlan, make_plan
from recaudit.audit.run import refuse_used_folder
from recaudit.audit.session import begun, kept, kept_config, kept_only, now, refuse_other_plan
from recaudit.datasets.assets import Announce
from recaudit.errors import DataError, InputError, SystemFailureError, UnknownNameError
from recaudit.files import write_atomically
from recaudit.records import Answer, AnswerProblem, Exchange, ItemId, Request

MOST_PROBLEMS = 10
"""Problems of a file that are shown; the rest are counted."""


class GivenLine(BaseModel):
    """One line of a file of answers.

    Attributes:
        id: Of the request.
        items: Catalogue ids, best first.
        scores: One per item.
        text: Instead of items: what a model wrote, verbatim; it is read and its titles are matched here.
        problem: Instead of both: why there is no answer.
        prompt: What the model was sent.
        model: Its name.
        tokens_in: Tokens sent.
        tokens_out: Tokens written.
        seconds: How long it took.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: StrictStr
    items: list[StrictInt | StrictStr] | None = None
    scores: list[StrictFloat | StrictInt] | None = None
    text: StrictStr | None = None
    problem: AnswerProblem | None = None
    prompt: StrictStr = ""
    model: StrictStr = ""
    tokens_in: StrictInt | None = None
    tokens_out: StrictInt | None = None
    seconds: StrictFloat | StrictInt | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> GivenLine:
        kinds = [name for name in ("items", "text", "problem") if getattr(self, name) is not None]
        if len(kinds) != 1:
            came = " and ".join(kinds) or "none of them"
            raise ValueError(f"give one of items, text and problem; {came} came")
        return self


def export_questions(
    config: AuditConfig, folder: Path, *, only: Collection[str], announce: Announce
) -> dict[Path, int]:
    """Begin a run and write the requests of each offline system.

    A line holds the id, what is asked (user, history and candidates with their titles, profile, instruction, k) and
    the seed for a system that takes one.

    Returns:
        File to number of requests.

    Raises:
        InputError: If no system is offline, or the folder is in use.
    """
    tables = [table for table in config.tables.systems if table.adapter == "offline"]
    if not tables:
        raise InputError(
            f'{config.path} has no system with adapter = "offline"; give the system that is asked elsewhere that '
            "adapter"
        )
    refuse_used_folder(folder)
    plan = make_plan(config, only=only, announce=announce)
    systems = {table.name: build_system(table, plan.data, plan.config.folder) for table in tables}
    written: dict[Path, int] = {}
    with begun(plan, folder) as evidence:
        for table in tables:
            built = systems[table.name]
            requests = _offered(plan, table, built)
            evidence.add_system(built.card, built.recommender.offers if built.recommender else ())
            path = folder / f"requests-{re.sub(r'[^A-Za-z0-9._-]+', '-', built.card.name)}.jsonl"
            write_atomically(
                path, "".join(_question(request, plan.data.items["title"]) for request in requests)
            )
            written[path] = len(requests)
    return written


def _offered(plan: AuditPlan, table: SystemTable, built: BuiltSystem) -> list[Request]:
    if not isinstance(built.recommender, OfflineRecommender):
        raise InputError(f"system '{built.card.name}' cannot be exported: {built.failure}")
    offers = built.recommender.offers
    return pending([one for one in plan.requests_of(table) if one.needs in offers], None, ())


def _question(request: Request, titles: pd.Series[str]) -> str:
    def titled(items: Sequence[ItemId]) -> list[dict[str, object]]:
        return [{"item": item, "title": titles[item] if item in titles.index else None} for item in items]

    content = {
        "id": request.id,
        "needs": request.needs,
        "arm": request.arm,
        "replicate": request.replicate,
        "user": request.user,
        "history": titled(request.history),
        "candidates": None if request.candidates is None else titled(request.candidates),
        "profile": dict(request.profile),
        "instruction": request.instruction,
        "k": request.k,
        "seed": request.seed,
    }
    return json.dumps(content, ensure_ascii=False) + "\n"


def import_given(folder: Path, path: Path, system: str, *, announce: Announce) -> tuple[int, int]:
    """Check a file of answers whole, and store it.

    Args:
        folder: Of the run that `export_questions` began.
        path: JSON lines, see `GivenLine`.
        system: Whose answers they are.
        announce: Called with what a person should read.

    Returns:
        Answers stored, and requests of the system that still have none.

    Raises:
        InputError: If there is no such run, system or file.
        DataError: With what is wrong in the file; nothing is stored then.
    """
    if not path.is_file():
        raise InputError(f"there is no file of answers at {path}; give a file of JSON lines")
    with kept(folder) as evidence:
        plan = make_plan(kept_config(evidence, None), only=kept_only(evidence), announce=announce)
        refuse_other_plan(evidence, plan)
        known = evidence.systems()
        if system not in known:
            raise UnknownNameError.among("system of this run:", system, known)
        before = evidence.settled(system)
        table = next(table for table in plan.config.tables.systems if table.name == system)
        open_requests = {
            request.id: request for request in pending(plan.requests_of(table), known[system], before)
        }
        answers = _read(path, open_requests, before, plan)
        evidence.begin(now())
        evidence.add_answers(system, answers)
    return len(answers), len(open_requests) - len(answers)


def _read(
    path: Path, wanted: Mapping[str, Request], before: Collection[str], plan: AuditPlan
) -> list[Answer]:
    answers: dict[str, Answer] = {}
    problems: list[str] = []
    index = index_titles(plan.data.items)
    for number, line in _lines(path):
        try:
            given = GivenLine.model_validate_json(line)
            request = _request_of(given, wanted, before, answers)
            answer = _answer(given, request, index)
            check_answer(request, answer, plan.data.items.index)
            answers[given.id] = answer
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            at = ".".join(map(str, first["loc"]))
            problems.append(
                f"{path}:{number}: {at + ': ' if at else ''}{first['msg'].removeprefix('Value error, ')}"
            )
        except (DataError, SystemFailureError) as error:
            problems.append(f"{path}:{number}: {error}")
    if problems:
        rest = len(problems) - MOST_PROBLEMS
        more = [f"and {rest:,} more lines that cannot be used"] if rest > 0 else []
        raise DataError("\n".join([*problems[:MOST_PROBLEMS], *more, "nothing was stored; mend the file"]))
    return list(answers.values())


def _request_of(
    given: GivenLine,
    wanted: Mapping[str, Request],
    before: Collection[str],
    answers: Mapping[str, Answer],
) -> Request:
    if given.id in answers:
        raise DataError(f"request {given.id!r} is answered twice in this file")
    if given.id not in wanted:
        why = "is answered already" if given.id in before else "is not among the system's requests"
        raise DataError(f"request {given.id!r} {why}")
    return wanted[given.id]


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    with path.open(encoding="utf-8") as file:
        yield from ((number, line) for number, line in enumerate(file, 1) if line.strip())


def _answer(given: GivenLine, request: Request, index: TitleIndex) -> Answer:
    details: dict[str, Any] = {
        "model": given.model,
        "tokens_in": given.tokens_in,
        "tokens_out": given.tokens_out,
    }
    prompt = given.prompt or request.instruction or ""
    if given.text is None:
        return Answer(
            request=request.id,
            items=tuple(given.items or ()),
            scores=None if given.scores is None else tuple(given.scores),
            problem=given.problem,
        )
    read = read_list(given.text, index, k=request.k, among=request.candidates)
    exchange = Exchange(prompt=prompt, text=given.text, seconds=given.seconds, **details)
    return Answer(
        request=request.id,
        items=read.items,
        problem=read.problem,
        detail=read.detail,
        exchanges=(exchange,),
        slots=read.slots,
    )
