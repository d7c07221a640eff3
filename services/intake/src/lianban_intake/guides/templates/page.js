"use strict";
// Without this the pages work as well: the list by its form, follow-up questions by the words beside them.
(() => {
  const search = document.querySelector("form.search");
  const cards = [...document.querySelectorAll(".card")];
  const told = document.querySelector("[data-found]");
  if (search && location.search.length < 2) {
    const narrow = () => {
      const words = search.q.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const card of cards) {
        const fits = words.every((word) => card.dataset.text.includes(word)) &&
          ["area", "stage", "audience"].every((name) => !search[name].value || search[name].value === card.dataset[name]);
        card.hidden = !fits;
        count += fits;
      }
      for (const area of document.querySelectorAll(".area")) area.hidden = !area.querySelector(".card:not([hidden])");
      told.textContent = count ? `找到 ${count} 个主题` : "没有找到相符的主题，换一个说法试试";
    };
    search.addEventListener("input", narrow);
    narrow();
  }
})();
(() => {
  const form = document.querySelector("form.situation");
  if (!form) return;
  const follow = () => {
    for (const set of form.querySelectorAll("[data-asked-if]")) {
      const given = new FormData(form);
      const asked = JSON.parse(set.dataset.askedIf).some((box) =>
        box.every(([question, values]) => values.includes(given.get("q_" + question))));
      set.hidden = set.disabled = !asked;
    }
  };
  form.addEventListener("change", follow);
  follow();
})();
addEventListener("beforeprint", () => document.querySelectorAll(".details details").forEach((item) => (item.open = true)));
