declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The parts of kafkajs 2.2.4's request queue that request-queue-repair.ts replaces. */
  const RequestQueue: {
    prototype: {
      pending: readonly unknown[];
      throttledUntil: number;
      throttleCheckTimeoutId: NodeJS.Timeout | null;
      checkPendingRequests(): void;
      scheduleCheckPendingRequests(): void;
    };
  };
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default RequestQueue;
}
