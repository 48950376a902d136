// The button and the list. Whatever is told is put in as text.
import { Chain } from "./chain.js";
import { checkCommit } from "./checks.js";
import { Verifier } from "./verifier.js";

const WHO = { page: "this page verified", chain: "the chain verified", nobody: "nobody verified", failed: "not verified" };
const button = document.querySelector("#check");
const list = document.querySelector("#lines");
const state = document.querySelector("#state");
const { commit, rpc, module } = document.querySelector("#checks").dataset;

function tell(who, name, words) {
  const line = document.createElement("li");
  line.className = who;
  for (const [tag, text] of [["span", WHO[who]], ["span", `${name}: ${words}`]]) {
    const part = document.createElement(tag);
    part.textContent = text;
    line.append(part);
  }
  line.firstChild.className = "who";
  list.append(line);
}

async function run() {
  button.disabled = true;
  list.replaceChildren();
  state.textContent = "Reading the chain and checking…";
  try {
    if (!crypto.subtle) throw new Error("this browser hashes only on pages reached by HTTPS or on this machine");
    const layout = await (await fetch("/api/v1/layout.json")).json();
    const chain = new Chain(rpc, layout);
    await checkCommit(chain, await Verifier.load(module), commit, tell);
    const failed = list.querySelectorAll(".failed").length;
    state.textContent = failed ? `${failed} of the lines below do not hold.` : "Everything that can be checked here holds.";
  } catch (error) {
    tell("failed", "check", `it did not come to its end: ${error.message}`);
    state.textContent = "The check did not come to its end.";
  }
  button.disabled = false;
}

button.disabled = false;
button.addEventListener("click", run);
