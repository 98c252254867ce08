# copydesk run, and a Prefect worker, as a user without rights (1000, who must be allowed to write /data):
#   docker build -t copydesk .
#   docker run --rm -v "$PWD/bundle:/bundle:ro" -v "$PWD/data:/data" copydesk run /bundle --out /data
# Deployments are made from the image, for they say where the worker finds the code; server:4200 stands for a Prefect server of yours:
#   docker run --rm -e PREFECT_API_URL=http://server:4200/api --entrypoint prefect copydesk work-pool create copydesk --type process
#   docker run --rm -e PREFECT_API_URL=http://server:4200/api --entrypoint prefect copydesk deploy --all
#   docker run --rm -e PREFECT_API_URL=http://server:4200/api -v "$PWD/inbox:/inbox" -v "$PWD/data:/data" --entrypoint prefect copydesk worker start --pool copydesk
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 copydesk
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock -c requirements.lock
COPY pyproject.toml README.md prefect.yaml ./
COPY config config
COPY flows flows
COPY tasks tasks
RUN pip install --no-cache-dir --no-deps --no-build-isolation --no-index -e . && python -m compileall -q flows tasks

USER copydesk
# Prefect's database, migrated once for the image rather than for each container.
RUN python -m flows.home
ENV COPYDESK_HOME=/app COPYDESK_SCHEDULE__INBOX=/inbox COPYDESK_SCHEDULE__OUTPUT=/data
ENTRYPOINT ["copydesk"]
CMD ["--help"]
