//! How much memory networks may take, and what that limit is called.

/// What a browser's Worker gives: its address space ends at 4 GB, and a page has several Workers.
#[cfg(target_arch = "wasm32")]
pub fn memory() -> (u64, String) {
    (512 << 20, "memory that a page has for it".into())
}

#[cfg(not(target_arch = "wasm32"))]
static BYTES: std::sync::OnceLock<u64> = std::sync::OnceLock::new();

/// What a machine is taken to give, of which nobody has told.
#[cfg(not(target_arch = "wasm32"))]
const USUAL: u64 = 6 << 30;

/// What this machine gives.
#[cfg(not(target_arch = "wasm32"))]
pub fn memory() -> (u64, String) {
    (*BYTES.get().unwrap_or(&USUAL), "memory that this machine has for it".into())
}

/// Tells how many bytes this machine gives, once, before anything is trained.
#[cfg(not(target_arch = "wasm32"))]
pub fn tell(bytes: u64) {
    let _ = BYTES.set(bytes);
}
