// Keeps the entries that hold every word of the search box; opens everything for the printer.
const box = document.getElementById("find");
const entries = [...document.querySelectorAll("[data-entry]")];
const groups = [...document.querySelectorAll("[data-group]")];
const said = document.getElementById("found");
const words = (text) => text.toLocaleLowerCase().normalize("NFKC").split(/\s+/).filter(Boolean);
const texts = new Map(entries.map((entry) => [entry, words(entry.textContent).join(" ")]));

function search() {
  const wanted = words(box.value);
  let metrics = 0;
  for (const entry of entries) {
    entry.hidden = !wanted.every((word) => texts.get(entry).includes(word));
    metrics += !entry.hidden && entry.dataset.entry === "metric";
  }
  for (const group of groups) group.hidden = !group.querySelector("[data-entry]:not([hidden])");
  said.textContent = `${metrics} of ${said.dataset.all} metrics`;
}

function show(id) {
  const target = document.getElementById(id) || document.getElementById(decodeURIComponent(id));
  if (target?.closest("[hidden]")) { box.value = ""; search(); }
  target?.scrollIntoView();
}

box.addEventListener("input", search);
document.addEventListener("click", (event) => {
  const owner = event.target.closest("[data-find]");
  if (owner) { box.value = owner.dataset.find; search(); box.scrollIntoView(); }
});
window.addEventListener("hashchange", () => show(location.hash.slice(1)));
let closed = [];
window.addEventListener("beforeprint", () => {
  closed = [...document.querySelectorAll("details:not([open])")];
  for (const part of closed) part.open = true;
});
window.addEventListener("afterprint", () => { for (const part of closed) part.open = false; });
search();
