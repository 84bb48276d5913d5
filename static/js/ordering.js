// Puts lists in order with buttons, and choices also by typing their place. The positions are in other text boxes, which
// people see only without this script. Also searches the checkboxes of a long list, and moves a checked one to the
// chosen ones.
(() => {
  const ITEM = "[data-item]:not(.empty-form)";
  const itemsOf = (list) => [...list.children].filter((item) => item.matches(ITEM));
  const boxOf = (item) => item.querySelector(".position, .field-order input");
  const isAdded = (item) => item.matches(".part:not(.has_original)");
  // An added row has the position 0 until somebody moves it: it comes last.
  const positionOf = (item) => {
    const text = boxOf(item)?.value.trim();
    return /^\d+$/.test(text) && !(text === "0" && isAdded(item)) ? Number(text) : Infinity;
  };
  const indexOf = (item) => Number(item.id.split("-").at(-1));
  const message = document.createElement("p");
  message.className = "visually-hidden";
  message.setAttribute("role", "status");
  document.querySelector("#content-main")?.append(message);

  const arrange = (list, key) => {
    const items = itemsOf(list);
    const sorted = [...items].sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0));
    const after = items.at(-1)?.nextSibling;
    if (sorted.some((item, at) => item !== items[at])) sorted.forEach((item) => list.insertBefore(item, after));
  };

  // The two exchange positions. If that changes nothing, because one has none or both the same, number all.
  const exchange = (list, one, other) => {
    const [first, second] = [positionOf(one), positionOf(other)];
    if (first !== second && first < Infinity && second < Infinity) {
      boxOf(one).value = second;
      boxOf(other).value = first;
    } else {
      itemsOf(list).forEach((item, at) => {
        boxOf(item).value = at + 1;
      });
    }
  };

  // Moves the neighbor, so that the item keeps the focus.
  const step = (list, item, by) => {
    const items = itemsOf(list);
    const neighbor = items[items.indexOf(item) + by];
    if (!neighbor) return false;
    if (by < 0) item.after(neighbor);
    else item.before(neighbor);
    exchange(list, item, neighbor);
    return true;
  };

  const announce = (list, item) => {
    number(list);
    const items = itemsOf(list);
    message.textContent = `${items.indexOf(item) + 1} / ${items.length}`;
  };

  const move = (button) => {
    const item = button.closest("[data-item]");
    const list = item.parentElement;
    if (step(list, item, Number(button.dataset.move))) {
      boxOf(item).dispatchEvent(new Event("change", { bubbles: true }));
    }
    button.focus();
    announce(list, item);
  };

  // The visible place of a choice is its number in the list, and its position need not be.
  const number = (list) => {
    itemsOf(list).forEach((item, at) => {
      const box = item.querySelector(".place");
      if (box) box.value = at + 1;
    });
  };

  const place = (box) => {
    const item = box.closest("[data-item]");
    const list = item.parentElement;
    const wanted = /^\d+$/.test(box.value.trim()) ? Number(box.value) - 1 : itemsOf(list).indexOf(item);
    const distance = () => wanted - itemsOf(list).indexOf(item);
    while (distance() && step(list, item, Math.sign(distance())));
    announce(list, item);
  };

  const choose = (checkbox) => {
    const item = checkbox.closest("li");
    const list = checkbox.closest(".ordered-choices").querySelector("[data-order]");
    const shown = [...item.parentElement.children].filter((other) => !other.hidden);
    const next = shown[shown.indexOf(item) + 1] || shown[shown.indexOf(item) - 1];
    const last = Math.max(0, ...itemsOf(list).map(positionOf).filter(Number.isFinite));
    boxOf(item).value = last + 1;
    list.append(item);
    number(list);
    // The next one of several, or the place of the one that was looked for.
    if (next) next.querySelector("input").focus();
    else item.querySelector(".place").select();
    message.textContent = item.textContent.trim().split("\n")[0];
  };

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  const filter = (box) => {
    const words = plain(box.value).split(/\s+/);
    const items = [...box.closest(".others").querySelectorAll("li")];
    for (const item of items) item.hidden = !words.every((word) => plain(item.textContent).includes(word));
    box.closest(".others").querySelector(".none").hidden = items.some((item) => !item.hidden);
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-move]");
    if (button) move(button);
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches(".others [type=checkbox]") && event.target.checked) choose(event.target);
    if (event.target.matches(".place")) place(event.target);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-filter]")) filter(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-filter]")) event.preventDefault(); // or it saves
  });

  // Django numbers rows by their order in the page when one is removed, and the stored ones must come first.
  const lists = [...document.querySelectorAll("[data-order]")];
  document.addEventListener("formset:removed", () => {
    lists.forEach((list) => arrange(list, indexOf));
    setTimeout(() => lists.forEach((list) => arrange(list, positionOf)));
  });

  document.documentElement.classList.add("has-arrows");
  for (const hidden of document.querySelectorAll(".arrow, .find, .place")) hidden.hidden = false;
  lists.forEach((list) => {
    arrange(list, positionOf);
    number(list);
  });
})();
