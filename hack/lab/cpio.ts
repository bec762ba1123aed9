/** An entry of an archive; a folder has neither content nor target. */
export interface ArchiveEntry {
  /** Without a leading slash. */
  path: string;
  content?: Buffer;
  /** Of a symbolic link. */
  target?: string;
  executable?: boolean;
}

const trailer = 'TRAILER!!!';

/**
 * Packs entries in the "newc" format of cpio, which the kernel unpacks into its first file system
 * (Documentation/driver-api/early-userspace/buffer-format.rst). The same entries give the same bytes.
 */
export function packCpio(entries: readonly ArchiveEntry[]): Buffer {
  const all = withFolders(entries);
  const parts = all.map((entry, index) => packEntry(index + 1, entry.path, modeOf(entry), bodyOf(entry)));
  return Buffer.concat([...parts, packEntry(0, trailer, 0, Buffer.alloc(0))]);
}

/** Adds the folders that the paths name; sorted, each folder comes before what is in it. */
function withFolders(entries: readonly ArchiveEntry[]): ArchiveEntry[] {
  const byPath = new Map<string, ArchiveEntry>();
  for (const entry of entries) {
    const steps = entry.path.split('/');
    for (let depth = 1; depth < steps.length; depth++) {
      const path = steps.slice(0, depth).join('/');
      if (!byPath.has(path)) byPath.set(path, { path });
    }
    byPath.set(entry.path, entry);
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function modeOf(entry: ArchiveEntry): number {
  if (entry.target !== undefined) return 0o120777;
  if (entry.content === undefined) return 0o040755;
  return entry.executable ? 0o100755 : 0o100644;
}

const bodyOf = (entry: ArchiveEntry) => entry.content ?? Buffer.from(entry.target ?? '');

function packEntry(inode: number, path: string, mode: number, body: Buffer): Buffer {
  const name = Buffer.from(`${path}\0`);
  const links = 1;
  // ino, mode, uid, gid, nlink, mtime, filesize, device major and minor, rdevice major and minor, namesize, check
  const fields = [inode, mode, 0, 0, links, 0, body.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([pad(Buffer.concat([Buffer.from(header), name])), pad(body)]);
}

function pad(buffer: Buffer): Buffer {
  return Buffer.concat([buffer, Buffer.alloc((4 - (buffer.length % 4)) % 4)]);
}
