"""Regrets of Optuna's samplers on functions that search.md does not name, as lines of regret.csv.

python make_regret.py [FUNCTION:SAMPLER ...] >> regret.csv        (optuna 5.0.0, cmaes, torch)
"""

import math
import sys

import optuna

SEEDS, TRIALS = 40, 60


def levy4(trial):
    w = [1 + (trial.suggest_float(f"x{k}", -10, 10) - 1) / 4 for k in range(4)]
    inner = sum((v - 1) ** 2 * (1 + 10 * math.sin(math.pi * v + 1) ** 2) for v in w[:-1])
    return math.sin(math.pi * w[0]) ** 2 + inner + (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)


def rosenbrock3(trial):
    x = [trial.suggest_float(f"x{k}", -2, 2) for k in range(3)]
    return sum(100 * (b - a * a) ** 2 + (1 - a) ** 2 for a, b in zip(x, x[1:]))


def mixed(trial):
    n = trial.suggest_int("n", 1, 20)
    choice = trial.suggest_categorical("choice", [0, 1, 2])
    rate = trial.suggest_float("rate", 1e-5, 1, log=True)
    share = trial.suggest_float("share", 0, 1, step=0.1)
    return 0.05 * (n - 13) ** 2 + [1.0, 0.0, 0.4][choice] + (math.log10(rate) + 2.5) ** 2 + 4 * (share - 0.3) ** 2


FUNCTIONS = {"levy4": levy4, "rosenbrock3": rosenbrock3, "mixed": mixed}
SAMPLERS = {
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed),
}


def main():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    wanted = sys.argv[1:] or [f"{function}:{sampler}" for function in FUNCTIONS for sampler in SAMPLERS]
    for one in wanted:
        function, sampler = one.split(":")
        for seed in range(SEEDS):
            study = optuna.create_study(sampler=SAMPLERS[sampler](seed))
            study.optimize(FUNCTIONS[function], n_trials=TRIALS)
            values = [trial.value for trial in study.trials]
            print(",".join([function, sampler, str(seed), *(f"{min(values[:n])}" for n in (20, 40, 60))]), flush=True)


main()
