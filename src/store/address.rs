//! Where a workspace is: a directory of this machine, or a database with a directory that all replicas share.

use super::tls::Tls;
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
        /// The address without what is ours alone: `files`, `password_file` and `sslrootcert`.
        url: String,
        /// The directory of the files.
        files: PathBuf,
        /// The file whose first line is the password.
        password_file: Option<PathBuf>,
        /// The file of the authority's certificate, where the system does not trust it.
        root_file: Option<PathBuf>,
    },
}

/// What a connection is made with.
#[derive(Debug)]
pub(super) struct Login {
    pub(super) config: Config,
    /// How it is encrypted, if it is.
    pub(super) tls: Option<Tls>,
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
        let (mut files, mut password_file, mut root_file, mut rest) = (None, None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("files", value)) => files = Some(PathBuf::from(decoded(value)?)),
                Some(("password_file", value)) => password_file = Some(PathBuf::from(decoded(value)?)),
                Some(("sslrootcert", value)) => root_file = Some(PathBuf::from(decoded(value)?)),
                // Who is at the other end is proven whenever anything is encrypted, so these are one thing here.
                Some(("sslmode", "verify-full")) => rest.push("sslmode=require"),
                Some(("sslmode", "verify-ca" | "allow")) => {
                    return Err(format!("{pair} is not known here: use sslmode=verify-full, or sslmode=disable"));
                }
                _ => rest.push(pair),
            }
        }
        let files = files.filter(|files| !files.as_os_str().is_empty()).ok_or(
            "say where the files are, in a directory that all replicas share: postgres://user@host/database?files=DIR",
        )?;
        if root_file.is_some() && !rest.iter().any(|pair| pair.starts_with("sslmode=")) {
            rest.push("sslmode=require");
        }
        let url = if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        let config: Config = url.parse().map_err(|error: tokio_postgres::Error| {
            use std::error::Error;
            error.source().map_or_else(|| error.to_string(), ToString::to_string)
        })?;
        if config.get_ssl_mode() != SslMode::Require && root_file.is_some() {
            return Err(
                "sslrootcert says whom to trust, and sslmode that nothing is encrypted: leave one out".to_owned()
            );
        }
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err("there is no host in the address: postgres://user@host/database?files=DIR".to_owned());
        }
        Ok(Self::Database { url, files, password_file, root_file })
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
    ///
    /// # Errors
    /// When a file that it names cannot be read; and for a directory.
    pub(super) fn login(&self) -> Stored<Login> {
        let Self::Database { url, password_file, root_file, .. } = self else {
            return Err(StoreError::Refused(format!("{self} is a directory, and no database")));
        };
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
        let is_encrypted = config.get_ssl_mode() == SslMode::Require;
        let is_far = |host: &Host| matches!(host, Host::Tcp(name) if !["localhost", "127.0.0.1", "::1"].contains(&name.as_str()));
        if !is_encrypted && config.get_hosts().iter().any(is_far) {
            tracing::warn!(
                "the connection to the database is not encrypted: whoever is on the way reads it; write sslmode=verify-full \
                 into its address, or keep the way your own"
            );
        }
        let tls = is_encrypted.then(|| Tls::of(root_file.as_deref())).transpose()?;
        Ok(Login { config, tls })
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
    use std::path::Path;

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
            ("postgres://me@db/towns?files=/a&sslmode=verify-ca", "verify-full"),
            ("postgres://me@db/towns?files=/a&sslmode=prefer&sslrootcert=/ca", "leave one out"),
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
        let login = |password_file: &Path| {
            let text = format!("postgres://me:hidden@db/towns?files=/a&password_file={}", password_file.display());
            let address: Address = text.parse().expect("an address");
            assert!(!address.to_string().contains("hidden"));
            address.login()
        };
        let config = login(file.path()).expect("a login").config;
        assert_eq!(config.get_password(), Some(b"long secret".as_slice()));
        let missing = login(Path::new("/nowhere/at/all")).expect_err("none");
        assert!(missing.to_string().contains("/nowhere/at/all"));
    }

    #[test]
    fn whoever_asks_for_encryption_gets_it_or_an_error_and_never_less() {
        let told = |query: &str| {
            let address: Address = format!("postgres://me@db/towns?files=/a{query}").parse().expect("an address");
            address.login()
        };
        assert!(told("").expect("a login").tls.is_none() && told("&sslmode=disable").expect("a login").tls.is_none());
        let file = tempfile::NamedTempFile::new().expect("a file");
        for query in ["&sslmode=require&sslrootcert=", "&sslmode=verify-full&sslrootcert=", "&sslrootcert="] {
            let nobody = told(&format!("{query}{}", file.path().display())).expect_err("nobody is trusted");
            assert!(nobody.to_string().contains("no certificate"), "{nobody}");
            assert!(told(&format!("{query}/nowhere/at/all")).is_err());
        }
    }
}
