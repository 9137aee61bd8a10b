// What holds for a whole run, in the order of src/optimizer.rs `Constants`.
struct Constants {
    weight_decay: f32,
    l2: f32,
    mean_share: f32,
    beta2: f32,
    square_share: f32,
    epsilon: f32,
    nesterov: f32,
}
