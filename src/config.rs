//! Settings of the server: defaults, then a TOML file, then the environment, then flags; the last wins.

use crate::http::{Secret, SignIn};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use std::path::Path;

/// Form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

/// The settings in force.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Address and port to listen on.
    pub bind: String,
    /// Address clients see, without a slash at the end; from the request when absent.
    pub public_url: Option<String>,
    /// Whether `X-Forwarded-Proto`, `-Host` and `-Prefix` of a proxy in front are believed.
    pub behind_proxy: bool,
    /// Form of log lines.
    pub log: LogFormat,
    /// What to log, in `tracing`'s filter words.
    pub log_filter: String,
    /// Seconds a request may take.
    pub request_timeout_s: u64,
    /// Requests worked on at once; more are told to come back.
    pub max_concurrent_requests: usize,
    /// Megabytes of answers kept to be given again.
    pub kept_mb: u64,
    /// Long jobs (plans for hubs) worked on at once.
    pub max_running_jobs: usize,
    /// Long jobs that may wait; more are told to come back.
    pub max_waiting_jobs: usize,
    /// Long jobs of one client that may wait or run at once.
    pub max_jobs_per_client: usize,
    /// Megabytes one job may take; a question that would take more is refused before it starts.
    pub job_memory_mb: u64,
    /// Connections open at once; beyond them only probes are answered.
    pub max_connections: usize,
    /// Megabytes a reload may take; 0 for what the machine or container has left.
    pub reload_memory_mb: u64,
    /// Seconds a reload may take before it is given up.
    pub reload_timeout_s: u64,
    /// Sites whose pages may start and end jobs, with commas between.
    pub cors_origins: String,
    /// Whether a place may name files outside its directory.
    pub allow_outside: bool,
    /// Who else vouches for people of a workspace.
    pub sign_in: Option<SignIn>,
    /// Where each setting came from, by its name.
    origins: Vec<(&'static str, &'static str)>,
}

/// Settings given as flags.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--log`
    pub log: Option<LogFormat>,
    /// `--bind`
    pub bind: Option<String>,
    /// `--public-url`
    pub public_url: Option<String>,
    /// `--allow-outside`
    pub allow_outside: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    bind: Option<String>,
    public_url: Option<String>,
    behind_proxy: Option<bool>,
    log: Option<LogFormat>,
    log_filter: Option<String>,
    request_timeout_s: Option<u64>,
    max_concurrent_requests: Option<usize>,
    kept_mb: Option<u64>,
    max_running_jobs: Option<usize>,
    max_waiting_jobs: Option<usize>,
    max_jobs_per_client: Option<usize>,
    job_memory_mb: Option<u64>,
    max_connections: Option<usize>,
    reload_memory_mb: Option<u64>,
    reload_timeout_s: Option<u64>,
    cors_origins: Option<String>,
    allow_outside: Option<bool>,
    sign_in: Option<SignIn>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bind: "127.0.0.1:8080".to_owned(),
            public_url: None,
            behind_proxy: false,
            log: LogFormat::Text,
            log_filter: "info".to_owned(),
            request_timeout_s: 30,
            max_concurrent_requests: 256,
            kept_mb: 128,
            max_running_jobs: 2,
            max_waiting_jobs: 8,
            max_jobs_per_client: 4,
            job_memory_mb: 1024,
            max_connections: 1024,
            reload_memory_mb: 0,
            reload_timeout_s: 900,
            cors_origins: String::new(),
            allow_outside: false,
            sign_in: None,
            origins: NAMES.iter().map(|&name| (name, "default")).collect(),
        }
    }
}

const NAMES: [&str; 17] = [
    "bind",
    "public_url",
    "behind_proxy",
    "log",
    "log_filter",
    "request_timeout_s",
    "max_concurrent_requests",
    "kept_mb",
    "max_running_jobs",
    "max_waiting_jobs",
    "max_jobs_per_client",
    "job_memory_mb",
    "max_connections",
    "reload_memory_mb",
    "reload_timeout_s",
    "cors_origins",
    "allow_outside",
];

impl Config {
    /// Works out the settings from the file (if any), this process's environment and the flags.
    ///
    /// # Errors
    /// A sentence naming the setting, where it came from, and what is wrong with it.
    pub fn resolve(file: Option<&Path>, flags: &Overrides) -> Result<Self, String> {
        let text = match file {
            Some(path) => {
                std::fs::read_to_string(path).map_err(|e| format!("settings file {}: {e}", path.display()))?
            }
            None => String::new(),
        };
        let mut config = Self::from_parts(&text, |name| std::env::var(name).ok(), flags)?;
        // A file that is named in the settings is looked for beside them.
        if let Some(ca) = config.sign_in.as_mut().and_then(|sign_in| sign_in.ca_file.as_mut())
            && let Some(dir) = file.and_then(Path::parent)
        {
            *ca = dir.join(&*ca);
        }
        Ok(config)
    }

    fn from_parts(file: &str, env: impl Fn(&str) -> Option<String>, flags: &Overrides) -> Result<Self, String> {
        let mut config = Self::default();
        let mut file: File = toml::from_str(file).map_err(|e| format!("settings file: {e}"))?;
        config.sign_in = file.sign_in.take();
        if let Some(secret) = env("PATCHWORK_SIGN_IN_SECRET").filter(|secret| !secret.is_empty()) {
            let sign_in = config.sign_in.as_mut();
            sign_in.ok_or("PATCHWORK_SIGN_IN_SECRET is set, and the settings file has no [sign_in]")?.client_secret =
                Some(Secret(secret));
        }
        config.take(file, "settings file");
        config.take(from_env(env)?, "environment");
        let flags = File {
            bind: flags.bind.clone(),
            public_url: flags.public_url.clone(),
            log: flags.log,
            allow_outside: flags.allow_outside.then_some(true),
            ..File::default()
        };
        config.take(flags, "command line");
        config.check()?;
        Ok(config)
    }

    fn take(&mut self, file: File, origin: &'static str) {
        let mut set = Vec::new();
        macro_rules! take {
            ($($name:ident),+) => {$(
                if let Some(value) = file.$name {
                    self.$name = value.into();
                    set.push(stringify!($name));
                }
            )+};
        }
        take!(
            bind,
            public_url,
            behind_proxy,
            log,
            log_filter,
            request_timeout_s,
            max_concurrent_requests,
            kept_mb,
            max_running_jobs,
            max_waiting_jobs,
            max_jobs_per_client,
            job_memory_mb,
            max_connections,
            reload_memory_mb,
            reload_timeout_s,
            cors_origins,
            allow_outside
        );
        for (name, from) in &mut self.origins {
            if set.contains(name) {
                *from = origin;
            }
        }
    }

    fn check(&mut self) -> Result<(), String> {
        let Some((host, port)) = self.bind.rsplit_once(':') else {
            return Err(format!("bind = {:?} needs an address and a port, as in 127.0.0.1:8080", self.bind));
        };
        if host.is_empty() || port.parse::<u16>().is_err() {
            return Err(format!("bind = {:?} needs an address and a port, as in 127.0.0.1:8080", self.bind));
        }
        if let Some(url) = &mut self.public_url {
            if !(url.starts_with("http://") || url.starts_with("https://")) {
                return Err(format!("public_url = {url:?} must begin with http:// or https://"));
            }
            url.truncate(url.trim_end_matches('/').len());
        }
        if self.request_timeout_s == 0 || self.max_concurrent_requests == 0 {
            return Err("request_timeout_s and max_concurrent_requests must be at least 1".to_owned());
        }
        if self.max_running_jobs == 0 || self.max_jobs_per_client == 0 {
            return Err("max_running_jobs and max_jobs_per_client must be at least 1".to_owned());
        }
        if self.max_connections == 0 || self.job_memory_mb == 0 || self.reload_timeout_s == 0 {
            return Err("max_connections, job_memory_mb and reload_timeout_s must be at least 1".to_owned());
        }
        if let Some(sign_in) = &self.sign_in {
            sign_in.check()?;
            if self.public_url.is_none() {
                return Err("[sign_in] needs public_url: browsers come back to that address".to_owned());
            }
        }
        if let Some(wrong) = self.sites().into_iter().find(|site| !is_site(site)) {
            return Err(format!(
                "cors_origins has {wrong:?}; write each site as https://maps.example.org, with commas between"
            ));
        }
        Ok(())
    }

    /// The sites of `cors_origins`.
    #[must_use]
    pub fn sites(&self) -> Vec<String> {
        let sites = self.cors_origins.split(',').map(|site| site.trim().trim_end_matches('/').to_owned());
        sites.filter(|site| !site.is_empty()).collect()
    }

    /// The address a program on this machine reaches the server at: `0.0.0.0` listens everywhere, and
    /// is reached at the loopback address.
    #[must_use]
    pub fn reachable_bind(&self) -> String {
        match self.bind.rsplit_once(':') {
            Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
            Some(("[::]", port)) => format!("[::1]:{port}"),
            _ => self.bind.clone(),
        }
    }

    /// The settings as a settings file, with where each comes from.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let log = if self.log == LogFormat::Json { "json" } else { "text" };
        let value = |name: &str| match name {
            "bind" => Some(quoted(&self.bind)),
            "public_url" => self.public_url.as_deref().map(quoted),
            "behind_proxy" => Some(self.behind_proxy.to_string()),
            "log" => Some(quoted(log)),
            "log_filter" => Some(quoted(&self.log_filter)),
            "request_timeout_s" => Some(self.request_timeout_s.to_string()),
            "max_concurrent_requests" => Some(self.max_concurrent_requests.to_string()),
            "kept_mb" => Some(self.kept_mb.to_string()),
            "max_running_jobs" => Some(self.max_running_jobs.to_string()),
            "max_waiting_jobs" => Some(self.max_waiting_jobs.to_string()),
            "max_jobs_per_client" => Some(self.max_jobs_per_client.to_string()),
            "job_memory_mb" => Some(self.job_memory_mb.to_string()),
            "max_connections" => Some(self.max_connections.to_string()),
            "reload_memory_mb" => Some(self.reload_memory_mb.to_string()),
            "reload_timeout_s" => Some(self.reload_timeout_s.to_string()),
            "cors_origins" => Some(quoted(&self.cors_origins)),
            _ => Some(self.allow_outside.to_string()),
        };
        let mut text = String::from(
            "# Settings in force. As a file: --config FILE; in the environment: PATCHWORK_BIND and so on.\n",
        );
        for (name, origin) in &self.origins {
            let _ = match value(name) {
                Some(value) => writeln!(text, "{name} = {value}  # {origin}"),
                None => writeln!(text, "# {name} = (from each request)"),
            };
        }
        if let Some(sign_in) = &self.sign_in {
            text.push_str(&sign_in.to_toml());
        }
        text
    }
}

/// A scheme and a host, as a browser says where a page comes from.
fn is_site(site: &str) -> bool {
    let host = site.strip_prefix("https://").or_else(|| site.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ']))
}

fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<File, String> {
    // Compose files pass a variable nobody set as an empty one.
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let number = |name: &str| match env(name) {
        None => Ok(None),
        Some(text) => text.parse::<u64>().map(Some).map_err(|_| format!("{name} = {text:?} is not a whole number")),
    };
    let log = match env("PATCHWORK_LOG").as_deref() {
        None => None,
        Some("text") => Some(LogFormat::Text),
        Some("json") => Some(LogFormat::Json),
        Some(other) => return Err(format!("PATCHWORK_LOG = {other:?} is neither text nor json")),
    };
    let size = |name: &str| number(name).map(|n| n.map(|n| usize::try_from(n).unwrap_or(usize::MAX)));
    let truth = |name: &str| match env(name) {
        None => Ok(None),
        Some(text) => text.parse().map(Some).map_err(|_| format!("{name} = {text:?} is neither true nor false")),
    };
    Ok(File {
        bind: env("PATCHWORK_BIND"),
        public_url: env("PATCHWORK_PUBLIC_URL"),
        behind_proxy: truth("PATCHWORK_BEHIND_PROXY")?,
        log,
        log_filter: env("PATCHWORK_LOG_FILTER"),
        request_timeout_s: number("PATCHWORK_REQUEST_TIMEOUT_S")?,
        max_concurrent_requests: size("PATCHWORK_MAX_CONCURRENT_REQUESTS")?,
        max_running_jobs: size("PATCHWORK_MAX_RUNNING_JOBS")?,
        max_waiting_jobs: size("PATCHWORK_MAX_WAITING_JOBS")?,
        kept_mb: number("PATCHWORK_KEPT_MB")?,
        max_jobs_per_client: size("PATCHWORK_MAX_JOBS_PER_CLIENT")?,
        job_memory_mb: number("PATCHWORK_JOB_MEMORY_MB")?,
        max_connections: size("PATCHWORK_MAX_CONNECTIONS")?,
        reload_memory_mb: number("PATCHWORK_RELOAD_MEMORY_MB")?,
        reload_timeout_s: number("PATCHWORK_RELOAD_TIMEOUT_S")?,
        cors_origins: env("PATCHWORK_CORS_ORIGINS"),
        allow_outside: truth("PATCHWORK_ALLOW_OUTSIDE")?,
        // A table cannot be said in one variable; its secret can, and is read beside.
        sign_in: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file() {
        let file = "bind = '127.0.0.1:1'\nlog = 'json'\nrequest_timeout_s = 5";
        let env = env(&[("PATCHWORK_BIND", "127.0.0.1:2"), ("PATCHWORK_PUBLIC_URL", "https://maps.example/")]);
        let flags = Overrides { bind: Some("127.0.0.1:3".into()), ..Overrides::default() };
        let config = Config::from_parts(file, env, &flags).expect("good settings");
        assert_eq!(config.bind, "127.0.0.1:3");
        assert_eq!(config.public_url.as_deref(), Some("https://maps.example"));
        insta::assert_snapshot!(config.to_toml(), @r#"
        # Settings in force. As a file: --config FILE; in the environment: PATCHWORK_BIND and so on.
        bind = "127.0.0.1:3"  # command line
        public_url = "https://maps.example"  # environment
        behind_proxy = false  # default
        log = "json"  # settings file
        log_filter = "info"  # default
        request_timeout_s = 5  # settings file
        max_concurrent_requests = 256  # default
        kept_mb = 128  # default
        max_running_jobs = 2  # default
        max_waiting_jobs = 8  # default
        max_jobs_per_client = 4  # default
        job_memory_mb = 1024  # default
        max_connections = 1024  # default
        reload_memory_mb = 0  # default
        reload_timeout_s = 900  # default
        cors_origins = ""  # default
        allow_outside = false  # default
        "#);
    }

    #[test]
    fn what_config_prints_can_be_read_back() {
        let config = Config::default();
        let again = Config::from_parts(&config.to_toml(), |_| None, &Overrides::default()).expect("good settings");
        assert_eq!(again.bind, config.bind);
        assert_eq!(again.max_concurrent_requests, config.max_concurrent_requests);
    }

    const SIGN_IN: &str = "[sign_in]\ntitle = \"Gridton\"\nissuer = \"https://id.example.org\"\n\
        client_id = \"patchwork\"\n[sign_in.roles]\nstaff = \"viewer\"\n";

    #[test]
    fn who_else_vouches_for_people_stands_in_the_file_and_the_secret_may_stand_outside_it() {
        let file = format!("public_url = \"https://maps.example\"\n{SIGN_IN}");
        let given = env(&[("PATCHWORK_SIGN_IN_SECRET", "quiet")]);
        let config = Config::from_parts(&file, given, &Overrides::default()).expect("good settings");
        let secret = config.sign_in.as_ref().and_then(|sign_in| sign_in.client_secret.as_ref());
        assert_eq!(secret.map(|secret| secret.0.as_str()), Some("quiet"));
        assert!(!config.to_toml().contains("quiet"));
        let again = Config::from_parts(&config.to_toml(), |_| None, &Overrides::default()).expect("read back");
        assert_eq!(again.sign_in.map(|sign_in| sign_in.roles), config.sign_in.map(|sign_in| sign_in.roles));
    }

    #[test]
    fn wrong_settings_are_named() {
        let wrong = |file: &str| Config::from_parts(file, |_| None, &Overrides::default()).expect_err("wrong");
        assert!(wrong("bind = 'here'").contains("bind"));
        assert!(wrong("public_url = 'maps.example'").contains("http"));
        assert!(wrong("bnid = ''").contains("bnid"));
        assert!(wrong("cors_origins = 'https://*.example'").contains("https://*.example"));
        assert!(wrong("job_memory_mb = 0").contains("job_memory_mb"));
        assert!(wrong(&SIGN_IN.replace("viewer", "reader")).contains("reader"));
        assert!(wrong(SIGN_IN).contains("public_url"));
        let lonely = env(&[("PATCHWORK_SIGN_IN_SECRET", "quiet")]);
        assert!(Config::from_parts("", lonely, &Overrides::default()).expect_err("wrong").contains("[sign_in]"));
        let env = env(&[("PATCHWORK_LOG", "xml")]);
        assert!(Config::from_parts("", env, &Overrides::default()).expect_err("wrong").contains("xml"));
    }

    #[test]
    fn a_server_on_every_address_is_reached_at_loopback() {
        let config = Config { bind: "0.0.0.0:8080".into(), ..Config::default() };
        assert_eq!(config.reachable_bind(), "127.0.0.1:8080");
    }
}
