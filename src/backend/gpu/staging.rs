//! Buffers of a population: made together, freed together, and read back through one that the host can map.

use super::device::Device;
use super::machine::Machine;
use crate::backend::LocalFuture;
use crate::error::{Error, Result};
use futures_channel::oneshot;
use std::rc::Rc;

/// Buffers and textures that are destroyed together: on the web dropping a handle frees nothing.
#[derive(Default)]
pub struct Memory {
    buffers: Vec<wgpu::Buffer>,
    textures: Vec<wgpu::Texture>,
}

impl Drop for Memory {
    fn drop(&mut self) {
        for buffer in &self.buffers {
            buffer.destroy();
        }
        for texture in &self.textures {
            texture.destroy();
        }
    }
}

impl Memory {
    /// Makes a buffer that is destroyed with the others.
    pub fn buffer(&mut self, device: &Device, label: &str, bytes: u64, usage: wgpu::BufferUsages) -> wgpu::Buffer {
        // A binding must not be empty.
        let size = bytes.max(32).next_multiple_of(16);
        let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
        let buffer = device.handle.create_buffer(&descriptor);
        note(device, size);
        self.buffers.push(buffer.clone());
        buffer
    }

    /// Makes a texture of four numbers a texel, to be read by shaders.
    pub fn texels(&mut self, device: &Device, label: &str, [width, height]: [u32; 2]) -> wgpu::Texture {
        let texture = device.handle.create_texture(&wgpu::TextureDescriptor {
            label: Some(label),
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba32Float,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        note(device, 16 * u64::from(width) * u64::from(height));
        self.textures.push(texture.clone());
        texture
    }
}

/// Counts bytes that were made, for tests of the estimates.
fn note(device: &Device, bytes: u64) {
    device.allocated.set(device.allocated.get() + bytes);
}

/// Room for sums that are put aside before they are read; those of one epoch may be more.
pub const ASIDE_BYTES: usize = 1 << 18;

/// Epochs whose sums are put aside at once: two at least, so that a lap need not end with an epoch.
pub fn aside_slots(sums_bytes: usize) -> usize {
    (ASIDE_BYTES / sums_bytes.max(1)).max(2)
}

/// Part of a buffer: first byte, bytes.
pub type Part<'a> = (&'a wgpu::Buffer, u64, u64);

/// Buffers for what comes back, destroyed when dropped: sums that are put aside on the device, two that laps take turns at
/// to bring them back, and one for everything at once.
pub struct Staging {
    aside: wgpu::Buffer,
    laps: [wgpu::Buffer; 2],
    whole: wgpu::Buffer,
}

impl Drop for Staging {
    fn drop(&mut self) {
        // On the web dropping a handle frees nothing.
        for buffer in self.laps.iter().chain([&self.aside, &self.whole]) {
            buffer.destroy();
        }
    }
}

/// What is on its way to a buffer that the host maps.
struct Arriving {
    device: Rc<Device>,
    buffer: wgpu::Buffer,
    submission: wgpu::SubmissionIndex,
    mapped: oneshot::Receiver<core::result::Result<(), wgpu::BufferAsyncError>>,
}

impl Arriving {
    /// Waits for it.
    async fn come(self) -> Result<(Rc<Device>, wgpu::Buffer)> {
        // On the web the browser drives the queue; natively somebody has to.
        let wait = wgpu::PollType::Wait { submission_index: Some(self.submission), timeout: None };
        let polled = self.device.handle.poll(wait);
        if polled.is_err() {
            // A device that is gone knows no submission any more, and says that it is gone to who waits for anything.
            let _ = self.device.handle.poll(wgpu::PollType::wait_indefinitely());
        }
        let is_mapped = polled.is_ok() && self.mapped.await.is_ok_and(|result| result.is_ok());
        if is_mapped && !self.device.is_lost() {
            return Ok((self.device, self.buffer));
        }
        Err(Error::DeviceLost { detail: self.device.loss_reason() })
    }
}

/// Hands a mapped buffer's first bytes to `take`.
fn take(device: &Device, buffer: &wgpu::Buffer, bytes: u64, take: impl FnOnce(&[u8])) -> Result<()> {
    let lost = || Error::DeviceLost { detail: device.loss_reason() };
    let view = buffer.slice(..bytes).get_mapped_range().map_err(|_| lost())?;
    take(&view);
    drop(view);
    buffer.unmap();
    Ok(())
}

impl Staging {
    /// Makes room for so many bytes at once, and for the sums of epochs.
    pub fn new(device: &Device, bytes: u64, sums_bytes: usize) -> Self {
        use wgpu::BufferUsages as Usage;
        let make = |label, bytes: u64, usage| {
            let size = bytes.max(16).next_multiple_of(16);
            let descriptor = wgpu::BufferDescriptor { label: Some(label), size, usage, mapped_at_creation: false };
            note(device, size);
            device.handle.create_buffer(&descriptor)
        };
        let aside = ASIDE_BYTES.max(aside_slots(sums_bytes) * sums_bytes) as u64;
        let back = Usage::MAP_READ | Usage::COPY_DST;
        Self {
            aside: make("aside", aside, Usage::COPY_SRC | Usage::COPY_DST),
            laps: [(); 2].map(|()| make("lap", aside, back)),
            whole: make("staging", bytes, back),
        }
    }

    /// Puts parts aside, as they are then, into slot `slot`; all slots take the same.
    pub fn set_aside(&self, encoder: &mut wgpu::CommandEncoder, parts: &[Part<'_>], slot: usize) {
        let bytes: u64 = parts.iter().map(|(.., bytes)| bytes).sum();
        let mut to = slot as u64 * bytes;
        for &(buffer, first, bytes) in parts {
            encoder.copy_buffer_to_buffer(buffer, first, &self.aside, to, bytes);
            to += bytes;
        }
    }

    /// Copies parts into a buffer, one after the other, and begins to map so much of it.
    fn begin(device: &Rc<Device>, parts: &[Part<'_>], buffer: &wgpu::Buffer) -> Arriving {
        let mut encoder = device.handle.create_command_encoder(&wgpu::CommandEncoderDescriptor { label: Some("read") });
        let mut to = 0;
        for &(from, first, bytes) in parts {
            encoder.copy_buffer_to_buffer(from, first, buffer, to, bytes);
            to += bytes;
        }
        let submission = device.queue.submit([encoder.finish()]);
        let (sender, mapped) = oneshot::channel();
        // What is mapped is copied to this process.
        buffer.slice(..to).map_async(wgpu::MapMode::Read, move |result| {
            // Nobody listens any more where the population was dropped.
            let _ = sender.send(result);
        });
        Arriving { device: device.clone(), buffer: buffer.clone(), submission, mapped }
    }

    /// Begins to read so many bytes of what was put aside; they come when all that was submitted is done.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] where they don't come.
    pub fn read_aside(&self, device: &Rc<Device>, lap: usize, bytes: usize) -> LocalFuture<'static, Result<Vec<u8>>> {
        // A few bytes are read to wait for the queue.
        let mapped = (bytes as u64).clamp(16, self.aside.size());
        let arriving = Self::begin(device, &[(&self.aside, 0, mapped)], &self.laps[lap % 2]);
        Box::pin(async move {
            let (device, buffer) = arriving.come().await?;
            let mut sums = Vec::new();
            take(&device, &buffer, mapped, |view| sums.extend_from_slice(&view[..bytes.min(view.len())]))?;
            Ok(sums)
        })
    }

    /// Begins to read parts, for [`Self::take`].
    ///
    /// # Errors
    /// [`Error::DeviceLost`] where they don't come.
    pub fn read(&self, device: &Rc<Device>, parts: &[Part<'_>]) -> LocalFuture<'static, Result<()>> {
        let arriving = Self::begin(device, parts, &self.whole);
        Box::pin(async move { arriving.come().await.map(drop) })
    }

    /// Hands so many bytes that were read to `then`.
    ///
    /// # Errors
    /// [`Error::DeviceLost`] where they have not come.
    pub fn take(&self, device: &Device, bytes: u64, then: impl FnOnce(&[u8])) -> Result<()> {
        take(device, &self.whole, bytes, then)
    }
}

/// Copies the head of `bytes` over `values`.
pub fn copy<T: bytemuck::Pod>(bytes: &[u8], values: &mut [T]) {
    let target: &mut [u8] = bytemuck::cast_slice_mut(values);
    let n = target.len();
    target.copy_from_slice(&bytes[..n]);
}
