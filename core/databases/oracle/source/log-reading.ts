import type { LogReading } from '../../../ports/databases.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import { findAhead } from './gap-guard.ts';
import { formatScn, streamedPosition } from './log-position.ts';

/** The system change number moves by itself, and the connector's flush table makes capture pass every one. */
export const toLogReading = (currentScn: bigint, offset: ConnectorOffset | undefined): LogReading => {
  const captured = streamedPosition(offset);
  // The instances of a cluster learn of each other's numbers within moments.
  const missing = captured === undefined ? undefined : findAhead(captured, currentScn);
  return {
    position: formatScn(currentScn),
    activity: formatScn(currentScn),
    ...(captured !== undefined && { captured: formatScn(captured) }),
    ...(offset !== undefined && { movement: [offset.scn, offset.commit_scn].map(String).join(' ') }),
    ...(missing !== undefined && { missing }),
  };
};
