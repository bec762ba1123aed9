import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { node, npm, tsc } from './commands.ts';

/** How a program finds modules: as Node does, or as bundlers do. */
export type Resolution = 'nodenext' | 'bundler';

/** A project of somebody who has installed the package: its types are as strict as can be, and it has no other package. */
export class Consumer {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes the project, with what is in `programs/`, and installs `tarball` into it, without any network. */
  async install(tarball: string): Promise<void> {
    await mkdir(this.folder);
    await cp(join(import.meta.dirname, 'programs'), this.folder, { recursive: true });
    await this.write('package.json', '{ "private": true, "type": "module" }');
    await npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', tarball], this.folder);
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.folder, name), text);
  }

  /** Runs a file of the project; returns what it prints. @throws Error with all that it printed */
  run(name: string, ...args: readonly string[]): Promise<string> {
    return node([name, ...args], this.folder);
  }

  /** Checks the types of all files, and of all declarations that they reach. @throws Error with what is wrong */
  async check(resolution: Resolution): Promise<void> {
    const compilerOptions = {
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true },
      ...{ target: 'es2024', moduleResolution: resolution, moduleDetection: 'force', types: ['node'] },
      module: resolution === 'bundler' ? 'preserve' : 'nodenext',
      typeRoots: [join(import.meta.dirname, '../../node_modules/@types')],
    };
    const name = `tsconfig.${resolution}.json`;
    await this.write(name, JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    await tsc(['--project', name], this.folder);
  }
}
