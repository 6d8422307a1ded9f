/** An event of a stream of Server-Sent Events. */
export interface SentEvent {
  /** `message` unless the stream names it. */
  readonly name: string;
  /** Where a later request goes on (`Last-Event-ID`), when the event says so. */
  readonly id?: string;
  readonly data: string;
}

/** The events of a stream, and undefined for what only keeps the connection open (HTML standard, 9.2.6). Ends with the stream. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<SentEvent | undefined> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const blocks = `${rest}${decoder.decode(chunk, { stream: true })}`.replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield toEvent(block);
  }
}

const toEvent = (block: string): SentEvent | undefined => {
  let name = 'message';
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, field, value = ''] = /^(\w+)(?:: ?(.*))?$/.exec(line) ?? [];
    if (field === 'event') name = value;
    else if (field === 'id') id = value;
    else if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { name, ...(id !== undefined && { id }), data: data.join('\n') };
};
