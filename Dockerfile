# Build: docker build -t patchwork .      Run: see docker-compose.yml
FROM node:22-bookworm-slim AS web
WORKDIR /web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-fund --no-audit
COPY web .
RUN npm run build

FROM rust:1.95-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends cmake libclang-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
ENV CARGO_PROFILE_DEV_OPT_LEVEL=3
COPY Cargo.toml Cargo.lock build.rs ./
COPY --from=web /web/dist web/dist
COPY src src
COPY benches benches
COPY examples examples
RUN cargo build --locked --bin patchwork && cp target/debug/patchwork /patchwork && strip /patchwork

FROM debian:bookworm-slim
RUN useradd --system --uid 10001 --no-create-home patchwork
COPY --from=build /patchwork /usr/local/bin/patchwork
USER patchwork
ENV PATCHWORK_BIND=0.0.0.0:8080 PATCHWORK_LOG=json
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["patchwork", "health"]
ENTRYPOINT ["patchwork"]
CMD ["serve", "/place"]
