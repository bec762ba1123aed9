import type { Dispatcher } from 'undici';
import type { ApiFailure } from './errors.ts';

/** The members of `metav1.Status` that are read. */
export interface StatusBody {
  kind?: string;
  code?: number;
  reason?: string;
  message?: string;
  details?: { retryAfterSeconds?: number; causes?: readonly { reason?: string }[] };
}

/** What a refusal says at the time `now`. Proxies and overloaded servers answer in plain text, which then is the message. */
export async function failureOf(answer: Dispatcher.ResponseData, now: Date): Promise<ApiFailure> {
  const text = await answer.body.text().catch(() => '');
  const body = parseStatus(text);
  const failure = body
    ? failureOfStatus(body)
    : { code: answer.statusCode, message: text.trim().slice(0, 300) };
  const retryAfterMs = waitOf(answer.headers['retry-after'], now);
  return { ...failure, code: answer.statusCode, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** A Retry-After header is a number of seconds or a date (RFC 9110); anything else says nothing. */
function waitOf(header: string | string[] | undefined, now: Date): number | undefined {
  if (typeof header !== 'string') return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now.getTime());
}

export function failureOfStatus({ code, reason, message, details }: StatusBody): ApiFailure {
  const seconds = details?.retryAfterSeconds;
  const causes = details?.causes?.flatMap(({ reason: cause }) => cause ?? []);
  return {
    code: code ?? 500,
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    ...(seconds ? { retryAfterMs: seconds * 1000 } : {}),
    ...(causes ? { causes } : {}),
  };
}

function parseStatus(text: string): StatusBody | undefined {
  try {
    const body = JSON.parse(text) as StatusBody | null;
    return body?.kind === 'Status' ? body : undefined;
  } catch {
    return undefined;
  }
}
