// Reads JSON text by its tokens, strictly: gateway/proof/json_text.py, in the browser.
"use strict";

const MAXIMUM_DEPTH = 200;
const LEAF = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

class JsonError extends Error {
  // Why a text is no JSON (a code of WORDS), and where: line and column from 1, in characters.
  constructor(code, text, at) {
    super(code);
    const before = text.slice(0, at);
    const line = before.split("\n").length;
    const column = [...before.slice(before.lastIndexOf("\n") + 1)].length + 1;
    this.values = { reason: code, line: String(line), column: String(column) };
  }
}

// The tokens of a text without whitespace, as [kind, start, end]; kind is "string", "leaf" or "mark".
function* tokensOf(text) {
  let at = 0;
  while (at < text.length) {
    const sign = text[at];
    if (sign === " " || sign === "\t" || sign === "\n" || sign === "\r") {
      at += 1;
      continue;
    }
    let kind = "mark";
    let end = at + 1;
    if (sign === '"') {
      kind = "string";
      end = endOfString(text, at);
    } else if (!"{}[],:".includes(sign)) {
      kind = "leaf";
      LEAF.lastIndex = at;
      const found = LEAF.exec(text);
      end = found === null ? -1 : LEAF.lastIndex;
    }
    if (end < 0) throw new JsonError(sign === "\ufeff" ? "JSON_MARK" : "JSON_NOT", text, at);
    yield [kind, at, end];
    at = end;
  }
}

function endOfString(text, start) {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return -1;
    if (code === 0x5c) {
      ESCAPE.lastIndex = at;
      if (!ESCAPE.test(text)) return -1;
      at = ESCAPE.lastIndex;
    } else {
      at += 1;
    }
  }
  return -1;
}

// What may come next: a value or a name (first: or the end of what has just begun), a colon, a comma or the end.
class JsonReader {
  constructor(text) {
    this.text = text;
    this.next = "value";
    this.open = []; // the names so far of each object that is open, innermost last; null for a list
  }

  take(kind, start, end) {
    const mark = kind === "mark" ? this.text[start] : "";
    const values = this.next === "value" || this.next === "first value";
    const names = this.next === "name" || this.next === "first name";
    const ends = this.next === "comma" || this.next === "first name" || this.next === "first value";
    if (values && mark === "") {
      this.said(kind, start, end);
      this.ended();
    } else if (values && (mark === "{" || mark === "[")) {
      if (this.open.length === MAXIMUM_DEPTH) throw new JsonError("JSON_DEEP", this.text, start);
      this.open.push(mark === "{" ? new Set() : null);
      this.next = mark === "{" ? "first name" : "first value";
    } else if (names && kind === "string") {
      const name = this.said(kind, start, end);
      const known = this.open[this.open.length - 1];
      if (known.has(name)) throw new JsonError("JSON_TWICE", this.text, start);
      known.add(name);
      this.next = "colon";
    } else if (this.next === "colon" && mark === ":") {
      this.next = "value";
    } else if (this.next === "comma" && mark === ",") {
      this.next = this.open[this.open.length - 1] === null ? "value" : "name";
    } else if (ends && mark === (this.open[this.open.length - 1] === null ? "]" : "}")) {
      this.open.pop();
      this.ended();
    } else {
      throw new JsonError(this.next === "nothing" ? "JSON_FOLLOWS" : "JSON_NOT", this.text, start);
    }
  }

  ended() {
    this.next = this.open.length > 0 ? "comma" : "nothing";
  }

  said(kind, start, end) {
    const text = this.text.slice(start, end);
    if (kind === "leaf") {
      if (!/[el]$/.test(text) && !Number.isFinite(Number(text))) throw new JsonError("JSON_RANGE", this.text, start);
      return text;
    }
    const said = text.includes("\\") ? JSON.parse(text) : text.slice(1, -1);
    if (!said.isWellFormed()) throw new JsonError("JSON_HALF", this.text, start);
    return said;
  }
}

// The text without the whitespace between its tokens; `written` may spell a token anew. Throws JsonError.
function compact(text, written = (kind, token) => token) {
  const reader = new JsonReader(text);
  const kept = [];
  for (const [kind, start, end] of tokensOf(text)) {
    reader.take(kind, start, end);
    kept.push(written(kind, text.slice(start, end)));
  }
  if (reader.next !== "nothing") throw new JsonError("JSON_ENDS", text, text.length);
  return kept.join("");
}

// The members of the object whose compact text it is: a Map from name to text; null if it is no object.
function members(text) {
  if (!text.startsWith("{")) return null;
  const found = new Map();
  let depth = 0;
  let name = null;
  let from = 0;
  let before = "";
  for (const [kind, start, end] of tokensOf(text)) {
    const mark = kind === "mark" ? text[start] : " ";
    if (mark === "}" || mark === "]") depth -= 1;
    if (mark === ":" && depth === 1) {
      name = JSON.parse(before);
      from = end;
    } else if (name !== null && (depth === 0 || (depth === 1 && mark === ","))) {
      found.set(name, text.slice(from, start));
      name = null;
    }
    if (mark === "{" || mark === "[") depth += 1;
    before = text.slice(start, end);
  }
  return found;
}

// One token as the gateway writes it.
function spelled(kind, token) {
  if (kind === "string") return token.includes("\\") ? spelledString(JSON.parse(token)) : token;
  return kind === "leaf" && !/[el]$/.test(token) ? spelledNumber(token) : token;
}

const SHORT = { "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\" };

function spelledString(said) {
  const escaped = (sign) => SHORT[sign] ?? "\\u00" + sign.charCodeAt(0).toString(16).padStart(2, "0");
  return '"' + said.replace(/[\u0000-\u001f"\\]/g, escaped) + '"';
}

// Whole numbers of 64 bits stay whole; all else is the shortest text of a double, with an exponent from 1e16 on and
// below 1e-5.
function spelledNumber(token) {
  if (/^-?[0-9]+$/.test(token)) {
    const whole = BigInt(token);
    if (whole >= -(2n ** 63n) && whole < 2n ** 64n) return whole.toString();
  }
  const value = Number(token);
  const size = Math.abs(value);
  if (size >= 1e16 || (size > 0 && size < 1e-5)) return value.toExponential();
  const text = Object.is(value, -0) ? "-0" : String(value);
  return Number.isInteger(value) ? text + ".0" : text;
}
