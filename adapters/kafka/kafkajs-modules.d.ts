declare module 'kafkajs/src/network/requestQueue/index.js' {
  /** The parts of kafkajs 2.2.4's request queue that kafkajs-internals.ts replaces. */
  const RequestQueue: {
    prototype: {
      pending: readonly unknown[];
      throttledUntil: number;
      throttleCheckTimeoutId: NodeJS.Timeout | null;
      checkPendingRequests(): void;
      scheduleCheckPendingRequests(): void;
    };
  };
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default RequestQueue;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  /** Reads a response from left to right. */
  class Decoder {
    constructor(buffer: Buffer);
    readonly buffer: Buffer;
    offset: number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readString(): string | null;
  }
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default Decoder;
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  /** What kafkajs-internals.ts replaces. */
  const fetchResponse: { decode(response: Buffer): Promise<unknown> };
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default fetchResponse;
}

declare module 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages.js' {
  import type { KafkaMessage } from 'kafkajs';
  import type Decoder from 'kafkajs/src/protocol/decoder.js';

  const decodeMessages: (decoder: Decoder) => Promise<readonly KafkaMessage[]>;
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default decodeMessages;
}

declare module 'kafkajs/src/protocol/message/compression/index.js' {
  const compression: {
    lookupCodecByAttributes(attributes: number): { decompress(bytes: Buffer): Promise<Buffer> } | null;
  };
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default compression;
}

declare module 'kafkajs/src/broker/saslAuthenticator/scram512.js' {
  import type { AuthenticationProviderArgs, Authenticator } from 'kafkajs';

  const scram512: (user: {
    readonly username: string;
    readonly password: string;
  }) => (connection: AuthenticationProviderArgs) => Authenticator;
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default scram512;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  /** The parts of kafkajs 2.2.4's consumer group that kafkajs-internals.ts uses and replaces. */
  const ConsumerGroup: {
    prototype: {
      readonly groupId: string;
      maxWaitTime: number;
      fetch(nodeId: string): Promise<unknown>;
    };
  };
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default ConsumerGroup;
}
