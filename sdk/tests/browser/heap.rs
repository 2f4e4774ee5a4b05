//! Counts allocations. The module's memory grows by pages of 64 KiB and never shrinks, and a browser collects objects
//! at any time: neither reveals a leak of some bytes in each of two hundred rounds.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};

use gloo_timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

struct Counting;

static BLOCKS: AtomicIsize = AtomicIsize::new(0);
static BYTES: AtomicIsize = AtomicIsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn count(blocks: isize, bytes: isize) {
    BLOCKS.fetch_add(blocks, Ordering::Relaxed);
    BYTES.fetch_add(bytes, Ordering::Relaxed);
}

#[allow(unsafe_code, reason = "the only way to count; all goes on to the system's allocator as it came")]
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, layout.size().cast_signed());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(-1, -layout.size().cast_signed());
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(0, size.cast_signed() - layout.size().cast_signed());
        unsafe { System.realloc(block, layout, size) }
    }
}

/// Allocations at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heap {
    blocks: isize,
    bytes: isize,
    /// JavaScript values that Rust holds.
    values: isize,
}

impl Heap {
    fn now() -> Self {
        Self {
            blocks: BLOCKS.load(Ordering::Relaxed),
            bytes: BYTES.load(Ordering::Relaxed),
            values: wasm_bindgen::externref_heap_live_count() as isize,
        }
    }

    /// Allocations when the page is idle.
    pub(crate) async fn settled() -> Self {
        let (mut heap, mut same) = (Self::now(), 0);
        for _ in 0..200 {
            collect_garbage().await;
            TimeoutFuture::new(10).await;
            let before = std::mem::replace(&mut heap, Self::now());
            same = if before == heap { same + 1 } else { 0 };
            if same == 3 {
                break;
            }
        }
        heap
    }

    /// Waits until the heap is no larger than before. A queue and the table of JavaScript values never shrink, so some
    /// growth is allowed, but less than a leak in every round, or in every fifth, would cause.
    pub(crate) async fn is_left_after(self, rounds: usize) {
        let (blocks, bytes) = ((rounds / 8) as isize, 40 * rounds as isize);
        let mut heap = Self::now();
        for _ in 0..400 {
            heap = Self::now();
            let more = [
                (heap.blocks - self.blocks, blocks),
                (heap.bytes - self.bytes, bytes),
                (heap.values - self.values, blocks),
            ];
            if more.iter().all(|(more, some)| more <= some) {
                return;
            }
            collect_garbage().await;
            TimeoutFuture::new(25).await;
        }
        panic!("after {rounds} rounds {heap:?} are held, before {self:?}");
    }
}

/// Makes the browser collect garbage, which `webdriver.json` enables.
pub(crate) async fn collect_garbage() {
    let collect = "(async () => {
        if (globalThis.TestUtils?.gc) await TestUtils.gc();
        else await gc({ type: 'major', execution: 'async' });
    })()";
    let collected: js_sys::Promise = js_sys::eval(collect).expect("a promise").unchecked_into();
    JsFuture::from(collected).await.expect("a browser that is started as sdk/webdriver.json says");
}
