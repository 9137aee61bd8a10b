// The data's rows as a buffer: where a row begins, and its k-th four numbers.

fn x_place(row: u32, inputs4: u32) -> vec2<u32> {
    return vec2<u32>(row * inputs4, 0u);
}

fn x_at(place: vec2<u32>, k: u32) -> vec4<f32> {
    return x[place.x + k];
}
