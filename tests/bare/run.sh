#!/usr/bin/env bash
# The README's two commands on a machine that has only what the README names: a bare Debian made by debootstrap, an
# ordinary user, a fresh clone, and no cache of this machine. Needs root, debootstrap and the network.
#
#   tests/bare/run.sh DIRECTORY [nothing|run|test|all|COMMAND]
#
# nothing: what `make run` says where nothing is installed, in how many seconds. run: `make run` until it answers.
# test: `make test`. Any other COMMAND is run in the clone. The log is DIRECTORY/log.txt. Rust is this machine's own toolchain, laid in read-only, unless
# RUST=rustup. What this machine needs to reach the package registries (certificates, proxies, the settings of pip, npm
# and cargo) is passed on as it is; DEBIAN_MIRROR and DEBIAN_SUITE (bookworm) are debootstrap's.
set -euo pipefail
at=${1:?a directory to work in}
part=${2:-all}
here=$(cd "$(dirname "$0")/../.." && pwd)
root=$at/root
home=/home/newcomer
clone=$home/patchwork
address=127.0.0.1:${PORT:-18080}
mkdir -p "$at"
log=$at/log.txt

say() { echo "[$(date +%H:%M:%S)] $*" | tee -a "$log"; }

enter() { # enter USER COMMAND: in a clean environment
    local passed=() name
    while read -r name; do passed+=("$name=${!name}"); done < <(compgen -e | grep -E \
        '^(CARGO_BUILD_JOBS|CARGO_(HTTP|NET|REGISTR)|PIP_(INDEX|CERT|EXTRA|DEFAULT)|NPM_CONFIG_|npm_config_|https?_proxy|HTTPS?_PROXY|no_proxy|NO_PROXY|SSL_CERT_|CURL_CA|REQUESTS_CA|NODE_EXTRA_CA)' || true)
    chroot --userspec="$1" "$root" /usr/bin/env -i "${passed[@]}" HOME="$([ "$1" = root ] && echo /root || echo $home)" \
        LANG=C.UTF-8 PATH="${rust_path}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" bash -c "$2"
}

leave() { umount -q "$root/opt/rust" "$root/dev/shm" "$root/proc" 2>/dev/null || true; }
trap leave EXIT
rust_path=""

mounted() {
    leave
    mount -t proc proc "$root/proc"
    # Devices of its own: this machine's, bound in, would be lost with the directory if somebody deletes it.
    mkdir -p "$root/dev/shm"
    local name minor
    while read -r name minor; do
        [ -c "$root/dev/$name" ] || mknod -m 666 "$root/dev/$name" c 1 "$minor"
    done <<<$'null 3\nzero 5\nfull 7\nrandom 8\nurandom 9'
    ln -sfn /proc/self/fd "$root/dev/fd"
    mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
}

bare() { # a new bare machine
    leave
    rm -rf --one-file-system "$root"
    say "debootstrap ${DEBIAN_SUITE:-bookworm}"
    debootstrap --variant=minbase "${DEBIAN_SUITE:-bookworm}" "$root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$at/debootstrap.txt" 2>&1
    mounted
    local file
    for file in /etc/resolv.conf /etc/hosts /etc/pip.conf /etc/apt/apt.conf.d/*proxy*; do
        [ ! -f "$file" ] || cp --parents "$file" "$root"
    done
    chroot "$root" useradd --create-home --shell /bin/bash newcomer
    for file in .npmrc .config/pip/pip.conf .cargo/config.toml; do
        [ ! -f "$HOME/$file" ] || { mkdir -p "$root$home/$(dirname $file)" && cp "$HOME/$file" "$root$home/$file"; }
    done
    git clone -q "$here" "$root$clone"
    git -C "$root$clone" checkout -q "$(git -C "$here" rev-parse HEAD)"
    chroot "$root" chown -R newcomer: $home
}

prepared() { # what the README names
    mounted
    say "apt-get install build-essential python3-venv curl ca-certificates"
    enter root "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
        build-essential python3-venv curl ca-certificates" >"$at/apt.txt" 2>&1
    [ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    if [ "${RUST:-}" = rustup ]; then
        enter newcomer "curl -sSf https://sh.rustup.rs | sh -s -- -y" >"$at/rustup.txt" 2>&1
    else
        mkdir -p "$root/opt/rust"
        mount --bind "$(rustc --print sysroot)" "$root/opt/rust"
        mount -o remount,bind,ro "$root/opt/rust"
        rust_path=/opt/rust/bin:
    fi
}

nothing() {
    bare
    enter root "apt-get update -qq && apt-get install -qq -y --no-install-recommends make" >"$at/apt.txt" 2>&1
    for user in newcomer root; do
        for command in run test; do
            local since=$SECONDS
            say "make $command as $user, where nothing but make is installed:"
            enter $user "cd $clone && make $command" 2>&1 | tee -a "$log" && true
            say "ended after $((SECONDS - since)) s"
        done
    done
}

run() {
    local since=$SECONDS
    say "make run, cold, on $(nproc) cores, CARGO_BUILD_JOBS=${CARGO_BUILD_JOBS:-all}"
    set -m # a process group of its own, so that all of it can be stopped
    enter newcomer "cd $clone && exec make run BIND=$address" >"$at/run.txt" 2>&1 &
    local going=$!
    set +m
    until curl -sf -o /dev/null "http://$address/readyz"; do
        kill -0 $going 2>/dev/null || { say "make run ended before it answered:"; tail -20 "$at/run.txt" | tee -a "$log"; exit 1; }
        sleep 1
    done
    say "/readyz answers after $(((SECONDS - since) / 60)) min $(((SECONDS - since) % 60)) s; what it printed:"
    grep -vE '^ *(Compiling|Downloaded|Downloading)' "$at/run.txt" | tail -30 | tee -a "$log"
    say "/ is $(curl -s -H 'Accept: text/html' "http://$address/" | grep -q '<script' && echo 'the map page' || echo 'the plain page'); the target directory holds $(du -sh "$root$home/.cache/patchwork/target" | cut -f1)"
    kill -INT -- -$going
    wait $going 2>/dev/null || true
}

tests() {
    local since=$SECONDS failed=0
    say "make test"
    enter newcomer "cd $clone && make test" >"$at/test.txt" 2>&1 || failed=$?
    say "make test ended with $failed after $(((SECONDS - since) / 60)) min; its last lines:"
    tail -25 "$at/test.txt" | tee -a "$log"
    [ $failed = 0 ]
}

case $part in
nothing) nothing ;;
run) bare; prepared; run ;;
test) prepared; tests ;;
all) nothing; bare; prepared; run; tests ;;
*) prepared; enter newcomer "cd $clone && $part" ;;
esac
