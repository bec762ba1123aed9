import { Session } from 'node:inspector';

/**
 * The keys of all Maps and the members of all Sets that are reachable in this process and that `pattern` fits, whoever
 * keeps them: by the debugger, as no code could reach private ones.
 */
export function liveKeys(pattern: RegExp): string[] {
  const session = new Session();
  session.connect();
  try {
    return [Map, Set].flatMap((type) => keysIn(session, type.name, pattern));
  } finally {
    session.disconnect();
  }
}

function keysIn(session: Session, type: string, pattern: RegExp): string[] {
  const prototype = objectIdOf(session, 'Runtime.evaluate', { expression: `${type}.prototype` });
  const all = objectIdOf(session, 'Runtime.queryObjects', { prototypeObjectId: prototype });
  // Prototypes of classes that extend it are no collections, and throw.
  const search = `function () {
    const keys = (one) => { try { return [...${type}.prototype.keys.call(one)]; } catch { return []; } };
    return this.flatMap((one) => keys(one).filter((key) => typeof key === 'string' && ${pattern}.test(key)));
  }`;
  const found = call(session, 'Runtime.callFunctionOn', {
    objectId: all,
    functionDeclaration: search,
    returnByValue: true,
  }) as { result: { value: string[] } };
  return found.result.value;
}

function objectIdOf(session: Session, method: string, parameters: object): string {
  const { result, objects } = call(session, method, parameters) as {
    result?: { objectId: string };
    objects?: { objectId: string };
  };
  const id = (result ?? objects)?.objectId;
  if (id === undefined) throw new Error(`${method} gave no object`);
  return id;
}

/** Within one process the answer is there before `post` returns. */
function call(session: Session, method: string, parameters: object): unknown {
  let answer: unknown;
  session.post(method, parameters, (error, result) => {
    if (error) throw new Error(`${method}: ${error.message}`);
    answer = result;
  });
  return answer;
}
