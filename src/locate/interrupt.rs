//! Stops HiGHS while it runs. The only file with `unsafe` code: the wrapper crate has no way to do this.

use super::watch::Watch;
use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};

/// What ends a run of HiGHS before its time: somebody who gives up, or a number of simplex iterations.
pub(crate) struct Stop<'a> {
    pub(crate) watch: Option<&'a Watch>,
    pub(crate) most_iterations: i64,
    /// Whether the iterations were used up.
    pub(crate) is_used_up: Cell<bool>,
}

/// Lets a stop interrupt HiGHS, which asks back between nodes, heuristics and simplex iterations. One thread at a time
/// asks, since HiGHS is given one. Iterations are counted alike on every machine, so the run ends at the same one.
#[allow(unsafe_code)]
pub(crate) fn interrupt_by(model: &mut highs::Model, stop: &Stop<'_>) {
    let solver = model.as_mut_ptr();
    let asked = std::ptr::from_ref(stop).cast_mut().cast::<c_void>();
    // SAFETY: `solver` is the live solver of `model`. `asked` points at a stop that outlives the run, because the
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
    kind: c_int,
    _: *const c_char,
    about: *const highs_sys::HighsCallbackDataOut,
    answer: *mut highs_sys::HighsCallbackDataIn,
    asked: *mut c_void,
) {
    // SAFETY: `asked` is what `interrupt_by` handed over, a stop that is only read, on the thread that runs the solver;
    // `about` and `answer` are the solver's own, live for the call, or null.
    unsafe {
        if let (Some(answer), Some(stop), Some(about)) =
            (answer.as_mut(), asked.cast::<Stop<'_>>().as_ref(), about.as_ref())
        {
            let is_mip = kind == highs_sys::kHighsCallbackMipInterrupt;
            let done = if is_mip { about.mip_total_lp_iterations } else { i64::from(about.simplex_iteration_count) };
            if done >= stop.most_iterations {
                stop.is_used_up.set(true);
            }
            let is_over = stop.is_used_up.get() || stop.watch.is_some_and(Watch::is_cancelled);
            answer.user_interrupt = c_int::from(is_over);
        }
    }
}
