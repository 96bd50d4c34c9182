// The page: files and keys in, findings in words out. Nothing leaves it, and nothing is kept.
// Whatever comes from a file is set as text, never as markup.
"use strict";

const at = (id) => document.getElementById(id);
const LANGUAGES = ["zh-CN", "en"];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const inBoth = (words, className = "") =>
  words.map((text, language) => element("p", { lang: LANGUAGES[language], textContent: text, className }));

function showKeySource() {
  const served = typeof SERVED_KEYS === "string" && SERVED_KEYS !== "";
  if (served) at("keys").value = SERVED_KEYS;
  const words = served
    ? [
        "以下公钥由提供本页的服务器给出；请与从其他途径得到的公钥比对。",
        "These keys come from the server of this page: compare them with those that reached you another way.",
      ]
    : ["请填入从网关得到的公钥。", "Paste the public key of the gateway."];
  at("key-source").replaceChildren(words[0], " ", element("span", { lang: "en", textContent: words[1] }));
}

async function check() {
  const files = [...at("files").files];
  const result = at("result");
  if (files.length === 0) {
    result.replaceChildren(...inBoth(["请先选择文件。", "Choose a file first."]));
    at("files").focus();
    return;
  }
  if (globalThis.crypto?.subtle === undefined) {
    const words = [
      "此处的浏览器不提供 WebCrypto（需要 HTTPS），无法核验；请用命令行 credit-gateway verify。",
      "this browser gives no WebCrypto here (it needs HTTPS): nothing can be checked; use credit-gateway verify.",
    ];
    result.replaceChildren(...inBoth(words, "unknown"));
    return;
  }
  const shown = await checked(files);
  result.replaceChildren(...shown);
  result.focus();
}

// The result of each file, or of the answer and the receipt that were given together.
async function checked(files) {
  let keys;
  try {
    keys = await parseKeys(at("keys").value);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    return [notRead("公钥 key", new BundleError("READ_KEY", "", { reason: error.message }))];
  }
  const read = await Promise.all(files.map(readFile));
  const answers = read.filter((each) => each.text !== undefined && !isBundle(each.text));
  const receipts = read.filter((each) => each.text !== undefined && isBundle(each.text));
  if (read.length === 2 && answers.length === 1 && receipts.length === 1) {
    const [answer] = answers;
    const [receipt] = receipts;
    const name = `${answer.name}, ${receipt.name}`;
    return [await shownOf(name, () => ({ ...readBundle(receipt.text), answer: answer.text }), keys)];
  }
  return Promise.all(
    read.map((each) => (each.error ? notRead(each.name, each.error) : shownOf(each.name, () => readBundle(each.text), keys))),
  );
}

async function readFile(file) {
  try {
    return { name: file.name, text: readText(new Uint8Array(await file.arrayBuffer())) };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return { name: file.name, error };
  }
}

async function shownOf(name, read, keys) {
  let bundle;
  try {
    bundle = read();
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    return notRead(name, error);
  }
  const { verdict, findings } = await verify(bundle, keys);
  const rows = findings.map(row);
  const heads = ["结论 verdict", "何处 where", "说明 what"].map((text) => element("th", { scope: "col", textContent: text }));
  const table = element("table", {}, element("thead", {}, element("tr", {}, ...heads)), element("tbody", {}, ...rows));
  const shown = element("article", {}, element("h3", { textContent: name }));
  shown.append(...inBoth(WORDS[`ALL_${verdict}`], `sum ${verdict.toLowerCase()}`), table);
  shown.dataset.verdict = verdict;
  return shown;
}

function row({ code, verdict, place, words }) {
  const cells = [
    element("td", { className: verdict.toLowerCase() }, ...inBoth(WORDS[verdict])),
    element("td", { textContent: place }),
    element("td", {}, ...inBoth(words)),
  ];
  const made = element("tr", {}, ...cells);
  Object.assign(made.dataset, { code, verdict, place });
  return made;
}

function notRead(name, error) {
  const told = say(error.code, error.values).map((text, language) => {
    const place = error.place === "" ? "" : `${error.place}: `;
    return `${WORDS.NOT_READ[language]}: ${place}${text}`;
  });
  const shown = element("article", {}, element("h3", { textContent: name }), ...inBoth(told, "sum fails"));
  Object.assign(shown.dataset, { verdict: "NOT_READ", code: error.code, place: error.place });
  return shown;
}

function takeDropped(event) {
  event.preventDefault();
  at("drop").classList.remove("over");
  if (event.dataTransfer.files.length > 0) {
    at("files").files = event.dataTransfer.files;
    check();
  }
}

showKeySource();
at("check").addEventListener("click", check);
for (const name of ["dragover", "dragleave"]) {
  at("drop").addEventListener(name, (event) => {
    event.preventDefault();
    at("drop").classList.toggle("over", name === "dragover");
  });
}
at("drop").addEventListener("drop", takeDropped);
// A file that misses its place would be opened instead of this page.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());
