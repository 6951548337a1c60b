//! Numbers about numbers: weighted quantiles, rates with intervals, pooling, tests of many things at
//! once, inequality, words that stand out. Knows nothing of places.

mod false_discovery;
mod inequality;
mod log_odds;
mod pooling;
mod quantile;
mod rates;

pub use false_discovery::q_values;
pub use inequality::{gini, top_share};
pub use log_odds::{LogOdds, log_odds};
pub use pooling::{Pooled, Prior, pool, prior};
pub use quantile::{Weighted, quantile, quantiles};
pub use rates::{Interval, Z_95, beta_quantile, binomial_share, gamma_quantile, poisson_rate, rate_ratio, same_rate};
