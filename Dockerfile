# The images of the services and the console, one target each: docker build --target ordering .
# Needs a builder with cache mounts (docker, podman, buildah).

# glibc and libgcc, no shell, no package manager. Static linking would lose glibc's resolver, which
# loads modules at run time, or mean musl and its slower allocator.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM docker.io/library/rust:1.95.0-slim-bookworm AS build
# The image has only this toolchain; rust-toolchain.toml also names development tools.
ENV RUSTUP_TOOLCHAIN=1.95.0
# The commit that `--version` prints; the builder does not get the .git folder.
ARG CSP_COMMIT=unknown
WORKDIR /src
COPY . .
# The caches keep compiled code, so a change rebuilds only what it touches.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p onboarding -p relationship -p ordering -p console \
    && mkdir /programs \
    && cd target/release && cp onboarding relationship ordering console /programs/

# A service writes files only with an embedded database, to /data: mount a volume there.
FROM ${BASE} AS onboarding
ARG CSP_COMMIT=unknown
LABEL org.opencontainers.image.title="csp-channel onboarding" \
      org.opencontainers.image.revision="${CSP_COMMIT}"
COPY --from=build /programs/onboarding /usr/bin/onboarding
WORKDIR /
USER 65532:65532
EXPOSE 50051
ENTRYPOINT ["/usr/bin/onboarding"]

FROM ${BASE} AS relationship
ARG CSP_COMMIT=unknown
LABEL org.opencontainers.image.title="csp-channel relationship" \
      org.opencontainers.image.revision="${CSP_COMMIT}"
COPY --from=build /programs/relationship /usr/bin/relationship
WORKDIR /
USER 65532:65532
EXPOSE 50052
ENTRYPOINT ["/usr/bin/relationship"]

FROM ${BASE} AS ordering
ARG CSP_COMMIT=unknown
LABEL org.opencontainers.image.title="csp-channel ordering" \
      org.opencontainers.image.revision="${CSP_COMMIT}"
COPY --from=build /programs/ordering /usr/bin/ordering
WORKDIR /
USER 65532:65532
EXPOSE 50053
ENTRYPOINT ["/usr/bin/ordering"]

FROM ${BASE} AS console
ARG CSP_COMMIT=unknown
LABEL org.opencontainers.image.title="csp-channel console" \
      org.opencontainers.image.revision="${CSP_COMMIT}"
COPY --from=build /programs/console /usr/bin/console
WORKDIR /
USER 65532:65532
EXPOSE 50050
ENTRYPOINT ["/usr/bin/console"]
