// Is an answer the one that the gateway gave: gateway/proof/verify.py and pieces.py, in the browser.
"use strict";

const SALT = "extensions.receipt.salt";
const RECEIPT_ID = "extensions.receipt.id";

const finding = (verdict, needed) => (code, place, values = {}) => ({
  code,
  verdict,
  place: plain(place),
  needed,
  values,
  words: say(code, values),
});
const holds = finding("HOLDS", true);
const fails = finding("FAILS", true);
const unsaid = finding("UNKNOWN", true);
const aside = finding("UNKNOWN", false);

// All findings about a bundle, by public keys alone: { verdict, findings }.
async function verify({ receipt, answer }, keys) {
  const noted = await noteOf(receipt.checkpoint, keys, "receipt.checkpoint");
  const included = await inclusionOf(receipt, noted);
  const altered = included.some((each) => each.code === "ENTRY_ALTERED" || each.code === "NOT_IN_TREE");
  const findings = [...noted.findings, ...included];
  const entry = entryOf(receipt.entry);
  if (entry.finding !== undefined) findings.push(entry.finding, unsaid("ANSWER_UNSAID", "answer"));
  else findings.push(...(await answerOf(answer, entry, altered)), ...(await shapeOf(receipt, entry, altered)));
  if (receipt.timestamps.length > 0) {
    const count = receipt.timestamps.length;
    findings.push(aside("TIMESTAMPS_UNCHECKED", "receipt.timestamps", { count }));
  }
  return { verdict: verdictOf(findings), findings };
}

function verdictOf(findings) {
  if (findings.some((each) => each.verdict === "FAILS")) return "FAILS";
  return findings.some((each) => each.verdict === "UNKNOWN" && each.needed) ? "UNKNOWN" : "HOLDS";
}

const named = (keys) => keys.map((key) => `${key.name}+${key.id}`).join(", ");

async function noteOf(note, keys, place) {
  let text, signatures, checkpoint;
  try {
    [text, signatures] = splitNote(note);
    checkpoint = readCheckpoint(text);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    const findings = [fails("CHECKPOINT_UNREADABLE", place, { reason: error.message })];
    return { checkpoint: null, signed: false, forged: false, findings };
  }
  const ended = (signed, forged, ...findings) => ({ checkpoint, signed, forged, findings });
  const ours = signatures
    .map((each) => [keys.find((key) => key.name === each.name && key.id === each.id), each])
    .filter(([key]) => key !== undefined);
  const told = await Promise.all(ours.map(([key, each]) => isSignedBy(key, text, each.signature)));
  const bad = ours.filter((_, at) => told[at] === false).map(([key]) => key);
  if (bad.length > 0) return ended(false, true, fails("CHECKPOINT_FORGED", place, { key: named(bad) }));
  if (told.includes(null)) return ended(false, false, unsaid("CHECKPOINT_UNCHECKED", place));
  if (ours.length > 0) {
    const { origin, sizeText, at } = checkpoint;
    const key = named(ours.map(([each]) => each));
    return ended(true, false, holds("CHECKPOINT_SIGNED", place, { key, origin, size: sizeText, at }));
  }
  const other = keys.length > 0 ? fails : unsaid;
  const code = keys.length > 0 ? "CHECKPOINT_OTHER_KEY" : "CHECKPOINT_NO_KEY";
  return ended(false, false, other(code, place, { signers: named(signatures) }));
}

async function inclusionOf(receipt, { checkpoint, signed, forged }) {
  if (checkpoint === null) return [unsaid("INCLUSION_UNSAID", "receipt.inclusion")];
  const found = [];
  const { algorithm, size } = checkpoint;
  const told = { index: receipt.index, size: checkpoint.sizeText };
  if (receipt.algorithm !== algorithm) {
    found.push(fails("ALGORITHM_OTHER", "receipt.algorithm", { algorithm: receipt.algorithm, other: algorithm }));
  }
  const leaf = await leafHash(utf8(receipt.entry), algorithm);
  const leads = async (from) => {
    const root = await rootByPath(from, receipt.index, size, receipt.inclusion, algorithm);
    return root !== null && same(root, checkpoint.root);
  };
  const other = receipt.leaf !== null && !same(receipt.leaf, leaf);
  if (await leads(leaf)) {
    if (other) found.push(fails("LEAF_ALTERED", "receipt.leaf"));
    if (signed) found.push(holds("INCLUDED", "receipt.inclusion", told));
    else found.push(unsaid("INCLUDED_UNSIGNED", "receipt.inclusion", told));
  } else if (forged) {
    found.push(unsaid("INCLUSION_UNSAID", "receipt.inclusion"));
  } else if (other && (await leads(receipt.leaf))) {
    found.push(fails("ENTRY_ALTERED", "receipt.entry"));
  } else if (receipt.index >= size) {
    found.push(fails("INDEX_BEYOND", "receipt.index", told));
  } else if (receipt.inclusion.length !== pathLength(receipt.index, size)) {
    found.push(fails("PATH_LENGTH", "receipt.inclusion", told));
  } else if (receipt.leaf !== null && !other) {
    found.push(fails("PATH_ALTERED", "receipt.inclusion"));
  } else {
    found.push(fails("NOT_IN_TREE", "receipt.entry"));
  }
  return found;
}

function entryOf(text) {
  let found;
  try {
    found = JSON.parse(compact(text));
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return { finding: fails("ENTRY_UNREADABLE", "receipt.entry", error.values) };
  }
  const entry = isObject(found) ? { shape: "", parts: {}, ...found } : {};
  for (const name of ["receipt", "response_digest", "shape"]) {
    if (typeof entry[name] !== "string") return { finding: fails("ENTRY_LACKS", `receipt.entry: ${name}`) };
  }
  if (!isObject(entry.parts) || !Object.values(entry.parts).every((each) => typeof each === "string")) {
    return { finding: fails("ENTRY_LACKS", "receipt.entry: parts") };
  }
  // by the text: an object of JavaScript sorts names that look like numbers
  const parts = new Map([...(members(members(compact(text)).get("parts") ?? "{}") ?? [])]);
  for (const [name, each] of parts) parts.set(name, JSON.parse(each));
  return { receipt: entry.receipt, digest: entry.response_digest, shape: entry.shape, parts };
}

async function answerOf(answer, entry, altered) {
  if (answer === null) return [unsaid("ANSWER_ABSENT", "answer")];
  const is = async (text) => (await sha256Hex(text)) === entry.digest;
  const exact = await is(answer);
  let text;
  try {
    text = compact(answer);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return [exact ? holds("ANSWER_EXACT", "answer") : fails("ANSWER_UNREADABLE", "answer", error.values)];
  }
  const anew = compact(text, spelled);
  let held = null;
  if (exact) held = "ANSWER_EXACT";
  else if (await is(text)) held = "ANSWER_COMPACT";
  else if (await is(anew)) held = "ANSWER_REWRITTEN";
  const pieces = held === null ? await locate([text, anew], entry.parts, altered) : await compare([text, anew], entry.parts);
  const found = held === null ? pieces : [holds(held, "answer"), ...pieces];
  return [...found, idOf(textAt(text, RECEIPT_ID), entry, altered && held !== null)];
}

function idOf(told, entry, alteredThere) {
  if (told === null) return aside("ID_ABSENT", `answer: ${RECEIPT_ID}`);
  if (told === entry.receipt) return holds("ID_SAME", `answer: ${RECEIPT_ID}`, { id: told });
  return fails("ID_OTHER", alteredThere ? "receipt.entry: receipt" : `answer: ${RECEIPT_ID}`);
}

async function shapeOf(receipt, entry, altered) {
  if (receipt.shape === null) return entry.shape === "" ? [] : [aside("SHAPE_ABSENT", "receipt.shape")];
  const place = altered ? "receipt.entry: shape" : "receipt.shape";
  if (entry.shape === "") return [fails("SHAPE_UNNAMED", place)];
  const told = (await sha256Hex(receipt.shape)).slice(0, 32);
  return [told === entry.shape ? holds("SHAPE_SAME", "receipt.shape") : fails("SHAPE_OTHER", place)];
}

// The pieces of an answer whose compact text it is: a Map from path to text.
function piecesOf(text) {
  const found = new Map();
  for (const [name, value] of members(text) ?? []) {
    if (name !== "data") {
      found.set(name, value);
      continue;
    }
    for (const [path, each] of partsBelow(name, value)) {
      for (const [inner, piece] of path === name ? [[path, each]] : partsBelow(path, each)) found.set(inner, piece);
    }
  }
  return found;
}

// The name of a member that may hold a personal number: what has one is not taken apart.
function mayBeNumber(name) {
  return name.replace(/[^0-9]/g, "").length >= 6;
}

function partsBelow(path, text) {
  const inner = members(text);
  if (inner === null || inner.size === 0 || [...inner.keys()].some(mayBeNumber)) return [[path, text]];
  return [...inner].map(([name, each]) => [`${path}.${name}`, each]);
}

// What a string at the dotted path of an answer says; null where there is none.
function textAt(text, path) {
  let value = text;
  for (const name of path.split(".")) {
    value = members(value)?.get(name);
    if (value === undefined) return null;
  }
  return value.startsWith('"') ? JSON.parse(value) : null;
}

async function fits(digestTold, salt, path, forms) {
  for (const pieces of forms) {
    const text = pieces.get(path);
    if (text !== undefined && (await sha256Hex(`${salt}\n${path}\n${text}`)) === digestTold) return true;
  }
  return false;
}

// The paths of the pieces that are not what the entry says.
async function differing(salt, parts, pieces) {
  const paths = [...new Set([...parts.keys(), ...pieces[0].keys()])];
  const same = await Promise.all(
    paths.map((path) => (parts.has(path) ? fits(parts.get(path), salt, path, pieces) : false)),
  );
  return { paths: paths.filter((_, at) => !same[at]), all: !same.includes(true) };
}

async function locate(forms, parts, altered) {
  const whole = fails("ANSWER_ALTERED", "answer");
  if (parts.size === 0) return [whole, unsaid("PIECES_UNSAID", "answer")];
  const salt = textAt(forms[0], SALT);
  if (salt === null) return [whole, fails("SALT_MISSING", `answer: ${SALT}`)];
  const pieces = forms.map(piecesOf);
  const { paths, all } = await differing(salt, parts, pieces);
  if (paths.length === 0 && altered) return [fails("DIGEST_ALTERED", "receipt.entry: response_digest")];
  if (paths.length === 0) return [whole, fails("ORDER_ALTERED", "answer")];
  if (all) return [whole, fails("PIECES_ALL", `answer: ${SALT}`)];
  const code = (path) => (!pieces[0].has(path) ? "PIECE_MISSING" : parts.has(path) ? "PIECE_ALTERED" : "PIECE_ADDED");
  return [whole, ...paths.map((path) => fails(code(path), `answer: ${path}`))];
}

async function compare(forms, parts) {
  const salt = textAt(forms[0], SALT);
  if (parts.size === 0 || salt === null) return [];
  const { paths } = await differing(salt, parts, forms.map(piecesOf));
  return paths.map((path) => fails("PART_OTHER", `receipt.entry: parts.${path}`));
}
