// Suggests departments and towns under a search box. Each suggestion opens the department's page, or the search near the
// town. The pattern is an editable combobox with a list, https://www.w3.org/WAI/ARIA/apg/patterns/combobox/: the focus
// stays in the box.
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
  const message = document.createElement("span");
  message.className = "hidden";
  message.setAttribute("role", "status");
  box.after(list, message);
  box.parentElement.classList.add("suggesting");
  box.type = "text"; // ARIA does not allow the role combobox on type=search
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
    message.textContent = "";
  };

  const show = (found) => {
    list.replaceChildren(
      ...found.map(({ name, town, url }, at) => {
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
    open(found.length > 0);
    message.textContent = found.length ? `${words.dataset.label}: ${found.length}` : "";
  };

  const fetchSuggestions = async () => {
    request.abort();
    request = new AbortController();
    try {
      const response = await fetch(`${words.dataset.url}?${new URLSearchParams({ q: box.value })}`, {
        signal: request.signal,
      });
      const { departments, places } = response.ok ? await response.json() : { departments: [], places: [] };
      show([...departments, ...places.map((place) => ({ ...place, town: words.dataset.near }))]);
    } catch (error) {
      // The box works without suggestions. A request that was aborted must not close those of the next one.
      if (error.name !== "AbortError") show([]);
    }
  };

  box.addEventListener("input", () => {
    clearTimeout(waiting);
    if (box.value.trim().length < 2) close();
    else waiting = setTimeout(fetchSuggestions, 150);
  });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.isComposing) return;
    if (step && !event.altKey && list.childElementCount) {
      // The arrow keys cycle through the options and the box itself.
      const stops = list.childElementCount + 1;
      const from = list.hidden ? -1 : chosen;
      open(true);
      choose(((from + 1 + step + stops) % stops) - 1);
    } else if (event.key === "Enter" && chosen >= 0) {
      location.assign(list.children[chosen].dataset.url);
    } else if (event.key === "Escape") {
      const wasOpen = !list.hidden;
      close(); // also before the answer arrives
      if (!wasOpen) return;
    } else {
      if (event.key === "Home" || event.key === "End") choose(-1);
      return;
    }
    event.preventDefault();
  });
  // Keep the focus in the box when an option is pressed, because losing the focus closes the list.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
})();
