// The tables of a population in buffers of their own, for kernels of one layer.

@group(0) @binding(0) var<uniform> call: Call;
@group(0) @binding(1) var<storage, read> networks: array<Network>;
@group(0) @binding(2) var<storage, read> layers: array<Layer>;
@group(0) @binding(3) var<storage, read> batches: array<u32>;

fn network_at(index: u32) -> Network {
    return networks[index];
}

fn layer_at(index: u32) -> Layer {
    return layers[index];
}
