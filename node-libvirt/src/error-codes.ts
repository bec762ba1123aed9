/**
 * Codes of libvirt's errors that callers tell apart (libvirt: virErrorNumber).
 * A server may send any other number; `LibvirtError.code` always holds the number itself.
 */
export const ErrorCode = {
  INTERNAL_ERROR: 1,
  NO_MEMORY: 2,
  NO_SUPPORT: 3,
  NO_CONNECT: 5,
  INVALID_ARG: 8,
  OPERATION_FAILED: 9,
  NO_DEVICE: 23,
  XML_ERROR: 27,
  DOM_EXIST: 28,
  OPERATION_DENIED: 29,
  XML_DETAIL: 35,
  NETWORK_EXIST: 37,
  SYSTEM_ERROR: 38,
  RPC: 39,
  GNUTLS_ERROR: 40,
  NO_DOMAIN: 42,
  NO_NETWORK: 43,
  AUTH_FAILED: 45,
  NO_STORAGE_POOL: 49,
  NO_STORAGE_VOL: 50,
  NO_NODE_DEVICE: 53,
  OPERATION_INVALID: 55,
  NO_INTERFACE: 57,
  NO_NWFILTER: 62,
  NO_SECRET: 66,
  CONFIG_UNSUPPORTED: 67,
  OPERATION_TIMEOUT: 68,
  NO_DOMAIN_SNAPSHOT: 72,
  ARGUMENT_UNSUPPORTED: 74,
  OPERATION_ABORTED: 78,
  AUTH_CANCELLED: 79,
  NO_DOMAIN_METADATA: 80,
  MIGRATE_UNSAFE: 81,
  OPERATION_UNSUPPORTED: 84,
  AGENT_UNRESPONSIVE: 86,
  RESOURCE_BUSY: 87,
  ACCESS_DENIED: 88,
  STORAGE_VOL_EXIST: 90,
  CPU_INCOMPATIBLE: 91,
  XML_INVALID_SCHEMA: 92,
  AUTH_UNAVAILABLE: 94,
  AGENT_UNSYNCED: 97,
  DEVICE_MISSING: 99,
  NO_DOMAIN_CHECKPOINT: 103,
  NO_DOMAIN_BACKUP: 104,
  NO_HOSTNAME: 108,
  MULTIPLE_DOMAINS: 110,
} as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** Part of libvirt that an error comes from (libvirt: virErrorDomain). */
export const ErrorDomain = {
  NONE: 0,
  XML: 5,
  DOM: 6,
  RPC: 7,
  CONF: 9,
  QEMU: 10,
  NET: 11,
  TEST: 12,
  REMOTE: 13,
  STORAGE: 18,
  NETWORK: 19,
  DOMAIN: 20,
  NODEDEV: 22,
  SECURITY: 24,
  SECRET: 30,
  CPU: 31,
  NWFILTER: 33,
  DOMAIN_SNAPSHOT: 35,
  STREAMS: 38,
  EVENT: 40,
  CAPABILITIES: 44,
  URI: 45,
  AUTH: 46,
  CGROUP: 54,
  ACCESS: 55,
  POLKIT: 60,
  DOMAIN_CHECKPOINT: 69,
} as const;
export type ErrorDomain = (typeof ErrorDomain)[keyof typeof ErrorDomain];

/** The same call may succeed later without anybody changing anything. */
const retryableCodes: ReadonlySet<number> = new Set([
  ErrorCode.NO_MEMORY,
  ErrorCode.OPERATION_TIMEOUT,
  ErrorCode.AGENT_UNRESPONSIVE,
  ErrorCode.RESOURCE_BUSY,
  ErrorCode.AGENT_UNSYNCED,
]);

const namesByCode: ReadonlyMap<number, string> = new Map(
  Object.entries(ErrorCode).map(([name, code]) => [code, name]),
);

export function isRetryableCode(code: number): boolean {
  return retryableCodes.has(code);
}

/** `NO_DOMAIN` for 42; `ERROR_n` for numbers outside the table. */
export function errorCodeName(code: number): string {
  return namesByCode.get(code) ?? `ERROR_${code}`;
}
