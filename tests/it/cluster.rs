//! A server of PostgreSQL of the tests' own: in a temporary directory, on a free port, gone when the tests end, however
//! they do.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A server.
#[derive(Debug)]
pub(crate) struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    pub(crate) port: u16,
    made: AtomicUsize,
    /// Stops the server and removes its directory when our end of its input closes, be it that we were killed.
    watch: Child,
}

/// The server that tests share; nothing where PostgreSQL is not on this machine.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(Cluster::start).as_ref()
}

fn programs() -> Option<PathBuf> {
    if let Some(set) = std::env::var_os("PATCHWORK_POSTGRES_BIN") {
        return Some(PathBuf::from(set)).filter(|dir| dir.join("initdb").is_file());
    }
    let of_debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut all: Vec<PathBuf> = of_debian.map(|entry| entry.path().join("bin")).collect();
    all.sort();
    all.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    all.into_iter().find(|dir| dir.join("initdb").is_file() && dir.join("pg_ctl").is_file())
}

impl Cluster {
    /// Starts one; nothing where PostgreSQL is not on this machine, which is said.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = programs() else {
            left_out(
                "tests of the store on PostgreSQL: there is no initdb; install postgresql, or set PATCHWORK_POSTGRES_BIN",
            );
            return None;
        };
        let dir = tempfile::Builder::new().prefix("patchwork-pg-").tempdir().expect("a folder").keep();
        let whoami = Command::new("id").arg("-u").output().expect("id").stdout;
        // The server does not run as root.
        let is_root = whoami.starts_with(b"0\n");
        if is_root {
            let given = Command::new("chown").arg("postgres").arg(&dir).status().expect("chown");
            assert!(given.success(), "root needs the user postgres, as whom the server runs");
        }
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port").port();
        let script = r#"
            set -e; cd "$2"
            "$1/initdb" -D "$2/data" -A trust -U postgres -E UTF8 --locale=C.UTF-8 >"$2/log" 2>&1
            echo "port = $3
            unix_socket_directories = '$2'
            listen_addresses = '127.0.0.1'" >>"$2/data/postgresql.conf"
            "$1/pg_ctl" -D "$2/data" -w -l "$2/log" start >/dev/null 2>&1
            echo up
            cat >/dev/null
            "$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1 || true
            rm -rf "$2"/*"#;
        let mut command = Command::new(if is_root { "runuser" } else { "sh" });
        if is_root {
            command.args(["-u", "postgres", "--", "sh"]);
        }
        command.args(["-c", script, "sh"]).arg(&bin).arg(&dir).arg(port.to_string());
        let mut watch = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
        let mut said = String::new();
        let out = watch.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut said).expect("read");
        let log = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
        assert_eq!(said, "up\n", "PostgreSQL did not start: {log}");
        Some(Self { bin, dir, port, made: AtomicUsize::new(0), watch })
    }

    fn run(&self, program: &str, args: &[&str]) {
        let port = self.port.to_string();
        let ran = Command::new(self.bin.join(program))
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres"])
            .args(args)
            .output()
            .expect("runs");
        assert!(ran.status.success(), "{program}: {}", String::from_utf8_lossy(&ran.stderr));
    }

    /// The address of a database of its own, which is empty, with its files in this directory.
    pub(crate) fn database(&self, files: &Path) -> String {
        let name = format!("t{}", self.made.fetch_add(1, Ordering::Relaxed));
        self.run("createdb", &[&name]);
        format!("postgres://postgres@127.0.0.1:{}/{name}?files={}", self.port, files.display())
    }

    /// Does a statement in the database of this address, past the program.
    #[allow(dead_code, reason = "the unit tests and the others each use some")]
    pub(crate) fn sql(&self, address: &str, statement: &str) {
        self.run("psql", &["-v", "ON_ERROR_STOP=1", "-q", "-d", name(address), "-c", statement]);
    }

    /// Whether the server goes on after a statement that it should refuse.
    #[allow(dead_code, reason = "the unit tests and the others each use some")]
    pub(crate) fn refuses(&self, address: &str, statement: &str) -> bool {
        let port = self.port.to_string();
        let ran = Command::new(self.bin.join("psql"))
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "postgres", "-q", "-d", name(address), "-c", statement])
            .output()
            .expect("runs");
        !ran.status.success()
    }

    /// From now on the server takes encrypted connections alone, with a certificate for `localhost` of an authority that is
    /// made here; the authority's certificate, and one of another that made nothing. Nothing where there is no `openssl`.
    #[allow(dead_code, reason = "the unit tests and the others each use some")]
    pub(crate) fn encrypt(&self) -> Option<[PathBuf; 2]> {
        let script = r#"
            set -e; cd "$1"; mkdir tls; cd tls
            for who in ours other; do
                openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$who" -keyout $who.key -out $who.pem
            done
            openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
            echo subjectAltName=DNS:localhost >san
            openssl x509 -req -in server.csr -CA ours.pem -CAkey ours.key -CAcreateserial -days 2 -extfile san -out server.pem
            chmod 755 . && chmod 644 *.pem && chmod 600 server.key
            echo "ssl = on
            ssl_cert_file = '$1/tls/server.pem'
            ssl_key_file = '$1/tls/server.key'" >>"$1/data/postgresql.conf"
            echo 'local all all trust
            hostssl all all 127.0.0.1/32 trust
            hostssl all all ::1/128 trust' >"$1/data/pg_hba.conf""#;
        let mut command = Command::new("sh");
        let owner = std::fs::metadata(self.dir.join("data")).map(|of| std::os::unix::fs::MetadataExt::uid(&of));
        std::os::unix::process::CommandExt::uid(&mut command, owner.expect("its owner"));
        let made = command.args(["-c", script, "sh"]).arg(&self.dir).current_dir("/").output().expect("runs");
        let said = String::from_utf8_lossy(&made.stderr);
        if said.contains("openssl: not found") {
            left_out("a test of TLS to PostgreSQL: there is no openssl");
            return None;
        }
        assert!(made.status.success(), "{said}");
        self.switch(false);
        self.switch(true);
        Some(["ours", "other"].map(|who| self.dir.join(format!("tls/{who}.pem"))))
    }

    /// Stops the server at once, or starts it again.
    #[allow(dead_code, reason = "the unit tests and the others each use some")]
    pub(crate) fn switch(&self, on: bool) {
        let data = self.dir.join("data");
        let mut command = Command::new("sh");
        let how = if on { "-w start" } else { "-m immediate stop" };
        let line = format!(
            "'{}/pg_ctl' -D '{}' -l '{}/log' {how} >/dev/null 2>&1",
            self.bin.display(),
            data.display(),
            self.dir.display()
        );
        let owner = std::fs::metadata(&data).map(|of| std::os::unix::fs::MetadataExt::uid(&of)).expect("its owner");
        std::os::unix::process::CommandExt::uid(&mut command, owner);
        let ran = command.args(["-c", &line]).current_dir("/").status().expect("runs");
        assert!(ran.success(), "{line}");
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn name(address: &str) -> &str {
    let path = address.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// Writes down what is left out and why, for `make test` to read out.
fn left_out(what: &str) {
    if let Some(path) = std::env::var_os("PATCHWORK_LEFT_OUT") {
        let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(format!("{what}\n").as_bytes())).expect("written down");
    }
}
