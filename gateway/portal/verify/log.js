// The tree of the log and its signed checkpoints: gateway/proof/merkle.py and note.py, in the browser.
"use strict";

const HASH_BYTES = 32;
const ALGORITHMS = ["sha-256", "sm3"];

const leafHash = (bytes, algorithm) => digest(joined(Uint8Array.of(0), bytes), algorithm);
const nodeHash = (left, right, algorithm) => digest(joined(Uint8Array.of(1), left, right), algorithm);

// The root that a path leads to from a leaf, null where the path is not as long as it must be (RFC 9162 §2.1.3.2).
// Numbers are halved by division: a log may hold more than 2^32 entries.
async function rootByPath(leaf, index, size, path, algorithm) {
  if (index >= size) return null;
  let position = index;
  let last = size - 1;
  let found = leaf;
  for (const sibling of path) {
    if (last === 0) return null;
    if (position % 2 === 1 || position === last) {
      found = await nodeHash(sibling, found, algorithm);
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      found = await nodeHash(found, sibling, algorithm);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? found : null;
}

function pathLength(index, size) {
  let length = 0;
  let [start, end] = [0, size];
  while (end - start > 1) {
    let split = 1;
    while (split * 2 < end - start) split *= 2;
    if (index < start + split) end = start + split;
    else start += split;
    length += 1;
  }
  return length;
}

class NoteError extends Error {}

function requirePrintable(note) {
  if (utf8(note).length > 64 << 10) throw new NoteError(`the note is longer than ${64 << 10} bytes`);
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new NoteError("the note holds a control character");
}

function requireName(name) {
  if (name === "" || name.includes("+") || plain(name) !== name || /\s/.test(name)) {
    throw new NoteError("the name of a key must have no space, no `+` and no control character, and not be empty");
  }
}

function noteBase64(text, what) {
  const raw = base64(text);
  if (raw !== null) return raw;
  const loose = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
  throw new NoteError(loose ? `${what} is not written as base64 should be` : `${what} is not base64`);
}

// A public key in the text form `name+id+key`.
async function parseKey(text) {
  const parts = /^([^+]*)\+([^+]*)\+([\s\S]*)$/.exec(text);
  if (parts === null) throw new NoteError("a public key has the form `name+id+key`");
  const [, name, id, encoded] = parts;
  const raw = noteBase64(encoded, "the key");
  if (raw[0] !== 1 || raw.length !== 1 + 32) throw new NoteError("the key is no Ed25519 key");
  requireName(name);
  const told = hex((await digest(joined(utf8(name + "\n"), raw), "sha-256")).slice(0, 4));
  if (told !== id) {
    throw new NoteError(`the id \`${id}\` does not fit the name and the key: one of the three was altered`);
  }
  return { name, id, public: raw.slice(1) };
}

// The keys of a text with one on each line; empty lines and lines that begin with `#` do not count.
async function parseKeys(text) {
  const keys = [];
  for (const [at, line] of text.split(/\r\n|[\n\r]/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    try {
      keys.push(await parseKey(line.trim()));
    } catch (error) {
      if (!(error instanceof NoteError)) throw error;
      throw new NoteError(`line ${at + 1}: ${error.message}`);
    }
  }
  return keys;
}

// true, false, or null where the browser has no Ed25519.
async function isSignedBy(key, text, signature) {
  let known;
  try {
    known = await crypto.subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    if (error.name === "DataError") return false;
    return null;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, known, signature, utf8(text));
}

// The text of a note and its signatures, none verified.
function splitNote(note) {
  requirePrintable(note);
  const at = note.lastIndexOf("\n\n");
  if (at < 0) throw new NoteError("the note has no empty line before its signatures");
  const tail = note.slice(at + 2);
  if (!tail.endsWith("\n")) throw new NoteError("the note does not end with a newline after its signatures");
  const lines = tail.slice(0, -1).split("\n");
  if (lines.length > 16) throw new NoteError("the note has more than 16 signatures");
  return [note.slice(0, at) + "\n", lines.map(readSignature)];
}

function readSignature(line) {
  const parts = line.startsWith("\u2014 ") ? line.slice(2).split(" ") : [];
  if (parts.length !== 2) throw new NoteError("a signature line has the form `\u2014 name signature`");
  const [name, encoded] = parts;
  requireName(name);
  const raw = noteBase64(encoded, `the signature of \`${name}\``);
  if (raw.length <= 4) throw new NoteError(`the signature of \`${name}\` is too short`);
  return { name, id: hex(raw.slice(0, 4)), signature: raw.slice(4) };
}

// The checkpoint that the text of a note tells.
function readCheckpoint(text) {
  const lines = text.slice(0, -1).split("\n");
  if (lines.length < 3) throw new NoteError("a checkpoint has at least three lines: origin, size, root");
  if (lines.includes("")) throw new NoteError("the checkpoint has an empty line");
  const [origin, size, encoded, ...extensions] = lines;
  if (!/^(0|[1-9][0-9]{0,18})$/.test(size)) {
    throw new NoteError("the second line of the checkpoint, its size, is no plain decimal number");
  }
  const root = noteBase64(encoded, "the third line of the checkpoint, its root,");
  if (root.length !== HASH_BYTES) throw new NoteError("the root of the checkpoint is not 32 bytes long");
  const algorithm = extension(extensions, "algorithm ") ?? "sha-256";
  if (!ALGORITHMS.includes(algorithm)) {
    const known = ALGORITHMS.join(", ");
    throw new NoteError(`the checkpoint names a hash that is not known: \`${algorithm}\`; known are ${known}`);
  }
  return { origin, size: Number(size), sizeText: size, root, algorithm, at: extension(extensions, "time ") ?? "-" };
}

function extension(lines, name) {
  const found = lines.filter((line) => line.startsWith(name)).map((line) => line.slice(name.length));
  if (found.length > 1) throw new NoteError(`the checkpoint has several lines \`${name.trim()}\``);
  return found[0] || null;
}
