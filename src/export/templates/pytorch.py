"""{{title}}

{{about}}
{{usage}}
Needs: pip install torch numpy
"""

import argparse
#? averaging=ema averaging=swa patience
import copy
#.
import json
import math
import os
import random
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

# ---------------------------------------------------------------- the study

# What is the same in all trials, and defaults by optimizer.
FIXED = {{fixed}}
BY_OPTIMIZER = {{by_optimizer}}
#? study
# What is searched, and for which other settings it matters.
SPACE = {{space}}
USED_BY = {{used_by}}
#.
#? trial
# What trial {{number}} drew.
PARAMS = {{params}}
#.
METRIC, SEED, N_SEEDS, EVALUATE_EVERY = {{metric}}, {{seed}}, {{seeds}}, {{evaluate_every}}
# The whole document, for results that Tuning Playground opens.
STUDY = r"""{{study}}"""

{{shared}}

# ---------------------------------------------------------------- this program


def told(record):
    """An epoch in a line."""
    loss, metric = record["validation_loss"], record["validation_metric"]
    seen = "" if loss is None else f"  validation {loss:.5f}, {metric:.4f}"
    print(f"  epoch {record['epoch']:4d}  train {record['train_loss']:.5f}, {record['train_metric']:.4f}{seen}")


def test(nets, data):
    """Says what the test rows say."""
    #? folds
    scores = [score(net, own, "test") for net, own in zip(nets, data * N_SEEDS)]
    #.
    #? !folds
    scores = [score(net, data, "test") for net in nets]
    #.
    loss, metric = (sum(values) / len(values) for values in zip(*scores))
    print(f"test loss {loss:.5f}, test metric {metric:.4f}")


def given(arguments):
    """Settings of the command line, as --learning_rate=0.01; --one_minus_beta1=0.1 is --beta1=0.9."""
    params = {}
    for argument in arguments:
        name, equals, text = argument.removeprefix("--").partition("=")
        if not equals:
            sys.exit(f"{argument}: write --name=value")
        try:
            value = json.loads(text)
        except ValueError:
            value = {"True": True, "False": False}.get(text, text)
        if name.startswith("one_minus_"):
            name, value = name.removeprefix("one_minus_"), 1 - value
        params[name] = value
    return params


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0], allow_abbrev=False)
    #? study
    parser.add_argument("--trials", type=int, default={{trials}}, help="configurations to draw and train")
    #.
    parser.add_argument("--seed", type=int, default=SEED, help="another seed, other draws")
    parser.add_argument("--test", action="store_true", help="look at the test rows, once")
    parser.add_argument("-o", "--output", help="write a result that Tuning Playground opens")
    options, others = parser.parse_known_args()
    #? folds
    params, data = given(others), load_folds()
    #.
    #? !folds
    params, data = given(others), load_data()
    #.
    unknown = params.keys() - set().union(FIXED, *BY_OPTIMIZER.values(), {{known}})
    if unknown:
        sys.exit(f"{', '.join(sorted(unknown))}: no setting of this study")
    adapter = f"PyTorch {torch.__version__}"
    #? trial
    trial, nets = train({**PARAMS, **params}, data, options.seed, told)
    print(f"{trial['state']}: {METRIC} {trial['value']}")
    trials = [trial]
    #.
    #? study
    if params:
        # One configuration, as an agent of Weights & Biases asks for.
        report = told
        if os.environ.get("WANDB_SWEEP_ID"):
            import wandb

            wandb.init()

            def report(epoch):
                known = epoch[METRIC] is not None
                wandb.log({**epoch, "value": epoch[METRIC]} if known else epoch)

        trial, nets = train(used(params), data, options.seed, report)
        if report is not told and trial["value"] is not None:
            # What the trial is scored by: with patience an earlier epoch than the last.
            wandb.log({"value": trial["value"]})
        trials = [trial]
        print(f"{trial['state']}: {METRIC} {trial['value']}")
    else:
        # Random search: each trial by itself, even in each range's own scale.
        generator, trials, nets = random.Random(options.seed), [], []
        for number in range(options.trials):
            params = used({name: value_at(one, generator.random()) for name, one in SPACE.items()})
            trial, own = train(params, data, options.seed + 1000 * (number + 1))
            trials.append(trial)
            is_best = best_of(trials) is trial
            nets = own if is_best else nets
            print(f"trial {number}: {trial['state']}, {METRIC} {trial['value']}{'  best' if is_best else ''}  {params}")
    #.
    if options.test and nets:
        test(nets, data)
    if options.output:
        save(trials, options.output, adapter, 1)

#? !beside
# ---------------------------------------------------------------- the rows

# By part of the split: features and target of each row, in their own units.
ROWS = """\
{{rows}}"""

#.

if __name__ == "__main__":
    main()
