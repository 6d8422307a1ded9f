/** What has to be closed by the scope that opened it. `close` rejects nothing that matters to the caller. */
export interface Closable {
  close(): Promise<void>;
}

/** Takes a resource into the scope, which closes it in the end. */
export type Keep = <Resource extends Closable>(resource: Resource) => Resource;

/**
 * One scope for everything that `work` opens: whatever it kept is closed when it ends, also when a later resource cannot be
 * opened. Rejects as `work` does.
 */
export const withOpened = async <Result>(work: (keep: Keep) => Promise<Result>): Promise<Result> => {
  const opened: Closable[] = [];
  try {
    return await work((resource) => {
      opened.push(resource);
      return resource;
    });
  } finally {
    await Promise.all(opened.map((resource) => resource.close()));
  }
};
