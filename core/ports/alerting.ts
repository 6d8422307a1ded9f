import type { ChannelSecret, DeliveryRequest } from '../contracts/alerting.ts';

/** The queue of deliveries. At least once, in no order. Throws `PermissionDenied` and `ServiceUnavailable`. */
export interface AlertQueue {
  /** The message comes after `delayMs`, or earlier when that is longer than the queue can wait. */
  send(request: DeliveryRequest, delayMs?: number): Promise<void>;
}

/** Secrets of channels. Throws `SecretMissing`, `PermissionDenied` and `ServiceUnavailable`. */
export interface ChannelSecrets {
  /** Creates or replaces the secret; returns its ARN. */
  put(secretName: string, secret: ChannelSecret): Promise<string>;
  get(secretArn: string): Promise<ChannelSecret>;
  /** Deletes the secret at once; does nothing when there is no such secret. */
  delete(secretArn: string): Promise<void>;
}

/** A POST of JSON. */
export interface WebhookRequest {
  readonly body: string;
  /** Besides those of the content. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What came of a POST. `unreached`: nobody answered in time, or the host has an address to which alerts may not go. */
export type WebhookAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** How long the receiver asks to be left alone. */
      readonly retryAfterMs?: number;
    }
  | {
      readonly kind: 'unreached';
      /** One sentence, without the URL: it is a secret. */
      readonly reason: string;
    };

export interface WebhookSender {
  /** Sends once, to an address that may be reached from here, and follows no redirection. Never throws. */
  post(url: string, request: WebhookRequest): Promise<WebhookAnswer>;
}
