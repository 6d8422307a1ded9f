import { describeAlertStore } from '#test/kit/alert-store-contract.ts';
import { createMemoryAlertStore } from '#test/kit/memory-alert-store.ts';

const { alertStore } = createMemoryAlertStore();

describeAlertStore('the memory of the tests', () => alertStore);
