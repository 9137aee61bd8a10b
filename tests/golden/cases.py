"""The option sets of make_fixtures.py: FIRST for what step 1 brings, LATER for the rest."""

HUNDRED = (1, 2, 10, 50, 100)
THOUSAND = tuple(range(100, 1001, 100))


def case(name, shape, activation, optimizer, loss="cross_entropy", *, sizes=(8, 8, 8), steps=100, expect=None,
         schedule=None, batch_norm=False, **settings):
    """`shape`: inputs, hidden widths, outputs; `sizes`: rows of each batch; `settings`: the optimizer's."""
    inputs, *hidden, outputs = shape
    return {
        "name": name,
        "model": {"inputs": inputs, "hidden": hidden, "outputs": outputs, "activation": activation,
                  "batch_norm": batch_norm},
        "loss": loss,
        "optimizer": {"name": optimizer, **settings},
        "schedule": schedule,
        "sizes": sizes,
        "steps": steps,
        "expect": expect or (THOUSAND if steps == 1000 else HUNDRED),
    }


def thousand(name, optimizer, **settings):
    """A thousand steps of a small smooth net."""
    return case(name, [2, 6, 2], "tanh", optimizer, sizes=(9, 8), steps=1000, **settings)


def normed(name, shape, activation, optimizer, *more, **settings):
    return case(f"batch_norm_{name}", shape, activation, optimizer, *more, batch_norm=True, **settings)


def scheduled(name, optimizer, schedule, **settings):
    return case(f"schedule_{name}", [3, 8, 3], "tanh", optimizer, schedule=schedule, **settings)


def lbfgs(name, shape, activation, *more, **settings):
    return case(f"lbfgs_{name}", shape, activation, "lbfgs", *more, sizes=(40,), steps=10, expect=(1, 2, 5, 10),
                **settings)


FIRST = [
    # Depth 0 to 4, both losses, plain SGD.
    case("sgd_depth0_mse", [3, 1], "relu", "sgd", "mse", learning_rate=0.05),
    case("sgd_depth0_cross_entropy", [4, 3], "relu", "sgd", learning_rate=0.1),
    case("sgd_sigmoid", [3, 8, 2], "sigmoid", "sgd", learning_rate=0.5),
    case("sgd_tanh", [3, 8, 6, 3], "tanh", "sgd", learning_rate=0.1),
    case("sgd_relu", [3, 8, 6, 3], "relu", "sgd", learning_rate=0.05),
    case("sgd_linear", [3, 5, 4, 2], "linear", "sgd", "mse", learning_rate=0.02),
    case("sgd_tanh_depth3_mse", [2, 7, 5, 3, 1], "tanh", "sgd", "mse", learning_rate=0.05),
    case("sgd_relu_depth4", [4, 6, 6, 6, 6, 3], "relu", "sgd", learning_rate=0.05),
    case("sgd_weight_decay", [3, 8, 3], "tanh", "sgd", learning_rate=0.1, weight_decay=0.05),
    case("sgd_single_rows", [3, 6, 2], "tanh", "sgd", sizes=(1, 1, 1, 1, 1), learning_rate=0.05),
    case("sgd_ten_classes", [16, 12, 10], "relu", "sgd", sizes=(20, 20), learning_rate=0.1),
    # Momentum, dampening, Nesterov.
    case("momentum_tanh", [3, 8, 3], "tanh", "momentum", learning_rate=0.05, momentum=0.9),
    case("momentum_half_relu", [3, 8, 6, 2], "relu", "momentum", learning_rate=0.05, momentum=0.5),
    case("momentum_mse", [2, 10, 1], "sigmoid", "momentum", "mse", learning_rate=0.05, momentum=0.9),
    case("momentum_dampening", [3, 8, 3], "tanh", "sgd", learning_rate=0.1, momentum=0.9, dampening=0.5),
    case("momentum_dampening_weight_decay", [3, 8, 3], "relu", "momentum", learning_rate=0.05, momentum=0.8,
         dampening=0.1, weight_decay=0.01),
    case("momentum_weight_decay", [3, 8, 6, 3], "tanh", "momentum", learning_rate=0.05, momentum=0.9,
         weight_decay=0.001),
    case("momentum_wide", [3, 33, 17, 2], "tanh", "momentum", sizes=(33, 32, 5), expect=(10, 100), learning_rate=0.05,
         momentum=0.9),
    case("nesterov_relu", [3, 8, 3], "relu", "nesterov", learning_rate=0.02, momentum=0.9),
    case("nesterov_weight_decay", [3, 8, 6, 3], "tanh", "nesterov", learning_rate=0.05, momentum=0.9,
         weight_decay=0.01),
    case("sgd_nesterov_key", [2, 6, 1], "tanh", "sgd", "mse", learning_rate=0.02, momentum=0.7, nesterov=True),
    # Adam.
    case("adam_defaults", [3, 8, 3], "relu", "adam"),
    case("adam_mse", [2, 10, 1], "tanh", "adam", "mse", learning_rate=0.01),
    case("adam_short_memory", [3, 8, 6, 2], "tanh", "adam", learning_rate=0.01, beta1=0.5, beta2=0.9),
    case("adam_beta1_zero", [3, 8, 3], "tanh", "adam", learning_rate=0.01, beta1=0.0, beta2=0.99),
    case("adam_large_epsilon", [3, 8, 3], "relu", "adam", learning_rate=0.01, epsilon=0.001),
    case("adam_sigmoid_epsilon", [3, 8, 2], "sigmoid", "adam", learning_rate=0.02, epsilon=0.0001),
    case("adam_weight_decay", [3, 8, 6, 3], "tanh", "adam", learning_rate=0.005, weight_decay=0.01),
    case("adam_uneven_batches", [3, 8, 3], "tanh", "adam", sizes=(7, 5, 1, 3), learning_rate=0.01),
    case("adam_three_targets", [2, 9, 3], "tanh", "adam", "mse", learning_rate=0.01),
    case("adam_linear", [4, 5, 3, 2], "linear", "adam", learning_rate=0.01),
    case("adam_depth4_narrow", [3, 9, 1, 5, 7, 2], "tanh", "adam", learning_rate=0.005),
    case("adam_large_batches", [2, 8, 2], "relu", "adam", sizes=(130, 67), learning_rate=0.01),
    # A thousand steps.
    case("sgd_thousand", [2, 6, 2], "tanh", "sgd", steps=1000, learning_rate=0.1),
    case("sgd_weight_decay_thousand", [2, 6, 1], "sigmoid", "sgd", "mse", steps=1000, learning_rate=0.1,
         weight_decay=0.001),
    case("momentum_thousand", [2, 6, 1], "tanh", "momentum", "mse", steps=1000, learning_rate=0.02, momentum=0.9),
    case("momentum_dampening_thousand", [3, 6, 2], "sigmoid", "momentum", steps=1000, learning_rate=0.2, momentum=0.9,
         dampening=0.3),
    case("nesterov_thousand", [3, 6, 2], "tanh", "nesterov", sizes=(8, 5), steps=1000, learning_rate=0.02,
         momentum=0.9, weight_decay=0.01),
    case("adam_thousand", [2, 6, 1], "tanh", "adam", "mse", steps=1000),
    case("adam_weight_decay_thousand", [3, 6, 2], "tanh", "adam", sizes=(8, 7, 1), steps=1000, learning_rate=0.003,
         weight_decay=0.01),
    case("adam_sigmoid_thousand", [3, 6, 3], "sigmoid", "adam", steps=1000, learning_rate=0.002, beta1=0.8,
         beta2=0.99),
    # Beyond SGD and Adam, schedules (stepped once a step), other activations.
    thousand("rmsprop", "rmsprop", learning_rate=0.001),
    thousand("rmsprop_alpha", "rmsprop", learning_rate=0.001, alpha=0.9, epsilon=1e-4, weight_decay=0.01),
    thousand("rmsprop_momentum", "rmsprop", learning_rate=0.0005, momentum=0.9),
    thousand("rmsprop_centered", "rmsprop", learning_rate=0.001, centered=True, epsilon=1e-3),
    thousand("rmsprop_centered_momentum", "rmsprop", learning_rate=0.0005, centered=True, momentum=0.5, epsilon=1e-3),
    thousand("adam_amsgrad", "adam", learning_rate=0.002, amsgrad=True),
    thousand("adam_amsgrad_weight_decay", "adam", learning_rate=0.002, amsgrad=True, weight_decay=0.01, beta2=0.99),
    thousand("adagrad", "adagrad", learning_rate=0.01),
    thousand("adagrad_lr_decay", "adagrad", learning_rate=0.05, lr_decay=0.01),
    thousand("adagrad_accumulator", "adagrad", learning_rate=0.05, initial_accumulator_value=0.1, weight_decay=0.01,
             epsilon=1e-6),
    thousand("adadelta", "adadelta", learning_rate=1.0),
    thousand("adadelta_rho", "adadelta", learning_rate=0.5, rho=0.8, epsilon=1e-5, weight_decay=0.01),
    thousand("adamw", "adamw", learning_rate=0.002),
    thousand("adamw_strong_decay", "adamw", learning_rate=0.005, weight_decay=0.1, beta1=0.8, beta2=0.99),
    thousand("adamw_amsgrad", "adamw", learning_rate=0.002, amsgrad=True),
    thousand("nadam", "nadam", learning_rate=0.001),
    thousand("nadam_momentum_decay", "nadam", learning_rate=0.002, momentum_decay=0.02, beta1=0.8),
    thousand("nadam_weight_decay", "nadam", learning_rate=0.002, weight_decay=0.01, epsilon=1e-6),
    scheduled("step", "sgd", {"name": "step", "step_size": 20, "gamma": 0.5}, learning_rate=0.2),
    scheduled("exponential", "adam", {"name": "exponential", "gamma": 0.97}, learning_rate=0.02),
    scheduled("cosine", "momentum", {"name": "cosine", "T_max": 100, "eta_min": 0.001}, learning_rate=0.05,
              momentum=0.9),
    scheduled("cosine_restarted", "adamw", {"name": "cosine", "T_max": 30, "eta_min": 0.0}, learning_rate=0.01),
    scheduled("one_cycle", "sgd", {"name": "one_cycle", "max_lr": 0.3, "total_steps": 100, "cycle_momentum": False},
              learning_rate=0.3),
    scheduled("one_cycle_momentum", "momentum", {"name": "one_cycle", "max_lr": 0.1, "total_steps": 100},
              learning_rate=0.1, momentum=0.9),
    scheduled("one_cycle_adam", "adam", {"name": "one_cycle", "max_lr": 0.01, "total_steps": 100, "pct_start": 0.2,
                                         "anneal_strategy": "linear"}, learning_rate=0.01),
    # The learning rate descends, too; of the last one under a schedule.
    case("descent_sgd", [3, 8, 3], "tanh", "sgd", learning_rate=0.01, hypergradient=0.02),
    case("descent_sgd_from_zero", [2, 7, 1], "sigmoid", "sgd", "mse", sizes=(9, 4), learning_rate=0.0,
         hypergradient=0.002),
    case("descent_momentum", [3, 8, 6, 3], "tanh", "momentum", learning_rate=0.02, momentum=0.5, dampening=0.25,
         weight_decay=0.01, hypergradient=0.001),
    case("descent_nesterov", [3, 8, 3], "tanh", "nesterov", learning_rate=0.01, momentum=0.8, hypergradient=0.0005),
    case("descent_adam", [3, 8, 3], "tanh", "adam", learning_rate=0.001, hypergradient=2e-5),
    case("descent_adam_amsgrad", [3, 8, 2], "sigmoid", "adam", learning_rate=0.005, amsgrad=True, weight_decay=0.01,
         beta1=0.8, beta2=0.95, hypergradient=1e-5, schedule={"name": "exponential", "gamma": 0.98}),
    case("leaky_relu_sgd", [3, 8, 6, 3], "leaky_relu", "sgd", learning_rate=0.05),
    case("leaky_relu_adam", [3, 8, 1], "leaky_relu", "adam", "mse", learning_rate=0.005),
    case("elu_momentum", [3, 8, 6, 3], "elu", "momentum", learning_rate=0.02, momentum=0.9),
    case("elu_adam", [3, 8, 1], "elu", "adam", "mse", learning_rate=0.005),
    case("gelu_sgd", [3, 8, 6, 3], "gelu", "sgd", learning_rate=0.1),
    case("gelu_adam", [3, 8, 1], "gelu", "adam", "mse", learning_rate=0.005),
    # Every optimizer once more: other activations, losses, depths and batches, and options that meet.
    case("adagrad_relu_mse", [3, 9, 1], "relu", "adagrad", "mse", sizes=(7, 5, 2), learning_rate=0.05),
    case("adagrad_every_option", [3, 8, 6, 3], "elu", "adagrad", learning_rate=0.08, lr_decay=0.05,
         initial_accumulator_value=0.5, epsilon=1e-4, weight_decay=0.02),
    case("adadelta_relu_depth3", [3, 8, 7, 5, 2], "relu", "adadelta", sizes=(16, 9), learning_rate=2.0, epsilon=1e-4),
    case("adadelta_gelu_mse", [2, 9, 2], "gelu", "adadelta", "mse", learning_rate=1.0, rho=0.5, epsilon=1e-3,
         weight_decay=0.05),
    case("rmsprop_relu_uneven", [4, 8, 3], "relu", "rmsprop", sizes=(9, 1, 6), learning_rate=0.003, epsilon=1e-4),
    case("rmsprop_every_option", [3, 8, 6, 1], "leaky_relu", "rmsprop", "mse", learning_rate=0.002, alpha=0.8,
         momentum=0.7, centered=True, epsilon=1e-2, weight_decay=0.01),
    case("rmsprop_no_memory", [3, 7, 3], "tanh", "rmsprop", learning_rate=0.005, alpha=0.0, epsilon=1e-2),
    case("adam_amsgrad_relu", [3, 8, 6, 3], "relu", "adam", sizes=(8, 3, 5), learning_rate=0.01, amsgrad=True,
         beta1=0.7, beta2=0.9),
    case("adam_amsgrad_no_memory", [3, 8, 2], "sigmoid", "adam", learning_rate=0.01, amsgrad=True, beta1=0.0, beta2=0.5,
         epsilon=1e-2),
    case("adam_gelu_deep_decay", [3, 6, 6, 6, 6, 2], "gelu", "adam", learning_rate=0.004, weight_decay=0.05),
    case("adamw_gelu_depth3", [3, 8, 6, 5, 3], "gelu", "adamw", sizes=(12, 7), learning_rate=0.005),
    case("adamw_elu_mse_amsgrad", [2, 9, 1], "elu", "adamw", "mse", learning_rate=0.01, amsgrad=True, weight_decay=0.1),
    case("adamw_no_decay", [3, 8, 3], "relu", "adamw", learning_rate=0.01, weight_decay=0.0, epsilon=1e-4),
    case("adamw_no_momentum", [3, 8, 3], "leaky_relu", "adamw", learning_rate=0.01, beta1=0.0, beta2=0.9, epsilon=1e-3),
    case("adamw_single_rows", [3, 6, 2], "tanh", "adamw", sizes=(1, 1, 1), learning_rate=0.003, epsilon=1e-3),
    case("nadam_relu_depth3", [3, 8, 6, 5, 2], "relu", "nadam", learning_rate=0.004, epsilon=1e-4),
    case("nadam_gelu_mse", [2, 9, 2], "gelu", "nadam", "mse", sizes=(10, 3), learning_rate=0.01),
    case("nadam_no_momentum_decay", [3, 8, 3], "elu", "nadam", learning_rate=0.005, momentum_decay=0.0),
    case("nadam_every_option", [3, 8, 3], "sigmoid", "nadam", learning_rate=0.02, beta1=0.6, beta2=0.95, epsilon=1e-3,
         momentum_decay=0.1, weight_decay=0.02),
    case("nesterov_gelu_uneven", [3, 8, 6, 3], "gelu", "nesterov", sizes=(11, 4, 1), learning_rate=0.02, momentum=0.8),
    case("sgd_full_dampening", [3, 8, 3], "elu", "sgd", learning_rate=0.2, momentum=0.9, dampening=1.0),
    case("momentum_leaky_relu_depth4", [3, 7, 7, 7, 7, 2], "leaky_relu", "momentum", learning_rate=0.02, momentum=0.9,
         weight_decay=0.005),
    scheduled("step_adagrad", "adagrad", {"name": "step", "step_size": 7, "gamma": 0.8}, learning_rate=0.05,
              lr_decay=0.02),
    scheduled("step_adadelta", "adadelta", {"name": "step", "step_size": 30, "gamma": 0.1}, learning_rate=1.0,
              epsilon=1e-4),
    scheduled("exponential_rmsprop", "rmsprop", {"name": "exponential", "gamma": 0.95}, learning_rate=0.005,
              momentum=0.5, epsilon=1e-3),
    scheduled("exponential_adamw", "adamw", {"name": "exponential", "gamma": 0.99}, learning_rate=0.01,
              weight_decay=0.1),
    scheduled("cosine_nadam", "nadam", {"name": "cosine", "T_max": 50, "eta_min": 0.0005}, learning_rate=0.01),
    scheduled("one_cycle_nesterov", "nesterov", {"name": "one_cycle", "max_lr": 0.1, "total_steps": 100,
                                                 "base_momentum": 0.6, "max_momentum": 0.9, "div_factor": 10.0},
              learning_rate=0.1, momentum=0.9),
    scheduled("one_cycle_adamw", "adamw", {"name": "one_cycle", "max_lr": 0.02, "total_steps": 120,
                                           "final_div_factor": 100.0}, learning_rate=0.02, weight_decay=0.05),
    scheduled("one_cycle_rmsprop", "rmsprop", {"name": "one_cycle", "max_lr": 0.005, "total_steps": 100,
                                               "three_phase": True, "pct_start": 0.4}, learning_rate=0.005,
              momentum=0.9, epsilon=1e-2),
    # Full batch; a step is up to max_iter inner iterations.
    lbfgs("defaults", [3, 6, 3], "tanh", max_iter=20),
    lbfgs("short_history", [3, 8, 3], "sigmoid", learning_rate=0.5, max_iter=4, history_size=3),
    lbfgs("strong_wolfe", [3, 6, 1], "tanh", "mse", max_iter=5, line_search_fn="strong_wolfe"),
    lbfgs("strong_wolfe_classes", [4, 8, 3], "sigmoid", max_iter=10, history_size=5, line_search_fn="strong_wolfe"),
    lbfgs("tolerances", [3, 4], "relu", learning_rate=0.5, max_iter=8, tolerance_grad=1e-3, tolerance_change=1e-4),
    lbfgs("one_iteration", [3, 6, 3], "tanh", learning_rate=0.5, max_iter=1),
    lbfgs("strong_wolfe_one_iteration", [3, 6, 3], "tanh", max_iter=1, line_search_fn="strong_wolfe"),
    lbfgs("history_of_one", [3, 6, 2], "tanh", learning_rate=0.3, max_iter=5, history_size=1),
    lbfgs("relu", [3, 8, 1], "relu", "mse", learning_rate=0.2, max_iter=3),
    lbfgs("strong_wolfe_relu", [3, 8, 3], "relu", max_iter=3, line_search_fn="strong_wolfe"),
    lbfgs("strong_wolfe_history_of_one", [3, 6, 2], "gelu", "mse", max_iter=4, history_size=1,
          line_search_fn="strong_wolfe"),
    lbfgs("strong_wolfe_long_steps", [3, 6, 3], "elu", learning_rate=20, max_iter=4, line_search_fn="strong_wolfe"),
    lbfgs("strong_wolfe_defaults", [3, 5, 2], "tanh", line_search_fn="strong_wolfe"),
    lbfgs("linear", [4, 1], "relu", "mse"),
    case("lbfgs_two_batches", [3, 6, 3], "tanh", "lbfgs", sizes=(30, 20), steps=10, expect=(1, 2, 5, 10),
         learning_rate=0.1, max_iter=3),
]


LATER = [
    normed("sgd", [3, 8, 3], "relu", "sgd", learning_rate=0.05),
    normed("momentum", [3, 8, 6, 3], "tanh", "momentum", learning_rate=0.02, momentum=0.9),
    normed("adam", [3, 8, 3], "tanh", "adam", learning_rate=0.005),
    normed("uneven_mse", [2, 10, 1], "sigmoid", "sgd", "mse", sizes=(9, 2, 6), learning_rate=0.05, weight_decay=0.01),
    normed("adamw_depth3", [3, 6, 6, 6, 2], "tanh", "adamw", sizes=(16, 16), learning_rate=0.002),
]
