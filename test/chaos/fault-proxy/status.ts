/** A refusal as the API server words it: `metav1.Status`. */
export function statusBody(code: number, reason: string | undefined, message: string): object {
  return {
    ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' },
    ...{ message, reason: reason ?? reasons[code] ?? 'InternalError', code },
  };
}

/** The last line of a watch whose resourceVersion is no longer to be had. */
export const expiredEvent = `${JSON.stringify({
  type: 'ERROR',
  object: statusBody(410, 'Expired', 'The resourceVersion for the provided watch is too old.'),
})}\n`;

const reasons: Record<number, string> = {
  401: 'Unauthorized',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};
