# An image that serves the gateway; addresses and secrets of sources come from the environment, data in /data.
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock .
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.11-slim
WORKDIR /app
RUN useradd --system gateway && mkdir /data && chown gateway /data
COPY --from=build /app/.venv .venv
COPY schema schema
COPY connectors connectors
COPY gateway gateway
COPY config config
USER gateway
VOLUME /data
EXPOSE 8088
ENTRYPOINT [".venv/bin/python", "-m", "gateway"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/data"]
