import { type DestinationStream, type LevelWithSilent, type Logger, pino, stdSerializers } from 'pino';

export interface LogOptions {
  /** Default info. */
  level?: LevelWithSilent;
  /** Default: standard output. */
  destination?: DestinationStream;
}

/** Members that hold secrets, wherever they turn up to four levels deep. */
const secretNames = [
  'password',
  'passphrase',
  'token',
  'authorization',
  'privateKey',
  'clientKey',
  'keyPem',
  'userData',
  'networkData',
  'stringData',
  'secret',
];

/**
 * The program's log: a line of JSON per event on standard output, at ISO time, errors under `err`. Values under names
 * that hold secrets (passwords, tokens, keys, cloud-init) are blanked out.
 */
export function createLog(options: LogOptions = {}): Logger {
  const settings = {
    level: options.level ?? 'info',
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.errWithCause },
    redact: { paths: secretPaths(), censor: '[redacted]' },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

function secretPaths(): string[] {
  const depths = ['', '*.', '*.*.', '*.*.*.'];
  return depths.flatMap((depth) => secretNames.map((name) => `${depth}${name}`));
}
