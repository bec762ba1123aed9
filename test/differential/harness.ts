import type { Libvirt } from '../../node-libvirt/drift/libvirt.ts';
import { refusedMark } from './frames.ts';

/** Definitions that `rpcgen` makes C of, in an order in which each finds what it uses. */
export const definitions = {
  virnetprotocol: 'src/rpc/virnetprotocol.x',
  remote_protocol: 'src/remote/remote_protocol.x',
  qemu_protocol: 'src/remote/qemu_protocol.x',
} as const;

/**
 * Headers that stand in for those of libvirt which the C made by `rpcgen` includes. Of all that they hold it uses the
 * lengths of buffers, and the numbers of the types of typed parameters.
 */
export function standIns(release: Libvirt): Record<string, string> {
  const lengths = [...release.remote.constants].filter(([name]) => /^VIR_\w+_BUFLEN$/.test(name));
  const types = (release.enums.get('virTypedParameterType') ?? []).map(({ name, value }) => [name, value]);
  const defines = [...lengths, ...types].map(([name, value]) => `#define ${name} ${value}\n`);
  return {
    'libvirt/libvirt.h': defines.join(''),
    'internal.h': '#include <libvirt/libvirt.h>\n',
    'virxdrdefs.h': '',
    'virsocket.h': '',
  };
}

/**
 * A C program that decodes each frame on its input as one of the structs and writes what it encodes of that again; the
 * format is that of frames.ts. It ends with 0 after the last frame.
 */
export function harnessSource(structs: readonly string[]): string {
  return `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
${Object.keys(definitions)
  .map((name) => `#include "${name}.c"`)
  .join('\n')}

static const struct { xdrproc_t proc; size_t size; } types[] = {
${structs.map((struct) => `  { (xdrproc_t) xdr_${struct}, sizeof(${struct}) },`).join('\n')}
};

static void put(uint32_t number) {
  uint32_t sent = htonl(number);
  fwrite(&sent, sizeof sent, 1, stdout);
}

static void answer(uint32_t type, char *bytes, uint32_t length) {
  XDR decoder, encoder;
  void *value = calloc(1, types[type].size);
  xdrmem_create(&decoder, bytes, length, XDR_DECODE);
  if (types[type].proc(&decoder, value)) {
    uint32_t consumed = xdr_getpos(&decoder);
    char *encoded = calloc(1, consumed + 4);
    xdrmem_create(&encoder, encoded, consumed + 4, XDR_ENCODE);
    if (!types[type].proc(&encoder, value)) exit(2);
    put(xdr_getpos(&encoder));
    put(consumed);
    fwrite(encoded, 1, xdr_getpos(&encoder), stdout);
    free(encoded);
  } else {
    put(${refusedMark}u);
  }
  xdr_free(types[type].proc, value);
  free(value);
}

int main(void) {
  uint32_t head[2];
  while (fread(head, sizeof head, 1, stdin) == 1) {
    uint32_t type = ntohl(head[0]), length = ntohl(head[1]);
    char *bytes = malloc(length + 4);
    if (type >= sizeof types / sizeof types[0] || fread(bytes, 1, length, stdin) != length) return 3;
    answer(type, bytes, length);
    free(bytes);
  }
  return 0;
}
`;
}
