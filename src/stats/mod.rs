//! Numbers about numbers: weighted quantiles, rates with intervals, pooling, tests of many things at once,
//! words that stand out, sharing to the penny, supply per head, concentration, chance that repeats itself. Knows nothing of places.

mod apportion;
mod catchment_ratio;
mod chance;
mod concentration;
mod false_discovery;
mod inequality;
mod log_odds;
mod pooling;
mod quantile;
mod rates;

pub use apportion::apportion;
pub use catchment_ratio::{CatchmentRatios, LUO_QI, Pair, Sharing, catchment_ratios, step_decay};
pub use chance::Chance;
pub use concentration::{Step, concentration_index, curve, gini, hhi, top_share};
pub use false_discovery::q_values;
pub use inequality::{gini_of_tallies, least_of_classes, top_share_of_tallies};
pub use log_odds::{LogOdds, log_odds};
pub use pooling::{Pooled, Prior, pool, prior};
pub use quantile::{Weighted, quantile, quantiles};
pub use rates::{
    Interval, Z_95, beta_quantile, binomial_share, gamma_quantile, poisson_rate, rate_ratio, rate_ratio_at, same_rate,
};
