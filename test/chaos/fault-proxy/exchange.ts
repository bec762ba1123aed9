import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type Clock, sleep } from '../../../operator/kube/clock.ts';
import { type Call, callOf } from './call.ts';
import { LiveWatch } from './live-watch.ts';
import type { RecordedCall, Recording } from './recording.ts';
import { type Fault, isWatchFault } from './rule.ts';
import type { ActiveRule, RuleBook } from './rule-book.ts';
import { statusBody } from './status.ts';
import { passedOn, type Upstream } from './upstream.ts';

export interface ExchangeParts {
  upstream: Upstream;
  rules: RuleBook;
  recording: Recording;
  watches: Set<LiveWatch>;
  clock: Clock;
  /** Breaks a caller's connection. */
  reset: (socket: TLSSocket) => void;
}

/** One request and its answer, with what the rules do to them. */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #request: IncomingMessage;
  readonly #caller: ServerResponse;
  readonly #call: Call;
  readonly #recorded: RecordedCall;
  readonly #rule: ActiveRule | undefined;

  constructor(parts: ExchangeParts, request: IncomingMessage, caller: ServerResponse) {
    this.#parts = parts;
    this.#request = request;
    this.#caller = caller;
    this.#call = callOf(request.method ?? 'GET', request.url ?? '/');
    this.#recorded = parts.recording.add(this.#call);
    this.#rule = parts.rules.claim(this.#call, (fault) => !isWatchFault(fault));
    if (this.#rule) this.#recorded.fault = this.#rule.rule.fault.kind;
  }

  /** Never rejects: an API server that cannot be reached is a connection that breaks. */
  async run(): Promise<void> {
    try {
      const body = await bodyOf(this.#request);
      const fault = this.#rule?.rule.fault;
      if (fault && this.#keepFromServer(fault)) this.#rule?.fire(this.#call);
      else await this.#passOn(body, fault);
    } catch {
      this.#reset();
    }
  }

  /** Whether the server is to hear nothing of the call. */
  #keepFromServer(fault: Fault): boolean {
    if (fault.kind === 'reset') this.#reset();
    else if (fault.kind === 'refuse') this.#refuse(fault);
    else return fault.kind === 'drop';
    return true;
  }

  #refuse({ code, reason, retryAfterSeconds }: Extract<Fault, { kind: 'refuse' }>): void {
    const retryAfter = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    this.#caller.writeHead(code, { 'content-type': 'application/json', ...retryAfter });
    this.#caller.end(JSON.stringify(statusBody(code, reason, 'refused by a rule of the fault proxy')));
  }

  async #passOn(body: Buffer, fault: Fault | undefined): Promise<void> {
    const certificate = this.#parts.upstream.certificateOf(this.#request.socket as TLSSocket);
    if (certificate === 'foreign') {
      return this.#refuse({ kind: 'refuse', code: 401 });
    }
    if (fault?.kind === 'delay') await sleep(this.#parts.clock, fault.ms);
    const { method = 'GET', headers, url = '/' } = this.#request;
    const path = fault ? aged(url, fault) : url;
    const isCertified = certificate === 'ours';
    const answer = await this.#parts.upstream.send({ method, path, headers, body, isCertified });
    this.#recorded.code = answer.statusCode ?? 0;
    await this.#answer(answer, fault);
  }

  async #answer(answer: IncomingMessage, fault: Fault | undefined): Promise<void> {
    if (fault?.kind === 'lose-answer') {
      await bodyOf(answer);
      this.#rule?.fire(this.#call);
      return fault.by === 'reset' ? this.#reset() : undefined;
    }
    this.#caller.writeHead(answer.statusCode ?? 502, passedOn(answer.headers));
    if (fault?.kind === 'truncate') await this.#truncate(answer);
    else if (this.#call.verb === 'watch' && answer.statusCode === 200) this.#watch(answer);
    else answer.on('error', () => this.#reset()).pipe(this.#caller);
    this.#rule?.fire(this.#call);
  }

  async #truncate(answer: IncomingMessage): Promise<void> {
    const body = this.#call.verb === 'watch' ? await firstOf(answer) : await bodyOf(answer);
    // Written before the reset: it must not overtake the half that is to arrive.
    await new Promise((resolve) => this.#caller.write(body.subarray(0, body.length / 2), resolve));
    this.#reset();
  }

  #watch(answer: IncomingMessage): void {
    const { rules, watches, clock } = this.#parts;
    // The head must not wait for the first event, which may be long in coming.
    this.#caller.flushHeaders();
    const watch = new LiveWatch({
      ...{ call: this.#call, answer, caller: this.#caller, clock },
      reset: () => this.#reset(),
    });
    watches.add(watch);
    this.#caller.on('close', () => {
      watches.delete(watch);
      watch.close();
    });
    const rule = rules.claim(this.#call, isWatchFault);
    if (!rule || !isWatchFault(rule.rule.fault)) return;
    this.#recorded.fault = rule.rule.fault.kind;
    watch.suffer(rule, rule.rule.fault);
  }

  #reset(): void {
    this.#parts.reset(this.#request.socket as TLSSocket);
  }
}

/** The same request for an older state, when the rule says so. A page that continues another is of its state already. */
function aged(path: string, fault: Fault): string {
  if (fault.kind !== 'stale-list' && fault.kind !== 'rewind') return path;
  const url = new URL(path, 'https://api');
  if (url.searchParams.has('continue')) return path;
  url.searchParams.set('resourceVersion', fault.resourceVersion);
  if (fault.kind === 'stale-list') url.searchParams.set('resourceVersionMatch', 'Exact');
  return url.pathname + url.search;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The first piece of an answer, of which the rest is not wanted. */
async function firstOf(message: IncomingMessage): Promise<Buffer> {
  for await (const chunk of message) return chunk as Buffer;
  return Buffer.alloc(0);
}
