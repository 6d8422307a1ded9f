import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Credentials } from '#core/ports/services.ts';
import type { KafkaSettings } from './kafka-client.ts';

/** The user of connections to a Kafka with SCRAM. */
export interface KafkaUser {
  /** Runs a login with the user as it is now. Throws what the login throws, and `SecretMissing`. */
  authenticate(login: (user: Credentials) => Promise<void>): Promise<void>;
}

/** What a JAAS line of a connector's own client cannot hold between its quotes (core/capture/kafka-client-config.ts). */
const unquotable = /["\\$\p{Cc}]/u;

export const createKafkaUser = ({ readUser }: Pick<KafkaSettings, 'readUser'>): KafkaUser => {
  /** A password that was changed since it was read is refused by the broker: the next connection reads it again. */
  let wasRefused = false;
  return {
    authenticate: async (login) => {
      if (readUser === undefined)
        throw new MillraceError('Internal', 'Kafka asks for SCRAM, and there is no user for it.');
      const user = await readUser({ fresh: wasRefused });
      if (unquotable.test(user.username + user.password))
        throw new MillraceError(
          'KafkaUnavailable',
          'The user or password for Kafka has a quote, a backslash, a dollar or a control character, which connectors cannot ' +
            'use. Give it another password.',
        );
      try {
        await login(user);
        wasRefused = false;
      } catch (error) {
        wasRefused = true;
        throw error;
      }
    },
  };
};
