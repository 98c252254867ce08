"""Fits boosted trees whose levels ask one question each: called by `pages.py` and `lines.py` with the Python of an environment that has catboost.

    forests.py ROWS.npz TREES.json ROUNDS [SHAPE]

ROWS has `rows` (one for each block), `truth`, `weights` and `names`. TREES gets a list of [questions, leaves]: a question is a name
and a border, the first one is the lowest bit of the leaf's number; a tree without questions is the constant that is added. SHAPE is
JSON: settings that take the place of those for pages.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
from catboost import CatBoostClassifier, Pool

SHAPE = {
    "depth": 5,
    "learning_rate": 0.07,
    "l2_leaf_reg": 20,
    "rsm": 0.2,
    "subsample": 0.7,
    "bootstrap_type": "Bernoulli",
    "border_count": 48,
}
STEADY = {"random_seed": 1, "thread_count": 1, "verbose": False, "allow_writing_files": False}


def main() -> None:
    source, target, rounds, *shape = sys.argv[1:]
    data = np.load(source)
    settings = SHAPE | STEADY | (json.loads(shape[0]) if shape else {})
    model = CatBoostClassifier(iterations=int(rounds), **settings)
    model.fit(Pool(data["rows"], data["truth"], weight=data["weights"]))
    with tempfile.TemporaryDirectory() as work:
        model.save_model(f"{work}/model.json", format="json")
        content = json.loads(Path(work, "model.json").read_text())
    names, (scale, (bias,)) = [str(name) for name in data["names"]], content["scale_and_bias"]
    trees: list[tuple[list[tuple[str, float]], list[float]]] = [([], [bias])]
    for tree in content["oblivious_trees"]:
        questions = [(names[split["float_feature_index"]], split["border"]) for split in tree["splits"]]
        trees.append((questions, [scale * value for value in tree["leaf_values"]]))
    Path(target).write_text(json.dumps(trees))


if __name__ == "__main__":
    main()
