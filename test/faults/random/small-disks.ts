import { execFileSync } from 'node:child_process';
import { chownSync, mkdtempSync, rmdirSync, statfsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A file system of its own for the files of one database, which can be full while all others have room. */
export interface SmallDisk {
  readonly folder: string;
  /** From now on nothing more fits on it. */
  fill(): void;
  /** There is room again. */
  free(): void;
}

const roomMib = 2_048;

/**
 * Disks in memory. Full is one whose size is set to what it holds, so that none takes more memory than its files. Only root may mount
 * them, and only on Linux; anyone else gets none.
 */
export class SmallDisks {
  readonly #folders: string[] = [];

  constructor() {
    // Also when the run is interrupted.
    process.once('exit', () => this.unmountAll());
  }

  /** Its files belong to the owner of `likeFolder`. Undefined where it cannot be had. */
  mount(likeFolder: string): SmallDisk | undefined {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
    const folder = mkdtempSync(path.join(tmpdir(), 'millrace-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${roomMib}m,mode=0700`, 'tmpfs', folder], {
        stdio: 'ignore',
      });
    } catch {
      // A container without the right to.
      rmdirSync(folder);
      return undefined;
    }
    this.#folders.push(folder);
    const { uid, gid } = statSync(likeFolder);
    chownSync(folder, uid, gid);
    const resize = (size: string): void => {
      execFileSync('mount', ['-o', `remount,size=${size}`, folder], { stdio: 'ignore' });
    };
    return {
      folder,
      fill: () => {
        // It may have grown between the look and the change, which is refused then.
        for (let attempt = 1; ; attempt += 1) {
          const { blocks, bfree, bsize } = statfsSync(folder);
          try {
            resize(`${((blocks - bfree) * bsize) / 1_024}k`);
            return;
          } catch (error) {
            if (attempt === 20) throw error;
          }
        }
      },
      free: () => resize(`${roomMib}m`),
    };
  }

  /** After the servers have ended. */
  unmountAll(): void {
    for (const folder of this.#folders.splice(0)) {
      execFileSync('umount', ['--lazy', folder], { stdio: 'ignore' });
      rmdirSync(folder);
    }
  }
}
