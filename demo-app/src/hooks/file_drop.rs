//! Files that are dragged over an element and dropped there.

use web_sys::{DataTransfer, DragEvent, Element, File};
use yew::prelude::*;

/// The attribute that marks a drop target.
pub(crate) const TARGET: &str = "data-drop";

/// Whether files are over the element, and their receiver.
#[derive(Clone, PartialEq)]
pub(crate) struct FileDrop {
    /// The mark of the target; empty for the rest of the element. `None` if there are no files.
    pub(crate) over: Option<String>,
    pub(crate) ondragover: Callback<DragEvent>,
    pub(crate) ondragleave: Callback<DragEvent>,
    pub(crate) ondrop: Callback<DragEvent>,
}

/// Calls `on_files` with the dropped files and the mark of the target.
#[hook]
pub(crate) fn use_file_drop(on_files: Callback<(Vec<File>, String)>) -> FileDrop {
    let over = use_state_eq(|| None::<String>);
    let ondragover = {
        let over = over.setter();
        Callback::from(move |event: DragEvent| {
            if event.data_transfer().is_some_and(|data| has_files(&data)) {
                event.prevent_default(); // allow dropping here
                over.set(Some(mark(&event)));
            }
        })
    };
    let ondragleave = {
        let over = over.setter();
        Callback::from(move |event: DragEvent| {
            // Moving between children fires this event too.
            if event.related_target().is_none() {
                over.set(None);
            }
        })
    };
    let ondrop = {
        let over = over.setter();
        Callback::from(move |event: DragEvent| {
            let Some(data) = event.data_transfer().filter(has_files) else { return };
            event.prevent_default(); // or the browser would open the file
            over.set(None);
            on_files.emit((list(data.files()), mark(&event)));
        })
    };
    FileDrop { over: (*over).clone(), ondragover, ondragleave, ondrop }
}

/// The files of a `FileList`.
pub(crate) fn list(files: Option<web_sys::FileList>) -> Vec<File> {
    files.iter().flat_map(|files| (0..files.length()).filter_map(|index| files.get(index))).collect()
}

fn has_files(data: &DataTransfer) -> bool {
    data.types().includes(&"Files".into(), 0)
}

fn mark(event: &DragEvent) -> String {
    let target = event.target_dyn_into::<Element>();
    let marked = target.and_then(|element| element.closest(&format!("[{TARGET}]")).ok().flatten());
    marked.and_then(|element| element.get_attribute(TARGET)).unwrap_or_default()
}
