import type { Status } from '../api/client.ts';
import { sentenceOf } from '../data/fleet-state.ts';
import { formatBytes, formatCount, formatDuration } from '../format/figures.ts';
import type { Tone } from './state-badge.tsx';

type HopName = Status['hops'][number]['hop'];

const icons: Readonly<Record<HopName, string>> = {
  source:
    'M4 6c0-1.700 3.600-3 8-3s8 1.300 8 3v12c0 1.700-3.600 3-8 3s-8-1.300-8-3zM4 6c0 1.700 3.600 3 8 3s8-1.300 8-3M4 12c0 1.700 3.600 3 8 3s8-1.300 8-3',
  capture:
    'M3 12s3.500-6 9-6 9 6 9 6-3.500 6-9 6-9-6-9-6zM12 9.500a2.500 2.500 0 1 1 0 5a2.500 2.500 0 1 1 0-5',
  kafka: 'M4 6h16M4 12h16M4 18h16M8 4v4M14 10v4M10 16v4',
  consumer: 'M5 12h11M12 6l6 6-6 6M21 4v16',
  target:
    'M4 6c0-1.700 3.600-3 8-3s8 1.300 8 3v12c0 1.700-3.600 3-8 3s-8-1.300-8-3zM4 6c0 1.700 3.600 3 8 3s8-1.300 8-3M9 15l2.200 2.200L15.500 13',
};

const hopNames: Readonly<Record<HopName, string>> = {
  source: 'Source',
  capture: 'Capture',
  kafka: 'Kafka',
  consumer: 'Consumer',
  target: 'Target',
};

/** The way of a change from source to target, with the lag and the fault of each place. */
export const Flow = ({
  status,
  source,
  target,
}: {
  readonly status: Status;
  readonly source: string;
  readonly target: string;
}) => {
  const isStill = !['active', 'starting', 'error', 'needs-resync'].includes(status.config.status);
  const details: Readonly<Record<HopName, string>> = {
    source,
    capture: status.connector.state.toLowerCase().replaceAll('_', ' '),
    kafka: '',
    consumer: status.consumer.state.toLowerCase().replaceAll('_', ' '),
    target,
  };
  return (
    <ol className="flow" aria-label="The way of a change" tabIndex={0}>
      {status.hops.map(({ hop, fault, lag_ms: lagMs, lag_bytes: lagBytes, lag_events: lagEvents }) => {
        const tone: Tone = fault !== null ? 'bad' : isStill ? 'still' : 'good';
        const lags = [
          ...(lagMs === null ? [] : [lagMs === 0 ? 'no lag' : `${formatDuration(lagMs)} behind`]),
          ...(lagBytes === null || lagBytes === 0 ? [] : [formatBytes(lagBytes)]),
          ...(lagEvents === null || lagEvents === 0 ? [] : [`${formatCount(lagEvents)} changes wait`]),
        ];
        return (
          <li key={hop} className="hop" data-tone={tone}>
            <span className="dot">
              <svg
                viewBox="0 0 24 24"
                fill="none"
                stroke="currentColor"
                strokeWidth="1.8"
                strokeLinecap="round"
                strokeLinejoin="round"
                aria-hidden="true"
              >
                <path d={icons[hop]} />
              </svg>
            </span>
            <strong>{hopNames[hop]}</strong>
            {details[hop] !== '' && <span className="soft">{details[hop]}</span>}
            {fault === null ? (
              lags.map((lag) => (
                <span className="lag" key={lag}>
                  {lag}
                </span>
              ))
            ) : (
              <span className="fault">{sentenceOf(fault)}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
};
