"use strict";
// Filters of tables and lists. Without this script the page shows everything and no filter.
for (const bar of document.querySelectorAll("[data-search]")) {
  const list = document.getElementById(bar.dataset.search);
  const items = list.tBodies ? Array.from(list.tBodies[0].rows) : Array.from(list.children);
  const texts = items.map((item) => (item.querySelector("summary") || item).textContent.toLowerCase());
  const input = bar.querySelector("input");
  const choice = document.querySelector(`[data-choice="${bar.dataset.search}"]`);
  const select = choice && choice.querySelector("select");
  const told = bar.querySelector("output");
  const update = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const why = select ? select.value : "";
    let shown = 0;
    items.forEach((item, at) => {
      const reasons = (item.dataset.why || "").split("|");
      const fits = words.every((word) => texts[at].includes(word)) && (!why || reasons.includes(why));
      item.hidden = !fits;
      shown += fits;
    });
    told.textContent = `${shown} of ${items.length}`;
  };
  if (select) {
    const reasons = new Set(items.flatMap((item) => (item.dataset.why || "").split("|")));
    for (const reason of Array.from(reasons).filter(Boolean).sort()) select.add(new Option(reason, reason));
    select.addEventListener("change", update);
    choice.hidden = false;
  }
  input.addEventListener("input", update);
  bar.hidden = false;
  update();
}
