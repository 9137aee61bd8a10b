// The data's rows as a texture: software adapters fetch four numbers of four lanes at once from textures, and one by one
// from buffers. Blocks of BLOCK rows stand side by side. Twin of src/backend/gpu/layered/buffers.rs `rows_texture`.

const BLOCK: u32 = 8192u;

@group(0) @binding(5) var x: texture_2d<f32>;

// Where a row begins.
fn x_place(row: u32, inputs4: u32) -> vec2<u32> {
    // Exact, and without the shift that SwiftShader does lane by lane.
    let block = u32(f32(row) * (1.0 / f32(BLOCK)));
    return vec2<u32>(block * inputs4, row - block * BLOCK);
}

// The k-th four numbers of a row.
fn x_at(place: vec2<u32>, k: u32) -> vec4<f32> {
    return textureLoad(x, vec2<u32>(place.x + k, place.y), 0);
}
