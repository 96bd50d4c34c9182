// What a client keeps, read strictly: gateway/proof/bundle.py, in the browser.
"use strict";

const FORMAT = "credit-gateway/bundle/1";
const MAXIMUM_BYTES = 64 << 20;

// `text` with "?" for whatever nobody would see.
function plain(text) {
  return [...text].map((sign) => (sign !== " " && /[\p{C}\p{Z}]/u.test(sign) ? "?" : sign)).join("");
}

// What a code means with its values: [Chinese, English].
function say(code, values = {}) {
  const reason = WORDS[values.reason] ?? [values.reason, values.reason];
  return WORDS[code].map((text, language) =>
    text.replace(/\{(\w+)\}/g, (_, name) => plain(String(name === "reason" ? reason[language] : values[name]))),
  );
}

class BundleError extends Error {
  // What was given cannot be read: its place, and a code of WORDS with its values.
  constructor(code, place, values = {}) {
    super(code);
    this.code = code;
    this.place = plain(place);
    this.values = values;
  }
}

// The text of a file's bytes.
function readText(bytes) {
  if (bytes.length > MAXIMUM_BYTES) throw new BundleError("READ_LARGE", "", { limit: MAXIMUM_BYTES });
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BundleError("READ_UTF8", "", { at: firstBroken(bytes) });
  }
}

// Where the bytes cease to be UTF-8.
function firstBroken(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at];
    const length = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    try {
      new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.slice(at, at + length));
    } catch {
      return at;
    }
    at += length;
  }
  return at;
}

// A bundle, or the receipt alone: { receipt, answer }, the answer null where there is none.
function readBundle(text) {
  const value = parsed(text);
  if (isObject(value) && Object.hasOwn(value, "entry") && !Object.hasOwn(value, "format")) {
    return { receipt: readReceipt(value, ""), answer: null };
  }
  const found = readMembers(value, "", { format: readFormat, answer: readString, receipt: readReceipt });
  return { receipt: found.receipt, answer: found.answer };
}

// Whether a text is meant to be a bundle or a receipt, rather than an answer.
function isBundle(text) {
  try {
    const found = members(compact(text));
    return found !== null && (found.has("format") || found.has("entry"));
  } catch {
    return false;
  }
}

function parsed(text) {
  try {
    return JSON.parse(compact(text));
  } catch (error) {
    if (error instanceof JsonError) throw new BundleError("READ_JSON", "", error.values);
    throw error;
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const below = (place, name) => (place === "" ? name : `${place}.${name}`);

function readMembers(value, place, required, optional = {}) {
  if (!isObject(value)) throw new BundleError("READ_OBJECT", place);
  const readers = { ...required, ...optional };
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(readers, name)) {
      const known = Object.keys(readers).join(", ");
      throw new BundleError("READ_NAME", below(place, [...name].slice(0, 40).join("")), { known });
    }
  }
  for (const name of Object.keys(required)) {
    if (!Object.hasOwn(value, name)) throw new BundleError("READ_MISSING", below(place, name));
  }
  const read = Object.keys(value).map((name) => [name, readers[name](value[name], below(place, name))]);
  return Object.fromEntries(read);
}

function readReceipt(value, place) {
  const required = {
    entry: readString,
    index: readNumber,
    algorithm: (each, at) => readChoice(each, at, ALGORITHMS),
    inclusion: (each, at) => readList(each, at, 64).map((hash, number) => readHash(hash, `${at}[${number}]`)),
    checkpoint: readString,
  };
  const optional = {
    leaf: readHash,
    shape: (each, at) => (each === null ? null : readString(each, at)),
    timestamps: (each, at) => readList(each, at, 16),
  };
  return { leaf: null, shape: null, timestamps: [], ...readMembers(value, place, required, optional) };
}

const readFormat = (value, place) => readChoice(value, place, [FORMAT]);

function readChoice(value, place, known) {
  if (!known.includes(value)) throw new BundleError("READ_CHOICE", place, { known: known.join(", ") });
  return value;
}

function readString(value, place) {
  if (typeof value !== "string") throw new BundleError("READ_TEXT", place);
  return value;
}

function readNumber(value, place) {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new BundleError("READ_NUMBER", place, { limit: Number.MAX_SAFE_INTEGER });
  }
  return value;
}

function readHash(value, place) {
  const raw = typeof value === "string" ? base64(value) : null;
  if (raw === null || raw.length !== HASH_BYTES) throw new BundleError("READ_HASH", place);
  return raw;
}

function readList(value, place, limit) {
  if (!Array.isArray(value) || value.length > limit) throw new BundleError("READ_LIST", place, { limit });
  return value;
}
