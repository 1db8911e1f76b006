"""Beginning an audit: a configuration that runs, a stub of the system, a test, a CI snippet and toy data."""

from __future__ import annotations

from enum import StrEnum
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from recaudit.cli.output import say

SEED = 20
USERS = 300


class Template(StrEnum):
    """How the audited system is reached."""

    classic = "classic"
    llm = "llm"
    files = "files"
    http = "http"
    pytest = "pytest"


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where to write; made if need be.")
    ] = Path(),
    template: Annotated[
        Template,
        typer.Option(
            help="The system: a model in Python, a language model, a file of recommendations, a JSON service, or a "
            "function under pytest."
        ),
    ] = Template.classic,
) -> None:
    """Write a commented audit that runs at once on toy data; overwrites nothing."""
    from recaudit.errors import InputError
    from recaudit.files import write_atomically

    files = starter(template)
    taken = [str(folder / name) for name in files if (folder / name).exists()]
    if taken:
        raise InputError(
            f"{', '.join(taken)} {'exists' if len(taken) == 1 else 'exist'}, and nothing is overwritten; give another "
            "folder: recaudit init DIR"
        )
    for name, content in files.items():
        write_atomically(folder / name, content)
        typer.echo(folder / name)
    place = "" if folder == Path() else f"cd {folder} && "
    command = "pytest" if template is Template.pytest else "recaudit run audit.toml"
    say(f"now run: {place}{command}")


def starter(template: Template) -> dict[str, str]:
    """Path to content of everything that a template writes."""
    rooms = resources.files("recaudit.cli").joinpath("starters")
    stored = [*rooms.joinpath("shared").iterdir(), *rooms.joinpath(template.value).iterdir()]
    # Python files are kept as text, as they are no part of this package.
    texts = {file.name.removesuffix(".txt"): file.read_text(encoding="utf-8") for file in stored}
    texts[".github/workflows/audit.yml"] = texts.pop("audit.yml")
    return dict(sorted(texts.items())) | _toy_data(with_lists=template is Template.files)


def _toy_data(*, with_lists: bool) -> dict[str, str]:
    """Tables of a world whose groups of users behave alike, and lists that are equally good for both."""
    import pandas as pd

    from recaudit.datasets.worlds import planted_lists, world

    data = world(users=USERS, items=150, groups={"F": 0.5, "M": 0.5}, rng=SEED)
    history = data.interactions[["user", "item"]].assign(time=data.interactions.groupby("user").cumcount())
    held_out = data.truth[["user", "item"]].assign(time=len(history) + data.truth.groupby("user").cumcount())
    interactions = pd.concat([history, held_out]).sort_values(["user", "time"])
    items = data.items[["title"]].assign(groups=["|".join(names) for names in data.items["groups"]])
    tables = {
        "interactions": interactions.set_index("user"),
        "users": data.users.rename(columns={"group": "gender"}),
        "items": items,
    }
    texts = {f"data/{name}.csv": table.to_csv(lineterminator="\n") for name, table in tables.items()}
    if with_lists:
        lists = planted_lists(data, 20, {"F": 0.5, "M": 0.5}, rng=SEED)
        rows = [
            (user, item, rank) for user, shown in lists.items() for rank, item in enumerate(shown, start=1)
        ]
        table = pd.DataFrame(rows, columns=["user", "item", "rank"])
        texts["recommendations.csv"] = table.to_csv(index=False, lineterminator="\n")
    return texts
