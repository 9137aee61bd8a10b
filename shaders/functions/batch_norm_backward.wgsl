// The way back through a batch norm, and its own gradient: four units over all rows an invocation.

fn batch_norm_backward(member: Member, quad: u32) {
    let network = network_at(member.network);
    if now.layer >= network.n_layers || quad >= layer_at(network.first_layer + now.layer).norm4 {
        return;
    }
    let layer = layer_at(network.first_layer + network.n_layers + now.layer);
    let rows = batch_rows(member);
    let wide = layer.outputs4;
    var by_factor = vec4<f32>(0.0);
    var by_shift = vec4<f32>(0.0);
    for (var b = 0u; b < rows; b++) {
        let delta = work[layer.delta_above + b * wide + quad];
        by_shift += delta;
        by_factor += delta * work[layer.below + b * wide + quad];
    }
    gradient[layer.weight + quad] = by_factor;
    gradient[layer.weight + wide + quad] = by_shift;
    let n = f32(rows);
    let scale = params[layer.weight + quad] * work[layer.delta_below + quad] / n;
    for (var b = 0u; b < rows; b++) {
        let at = layer.delta_above + b * wide + quad;
        work[at] = scale * (n * work[at] - by_shift - work[layer.below + b * wide + quad] * by_factor);
    }
}
