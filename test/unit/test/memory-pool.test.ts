import { createMemoryPool } from '../../kit/memory-pool.ts';
import { describePoolStore } from '../../kit/pool-store-contract.ts';

const memory = createMemoryPool();
let last = 0;

describePoolStore(() => ({
  pool: memory.pool,
  launched: async () => {
    last += 1;
    memory.launches.set(last, { launchId: `r${last}-g1-l1`, launchedAt: 'x', generation: 1 });
    return last;
  },
  stop: async (replicationId) => void memory.unwanted.add(replicationId),
  launchOf: async (replicationId) => memory.launches.get(replicationId),
}));
