// SHA-256 by WebCrypto, SM3 (GB/T 32905-2016) by hand: no browser has it.
"use strict";

const SM3_START = [0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e];

async function digest(bytes, algorithm) {
  if (algorithm === "sm3") return sm3(bytes);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

function sm3(bytes) {
  const state = SM3_START.slice();
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(padded.length - 8, BigInt(bytes.length) * 8n);
  for (let at = 0; at < padded.length; at += 64) sm3Block(state, view, at);
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, at) => out.setUint32(at * 4, word));
  return new Uint8Array(out.buffer);
}

function rotated(word, bits) {
  const by = bits % 32;
  return by === 0 ? word >>> 0 : ((word << by) | (word >>> (32 - by))) >>> 0;
}

function sm3Block(state, view, start) {
  const w = [];
  for (let j = 0; j < 16; j += 1) w.push(view.getUint32(start + j * 4));
  for (let j = 16; j < 68; j += 1) {
    const x = w[j - 16] ^ w[j - 9] ^ rotated(w[j - 3], 15);
    w.push((x ^ rotated(x, 15) ^ rotated(x, 23) ^ rotated(w[j - 13], 7) ^ w[j - 6]) >>> 0);
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let j = 0; j < 64; j += 1) {
    const t = rotated(j < 16 ? 0x79cc4519 : 0x7a879d8a, j);
    const ss1 = rotated((rotated(a, 12) + e + t) >>> 0, 7);
    const ss2 = ss1 ^ rotated(a, 12);
    const ff = j < 16 ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = j < 16 ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + ss2 + (w[j] ^ w[j + 4])) >>> 0;
    const tt2 = (gg + h + ss1 + w[j]) >>> 0;
    [d, c, b, a] = [c, rotated(b, 9), a, tt1];
    [h, g, f, e] = [g, rotated(f, 19), e, (tt2 ^ rotated(tt2, 9) ^ rotated(tt2, 17)) >>> 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, at) => {
    state[at] = (state[at] ^ word) >>> 0;
  });
}

const utf8 = (text) => new TextEncoder().encode(text);
const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

// What a text encodes (RFC 4648 §4), null unless it is the one form that encodes it.
function base64(text) {
  try {
    const raw = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    return btoa(String.fromCharCode(...raw)) === text ? raw : null;
  } catch {
    return null;
  }
}

async function sha256Hex(text) {
  return hex(await digest(utf8(text), "sha-256"));
}
