"""iALS as Ferrari Dacrema et al. (ACM TOIS 39(2)) ran it on the MovieLens-1M split of SpectralCF, reimplemented with
NumPy. It shows how far their published figure, of one run, is from the mean over random initial factors.

    python test/bench/ials_reference.py <folder with train_users.dat and test_users.dat> [seeds]
"""

import json
import pathlib
import sys

import numpy as np

FACTORS, EPOCHS, PENALTY = 22, 75, 1e-5
CONFIDENCE = 1 + 1.7077 * np.log(1 + 1 / 0.001)
CUTOFF = 20


def lists(path):
    rows = (line.split() for line in path.read_text().splitlines() if line.strip())
    return {int(user): [int(item) for item in items] for user, *items in rows}


def solve(rows, other, own):
    """The half-step of Hu et al. 2008 for all rows that have an interaction."""
    shared = other.T @ other + PENALTY * np.eye(FACTORS)
    for row, touched in enumerate(rows):
        if len(touched):
            vectors = other[touched]
            system = shared + (CONFIDENCE - 1) * vectors.T @ vectors
            own[row] = np.linalg.solve(system, CONFIDENCE * vectors.sum(0))


def recall(users, items, had, wanted):
    shares = []
    for user, missing in wanted.items():
        scores = items @ users[user]
        scores[had[user]] = -np.inf
        shares.append(len(set(np.argpartition(-scores, CUTOFF)[:CUTOFF]) & set(missing)) / len(missing))
    return float(np.mean(shares))


def main(folder, seeds=10):
    train, test = (lists(pathlib.Path(folder) / name) for name in ("train_users.dat", "test_users.dat"))
    users = max([*train, *test]) + 1
    items = max(item for part in (train, test) for had in part.values() for item in had) + 1
    had = [np.unique(np.array(train.get(user, []), int)) for user in range(users)]
    by_item = [[] for _ in range(items)]
    for user, touched in enumerate(had):
        for item in touched:
            by_item[item].append(user)
    figures = []
    for seed in range(int(seeds)):
        item_factors = FACTORS**-0.5 * np.random.RandomState(seed).random_sample((items, FACTORS))
        user_factors = np.zeros((users, FACTORS))
        for _ in range(EPOCHS):
            solve(had, item_factors, user_factors)
            solve(by_item, user_factors, item_factors)
        figures.append(recall(user_factors, item_factors, had, {u: w for u, w in test.items() if w}))
    figures = np.array(figures)
    print(json.dumps({"recall20": figures.round(4).tolist(), "mean": figures.mean().round(4), "sd": figures.std(ddof=1).round(4)}))


main(*sys.argv[1:])
