import type { LogReading } from '../../../ports/databases.ts';
import type { ConnectorOffset } from '../../../ports/services.ts';
import { formatScn, streamedPosition } from './log-position.ts';

/** The system change number moves by itself, and the connector's flush table makes capture pass every one. */
export const toLogReading = (currentScn: bigint, offset: ConnectorOffset | undefined): LogReading => {
  const captured = streamedPosition(offset);
  return {
    position: formatScn(currentScn),
    activity: formatScn(currentScn),
    ...(captured !== undefined && { captured: formatScn(captured) }),
    ...(offset !== undefined && { movement: [offset.scn, offset.commit_scn].map(String).join(' ') }),
  };
};
