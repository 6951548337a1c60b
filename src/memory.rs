//! Memory as the operating system sees it: what is left, what this process may take, and giving back what it does not
//! need. With `locate/interrupt.rs` the only file with `unsafe` code: the system's calls have no other form.

use std::fs;
use std::sync::OnceLock;

/// Gives memory that nothing uses any more back to the system. The allocator keeps what a large piece of work freed
/// for the next one; a server that plans once a day would hold it all day.
#[allow(unsafe_code)]
pub fn give_back() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: takes no pointer and may be called from any thread at any time.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Lets this process take so many bytes and no more: an allocation beyond them fails, which ends the process and no
/// other. For processes that try something out on behalf of another.
///
/// # Errors
/// What the system says when it refuses.
#[allow(unsafe_code)]
pub fn at_most(bytes: u64) -> std::io::Result<()> {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: bytes };
    // SAFETY: `limit` is a live value that the call only reads.
    let refused = unsafe { libc::setrlimit(libc::RLIMIT_DATA, &raw const limit) };
    if refused == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
}

/// What is said when memory runs out. It must be ready: nothing can be made when there is none left.
static WORDS: OnceLock<String> = OnceLock::new();

/// Within which a process reads what may be too large for it, see [`within`].
pub struct Bounds(Option<libc::rlimit>);

/// Lets this process take so many bytes more, or as many as there are, for as long as the value lives. Running out of
/// memory then ends it with exit code 1 and these words on stderr, instead of an abort or the system's own choice of
/// whom to end. Where the system refuses the limit, the words remain.
#[must_use]
#[allow(unsafe_code)]
pub fn within(bytes: Option<u64>, words: &str) -> Bounds {
    let _said_before = WORDS.set(format!("{words}\n"));
    let mut before = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `before` is a live value that the call fills; the handler calls only what a handler may.
    let known = unsafe {
        libc::signal(libc::SIGABRT, say_and_end as extern "C" fn(libc::c_int) as libc::sighandler_t);
        libc::getrlimit(libc::RLIMIT_DATA, &raw mut before) == 0
    };
    let Some(bytes) = bytes.filter(|_| known) else { return Bounds(None) };
    let limit = libc::rlimit { rlim_cur: bytes.min(before.rlim_max).min(before.rlim_cur), ..before };
    // SAFETY: `limit` is a live value that the call only reads.
    let refused = unsafe { libc::setrlimit(libc::RLIMIT_DATA, &raw const limit) };
    Bounds((refused == 0).then_some(before))
}

impl Drop for Bounds {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: the limit is a live value that the call only reads; the signal gets its own meaning back.
        unsafe {
            libc::signal(libc::SIGABRT, libc::SIG_DFL);
            if let Some(before) = &self.0 {
                libc::setrlimit(libc::RLIMIT_DATA, &raw const *before);
            }
        }
    }
}

/// An allocation that fails aborts; this is what becomes of the abort.
#[allow(unsafe_code)]
extern "C" fn say_and_end(_: libc::c_int) {
    let words = WORDS.get().map_or("", String::as_str);
    // SAFETY: both may be called in a handler; the words live as long as the process.
    unsafe {
        libc::write(2, words.as_ptr().cast(), words.len());
        libc::_exit(1);
    }
}

/// Asks the system, when it runs out of memory, to end this process before others.
pub fn go_first() {
    // Where this is not allowed the limit of `at_most` still stands.
    let _ = fs::write("/proc/self/oom_score_adj", "1000");
}

/// Bytes this process can still get: what the machine has left, or less where a container allows less. `None` where
/// nobody says.
#[must_use]
pub fn left() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| available(&text));
    let container = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
    let taken = ["/sys/fs/cgroup/memory.current", "/sys/fs/cgroup/memory/memory.usage_in_bytes"]
        .iter()
        .find_map(|path| fs::read_to_string(path).ok()?.trim().parse::<u64>().ok());
    let container = container.map(|most| most.saturating_sub(taken.unwrap_or(0)));
    machine.into_iter().chain(container).min()
}

/// How many files and connections this process may have open.
#[must_use]
pub fn files() -> Option<usize> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn available(meminfo: &str) -> Option<u64> {
    let bytes = |name: &str| {
        let line = meminfo.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes * 1024)
    };
    Some(bytes("MemAvailable:")? + bytes("SwapFree:").unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_machine_has_left_is_read_in_bytes() {
        assert_eq!(available("MemTotal:  9 kB\nMemAvailable:    2048 kB\n"), Some(2_097_152));
        assert_eq!(available("MemAvailable: 2 kB\nSwapFree: 3 kB\n"), Some(5120));
        assert_eq!(available("MemTotal: 9 kB\n"), None);
        give_back();
    }
}
