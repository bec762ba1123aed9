import { errorCodeName, LibvirtError } from 'node-libvirt';

/** What a client says of an operation: its answer, or libvirt's error. */
export interface Outcome {
  answer?: unknown;
  error?: ErrorFacts;
}

export interface ErrorFacts {
  /** libvirt's name of it, `NO_DOMAIN`. */
  code: string;
  domain: number;
  level: number;
  message: string;
}

/** What comes of a call by this client; any failure that is not libvirt's own is thrown. */
export async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { answer: await call() };
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    return { error: factsOf(error) };
  }
}

function factsOf({ code, domain, level, message, procedure }: LibvirtError): ErrorFacts {
  const [before, after] = [`${procedure}: `, ` (${errorCodeName(code)})`];
  if (!message.startsWith(before) || !message.endsWith(after))
    throw new Error(`not in the form of PROCEDURE: MESSAGE (CODE): ${message}`);
  const said = message.slice(before.length, -after.length);
  return { code: errorCodeName(code), domain, level, message: said };
}
