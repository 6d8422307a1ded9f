/** The longest piece of a line that is held back while its end has not come. */
const longestLine = 256 * 1024;
/** Kept for followers that come late; everything is in the file. */
const keptBytes = 1024 * 1024;

export type LogSource = 'stdout' | 'stderr';

/**
 * One frame of Docker's multiplexed stream: the source (1 or 2), three zeros, the length as 32 bits big-endian, and
 * the bytes (Docker Engine API, "Attach to a container", stream format).
 */
export const frameOf = (source: LogSource, payload: Buffer): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = source === 'stdout' ? 1 : 2;
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
};

/**
 * A container's output as frames that end at a line's end: the emulator takes each frame apart into log events, and
 * a frame that ended within a line would make two events of one JSON object.
 */
export const createLogStream = (write: (payload: Buffer) => void) => {
  const pending: Record<LogSource, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  const frames: Buffer[] = [];
  const followers = new Set<(frame: Buffer | undefined) => void>();
  let bytes = 0;
  let closed = false;

  const emit = (source: LogSource, payload: Buffer): void => {
    if (payload.length === 0) return;
    write(payload);
    const frame = frameOf(source, payload);
    frames.push(frame);
    bytes += frame.length;
    while (bytes > keptBytes && frames.length > 1) bytes -= frames.shift()?.length ?? 0;
    for (const follower of followers) follower(frame);
  };

  return {
    append: (source: LogSource, chunk: Buffer): void => {
      const text = Buffer.concat([pending[source], chunk]);
      const end = text.length > longestLine ? text.length : text.lastIndexOf(0x0a) + 1;
      pending[source] = text.subarray(end);
      emit(source, text.subarray(0, end));
    },
    /** Sends what has no line end yet, and tells followers that nothing more comes. */
    close: (): void => {
      if (closed) return;
      closed = true;
      for (const source of ['stdout', 'stderr'] as const) emit(source, pending[source]);
      for (const follower of followers) follower(undefined);
      followers.clear();
    },
    /** Calls `onFrame` with the last `tail` frames, then with each new one; undefined ends it. Returns how to leave. */
    follow: (tail: number, onFrame: (frame: Buffer | undefined) => void): (() => void) => {
      for (const frame of tail === 0 ? [] : frames.slice(-tail)) onFrame(frame);
      if (closed) onFrame(undefined);
      else followers.add(onFrame);
      return () => followers.delete(onFrame);
    },
    /** The last `tail` frames. */
    recent: (tail: number): readonly Buffer[] => (tail === 0 ? [] : frames.slice(-tail)),
  };
};
export type LogStream = ReturnType<typeof createLogStream>;
