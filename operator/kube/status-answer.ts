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

/** What a refusal says. Proxies and overloaded servers answer in plain text, which then is the message. */
export async function failureOf(answer: Dispatcher.ResponseData): Promise<ApiFailure> {
  const text = await answer.body.text().catch(() => '');
  const body = parseStatus(text);
  const header = Number(answer.headers['retry-after']);
  const failure = body
    ? failureOfStatus(body)
    : { code: answer.statusCode, message: text.trim().slice(0, 300) };
  const hasHeader = Number.isFinite(header) && answer.headers['retry-after'] !== undefined;
  return { ...failure, code: answer.statusCode, ...(hasHeader ? { retryAfterMs: header * 1000 } : {}) };
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
