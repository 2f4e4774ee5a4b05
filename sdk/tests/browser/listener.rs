use std::cell::{Cell, RefCell};
use std::rc::Rc;

use moim::ListenerGuard;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Event, EventTarget};

fn fire(target: &EventTarget) {
    target.dispatch_event(&Event::new("ping").expect("an event")).expect("dispatched");
}

#[wasm_bindgen_test]
fn a_listener_hears_events_until_its_guard_is_dropped() {
    let target = EventTarget::new().expect("a target");
    let heard = Rc::new(Cell::new(0));
    let count = heard.clone();
    let guard = ListenerGuard::new(&target, "ping", move |_| count.set(count.get() + 1));
    fire(&target);
    fire(&target);
    assert_eq!(heard.get(), 2);

    drop(guard);

    fire(&target);
    assert_eq!(heard.get(), 2);
    assert_eq!(Rc::strong_count(&heard), 1, "what the callback captured is freed");
}

#[wasm_bindgen_test]
fn a_guard_may_be_dropped_by_its_own_callback() {
    let target = EventTarget::new().expect("a target");
    let slot: Rc<RefCell<Option<ListenerGuard>>> = Rc::default();
    let heard = Rc::new(Cell::new(0));
    let (count, own) = (heard.clone(), slot.clone());
    let guard = ListenerGuard::new(&target, "ping", move |_| {
        count.set(count.get() + 1);
        drop(own.take());
        count.set(count.get() + 10);
    });
    slot.replace(Some(guard));

    fire(&target);
    fire(&target);

    assert_eq!(heard.get(), 11);
    assert_eq!(Rc::strong_count(&heard), 1);
}
