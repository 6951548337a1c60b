//! Numbers about numbers: weighted quantiles. Knows nothing of places.

mod quantile;

pub use quantile::{Weighted, quantile, quantiles};
