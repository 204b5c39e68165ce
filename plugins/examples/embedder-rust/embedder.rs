//! embedder-rust - the embedder of ../../embedder-template in Rust: safe code behind a border of a few unsafe lines.
mod plugin;

use plugin::*;
use std::ffi::{c_char, c_void, CStr};
use std::ptr::null_mut;
use std::slice;
use std::sync::atomic::{AtomicPtr, Ordering};

const SIDE: usize = 64;
const SQUARES: usize = 8;
const SQUARE: usize = SIDE / SQUARES;
const DIMENSION: usize = SQUARES * SQUARES;
const IDENTITY: &[u8] = b"means of 8 x 8 squares, 1";

static HOST: AtomicPtr<Host> = AtomicPtr::new(null_mut());

/// The mean of the greens of a square, less 128. `rows`: a crop, red, green, blue.
fn mean(rows: &[&[u8]], column: usize, row: usize) -> f32 {
    let lines = rows[row * SQUARE..(row + 1) * SQUARE].iter();
    let squares = lines.map(|line| &line[3 * column * SQUARE..3 * (column + 1) * SQUARE]);
    let greens = squares.flat_map(|square| square.iter().skip(1).step_by(3));
    greens.map(|&green| i32::from(green) - 128).sum::<i32>() as f32 / (SQUARE * SQUARE) as f32
}

fn embed_crop(rows: &[&[u8]], embedding: &mut [f32]) -> Result<(), Failure> {
    for (place, value) in embedding.iter_mut().enumerate() {
        *value = mean(rows, place % SQUARES, place / SQUARES);
    }
    if embedding.iter().all(|&value| value == 0.0) {
        return Err(Failure(INVALID_ARGUMENT, "a crop is all of one gray".to_string()));
    }
    Ok(())
}

/// There is nothing to open; what stands behind the name is refused, or is a wish to see how a panic ends.
unsafe extern "C" fn open(_: *mut c_void, location: *const c_char, _: *const c_void, _: *mut *mut c_void) -> Status {
    guarded(HOST.load(Ordering::Relaxed), || match CStr::from_ptr(location).to_bytes() {
        b"" => Ok(()),
        b"panic" => panic!("as was wished"),
        _ => Err(Failure(INVALID_ARGUMENT, "squares-rust takes nothing behind its name".to_string())),
    })
}

unsafe extern "C" fn describe(_: *mut c_void, out: *mut EmbedderDescription) -> Status {
    let out = &mut *out;
    (out.dimension, out.side, out.threshold) = (DIMENSION as u32, SIDE as u32, 0.02);
    out.identity[..IDENTITY.len()].copy_from_slice(IDENTITY);
    OK
}

unsafe extern "C" fn embed(_: *mut c_void, crops: *const Image, count: usize, embeddings: *mut f32) -> Status {
    guarded(HOST.load(Ordering::Relaxed), || {
        let embeddings = slice::from_raw_parts_mut(embeddings, count * DIMENSION);
        let crops = slice::from_raw_parts(crops, count);
        for (crop, embedding) in crops.iter().zip(embeddings.chunks_exact_mut(DIMENSION)) {
            let row = |y: usize| slice::from_raw_parts(crop.pixels.add(y * crop.stride as usize), 3 * SIDE);
            let rows: Vec<&[u8]> = (0..SIDE).map(row).collect();
            embed_crop(&rows, embedding)?;
        }
        Ok(())
    })
}

/// # Safety
/// Called by the library, as facenet_plugin.h says.
#[no_mangle]
pub unsafe extern "C" fn facenet_plugin_entry(host: *const Host, registrar: *mut Registrar) -> Status {
    HOST.store(host.cast_mut(), Ordering::Relaxed);
    quiet_panics();
    let description = PluginDescription {
        struct_size: size_of::<PluginDescription>() as u32,
        abi: ABI,
        name: c"embedder-rust".as_ptr(),
        version: c"1.0".as_ptr(),
        licence: c"Apache-2.0".as_ptr(),
    };
    let methods = EmbedderMethods {
        struct_size: size_of::<EmbedderMethods>() as u32,
        flags: 0,
        open: Some(open),
        describe,
        embed,
        close: None,
    };
    match ((*host).describe)(registrar, &description) {
        OK => ((*host).add_embedder)(registrar, c"squares-rust".as_ptr(), &methods, null_mut()),
        status => status,
    }
}
