import { deflateRawSync } from "node:zlib";

const content = Buffer.from("<entity/>".repeat(5000));

/** A zip with one entry of the same content under each name. */
export function zip(...names: string[]): Buffer {
  return build(names, false);
}

/** The same with sizes in 64 bits, as Java writes what may become larger than 4 GiB. */
export function zip64(...names: string[]): Buffer {
  return build(names, true);
}

/** Another byte at this place. */
export function corrupted(archive: Buffer, at: number): Buffer {
  const copy = Buffer.from(archive);
  copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
}

function build(names: string[], large: boolean): Buffer {
  const data = deflateRawSync(content);
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const name of names) {
    const extra = large ? sizes64(data.length) : Buffer.alloc(0);
    const described = description(name, data.length, extra, large);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), described, Buffer.from(name), extra, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const version = Buffer.from([20, 0]);
    directory.push(Buffer.from("PK\x01\x02"), version, described, tail, Buffer.from(name), extra);
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(names.length, 8);
  end.writeUInt16LE(names.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

/** The fields that a local header and the directory have in common. */
function description(name: string, packed: number, extra: Buffer, large: boolean): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(large ? 45 : 20, 0);
  fields.writeUInt16LE(8, 4);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(large ? 0xffffffff : packed, 14);
  fields.writeUInt32LE(large ? 0xffffffff : content.length, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
}

function sizes64(packed: number): Buffer {
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(content.length), 4);
  extra.writeBigUInt64LE(BigInt(packed), 12);
  return extra;
}

/** Node has it built in only since 20.15 and 22.2. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    }
  }
  return (crc ^ 0xffffffff) >>> 0;
}
