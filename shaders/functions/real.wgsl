// The units of a tile that are parameters; the others are padding.
fn real(layer: Layer, tile: u32) -> vec4<bool> {
    let row = tile / layer.outputs4;
    let is_row = row < layer.inputs || row >= 4u * layer.inputs4;
    let unit = vec4<u32>(4u * (tile % layer.outputs4)) + vec4<u32>(0u, 1u, 2u, 3u);
    return unit < vec4<u32>(select(0u, layer.outputs, is_row));
}
