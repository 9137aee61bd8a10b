"""Optuna reads what `tune` writes: the exported journal, and the one that a run has grown.

journals.py RESULT.json JOURNAL... : trials, states, parameters, values and the best are those of the result, and the study
goes on. Where optuna-dashboard is installed, its own API lists the same.
"""

import json
import math
import sys
from pathlib import Path

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED}


def same(result, path):
    storage = JournalStorage(JournalFileBackend(str(path)))
    (name,) = optuna.get_all_study_names(storage)
    study = optuna.load_study(study_name=name, storage=storage)
    trials = result["trials"]
    assert len(study.trials) == len(trials), (len(study.trials), len(trials))
    for ours, theirs in zip(trials, study.trials):
        about = f"trial {ours['number']} of {path}"
        assert theirs.number == ours["number"], about
        assert theirs.state == STATES.get(ours["state"], TrialState.FAIL), about
        params = {key: value for key, value in ours["params"].items() if key in result["study"]["space"]}
        assert theirs.params == params, (about, theirs.params, params)
        if ours["state"] in STATES:
            assert theirs.value == ours["value"], about
        told = {one["epoch"]: one["validation_loss"] for one in ours["epochs"] if one["validation_loss"] is not None}
        for step, value in theirs.intermediate_values.items():
            assert value == float(told[step]) or math.isnan(value), (about, step)
        assert theirs.datetime_start is not None and theirs.datetime_complete >= theirs.datetime_start, about
    assert study.best_trial.number == result["best"], (study.best_trial.number, result["best"])
    return storage, study


def goes_on(study, space):
    """Three more trials by Optuna's own sampler over the same space."""

    def objective(trial):
        for name, one in space.items():
            if one["type"] == "categorical":
                trial.suggest_categorical(name, one["choices"])
            elif one["type"] == "int":
                trial.suggest_int(name, one["low"], one["high"], step=one.get("step") or 1, log=one.get("log", False))
            else:
                trial.suggest_float(name, one["low"], one["high"], step=one.get("step"), log=one.get("log", False))
        return 1.0

    n = len(study.trials)
    study.sampler = optuna.samplers.TPESampler(seed=1)
    study.optimize(objective, n_trials=3)
    assert [trial.number for trial in study.trials[n:]] == [n, n + 1, n + 2]


def dashboard(storage, result):
    try:
        from optuna_dashboard import wsgi
    except ImportError:
        return
    from io import BytesIO

    def get(path):
        said = []
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "QUERY_STRING": "", "SERVER_NAME": "x", "SERVER_PORT": "80",
            "wsgi.input": BytesIO(), "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr, "HTTP_ACCEPT": "*/*",
        }
        body = b"".join(wsgi(storage)(environ, lambda status, headers, *more: said.append(status)))
        assert said[0].startswith("200"), said
        return json.loads(body)

    (summary,) = get("/api/studies")["study_summaries"]
    detail = get(f"/api/studies/{summary['study_id']}")
    assert len(detail["trials"]) == len(result["trials"])
    print("optuna-dashboard lists", len(detail["trials"]), "trials of", summary["study_name"])


def main():
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    result = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    for path in sys.argv[2:]:
        # A copy goes on, so that each version finds what was written.
        copy = Path(path).with_suffix(f".{optuna.__version__}")
        copy.write_bytes(Path(path).read_bytes())
        storage, study = same(result, copy)
        dashboard(storage, result)
        goes_on(study, result["study"]["space"])
        print(f"optuna {optuna.__version__}: {Path(path).name} agrees and goes on")


if __name__ == "__main__":
    main()
