import { storeUnderTest } from './state-table.ts';

// The store of the health checks, which reads and writes in batches, keeps all that the store of the others keeps.
storeUnderTest.batched = true;
await import('./state-store.test.ts');
