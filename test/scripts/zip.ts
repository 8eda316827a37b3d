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

/** A zip whose one entry is stored as it is. */
export function storedZip(name: string, content: Buffer): Buffer {
  return archive([{ name, content, method: 0 }]);
}

/** The same with its sizes in 64 bits: in its own header and in the directory, or only in its own. */
export function storedZip64(name: string, content: Buffer, where: "both" | "header"): Buffer {
  const bytes = archive([{ name, content, method: 0 }], true);
  const entry = bytes.indexOf("PK\x01\x02");
  if (where === "header") {
    bytes.writeUInt32LE(content.length, entry + 20);
    bytes.writeUInt32LE(content.length, entry + 24);
  }
  bytes.writeUInt16LE(45, entry + 6);
  return bytes;
}

/** A zip of empty entries, whose table of contents begins with one that is compressed in a way that is not known. */
export function zipOfMany(entries: number): Buffer {
  const names = Array.from({ length: entries }, (_, n) => `${n}`);
  return archive([
    { name: "first", content, method: 93 },
    ...names.map((name) => ({ name, content: Buffer.alloc(0), method: 0 })),
  ]);
}

/** One entry that says that it is packed with xz, and is not. */
export function wrongXz(name: string): Buffer {
  return archive([{ name, content, method: 95 }]);
}

/** The same zip with the place of its directory in 64 bits, as where that begins behind 4 GiB. */
export function withFarDirectory(bytes: Buffer): Buffer {
  const end = Buffer.from(bytes.subarray(-22));
  const place = bytes.length - 22;
  const far = Buffer.alloc(76);
  far.write("PK\x06\x06", "latin1");
  far.writeBigUInt64LE(44n, 4);
  far.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), 24);
  far.writeBigUInt64LE(BigInt(end.readUInt16LE(10)), 32);
  far.writeBigUInt64LE(BigInt(end.readUInt32LE(12)), 40);
  far.writeBigUInt64LE(BigInt(end.readUInt32LE(16)), 48);
  far.write("PK\x06\x07", 56, "latin1");
  far.writeBigUInt64LE(BigInt(place), 64);
  far.writeUInt32LE(1, 72);
  end.fill(0xff, 8, 20);
  return Buffer.concat([bytes.subarray(0, place), far, end]);
}

/** A zip that says of its entries that they are encrypted. */
export function encrypted(...names: string[]): Buffer {
  const bytes = zip(...names);
  bytes[6] = 1;
  bytes[bytes.indexOf("PK\x01\x02") + 8] = 1;
  return bytes;
}

/** The same zip with a comment. */
export function withComment(bytes: Buffer, comment: Buffer): Buffer {
  const end = Buffer.from(bytes);
  end.writeUInt16LE(comment.length, end.length - 2);
  return Buffer.concat([end, comment]);
}

/** Made by Python's zipfile, which packs in these ways, too. */
export const bzip2 = Buffer.from(
  "UEsDBC4AAAAMAAAAIQDksQn0PQAAAMIBAAAMAAAAZW50aXRpZXMueG1sQlpoOTFBWSZTWXrhw1UAADGZgAAAgAUCIQQgIABAUqj0T1CGBGosReosRai6i1FqLEX4u5IpwoSD1w4aqFBLAQIuAy4AAAAMAAAAIQDksQn0PQAAAMIBAAAMAAAAAAAAAAAAAACAAQAAAABlbnRpdGllcy54bWxQSwUGAAAAAAEAAQA6AAAAZwAAAAAA",
  "base64",
);
export const lzma = Buffer.from(
  "UEsDBD8AAgAOAAAAIQDksQn0IQAAAMIBAAAMAAAAZW50aXRpZXMueG1sCQQFAF0AAIAAAB4ZScd3tadv5vRFq0JtqYWr///rtQAAUEsBAj8DPwACAA4AAAAhAOSxCfQhAAAAwgEAAAwAAAAAAAAAAAAAAIABAAAAAGVudGl0aWVzLnhtbFBLBQYAAAAAAQABADoAAABLAAAAAAA=",
  "base64",
);

/** A zip of exactly so many bytes, which are not compressed. */
export function zipOfBytes(bytes: number): Buffer {
  const entry = { name: "entities.xml", content: Buffer.alloc(0), method: 0 };
  const rest = archive([entry]).length;
  return archive([{ ...entry, content: Buffer.alloc(bytes - rest, "zip") }]);
}

/** Another byte at this place. */
export function corrupted(archive: Buffer, at: number): Buffer {
  const copy = Buffer.from(archive);
  copy[at] = (copy[at] as number) ^ 0xff;
  return copy;
}

function build(names: string[], large: boolean): Buffer {
  return archive(
    names.map((name) => ({ name, content, method: 8 })),
    large,
  );
}

interface Entry {
  readonly name: string;
  readonly content: Buffer;
  /** 8 deflated; the content of all others is stored as it is. */
  readonly method: number;
}

function archive(entries: readonly Entry[], large = false): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const data = entry.method === 8 ? deflateRawSync(entry.content) : entry.content;
    const name = Buffer.from(entry.name);
    const extra = large ? sizes64(entry.content.length, data.length) : Buffer.alloc(0);
    const described = description(entry, data.length, extra, large);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), described, name, extra, data]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const version = Buffer.from([20, 0]);
    directory.push(Buffer.from("PK\x01\x02"), version, described, tail, name, extra);
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

/** The fields that a local header and the directory have in common. */
function description({ name, content, method }: Entry, packed: number, extra: Buffer, large: boolean): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(large ? 45 : 20, 0);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(large ? 0xffffffff : packed, 14);
  fields.writeUInt32LE(large ? 0xffffffff : content.length, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  fields.writeUInt16LE(extra.length, 24);
  return fields;
}

function sizes64(bytes: number, packed: number): Buffer {
  const extra = Buffer.alloc(20);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(16, 2);
  extra.writeBigUInt64LE(BigInt(bytes), 4);
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
