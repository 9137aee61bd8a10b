// Four units of a row: what the activation and dropout make of their sums, and the local derivative (with the dropout factor
// in it) for the way back.

fn put_units(layer: Layer, member: Member, b: u32, quad: u32, z: vec4<f32>) {
    var result = activate(layer.activation, z);
    // Padded units are silent whatever their activation says of 0.
    let unit = vec4<u32>(4u * quad) + vec4<u32>(0u, 1u, 2u, 3u);
    var factor = select(vec4<f32>(0.0), vec4<f32>(1.0), unit < vec4<u32>(layer.outputs));
    if layer.drop_threshold > 0u && now.evaluation == 0u {
        let bits = mask_block(layer.key, step_word(member, 2u), b * layer.mask_blocks + quad);
        factor *= select(vec4<f32>(0.0), vec4<f32>(layer.drop_scale), bits >= vec4<u32>(layer.drop_threshold));
    }
    work[layer.above + b * layer.outputs4 + quad] = result.value * factor;
    if now.evaluation == 0u {
        work[layer.delta_above + b * layer.outputs4 + quad] = result.slope * factor;
    }
}
