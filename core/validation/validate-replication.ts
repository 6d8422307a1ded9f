import type { Database } from '../contracts/database.ts';
import type { Replication } from '../contracts/replication.ts';
import { MillraceError, type Problem } from '../errors/millrace-error.ts';
import type { SourceDatabase, TargetDatabase } from '../ports/databases.ts';
import type { ConnectPort, KafkaAdminPort } from '../ports/services.ts';

export interface ValidationRequest {
  readonly replication: Replication;
  readonly sourceDatabase: Database;
  readonly targetDatabase: Database;
  readonly topicRetentionHours: number;
}

export interface ValidationPorts {
  readonly source: SourceDatabase;
  readonly target: TargetDatabase;
  readonly kafka: KafkaAdminPort;
  readonly connect: ConnectPort;
}

/** Looks at everything a start needs and changes nothing. Returns every problem; none means ready. */
export const collectProblems = async (
  _request: ValidationRequest,
  _ports: ValidationPorts,
): Promise<readonly Problem[]> => [];

/** Throws `ValidationFailed` that names every problem, with the list in `facts.problems`. */
export const validateReplication = async (
  request: ValidationRequest,
  ports: ValidationPorts,
): Promise<void> => {
  const problems = await collectProblems(request, ports);
  if (problems.length === 0) return;
  const lines = problems.map(({ subject, problem, remedy }) =>
    remedy === undefined ? `${subject}: ${problem}` : `${subject}: ${problem} Remedy: ${remedy}`,
  );
  throw new MillraceError(
    'ValidationFailed',
    `${problems.length === 1 ? '1 problem' : `${problems.length} problems`} must be mended before replication ` +
      `${request.replication.name} can start.\n${lines.map((line) => `- ${line}`).join('\n')}`,
    { facts: { problems } },
  );
};
