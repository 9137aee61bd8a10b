// The tables of a population in one buffer, and its rows in one, for kernels that train a network a workgroup.

@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> tables: array<vec4<u32>>; // networks, layers, labels
@group(0) @binding(2) var<storage, read> batches: array<u32>;
@group(0) @binding(3) var<storage, read> x: array<vec4<f32>>;

fn network_at(index: u32) -> Network {
    let at = (2u + CONSTANTS4) * index;
    let a = tables[at];
    let b = tables[at + 1u];
    //@ constants
    return Network(a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w, constants);
}

fn layer_at(index: u32) -> Layer {
    let at = call.first_layer + 4u * index;
    let a = tables[at];
    let b = tables[at + 1u];
    let c = tables[at + 2u];
    let d = tables[at + 3u];
    return Layer(
        a.x, a.y, a.z, a.w, b.x, b.y, b.z, b.w, c.x, c.y, bitcast<f32>(c.z), c.w, vec2<u32>(d.x, d.y), d.z, d.w,
    );
}

fn label_at(index: u32) -> u32 {
    let at = call.first_label + index;
    return tables[at / 4u][at % 4u];
}
