//! Stops HiGHS while it runs. The only file with `unsafe` code: the wrapper crate has no way to do this.

use super::watch::Watch;
use std::ffi::{c_char, c_int, c_void};

/// Lets a watch interrupt HiGHS, which asks back between nodes, heuristics and simplex iterations.
#[allow(unsafe_code)]
pub(super) fn interrupt_by(model: &mut highs::Model, watch: &Watch) {
    let solver = model.as_mut_ptr();
    let asked = std::ptr::from_ref(watch).cast_mut().cast::<c_void>();
    // SAFETY: `solver` is the live solver of `model`. `asked` points at a watch that outlives the run, because the
    // caller holds the reference across it; the solver only hands it back to `ask` while it runs.
    unsafe {
        highs_sys::Highs_setCallback(solver, Some(ask), asked);
        for kind in [highs_sys::kHighsCallbackMipInterrupt, highs_sys::kHighsCallbackSimplexInterrupt] {
            highs_sys::Highs_startCallback(solver, kind);
        }
    }
}

/// Answers the solver's question whether to go on.
#[allow(unsafe_code)]
unsafe extern "C" fn ask(
    _: c_int,
    _: *const c_char,
    _: *const highs_sys::HighsCallbackDataOut,
    answer: *mut highs_sys::HighsCallbackDataIn,
    asked: *mut c_void,
) {
    // SAFETY: `asked` is what `interrupt_by` handed over, a watch that is only read, and by atomic loads; `answer`
    // is the solver's own, live for the call, or null.
    unsafe {
        if let (Some(answer), Some(watch)) = (answer.as_mut(), asked.cast::<Watch>().as_ref()) {
            answer.user_interrupt = c_int::from(watch.is_cancelled());
        }
    }
}
