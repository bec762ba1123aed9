/** A distribution's release, as /etc/os-release names it. */
export interface Release {
  /** `debian` or `ubuntu`. */
  id: string;
  /** Such as `bookworm`. */
  codename: string;
}

/**
 * Suites with other releases of libvirt than the machine's own, by names that do not age: the newest first, and at the
 * end one that is older than a machine which is itself the newest.
 */
const otherSuites: Readonly<Record<string, readonly string[]>> = {
  debian: ['sid', 'testing', 'stable', 'oldstable'],
  ubuntu: ['devel', 'noble', 'jammy'],
};

/** @throws Error when it is neither Debian nor Ubuntu */
export function parseRelease(osRelease: string): Release {
  const field = (name: string) => new RegExp(`^${name}="?([^"\\n]*)"?$`, 'm').exec(osRelease)?.[1];
  const id = field('ID');
  const codename = field('VERSION_CODENAME');
  if (id === undefined || codename === undefined || !(id in otherSuites)) {
    throw new Error(`libvirt's sources are taken from Debian or Ubuntu, and this is ${id ?? 'neither'}`);
  }
  return { id, codename };
}

export function suitesBeside({ id, codename }: Release): readonly string[] {
  return (otherSuites[id] ?? []).filter((suite) => suite !== codename);
}

/** The file with which apt checks what comes from the distribution. */
export function keyringOf({ id }: Release): string {
  return `/usr/share/keyrings/${id}-archive-keyring.gpg`;
}

/**
 * The address that this machine takes a release's packages from.
 * @param indexTargets a line `RELEASE COMPONENT URI` for each index that apt knows
 */
export function mirrorOf({ codename }: Release, indexTargets: string): string {
  const lines = indexTargets.split('\n').map((line) => line.trim().split(' '));
  const uri = lines.find(([release, component]) => release === codename && component === 'main')?.[2];
  if (uri === undefined) throw new Error(`apt has no source of ${codename}'s component main on this machine`);
  return uri;
}
