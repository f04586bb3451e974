# The service's image: `docker build .` makes `service`, what workers, schedule and migration run as.
# `--target try` makes the same with the test server of Azure Files, a mail catcher and a seeder on top.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS installer
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1 UV_LINK_MODE=copy
# What installs and builds, then what runs: each pinned by hash, each its own layer.
COPY tooling/requirements-build.txt tooling/
RUN python3 -m venv /opt/build \
 && /opt/build/bin/python -m pip install -q --require-hashes -r tooling/requirements-build.txt
COPY requirements.txt .
RUN python3 -m venv --without-pip /opt/hamlet \
 && /opt/build/bin/uv pip install -q --python /opt/hamlet/bin/python --compile-bytecode --require-hashes -r requirements.txt

FROM installer AS builder
COPY pyproject.toml README.md ./
COPY deploy/trials deploy/trials
COPY ingest ingest
COPY workers workers
RUN PATH=/opt/build/bin:$PATH /opt/build/bin/hatchling build -t wheel -d /build/dist \
 && /opt/build/bin/uv pip install -q --python /opt/hamlet/bin/python --compile-bytecode --no-deps dist/*.whl

FROM ${BASE} AS service
# tini is process 1: it passes signals on and buries dead children. Tesseract looks for text in pictures; empty: none.
ARG OCR=tesseract-ocr
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends tini ${OCR} \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/log/*.log /var/log/apt
ARG UID=10001
RUN groupadd --gid ${UID} ingest && useradd --uid ${UID} --gid ${UID} --no-create-home --home-dir /tmp --shell /usr/sbin/nologin ingest \
 && install -d -o ${UID} -g ${UID} -m 0750 /data /shares
COPY --from=builder /opt/hamlet /opt/hamlet
# REMAP_SIGTERM: a worker that is stopped gives its task back within its soft shutdown time (workers/app.py).
ENV PATH=/opt/hamlet/bin:$PATH \
    PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONFAULTHANDLER=1 \
    MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 \
    REMAP_SIGTERM=SIGQUIT \
    INGEST_DATA_DIR=/data
WORKDIR /data
USER ${UID}:${UID}
ENTRYPOINT ["/usr/bin/tini", "--"]
CMD ["ingest", "--help"]
HEALTHCHECK --interval=60s --timeout=90s --start-period=60s --retries=3 CMD ["ingest", "health"]

FROM installer AS catcher
COPY deploy/try/requirements.txt .
RUN /opt/build/bin/uv pip install -q --python /opt/hamlet/bin/python --target /opt/catcher --require-hashes -r requirements.txt

FROM service AS try
ENV PYTHONPATH=/opt/try:/opt/catcher
USER root
RUN install -d -o 10001 -g 10001 /certificates
COPY --from=catcher /opt/catcher /opt/catcher
COPY tests/__init__.py /opt/try/tests/__init__.py
COPY tests/filerest /opt/try/tests/filerest
COPY deploy/try/*.py /opt/try/
WORKDIR /opt/try
USER 10001:10001
HEALTHCHECK NONE

# The last stage is what `docker build .` makes.
FROM service
