// Long texts of the admin: buttons for Markdown, a preview, and lists of pasted HTML. The server does both conversions.
// Events are handled for the whole page, so they work in rows that are added later.
(() => {
  const RICH = /<(ul|ol|li|h[1-6]|b|strong|a)\b|mso-list|font-weight/i;
  const MAX_HTML = 300000;
  const WAIT = 400; // milliseconds without typing, before the preview follows
  const partsOf = (element) => {
    const box = element.closest?.(".markdown");
    return box && { box, text: box.querySelector("textarea"), preview: box.querySelector(".markdown-preview") };
  };

  async function send(url, field, value) {
    const body = new URLSearchParams({ [field]: value });
    body.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
    const response = await fetch(url, { method: "POST", body, redirect: "error" });
    if (!response.ok) throw new Error(response.status);
    return response.text();
  }

  // Replace a range so that the browser can undo it, and select a part of the new text.
  function replace(text, start, end, value, from = value.length, to = from) {
    text.focus();
    text.setSelectionRange(start, end);
    const done = value ? document.execCommand("insertText", false, value) : document.execCommand("delete");
    if (!done) text.setRangeText(value, start, end, "end");
    text.setSelectionRange(start + from, start + to);
  }

  function wrap(text, before, after) {
    const { value, selectionStart: start, selectionEnd: end } = text;
    const chosen = value.slice(start, end);
    if (value.slice(0, start).endsWith(before) && value.slice(end).startsWith(after)) {
      replace(text, start - before.length, end + after.length, chosen, 0, chosen.length);
    } else {
      replace(text, start, end, before + chosen + after, before.length, before.length + chosen.length);
    }
  }

  // Begin each chosen line with the mark, or remove it if all have it.
  function mark(text, sign, pattern) {
    const { value, selectionStart, selectionEnd } = text;
    const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
    const next = value.indexOf("\n", selectionEnd);
    const end = next < 0 ? value.length : next;
    const lines = value.slice(start, end).split("\n");
    const isMarked = lines.every((line) => !line.trim() || pattern.test(line));
    const hasText = lines.some((line) => line.trim());
    const changed = lines.map((line) => {
      if (hasText && !line.trim()) return line;
      return isMarked && hasText ? line.replace(pattern, "") : sign + line.replace(pattern, "");
    });
    replace(text, start, end, changed.join("\n"));
  }

  function link(text) {
    const { value, selectionStart: start, selectionEnd: end } = text;
    const chosen = value.slice(start, end);
    const isUrl = /^(https?:\/\/|www\.)\S+$/i.test(chosen);
    if (isUrl) return replace(text, start, end, `[](${chosen})`, 1);
    const from = chosen.length + 3;
    replace(text, start, end, `[${chosen}](https://)`, chosen ? from : 1, chosen ? from + 8 : 1);
  }

  async function show({ box, text, preview }) {
    const value = text.value;
    let html, failed;
    try {
      html = await send(box.dataset.preview, "text", value);
    } catch {
      failed = box.dataset.failed;
    }
    if (text.value !== value) return;
    if (failed) preview.textContent = failed;
    else preview.innerHTML = html;
  }

  function toggle(button, parts) {
    parts.preview.hidden = !parts.preview.hidden;
    button.setAttribute("aria-expanded", String(!parts.preview.hidden));
    if (!parts.preview.hidden) show(parts);
  }

  const FORMATS = {
    bold: (button, { text }) => wrap(text, "**", "**"),
    list: (button, { text }) => mark(text, "- ", /^[-*+] +/),
    heading: (button, { text }) => mark(text, "## ", /^#{1,6} +/),
    link: (button, { text }) => link(text),
    preview: toggle,
  };

  document.querySelectorAll(".markdown-tools").forEach((tools) => {
    tools.hidden = false;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".markdown-tools button");
    if (button) FORMATS[button.dataset.format](button, partsOf(button));
  });

  document.addEventListener("input", (event) => {
    const parts = partsOf(event.target);
    if (!parts || parts.preview.hidden) return;
    clearTimeout(parts.box.waiting);
    parts.box.waiting = setTimeout(show, WAIT, parts);
  });

  document.addEventListener("keydown", (event) => {
    const parts = (event.ctrlKey || event.metaKey) && event.key === "b" && partsOf(event.target);
    if (!parts || event.target !== parts.text) return;
    event.preventDefault();
    wrap(parts.text, "**", "**");
  });

  // Lists, headings, bold text and links of pasted HTML become Markdown; the server reads those of plain text.
  document.addEventListener("paste", async (event) => {
    const parts = partsOf(event.target);
    const html = event.clipboardData.getData("text/html");
    if (!parts || html.length > MAX_HTML || !RICH.test(html)) return;
    event.preventDefault();
    const { selectionStart: start, selectionEnd: end } = parts.text;
    let text = event.clipboardData.getData("text/plain");
    try {
      text = await send(parts.box.dataset.paste, "html", html);
    } catch {
      // The plain text is enough.
    }
    replace(parts.text, start, end, text);
  });
})();
