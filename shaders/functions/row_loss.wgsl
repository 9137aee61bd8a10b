// Loss of a row and its gradient at the outputs.

const DIVERGENCE_LIMIT: f32 = 1e18;

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
