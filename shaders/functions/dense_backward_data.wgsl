// dL/dz of the layer below: (delta W^T) times the local derivative that dense_forward left in its place.
// Four rows x four inputs an invocation.

fn descend(layer: Layer, b: u32, quad: u32, sum: vec4<f32>) {
    work[layer.delta_below + b * layer.inputs4 + quad] *= sum;
}

fn dense_backward_data(member: Member, tile: u32) {
    let network = network_at(member.network);
    if now.layer >= network.n_layers {
        return;
    }
    let layer = layer_at(network.first_layer + now.layer);
    let rows = batch_rows(member);
    let quad = tile % layer.inputs4;
    let b0 = 4u * (tile / layer.inputs4);
    if b0 >= rows {
        return;
    }
    let last = rows - 1u;
    let d0 = layer.delta_above + b0 * layer.outputs4;
    let d1 = layer.delta_above + min(b0 + 1u, last) * layer.outputs4;
    let d2 = layer.delta_above + min(b0 + 2u, last) * layer.outputs4;
    let d3 = layer.delta_above + min(b0 + 3u, last) * layer.outputs4;
    let w = layer.weight + 4u * quad * layer.outputs4;
    var s0 = vec4<f32>(0.0);
    var s1 = vec4<f32>(0.0);
    var s2 = vec4<f32>(0.0);
    var s3 = vec4<f32>(0.0);
    for (var o = 0u; o < layer.outputs4; o++) {
        let w0 = params[w + o];
        let w1 = params[w + layer.outputs4 + o];
        let w2 = params[w + 2u * layer.outputs4 + o];
        let w3 = params[w + 3u * layer.outputs4 + o];
        let e0 = work[d0 + o];
        let e1 = work[d1 + o];
        let e2 = work[d2 + o];
        let e3 = work[d3 + o];
        s0 += vec4<f32>(dot(e0, w0), dot(e0, w1), dot(e0, w2), dot(e0, w3));
        s1 += vec4<f32>(dot(e1, w0), dot(e1, w1), dot(e1, w2), dot(e1, w3));
        s2 += vec4<f32>(dot(e2, w0), dot(e2, w1), dot(e2, w2), dot(e2, w3));
        s3 += vec4<f32>(dot(e3, w0), dot(e3, w1), dot(e3, w2), dot(e3, w3));
    }
    descend(layer, b0, quad, s0);
    if b0 + 1u < rows {
        descend(layer, b0 + 1u, quad, s1);
    }
    if b0 + 2u < rows {
        descend(layer, b0 + 2u, quad, s2);
    }
    if b0 + 3u < rows {
        descend(layer, b0 + 3u, quad, s3);
    }
}
