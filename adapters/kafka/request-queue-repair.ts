import requestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** kafkajs's own interval for requests that wait for others to be answered. */
const checkPendingIntervalMs = 10;

/**
 * kafkajs 2.2.4 schedules a look at its pending requests after each answer, also when none is pending and nothing is
 * throttled. The delay is then `-1 - Date.now()`, which Node takes for 1 ms (and since version 24 warns about with
 * TimeoutNegativeWarning), and the look schedules the next one: a timer every millisecond for each connection, for
 * ever. With nothing pending there is nothing to look at, so none is scheduled.
 */
export const repairRequestQueue = (): void => {
  requestQueue.prototype.scheduleCheckPendingRequests = function () {
    if (this.throttleCheckTimeoutId !== null || this.pending.length === 0) return;
    const throttledForMs = this.throttledUntil - Date.now();
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledForMs > 0 ? throttledForMs : checkPendingIntervalMs,
    );
  };
};
