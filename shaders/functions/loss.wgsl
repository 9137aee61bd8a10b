// Loss of a batch, its gradient at the outputs and the epoch's sums: one workgroup a network, rows dealt to its
// invocations, sums added in invocation order.

const DIVERGENCE_LIMIT: f32 = 1e18;

var<workgroup> losses: array<f32, 64>;
var<workgroup> hits: array<f32, 64>;
var<workgroup> failures: array<u32, 64>;

struct RowLoss {
    loss: f32,
    correct: f32,
    failed: bool,
}

fn cross_entropy(layer: Layer, outputs: u32, b: u32, target_class: u32, scale: f32) -> RowLoss {
    let row = layer.above + b * layer.outputs4;
    var largest = work[row].x;
    var winner = 0u;
    var failed = false;
    for (var o = 0u; o < outputs; o++) {
        let z = work[row + o / 4u][o % 4u];
        failed = failed || beyond(z, DIVERGENCE_LIMIT);
        if z > largest {
            largest = z;
            winner = o;
        }
    }
    var sum = 0.0;
    for (var o = 0u; o < outputs; o++) {
        sum += exp(work[row + o / 4u][o % 4u] - largest);
    }
    let loss = log(sum) + largest - work[row + target_class / 4u][target_class % 4u];
    if now.evaluation == 0u {
        let to = layer.delta_above + b * layer.outputs4;
        for (var quad = 0u; quad < layer.outputs4; quad++) {
            let unit = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
            let share = exp(min(work[row + quad] - largest, vec4<f32>(0.0))) / sum;
            let target_share = select(vec4<f32>(0.0), vec4<f32>(1.0), unit == vec4<u32>(target_class));
            let delta = (share - target_share) * scale;
            work[to + quad] = select(vec4<f32>(0.0), delta, unit < vec4<u32>(outputs));
        }
    }
    return RowLoss(loss, select(0.0, 1.0, winner == target_class), failed);
}

fn squared_error(layer: Layer, outputs: u32, b: u32, first_label: u32, scale: f32) -> RowLoss {
    let row = layer.above + b * layer.outputs4;
    let to = layer.delta_above + b * layer.outputs4;
    var sum = 0.0;
    var failed = false;
    for (var quad = 0u; quad < layer.outputs4; quad++) {
        var delta = vec4<f32>(0.0);
        for (var i = 0u; i < 4u; i++) {
            let o = 4u * quad + i;
            if o < outputs {
                let difference = work[row + quad][i] - bitcast<f32>(label_at(first_label + o));
                failed = failed || beyond(difference, DIVERGENCE_LIMIT);
                sum += difference * difference;
                // Shader model 5 assigns no component by a variable index.
                let own = vec4<u32>(0u, 1u, 2u, 3u) == vec4<u32>(i);
                delta = select(delta, vec4<f32>(2.0 * difference * scale / f32(outputs)), own);
            }
        }
        if now.evaluation == 0u {
            work[to + quad] = delta;
        }
    }
    return RowLoss(sum / f32(outputs), 0.0, failed);
}

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
