// A batch norm of a layer: four units over all rows an invocation. In training it takes the batch's own mean and variance,
// and moves the running ones towards them; in an evaluation it takes these. The norm has an entry of its own in the layers'
// table: `weight` is its factors, behind which stand shifts, running means and running variances; `below` is where the
// normed sums stand and `delta_below` 1 over the deviations. Where the parameters' average is kept, that of the running
// statistics is, too: `norm4` leads from their places to those of its lags.

fn batch_norm(member: Member, quad: u32) {
    let network = network_at(member.network);
    if now.layer >= network.n_layers || quad >= layer_at(network.first_layer + now.layer).norm4 {
        return;
    }
    let layer = layer_at(network.first_layer + network.n_layers + now.layer);
    let rows = batch_rows(member);
    let wide = layer.outputs4;
    let own = layer.weight + quad;
    var mean = params[own + 2u * wide];
    var variance = params[own + 3u * wide];
    if now.evaluation == 0u {
        let n = f32(rows);
        var sum = vec4<f32>(0.0);
        for (var b = 0u; b < rows; b++) {
            sum += work[layer.above + b * wide + quad];
        }
        sum /= n;
        var squares = vec4<f32>(0.0);
        for (var b = 0u; b < rows; b++) {
            let off = work[layer.above + b * wide + quad] - sum;
            squares += off * off;
        }
        let new_mean = (1.0 - NORM_MOMENTUM) * mean + NORM_MOMENTUM * sum;
        let new_variance = (1.0 - NORM_MOMENTUM) * variance + NORM_MOMENTUM * (squares / (n - 1.0));
        params[own + 2u * wide] = new_mean;
        params[own + 3u * wide] = new_variance;
        let decay = network.constants[0].z;
        if decay > 0.0 {
            let lag = layer.norm4 + own + 2u * wide;
            slots[lag] = decay * (slots[lag] + (mean - new_mean));
            slots[lag + wide] = decay * (slots[lag + wide] + (variance - new_variance));
        }
        mean = sum;
        variance = squares / n;
    }
    let inverse = 1.0 / sqrt(variance + NORM_EPSILON);
    work[layer.delta_below + quad] = inverse;
    let factor = params[own];
    let shift = params[own + wide];
    for (var b = 0u; b < rows; b++) {
        let x = (work[layer.above + b * wide + quad] - mean) * inverse;
        work[layer.below + b * wide + quad] = x;
        put_units(layer, member, b, quad, factor * x + shift);
    }
}
