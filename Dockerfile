# All programs from one fresh clone: docker build --target service --build-arg MODULE=ingest-service .
# Targets: service (ingest, clean, train, serve), worker, tools (./loramill topics, ./loramill base).
# docker-compose.yml at the top builds and runs them all.
ARG JAVA=25.0.3_9
ARG NODE=24.11.1

FROM node:${NODE}-bookworm-slim AS node

FROM eclipse-temurin:${JAVA}-jdk-noble AS build
# npm fetches the current llama.cpp libraries; nothing of it is left in the images.
COPY --from=node /usr/local/bin/node /usr/local/bin/node
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/root/.m2 \
    ./mvnw -B -ntp package -Dmaven.test.skip=true -pl '!end-to-end-tests'
RUN java -cp 'deploy/local/target/lib/*' dev.loramill.llama.cli.LlamaCommand \
    natives fetch --home /home-of-natives

FROM eclipse-temurin:${JAVA}-jre-noble AS runtime
# libgomp: java-llama.cpp and libtorch compute with it.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --home-dir /work --no-create-home --shell /usr/sbin/nologin loramill \
    && install -d -o loramill -g loramill /data /work /state
COPY --from=build /source/deploy/compose/start /source/deploy/compose/healthy /opt/loramill/bin/
COPY --from=build /home-of-natives /opt/loramill/home
# Where llama.cpp's libraries are looked for; all data lies elsewhere.
ENV LORAMILL_HOME=/opt/loramill/home
USER loramill
WORKDIR /opt/loramill
ENTRYPOINT ["/opt/loramill/bin/start"]

FROM runtime AS service
ARG MODULE
COPY --from=build /source/${MODULE}/target/quarkus-app /opt/loramill/app

FROM runtime AS worker
COPY --from=build /source/train-worker/target/quarkus-app /opt/loramill/app
COPY --from=build /source/trainer/target/app /opt/loramill/trainer
ENV LORAMILL_WORKER_TRAINER_DIRECTORY=/opt/loramill/trainer

FROM runtime AS tools
COPY --from=build /source/deploy/local/target/loramill-local-*.jar /source/deploy/local/target/lib/ /opt/loramill/tools/
ENTRYPOINT ["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED", \
            "-cp", "/opt/loramill/tools/*", "dev.loramill.local.cli.LoramillCommand"]
