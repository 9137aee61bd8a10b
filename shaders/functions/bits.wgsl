// Magnitude at or above limit, infinite or not a number, told by the bits: WGSL promises nothing about comparing those.
fn beyond(x: f32, limit: f32) -> bool {
    return (bitcast<u32>(x) & 0x7fffffffu) >= bitcast<u32>(limit);
}

fn beyond4(x: vec4<f32>, limit: f32) -> bool {
    return any((bitcast<vec4<u32>>(x) & vec4<u32>(0x7fffffffu)) >= vec4<u32>(bitcast<u32>(limit)));
}
