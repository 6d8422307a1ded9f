import { expect, test } from '@jest/globals';
import { checkRegistration } from '#core/databases/postgresql/registration.ts';

test.each(['shop', 'Größe 1', "it's", 'a-b.c', 'a"b', 'a=b', '@home'])(
  'a database may be called %s',
  (databaseName) => {
    expect(() => checkRegistration({ databaseName })).not.toThrow();
  },
);

test.each(['x?sslmode=require', 'a%62', 'a+b', 'a/b', 'a#b', 'a&b', 'a$1', 'a\\b'])(
  'a database called %s would be another one to Kafka Connect',
  (databaseName) => {
    expect(() => checkRegistration({ databaseName })).toThrow(
      expect.objectContaining({ code: 'InvalidRequest' }),
    );
  },
);
