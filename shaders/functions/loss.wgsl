// Loss of a batch, its gradient at the outputs and the epoch's sums: one workgroup a network, rows dealt to its
// invocations, sums added in invocation order.

var<workgroup> losses: array<f32, 64>;
var<workgroup> hits: array<f32, 64>;
var<workgroup> failures: array<u32, 64>;

fn loss(member: Member, index: u32) {
    let network = network_at(member.network);
    let layer = layer_at(network.first_layer + network.n_layers - 1u);
    let rows = batch_rows(member);
    let scale = 1.0 / f32(rows);
    var loss = 0.0;
    var correct = 0.0;
    var failed = false;
    for (var b = index; b < rows; b += 64u) {
        let row = data_row(member, b);
        var result: RowLoss;
        if network.loss == 0u {
            result = cross_entropy(layer, network.outputs, b, label_at(row), scale);
        } else {
            result = squared_error(layer, network.outputs, b, row * network.outputs, scale);
        }
        loss += result.loss;
        correct += result.correct;
        failed = failed || result.failed;
    }
    losses[index] = loss;
    hits[index] = correct;
    failures[index] = select(0u, 1u, failed);
    workgroupBarrier();
    if index == 0u {
        add_up(member, scale);
    }
}

// The batch's sums into the epoch's, in the order of the invocations that counted them.
fn add_up(member: Member, scale: f32) {
    var loss = 0.0;
    var correct = 0.0;
    var failure = 0u;
    for (var i = 0u; i < 64u; i++) {
        loss += losses[i];
        correct += hits[i];
        failure |= failures[i];
    }
    let at = member.network;
    if stats[at].diverged != 0u {
        return;
    }
    let lost = failure != 0u || beyond(loss * scale, DIVERGENCE_LIMIT);
    // The epoch's first batch and its first block of validation rows begin the sums anew.
    let begins = now.step == 0u;
    if now.evaluation != 0u {
        stats[at].validation_loss = select(stats[at].validation_loss, 0.0, begins) + loss;
        stats[at].validation_correct = select(stats[at].validation_correct, 0.0, begins) + correct;
        if lost {
            // The parameters that fail were left by the epoch's last step; where nothing was trained, they were given.
            let last = member.steps + STEP_WORDS * (max(member.n_steps, 1u) - 1u) + 2u;
            stats[at].diverged = select(1u, batches[last] + 1u, member.n_steps > 0u);
        }
    } else if lost {
        stats[at].diverged = step_word(member, 2u) + 1u;
    } else {
        stats[at].train_loss = select(stats[at].train_loss, 0.0, begins) + loss;
        stats[at].train_correct = select(stats[at].train_correct, 0.0, begins) + correct;
    }
}
