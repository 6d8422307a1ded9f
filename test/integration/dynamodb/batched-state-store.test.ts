import { storeUnderTest } from './state-table.ts';

// The store of the health checks, which reads and writes in batches, keeps all that the store of the others keeps.
storeUnderTest.batched = true;
for (const part of ['clients', 'replications', 'runs', 'copies'])
  await import(`./state-store-${part}.test.ts`);
