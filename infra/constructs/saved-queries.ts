import { CfnQueryDefinition } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { connectLogGroup, logGroupNames } from './log-groups.ts';
import type { MillraceStack } from './millrace-stack.ts';

/** Queries of CloudWatch Logs Insights, in a folder of the environment's name. Lines are JSON: see adapters/observability/log.ts. */
export class SavedQueries extends Construct {
  constructor(stack: MillraceStack, id: string) {
    super(stack, id);
    const { config } = stack;
    const { workers, steps, health } = logGroupNames(config.name);
    const connect = connectLogGroup(config);
    const own = [workers, steps, health];
    const access = `/millrace/${config.name}/api-access`;
    const apiLog = `/aws/lambda/${stack.named('api')}`;
    const queries: Readonly<Record<string, readonly [groups: readonly string[], query: string]>> = {
      'errors-by-replication': [
        own,
        "filter level = 'ERROR' | stats count(*) as errors, latest(@timestamp) as last by connector, error.code | sort errors desc",
      ],
      'one-replication': [
        [...own, ...(connect === undefined ? [] : [connect])],
        'fields @timestamp, level, service, message | filter @message like /CONNECTOR_NAME/ | sort @timestamp asc | limit 1000',
      ],
      // From a request to the consumer that it has launched: docs/guide/monitoring.md.
      'one-trace': [
        [...own, apiLog, access],
        "fields @timestamp, service, connector, launchId, path, message | filter trace = 'TRACE' or launchId = 'LAUNCH' | sort @timestamp asc | limit 1000",
      ],
      'what-healing-did': [
        [health],
        'fields @timestamp, connector, action, message | filter ispresent(action) | sort @timestamp desc | limit 200',
      ],
      'api-calls-by-principal': [
        [access],
        'stats count(*) as calls, sum(status >= 400) as refused, pct(latencyMs, 99) as p99Ms by principal, httpMethod | sort calls desc',
      ],
      'slow-api-calls': [
        [access],
        'fields @timestamp, principal, httpMethod, path, status, latencyMs | sort latencyMs desc | limit 50',
      ],
    };
    for (const [name, [logGroupNames, queryString]] of Object.entries(queries))
      new CfnQueryDefinition(this, name, {
        name: `millrace-${config.name}/${name}`,
        logGroupNames: [...logGroupNames],
        queryString,
      });
  }
}
