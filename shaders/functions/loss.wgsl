// Loss of a batch, its gradient at the outputs and the epoch's sums: one workgroup a network, rows dealt to its invocations.

fn loss(member: Member, index: u32) {
    let network = network_at(member.network);
    let layer = layer_at(network.first_layer + network.n_layers - 1u);
    let rows = batch_rows(member);
    let scale = 1.0 / f32(rows);
    var share = vec3<f32>(0.0); // loss, hits, failures
    for (var b = index; b < rows; b += WIDTH) {
        let row = data_row(member, b);
        var result: RowLoss;
        if network.loss == 0u {
            result = cross_entropy(layer, network.outputs, b, label_at(row), scale);
        } else {
            result = squared_error(layer, network.outputs, b, row * network.outputs, scale);
        }
        share += vec3<f32>(result.loss, result.correct, select(0.0, 1.0, result.failed));
    }
    let sum = add_up(index, share);
    if index == 0u {
        count(member, sum, scale);
    }
}

// The batch's sums into the epoch's.
fn count(member: Member, sum: vec3<f32>, scale: f32) {
    let at = member.network;
    if stats[at].diverged != 0u {
        return;
    }
    let lost = sum.z > 0.0 || beyond(sum.x * scale, DIVERGENCE_LIMIT);
    // The epoch's first batch and its first block of validation rows begin the sums anew.
    let begins = now.step == 0u;
    if now.evaluation != 0u {
        stats[at].validation_loss = select(stats[at].validation_loss, 0.0, begins) + sum.x;
        stats[at].validation_correct = select(stats[at].validation_correct, 0.0, begins) + sum.y;
        if lost {
            // The parameters that fail were left by the epoch's last step; where nothing was trained, they were given.
            let last = member.steps + STEP_WORDS * (max(member.n_steps, 1u) - 1u) + 2u;
            stats[at].diverged = select(1u, batches[last] + 1u, member.n_steps > 0u);
        }
    } else if lost {
        stats[at].diverged = step_word(member, 2u) + 1u;
    } else {
        stats[at].train_loss = select(stats[at].train_loss, 0.0, begins) + sum.x;
        stats[at].train_correct = select(stats[at].train_correct, 0.0, begins) + sum.y;
    }
}
