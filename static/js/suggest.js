// Suggestions under a search box while typing: departments, each a way to its page. The pattern is the editable
// combobox with a list, https://www.w3.org/WAI/ARIA/apg/patterns/combobox/: the focus stays in the box.
(() => {
  const box = document.querySelector("input[data-suggest]");
  const words = document.getElementById("suggest-words");
  if (!box || !words) return;

  const list = document.createElement("ul");
  list.id = "suggestions";
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.dataset.label);
  const said = document.createElement("span");
  said.className = "hidden";
  said.setAttribute("role", "status");
  box.after(list, said);
  box.parentElement.classList.add("suggesting");
  box.type = "text"; // a search box of its own kind may not be a combobox
  box.autocomplete = "off";
  box.setAttribute("role", "combobox");
  box.setAttribute("aria-autocomplete", "list");
  box.setAttribute("aria-controls", list.id);
  box.setAttribute("aria-expanded", "false");

  let chosen = -1;
  let waiting = 0;
  let request = new AbortController();

  const choose = (index) => {
    chosen = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) box.removeAttribute("aria-activedescendant");
    else box.setAttribute("aria-activedescendant", list.children[index].id);
  };

  const open = (isOpen) => {
    list.hidden = !isOpen;
    box.setAttribute("aria-expanded", String(isOpen));
    choose(-1);
  };

  const close = () => {
    clearTimeout(waiting);
    request.abort();
    open(false);
    said.textContent = "";
  };

  const show = (departments) => {
    list.replaceChildren(
      ...departments.map(({ name, town, url }, at) => {
        const option = document.createElement("li");
        const where = document.createElement("span");
        option.id = `suggestion-${at}`;
        option.dataset.url = url;
        option.setAttribute("role", "option");
        where.textContent = town;
        option.append(name, " ", where);
        return option;
      }),
    );
    list.style.top = `${box.offsetTop + box.offsetHeight}px`;
    open(departments.length > 0);
    said.textContent = departments.length ? `${words.dataset.label}: ${departments.length}` : "";
  };

  const ask = async () => {
    request.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`${words.dataset.url}?${new URLSearchParams({ q: box.value })}`, {
        signal: request.signal,
      });
      if (answer.ok) show((await answer.json()).departments);
    } catch {
      // Asked too late, or no connection: the box works without.
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    if (box.value.trim().length < 2) close();
    else waiting = setTimeout(ask, 150);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing || !list.childElementCount) return;
    if (step && !event.altKey) {
      // One stop of the round is the box itself.
      const stops = list.childElementCount + 1;
      const from = list.hidden ? -1 : chosen;
      open(true);
      choose(((from + 1 + step + stops) % stops) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      location.assign(list.children[chosen].dataset.url);
    } else if (event.key === "Escape" && !list.hidden) {
      close();
    } else {
      if (event.key === "Home" || event.key === "End") choose(-1);
      return;
    }
    event.preventDefault();
  });
  // Pressing on an option must not take the focus out of the box, which would close the list.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
})();
