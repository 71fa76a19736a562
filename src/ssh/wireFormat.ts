/** Reads the data types of SSH one after another. Every method throws RangeError when the data ends before it. */
export interface WireReader {
  byte(): number;
  uint32(): number;
  uint64(): bigint;
  /** The content of a string, which need not be text. */
  string(): Buffer;
}

/** Source: RFC 4251, section 5. */
export function wireReader(data: Buffer): WireReader {
  let position = 0;

  function take(length: number): Buffer {
    const end = position + length;
    if (end > data.length) {
      throw new RangeError("the data ends early");
    }
    const part = data.subarray(position, end);
    position = end;
    return part;
  }

  return {
    byte: () => take(1).readUInt8(),
    uint32: () => take(4).readUInt32BE(),
    uint64: () => take(8).readBigUInt64BE(),
    string: () => take(take(4).readUInt32BE()),
  };
}

export function wireUint32(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeUInt32BE(value);
  return data;
}

export function wireString(value: Buffer | string): Buffer {
  const data = Buffer.from(value);
  return Buffer.concat([wireUint32(data.length), data]);
}

/** A number that is not negative, from its big-endian bytes. */
export function wireMpint(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
  const needsSign = (digits[0] ?? 0) >= 0x80;
  return wireString(needsSign ? Buffer.concat([Buffer.alloc(1), digits]) : digits);
}
