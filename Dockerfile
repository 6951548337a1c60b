# Build: docker build -t patchwork .      Run: see docker-compose.yml
# The last stage holds the C library, libstdc++ (for the HiGHS solver) and the program: no shell, no package manager.
FROM node:22-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-fund --no-audit
COPY web .
RUN npm run build

FROM rust:1.95-bookworm AS build
# The versions are those of the Debian release that the image is pinned to.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends cmake libclang-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
ENV CARGO_PROFILE_DEV_OPT_LEVEL=3 CMAKE_TOOLCHAIN_FILE=/src/tools/highs.cmake
COPY Cargo.toml Cargo.lock build.rs ./
COPY --from=web /web/dist web/dist
COPY METHODS.md GLOSSARY.md ./
COPY docs docs
COPY tools/highs.cmake tools/
COPY src src
COPY benches benches
COPY examples examples
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --bin patchwork \
    && cp target/debug/patchwork /patchwork \
    && strip /patchwork \
    && /patchwork --version

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /patchwork /usr/local/bin/patchwork
ENV PATCHWORK_BIND=0.0.0.0:8080 PATCHWORK_LOG=json
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=120s --retries=3 CMD ["patchwork", "health"]
ENTRYPOINT ["patchwork"]
CMD ["serve", "/place"]
