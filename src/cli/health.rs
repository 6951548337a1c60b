//! `patchwork health`: asks a running server whether it is ready. For container health checks.

use super::args::HealthArgs;
use super::{Failure, print_result};
use crate::config::Config;
use std::time::Duration;

/// Runs the command.
pub fn run(args: &HealthArgs, config: &Config) -> Result<(), Failure> {
    let base = args.url.clone().unwrap_or_else(|| format!("http://{}", config.reachable_bind()));
    let url = format!("{}/readyz", base.trim_end_matches('/'));
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(5)))
        .http_status_as_error(false)
        .build()
        .into();
    match agent.get(&url).call() {
        Ok(response) if response.status().is_success() => print_result("ready\n"),
        Ok(response) => Err(Failure::Failed(format!("{url} answered {}: not ready", response.status()))),
        Err(error) => Err(Failure::Failed(format!("{url} cannot be reached: {error}"))),
    }
}
