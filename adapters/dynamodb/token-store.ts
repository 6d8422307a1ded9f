import { z } from 'zod';
import { type Token, type TokenId, tokenSchema } from '#core/contracts/token.ts';
import { MillraceError } from '#core/errors/millrace-error.ts';
import type { Clock } from '#core/ports/clock-and-log.ts';
import type { TokenStore } from '#core/ports/state-store.ts';
import { absent, type DynamoTable, parseItem, present } from './dynamo-table.ts';
import { nextNumber } from './sequence.ts';
import { clientKey, tokenEntryKey, tokenKey, tokenListPartition } from './store-keys.ts';

/** What the list has of a token: with it, the other item of the token is found. */
const entrySchema = z.strictObject({ ...tokenSchema.unwrap().shape, sha256: z.string() });

/** A token is two items, written and removed together: one that requests are checked with, and one for the list. */
export const createTokenStore = (table: DynamoTable, clock: Clock): TokenStore => {
  const getEntry = async (tokenId: TokenId): Promise<z.infer<typeof entrySchema>> => {
    const item = await table.get(tokenEntryKey(tokenId));
    if (item === undefined) throw new MillraceError('NotFound', `There is no token ${tokenId}.`);
    return parseItem(entrySchema, item);
  };

  return {
    createToken: async (sha256, fields) => {
      const tokenId = await nextNumber(table, 'token');
      const token: Token = { ...fields, tokenId, createdAt: clock.now().toISOString() };
      const { clientId } = token;
      const failed = await table.transact([
        { put: { ...tokenKey(sha256), ...token }, condition: absent },
        { put: { ...tokenEntryKey(tokenId), ...token, sha256 }, condition: absent },
        ...(clientId === undefined ? [] : [{ check: clientKey(clientId), condition: present }]),
      ]);
      if (failed.includes(2)) throw new MillraceError('NotFound', `There is no client ${clientId}.`);
      if (failed.length > 0) throw new MillraceError('Conflict', 'The token exists already. Create another.');
      return token;
    },

    findToken: async (sha256) => {
      const item = await table.get(tokenKey(sha256));
      // Up to version 0.2.0 tokens had no number. They could be neither listed nor revoked, so they count no more.
      return item?.tokenId === undefined ? undefined : parseItem(tokenSchema, item);
    },

    getToken: async (tokenId) => withoutHash(await getEntry(tokenId)),

    listTokens: async () => {
      const items = await table.query({ pk: tokenListPartition });
      return items.map((item) => withoutHash(parseItem(entrySchema, item)));
    },

    removeToken: async (tokenId) => {
      const { sha256, ...token } = await getEntry(tokenId);
      await table.transact([{ remove: tokenKey(sha256) }, { remove: tokenEntryKey(tokenId) }]);
      return token;
    },

    touchToken: async (tokenId, lastUsedAt) => {
      await table.update(tokenEntryKey(tokenId), { set: { lastUsedAt } }, present);
    },
  };
};

const withoutHash = ({ sha256: _sha256, ...token }: z.infer<typeof entrySchema>): Token => token;
