//! Where a workspace is: a directory of this machine, or a database with a directory that all replicas share.

use super::{StoreError, Stored};
use std::path::PathBuf;
use std::str::FromStr;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// Where a workspace is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A directory with a database of its own.
    Directory(PathBuf),
    /// `postgres://user@host/database?files=DIR`: lists in PostgreSQL, files in a directory that all replicas share.
    Database {
        /// The address without `files` and `password_file`.
        url: String,
        /// The directory of the files.
        files: PathBuf,
        /// The file whose first line is the password.
        password_file: Option<PathBuf>,
    },
}

impl FromStr for Address {
    type Err = String;

    fn from_str(words: &str) -> Result<Self, String> {
        if !words.starts_with("postgres://") && !words.starts_with("postgresql://") {
            if let Some((scheme, _)) = words.split_once("://") {
                return Err(format!(
                    "{scheme}: is no place for a workspace; give a directory, or postgres://user@host/database?files=DIR"
                ));
            }
            return Ok(Self::Directory(PathBuf::from(words)));
        }
        let (base, query) = words.split_once('?').unwrap_or((words, ""));
        let (mut files, mut password_file, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("files", value)) => files = Some(PathBuf::from(decoded(value)?)),
                Some(("password_file", value)) => password_file = Some(PathBuf::from(decoded(value)?)),
                _ => rest.push(pair),
            }
        }
        let files = files.filter(|files| !files.as_os_str().is_empty()).ok_or(
            "say where the files are, in a directory that all replicas share: postgres://user@host/database?files=DIR",
        )?;
        let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        let config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            use std::error::Error;
            error.source().map_or_else(|| error.to_string(), ToString::to_string)
        })?;
        if config.get_ssl_mode() == SslMode::Require {
            return Err(
                "sslmode=require is not known to this program yet: use a tunnel, or a network of your own".to_owned()
            );
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err("there is no host in the address: postgres://user@host/database?files=DIR".to_owned());
        }
        Ok(Self::Database { url, files, password_file })
    }
}

/// A value of an address with its `%20` read.
fn decoded(value: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            let two = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
            let byte = two.and_then(|two| u8::from_str_radix(two, 16).ok());
            bytes.push(byte.ok_or_else(|| format!("{value}: % stands before two hexadecimal digits"))?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).map_err(|_| format!("{value} is no text"))
}

impl Address {
    /// What to connect with: the password is of the file, or of the address, or of `PGPASSWORD`.
    pub(super) fn config(url: &str, password_file: Option<&PathBuf>) -> Stored<Config> {
        let mut config: Config = url.parse().map_err(StoreError::from)?;
        if let Some(path) = password_file {
            let text = std::fs::read_to_string(path)
                .map_err(|error| StoreError::Refused(format!("{}: {error}", path.display())))?;
            config.password(text.lines().next().unwrap_or_default());
        } else if config.get_password().is_none()
            && let Ok(password) = std::env::var("PGPASSWORD")
        {
            config.password(password);
        }
        Ok(config)
    }
}

impl std::fmt::Display for Address {
    /// Without the password, for the log and for messages.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Directory(dir) => dir.display().fmt(f),
            Self::Database { url, files, .. } => {
                let config: Config = url.parse().unwrap_or_default();
                let host = match config.get_hosts().first() {
                    Some(Host::Tcp(name)) => name.clone(),
                    Some(Host::Unix(path)) => path.display().to_string(),
                    None => config.get_hostaddrs().first().map(ToString::to_string).unwrap_or_default(),
                };
                let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
                write!(f, "postgres://{host}/{database} with the files in {}", files.display())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_directory_or_a_database_with_its_files_and_anything_else_is_refused_in_words() {
        assert_eq!("a/b".parse(), Ok(Address::Directory("a/b".into())));
        let both: Address = "postgres://me:secret@db:5433/towns?files=%2Fshared%2Fmy%20files&connect_timeout=2"
            .parse()
            .expect("an address");
        assert_eq!(both.to_string(), "postgres://db/towns with the files in /shared/my files");
        let Address::Database { url, .. } = &both else { panic!("a database") };
        assert_eq!(url, "postgres://me:secret@db:5433/towns?connect_timeout=2");
        for (odd, word) in [
            ("postgres://me@db/towns", "files=DIR"),
            ("postgres://me@db/towns?files=", "files=DIR"),
            ("postgres://me@db/towns?files=/a%2", "hexadecimal"),
            ("postgres:///towns?files=/a", "host"),
            ("postgres://me@db/towns?files=/a&colour=red", "colour"),
            ("mysql://me@db/towns?files=/a", "mysql"),
            ("s3://bucket", "s3"),
        ] {
            let why = odd.parse::<Address>().expect_err(odd);
            assert!(why.contains(word), "{odd}: {why}");
        }
    }

    #[test]
    fn the_password_is_read_of_a_file_and_is_in_no_message() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "long secret\n").expect("written");
        let config = Address::config("postgres://me@db/towns", Some(&file.path().to_owned())).expect("a config");
        assert_eq!(config.get_password(), Some(b"long secret".as_slice()));
        let address: Address = "postgres://me:hidden@db/towns?files=/a".parse().expect("an address");
        assert!(!address.to_string().contains("hidden"));
        let missing = Address::config("postgres://me@db/towns", Some(&"/nowhere/at/all".into())).expect_err("none");
        assert!(missing.to_string().contains("/nowhere/at/all"));
    }
}
