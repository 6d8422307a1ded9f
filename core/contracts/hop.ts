import { z } from 'zod';

/** The places that a change passes, in this order. A fault is at one of them. */
export const hopSchema = z.enum(['source', 'capture', 'kafka', 'consumer', 'target']);
export type Hop = z.infer<typeof hopSchema>;
