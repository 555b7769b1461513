# The images of the services, one target each: docker build --target ordering .
# Any builder does that knows cache mounts (docker, podman, buildah).

# glibc and libgcc, no shell, no package manager. Static linking would cost glibc's resolver, which
# loads its modules when it runs, or mean musl and its slower allocator.
ARG BASE=gcr.io/distroless/cc-debian12:nonroot

FROM docker.io/library/rust:1.95.0-slim-bookworm AS build
# The image has this toolchain and no other; rust-toolchain.toml also asks for tools to develop with.
ENV RUSTUP_TOOLCHAIN=1.95.0
# What `--version` tells; git's folder is not sent to the builder.
ARG CSP_COMMIT=unknown
WORKDIR /src
COPY . .
# What is compiled stays in the caches, so that a change builds what it touches.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked -p onboarding -p relationship -p ordering \
    && mkdir /programs \
    && cp target/release/onboarding target/release/relationship target/release/ordering /programs/

# Only with an embedded database does a service write, to /data: mount a volume there.
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
