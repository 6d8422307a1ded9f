import type { FaultCondition } from '../contracts/health-record.ts';
import type { Severity } from '../contracts/incident.ts';
import type { Fault } from '../health/fault.ts';

/** Nothing of it goes on, or is about to be lost, until someone acts, whatever else the replication does. */
const alwaysCritical: ReadonlySet<FaultCondition> = new Set([
  'replication-failed',
  'needs-resync',
  'credentials-refused',
  'pause-running-out',
]);

/** From this percentage of what the source may keep on, there is little time left. */
const criticalLevel = 95;

/** How urgent a fault is to people. Pure. */
export const severityOf = ({ condition, isFailure, level = 0 }: Fault): Severity =>
  isFailure || alwaysCritical.has(condition) || level >= criticalLevel ? 'critical' : 'warning';
