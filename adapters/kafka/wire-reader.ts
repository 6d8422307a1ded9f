/**
 * Reads Kafka's binary formats from left to right: numbers, varints, and bytes behind their length
 * (https://kafka.apache.org/protocol, "Protocol Primitive Types"). Records use it and so do answers in flexible encoding.
 */
export class WireReader {
  readonly source: Buffer;
  at = 0;

  constructor(source: Buffer) {
    this.source = source;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  bytes(length: number): Buffer {
    this.at += length;
    return this.source.subarray(this.at - length, this.at);
  }

  int16(): number {
    this.at += 2;
    return this.source.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.source.readInt32BE(this.at - 4);
  }

  /** Up to 32 bits, the lowest seven first. */
  unsignedVarint(): number {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = this.source[this.at] ?? 0;
      this.at += 1;
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return value;
  }

  /** A zigzag number of up to 32 bits. */
  varint(): number {
    const value = this.unsignedVarint();
    return (value >>> 1) ^ -(value & 1);
  }

  passVarint(): void {
    while ((this.source[this.at] ?? 0) >= 0x80) this.at += 1;
    this.at += 1;
  }

  /** Bytes behind their zigzag length; null for the length -1. */
  block(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.bytes(length);
  }

  /** Flexible encoding: the length is an unsigned varint, one more than it is, 0 for none. */
  compactString(): string | undefined {
    const length = this.unsignedVarint() - 1;
    return length < 0 ? undefined : this.bytes(length).toString();
  }

  /** Flexible encoding: the number of items is written as a length is. */
  eachCompact(readItem: () => void): void {
    for (let left = this.unsignedVarint() - 1; left > 0; left -= 1) readItem();
  }

  skipTags(): void {
    for (let left = this.unsignedVarint(); left > 0; left -= 1) {
      this.unsignedVarint();
      this.skip(this.unsignedVarint());
    }
  }
}
