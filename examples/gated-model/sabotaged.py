"""The same model after a mistake: a stale table keeps only the first items of women's histories."""

from model import from_histories, histories_of

KEPT = 4


def model(data):
    """Learn from the training split, with less of it for one group."""
    women = set(data.users.index[data.users["gender"] == "F"])
    histories = histories_of(data)
    return from_histories(
        data, {user: had[:KEPT] if user in women else had for user, had in histories.items()}
    )
