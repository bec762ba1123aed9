/*
 * The one door to the project's scripts: `node hack/bootstrap.mjs SCRIPT [ARGUMENT…]`. It runs on any Node from 20 and
 * needs nothing installed: it installs the dependencies if they do not fit package-lock.json, and then runs the script
 * on the project's own Node. It is plain JavaScript because older versions of Node do not strip types.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const oldestNodeMajor = 20;

/** What is wrong with this Node, or undefined. */
function nodeComplaint(version) {
  if (Number(version.split('.')[0]) >= oldestNodeMajor) return undefined;
  return `vmfabric's scripts need Node ${oldestNodeMajor} or newer to start, and this is ${version}: install a newer one, for example from https://nodejs.org.`;
}

/** What the dependencies are installed for: a lock file, and the kind of machine, as some packages are binaries. */
function lockStamp(lockText, platform, arch) {
  return `${createHash('sha256').update(lockText).digest('hex')} ${platform}-${arch}`;
}

/** Whether what npm says it installed (its hidden lock file) is what the lock file asks for. */
function installedFits(lockText, hiddenLockText) {
  const wanted = JSON.parse(lockText).packages;
  const installed = JSON.parse(hiddenLockText).packages;
  const same = (path) => JSON.stringify(wanted[path]) === JSON.stringify(installed[path]);
  const required = Object.keys(wanted).filter((path) => path && !wanted[path].optional);
  return required.every((path) => path in installed) && Object.keys(installed).every(same);
}

/** Whether node_modules of `root` fits its lock file; remembers in a stamp that it does. */
function dependenciesFit(root, machine = process) {
  const modules = join(root, 'node_modules');
  if (!existsSync(join(modules, '.bin', 'node'))) return false;
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = lockStamp(lockText, machine.platform, machine.arch);
  const stampPath = join(modules, '.vmfabric-lock');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return true;
  // A stamp of another machine's kind tells of other binaries, whatever the versions are.
  if (existsSync(stampPath) && !readFileSync(stampPath, 'utf8').endsWith(stamp.split(' ')[1])) return false;
  const hiddenPath = join(modules, '.package-lock.json');
  // Installed by hand with `npm ci` or `npm install`: that is as good as by us.
  if (!existsSync(hiddenPath) || !installedFits(lockText, readFileSync(hiddenPath, 'utf8'))) return false;
  remember(stampPath, stamp);
  return true;
}

function remember(stampPath, stamp) {
  try {
    writeFileSync(stampPath, stamp);
  } catch (error) {
    // Another user's checkout: it only means that the next run looks again.
    if (error.code !== 'EACCES' && error.code !== 'EROFS') throw error;
  }
}

async function installDependencies(root) {
  const started = Date.now();
  process.stdout.write('Installing the dependencies (npm ci) …\n');
  const outcome = await npmCi(root);
  if (outcome.signal) process.exit(exitCodeOf(outcome.signal));
  if (outcome.error || outcome.code !== 0) fail(installComplaint(outcome));
  if (!existsSync(join(root, 'node_modules', '.bin', 'node'))) {
    fail(
      'npm ci brought no Node of the project: let the package "node" run its install script (npm config set ignore-scripts false), then run this again.',
    );
  }
  const lockText = readFileSync(join(root, 'package-lock.json'), 'utf8');
  remember(join(root, 'node_modules', '.vmfabric-lock'), lockStamp(lockText, process.platform, process.arch));
  process.stdout.write(`Installed the dependencies in ${Math.round((Date.now() - started) / 1000)} s.\n`);
}

function npmCi(root) {
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const child = spawn('npm', args, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  forwardSignals(child);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ error, stderr }));
    child.on('close', (code, signal) => resolve({ code, signal: signal || interruptedBy, stderr }));
  });
}

/** One sentence for an `npm ci` that failed. */
function installComplaint({ error, stderr }) {
  if (error) return `npm does not run (${error.message}): install npm, then run this again.`;
  const output = String(stderr);
  const cause = /npm (?:error|ERR!) (?:code )?(E[A-Z0-9_]+)/.exec(output)?.[1];
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(output);
  if (offline) {
    return `The dependencies cannot be installed, as npm's registry is not reached (${cause}): connect this machine, or set another registry with npm config set registry URL.`;
  }
  const reason = /^npm (?:error|ERR!) (?!code|A complete log)(.*)$/m.exec(output)?.[1];
  const first = reason || cause || 'no reason given';
  return `npm ci failed (${first}): run npm ci by hand to see all of it.`;
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

let interruptedBy;

/**
 * A Ctrl-C reaches the whole foreground process group, and npm forwards it besides. The child takes down what it put
 * up, which may take a while, so it is told once, waited for, and never killed here.
 */
function forwardSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    let forwarded = false;
    const forward = () => {
      interruptedBy = signal;
      if (!forwarded) child.kill(signal);
      forwarded = true;
    };
    process.on(signal, forward);
    child.on('exit', () => process.removeListener(signal, forward));
  }
}

/** Runs the script on the project's Node and ends as it does. */
function runScript(root, script, args) {
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH || ''}` };
  const child = spawn(join(bin, 'node'), [join(root, script), ...args], { stdio: 'inherit', env });
  forwardSignals(child);
  child.on('error', (error) =>
    fail(`The project's own Node does not run (${error.message}): delete node_modules, then run this again.`),
  );
  child.on('exit', (code, signal) => process.exit(signal ? exitCodeOf(signal) : code));
}

const exitCodeOf = (signal) => 128 + constants.signals[signal];

async function main() {
  const complaint = nodeComplaint(process.versions.node);
  if (complaint) fail(complaint);
  const root = join(dirname(fileURLToPath(import.meta.url)), '..');
  const [script, ...args] = process.argv.slice(2);
  if (!script) fail('Name the script to run: node hack/bootstrap.mjs SCRIPT [ARGUMENT…].');
  if (!dependenciesFit(root)) await installDependencies(root);
  runScript(root, script, args);
}

main();
