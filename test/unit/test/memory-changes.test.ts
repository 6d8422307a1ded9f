import { createMemoryChanges } from '#test/kit/memory-changes.ts';
import { describeSchemaChangeStore } from '#test/kit/schema-change-store-contract.ts';

const store = createMemoryChanges();

describeSchemaChangeStore('the memory of the tests', () => store);
