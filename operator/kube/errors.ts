/** What was asked of the API server, for error messages. */
export interface ApiCall {
  /** get, list, watch, create, apply, patch status, … */
  verb: string;
  kind: string;
  /** `namespace/name`; absent for lists and watches of everything. */
  key?: string;
}

/** The part of a `metav1.Status` that says what went wrong. */
export interface ApiFailure {
  code: number;
  reason?: string;
  message?: string;
  /** From the Retry-After header or details.retryAfterSeconds. */
  retryAfterMs?: number;
  /** Reasons in details.causes. */
  causes?: readonly string[];
}

/** The API server's refusal, as HTTP status or as ERROR event of a watch. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status code. */
  readonly code: number;
  /** Kubernetes reason: NotFound, Conflict, AlreadyExists, Expired, … */
  readonly reason: string;
  readonly retryAfterMs?: number;
  readonly #causes: readonly string[];

  constructor(call: ApiCall, failure: ApiFailure) {
    const reason = failure.reason || reasonOf(failure.code);
    super(`${describe(call)}: ${failure.message || 'no message'} (${failure.code} ${reason})`);
    this.code = failure.code;
    this.reason = reason;
    this.#causes = failure.causes ?? [];
    if (failure.retryAfterMs !== undefined) this.retryAfterMs = failure.retryAfterMs;
  }

  get isNotFound(): boolean {
    return this.code === 404;
  }

  /** The object changed since it was read, or another field manager owns a field. AlreadyExists is not meant. */
  get isConflict(): boolean {
    return this.code === 409 && this.reason !== 'AlreadyExists';
  }

  get isAlreadyExists(): boolean {
    return this.code === 409 && this.reason === 'AlreadyExists';
  }

  /** The resourceVersion or the page is no longer to be had: list again. */
  get isExpired(): boolean {
    return this.code === 410;
  }

  /** The server has not seen the version asked for: it lags, or its storage was restored from a backup. */
  get isVersionTooLarge(): boolean {
    return this.#causes.includes('ResourceVersionTooLarge');
  }

  get isForbidden(): boolean {
    return this.code === 403;
  }

  /** The object breaks a rule of its schema or of the API server. */
  get isInvalid(): boolean {
    return this.code === 422 || this.code === 400;
  }

  /** Whether the very same call may succeed later with nothing else changed. */
  get retryable(): boolean {
    return this.code === 429 || this.code === 408 || this.code >= 500;
  }
}

/** No answer came from the API server. The call may or may not have taken effect. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly retryable = true;

  constructor(call: ApiCall, server: string, cause: unknown) {
    super(`${describe(call)}: no answer from ${server}: ${messageOf(cause)}`, { cause });
  }
}

function describe({ verb, kind, key }: ApiCall): string {
  return key ? `${verb} ${kind} ${key}` : `${verb} ${kind}`;
}

function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = 'code' in cause ? ` (${String(cause.code)})` : '';
  return (cause.message || cause.name) + code;
}

const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Expired',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function reasonOf(code: number): string {
  return reasons[code] ?? 'Unknown';
}

/** Whether `error` is a refusal with 409 because the object changed: expected, cured by reading again. */
export function isConflict(error: unknown): boolean {
  return error instanceof ApiError && error.isConflict;
}
