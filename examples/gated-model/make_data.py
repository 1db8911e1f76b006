"""How data/ was made: a world whose women and men behave alike. Run it in this folder."""

import pandas as pd

from recaudit.datasets.worlds import world

data = world(users=800, items=150, groups={"F": 0.5, "M": 0.5}, history=12, held_out=5, rng=20)
had = data.interactions[["user", "item"]].assign(time=data.interactions.groupby("user").cumcount())
held_out = data.truth[["user", "item"]].assign(time=100 + data.truth.groupby("user").cumcount())
interactions = pd.concat([had, held_out]).sort_values(["user", "time"], ignore_index=True)
users = data.users.rename(columns={"group": "gender"}).reset_index()
items = data.items[["title"]].assign(groups=["|".join(names) for names in data.items["groups"]]).reset_index()
for name, table in {"interactions": interactions, "users": users, "items": items}.items():
    table.to_parquet(f"data/{name}.parquet", index=False, compression="zstd")
