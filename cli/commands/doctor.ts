import type { Command } from 'commander';
import { apiVersionPath } from '#core/contracts/api-version.ts';
import { ApiProblem } from '../api/call.ts';
import { type Cli, withExamples } from '../cli.ts';
import { CliError, exitCodes } from '../cli-error.ts';
import { chooseProfile, configFile } from '../config/profiles.ts';
import { formatDuration } from '../output/format-values.ts';
import type { Color, Paint } from '../output/output.ts';
import { table } from '../output/table.ts';

type Verdict = 'ok' | 'warn' | 'fail';

interface Finding {
  readonly subject: string;
  readonly verdict: Verdict;
  readonly message: string;
}

/** Signatures of AWS and expiries of tokens are judged by the clock, with five minutes of grace. */
const clockToleranceMs = 60_000;

const colors: Readonly<Record<Verdict, Color>> = { ok: 'green', warn: 'yellow', fail: 'red' };

export const addDoctorCommand = (program: Command, cli: Cli, end: (exitCode: number) => void): void => {
  withExamples(program.command('doctor'), [['millrace doctor', 'what is wrong between here and the API?']])
    .description(
      'Check the login, the way to the API, the token and the clock. Ends with 1 when something is wrong, and with 3 when the API does not answer.',
    )
    .action(async () => {
      const { findings, exitCode } = await examine(cli);
      cli.out.print({ findings }, (data, paint) => render(data.findings, paint));
      end(exitCode);
    });
};

const examine = async (
  cli: Cli,
): Promise<{ readonly findings: readonly Finding[]; readonly exitCode: number }> => {
  const findings: Finding[] = [{ subject: 'Node.js', verdict: 'ok', message: process.version }];
  const profile = chooseProfile(cli.shell, cli.profileName);
  findings.push({
    subject: 'login',
    verdict: 'ok',
    message: `profile ${profile.name} for ${profile.url} (${configFile(cli.shell)})`,
  });
  const began = cli.shell.now().getTime();
  try {
    const { status, serverTime } = await cli.api.probe();
    const ended = cli.shell.now().getTime();
    findings.push({
      subject: 'API',
      verdict: 'ok',
      message: `version ${apiVersionPath.slice(1)} answers in ${formatDuration(ended - began)}`,
    });
    findings.push(
      status === 401
        ? {
            subject: 'token',
            verdict: 'fail',
            message: 'The API does not know it, or it has expired: "millrace login".',
          }
        : { subject: 'token', verdict: 'ok', message: 'The API takes it.' },
      judgeClock(serverTime, (began + ended) / 2),
    );
    if (status !== 401) findings.push(await readVersions(cli));
    return { findings, exitCode: status === 401 ? exitCodes.notLoggedIn : exitCodes.done };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    findings.push({ subject: 'API', verdict: 'fail', message: `${error.message} ${error.advice ?? ''}` });
    return {
      findings,
      exitCode: error instanceof ApiProblem && !error.isTransient ? exitCodes.failed : exitCodes.unchecked,
    };
  }
};

const readVersions = async ({ api }: Cli): Promise<Finding> => {
  try {
    const { version, worker_image: image } = await api.call('getVersions', {});
    return { subject: 'Millrace', verdict: 'ok', message: `${version}; consumers run ${image}` };
  } catch (error) {
    // One of before this call was there.
    if (error instanceof ApiProblem && error.status === 404)
      return { subject: 'Millrace', verdict: 'warn', message: 'The API is too old to say its version.' };
    throw error;
  }
};

const judgeClock = (serverTime: Date | undefined, nowMs: number): Finding => {
  if (serverTime === undefined)
    return { subject: 'clock', verdict: 'warn', message: 'The API did not say what time it has.' };
  const offsetMs = nowMs - serverTime.getTime();
  return Math.abs(offsetMs) <= clockToleranceMs
    ? { subject: 'clock', verdict: 'ok', message: 'agrees with that of the API' }
    : {
        subject: 'clock',
        verdict: 'warn',
        message: `is ${formatDuration(Math.abs(offsetMs))} ${offsetMs > 0 ? 'ahead of' : 'behind'} that of the API. Set it.`,
      };
};

const render = (findings: readonly Finding[], paint: Paint): readonly string[] =>
  table(
    [{ title: '' }, { title: '' }, { title: '' }],
    findings.map(({ subject, verdict, message }) => [
      paint(colors[verdict], verdict.toUpperCase()),
      subject,
      message,
    ]),
  ).slice(1);
