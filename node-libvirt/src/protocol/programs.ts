/** Program numbers; each program counts its own procedures. */
export const Program = {
  Remote: 0x20008086,
  Qemu: 0x20008087,
  Keepalive: 0x6b656570,
} as const;
export type Program = (typeof Program)[keyof typeof Program];

/** The version of every program. It never changed; a server with another one answers with an error. */
export const programVersion = 1;
