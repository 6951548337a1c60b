//! Numbers about numbers: weighted quantiles, sharing to the penny, concentration, chance that repeats
//! itself. Knows nothing of places.

mod apportion;
mod chance;
mod concentration;
mod quantile;

pub use apportion::apportion;
pub use chance::Chance;
pub use concentration::{Step, concentration_index, curve, gini, hhi, top_share};
pub use quantile::{Weighted, quantile, quantiles};
