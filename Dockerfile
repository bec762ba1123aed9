# The operator's image. Any image with Node 24 or newer, npm and a shell will do as its base.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
COPY node-libvirt/package.json node-libvirt/
# No package that the operator runs with needs a script to install; the cache would only stay in this stage's layer.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund --cache /tmp/npm

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="vmfabric" \
      org.opencontainers.image.description="An operator that turns bare-metal libvirt hosts into one large virtualized computer" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
WORKDIR /app
# Its link to node-libvirt leads out of node_modules, inside of which Node would not strip types.
COPY --from=dependencies /app/node_modules node_modules
COPY LICENSE package.json ./
COPY node-libvirt node-libvirt
COPY operator operator
# By number, so that a cluster can tell that it is not root.
USER 65532:65532
EXPOSE 8080
CMD ["node", "operator/main.ts"]
