"""Importances of hyperparameters by Optuna's default evaluator, PED-ANOVA, on three studies, whole and inside a box.

python make_importance.py        (optuna 5.0.0; writes importance.json beside itself)
"""

import json
import math
from pathlib import Path

import optuna
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import TrialState

optuna.logging.set_verbosity(optuna.logging.ERROR)


def rates(trial):
    """Numbers along logarithms and evenly; one of them without any say."""
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    decay = trial.suggest_float("decay", 1e-8, 0.1, log=True)
    dropout = trial.suggest_float("dropout", 0, 0.7)
    trial.suggest_float("none", -3, 5)
    return (math.log10(rate) + 2.5) ** 2 + 0.05 * (math.log10(decay) + 4) ** 2 + 2 * (dropout - 0.2) ** 2


def mixed(trial):
    """Whole numbers, steps and choices, maximised, with ties and trials that failed."""
    units = trial.suggest_int("units", 4, 512, log=True)
    layers = trial.suggest_int("layers", 1, 8)
    epochs = trial.suggest_int("epochs", 1, 400)
    share = trial.suggest_float("share", 0, 1, step=0.1)
    name = trial.suggest_categorical("name", ["sgd", "adam", "rmsprop", "nadam"])
    batch = trial.suggest_categorical("batch", [16, 32, 64])
    if layers == 8 and name == "sgd":
        raise optuna.TrialPruned()
    value = math.log2(units) / 9 - 0.1 * (layers - 3) ** 2 + (0.4 if name == "adam" else 0) - (share - 0.5) ** 2
    return round(value + epochs / 4000 - batch / 1000, 1)


def conditional(trial):
    """A hyperparameter that only some trials have, found by a sampler that learns, with values that are not finite."""
    rate = trial.suggest_float("rate", 1e-4, 1, log=True)
    kind = trial.suggest_categorical("kind", ["sgd", "momentum", "adam"])
    loss = (math.log10(rate) + (1 if kind == "sgd" else 2)) ** 2
    if kind == "momentum":
        loss += abs(trial.suggest_float("momentum", 0, 0.99) - 0.8)
    if kind == "adam":
        loss += 0.2 + trial.suggest_float("epsilon", 1e-10, 1e-3, log=True)
    return math.inf if rate > 0.5 else loss


STUDIES = [
    ("rates", rates, 90, optuna.samplers.RandomSampler(seed=3), "minimize", {"rate": [1e-4, 3e-2]}),
    ("mixed", mixed, 140, optuna.samplers.RandomSampler(seed=5), "maximize", {"layers": [2, 6], "name": ["adam", "sgd"]}),
    ("conditional", conditional, 80, optuna.samplers.TPESampler(seed=7), "minimize", {"rate": [1e-3, 0.3]}),
]


def plain(distribution):
    if isinstance(distribution, optuna.distributions.CategoricalDistribution):
        return {"type": "categorical", "choices": list(distribution.choices)}
    kind = "int" if isinstance(distribution, optuna.distributions.IntDistribution) else "float"
    made = {"type": kind, "low": distribution.low, "high": distribution.high}
    if distribution.log:
        made["log"] = True
    elif distribution.step is not None and not (kind == "int" and distribution.step == 1):
        made["step"] = distribution.step
    return made


def inside(trial, box):
    for name, side in box.items():
        value = trial.params.get(name)
        if value is None:
            return False
        if isinstance(value, str):
            if value not in side:
                return False
        elif not side[0] <= value <= side[1]:
            return False
    return True


def importances(trials, direction):
    study = optuna.create_study(direction=direction)
    study.add_trials(trials)
    evaluator = PedAnovaImportanceEvaluator()
    # Optuna's own order differs from one process to the next where importances are equal.
    return {
        "shares": dict(sorted(get_param_importances(study).items())),
        "divergences": dict(sorted(get_param_importances(study, evaluator=evaluator, normalize=False).items())),
    }


def main():
    found = []
    for name, objective, n, sampler, direction, box in STUDIES:
        study = optuna.create_study(sampler=sampler, direction=direction)
        study.optimize(objective, n_trials=n)
        trials = study.trials
        space = {}
        for trial in trials:
            for key, distribution in trial.distributions.items():
                space[key] = plain(distribution)
        complete = [one for one in trials if one.state == TrialState.COMPLETE]
        found.append(
            {
                "name": name,
                "direction": direction,
                "space": space,
                "trials": [
                    {
                        "params": one.params,
                        "value": one.value
                        if one.state == TrialState.COMPLETE and math.isfinite(one.value)
                        else None,
                    }
                    for one in trials
                ],
                "whole": importances(complete, direction),
                "box": box,
                "inside": importances([one for one in complete if inside(one, box)], direction),
            }
        )
    document = {"generator": f"optuna {optuna.__version__}", "studies": found}
    path = Path(__file__).with_name("importance.json")
    path.write_text(json.dumps(document, indent=None, separators=(",", ":")) + "\n")


main()
